// One replay of one run. It orders deliveries and decides what runs next:
//
//   R1. Completions are delivered one by one, in recorded order, each once its step has been issued and everything the
//       delivery before it set off has come to rest (one turn of the event loop).
//   R2. Work without a record waits until the record is used up; composite steps are entered at once, they are code.
//   R3. When the code is at rest and the next recorded completion has no issued step, the code has diverged: the run
//       halts before any work starts.
//   R4. When nothing runs and only waits are open, the run is parked and leaves memory.
//   R5. After `lost` nothing is written, resolved or rejected any more.

import { FirebreakError } from "../base/errors.ts";
import { canonical, type Canonical, decode, type Value } from "../base/values.ts";
import type { AnyEvent, NewEvent, StepIdentity } from "../journal/events.ts";
import type { Append, Appended, Blob } from "../journal/journal.ts";
import type { Cap } from "./cap.ts";
import { childScope, identityKey, stepPath } from "./identity.ts";
import { type Issue, OpenIssue, type Work } from "./issue.ts";
import { canonicalInput, Lineage } from "./lineage.ts";
import { answerOf, type Completion, Records } from "./records.ts";
import type { Host, ReplayEnd, Reuse } from "./runtime.ts";
import { Scope } from "./scope.ts";
import { StepError } from "./step-error.ts";
import { fromStored } from "./store.ts";
import { askedAnew, isLeft, unlikeRecord } from "./verify.ts";

export interface ReplayOptions {
  readonly seed: string;
  /** Go on by identity alone where the code no longer asks for what is recorded. */
  readonly accept?: boolean;
  /** Replays all events, and halts where the code does not come to what is recorded. Nothing is started. */
  readonly verify?: boolean;
  readonly reuse?: Reuse;
  /** Timers due within this many ms are waited for in memory. */
  readonly lingerMs: number;
  /** Called with the run's own end, to build the events that say so. */
  readonly conclude: (end: { ok: true; value: Canonical; warnings: readonly string[] } | { ok: false; error: unknown }) => Promise<{
    readonly events: readonly NewEvent[];
    readonly also: readonly Append[];
    readonly blobs: readonly Blob[];
  }>;
}

type Settled = { ok: true; value: unknown } | { ok: false; error: unknown };

