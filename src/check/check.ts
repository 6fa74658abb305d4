// Checks: what verifies an output before anything is built on it.
//
//   C1. A gate passes when every check passes; unsure does not pass.
//   C2. A check never changes the output it looks at (outputs are frozen).
//   C3. A check that throws is unsure, never a pass.

import type { Problem } from "../journal/events.ts";
import type { Json, Value } from "../base/values.ts";
import type { ModelPrompt, ModelRef } from "../model/model.ts";

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
  /** Calls the step made to tools with an effect. Absent where that is not known: over a value nobody made here. */
  readonly actions?: readonly Action[];
  /** Outputs of the same step that were rejected before, oldest first. */
  readonly earlier?: readonly Value[];
  /** A recorded time, ms since 1970 UTC: the same in every replay. A check must not look at the clock itself. */
  readonly now?: number;
  /** Who wrote the output: a model's id (`provider:model`), or `person` after an edit; absent where nobody knows. */
  readonly author?: string;
  /** What the author was asked last, tool results included; absent where no model was. */
  readonly question?: Question;
  /** Id of the model that a reference means here. @throws the registry's errors */
  readonly modelId?: (ref: ModelRef) => string;
  /**
   * Asks a model, as a journaled step below the check's own: never paid twice, reserved under the run's cap. Present
   * where the check says `needs: "models"` and the gate stands in a run.
   */
  readonly ask?: (request: Ask) => Promise<Answered>;
  /** Reads an answer to `question` as the author's are read: by the schema of the output. Present beside `ask`. */
  readonly parse?: (
    text: string,
  ) => Promise<
    { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }
  >;
}

/** A call to a tool with an effect. */
export interface Action {
  readonly tool: string;
  readonly args: unknown;
  /** What the tool gave back: the proof. Absent while it is held, and where it failed. */
  readonly receipt?: unknown;
  /** True when it is to be sent once the gate has passed. */
  readonly held?: boolean;
}

/** What a model was asked for its final answer. */
export interface Question {
  readonly prompt: ModelPrompt;
  readonly outputSchema?: Json;
  readonly outputName?: string;
  readonly maxOutputTokens?: number;
}

/** What a check asks of a model. */
export interface Ask extends Question {
  /** `"author"` is the model that wrote the output. */
  readonly model: ModelRef;
  readonly temperature?: number;
  /** Tells equal questions apart. */
  readonly sample?: number;
}

/** A model's answer to a check, or why there is none. */
export type Answered =
  | { readonly ok: true; readonly model: string; readonly text: string }
  | { readonly ok: false; readonly model: string; readonly why: string };

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
  /** True when asking the same author again is of no use: `retry` is skipped. */
  readonly skipRetry?: boolean;
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
  /** What it was made with: part of its identity, so that other options judge anew. Functions count by their source. */
  readonly options?: unknown;
  /** "models": it asks models through `context.ask`. It is then dear as well. */
  readonly needs?: "models";
  /** True when it costs money or much time: it runs only once no other check of the gate has failed. */
  readonly dear?: boolean;
  /** True when its verdict rests on `context.now`: a rerun judges anew. */
  readonly timed?: boolean;
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
  /** True when asking the same author again is of no use. */
  readonly skipRetry?: true;
  /** Places in sources that bear the output out: shown to people. */
  readonly evidence?: readonly Evidence[];
}

/** Where a part of an output occurs in what was read. */
export interface Evidence {
  readonly path: string;
  readonly where: string;
  readonly text: string;
  /**
   * The bytes it rests on, UTF-8, end exclusive: in the whole text of the document that `where` names; for
   * a value, in the text (or the number as JSON writes it) at the path that `where` names.
   */
  readonly start?: number;
  readonly end?: number;
  /** The bytes that claim it, UTF-8, end exclusive: in the output's text (or number) at `path`. */
  readonly claimed?: { readonly start: number; readonly end: number };
}

/** Says that a check cannot decide. It does not pass, and goes to the next rung that can decide. */
export function unsure(why: string, problems?: readonly Problem[]): Unsure {
  return { unsure: true, why, ...(problems === undefined ? {} : { problems }) };
}
