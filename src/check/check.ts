// Checks: what verifies an output before anything is built on it.
//
//   C1. A gate passes when every check passes; unsure does not pass.
//   C2. A check never changes the output it looks at (outputs are frozen).
//   C3. A check that throws is unsure, never a pass.

import type { Problem } from "../journal/events.ts";
import type { Value } from "../base/values.ts";

export type { Problem } from "../journal/events.ts";

/** Something a step read: a file, a tool's result, a value of another step. */
export interface Source {
  /** What a person would call it: a file name, `tool search`, a step's name. */
  readonly name: string;
  /** Text to look in; absent for a value without text. */
  readonly text?: string;
  readonly value: Value;
}

/** What a check may look at besides the output. */
export interface CheckContext<Input = unknown> {
  /** The step's declared input. */
  readonly input: Input;
  /** Everything the step read: its input's parts and its tools' results, in order. */
  readonly read: readonly Source[];
  /** JSON Schema of the output where one is known: a check's paths are held against it. */
  readonly schema?: unknown;
}

export interface Unsure {
  readonly unsure: true;
  readonly why: string;
  readonly problems?: readonly Problem[];
  readonly evidence?: readonly Evidence[];
}

/** A problem as a check may say it: its sentence alone, or without its own name. */
export type Complaint = Problem | string | Omit<Problem, "check">;

/** A result that shows what it rests on. No problem passes. */
export interface Judged {
  readonly problems: readonly Complaint[];
  /** One line for people: "9 of 9 quotes occur in what was read". */
  readonly note?: string;
  readonly evidence?: readonly Evidence[];
}

/** A check's result before it is judged: true or no problem passes, text is one problem. */
export type CheckResult = true | string | readonly Complaint[] | Judged | Unsure;

/**
 * Verifies an output.
 * Contract: it may throw (counts as unsure), is called at least once per candidate, and must not change
 * anything.
 */
export type CheckFunction<Output = unknown, Input = unknown> = (
  output: Output,
  context: CheckContext<Input>,
) => CheckResult | Promise<CheckResult>;

/**
 * A check with a name, as the library's own are. A bare function is named by its function name, else
 * "check N".
 */
export interface NamedCheck<Output = unknown, Input = unknown> {
  readonly kind: "check";
  readonly name: string;
  /** Raised when its meaning changes. */
  readonly version?: string;
  /** True when its author is independent of the step's: its feedback names where, never the other's value. */
  readonly independent?: boolean;
  /** Paths into the output that it looks at, for a check before the first run that the schema knows them. */
  readonly paths?: readonly string[];
  readonly run: CheckFunction<Output, Input>;
}

export type Check<Output = unknown, Input = unknown> =
  | CheckFunction<Output, Input>
  | NamedCheck<Output, Input>;

/** A check's result. */
export interface Verdict {
  readonly check: string;
  readonly result: "pass" | "fail" | "unsure";
  readonly problems: readonly Problem[];
  /** True when the check's author is independent of the step's. */
  readonly independent?: true;
  /** Why unsure, or what the pass rests on (counts of quotes found, for example). */
  readonly note?: string;
  /** Places in sources that bear the output out: shown to people. */
  readonly evidence?: readonly Evidence[];
}

/** Where a part of an output occurs in what was read. */
export interface Evidence {
  readonly path: string;
  readonly where: string;
  readonly text: string;
}

/** Says that a check cannot decide. It does not pass, and goes to the next rung that can decide. */
export function unsure(why: string, problems?: readonly Problem[]): Unsure {
  return { unsure: true, why, ...(problems === undefined ? {} : { problems }) };
}
