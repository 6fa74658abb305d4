// Group commit: the commits of one event-loop turn are written together, one
// batch at a time and in the order they were handed in. Afterwards listeners
// hear of them, once a batch, and then each caller is answered.

import type { EncodedAppend } from "./commit-plan.ts";
import type { AnyEvent } from "./events.ts";
import type { Appended, Blob, JournalListener } from "./journal.ts";

/** Most commits that share one transaction; the rest go into the next. */
const batchLimit = 1_000;

/** Flushes of a chain after which the event loop gets its turn. */
const flushesPerTurn = 32;

export interface CommitRequest {
  readonly appends: readonly EncodedAppend[];
  readonly blobs: readonly Blob[];
}

/** What became of one commit of a batch. */
export type CommitOutcome =
  | { readonly kind: "written"; readonly appended: readonly Appended[]; readonly events: readonly AnyEvent[] }
  | { readonly kind: "refused"; readonly error: unknown };

/**
 * Makes a batch durable and tells what became of each commit, in order.
 * Contract: when it throws, nothing of the batch counts as written and every caller is given the error.
 */
export type WriteBatch = (batch: readonly CommitRequest[]) => Promise<readonly CommitOutcome[]>;

interface Waiting {
  /** Absent for work that runs between batches. */
  readonly request?: CommitRequest;
  readonly work?: () => Promise<void>;
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

export class CommitQueue {
  readonly #write: WriteBatch;
  readonly #listeners = new Set<JournalListener>();
  #waiting: Waiting[] = [];
  #flushing = false;
  #flushes = 0;
  /** While the reactions to the last flush run. */
  #isChained = false;
  #idle: (() => void)[] = [];

  constructor(write: WriteBatch) {
    this.#write = write;
  }

  push(request: CommitRequest): Promise<readonly Appended[]> {
    return new Promise((resolve, reject) => this.#enqueue({ request, resolve, reject }));
  }

  /** Runs `work` between batches: after what was handed in before, and before the rest. */
  async exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    let result: { readonly value: Result } | undefined;
    await new Promise((resolve, reject) => {
      this.#enqueue({ work: async () => void (result = { value: await work() }), resolve, reject });
    });
    return result!.value;
  }

  listen(listener: JournalListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when nothing is waiting. */
  drain(): Promise<void> {
    if (!this.#flushing) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #enqueue(item: Waiting): void {
    this.#waiting.push(item);
    if (this.#flushing) return;
    this.#flushing = true;
    this.#schedule();
  }

  /**
   * What the last flush set off by itself (steps that do not wait) is flushed when those reactions have run. What
   * comes from outside waits for the end of the event loop's turn, so that all that arrived in it shares a sync; so
   * does a long chain now and then, or timers and sockets would never get their turn.
   */
  #schedule(): void {
    this.#flushes += 1;
    if (this.#isChained && this.#flushes % flushesPerTurn !== 0) process.nextTick(() => void this.#flush());
    else setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const first = this.#waiting[0]!;
    if (first.work === undefined) await this.#flushBatch(this.#takeBatch());
    else await runAlone(this.#waiting.shift()!);
    if (this.#waiting.length > 0) {
      this.#schedule();
      return;
    }
    this.#flushing = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #takeBatch(): readonly Waiting[] {
    const stop = this.#waiting.findIndex((it) => it.work !== undefined);
    return this.#waiting.splice(0, Math.min(stop < 0 ? this.#waiting.length : stop, batchLimit));
  }

  async #flushBatch(batch: readonly Waiting[]): Promise<void> {
    let outcomes: readonly CommitOutcome[];
    try {
      outcomes = await this.#write(batch.map((it) => it.request!));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    this.#isChained = true;
    process.nextTick(() => (this.#isChained = false));
    this.#tell(outcomes);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind === "written") batch[index]!.resolve(outcome.appended);
      else batch[index]!.reject(outcome.error);
    }
  }

  #tell(outcomes: readonly CommitOutcome[]): void {
    if (this.#listeners.size === 0) return;
    const events = Object.freeze(outcomes.flatMap((it) => (it.kind === "written" ? it.events : [])));
    if (events.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        // A listener must not throw. One that does is heard of, and callers are still answered.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

async function runAlone({ work, resolve, reject }: Waiting): Promise<void> {
  try {
    await work!();
    resolve([]);
  } catch (error) {
    reject(error);
  }
}
