// A journal that fails, for the simulator and for tests: commits are refused
// before they are written, or written although they are reported as failed, by
// seed; and from a chosen commit on the process counts as dead.
//
// A dead journal writes nothing and answers nothing but CrashError. What was
// handed to the journal inside before its death may still land, as in life.

import type { RunId } from "../src/base/ids.ts";
import { FirebreakError } from "../src/base/errors.ts";
import { seededRandom } from "../src/base/random.ts";
import type { AnyEvent } from "../src/journal/events.ts";
import type {
  Append,
  Appended,
  Blob,
  EffectSlot,
  Journal,
  JournalListener,
  RunFilter,
  RunHead,
} from "../src/journal/journal.ts";

/** The process is dead: whoever catches this must do nothing more. */
export class CrashError extends Error {
  override readonly name = "CrashError";
}

export interface Flakiness {
  readonly seed: string;
  /** Part of the commits, 0 to 1, that fail with JOURNAL_FULL and write nothing. */
  readonly refused?: number;
  /** Part of the commits that are written and fail with JOURNAL_IO; later ones with JOURNAL_POISONED. */
  readonly unacknowledged?: number;
  /** Commit, counted from 0, at which the process dies. */
  readonly crashAt?: number;
  /** What becomes of that commit: not written (the default), or written without an answer. */
  readonly crash?: "before" | "after";
  /** Called in the moment of death, once: whoever runs the process ends it here. */
  readonly onCrash?: () => void;
}

const path = "the flaky journal";
const reason = "the seed said so";

export class FlakyJournal implements Journal {
  readonly #inner: Journal;
  readonly #flakiness: Flakiness;
  readonly #random: () => number;
  #commits = 0;
  #dead = false;
  #poisoned = false;

  /** Contract: `inner` outlives this journal; a restarted process gets a new FlakyJournal over it. */
  constructor(inner: Journal, flakiness: Flakiness) {
    this.#inner = inner;
    this.#flakiness = flakiness;
    this.#random = seededRandom(flakiness.seed);
  }

  /** Commits asked for so far: the range of `crashAt`. */
  get commits(): number {
    return this.#commits;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** Kills the process now. */
  crash(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#flakiness.onCrash?.();
  }

  async commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    this.#demandAlive();
    const { refused = 0, unacknowledged = 0, crashAt, crash = "before" } = this.#flakiness;
    const drawn = this.#random();
    if (this.#commits++ === crashAt) {
      const landing = crash === "after" ? this.#inner.commit(appends, blobs) : undefined;
      this.crash();
      await landing;
      throw new CrashError(`died at commit ${crashAt}, ${crash} writing it`);
    }
    if (this.#poisoned) throw new FirebreakError("JOURNAL_POISONED", { path, reason });
    if (drawn < refused) throw new FirebreakError("JOURNAL_FULL", { path });
    const appended = await this.#answer(this.#inner.commit(appends, blobs));
    if (drawn >= refused + unacknowledged) return appended;
    this.#poisoned = true;
    throw new FirebreakError("JOURNAL_IO", { path, reason });
  }

  read(run: RunId, after?: number): Promise<readonly AnyEvent[]> {
    return this.#answer(this.#inner.read(run, after));
  }

  readOpen(run: RunId): Promise<readonly AnyEvent[]> {
    return this.#answer(this.#inner.readOpen(run));
  }

  event(run: RunId, seq: number): Promise<AnyEvent | undefined> {
    return this.#answer(this.#inner.event(run, seq));
  }

  head(run: RunId): Promise<RunHead | undefined> {
    return this.#answer(this.#inner.head(run));
  }

  heads(filter: RunFilter): Promise<readonly RunHead[]> {
    return this.#answer(this.#inner.heads(filter));
  }

  slot(root: RunId, tool: string, key: string): Promise<EffectSlot | undefined> {
    return this.#answer(this.#inner.slot(root, tool, key));
  }

  slots(root: RunId): Promise<readonly EffectSlot[]> {
    return this.#answer(this.#inner.slots(root));
  }

  blob(hash: string): Promise<Uint8Array> {
    return this.#answer(this.#inner.blob(hash));
  }

  listen(listener: JournalListener): () => void {
    return this.#inner.listen((events) => {
      if (!this.#dead) listener(events);
    });
  }

  outsideChanges(): number {
    return this.#inner.outsideChanges();
  }

  prune(runs: readonly RunId[]): Promise<number> {
    return this.#answer(this.#inner.prune(runs));
  }

  /** Leaves the inner journal open: it is the disk. */
  async close(): Promise<void> {}

  /** A process that died while it waited is not told what came of it. */
  async #answer<Result>(asked: Promise<Result>): Promise<Result> {
    if (this.#dead) asked.catch(() => undefined);
    this.#demandAlive();
    const result = await asked;
    this.#demandAlive();
    return result;
  }

  #demandAlive(): void {
    if (this.#dead) throw new CrashError("the process is dead");
  }
}
