// The embedded engine: one process, one journal, no server. It claims runs,
// drives each with a Replay, lets go of those that wait, and takes up those
// that became ready, that are due, or whose process died.
//
//   N1. A run is driven by who claimed it; claims are appends that exactly one process wins (E4).
//   N2. A parked run costs nothing here: it is rows in the journal.
//   N3. A run of a process proven dead is taken over at once; one of a live process never without force.
//   N4. Cancel is one commit over the run and its open descendants (E7).
//   N5. A run that ends leaves no open descendant behind; a child's end is told to its parent in the same commit.
//   N6. A failure of what nobody waits for loses nothing: the journal is looked at again later.

import { type Clock, systemClock } from "../../base/clock.ts";
import { FirebreakError } from "../../base/errors.ts";
import { newRunId, type RunId } from "../../base/ids.ts";
import type { AnyEvent, EventData, JournalEvent, NewEvent } from "../../journal/events.ts";
import {
  type Append,
  type Appended,
  type Blob,
  endings,
  type Journal,
  type RunHead,
} from "../../journal/journal.ts";
import type { Engine, FindProgram, KeptCode, Program, StartSpec } from "../../runtime/engine.ts";
import type { ReplayOptions } from "../../runtime/replay-options.ts";
import { Replay } from "../../runtime/replay.ts";
import { Flights } from "../../runtime/flights.ts";
import type { Past } from "../../runtime/past.ts";
import type { Guard, Host, LiveNote } from "../../runtime/runtime.ts";
import { runStarted } from "../../runtime/run-started.ts";
import { Alarm } from "./alarm.ts";
import { makeHost } from "./make-host.ts";
import {
  asEvents,
  cancelAll,
  cancelRun,
  concludeRun,
  haltedBy,
  hasMovingChild,
  isOver,
  listed,
  openDescendants,
} from "./run-ends.ts";
import { RunWaiters } from "./run-waiters.ts";
import { type Liveness, soleProcess } from "./process-lock.ts";

export interface EmbeddedOptions {
  readonly journal: Journal;
  readonly find: FindProgram;
  readonly liveness?: Liveness;
  readonly clock?: Clock;
  /** "all": drives every run it knows the workflow of. "own": only runs started or driven through it, and their children. */
  readonly drive?: "all" | "own";
  /** How often another process's writes are looked for, ms. */
  readonly pollMs?: number;
  /** Timers due within this many ms are waited for in memory. */
  readonly lingerMs?: number;
  /** Present in tests only. */
  readonly guard?: Guard;
  /** Which works of a run in which records were undone may hold, in local variables, what was delivered to it. */
  readonly capturesFor?: (started: EventData["run.started"]) => Promise<(work: string) => boolean>;
  /** What a run that reruns another may take over. */
  readonly pastFor?: (started: EventData["run.started"], run: RunId) => Promise<Past>;
}

/** Runs driven at once; others wait their turn. */
export const activeLimit = 512;

/** Looks at other processes' writes between two looks for dead processes. */
const looksPerSearch = 5;

