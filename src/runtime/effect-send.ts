// One thing done to a receiver: the intent, the call, the receipt; and what is
// done about an intent without one.

import { FirebreakError } from "../base/errors.ts";
import { canonical, type Canonical, decode, type Json, type Value } from "../base/values.ts";
import type { EventData, NewEvent } from "../journal/events.ts";
import type { Blob, EffectSlot, StandingEffect } from "../journal/journal.ts";
import {
  type EffectDeed,
  EffectNotSent,
  type EffectSpec,
  idempotencyKeyOf,
  type StoodEffect,
} from "./effect-spec.ts";
import type { Issue } from "./issue.ts";
import { messageOf, pathOf } from "./leaf.ts";
import type { Replay } from "./replay.ts";
import { fromStored, toStored } from "./store.ts";
import { limited, TimedOut } from "./time-limit.ts";

/** The call ended with an error that does not say whether it arrived. */
export class MayHaveArrived extends Error {
  override readonly name = "MayHaveArrived";
}

/** What one step does about its effect. */
export interface Sending {
  readonly replay: Replay;
  readonly issue: Issue;
  readonly spec: EffectSpec;
  /** From 1. */
  readonly attempt: number;
  /** What a person said may be sent beside what stands (see effect-review.ts). */
  readonly approved: Set<string>;
  /** An intent of this step is open, or no more. */
  readonly intended: (it: boolean) => void;
}

/** Writes what a receipt means for the step; the default is the receipt alone. */
export type WriteReceipt = (event: NewEvent, receipt: Canonical, blobs: Blob[]) => Promise<void>;

/**
 * Does it, at most once: the intent is durable before, the receipt after (E9).
 *
 * @param again The open intent whose place this one takes, under the same key.
 * @throws EFFECT_SLOT_TAKEN before anything was sent; EffectNotSent; MayHaveArrived, with the intent left open.
 */
export async function perform(
  it: Sending,
  deed: EffectDeed,
  write: WriteReceipt,
  again?: EffectSlot,
): Promise<void> {
  const { replay, spec } = it;
  const { effects } = replay.host;
  it.intended(true);
  let intent: number;
  try {
    intent = await intendDeed(it, deed, again);
  } catch (error) {
    it.intended(false);
    throw error;
  }
  // A driver that was stopped meanwhile may have lost its run: then another one sends (E4).
  if (replay.isLost || !(await effects.isOurs())) return replay.lose("taken over");
  const slot = sendingKey(replay, spec.tool, deed.key);
  let tellEnd = (): void => undefined;
  const ended = new Promise<void>((resolve) => (tellEnd = resolve));
  effects.sending.set(slot, ended);
  try {
    await deliver(it, deed, intent, write);
  } finally {
    if (effects.sending.get(slot) === ended) effects.sending.delete(slot);
    tellEnd();
  }
}

async function deliver(it: Sending, deed: EffectDeed, intent: number, write: WriteReceipt): Promise<void> {
  const blobs: Blob[] = [];
  const { sent, whole } = call(it, deed, blobs);
  let receipt: Canonical;
  try {
    receipt = canonical((await sent) ?? null, "receipt");
  } catch (error) {
    if (error instanceof TimedOut) hearLate(it, intent, whole);
    return failed(it, intent, error);
  }
  await received(it, intent, receipt, blobs, write);
}

export function sendingKey(replay: Replay, tool: string, key: string): string {
  return JSON.stringify([replay.host.root, tool, key]);
}

async function intendDeed(it: Sending, deed: EffectDeed, again: EffectSlot | undefined): Promise<number> {
  const { replay, issue, spec } = it;
  const blobs: Blob[] = [];
  const { before, action } = deed;
  const isOwn = again !== undefined && again.run === replay.host.run;
  const settled: readonly NewEvent[] = isOwn
    ? [{ kind: "effect.settled", data: { intent: again.seq, sent: false, by: "what drops repeats" } }]
    : [];
  const data: EventData["effect.intended"] = {
    ...issue.identity,
    tool: spec.tool,
    key: deed.key,
    revision: deed.revision,
    owner: replay.host.owner,
    ...argumentsOf(it, deed, blobs),
    ...(action === "send" ? {} : { action }),
    ...(before === undefined ? {} : { after: { run: before.run, seq: before.seq } }),
    ...(again === undefined || isOwn ? {} : { again: { run: again.run, seq: again.seq } }),
  };
  const events: readonly NewEvent[] = [...settled, { kind: "effect.intended", data }];
  return (await replay.writer.commitEffect(issue.scope, events, blobs)).lastSeq;
}

