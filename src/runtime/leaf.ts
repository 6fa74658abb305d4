// A step whose work is a function: attempts, timeout, and the record of how it
// ended. When the function opens a nested scope the record covers what is below.

import { FirebreakError } from "../base/errors.ts";
import { canonical, type Canonical, type Json, type Value } from "../base/values.ts";
import { redact } from "../base/secrets.ts";
import type { EventData, NewEvent, Problem } from "../journal/events.ts";
import type { Blob } from "../journal/journal.ts";
import type { Flight, Notes } from "./flights.ts";
import { childScope, stepPath, workIdentity } from "./identity.ts";
import type { Issue, Work } from "./issue.ts";
import { Replay } from "./replay.ts";
import { Scope } from "./scope.ts";
import { StepEnd, StepError } from "./step-error.ts";
import { limited } from "./time-limit.ts";
import { inputSize, startedRecord } from "./step-record.ts";
import { toStored } from "./store.ts";
import { until } from "./wait.ts";

/** When a failed attempt is made again. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  readonly backoffMs: number;
  /** Each wait is this many times the one before. */
  readonly factor: number;
  readonly maxBackoffMs: number;
}

/** Attempts a policy may ask for. */
export const attemptLimit = 100;

export interface LeafCall {
  readonly input: Value | undefined;
  /** From 1. */
  readonly attempt: number;
  readonly abort: AbortSignal;
  /** Opens the step's own scope. */
  readonly scope: () => Scope;
  /** Adds to what the record says beside the output. */
  readonly note: (more: { readonly [key: string]: Json }) => void;
  /** Keeps bytes with the record. */
  readonly keep: (blob: Blob) => void;
  /** Reserves the worst case of a paid call; may wait for a person. */
  readonly reserve: (usd: number) => Promise<void>;
  /** Calls back when the step is cancelled. */
  readonly onCancel: (callback: () => void) => void;
  /** Text as it comes, for watchers; `attempt` where it is not the step's own. */
  readonly delta: ((text: string, attempt?: number) => void) | undefined;
}

export interface LeafSpec {
  readonly run: (call: LeafCall) => unknown;
  readonly retry?: RetryPolicy;
  /** How long to wait after this error; undefined gives the policy's backoff. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  readonly timeoutMs?: number;
  /** What makes the work this work: a function, or a text. Absent: it is never reused by a rerun. */
  readonly identity?: { readonly work: object; readonly version?: string };
  readonly finish?: (value: Value) => unknown;
}

/** Work that runs a function once it is its turn. */
export function leafWork(replay: Replay, spec: LeafSpec): Work {
  const identity = (): string | undefined =>
    spec.identity === undefined ? undefined : workIdentity(spec.identity.work, spec.identity.version);
  const start = (issue: Issue): void => {
    if (replay.records.attempts.size === 0) performOnce(replay, issue, spec, identity());
    else void perform(replay, issue, spec, identity());
  };
  return spec.finish === undefined ? { start, identity } : { start, identity, finish: spec.finish };
}

/**
 * The short way of most steps: no attempt before, nothing to reuse. A failure takes the long way from its
 * second attempt on.
 */
function performOnce(replay: Replay, issue: Issue, spec: LeafSpec, work: string | undefined): void {
  const flight = replay.options.flights?.take(issue.key, work, 1);
  const startedAt = flight?.startedAt ?? replay.host.clock.now();
  announce(replay, issue, 1);
  const notes: Notes = flight?.notes ?? { more: {}, blobs: [] };
  const done = (output: unknown): void => {
    if (gone(replay, issue)) return;
    try {
      issue.made = canonical(output ?? null, "output");
    } catch (error) {
      void failedOnce(error);
      return;
    }
    if (issue.inner === undefined && replay.live() === undefined)
      record(replay, issue, { startedAt, work, notes });
    else void complete(replay, issue, { startedAt, attempt: 1, work, notes });
  };
  const failedOnce = (error: unknown): Promise<void> =>
    afterFailure(replay, issue, spec, work, { error, startedAt, attempt: 1, notes });
  let output: unknown;
  try {
    output = flight === undefined ? once(replay, issue, spec, 1, notes) : flight.output;
  } catch (error) {
    void failedOnce(error);
    return;
  }
  if (!isThenable(output)) {
    done(output);
    return;
  }
  takeOff(issue, { work, attempt: 1, output, notes, startedAt }, flight);
  output.then(done, failedOnce);
}

