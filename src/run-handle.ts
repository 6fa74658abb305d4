// A run, as whoever started it holds it.

import { FirebreakError } from "./base/errors.ts";
import type { RunId } from "./base/ids.ts";
import { canonical } from "./base/values.ts";
import type { Engine } from "./runtime/engine.ts";
import type { LiveNote } from "./runtime/runtime.ts";
import type { AnyEvent } from "./journal/events.ts";
import { endings, type Journal, type RunHead } from "./journal/journal.ts";
import { fromStored } from "./runtime/store.ts";

/** Not durable: what is going on right now, for watchers. */
export type LiveEvent = LiveNote & { readonly run: RunId; readonly at: number };

export interface RunHandle<Output = unknown> {
  readonly id: RunId;
  /** The run's output. Waits as long as the run waits. @throws RUN_FAILED, RUN_CANCELLED, RUN_HALTED */
  result(): Promise<Output>;
  /** Resolves when the run ended or has nothing to do until someone acts. */
  settled(): Promise<RunHead>;
  head(): Promise<RunHead>;
  /** Past events, then new ones and live ones, until the run ends or the loop is left. */
  events(options?: { readonly after?: number; readonly live?: boolean }): AsyncIterable<AnyEvent | LiveEvent>;
  /** @throws RUN_ENDED */
  cancel(options?: { readonly by?: string; readonly because?: string }): Promise<void>;
  /** A message into the run. The same `id` twice is one signal. @throws RUN_ENDED, VALUE_UNSUPPORTED */
  signal(
    name: string,
    payload?: unknown,
    options?: { readonly id?: string; readonly by?: string },
  ): Promise<void>;
}

/** Events kept for a slow reader of `events()`; beyond this they are read from the journal again. */
const conflictLimit = 20;

export class RunHandleImpl implements RunHandle {
  readonly id: RunId;
  readonly #engine: Engine;
  readonly #journal: Journal;

  constructor(id: RunId, engine: Engine, journal: Journal) {
    this.id = id;
    this.#engine = engine;
    this.#journal = journal;
  }

  async head(): Promise<RunHead> {
    const head = await this.#journal.head(this.id);
    if (head === undefined) throw new FirebreakError("RUN_UNKNOWN", { given: this.id });
    return head;
  }

  async result(): Promise<unknown> {
    const end = await this.#engine.ending(this.id);
    switch (end.kind) {
      case "run.completed":
        return (await fromStored(end.data.output, (hash) => this.#journal.blob(hash))).value;
      case "run.failed":
        throw new FirebreakError("RUN_FAILED", {
          runId: this.id,
          outcome: end.data.outcome,
          reason: end.data.message,
        });
      case "run.cancelled":
        throw new FirebreakError("RUN_CANCELLED", { runId: this.id, by: end.data.by });
      case "run.halted":
        throw new FirebreakError("RUN_HALTED", {
          runId: this.id,
          reason: end.data.message,
          mend: end.data.fix,
        });
      default:
        throw new FirebreakError("RUN_HALTED", {
          runId: this.id,
          reason: end.kind,
          mend: "See firebreak show.",
        });
    }
  }

  settled(): Promise<RunHead> {
    return this.#engine.settled(this.id);
  }

  async *events(options: { after?: number; live?: boolean } = {}): AsyncIterable<AnyEvent | LiveEvent> {
    const queue: (AnyEvent | LiveEvent)[] = [];
    let wake = (): void => undefined;
    const push = (event: AnyEvent | LiveEvent): void => {
      queue.push(event);
      wake();
    };
    const stops = [this.#journal.listen((events) => events.filter((it) => it.run === this.id).forEach(push))];
    if (options.live)
      stops.push(this.#engine.watch(this.id, (note) => push({ ...note, run: this.id, at: Date.now() })));
    // Another process may write: then nothing is heard here, and the journal is read now and then.
    const poll = setInterval(() => wake(), 250);
    let seen = options.after ?? 0;
    try {
      for (;;) {
        for (const event of await this.#journal.read(this.id, seen)) {
          seen = event.seq;
          yield event;
          if (event.kind in endings) return;
        }
        while (queue.length > 0) {
          const event = queue.shift()!;
          if ("seq" in event && event.seq <= seen) continue;
          if ("seq" in event) break;
          yield event;
        }
        if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      clearInterval(poll);
      for (const stop of stops) stop();
    }
  }

  cancel(options: { by?: string; because?: string } = {}): Promise<void> {
    return this.#engine.cancel(this.id, options.by ?? "the program", options.because);
  }

  async signal(
    name: string,
    payload: unknown = null,
    options: { id?: string; by?: string } = {},
  ): Promise<void> {
    const data = {
      name,
      payload: canonical(payload, "payload").json,
      ...(options.id === undefined ? {} : { id: options.id }),
      ...(options.by === undefined ? {} : { by: options.by }),
    };
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      const head = await this.head();
      if (head.status !== "running" && head.status !== "waiting")
        throw new FirebreakError("RUN_ENDED", { runId: this.id, status: head.status, verb: "signalled" });
      if (options.id !== undefined && (await this.#knowsSignal(options.id))) return;
      try {
        await this.#journal.commit([
          { run: this.id, expect: { seq: head.seq }, events: [{ kind: "signal.received", data }] },
        ]);
        return;
      } catch (error) {
        if (!FirebreakError.is(error, "JOURNAL_CONFLICT")) throw error;
      }
    }
    throw new FirebreakError("JOURNAL_CONFLICT", {
      runId: this.id,
      expected: "a standstill",
      found: "a moving run",
    });
  }

  async #knowsSignal(id: string): Promise<boolean> {
    const events = await this.#journal.read(this.id);
    return events.some((it) => it.kind === "signal.received" && it.data.id === id);
  }
}
