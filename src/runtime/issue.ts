// A step that was asked for and has not been answered: what stands between a
// promise of the workflow and a record of the journal.

import type { Canonical, Value } from "../base/values.ts";
import type { StepIdentity } from "../journal/events.ts";
import type { Flight } from "./flights.ts";
import type { TracedInput } from "./lineage.ts";
import type { CompletionEvent } from "./records.ts";
import type { Scope } from "./scope.ts";

/** What the runtime does for a step that has no record yet. */
export interface Work {
  /** Starts it. Called once, never before everything recorded has been delivered, unless `enter` is set. */
  start(issue: Issue): void;
  /** True for composite steps: their body is workflow code, and is executed by every replay that has no record of the whole. */
  readonly enter?: boolean;
  /** What makes the work this work: names it to a rerun. */
  readonly identity?: () => string | undefined;
  /** True for what cannot be undone once it has started: an effect, a question to a person, a child run. */
  readonly irreversible?: true;
  /** True when the end of its scope waits for its own: a check that runs beside what follows. */
  readonly settles?: true;
  /** True when an interruption must wait for the end: an effect whose intent is durable. */
  readonly mustEnd?: () => boolean;
  /** What a completion stands for, where that is not its own output. */
  readonly value?: (event: CompletionEvent, issue: Issue) => Canonical | undefined;
  /** Turns the delivered value into what the caller gets. May throw a StepError. */
  readonly finish?: (value: Value, event: CompletionEvent, issue: Issue) => unknown;
}

export interface Issue {
  readonly key: string;
  readonly identity: StepIdentity;
  readonly scope: Scope;
  readonly work: Work;
  readonly input: Canonical | undefined;
  readonly traced: TracedInput | undefined;
  /** Everything delivered up to here may have been read. */
  readonly may: number;
  /** queued: waits for its turn to start. running: work is going on. waiting: for something outside. */
  state: "queued" | "running" | "waiting" | "recorded" | "ended";
  /** When a waiting step has something to do by itself, ms. */
  wakeAt?: number;
  readonly abort: AbortController;
  /** Aborts the work. A signal that is looked at later is aborted from the start. */
  cancel(): void;
  /** Calls back when the step is cancelled: for timers, which would keep the process alive. */
  onCancel(callback: () => void): void;
  /** The output as made in this process: spares reading it back. */
  made?: Canonical;
  /** What the body of a composite step threw. */
  threw?: unknown;
  /** The scope below, once there is one. */
  inner?: Scope;
  /** The function that is running now. */
  flight?: Flight;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** An issue. Its AbortController is made when first looked at: most steps never need one. */
export class OpenIssue implements Issue {
  readonly key: string;
  readonly identity: StepIdentity;
  readonly scope: Scope;
  readonly work: Work;
  readonly input: Canonical | undefined;
  readonly traced: TracedInput | undefined;
  readonly may: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  state: Issue["state"] = "queued";
  #abort: AbortController | undefined;
  #isCancelled = false;
  #callbacks: (() => void)[] | undefined;

  constructor(it: Omit<Issue, "state" | "abort" | "cancel" | "onCancel">) {
    this.key = it.key;
    this.identity = it.identity;
    this.scope = it.scope;
    this.work = it.work;
    this.input = it.input;
    this.traced = it.traced;
    this.may = it.may;
    this.resolve = it.resolve;
    this.reject = it.reject;
  }

  get abort(): AbortController {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#isCancelled) this.#abort.abort();
    }
    return this.#abort;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#abort?.abort();
    for (const callback of this.#callbacks?.splice(0) ?? []) callback();
  }

  onCancel(callback: () => void): void {
    (this.#callbacks ??= []).push(callback);
  }
}