/** Remembers the function that runs, for a replay that may take it up. */
function takeOff(issue: Issue, it: Omit<Flight, "key" | "cancel">, before: Flight | undefined): void {
  if (before !== undefined) issue.onCancel(before.cancel);
  issue.flight = { ...it, key: issue.key, cancel: () => (before?.cancel ?? (() => issue.cancel()))() };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

interface FailedAttempt {
  readonly error: unknown;
  readonly startedAt: number;
  readonly attempt: number;
  readonly notes: Notes;
}

/** Records a failed attempt: another follows, or the step has failed. */
async function afterFailure(
  replay: Replay,
  issue: Issue,
  spec: LeafSpec,
  work: string | undefined,
  it: FailedAttempt,
): Promise<void> {
  if (gone(replay, issue)) return;
  const { error, attempt } = it;
  const attempts = Math.min(spec.retry?.attempts ?? 1, attemptLimit);
  if (attempt >= attempts || !mayRetry(error)) return fail(replay, issue, error, { ...it, work });
  const delayMs = spec.retryAfterMs?.(error) ?? backoffMs(spec.retry!, attempt);
  const retryAt = replay.host.clock.now() + delayMs;
  await replay.renew(issue);
  await attempted(replay, issue, error, attempt, retryAt);
  return perform(replay, issue, spec, work);
}

async function perform(
  replay: Replay,
  issue: Issue,
  spec: LeafSpec,
  work: string | undefined,
): Promise<void> {
  const past = replay.records.attempts.get(issue.key);
  const attempt = (past?.count ?? 0) + 1;
  const below = childScope(issue.identity);
  if (past !== undefined && replay.records.scopes.has(below)) replay.keepFor(below);
  if (past !== undefined) await pause(replay, issue, past.retryAt);
  if (gone(replay, issue)) return;
  const startedAt = replay.host.clock.now();
  announce(replay, issue, attempt);
  const notes: Notes = { more: {}, blobs: [] };
  try {
    const output = await once(replay, issue, spec, attempt, notes);
    if (gone(replay, issue)) return;
    issue.made = canonical(output ?? null, "output");
  } catch (error) {
    return afterFailure(replay, issue, spec, work, { error, startedAt, attempt, notes });
  }
  await complete(replay, issue, { startedAt, attempt, work, notes });
}

function gone(replay: Replay, issue: Issue): boolean {
  return replay.isLost || issue.state === "ended";
}

function once(replay: Replay, issue: Issue, spec: LeafSpec, attempt: number, notes: Notes): unknown {
  const call: LeafCall = {
    input: Replay.inputOf(issue),
    attempt,
    get abort() {
      return issue.abort.signal;
    },
    scope: () => (issue.inner ??= innerScope(replay, issue, spec)),
    note: (more) => Object.assign(notes.more, more),
    keep: (blob) => void notes.blobs.push(blob),
    reserve: async (usd) => replay.cap?.reserve(issue, usd),
    onCancel: (callback) => issue.onCancel(callback),
    delta: deltas(replay, issue, attempt),
  };
  const { guard } = replay.host;
  const run =
    guard === undefined ? spec.run : (it: LeafCall) => guard.work(pathOf(issue), () => spec.run(it));
  if (spec.timeoutMs === undefined) return run(call);
  return withTimeout(replay, issue, spec.timeoutMs, run, call);
}

function innerScope(replay: Replay, issue: Issue, spec: LeafSpec): Scope {
  const path = childScope(issue.identity);
  if ((spec.retry?.attempts ?? 1) > 1) replay.keepFor(path);
  return new Scope(replay, path);
}

function deltas(replay: Replay, issue: Issue, attempt: number): LeafCall["delta"] {
  const live = replay.host.live;
  if (live === undefined) return undefined;
  const { scope, name } = issue.identity;
  return (text, of = attempt) => live({ kind: "live.delta", scope, name, attempt: of, text: redact(text) });
}

function withTimeout(
  replay: Replay,
  issue: Issue,
  timeoutMs: number,
  run: LeafSpec["run"],
  call: LeafCall,
): Promise<unknown> {
  return limited(
    replay.host.clock,
    timeoutMs,
    () => issue.abort.signal,
    (limit) => run(Object.create(call, { abort: { get: () => limit.abort } }) as LeafCall),
    call.onCancel,
  );
}

function mayRetry(error: unknown): boolean {
  if (error instanceof StepEnd || StepError.is(error)) return false;
  return !FirebreakError.any(error) || error.retryable;
}

/** How long to wait before the next attempt. */
export function backoffMs(policy: RetryPolicy, attempt: number): number {
  return Math.min(policy.maxBackoffMs, policy.backoffMs * policy.factor ** (attempt - 1));
}

/** Records that an attempt failed and another follows. */
export async function attempted(
  replay: Replay,
  issue: Issue,
  error: unknown,
  attempt: number,
  retryAt: number,
): Promise<void> {
  const message = messageOf(error);
  replay.host.live?.({ kind: "live.void", scope: issue.identity.scope, name: issue.identity.name, attempt });
  await replay.writer.commit(issue.scope, [
    { kind: "step.attempted", data: { ...issue.identity, attempt, message, retryAt } },
  ]);
}

/** Waits until `at`; while it does, the run may leave memory. */
export async function pause(replay: Replay, issue: Issue, at: number): Promise<void> {
  const delayMs = at - replay.host.clock.now();
  if (delayMs <= 0) return;
  issue.state = "waiting";
  issue.wakeAt = at;
  await new Promise<void>((resolve) => {
    until(replay, issue, at, resolve);
    issue.abort.signal.addEventListener("abort", () => resolve());
    replay.nudge();
  });
  if (issue.state === "waiting") issue.state = "running";
  delete issue.wakeAt;
}

function announce(replay: Replay, issue: Issue, attempt: number): void {
  const { scope, name } = issue.identity;
  replay.host.live?.({ kind: "live.started", scope, name, step: issue.identity.kind, attempt });
}

interface Ended {
  readonly startedAt: number;
  readonly attempt?: number;
  readonly work?: string | undefined;
  readonly notes: Notes;
}

/** Records that a step without a scope of its own ended with `issue.made`. */
function record(replay: Replay, issue: Issue, it: Ended): void {
  const made = issue.made as Canonical;
  const { notes } = it;
  const { blobs } = notes;
  const { identity, traced } = issue;
  const now = replay.host.clock.now();
  // One shape for all records; members that are undefined are not written.
  const data = {
    scope: identity.scope,
    name: identity.name,
    kind: identity.kind,
    in: identity.in,
    n: identity.n,
    input: traced === undefined ? undefined : toStored(traced.json, inputSize(issue), blobs),
    reads: traced === undefined || traced.reads.length === 0 ? undefined : traced.reads,
    loose: traced?.loose ? true : undefined,
    may: issue.may,
    at: it.startedAt,
    ms: Math.max(0, now - it.startedAt),
    out: toStored(made.json, made.size, blobs),
    hash: made.hash,
    work: it.work,
    more: isEmpty(notes.more) ? undefined : notes.more,
  } as EventData["step.completed"];
  replay.write(issue.scope, { kind: "step.completed", data }, blobs, issue);
}

function isEmpty(it: object): boolean {
  for (const _ in it) return false;
  return true;
}

/** Records that a step ended with `issue.made`. */
export async function complete(replay: Replay, issue: Issue, it: Ended): Promise<void> {
  const made = issue.made as Canonical;
  const inner = await closeInner(replay, issue);
  await replay.live();
  if (gone(replay, issue)) return;
  const blobs = [...it.notes.blobs];
  const data = {
    ...startedRecord(issue, it.startedAt, Math.max(0, replay.host.clock.now() - it.startedAt), blobs),
    out: toStored(made.json, made.size, blobs),
    hash: made.hash,
    ...(it.attempt === undefined || it.attempt === 1 ? {} : { tries: it.attempt }),
    ...(it.work === undefined ? {} : { work: it.work }),
    ...moreOf({ ...it.notes.more, ...inner.more }),
  };
  await write(replay, issue, { kind: "step.completed", data, ...inner.covers }, blobs);
  replay.cap?.release(issue);
}

/** Records that a step ended without a value. */
export async function fail(replay: Replay, issue: Issue, error: unknown, it: Ended): Promise<void> {
  const inner = await closeInner(replay, issue);
  await replay.live();
  if (gone(replay, issue)) return;
  const blobs = [...it.notes.blobs];
  const data = {
    ...startedRecord(issue, it.startedAt, Math.max(0, replay.host.clock.now() - it.startedAt), blobs),
    ...failureOf(error),
    ...(it.attempt === undefined || it.attempt === 1 ? {} : { tries: it.attempt }),
    ...(it.work === undefined ? {} : { work: it.work }),
    ...moreOf({
      ...it.notes.more,
      ...inner.more,
      ...(error instanceof StepEnd && error.more !== undefined ? { ended: canonical(error.more).json } : {}),
    }),
  };
  await write(replay, issue, { kind: "step.failed", data, ...inner.covers }, blobs);
  replay.cap?.release(issue);
}

/** A composite step of a rerun ends by what is recorded below it: that is taken in at once, like what it rests on. */
async function write(
  replay: Replay,
  issue: Issue,
  event: Extract<NewEvent, { kind: "step.completed" | "step.failed" }>,
  blobs: readonly Blob[],
): Promise<void> {
  if (replay.options.past === undefined || !issue.work.enter) {
    await replay.writer.commit(issue.scope, [event], blobs);
    return;
  }
  replay.adoption!.addEnd(issue, event, blobs);
}

/** Ends the scope below a step, and tells what its record covers. */
export async function closeInner(
  replay: Replay,
  issue: Issue,
): Promise<{ more: { [key: string]: Json }; covers: Pick<NewEvent, "covers"> }> {
  const inner = issue.inner;
  if (inner === undefined) return { more: {}, covers: {} };
  // A function may ask for less in one attempt than in another: what it no longer asks for is passed over.
  if (!issue.work.enter) replay.issues.leave(inner.path);
  for (const path of await replay.issues.end(inner))
    replay.warnings.push(
      `step "${path}" was not awaited and was cancelled: await what it gives, or return it`,
    );
  const covers = replay.records.covers(inner.path);
  const spent = replay.records.spentIn(inner.path);
  const more: { [key: string]: Json } = { scope: inner.path };
  if (spent.calls > 0) more["spent"] = { ...spent };
  const late = replay.passedOver.takeIn(inner.path, replay.delivered);
  if (late.length > 0) more["late"] = late;
  return { more, covers: covers.length === 0 ? {} : { covers } };
}

function moreOf(more: { readonly [key: string]: Json }): { more?: Json } {
  return Object.keys(more).length === 0 ? {} : { more };
}

/** What is recorded of a failure. A failure from below keeps its outcome, and names it. */
export function failureOf(error: unknown): {
  outcome: StepError["outcome"];
  message: string;
  problems?: readonly Problem[];
  stack?: string;
  cause?: number;
} {
  const message = messageOf(error);
  if (StepError.is(error)) {
    return {
      outcome: error.outcome,
      message,
      ...problemsOf(error.problems),
      ...(error.seq === undefined ? {} : { cause: error.seq }),
    };
  }
  if (error instanceof StepEnd) return { outcome: error.outcome, message, ...problemsOf(error.problems) };
  const stack =
    error instanceof Error && error.stack !== undefined && !FirebreakError.any(error)
      ? { stack: redact(error.stack).slice(0, 4_000) }
      : {};
  return { outcome: "failed", message, ...stack };
}

function problemsOf(problems: readonly Problem[]): { problems?: readonly Problem[] } {
  return problems.length === 0
    ? {}
    : { problems: canonical(problems).value as unknown as readonly Problem[] };
}

export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return redact(text).slice(0, 2_000);
}

/** Text that names an issue, for messages. */
export function pathOf(issue: Issue): string {
  return stepPath(issue.identity.scope, issue.identity.name);
}
