// One replay of one run. It orders deliveries and decides what runs next:
//
//   R1. Completions are delivered one by one, in recorded order, each once its step has been issued and everything the
//       delivery before it set off has come to rest.
//   R2. Work without a record waits until the record is used up; composite steps are entered at once, they are code.
//   R3. Code at rest that has not asked for the next recorded step has diverged: the run halts before work starts.
//   R4. When nothing runs and only waits are open, the run is parked and leaves memory.
//   R5. After `lost` nothing is written, resolved or rejected any more.

import { FirebreakError } from "../base/errors.ts";
import type { Value } from "../base/values.ts";
import type { AnyEvent, NewEvent, StepIdentity } from "../journal/events.ts";
import type { Blob } from "../journal/journal.ts";
import { Adoption } from "./adoption.ts";
import type { Cap } from "./cap.ts";
import { Beside } from "./beside.ts";
import { Deliveries } from "./deliveries.ts";
import { answer } from "./deliver.ts";
import { divergence, missedIn, notAStep } from "./divergence.ts";
import { reactions, turn } from "./event-loop.ts";
import { childScope, identityKey } from "./identity.ts";
import type { Flight } from "./flights.ts";
import { type Issue, OpenIssue, type Work } from "./issue.ts";
import { canonicalInput, Lineage } from "./lineage.ts";
import { isWithin, OpenIssues } from "./open-issues.ts";
import { type Completion, Records } from "./records.ts";
import { PassedOver } from "./passed-over.ts";
import type { ReplayOptions } from "./replay-options.ts";
import { RunWriter } from "./run-writer.ts";
import type { Host, ReplayEnd } from "./runtime.ts";
import { Scope } from "./scope.ts";
import { endOf, haltedEvent, notAwaited, parkedEvents, type Settled } from "./standstill.ts";
import { isLeft, unlikeRecord } from "./verify.ts";

/** Deliveries between which other runs and timers get their turn. */
const deliveriesPerTurn = 64;
const ignore = (): void => undefined;

export class Replay {
  readonly host: Host;
  readonly records = new Records();
  readonly lineage = new Lineage();
  readonly root: Scope;
  readonly seed: string;
  readonly options: ReplayOptions;
  /** Sequence and time of the last delivery: what `may` and ctx.now() rest on. */
  delivered = 0;
  now = 0;
  readonly warnings: string[] = [];
  /** Set by the program when its run may spend. */
  cap: Cap | undefined;
  readonly writer: RunWriter;
  readonly issues: OpenIssues;
  readonly beside = new Beside();
  readonly passedOver = new PassedOver(this.records);
  /** Work under way when this replay was left, for the next one. */
  flights: readonly Flight[] = [];
  readonly #deliveries: Deliveries;
  /** Present while another run is done again. */
  readonly adoption: Adoption | undefined;
  #live = false;
  #busy = 0;
  #rested = false;
  #steps = 0;
  #asked = 0;
  #lost: string | undefined;
  #main: Settled | undefined;
  #wake: (() => void) | undefined;
  #catchUp: Promise<void> | undefined;
  #onLive: (() => void)[] = [];

