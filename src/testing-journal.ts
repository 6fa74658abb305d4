// A journal as one engine sees it that can be ended like a process: from that
// moment on nothing it asks for is written, answered or told.

import type { AnyEvent, StepIdentity } from "./journal/events.ts";
import type {
  Append,
  Appended,
  Blob,
  EffectSlot,
  Journal,
  JournalListener,
  RunFilter,
  RunHead,
} from "./journal/journal.ts";
import type { RunId } from "./base/ids.ts";
import { stepPath } from "./runtime/identity.ts";

const never = <T>(): Promise<T> => new Promise(() => undefined);

export class KillableJournal implements Journal {
  /** Resolves once the step after which to end has been recorded. */
  readonly killed: Promise<void>;
  readonly #journal: Journal;
  readonly #after: string | undefined;
  readonly #listeners = new Set<JournalListener>();
  readonly #openers = new Map<string, StepIdentity>();
  readonly #stop: () => void;
  #isDead = false;
  #die: () => void = () => undefined;

  /** @param after Name or path of the step; undefined: it is never ended. */
  constructor(journal: Journal, after: string | undefined) {
    this.#journal = journal;
    this.#after = after;
    this.killed = new Promise((resolve) => (this.#die = resolve));
    this.#stop = journal.listen((events) => this.#hear(events));
  }

  commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    return this.#alive(() => this.#journal.commit(appends, blobs));
  }

  read(run: RunId, after?: number): Promise<readonly AnyEvent[]> {
    return this.#alive(() => this.#journal.read(run, after));
  }

  readOpen(run: RunId): Promise<readonly AnyEvent[]> {
    return this.#alive(() => this.#journal.readOpen(run));
  }

  event(run: RunId, seq: number): Promise<AnyEvent | undefined> {
    return this.#alive(() => this.#journal.event(run, seq));
  }

  head(run: RunId): Promise<RunHead | undefined> {
    return this.#alive(() => this.#journal.head(run));
  }

  heads(filter: RunFilter): Promise<readonly RunHead[]> {
    return this.#alive(() => this.#journal.heads(filter));
  }

  slot(root: RunId, tool: string, key: string): Promise<EffectSlot | undefined> {
    return this.#alive(() => this.#journal.slot(root, tool, key));
  }

  slots(root: RunId): Promise<readonly EffectSlot[]> {
    return this.#alive(() => this.#journal.slots(root));
  }

  blob(hash: string): Promise<Uint8Array> {
    return this.#alive(() => this.#journal.blob(hash));
  }

  prune(runs: readonly RunId[]): Promise<number> {
    return this.#alive(() => this.#journal.prune(runs));
  }

  listen(listener: JournalListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  outsideChanges(): number {
    return this.#journal.outsideChanges();
  }

  /** Leaves the journal open for the next engine. */
  async close(): Promise<void> {
    this.#stop();
  }

  async #alive<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#isDead) return never();
    try {
      const answer = await ask();
      return this.#isDead ? await never() : answer;
    } catch (error) {
      if (this.#isDead) return never();
      throw error;
    }
  }

  #hear(events: readonly AnyEvent[]): void {
    if (this.#isDead) return;
    if (this.#after !== undefined && events.some((it) => this.#ends(it, this.#after!))) {
      this.#isDead = true;
      this.#die();
      return;
    }
    for (const listener of this.#listeners) listener(events);
  }

  /** True for the record of the step after which to end. */
  #ends(event: AnyEvent, after: string): boolean {
    const identity = this.#endedBy(event);
    if (identity === undefined) return false;
    return identity.name === after || stepPath(identity.scope, identity.name) === after;
  }

  #endedBy(event: AnyEvent): StepIdentity | undefined {
    const key = (seq: number): string => `${event.run}:${seq}`;
    switch (event.kind) {
      case "step.completed":
      case "step.failed":
        return event.data;
      case "review.asked":
      case "timer.set":
        this.#openers.set(key(event.seq), event.data);
        return undefined;
      case "child.started":
        this.#openers.set(event.data.child, event.data);
        return undefined;
      case "review.decided":
        return this.#openers.get(key(event.data.asked));
      case "timer.fired":
        return this.#openers.get(key(event.data.set));
      case "child.ended":
        return this.#openers.get(event.data.child);
      default:
        return undefined;
    }
  }
}
