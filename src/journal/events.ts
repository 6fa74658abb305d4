// What can happen to a run: one type per kind of event. Everything known about
// a run is a fold over these; nothing else is durable.
//
// Field names are written out in the journal as they stand here. A value that
// is kept beside the journal stands as { "$blob": content hash }.

import type { RunId } from "../base/ids.ts";
import type { Json } from "../base/values.ts";

/** What kind of work a step is. Composite kinds (agent, attempt, map, branch, loop, first, gate, function with a nested scope) have steps below them. */
export type StepKind =
  | "function"
  | "agent"
  | "attempt"
  | "model"
  | "tool"
  | "check"
  | "gate"
  | "review"
  | "signal"
  | "sleep"
  | "run"
  | "map"
  | "branch"
  | "first"
  | "loop"
  | "artifact";

/** Why a step ended without a value. */
export type Outcome =
  | "empty"
  | "truncated"
  | "refused"
  | "limit"
  | "budget"
  | "failed"
  | "rejected"
  | "expired"
  | "cancelled";

/** What a check found wrong: in words, where (a path into the output, a file and line), and the evidence. */
export interface Problem {
  /** Name of the check. */
  readonly check: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** Path into the output, as in `claims[2].quote`. */
  readonly path?: string;
  /** What the output said. */
  readonly claimed?: string;
  /** What the source says. */
  readonly found?: string;
  /** Where the source says it: `file:line`, or a step's name. */
  readonly where?: string;
}

/** The part of a step that says which step it is. `scope` is "" for the run's own scope. */
export interface StepIdentity {
  readonly scope: string;
  readonly name: string;
  readonly kind: StepKind;
  /** Hash of the input. */
  readonly in: string;
  /** This is the n-th equal issue of its scope, from 0. Absent for 0. */
  readonly n?: number;
  /** Times this identity was invalidated before. Absent for 0. */
  readonly gen?: number;
}

export interface EventData {
  "run.started": {
    readonly workflow: string;
    readonly input: Json;
    readonly root: RunId;
    /** Seeds ctx.random() of this run and of its reruns. */
    readonly seed: string;
    /** Version of the canonical form of values. */
    readonly form: number;
    /** Identity of the workflow's code, and the file it came from when it came from one. */
    readonly code: string;
    readonly file?: string;
    readonly exportName?: string;
    /** Idempotency key given by who started it. */
    readonly key?: string;
    readonly parent?: {
      readonly run: RunId;
      readonly scope: string;
      readonly name: string;
      readonly in: string;
      readonly gen?: number;
    };
    /** The run whose recorded steps this one may use, and what it was told to do otherwise. */
    readonly rerunOf?: RunId;
    readonly rerun?: Json;
    /** Start of the run it does again: ctx.now() begins there. */
    readonly told?: number;
    /** The project's modules and packages as they were, kept beside the journal. */
    readonly sources?: Json;
    /** How it was started: models chosen, faults planted, caps. Shown, and used again on resume. */
    readonly options?: Json;
  };
  /** A process began to drive the run. */
  "run.claimed": {
    readonly owner: string;
    readonly why: "start" | "wake" | "takeover" | "forced";
    /** The code from here on, where it is not that of the start. */
    readonly sources?: Json;
  };
  /** Nothing is left to do until one of these happens. The run leaves memory. */
  "run.parked": {
    readonly reviews: number;
    readonly signals: readonly string[];
    readonly children: number;
    readonly wakeAt?: number;
  };
  "run.resumed": { readonly code: string; readonly by: string; readonly accept?: boolean };
  "run.completed": { readonly output: Json; readonly hash: string; readonly warnings?: readonly string[] };
  "run.failed": {
    readonly outcome: Outcome;
    readonly message: string;
    readonly stack?: string;
    readonly problems?: readonly Problem[];
    /** Sequence of the failed step nobody caught, when it was a step. */
    readonly cause?: number;
  };
  "run.cancelled": { readonly by: string; readonly because?: string };
  /** The run cannot go on by itself: the code diverged, an effect is in doubt, a row is corrupt. */
  "run.halted": {
    readonly code: string;
    readonly message: string;
    readonly fix: string;
    readonly details?: Json;
  };

