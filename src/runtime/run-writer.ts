// What one replay writes to its run. After the journal refused a commit nothing
// more is written from here (R5): the replay is lost, and its promises stay open.

import { FirebreakError } from "../base/errors.ts";
import type { NewEvent } from "../journal/events.ts";
import type { Append, Appended, Blob } from "../journal/journal.ts";
import type { Host } from "./runtime.ts";
import type { Scope } from "./scope.ts";

/** What the replay is told, and asked. */
export interface WriterOwner {
  readonly isLost: boolean;
  lose(why: string): void;
  /** A commit began or ended. */
  nudge(): void;
  /** Resolves when events that were missed have been read. */
  caughtUp(): Promise<void> | undefined;
  /** Reads what others wrote since what was received. */
  readGap(): Promise<void>;
  lastSeq(): number;
}

/** Events and what goes along with them in one commit. */
export interface Batch {
  readonly events: readonly NewEvent[];
  readonly also: readonly Append[];
  readonly blobs: readonly Blob[];
}

/** Times the end of a run is written while its children move. */
const conflictLimit = 100;
const ignore = (): void => undefined;

export class RunWriter {
  readonly #host: Host;
  readonly #owner: WriterOwner;
  readonly #pending: NewEvent[] = [];
  /** Scopes with commits under way. */
  readonly #writing = new Set<Scope>();
  #busy = 0;
  #fault: unknown;

  constructor(host: Host, owner: WriterOwner) {
    this.#host = host;
    this.#owner = owner;
  }

  /** What the journal refused, when it refused something. */
  get fault(): unknown {
    return this.#fault;
  }

  get isBusy(): boolean {
    return this.#busy > 0;
  }

  /** Commits of a scope, or of one below it, are under way. */
  isWriting(scope: Scope): boolean {
    for (const it of this.#writing) if (it === scope || it.path.startsWith(`${scope.path}/`)) return true;
    return false;
  }

  /** An event that goes along with the next commit: a log line. */
  append(event: NewEvent): void {
    this.#pending.push(event);
  }

  /** Resolves when the events are durable and have been received. Never settles once the replay is lost. */
  async commit(
    scope: Scope,
    events: readonly NewEvent[],
    blobs?: readonly Blob[],
    also?: readonly Append[],
  ): Promise<Appended> {
    if (this.#owner.isLost) return new Promise<never>(ignore);
    this.#begin(scope);
    try {
      const appended = await this.#host.commit(this.#withPending(events), blobs, also);
      const missed = this.#owner.caughtUp();
      if (missed !== undefined) await missed;
      return appended;
    } catch (error) {
      this.#failWith(error);
      return new Promise<never>(ignore);
    } finally {
      this.#end(scope);
    }
  }

  /** Writes one event without waiting for it: its delivery is what others wait for. */
  write(scope: Scope, event: NewEvent, blobs: readonly Blob[], written: () => void): void {
    if (this.#owner.isLost) return;
    this.#begin(scope);
    const done = (): void => {
      written();
      this.#end(scope);
    };
    this.#host.commit(this.#withPending([event]), blobs).then(done, (error: unknown) => {
      this.#failWith(error);
      done();
    });
  }

  /**
   * Writes events if nothing else was written to this run since what was received. False when something was, or
   * the run is no longer ours: that has been received then.
   */
  async commitNext(events: readonly NewEvent[]): Promise<boolean> {
    const pending = this.#pending.splice(0);
    this.#busy += 1;
    try {
      await this.#host.commit([...pending, ...events], [], [], this.#owner.lastSeq());
      return true;
    } catch (error) {
      if (FirebreakError.is(error, "JOURNAL_CONFLICT")) {
        this.#pending.unshift(...pending);
        await this.#owner.readGap();
      } else this.#failWith(error);
      return false;
    } finally {
      this.#busy -= 1;
      this.#owner.nudge();
    }
  }

  /** The end of a run and of what it leaves behind: one commit, tried again while others of these runs move. */
  async commitEnd(conclude: () => Promise<Batch>): Promise<void> {
    for (let attempt = 1; !this.#owner.isLost; attempt += 1) {
      const { events, also, blobs } = await conclude();
      try {
        await this.#host.commit([...this.#pending, ...events], blobs, also);
        this.#pending.length = 0;
        return;
      } catch (error) {
        const other = FirebreakError.is(error, "JOURNAL_CONFLICT") && error.details.runId !== this.#host.run;
        if (!other || attempt >= conflictLimit) this.#failWith(error);
      }
    }
  }

  /** Writes the event after which nothing follows, and loses the replay. */
  async commitLast(event: NewEvent, why: string): Promise<void> {
    try {
      await this.#host.commit(this.#withPending([event]));
      this.#owner.lose(why);
    } catch (refused) {
      this.#failWith(refused);
    }
  }

  #withPending(events: readonly NewEvent[]): readonly NewEvent[] {
    return this.#pending.length === 0 ? events : [...this.#pending.splice(0), ...events];
  }

  #begin(scope: Scope): void {
    this.#busy += 1;
    scope.committing += 1;
    this.#writing.add(scope);
  }

  #end(scope: Scope): void {
    this.#busy -= 1;
    scope.committing -= 1;
    if (scope.committing === 0) this.#writing.delete(scope);
    this.#owner.nudge();
  }

  /** The journal did not take a commit: nothing more is written from here. */
  #failWith(error: unknown): void {
    this.#fault ??= error;
    this.#owner.lose(FirebreakError.any(error) ? error.code : String(error));
  }
}