/** References where the step has them, and the whole where another run must be able to read it. */
function argumentsOf(
  { issue }: Sending,
  { input, action }: EffectDeed,
  blobs: Blob[],
): Pick<EventData["effect.intended"], "input" | "args"> {
  const whole = input === undefined ? undefined : canonical(input);
  const stored = whole === undefined ? null : toStored(whole.json, whole.size, blobs);
  const { traced } = issue;
  if (action === "compensate" || traced === undefined || traced.reads.length === 0) return { input: stored };
  return { input: traced.json, args: stored };
}

/** Calls the tool. `sent` ends when its time is over, `whole` when the tool does. */
function call(
  { replay, issue, spec, attempt }: Sending,
  deed: EffectDeed,
  blobs: Blob[],
): { readonly sent: Promise<unknown>; readonly whole: Promise<unknown> } {
  const { scope, name } = issue.identity;
  replay.host.live?.({ kind: "live.started", scope, name, step: "tool", attempt });
  const idempotencyKey = idempotencyKeyOf(replay.host.root, spec.tool, deed);
  const keep = (blob: Blob): void => void blobs.push(blob);
  const start = (abort: () => AbortSignal): Promise<unknown> => {
    const given = {
      input: deed.input,
      idempotencyKey,
      attempt,
      keep,
      get abort() {
        return abort();
      },
    };
    if (deed.action === "send") return Promise.try(spec.send, given);
    const change = deed.action === "amend" ? spec.amend : spec.compensate;
    if (change === undefined || deed.before === undefined)
      throw new EffectNotSent(`the tool "${spec.tool}" has no way to ${deed.action} any more`);
    return Promise.try(change, given, deed.before);
  };
  const own = (): AbortSignal => issue.abort.signal;
  let whole: Promise<unknown> = Promise.resolve();
  const begin = (abort: () => AbortSignal): Promise<unknown> => (whole = Promise.try(start, abort));
  const run = (): Promise<unknown> =>
    spec.timeoutMs === undefined
      ? begin(own)
      : limited(
          replay.host.clock,
          spec.timeoutMs,
          own,
          (limit) => begin(() => limit.abort),
          (stop) => issue.onCancel(stop),
        );
  const { guard } = replay.host;
  const sent = guard === undefined ? run() : guard.work(pathOf(issue), run);
  return { sent, whole };
}

/** A receipt that comes after its time resolves the doubt by itself. */
function hearLate({ replay }: Sending, intent: number, whole: Promise<unknown>): void {
  const write = async (answer: unknown): Promise<void> => {
    const receipt = canonical(answer ?? null, "receipt").json;
    await replay.host.commitLate([{ kind: "effect.late", data: { intent, receipt } }]);
  };
  // An error says nothing, and a journal that is closed takes nothing more.
  whole.then(write).catch(() => undefined);
}

async function received(
  it: Sending,
  intent: number,
  receipt: Canonical,
  blobs: Blob[],
  write: WriteReceipt,
): Promise<void> {
  const { replay } = it;
  const data = { intent, receipt: receipt.json };
  let isWritten = false;
  try {
    if (!replay.isLost) {
      await write({ kind: "effect.received", data }, receipt, blobs);
      isWritten = true;
    }
  } catch (error) {
    if (!replay.isLost) throw error;
  }
  // The run was ended or taken in this very moment: the receipt is kept all the same (E7).
  if (!isWritten) await replay.host.commitLate([{ kind: "effect.late", data }]);
  it.intended(false);
}

async function failed(it: Sending, intent: number, error: unknown): Promise<void> {
  const { replay, issue } = it;
  if (!EffectNotSent.is(error)) {
    if (replay.isLost) return;
    throw new MayHaveArrived(messageOf(error), { cause: error });
  }
  const by = `tool: ${messageOf(error)}`;
  const settled: NewEvent = { kind: "effect.settled", data: { intent, sent: false, by } };
  if (replay.isLost) return replay.host.commitLate([settled]);
  await replay.writer.commit(issue.scope, [settled]);
  it.intended(false);
  throw error;
}

/** The receipt alone, without a record of the step. */
export function receiptOnly({ replay, issue }: Sending): WriteReceipt {
  return async (event, _, blobs) => void (await replay.writer.commitEffect(issue.scope, [event], blobs));
}

// ---- An intent without a receipt ------------------------------------------------------

/**
 * Finds out what became of an open intent that nobody works at any more, or halts the run in doubt (E9): the receiver is
 * asked; one that drops repeats is sent the same again; else a person must look. That a receiver does not have it says
 * nothing while the process that was about to send it lives: it was stopped, and may go on.
 */