export class EmbeddedEngine implements Engine {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly owner: string;
  readonly #find: FindProgram;
  readonly #liveness: Liveness;
  readonly #options: EmbeddedOptions;
  readonly #active = new Map<RunId, Replay | "starting">();
  readonly #again = new Set<RunId>();
  readonly #own = new Set<RunId>();
  readonly #watchers = new Map<RunId, Set<(note: LiveNote) => void>>();
  readonly #waiters = new RunWaiters();
  readonly #sending = new Map<string, Promise<unknown>>();
  /** Active runs that may have children. */
  readonly #parents = new Set<RunId>();
  readonly #queue: RunId[] = [];
  readonly #faults = new Map<RunId, unknown>();
  readonly #accepting = new Set<RunId>();
  /** Work that was under way when a replay was left. */
  readonly #flights = new Map<RunId, Flights>();
  readonly #stopListening: () => void;
  readonly #alarm: Alarm;
  #poll: NodeJS.Timeout | undefined;
  #outside: number;
  #closed = false;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.journal = options.journal;
    this.clock = options.clock ?? systemClock;
    this.#find = options.find;
    this.#liveness = options.liveness ?? soleProcess();
    this.owner = this.#liveness.owner;
    this.#alarm = new Alarm(this.clock, () => this.#apart(this.recover()));
    this.#outside = this.journal.outsideChanges();
    this.#stopListening = this.journal.listen((events) => this.#hear(events));
  }

  async start(spec: StartSpec): Promise<RunId> {
    const run = newRunId();
    const blobs: Blob[] = [];
    const events = [runStarted(run, spec, blobs), this.#claimEvent("start")];
    const [appended] = await this.journal.commit([{ run, expect: { seq: 0 }, events }], blobs);
    this.#own.add(run);
    void this.#run(run, spec.program, appended!.epoch, asEvents(run, events, appended!));
    return run;
  }

  async drive(run: RunId): Promise<boolean> {
    if (this.#closed || this.#active.has(run)) return !this.#closed;
    const head = await this.journal.head(run);
    if (head === undefined) throw new FirebreakError("RUN_UNKNOWN", { given: run });
    this.#own.add(run);
    return this.#take(head, false);
  }

  /** Goes on by identity alone where the code no longer asks for what is recorded, at the next drive. */
  accept(run: RunId): void {
    this.#accepting.add(run);
  }

  /** Takes a run from a process that is alive but stopped. Its late writes are refused (E4). */
  async force(run: RunId): Promise<boolean> {
    const head = await this.journal.head(run);
    if (head === undefined) throw new FirebreakError("RUN_UNKNOWN", { given: run });
    this.#own.add(run);
    return this.#take(head, true);
  }

  /** Takes up everything that is ready, due, or left by a dead process. Returns how many runs it drives. */
  async recover(): Promise<number> {
    const running = await this.journal.heads({ status: ["running"], limit: listed });
    const due = await this.journal.heads({ dueAt: this.clock.now(), limit: listed });
    let taken = 0;
    for (const head of [...running, ...due])
      if (this.#concerns(head) && (await this.#take(head, false))) taken += 1;
    await this.#armTimer();
    return taken;
  }

  cancel(run: RunId, by: string, because?: string): Promise<void> {
    return cancelRun(this.journal, run, by, because);
  }

  async settled(run: RunId): Promise<RunHead> {
    const isSettled = async (head: RunHead): Promise<boolean> =>
      isOver(head) ||
      (this.#isIdle(head) && !(await hasMovingChild(this.journal, run, (child) => this.#isIdle(child))));
    return this.#waiters.until(run, () => this.#lookAt(run, isSettled), true);
  }

  async ended(run: RunId): Promise<RunHead> {
    return this.#waiters.until(run, () => this.#lookAt(run, isOver));
  }

  async ending(run: RunId): Promise<AnyEvent> {
    // A run that is driven here is heard when it ends: nothing needs to be read.
    if (this.#active.has(run) && !this.#closed) {
      const heard = await this.#waiters.ending(run);
      if (heard !== undefined) return heard;
    }
    const head = await this.ended(run);
    for (let seq = head.seq; seq > 0; seq -= 1) {
      const event = await this.journal.event(run, seq);
      if (event !== undefined && event.kind in endings) return event;
    }
    throw new FirebreakError("RUN_UNKNOWN", { given: run });
  }

  watch(run: RunId, listener: (note: LiveNote) => void): () => void {
    const all = this.#watchers.get(run) ?? new Set();
    this.#watchers.set(run, all.add(listener));
    return () => void all.delete(listener);
  }

  /** Looks for what other processes wrote from now on. */
  startPolling(): void {
    let looks = 0;
    this.#poll ??= setInterval(() => {
      looks += 1;
      this.#apart(this.#lookOutside());
      if (looks % looksPerSearch === 0) this.#apart(this.#lookForDead());
    }, this.#options.pollMs ?? 200);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#poll);
    this.#alarm.close();
    this.#stopListening();
    for (const replay of this.#active.values()) if (replay !== "starting") replay.lose("closed");
    this.#waiters.close();
    this.#liveness.close();
  }

  // ---- Taking up runs ---------------------------------------------------------

  async #take(head: RunHead, force: boolean): Promise<boolean> {
    if (this.#closed || this.#active.has(head.run) || isOver(head)) return false;
    const why = this.#claimable(head, force);
    if (why === undefined) return false;
    if (this.#active.size >= activeLimit) {
      this.#queue.push(head.run);
      return true;
    }
    this.#active.set(head.run, "starting");
    let program: Program | undefined;
    let appended: Appended | undefined;
    try {
      program = await this.#find(head.workflow, head.file);
      if (program === undefined) return this.#letGo(head.run);
      const kept = program.kept?.();
      const append: Append = {
        run: head.run,
        expect: { seq: head.seq, epoch: head.epoch },
        events: [this.#claimEvent(why, kept)],
      };
      appended = (await this.journal.commit([append], kept?.blobs))[0]!;
    } catch (error) {
      this.#letGo(head.run);
      if (FirebreakError.is(error, "JOURNAL_CONFLICT")) return false;
      throw error;
    }
    void this.#run(head.run, program, appended.epoch, undefined);
    return true;
  }

  #claimable(head: RunHead, force: boolean): "wake" | "takeover" | "forced" | undefined {
    if (head.status === "waiting")
      return head.ready || (head.wakeAt ?? Number.POSITIVE_INFINITY) <= this.clock.now() ? "wake" : undefined;
    if (head.status !== "running") return undefined;
    if (head.owner === this.owner || !this.#liveness.isAlive(head.owner ?? "")) return "takeover";
    return force ? "forced" : undefined;
  }

  #letGo(run: RunId): false {
    this.#active.delete(run);
    if (this.#again.delete(run)) this.#wakeUp(run);
    return false;
  }

  #claimEvent(why: EventData["run.claimed"]["why"], kept?: KeptCode): NewEvent {
    const data = { owner: this.owner, why };
    return {
      kind: "run.claimed",
      data: kept === undefined ? data : { ...data, sources: kept.sources },
    };
  }

  /** Drives a claimed run until it ends, parks or is lost. */
  async #run(
    run: RunId,
    program: Program,
    epoch: number,
    known: readonly AnyEvent[] | undefined,
  ): Promise<void> {
    this.#active.set(run, "starting");
    this.#faults.delete(run);
    if (known === undefined) this.#parents.add(run);
    try {
      const events = known ?? (await this.journal.readOpen(run));
      const started = events[0] as JournalEvent<"run.started">;
      const flights = this.#flights.get(run);
      this.#flights.delete(run);
      const replay = new Replay(this.#host(run, started.data.root, epoch), {
        ...(await this.#replayOptions(run, started.data, events)),
        ...(flights === undefined ? {} : { flights }),
      });
      this.#active.set(run, replay);
      const ending = replay.execute(events, (scope) => program.run(scope, started.data));
      // What was written between the reading and now was told to nobody.
      if (known === undefined)
        this.#apart(this.journal.read(run, replay.records.lastSeq).then((late) => replay.receive(late)));
      const end = await ending;
      if (end.kind === "parked") this.#apart(this.#armTimer());
      if (end.kind === "lost") await this.#left(run, replay, end.why);
      // Lost to another driver is no fault: that one goes on.
      const { fault } = replay;
      if (end.kind === "lost" && fault !== undefined && !FirebreakError.is(fault, "JOURNAL_CONFLICT")) {
        this.#faults.set(run, fault);
        // Another run of the root changed an effect that was about to be taken over: look again at once.
        if (FirebreakError.is(fault, "EFFECT_SLOT_TAKEN")) this.#again.add(run);
        else this.#alarm.again();
      }
    } catch (error) {
      await this.#quarantine(run, epoch, error);
    } finally {
      this.#finish(run);
    }
  }

  /** A replay was left because a record was undone, or because the run moved under it: another one follows. */
  async #left(run: RunId, replay: Replay, why: string): Promise<void> {
    const moved = why === "JOURNAL_CONFLICT" && (await this.#isMine(run, replay));
    if (why !== "invalidated" && !moved) return;
    await replay.issues.untilSent();
    if (replay.flights.length > 0) this.#flights.set(run, new Flights(replay.flights));
    this.#again.add(run);
  }

  async #isMine(run: RunId, replay: Replay): Promise<boolean> {
    const head = await this.journal.head(run);
    return head?.status === "running" && head.owner === this.owner && head.epoch === replay.host.epoch;
  }

  async #replayOptions(
    run: RunId,
    started: EventData["run.started"],
    events: readonly AnyEvent[],
  ): Promise<ReplayOptions> {
    const isCut = events.some((it) => it.kind === "step.invalidated" && it.data.cut);
    const captures = isCut ? await this.#options.capturesFor?.(started) : undefined;
    const past = started.rerunOf === undefined ? undefined : await this.#options.pastFor?.(started, run);
    const accept = this.#accepting.delete(run);
    return {
      seed: started.seed,
      accept,
      ...(past === undefined ? {} : { past }),
      ...(captures === undefined ? {} : { captures }),
      lingerMs: this.#options.lingerMs ?? 1_000,
      conclude: async (end) => {
        const concluded = concludeRun(run, started, end);
        return { ...concluded, also: [...concluded.also, ...(await this.#endChildren(run))] };
      },
    };
  }

  /** A run whose rows cannot be read is set aside; the others go on. */
  async #quarantine(run: RunId, epoch: number, error: unknown): Promise<void> {
    this.#faults.set(run, error);
    const append: Append = { run, expect: { epoch }, events: [haltedBy(error)] };
    await this.journal.commit([append]).catch(() => undefined);
  }

  /** Ends the open descendants of a run that ends. */
  async #endChildren(run: RunId): Promise<readonly Append[]> {
    if (!this.#parents.has(run)) return [];
    const open = await openDescendants(this.journal, run);
    return cancelAll(open, { kind: "run.cancelled", data: { by: `the end of run ${run}` } });
  }

  /** Work nobody waits for. When it fails, runs stay as the journal has them, and are looked for again later (N6). */
  #apart(work: Promise<unknown>): void {
    work.catch(() => this.#alarm.again());
  }

  #finish(run: RunId): void {
    this.#active.delete(run);
    this.#parents.delete(run);
    this.#waiters.tellEnd(run, undefined);
    this.#waiters.wake(run);
    if (this.#closed) return;
    if (this.#again.delete(run)) this.#wakeUp(run);
    const next = this.#queue.shift();
    if (next !== undefined) this.#wakeUp(next);
  }

  #host(run: RunId, root: RunId, epoch: number): Host {
    return makeHost(
      { run, root, epoch, owner: this.owner },
      {
        engine: this,
        guard: this.#options.guard,
        isAlive: (it) => this.#liveness.isAlive(it),
        sending: this.#sending,
        watchers: (it) => this.#watchers.get(it),
      },
    );
  }

  // ---- What happens outside ------------------------------------------------------

  #hear(events: readonly AnyEvent[]): void {
    let first = 0;
    while (first < events.length) {
      const run = events[first]!.run;
      let last = first;
      while (last + 1 < events.length && events[last + 1]!.run === run) last += 1;
      this.#hearRun(run, first === 0 && last === events.length - 1 ? events : events.slice(first, last + 1));
      first = last + 1;
    }
  }

  #hearRun(run: RunId, events: readonly AnyEvent[]): void {
    const active = this.#active.get(run);
    if (active instanceof Replay) active.receive(events);
    for (const event of events) {
      if (event.kind === "child.started") {
        this.#own.add(event.data.child);
        this.#parents.add(run);
      }
      if (event.kind === "run.started" && event.data.parent !== undefined)
        queueMicrotask(() => this.#wakeUp(run));
      else if (waking.has(event.kind)) this.#wakeUp(run);
      if (event.kind in endings) this.#waiters.tellEnd(run, event);
      if (event.kind in endings || event.kind === "run.parked") this.#tell(run, event.kind !== "run.parked");
    }
  }

  #tell(run: RunId, over: boolean): void {
    this.#waiters.wake(run);
    if (over) {
      this.#own.delete(run);
      this.#watchers.delete(run);
    }
  }

  #wakeUp(run: RunId): void {
    if (this.#closed) return;
    if (this.#active.has(run)) {
      this.#again.add(run);
      return;
    }
    void (async () => {
      const head = await this.journal.head(run);
      if (head !== undefined && this.#concerns(head)) await this.#take(head, false);
    })().catch((error: unknown) => this.#faults.set(run, error));
  }

  #concerns(head: RunHead): boolean {
    return (
      this.#options.drive !== "own" ||
      this.#own.has(head.run) ||
      (head.parent !== undefined && this.#own.has(head.parent))
    );
  }

  async #lookOutside(): Promise<void> {
    const now = this.journal.outsideChanges();
    if (now === this.#outside) return;
    this.#outside = now;
    for (const [run, replay] of this.#active) {
      if (replay instanceof Replay) replay.receive(await this.journal.read(run, replay.records.lastSeq));
    }
    this.#waiters.wakeAll();
    for (const head of await this.journal.heads({ dueAt: this.clock.now(), limit: listed })) {
      if (this.#concerns(head)) await this.#take(head, false);
    }
  }

  /** One timer for the earliest parked run. */
  async #armTimer(): Promise<void> {
    if (this.#closed) return;
    const waiting = await this.journal.heads({ dueAt: Number.MAX_SAFE_INTEGER, limit: listed });
    const earliest = Math.min(
      ...waiting.filter((it) => this.#concerns(it)).map((it) => it.wakeAt ?? Number.POSITIVE_INFINITY),
    );
    if (Number.isFinite(earliest)) this.#alarm.set(earliest);
  }

  /** Takes up the runs of processes that died. */
  async #lookForDead(): Promise<void> {
    const alive = new Map<string, boolean>();
    for (const head of await this.journal.heads({ status: ["running"], limit: listed })) {
      const owner = head.owner ?? "";
      if (owner === this.owner || !this.#concerns(head)) continue;
      if (!alive.has(owner)) alive.set(owner, this.#liveness.isAlive(owner));
      if (!alive.get(owner)) await this.#take(head, false);
    }
  }

  #isIdle(head: RunHead): boolean {
    return head.status === "waiting" && !head.ready && !this.#active.has(head.run);
  }

  /** The run's head when it is as wanted. @throws RUN_UNKNOWN, what the run met, JOURNAL_CLOSED */
  async #lookAt(
    run: RunId,
    done: (head: RunHead) => boolean | Promise<boolean>,
  ): Promise<RunHead | undefined> {
    const head = await this.journal.head(run);
    if (head === undefined) throw new FirebreakError("RUN_UNKNOWN", { given: run });
    const fault = this.#faults.get(run);
    if (fault !== undefined && !isOver(head)) throw fault;
    if (await done(head)) return head;
    if (this.#closed) throw new FirebreakError("JOURNAL_CLOSED", { path: "the engine" });
    return undefined;
  }
}

const waking: ReadonlySet<string> = new Set([
  "review.decided",
  "signal.received",
  "child.ended",
  "run.resumed",
  "effect.settled",
  "step.invalidated",
]);
