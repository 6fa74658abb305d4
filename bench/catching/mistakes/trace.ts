// A chain of steps that a model wrote, and the first of them that is wrong. Each kind of task has a
// check of its own: a user-level check that holds one step against the problem and the steps before it.

import { unsure, type CheckResult, type NamedCheck } from "firebreak";
import { list, readRows, text, type Row } from "../data.ts";

/** What a step is held against. */
export interface StepInput {
  readonly problem: string;
  /** The steps before, as written. Those that were wrong have already ended the search. */
  readonly before: readonly string[];
}

/** Holds one step against the problem and the steps before it. */
export type StepCheck = NamedCheck<string, StepInput>;

/** One labelled trace. The label is for the scorer alone. */
export interface Trace {
  readonly id: string;
  readonly task: string;
  readonly problem: string;
  readonly steps: readonly string[];
  /** 0-based index of the first wrong step, as people marked it; undefined when none is. */
  readonly label: number | undefined;
}

/** What was found in a trace. */
export interface Found {
  /** 0-based; undefined when no step is known to be wrong. */
  readonly first: number | undefined;
  /** Steps passed over because the check could not read them. */
  readonly unread: number;
}

/** Traces of BIG-Bench Mistake; undefined without data. @throws when a row has another form. */
export function readTraces(data: string | undefined): readonly Trace[] | undefined {
  return readRows(data, "steps-bigbench-mistake", "traces.jsonl")?.map(traceOf);
}

function traceOf(row: Row): Trace {
  const label = row["mistake_index"];
  return {
    id: text(row, "id"),
    task: text(row, "task"),
    problem: text(row, "input"),
    steps: list(row, "steps").map(String),
    label: typeof label === "number" ? label : undefined,
  };
}

/**
 * The first step that the check finds wrong. A step it cannot read counts as not wrong, and is counted:
 * fixed in advance, so that a check which reads little is shown as one that finds little.
 */
export async function firstWrong(check: StepCheck, trace: Pick<Trace, "problem" | "steps">): Promise<Found> {
  let unread = 0;
  for (const [at, step] of trace.steps.entries()) {
    const input = { problem: trace.problem, before: trace.steps.slice(0, at) };
    const result = await check.run(step, { input, read: [] });
    if (isUnsure(result)) unread += 1;
    else if (isWrong(result)) return { first: at, unread };
  }
  return { first: undefined, unread };
}

function isUnsure(result: CheckResult): boolean {
  return typeof result === "object" && "unsure" in result;
}

function isWrong(result: CheckResult): boolean {
  if (typeof result !== "object") return typeof result === "string";
  const problems = "problems" in result ? result.problems : result;
  return Array.isArray(problems) && problems.length > 0;
}

/** What a check of this folder says of a step that it cannot read. */
export const unread: CheckResult = unsure("the step is not written in a way this check reads");

/** "first" to "twelfth" as 1 to 12. */
export const ordinals: readonly string[] =
  "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ");

/** 1 for "first"; undefined for what is no ordinal. */
export function ordinalOf(word: string): number | undefined {
  const at = ordinals.indexOf(word.toLowerCase());
  return at < 0 ? undefined : at + 1;
}
