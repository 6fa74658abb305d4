import { type ErrorRow, row } from "./error-row.ts";

interface StandinErrors {
  readonly SCRIPT_ENDED: ErrorRow<{
    model: string;
    entries: number;
    step: string;
    attempt: number;
    turn: number;
  }>;
  readonly STANDIN_DIVERGED: ErrorRow<{ step: string; call: number; recorded: string; now: string }>;
  readonly STANDIN_ENDLESS: ErrorRow<{ step: string; limit: number }>;
  readonly SABOTAGE_INVALID: ErrorRow<{ given: string; reason: string; mend: string }>;
}

export const standinErrors: StandinErrors = {
  SCRIPT_ENDED: row({
    retryable: false,
    message: (it) =>
      `${it.model} has ${it.entries} scripted answers and was asked for one more (step "${it.step}", attempt ${it.attempt}, turn ${it.turn})`,
    fix: () =>
      "Add an answer to scripted([...]), or look at `requests` of the model to see what asked for it.",
  }),
  STANDIN_DIVERGED: row({
    retryable: false,
    message: (it) =>
      `the baseline job of "${it.step}" asked for ${it.recorded} as call ${it.call} before, and now asks for ${it.now}`,
    fix: () =>
      "A job must be a pure function of its input and of the tools' results: no clock, no random numbers, no state outside it. If the job's code was edited while the run was open, start the run again.",
  }),
  STANDIN_ENDLESS: row({
    retryable: false,
    message: (it) =>
      `the baseline job of "${it.step}" asked for tools more than ${it.limit} times in one attempt`,
    fix: () => "End the job's loop: return { answer } or { cannot }.",
  }),
  SABOTAGE_INVALID: row({
    retryable: false,
    message: (it) => `"${it.given}" cannot be planted: ${it.reason}`,
    fix: (it) => it.mend,
  }),
};