/** Resolves when every promise reaction that was set off has run: Node drains them before it runs the next tick. */
const rest = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Deliveries between which other runs and timers get their turn. */
const deliveriesPerTurn = 64;
/** Delivered completions are forgotten in lots of this many. */
const queueTrim = 1_024;
/** Times the end of a run is written while its children move. */
const conflictLimit = 100;
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
  readonly #issues = new Map<string, Issue>();
  readonly #deferred = new Map<string, Completion>();
  readonly #pendingEvents: NewEvent[] = [];
  #next = 0;
  #live = false;
  #busy = 0;
  /** Scopes that are coming to their end. */
  #ending = 0;
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
    this.seed = options.seed;
    this.root = new Scope(this, "");
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Executes `body` against the events read, then goes on until the run ends, parks, or is lost. */
  async execute(events: readonly AnyEvent[], body: (scope: Scope) => Promise<unknown>): Promise<ReplayEnd> {
    this.records.load(events);
    this.now = this.records.startedAt;
    this.#invoke(body);
    try {
      for (;;) {
        // Woken from rest, everything the delivery before set off has come to rest already.
        const rested: boolean = this.#rested;
        if (!rested) await ((this.#steps += 1) % deliveriesPerTurn === 0 ? turn() : rest());
        this.#rested = false;
        const end = await this.#advance(rested);
        if (end !== undefined) return end;
      }
    } catch (error) {
      if (this.#lost !== undefined) return { kind: "lost", why: this.#lost };
      throw error;
    } finally {
      this.#drop(this.root);
    }
  }

  /** Events that became durable for this run, in order, whoever wrote them. */
  receive(events: readonly AnyEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.records.lastSeq) continue;
      if (event.seq > this.records.lastSeq + 1) {
        this.#readGap();
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
    this.#drop(this.root);
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
  issue(scope: Scope, kind: Issue["identity"]["kind"], name: string, given: unknown, work: Work, from?: readonly unknown[]): Promise<unknown> {
    if (scope.state === "dropped" || this.#lost !== undefined) return new Promise(ignore);
    const promise = new Promise<unknown>((resolve, reject) => {
      if (scope.state === "ended") throw new FirebreakError("SCOPE_CLOSED", { scope: scope.path, name });
      const input = canonicalInput(given);
      const identity = scope.identify(kind, name, input?.hash ?? "");
      this.#open({ identity, scope, work, input, given, resolve, reject, ...(from === undefined ? {} : { from }) });
    });
    // Every promise carries a handler: a step nobody awaits must not end the process.
    promise.catch(ignore);
    return promise;
  }

  #open(it: Pick<Issue, "identity" | "scope" | "work" | "input" | "resolve" | "reject"> & { given: unknown; from?: readonly unknown[] }): void {
    const key = identityKey(it.identity);
    const { given, from, ...rest } = it;
    const traced = it.input === undefined ? undefined : this.lineage.trace(it.input, given, from);
    const issue: Issue = new OpenIssue({ ...rest, key, traced, may: this.delivered });
    this.#issues.set(key, issue);
    this.#asked += 1;
    it.scope.open.add(issue);
    const deferred = this.#deferred.get(key);
    if (deferred !== undefined) {
      this.#deferred.delete(key);
      this.records.queue.splice(this.#next, 0, deferred);
      issue.state = "recorded";
    } else if (this.#isRecorded(key)) {
      issue.state = "recorded";
      if (this.options.verify && it.work.enter) it.work.start(issue);
    } else if (this.#live || it.work.enter || this.#hasRecordsBelow(it.identity)) this.#start(issue);
    this.#stir();
  }

  #recordedKeys: Set<string> | undefined;

  #isRecorded(key: string): boolean {
    if (this.#live) return false;
    this.#recordedKeys ??= new Set(this.records.queue.map((it) => it.key));
    return this.#recordedKeys.has(key);
  }

  #hasRecordsBelow(identity: StepIdentity): boolean {
    return this.records.scopes.size > 0 && this.records.scopes.has(childScope(identity));
  }

  #start(issue: Issue): void {
    issue.state = "running";
    issue.work.start(issue);
  }

  /** Waits until everything recorded has been delivered: nothing new is written before. */
  live(): Promise<void> | undefined {
    if (this.#live) return undefined;
    return new Promise((resolve) => this.#onLive.push(resolve));
  }

  /**
   * Writes events of this run. Resolves when they are durable and have been received.
   * Never settles once the replay is lost.
   */
  async commit(scope: Scope, events: readonly NewEvent[], blobs?: readonly Blob[], also?: readonly Append[]): Promise<Appended> {
    if (this.#lost !== undefined) return new Promise<never>(ignore);
    this.#busy += 1;
    scope.committing += 1;
    this.#writing.add(scope);
    try {
      const all = this.#pendingEvents.length === 0 ? events : [...this.#pendingEvents.splice(0), ...events];
      const appended = await this.host.commit(all, blobs, also);
      if (this.#catchUp !== undefined) await this.#catchUp;
      return appended;
    } catch (error) {
      this.#failWith(error);
      return new Promise<never>(ignore);
    } finally {
      this.#busy -= 1;
      scope.committing -= 1;
      if (scope.committing === 0) this.#writing.delete(scope);
      this.#stir();
    }
  }

  /** Writes one event without waiting for it: its delivery is what others wait for. */
  write(scope: Scope, event: NewEvent, blobs: readonly Blob[], issue: Issue): void {
    if (this.#lost !== undefined) return;
    this.#busy += 1;
    scope.committing += 1;
    this.#writing.add(scope);
    const events = this.#pendingEvents.length === 0 ? [event] : [...this.#pendingEvents.splice(0), event];
    const written = (): void => {
      this.#busy -= 1;
      scope.committing -= 1;
      if (scope.committing === 0) this.#writing.delete(scope);
      this.cap?.release(issue);
      this.#stir();
    };
    this.host.commit(events, blobs).then(written, (error: unknown) => {
      this.#failWith(error);
      written();
    });
  }

  /** Scopes with commits under way. */
  readonly #writing = new Set<Scope>();
  #fault: unknown;

  /** What ended this replay from below: a journal that cannot be written, for example. */
  get fault(): unknown {
    return this.#fault;
  }

  /** An event that goes along with the next commit: a log line. */
  append(event: NewEvent): void {
    this.#pendingEvents.push(event);
  }

  /** Ends an issue that waits for nothing any more: its scope goes on without it. */
  settle(issue: Issue): void {
    issue.state = "ended";
    issue.scope.open.delete(issue);
    this.#issues.delete(issue.key);
    this.#stir();
  }

  /**
   * Ends a scope: pure work nobody awaited is cancelled and named, effects with an intent are waited for, commits
   * under way become durable. Returns the paths of what was cancelled.
   */
  async end(scope: Scope, state: "ended" | "dropped" = "ended"): Promise<readonly string[]> {
    scope.state = state;
    const floating: string[] = [];
    for (const issue of [...scope.open]) {
      if (issue.inner !== undefined) this.#drop(issue.inner);
      if (this.#mustEnd(issue)) continue;
      if (state === "ended") floating.push(stepPath(issue.identity.scope, issue.identity.name));
      this.#cancel(issue);
    }
    await this.#untilQuiet(scope);
    return floating;
  }

  async #untilQuiet(scope: Scope): Promise<void> {
    this.#ending += 1;
    while (this.#lost === undefined && (this.#isWriting(scope) || this.#mustEndIn(scope))) await turn();
    for (const issue of [...scope.open]) this.#cancel(issue);
    this.#ending -= 1;
    this.#stir();
  }

  #mustEndIn(scope: Scope): boolean {
    for (const issue of scope.open) if (this.#mustEnd(issue)) return true;
    return false;
  }

  /** An effect whose intent is durable is below, or is this step itself. */
  #mustEnd(issue: Issue): boolean {
    if (issue.work.mustEnd?.() === true || isInDoubt(this.records, issue)) return true;
    return issue.inner !== undefined && this.#mustEndIn(issue.inner);
  }

  /** Commits of a scope, or of one below it, are under way. */
  #isWriting(scope: Scope): boolean {
    for (const it of this.#writing) if (it === scope || it.path.startsWith(`${scope.path}/`)) return true;
    return false;
  }

  #cancel(issue: Issue): void {
    if (!this.#live) this.#left.add(issue.key);
    issue.cancel();
    if (issue.inner !== undefined) this.#drop(issue.inner);
    this.settle(issue);
  }

  #drop(scope: Scope): void {
    scope.state = "dropped";
    this.leave(scope.path);
    for (const issue of [...scope.open]) {
      if (issue.inner !== undefined) this.#drop(issue.inner);
      if (!this.#mustEnd(issue)) this.#cancel(issue);
    }
  }

  /** Nobody asks for what is recorded in this scope any more: its records are passed over, and covered by what is around it. */
  leave(scope: string): void {
    if (!this.#live) this.#leftScopes.add(scope);
    this.records.left.add(scope);
  }

  /** What is recorded below a step that may be tried again answers each of its attempts. */
  keepFor(scope: string): void {
    this.#retried.add(scope);
  }

  /** A step's function is about to run again. What its last attempt left open is dropped; what it recorded stays. */
  async renew(issue: Issue): Promise<void> {
    const before = issue.inner;
    if (before === undefined) return;
    issue.inner = new Scope(this, before.path);
    issue.inner.spent = before.spent;
    before.state = "dropped";
    for (const it of [...before.open]) {
      if (it.inner !== undefined) this.#drop(it.inner);
      if (!this.#mustEnd(it)) this.#cancel(it);
    }
    await this.#untilQuiet(before);
  }

  #invoke(body: (scope: Scope) => Promise<unknown>): void {
    const run = async (): Promise<unknown> => body(this.root);
    run().then(
      (value) => this.#settleMain({ ok: true, value }),
      (error: unknown) => this.#settleMain({ ok: false, error }),
    );
  }

  #settleMain(settled: Settled): void {
    this.#main = settled;
    this.#stir();
  }

  // ---- The order of things -------------------------------------------------

  async #advance(rested: boolean): Promise<ReplayEnd | undefined> {
    if (this.#halted) return { kind: "halted" };
    if (this.#lost !== undefined) return { kind: "lost", why: this.#lost };
    if (this.#catchUp !== undefined) {
      await this.#catchUp;
      return undefined;
    }
    const next = this.records.queue[this.#next];
    if (next !== undefined) return this.#advanceRecorded(next);
    // Whoever is answered by the same commit acts first; only then is it told what is to be concluded.
    if (rested) return undefined;
    if (!this.#live) {
      if (this.#busy > 0) return this.#rest();
      return this.#goLive();
    }
    if (this.#main !== undefined) return this.#conclude(this.#main);
    if (this.#isActive()) return this.#rest();
    return this.#idle();
  }

  async #advanceRecorded(next: Completion): Promise<ReplayEnd | undefined> {
    const issue = this.#issues.get(next.key);
    const retried = this.#retried.size > 0 && isBelow(next.identity.scope, this.#retried);
    if (retried) this.#deferred.set(next.key, next);
    if (issue !== undefined) {
      const unlike = this.options.verify ? unlikeRecord(issue, next) : undefined;
      if (unlike !== undefined) return this.#unlike(unlike, next);
      await this.#deliver(issue, next);
      return undefined;
    }
    if (this.options.verify && isLeft(this.#issues.values(), next.identity.scope)) {
      this.#next += 1;
      return undefined;
    }
    if (this.#live || retried || this.#left.has(next.key) || isBelow(next.identity.scope, this.#leftScopes)) {
      // Its scope was left (a branch that lost): the record stands, nobody asks for it.
      this.#next += 1;
      return undefined;
    }
    if (this.#busy > 0 || this.#hasRunningWorkAbove(next.identity.scope)) return this.#rest();
    if (this.options.accept) {
      this.#deferred.set(next.key, next);
      this.#next += 1;
      return undefined;
    }
    if (await this.#isUnsure()) return undefined;
    return this.#diverged(next);
  }

  async #unlike(how: string, next: Completion): Promise<ReplayEnd | undefined> {
    if (how === "open" && this.#busy > 0) return this.#rest();
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
    this.#next += 1;
    if (this.#next >= queueTrim) {
      this.records.queue.splice(0, this.#next);
      this.#next = 0;
    }
    const answer = answerOf(next.event);
    this.settle(issue);
    this.delivered = next.seq;
    this.now = Math.max(this.now, next.at);
    if (!answer.ok) {
      const step = stepPath(next.identity.scope, next.identity.name);
      issue.reject(new StepError({ ...answer, step, seq: next.seq }));
      return;
    }
    const made = await this.#valueOf(issue, next, answer.out);
    const value = this.lineage.deliver(next.seq, made);
    try {
      issue.resolve(issue.work.finish === undefined ? value : issue.work.finish(value));
    } catch (error) {
      issue.reject(error);
    }
  }

  async #valueOf(issue: Issue, next: Completion, out: unknown): Promise<Canonical> {
    if (issue.made !== undefined && next.event.kind === "step.completed") return issue.made;
    const special = issue.work.value?.(next.event, issue);
    if (special !== undefined) return special;
    if (out === undefined) return canonical(null);
    return fromStored(out as never, (hash) => this.host.blob(hash));
  }

  async #goLive(): Promise<ReplayEnd | undefined> {
    this.#live = true;
    this.#recordedKeys = undefined;
    for (const resolve of this.#onLive.splice(0)) resolve();
    if (this.options.verify) return this.#allVerified();
    const queued = [...this.#issues.values()].filter((it) => it.state === "queued");
    // Effects in doubt come first: a run that must halt for one starts nothing else.
    queued.sort((a, b) => Number(isInDoubt(this.records, b)) - Number(isInDoubt(this.records, a)));
    for (const issue of queued) {
      if (issue.state !== "queued" || this.#lost !== undefined) continue;
      this.#start(issue);
      while (isInDoubt(this.records, issue) && this.#lost === undefined && !this.#halted) await turn();
      if (this.#halted) return { kind: "halted" };
    }
    return undefined;
  }

  async #allVerified(): Promise<ReplayEnd | undefined> {
    const anew = this.#main === undefined ? askedAnew(this.#issues.values(), this.records) : [];
    if (anew.length === 0) return undefined;
    const what = `it asks for ${anew.slice(0, 5).join(", ")}, which is not recorded`;
    await this.halt(new FirebreakError("REPLAY_MISSED", { runId: this.host.run, what }));
    return { kind: "halted" };
  }

  #halted = false;

  /** Halts the run: it cannot go on by itself. */
  async halt(error: FirebreakError): Promise<void> {
    this.#halted = true;
    const { code, message, fix, details } = error;
    const halted: NewEvent = { kind: "run.halted", data: { code, message, fix, details: canonical(details).json } };
    try {
      await this.host.commit([...this.#pendingEvents.splice(0), halted]);
      this.lose(code);
    } catch (refused) {
      this.#failWith(refused);
    }
  }

  #isActive(): boolean {
    if (this.#busy > 0 || this.#ending > 0) return true;
    for (const issue of this.#issues.values()) if (issue.state === "running" && !issue.work.enter) return true;
    return false;
  }

  /** Nothing runs: either something outside is waited for, or the code awaits what is no step. */
  async #idle(): Promise<ReplayEnd | undefined> {
    const waiting = [...this.#issues.values()].filter((it) => it.state === "waiting");
    if (waiting.length === 0 && (await this.#isUnsure())) return undefined;
    if (waiting.length === 0) return this.#conclude({ ok: false, error: this.#notAStep() });
    const wakeAt = Math.min(...waiting.map((it) => it.wakeAt ?? Number.POSITIVE_INFINITY));
    if (wakeAt - this.host.clock.now() <= this.options.lingerMs) return this.#rest();
    return this.#park(waiting, wakeAt);
  }

  async #park(waiting: readonly Issue[], wakeAt: number): Promise<ReplayEnd | undefined> {
    const signals = waiting.filter((it) => it.identity.kind === "signal").map((it) => it.identity.name);
    const reviews = waiting.filter((it) => it.identity.kind === "review").length;
    const children = waiting.filter((it) => it.identity.kind === "run").length;
    const data = { reviews, signals, children, ...(Number.isFinite(wakeAt) ? { wakeAt } : {}) };
    const parked = await this.commitNext([{ kind: "run.parked", data }]);
    return parked ? { kind: "parked" } : undefined;
  }

  /**
   * Writes events if nothing else was written to this run since what was received. False when something was, or
   * the run is no longer ours: that has been received then.
   */
  async commitNext(events: readonly NewEvent[]): Promise<boolean> {
    const pending = this.#pendingEvents.splice(0);
    this.#busy += 1;
    try {
      await this.host.commit([...pending, ...events], [], [], this.records.lastSeq);
      return true;
    } catch (error) {
      if (!FirebreakError.is(error, "JOURNAL_CONFLICT")) {
        this.#failWith(error);
        return false;
      }
      this.#pendingEvents.unshift(...pending);
      this.#readGap();
      await this.#catchUp;
      return false;
    } finally {
      this.#busy -= 1;
      this.#stir();
    }
  }

  async #conclude(main: Settled): Promise<ReplayEnd | undefined> {
    const floating = await this.end(this.root);
    const warnings = floating.map((it) => `step "${it}" was not awaited and was cancelled`);
    let end: Parameters<ReplayOptions["conclude"]>[0];
    try {
      end = main.ok
        ? { ok: true, value: canonical(main.value ?? null, "output"), warnings: [...this.warnings, ...warnings] }
        : main;
    } catch (error) {
      end = { ok: false, error };
    }
    await this.#commitEnd(end);
    if (this.#lost !== undefined) return { kind: "lost", why: this.#lost };
    return { kind: end.ok ? "completed" : "failed" };
  }

  /** The end of a run and of what it leaves behind: one commit, tried again while others of these runs move. */
  async #commitEnd(end: Parameters<ReplayOptions["conclude"]>[0]): Promise<void> {
    for (let attempt = 1; this.#lost === undefined; attempt += 1) {
      const { events, also, blobs } = await this.options.conclude(end);
      try {
        await this.host.commit([...this.#pendingEvents, ...events], blobs, also);
        this.#pendingEvents.length = 0;
        return;
      } catch (error) {
        const other = FirebreakError.is(error, "JOURNAL_CONFLICT") && error.details.runId !== this.host.run;
        if (!other || attempt >= conflictLimit) this.#failWith(error);
      }
    }
  }

  /** The journal did not take a commit: nothing more is written from here. */
  #failWith(error: unknown): void {
    this.#fault ??= error;
    this.lose(FirebreakError.any(error) ? error.code : String(error));
  }

  async #diverged(next: Completion): Promise<ReplayEnd> {
    if (this.#issues.size === 0 && this.#main === undefined) {
      await this.#conclude({ ok: false, error: this.#notAStep() });
      return { kind: "failed" };
    }
    const missing = stepPath(next.identity.scope, next.identity.name);
    const fresh = [...this.#issues.values()].filter((it) => it.state === "queued").map((it) => stepPath(it.identity.scope, it.identity.name));
    const found = fresh.length > 0 ? fresh.slice(0, 5).join(", ") : this.#main === undefined ? "nothing" : "the end of the run";
    await this.halt(new FirebreakError("REPLAY_DIVERGED", { runId: this.host.run, missing, found }));
    return { kind: "halted" };
  }

  #notAStep(): FirebreakError {
    const after = this.#lastName === "" ? "its start" : `step "${this.#lastName}"`;
    return new FirebreakError("NOT_A_STEP", { runId: this.host.run, scope: "", after });
  }

  #lastName = "";

  /** Scopes, and steps, that this replay left before everything recorded was delivered. */
  readonly #leftScopes = new Set<string>();
  readonly #left = new Set<string>();
  /** Scopes below steps that may be tried again. */
  readonly #retried = new Set<string>();

  #hasRunningWorkAbove(scope: string): boolean {
    for (const issue of this.#issues.values()) {
      if (issue.state !== "running" || issue.work.enter) continue;
      const inner = childScope(issue.identity);
      if (scope === inner || scope.startsWith(`${inner}/`)) return true;
    }
    return false;
  }

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
    if (event.kind === "signal.received") this.#offerSignals();
    if (event.kind === "run.capped" || event.kind === "review.decided" || completion !== undefined) this.cap?.changed();
    if (event.kind === "run.cancelled") this.lose("cancelled");
    // Our own claim was written before this replay was made.
    if (event.kind === "run.claimed") this.lose("taken over");
  }

  /** Steps that wait for a signal look again. */
  readonly signalWaits = new Set<() => void>();

  #offerSignals(): void {
    for (const look of [...this.signalWaits]) look();
  }

  #readGap(): void {
    if (this.#catchUp !== undefined) return;
    this.#catchUp = (async () => {
      const missed = await this.host.readAfter(this.records.lastSeq);
      for (const event of missed) if (event.seq === this.records.lastSeq + 1) this.#take(event);
      this.#catchUp = undefined;
      this.#stir();
    })();
  }

  /** The value an issue was given, as its work receives it. */
  static inputOf(issue: Issue): Value | undefined {
    return issue.input?.value;
  }
}

/** A scope is one of these, or below one. */
function isBelow(scope: string, those: ReadonlySet<string>): boolean {
  for (let end = scope.length; end > 0; end = scope.lastIndexOf("/", end - 1)) if (those.has(scope.slice(0, end))) return true;
  return false;
}

function isInDoubt(records: Records, issue: Issue): boolean {
  if (issue.identity.kind !== "tool") return false;
  for (const slot of records.slots.values()) {
    if (slot.receipt === undefined && !slot.cleared && identityKey(slot.intent.data) === issue.key) return true;
  }
  return false;
}