export async function resolveDoubt(it: Sending, slot: EffectSlot): Promise<void> {
  const { replay, spec } = it;
  const deed = await deedOf(replay, slot, it.issue.input);
  if (deed === undefined) return doubt(replay, slot);
  if (spec.probe !== undefined) {
    const key = idempotencyKeyOf(replay.host.root, spec.tool, deed);
    let found: unknown;
    try {
      found = await replay.busy(async () => spec.probe!(deed.input, key, deed.action));
    } catch (error) {
      return doubt(replay, slot, messageOf(error));
    }
    const sender = found === undefined && !spec.deduplicates ? await livingSender(replay, slot) : undefined;
    if (sender !== undefined)
      return doubt(replay, slot, `process ${sender} may still send it: end it, then resume this run`);
    return settle(it, slot, found);
  }
  if (spec.deduplicates) return perform(it, deed, receiptOnly(it), slot);
  return doubt(replay, slot);
}

/** The process that wrote an intent, when it is another one and lives. */
async function livingSender({ host }: Replay, { run, seq }: EffectSlot): Promise<string | undefined> {
  const event = await host.effects.event(run, seq);
  const owner = event?.kind === "effect.intended" ? event.data.owner : undefined;
  const isOther = owner !== undefined && owner !== host.owner;
  return isOther && host.effects.isAlive(owner) ? owner : undefined;
}

async function settle({ replay, issue }: Sending, slot: EffectSlot, found: unknown): Promise<void> {
  const sent = found !== undefined;
  const receipt = sent ? canonical(found, "receipt").json : null;
  const intent = slot.seq;
  if (slot.run === replay.host.run) {
    const by = "the probe, which did not find it";
    const event: NewEvent = sent
      ? { kind: "effect.received", data: { intent, receipt } }
      : { kind: "effect.settled", data: { intent, sent, by } };
    await replay.writer.commit(issue.scope, [event]);
    return;
  }
  const by = `the probe of run ${replay.host.run}`;
  const data = { intent, sent, by, ...(sent ? { receipt } : {}) };
  try {
    await replay.host.effects.settle(slot.run, { kind: "effect.settled", data });
  } catch (error) {
    // It was taken up meanwhile: its own driver resolves it.
    if (!FirebreakError.is(error, "JOURNAL_CONFLICT")) throw error;
  }
}

/** What an intent was about; undefined when it cannot be read any more. */
async function deedOf(
  replay: Replay,
  slot: EffectSlot,
  own: Canonical | undefined,
): Promise<EffectDeed | undefined> {
  const { action, key, revision, round, before } = slot;
  const isOwn = own !== undefined && own.hash === revision && action !== "compensate";
  const input = isOwn ? own : await argumentsAt(replay, slot);
  const stood = before === undefined ? undefined : await stoodAt(replay, before);
  if (input === undefined || (before !== undefined && stood === undefined)) return undefined;
  const known = { action, key, revision, round, input: input.value };
  return stood === undefined ? known : { ...known, before: stood };
}

/** What stands, with its arguments and its receipt; undefined when these cannot be read any more. */
export async function stoodAt(replay: Replay, it: StandingEffect): Promise<StoodEffect | undefined> {
  const { run, seq, revision } = it;
  const input = await argumentsAt(replay, it);
  const event = await replay.host.effects.event(run, it.receipt);
  const receipt = receiptOf(event?.data as { readonly receipt?: Json } | undefined);
  return input === undefined ? undefined : { run, seq, revision, input: input.value, receipt };
}

function receiptOf(data: { readonly receipt?: Json } | undefined): Value {
  return decode(data?.receipt ?? null).value;
}

async function argumentsAt(
  replay: Replay,
  it: Pick<StandingEffect, "run" | "seq">,
): Promise<Canonical | undefined> {
  const { host } = replay;
  const event = await host.effects.event(it.run, it.seq);
  if (event?.kind !== "effect.intended") return undefined;
  try {
    return await fromStored(event.data.args ?? event.data.input, (hash) => host.blob(hash));
  } catch (error) {
    // Written before intents held their arguments as a whole: only a person can tell.
    if (FirebreakError.any(error)) return undefined;
    throw error;
  }
}

/** Halts the run until somebody has looked at the receiver. */
export async function doubt(replay: Replay, slot: EffectSlot, why?: string): Promise<void> {
  const { run: runId, seq, tool, key } = slot;
  const details = { runId, seq, tool, key, ...(why === undefined ? {} : { why }) };
  await replay.halt(new FirebreakError("EFFECT_IN_DOUBT", details));
}