  /** A step ended with a value. */
  "step.completed": StepIdentity & {
    readonly out: Json;
    /** Hash of the output. */
    readonly hash: string;
    /** The input, references to other steps' outputs as { "$step": seq, "path"?: … }. Absent when the input is undefined. */
    readonly input?: Json;
    /** Sequences of the steps whose outputs the input is known to hold. */
    readonly reads?: readonly number[];
    /** True when the input also holds a scalar of unknown origin: then `may` counts. */
    readonly loose?: true;
    /** Everything delivered up to this sequence may have been read. */
    readonly may: number;
    /** Wall-clock time of the start, and length. */
    readonly at: number;
    readonly ms: number;
    /** Attempts made, when more than one. */
    readonly tries?: number;
    /** Identity of the work: its version, or its source. */
    readonly work?: string;
    /** Taken over from this sequence of the run it reruns. */
    readonly reused?: number;
    /** When that was recorded: ctx.now() goes by it. */
    readonly told?: number;
    /** True when a person gave this output for a rerun. */
    readonly given?: true;
    /** What the kind adds: model and usage, tool receipt, verdict, and so on. */
    readonly more?: Json;
  };
  /** A step ended without a value. */
  "step.failed": StepIdentity & {
    readonly outcome: Outcome;
    readonly message: string;
    readonly problems?: readonly Problem[];
    readonly stack?: string;
    readonly input?: Json;
    readonly reads?: readonly number[];
    readonly may: number;
    readonly at: number;
    readonly ms: number;
    readonly tries?: number;
    /** Sequence of the failure below this step that it passed on. */
    readonly cause?: number;
    readonly told?: number;
    /** What made the work this work. */
    readonly work?: string;
    readonly more?: Json;
  };
  /** One try of a step failed and another is due. */
  "step.attempted": StepIdentity & {
    readonly attempt: number;
    readonly message: string;
    readonly retryAt?: number;
  };
  /** A record is no longer usable. */
  "step.invalidated": {
    readonly seq: number;
    readonly because: string;
    readonly by: string;
    /** While the run went on: what was recorded before is used where it is asked for again, and not demanded. */
    readonly cut?: true;
    /** What its author is told. */
    readonly feedback?: string;
    /** Hash of the output that does not stand. */
    readonly hash?: string;
  };

  /** An effect is about to be sent. Durable before it is. */
  "effect.intended": StepIdentity & {
    readonly tool: string;
    /** The effect's key within (root, tool). */
    readonly key: string;
    /** Hash of the arguments. */
    readonly revision: string;
    readonly owner: string;
    /** The arguments, references to other steps' outputs as in a step's input. */
    readonly input: Json;
    /** The arguments as a whole, when `input` holds references: another run of the root must be able to read them. */
    readonly args?: Json;
    /** What is done to what stands in the slot. Absent: it is sent. */
    readonly action?: "amend" | "compensate";
    /** What stands in the slot, when something does: J10 refuses an intent that takes it for something else. */
    readonly after?: { readonly run: RunId; readonly seq: number };
    /** The open intent of another run whose place this one takes, under the same idempotency key. */
    readonly again?: { readonly run: RunId; readonly seq: number };
  };
  /** The receiver's answer, in the commit that records the step. Intents and receipts are never covered. */
  "effect.received": { readonly intent: number; readonly receipt: Json };
  /** A person settled an effect in doubt. */
  "effect.settled": {
    readonly intent: number;
    readonly sent: boolean;
    readonly receipt?: Json;
    readonly by: string;
  };
  /** An answer of an effect that came after the run had ended. Moves nothing. */
  "effect.late": { readonly intent: number; readonly receipt: Json };
  /** Another run of the root had sent it: its receipt answers here, and the effect counts as this run's from now on. */
  "effect.adopted": {
    readonly tool: string;
    readonly key: string;
    readonly revision: string;
    /** The run that sent it, and the sequence of the intent there. */
    readonly run: RunId;
    readonly intent: number;
    readonly receipt: Json;
  };

