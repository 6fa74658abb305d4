/** What the command line exits with: one table, printed by `firebreak help exit-codes`. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  halted: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [exitCodes.ok, "done; a run that was waited for has completed"],
  [exitCodes.failed, "the run failed, or an error stopped the command"],
  [exitCodes.usage, "the command or an option is not known, or lacks something"],
  [exitCodes.waiting, "the run waits for a person, a signal or a time; it is kept"],
  [exitCodes.halted, "the run is halted or was cancelled"],
  [exitCodes.interrupted, "Ctrl-C; the run is kept, and resume goes on"],
];
