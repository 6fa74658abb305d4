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
  /** Takes in an event that is not written yet, at the sequence it will have. */
  foresee(event: NewEvent, at: number): void;
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
  /** Taken over, taken in, and not written yet: they go first in the next commit, right after this sequence. */
  #adopted: { readonly events: NewEvent[]; readonly blobs: Blob[]; readonly after: number } | undefined;
  /** Taken over while a commit was under way: their sequence is not known before it has ended. */
  readonly #unplaced: { readonly event: NewEvent; readonly blobs: readonly Blob[]; readonly at: number }[] =
    [];
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

  get hasAdopted(): boolean {
    return this.#adopted !== undefined || this.#unplaced.length > 0;
  }

  /** Takes in what follows from records alone, at once; it is written with the next commit. `at` is its time for the run. */
  adopt(event: NewEvent, blobs: readonly Blob[], at: number): void {
    this.#unplaced.push({ event, blobs, at });
    if (!this.isBusy) this.#place();
  }

  #place(): void {
    for (const { event, blobs, at } of this.#unplaced.splice(0)) {
      this.#adopted ??= { events: [], blobs: [], after: this.#owner.lastSeq() };
      this.#adopted.events.push(event);
      this.#adopted.blobs.push(...blobs);
      this.#owner.foresee(event, at);
    }
  }

  /** Writes what was taken over. */
  async flush(): Promise<void> {
    this.#begin(undefined);
    try {
      await this.#send([]);
    } catch (error) {
      this.#failWith(error);
    } finally {
      this.#end(undefined);
    }
  }

  /** One commit to this run, behind what was taken over. */
  #send(
    events: readonly NewEvent[],
    blobs: readonly Blob[] = [],
    also?: readonly Append[],
    seq?: number,
  ): Promise<Appended> {
    const adopted = this.#adopted;
    if (adopted === undefined) return this.#host.commit(this.#withPending(events), blobs, also, seq);
    this.#adopted = undefined;
    const all = [...adopted.events, ...this.#withPending(events)];
    return this.#host.commit(all, [...adopted.blobs, ...blobs], also, adopted.after);
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
      const appended = await this.#send(events, blobs, also);
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

  /**
   * Like `commit`, for events about effects.
   * @throws EFFECT_SLOT_TAKEN with nothing written: another run was first; any other error once the replay is lost
   */
  async commitEffect(scope: Scope, events: readonly NewEvent[], blobs?: readonly Blob[]): Promise<Appended> {
    if (this.#adopted !== undefined) await this.flush();
    if (this.#owner.isLost) return new Promise<never>(ignore);
    const pending = this.#pending.splice(0);
    this.#begin(scope);
    try {
      const appended = await this.#host.commit([...pending, ...events], blobs);
      const missed = this.#owner.caughtUp();
      if (missed !== undefined) await missed;
      return appended;
    } catch (error) {
      this.#pending.unshift(...pending);
      if (!FirebreakError.is(error, "EFFECT_SLOT_TAKEN")) this.#failWith(error);
      throw error;
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
    this.#send([event], blobs).then(done, (error: unknown) => {
      this.#failWith(error);
      done();
    });
  }

  /**
   * Writes events if nothing else was written to this run since what was received. False when something was, or
   * the run is no longer ours: that has been received then.
   */
  async commitNext(events: readonly NewEvent[]): Promise<boolean> {
    if (this.#adopted !== undefined) {
      await this.flush();
      if (this.#owner.isLost) return false;
    }
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
    if (this.#adopted !== undefined) await this.flush();
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
      await this.#send([event]);
      this.#owner.lose(why);
    } catch (refused) {
      this.#failWith(refused);
    }
  }

  #withPending(events: readonly NewEvent[]): readonly NewEvent[] {
    return this.#pending.length === 0 ? events : [...this.#pending.splice(0), ...events];
  }

  #begin(scope: Scope | undefined): void {
    this.#busy += 1;
    if (scope === undefined) return;
    scope.committing += 1;
    this.#writing.add(scope);
  }

  #end(scope: Scope | undefined): void {
    this.#busy -= 1;
    if (scope !== undefined) {
      scope.committing -= 1;
      if (scope.committing === 0) this.#writing.delete(scope);
    }
    if (this.#busy === 0 && this.#unplaced.length > 0) this.#place();
    this.#owner.nudge();
  }

  /** The journal did not take a commit: nothing more is written from here. */
  #failWith(error: unknown): void {
    this.#fault ??= error;
    this.#owner.lose(FirebreakError.any(error) ? error.code : String(error));
  }
}