  /** A person is asked. The text is made from the step's own data when shown. */
  "review.asked": StepIdentity & {
    readonly ask: string;
    readonly mode: "review" | "form" | "rung" | "cap";
    /** What is shown, references as in `input`. */
    readonly shown?: Json;
    /** Hash of what is shown; a decision names it. */
    readonly hash: string;
    /** JSON Schema of the answer. */
    readonly schema?: Json;
    readonly to?: string;
    readonly why?: string;
    readonly problems?: readonly Problem[];
    readonly onYes?: string;
    readonly onNo?: string;
    readonly expiresAt?: number;
    readonly onExpiry?: "reject" | "approve" | "fail";
    /** Like questions share this key: one inbox item. */
    readonly group?: string;
    /** What was found wrong, as a hash: a decision stands in a rerun only where the same is wrong. */
    readonly work?: string;
    readonly reads?: readonly number[];
    readonly may: number;
  };
  /** A person decided. This is also the completion of the step that asked. */
  "review.decided": {
    readonly asked: number;
    readonly decision: "approve" | "edit" | "reject" | "expire" | "answer" | "send-back";
    readonly shownHash: string;
    readonly value?: Json;
    readonly hash?: string;
    readonly by: string;
    readonly because?: string;
    /** True when a flag, not a person, decided. */
    readonly auto?: boolean;
  };
  /** Nobody asks this any more: what it showed was done again. */
  "review.withdrawn": { readonly asked: number };
  "signal.received": {
    readonly name: string;
    readonly payload: Json;
    readonly id?: string;
    readonly by?: string;
  };
  /** A sleep is due, or a retry's delay is over. */
  "timer.set": StepIdentity & { readonly wakeAt: number; readonly may: number };
  "timer.fired": { readonly set: number };
  /** A child run was started by a step of this run. */
  "child.started": StepIdentity & {
    readonly child: RunId;
    readonly workflow: string;
    /** When the child that it does again was started. */
    readonly told?: number;
    readonly input?: Json;
    readonly reads?: readonly number[];
    readonly may: number;
  };
  "child.ended": {
    readonly child: RunId;
    readonly output?: Json;
    readonly hash?: string;
    readonly outcome?: Outcome;
    readonly message?: string;
    readonly problems?: readonly Problem[];
  };
  /** Said by ctx.log. */
  "run.logged": {
    readonly scope: string;
    readonly level: "info" | "warn" | "error";
    readonly message: string;
    readonly data?: Json;
  };
  "run.capped": { readonly usd: number; readonly calls: number };
}

export type EventKind = keyof EventData;

/** Sequences, both ends included. */
export type Range = readonly [first: number, last: number];

/** One thing that happened to a run. `seq` and `at` are the journal's to give. */
export interface JournalEvent<Kind extends EventKind = EventKind> {
  readonly run: RunId;
  readonly seq: number;
  /** Wall-clock time of the append in ms. For people; nothing orders by it. */
  readonly at: number;
  readonly kind: Kind;
  readonly data: EventData[Kind];
  /** Events this one stands for: the steps below a composite step that ended. */
  readonly covers?: readonly Range[];
}

export type AnyEvent = { [Kind in EventKind]: JournalEvent<Kind> }[EventKind];

export type NewEvent = {
  [Kind in EventKind]: {
    readonly kind: Kind;
    readonly data: EventData[Kind];
    readonly covers?: readonly Range[];
  };
}[EventKind];
