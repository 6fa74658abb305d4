// Follows a run's events and shows them as they come.

import type { AnyEvent } from "../journal/events.ts";
import { type RunView, viewRun } from "../journal/view.ts";
import type { LiveEvent, RunHandle } from "../open.ts";
import type { LiveView, RunningStep } from "./live-view.ts";

/** Most often a view is folded and shown, ms. */
const frameMs = 100;

/** Kinds by which a step that was seen starting is over, or shown from the journal. */
const recorded: ReadonlySet<string> = new Set([
  "step.completed",
  "step.failed",
  "review.asked",
  "timer.set",
  "child.started",
  "effect.intended",
]);

export class Follower {
  readonly #handle: RunHandle;
  readonly #live: LiveView | undefined;
  readonly #events: AnyEvent[] = [];
  #running: RunningStep[] = [];
  #folded: { readonly length: number; readonly view: RunView } | undefined;
  #shown = 0;
  #paused = false;
  #frame: NodeJS.Timeout | undefined;
  #wakes: (() => void)[] = [];
  #stopped = false;
  #failure: unknown;

  /** Without a live view it only follows. */
  constructor(handle: RunHandle, live: LiveView | undefined) {
    this.#handle = handle;
    this.#live = live;
    this.#listen().catch((error: unknown) => {
      // The journal is closed under the listener when the command ends.
      if (!this.#stopped) this.#failure = error;
      this.#wake();
    });
    if (live !== undefined) this.#frame = setInterval(() => this.#show(), frameMs);
  }

  /** The run as far as its events were seen; undefined before the first. */
  get view(): RunView | undefined {
    if (this.#events.length === 0) return undefined;
    if (this.#folded?.length !== this.#events.length)
      this.#folded = { length: this.#events.length, view: viewRun(this.#events) };
    return this.#folded.view;
  }

  /** Resolves when everything up to a sequence was seen. */
  async reached(seq: number): Promise<void> {
    while (!this.#stopped && this.#events.length < seq) {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#next();
    }
  }

  /** Resolves when something past a sequence was seen. */
  passed(seq: number): Promise<void> {
    return this.reached(seq + 1);
  }

  /** Leaves the terminal to others until `go`. */
  pause(): void {
    this.#show();
    this.#paused = true;
    this.#live?.stop();
  }

  go(): void {
    this.#paused = false;
  }

  /** Shows the last state and stops. Safe to call twice. */
  stop(): void {
    if (!this.#stopped) this.#show();
    this.#stopped = true;
    clearInterval(this.#frame);
    this.#live?.stop();
    this.#wake();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#wakes.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }

  async #listen(): Promise<void> {
    let after = 0;
    // A run that ended can be resumed: the next round takes up what comes then.
    while (!this.#stopped) {
      for await (const event of this.#handle.events({ after, live: this.#live !== undefined })) {
        if (this.#stopped) return;
        if (!("seq" in event)) {
          this.#note(event);
          continue;
        }
        after = event.seq;
        this.#take(event);
      }
      // The events of a run that failed and was resumed go on past its ending.
      if ((await this.#handle.head()).seq === after)
        await new Promise((resolve) => setTimeout(resolve, frameMs));
    }
  }

  #take(event: AnyEvent): void {
    this.#events.push(event);
    if (recorded.has(event.kind)) {
      const { scope, name } = event.data as { scope: string; name: string };
      const at = this.#running.findIndex((it) => it.scope === scope && it.name === name);
      if (at >= 0) this.#running = this.#running.toSpliced(at, 1);
    }
    if (event.kind === "run.parked" || event.kind === "run.claimed") this.#running = [];
    this.#wake();
  }

  #note(event: LiveEvent): void {
    if (event.kind !== "live.started") return;
    const { scope, name, attempt, at, model } = event;
    this.#running.push({ scope, name, attempt, at, ...(model === undefined ? {} : { model }) });
  }

  #show(): void {
    const view = this.#paused || this.#stopped ? undefined : this.view;
    if (view === undefined || this.#live === undefined) return;
    if (!this.#live.isMoving && this.#shown === this.#events.length) return;
    this.#shown = this.#events.length;
    this.#live.update(view, this.#running, Date.now());
  }
}
