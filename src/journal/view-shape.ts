// What people are shown of a run, as data. `view.ts` makes it.

import type { RunId } from "../base/ids.ts";
import type { Json } from "../base/values.ts";
import type { EventData, Outcome, Problem, StepKind } from "./events.ts";
import type { RunStatus } from "./journal.ts";

/** A check's result as recorded beside a step. */
export interface VerdictView {
  readonly check: string;
  readonly result: "pass" | "fail" | "unsure";
  readonly problems: readonly Problem[];
  readonly note?: string;
  readonly evidence?: readonly { readonly path: string; readonly where: string; readonly text: string }[];
  /** Sequence of the event that recorded it. */
  readonly seq: number;
}

/**
 * `rejected`: its output did not pass and was not used. `waiting`: for a person, a signal, a time or a child run.
 * `group`s (an item of a map, a branch) take the state of what is below them.
 */
export type StepState =
  | "running"
  | "waiting"
  | "done"
  | "failed"
  | "rejected"
  | "reused"
  | "invalidated"
  | "cancelled";

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A question to a person, and the answer when there is one. */
export interface ReviewView {
  readonly asked: number;
  readonly askedAt: number;
  readonly step: string;
  readonly question: EventData["review.asked"];
  readonly decided?: { readonly seq: number; readonly at: number } & EventData["review.decided"];
}

export interface StepView {
  /** Names the step within this view: its sequence, or its scope while it has none. */
  readonly id: string;
  /** Sequence of the event that ended it, or that asked; absent while running and for groups. */
  readonly seq?: number;
  readonly scope: string;
  /** Scope of the steps below it, when it can have some. */
  readonly innerScope?: string;
  readonly name: string;
  /** `group`: a scope that no step of its own stands for (an item of a map). */
  readonly kind: StepKind | "group";
  readonly state: StepState;
  /** Names from the top to this step. */
  readonly path: readonly string[];
  readonly startedAt: number;
  /** Length in ms; absent while it runs or waits. */
  readonly ms?: number;
  /** Number of this try among its siblings of the same name, from 1; attempts only. */
  readonly attempt?: number;
  /** Tries made inside the step by its retry policy, when more than one. */
  readonly tries?: number;
  /** Messages of the tries that failed. */
  readonly failedTries: readonly string[];
  readonly model?: string;
  /** Set when no language model answered: what did. */
  readonly standin?: string;
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
  /** Sums over this step and all below it. */
  readonly total: { readonly calls: number; readonly costUsd: number; readonly usage: TokenUsage };
  readonly verdicts: readonly VerdictView[];
  /** The recorded form; decode it with `decodedOutput`. A large value stands as { "$blob": hash }. */
  readonly output?: Json;
  readonly outputHash?: string;
  /** The recorded form, with references to other steps; see `decodedInput`. */
  readonly input?: Json;
  readonly outcome?: Outcome;
  readonly message?: string;
  readonly stack?: string;
  readonly problems: readonly Problem[];
  /** Sequences whose outputs its input is known to hold. */
  readonly reads: readonly number[];
  /** Everything delivered up to this sequence may have been read. */
  readonly mayRead: number;
  /** Sequences of the steps that read this one (VIEW3). */
  readonly readers: readonly number[];
  /** Sequence in the run this one reruns, when the record was taken over. */
  readonly reusedFrom?: number;
  readonly invalidated?: { readonly because: string; readonly by: string };
  readonly review?: ReviewView;
  /** Proof of an effect, or its intent while no receipt is known. */
  readonly effect?: {
    readonly tool: string;
    readonly key: string;
    readonly state: "intended" | "sent" | "settled";
  };
  readonly childRun?: RunId;
  readonly wakeAt?: number;
  readonly warnings: readonly string[];
  readonly children: readonly StepView[];
}

export interface LogLine {
  readonly seq: number;
  readonly at: number;
  readonly scope: string;
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly data?: Json;
}

export interface RunView {
  readonly run: RunId;
  readonly root: RunId;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  /** Time of the last event that ended the run; absent while it is open. */
  readonly endedAt?: number;
  /** From the start to the end, or to the last event. Waiting counts. */
  readonly ms: number;
  readonly lastSeq: number;
  readonly file?: string;
  readonly exportName?: string;
  readonly code: string;
  readonly key?: string;
  readonly rerunOf?: RunId;
  readonly parent?: RunId;
  readonly options?: Json;
  readonly input: Json;
  readonly output?: Json;
  /** Of the run's end, and of language models' answers, each once. */
  readonly warnings: readonly string[];
  readonly failure?: EventData["run.failed"];
  readonly halt?: EventData["run.halted"];
  readonly cancelled?: EventData["run.cancelled"];
  /** Model calls made by this run, stand-ins included; reused records are not calls. */
  readonly calls: number;
  readonly costUsd: number;
  readonly usage: TokenUsage;
  /** Language models that answered, in order of first use. */
  readonly models: readonly string[];
  /** What answered in place of a language model. */
  readonly standins: readonly string[];
  readonly steps: readonly StepView[];
  /** All steps with a sequence. */
  readonly bySeq: ReadonlyMap<number, StepView>;
  readonly reviews: readonly ReviewView[];
  readonly signals: readonly {
    readonly seq: number;
    readonly at: number;
    readonly name: string;
    readonly payload: Json;
  }[];
  /** Names of signals the parked run waits for. */
  readonly waitsForSignals: readonly string[];
  readonly logs: readonly LogLine[];
}

/** A step before it has its place in the tree. */
export type DraftStep = { -readonly [K in keyof StepView]: StepView[K] } & {
  /** Sequence whose output its verdicts are about, when it is a check of another step. */
  judged?: number;
  identity: string;
};

/** Leaves out members that are undefined. */
export function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