  constructor(host: Host, options: ReplayOptions) {
    this.host = host;
    this.options = options;
    this.#deliveries = new Deliveries(this.records, options.captures);
    this.seed = options.seed;
    this.root = new Scope(this, "");
    this.writer = new RunWriter(host, this);
    this.issues = new OpenIssues(this);
    if (options.past !== undefined) this.adoption = new Adoption(this, options.past, options.plan === true);
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Everything recorded has been delivered. */
  get isLive(): boolean {
    return this.#live;
  }

  /** What ended this replay from below: a journal that cannot be written, for example. */
  get fault(): unknown {
    return this.writer.fault;
  }

  lastSeq(): number {
    return this.records.lastSeq;
  }

  caughtUp(): Promise<void> | undefined {
    return this.#catchUp;
  }

  foresee(event: NewEvent, at: number): void {
    const { run } = this.host;
    this.records.add({ run, seq: this.records.lastSeq + 1, at, ...event } as AnyEvent);
    this.#stir();
  }

  /** What a plan found: asked for, and held by no record. */
  get planned(): readonly Issue[] {
    return this.adoption?.planned ?? this.#wanted;
  }

  /** Records that are not demanded and that nobody has asked for so far. */
  leftBehind(): readonly Completion[] {
    return this.#deliveries.left();
  }

  /** Executes `body` against the events read, then goes on until the run ends, parks, or is lost. */
  async execute(events: readonly AnyEvent[], body: (scope: Scope) => Promise<unknown>): Promise<ReplayEnd> {
    this.records.load(events);
    this.#deliveries.load();
    this.now = this.records.startedAt;
    this.#invoke(body);
    try {
      for (;;) {
        // Woken from rest, everything the delivery before set off has come to rest already.
        const rested: boolean = this.#rested;
        if (!rested) await ((this.#steps += 1) % deliveriesPerTurn === 0 ? turn() : reactions());
        this.#rested = false;
        const end = await this.#advance(rested);
        if (end !== undefined) return end;
      }
    } catch (error) {
      if (this.#lost !== undefined) return { kind: "lost", why: this.#lost };
      throw error;
    } finally {
      this.issues.drop(this.root);
      this.options.flights?.abandon();
    }
  }

  /** Events that became durable for this run, in order, whoever wrote them. */
  receive(events: readonly AnyEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.records.lastSeq) continue;
      if (event.seq > this.records.lastSeq + 1) {
        void this.readGap();
        return;
      }
      this.#take(event);
    }
    // Heard while at rest: what the delivery before set off has come to rest, so the next may follow at once.
    this.#rested = this.#wake !== undefined;
    this.#stir();
  }

  /** Leaves the replay: its promises never settle, its ctx answers nothing. */
  lose(why: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = why;
    if (why === "invalidated") this.flights = this.issues.handOver();
    this.issues.drop(this.root);
    this.#stir();
  }

  /** Counts work of our own (parsing, reading a stored value) that a replay must wait for. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      this.#stir();
    }
  }

  /**
   * Asks for a step. The promise is answered by the record, or by the work once that is recorded.
   * @throws SCOPE_CLOSED, STEP_NAME, VALUE_UNSUPPORTED (as a rejection)
   */
  issue(
    scope: Scope,
    kind: Issue["identity"]["kind"],
    name: string,
    given: unknown,
    work: Work,
    from?: readonly unknown[],
  ): Promise<unknown> {
    if (scope.state === "dropped" || this.#lost !== undefined) return new Promise(ignore);
    const promise = new Promise<unknown>((resolve, reject) => {
      if (scope.state === "ended") throw new FirebreakError("SCOPE_CLOSED", { scope: scope.path, name });
      const input = canonicalInput(given);
      const identity = scope.identify(kind, name, input?.hash ?? "");
      this.#open({
        identity,
        scope,
        work,
        input,
        given,
        resolve,
        reject,
        ...(from === undefined ? {} : { from }),
      });
    });
    // Every promise carries a handler: a step nobody awaits must not end the process.
    promise.catch(ignore);
    return promise;
  }

  #open(
    it: Pick<Issue, "identity" | "scope" | "work" | "input" | "resolve" | "reject"> & {
      given: unknown;
      from?: readonly unknown[];
    },
  ): void {
    const key = identityKey(it.identity);
    const { given, from, ...rest } = it;
    const traced = it.input === undefined ? undefined : this.lineage.trace(it.input, given, from);
    const issue: Issue = new OpenIssue({ ...rest, key, traced, may: this.delivered });
    this.issues.add(issue);
    this.#asked += 1;
    if (this.#deliveries.ask(it.identity, key, it.work.identity)) issue.state = "recorded";
    else if (!this.#live && this.#deliveries.holds(key)) {
      issue.state = "recorded";
      if (this.options.verify && it.work.enter) it.work.start(issue);
    } else if (it.work.enter || this.#hasRecordsBelow(it.identity)) this.begin(issue);
    else if (this.adoption !== undefined) this.adoption.add(issue);
    else if (this.#live) this.begin(issue);
    this.#stir();
  }

  #hasRecordsBelow(identity: StepIdentity): boolean {
    return this.records.scopes.size > 0 && this.records.scopes.has(childScope(identity));
  }

  /** Starts the work of a step: it has no record. */
  begin(issue: Issue): void {
    if (this.beside.hold(issue)) return;
    issue.state = "running";
    issue.work.start(issue);
  }

  /** Waits until everything recorded has been delivered: nothing new is written before. */
  live(): Promise<void> | undefined {
    if (this.#live) return undefined;
    return new Promise((resolve) => this.#onLive.push(resolve));
  }

  /** Writes the record of a step without waiting for it. */
  write(scope: Scope, event: NewEvent, blobs: readonly Blob[], issue: Issue): void {
    this.writer.write(scope, event, blobs, () => this.cap?.release(issue));
  }

  /** What is recorded below a step that may be tried again answers each of its attempts. */
  keepFor(scope: string): void {
    this.#retried.add(scope);
  }

  /** A step's function is about to run again. What its last attempt left open is dropped; what it recorded stays. */
  async renew(issue: Issue): Promise<void> {
    if (issue.inner === undefined) return;
    const before = issue.inner;
    issue.inner = new Scope(this, before.path);
    await this.issues.abandon(before);
  }

  #invoke(body: (scope: Scope) => Promise<unknown>): void {
    const run = async (): Promise<unknown> => body(this.root);
    const settle = (settled: Settled): void => {
      this.#main = settled;
      this.#stir();
    };
    run().then(
      (value) => settle({ ok: true, value }),
      (error: unknown) => settle({ ok: false, error }),
    );
  }

  // ---- The order of things -------------------------------------------------

  async #advance(rested: boolean): Promise<ReplayEnd | undefined> {
    if (this.#halted) return { kind: "halted" };
    if (this.#lost !== undefined) return { kind: "lost", why: this.#lost };
    if (this.#catchUp !== undefined) {
      await this.#catchUp;
      return undefined;
    }
    const { next } = this.#deliveries;
    if (next !== undefined) return this.#advanceRecorded(next);
    // Whoever is answered by the same commit acts first; only then is it told what is to be concluded.
    if (rested) return undefined;
    if (!this.#live) {
      if (this.#isBusy) return this.#rest();
      return this.#goLive();
    }
    if (this.adoption !== undefined && !this.#isBusy) {
      const did = await this.adoption.next();
      if (did === "planned") return { kind: "planned" };
      if (did !== undefined) return undefined;
    }
    for (const issue of this.beside.release()) this.begin(issue);
    // Nothing ends while an output is still being checked: a late failure undoes what rests on it (E5).
    if (this.#main !== undefined && !this.beside.isOpen) return this.#conclude(this.#main);
    if (this.#isBusy || this.issues.isEnding || this.issues.hasRunningWork()) return this.#rest();
    return this.#idle();
  }

  async #advanceRecorded(next: Completion): Promise<ReplayEnd | undefined> {
    const issue = this.issues.get(next.key);
    const retried = isWithin(next.identity.scope, this.#retried);
    if (retried) this.#deliveries.keep(next);
    if (issue !== undefined) {
      const unlike = this.options.verify ? unlikeRecord(issue, next) : undefined;
      if (unlike !== undefined) return this.#unlike(unlike, next);
      await this.#deliver(issue, next);
      return undefined;
    }
    const isVerified = this.options.verify && isLeft(this.issues.all(), next.identity.scope);
    if (this.#live || retried || isVerified || this.issues.isLeft(next.key, next.identity.scope)) {
      // Its scope was left (a branch that lost): the record stands, nobody asks for it.
      if (!retried) this.passedOver.add(next);
      this.#deliveries.pass();
      return undefined;
    }
    if (this.#isBusy || this.issues.hasRunningWorkAbove(next.identity.scope)) return this.#rest();
    if (this.options.accept) {
      this.#deliveries.keep(next);
      this.#deliveries.pass();
      return undefined;
    }
    if (await this.#isUnsure()) return undefined;
    return this.#diverged(next);
  }

  async #unlike(how: string, next: Completion): Promise<ReplayEnd | undefined> {
    if (how === "open" && this.#isBusy) return this.#rest();
    if (how === "open") return (await this.#isUnsure()) ? undefined : this.#diverged(next);
    await this.halt(new FirebreakError("REPLAY_MISSED", { runId: this.host.run, what: how }));
    return { kind: "halted" };
  }

  #looked = -1;

  /** Before the code is called stuck or changed: one turn of the event loop in which nothing new may be asked for. */
  async #isUnsure(): Promise<boolean> {
    if (this.#looked === this.#asked) return false;
    this.#looked = this.#asked;
    await turn();
    return true;
  }

  async #deliver(issue: Issue, next: Completion): Promise<void> {
    this.#deliveries.pass();
    this.issues.settle(issue);
    // After records were undone, earlier ends may come after later ones: what was read stays read.
    this.delivered = Math.max(this.delivered, next.seq);
    this.now = Math.max(this.now, next.at);
    this.options.past?.delivered(next.event, next.identity);
    await answer(issue, next, this.lineage, (hash) => this.host.blob(hash));
  }

  async #goLive(): Promise<ReplayEnd | undefined> {
    if (this.options.plan && this.adoption === undefined) {
      if (await this.#isUnsure()) return undefined;
      this.#wanted = this.issues.inState("queued");
      return { kind: this.#main === undefined ? "planned" : "completed" };
    }
    this.#live = true;
    this.#deliveries.usedUp();
    for (const resolve of this.#onLive.splice(0)) resolve();
    if (this.options.verify) return this.#allVerified();
    const queued = this.issues
      .inState("queued")
      .filter((it) => this.adoption === undefined || this.issues.isInDoubt(it));
    // Effects in doubt come first: a run that must halt for one starts nothing else.
    queued.sort((a, b) => Number(this.issues.isInDoubt(b)) - Number(this.issues.isInDoubt(a)));
    for (const issue of queued) {
      if (issue.state !== "queued" || this.#lost !== undefined) continue;
      this.begin(issue);
      while (this.issues.isInDoubt(issue) && this.#lost === undefined && !this.#halted) await turn();
      if (this.#halted) return { kind: "halted" };
    }
    return undefined;
  }

  async #allVerified(): Promise<ReplayEnd | undefined> {
    const missed = this.#main === undefined ? missedIn(this.host.run, this.issues, this.records) : undefined;
    if (missed === undefined) return undefined;
    await this.halt(missed);
    return { kind: "halted" };
  }

  #halted = false;

  /** Halts the run: it cannot go on by itself. */
  async halt(error: FirebreakError): Promise<void> {
    this.#halted = true;
    await this.writer.commitLast(haltedEvent(error), error.code);
  }

  get #isBusy(): boolean {
    return this.#busy > 0 || this.writer.isBusy;
  }

  /** Nothing runs: either something outside is waited for, or the code awaits what is no step. */
  async #idle(): Promise<ReplayEnd | undefined> {
    const waiting = this.issues.inState("waiting");
    if (waiting.length === 0 && (await this.#isUnsure())) return undefined;
    if (waiting.length === 0) return this.#conclude({ ok: false, error: this.#notAStep() });
    const wakeAt = Math.min(...waiting.map((it) => it.wakeAt ?? Number.POSITIVE_INFINITY));
    if (wakeAt - this.host.clock.now() <= this.options.lingerMs) return this.#rest();
    return this.#park(waiting, wakeAt);
  }

  async #park(waiting: readonly Issue[], wakeAt: number): Promise<ReplayEnd | undefined> {
    const events = parkedEvents(waiting, wakeAt, this.issues, this.records);
    return (await this.writer.commitNext(events)) ? { kind: "parked" } : undefined;
  }

  async #conclude(main: Settled): Promise<ReplayEnd | undefined> {
    const floating = await this.issues.end(this.root);
    const end = endOf(main, [...this.warnings, ...floating.map(notAwaited)]);
    await this.writer.commitEnd(() => this.options.conclude(end));
    if (this.#lost !== undefined) return { kind: "lost", why: this.#lost };
    return { kind: end.ok ? "completed" : "failed" };
  }

  async #diverged(next: Completion): Promise<ReplayEnd> {
    if (this.issues.size === 0 && this.#main === undefined) {
      await this.#conclude({ ok: false, error: this.#notAStep() });
      return { kind: "failed" };
    }
    await this.halt(divergence(this.host.run, next, this.issues.inState("queued"), this.#main !== undefined));
    return { kind: "halted" };
  }

  #notAStep(): FirebreakError {
    return notAStep(this.host.run, this.#lastName);
  }

  #lastName = "";
  #wanted: readonly Issue[] = [];

  /** Scopes below steps that may be tried again. */
  readonly #retried = new Set<string>();

  // ---- Waking ----------------------------------------------------------------

  #rest(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
    });
  }

  /** Something changed that is no event: a step began to wait. */
  nudge(): void {
    this.#stir();
  }

  #stir(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #take(event: AnyEvent): void {
    const completion = this.records.add(event);
    if (completion !== undefined) this.#lastName = completion.identity.name;
    if (event.kind === "signal.received") for (const look of [...this.signalWaits]) look();
    if (event.kind === "run.capped" || event.kind === "review.decided" || completion !== undefined)
      this.cap?.changed();
    if (event.kind === "run.cancelled") this.lose("cancelled");
    // What was built on the record is left as it is; the next replay goes on without it.
    if (event.kind === "step.invalidated" && event.data.cut) this.lose("invalidated");
    // Our own claim was written before this replay was made.
    if (event.kind === "run.claimed") this.lose("taken over");
  }

  /** Steps that wait for a signal look again. */
  readonly signalWaits = new Set<() => void>();

  /** Reads what others wrote since what was received. */
  readGap(): Promise<void> {
    this.#catchUp ??= (async () => {
      const missed = await this.host.readAfter(this.records.lastSeq);
      for (const event of missed) if (event.seq === this.records.lastSeq + 1) this.#take(event);
      this.#catchUp = undefined;
      this.#stir();
    })();
    return this.#catchUp;
  }

  /** The value an issue was given, as its work receives it. */
  static inputOf(issue: Issue): Value | undefined {
    return issue.input?.value;
  }
}
