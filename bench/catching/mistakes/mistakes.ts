// The first wrong step of written chains, five kinds of tasks, a user-level check for each. The checks were
// written on the developers' half of the traces; another half was never looked at.

import { type Interval, percent, resampled, share } from "../intervals.ts";
import type { PartRow, RunPart } from "../part.ts";
import { deduction } from "./deduction.ts";
import { dyck } from "./dyck.ts";
import { multistep } from "./multistep.ts";
import { sorting } from "./sorting.ts";
import { firstWrong, type Found, readTraces, type StepCheck, type Trace } from "./trace.ts";
import { tracking } from "./tracking.ts";

const checks: Readonly<Record<string, StepCheck>> = {
  dyck_languages: dyck,
  logical_deduction: deduction,
  multistep_arithmetic: multistep,
  tracking_shuffled_objects: tracking,
  word_sorting: sorting,
};
const resamples = 1_000;
const quickTraces = 60;

interface Judged {
  readonly trace: Trace;
  readonly found: Found;
  readonly isRight: boolean;
}

/** Measures accuracy per kind of task and over all kinds alike. Without the data set it says so. */
export const run: RunPart = async ({ data, seed, quick }) => {
  const traces = readTraces(data);
  if (traces === undefined) {
    const note = "Skipped: FIREBREAK_DATA names no folder with steps-bigbench-mistake/traces.jsonl.";
    return { part: "mistakes", rows: [], notes: [note] };
  }
  const kinds: Judged[][] = [];
  for (const [task, check] of Object.entries(checks)) {
    const own = traces.filter((it) => it.task === task).slice(0, quick ? quickTraces : undefined);
    if (own.length > 0) kinds.push(await judgeAll(own, check));
  }
  const all = kinds.flat();
  const unread = all.reduce((sum, it) => sum + it.found.unread, 0);
  const steps = all.reduce((sum, it) => sum + it.trace.steps.length, 0);
  return {
    part: "mistakes",
    rows: [macroRow(kinds, seed), ...kinds.flatMap(kindRows)],
    notes: [
      `${all.length} traces; a step the check cannot read (${unread} of ${steps}) counts as not wrong, fixed in advance.`,
      "The labels hold noise: some traces marked free of mistakes end in a wrong answer, so 1.0 cannot be reached.",
      ...(quick ? [`--quick: the first ${quickTraces} traces of each kind.`] : []),
    ],
  };
};

async function judgeAll(traces: readonly Trace[], check: StepCheck): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const trace of traces) {
    const found = await firstWrong(check, trace);
    judged.push({ trace, found, isRight: found.first === trace.label });
  }
  return judged;
}

function accuracy(judged: readonly Judged[]): number {
  return judged.filter((it) => it.isRight).length / judged.length;
}

/** Every kind counts the same, whatever its number of traces; traces are drawn anew within their kind. */
function macroRow(kinds: readonly (readonly Judged[])[], seed: number): PartRow {
  const intervals = kinds.map((own, at) => resampled(own, accuracy, { seed: seed + at, resamples }));
  const value = mean(intervals.map((it) => it.value));
  // Kinds are independent: half-widths add by their squares.
  const spread = (end: (it: Interval) => number): number =>
    Math.hypot(...intervals.map((it) => end(it) - it.value)) / intervals.length;
  return {
    name: "first wrong step, macro accuracy over kinds",
    n: kinds.flat().length,
    value,
    low: value - spread((it) => it.low),
    high: Math.min(1, value + spread((it) => it.high)),
    constant: mean(kinds.map(constantOf)),
    reference: "easy figure 0.665; GPT-4 0.529; bar 0.85",
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, it) => sum + it, 0) / values.length;
}

/** What always naming the same step, or none, reaches at best. */
function constantOf(judged: readonly Judged[]): number {
  const labels = Map.groupBy(judged, (it) => it.trace.label);
  return Math.max(...[...labels.values()].map((it) => it.length)) / judged.length;
}

function kindRows(judged: readonly Judged[]): PartRow[] {
  const task = judged[0]?.trace.task ?? "";
  const right = judged.filter((it) => it.isRight).length;
  const free = judged.filter((it) => it.trace.label === undefined);
  const blamed = free.filter((it) => it.found.first !== undefined).length;
  const early = judged.filter((it) => isBefore(it.found.first, it.trace.label)).length;
  const row: PartRow = {
    name: `first wrong step, ${task}`,
    n: judged.length,
    ...share(right, judged.length),
    constant: constantOf(judged),
    note: `too early ${early}, too late or missed ${judged.length - right - early}; blamed though marked free ${blamed} of ${free.length} (${percent(blamed / Math.max(1, free.length))})`,
  };
  return [row];
}

/** A step named before the labelled one, or where none is labelled. */
function isBefore(found: number | undefined, label: number | undefined): boolean {
  return found !== undefined && (label === undefined || found < label);
}
