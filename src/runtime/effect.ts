// Effects: what changes something outside the run. The intent is durable before
// sending, the receipt after (E9). An intent without a receipt is probed where
// the receiver can be asked, sent again where it drops repeats by our key, and
// otherwise halts the run until a person has looked.

import { FirebreakError } from "../base/errors.ts";
import { canonical, decode, type Json, sha, type Value } from "../base/values.ts";
import type { NewEvent } from "../journal/events.ts";
import type { Blob } from "../journal/journal.ts";
import type { Issue, Work } from "./issue.ts";
import { fail, messageOf, pathOf } from "./leaf.ts";
import { type Slot, slotKey } from "./records.ts";
import { Replay } from "./replay.ts";
import { toStored } from "./store.ts";

/** A tool throws this when it is certain that nothing was sent: the step fails and may be tried again. */
export class EffectNotSent extends Error {
  override readonly name = "EffectNotSent";
  readonly notSent = true;
}

export interface EffectSpec {
  readonly tool: string;
  readonly key: (input: Value | undefined) => string;
  readonly send: (call: {
    input: Value | undefined;
    idempotencyKey: string;
    abort: AbortSignal;
    keep: (blob: Blob) => void;
  }) => Promise<unknown>;
  readonly probe?: (input: Value | undefined, idempotencyKey: string) => Promise<unknown>;
  readonly deduplicates?: boolean;
  readonly finish?: (value: Value) => unknown;
}

/** Work that sends an effect at most once per slot and revision. */
export function effectWork(replay: Replay, spec: EffectSpec): Work {
  let intended = false;
  return {
    start: (issue) => {
      const startedAt = replay.host.clock.now();
      inTurn(replay, spec, issue, () => send(replay, issue, spec, () => (intended = true)))
        .catch((error: unknown) => fail(replay, issue, error, { startedAt, notes: { more: {}, blobs: [] } }))
        .finally(() => (intended = false));
    },
    mustEnd: () => intended,
    ...(spec.finish === undefined ? {} : { finish: spec.finish }),
  };
}

const turns = new WeakMap<Replay, Map<string, Promise<void>>>();

/** One after the other within a slot: a second call of the same effect waits, and is answered by the receipt of the first. */
async function inTurn(
  replay: Replay,
  spec: EffectSpec,
  issue: Issue,
  work: () => Promise<void>,
): Promise<void> {
  const slot = slotKey(spec.tool, spec.key(Replay.inputOf(issue)));
  const all = turns.get(replay) ?? new Map<string, Promise<void>>();
  turns.set(replay, all);
  const mine = (all.get(slot) ?? Promise.resolve()).then(() =>
    issue.state === "ended" ? undefined : work(),
  );
  const ended = mine.catch(() => undefined);
  all.set(slot, ended);
  try {
    await mine;
  } finally {
    if (all.get(slot) === ended) all.delete(slot);
  }
}

async function send(replay: Replay, issue: Issue, spec: EffectSpec, intend: () => void): Promise<void> {
  const input = Replay.inputOf(issue);
  const key = spec.key(input);
  const revision = issue.input?.hash ?? "";
  const idempotencyKey = sha(`${replay.host.root}\n${spec.tool}\n${key}\n${revision}`);
  const slot = replay.records.slots.get(slotKey(spec.tool, key));
  if (slot !== undefined && !slot.cleared) {
    if (slot.intent.data.revision !== revision)
      throw new FirebreakError("EFFECT_REVISED", { tool: spec.tool, key });
    if (slot.receipt !== undefined) return receive(replay, issue, spec, slot.intent.seq, slot.receipt, []);
    return resolveDoubt(replay, issue, spec, { slot, input, idempotencyKey, key }, intend);
  }
  intend();
  const { intent } = await intendEffect(replay, issue, spec, key, revision);
  if (replay.isLost) return;
  await sendNow(replay, issue, spec, { intent, input, idempotencyKey, key });
}

async function intendEffect(
  replay: Replay,
  issue: Issue,
  spec: EffectSpec,
  key: string,
  revision: string,
  before: readonly NewEvent[] = [],
): Promise<{ intent: number }> {
  const data = {
    ...issue.identity,
    tool: spec.tool,
    key,
    revision,
    owner: replay.host.owner,
    input: issue.traced?.json ?? null,
  };
  const appended = await replay.writer.commit(issue.scope, [...before, { kind: "effect.intended", data }]);
  return { intent: appended.lastSeq };
}

interface Sending {
  readonly intent: number;
  readonly input: Value | undefined;
  readonly idempotencyKey: string;
  readonly key: string;
}

async function sendNow(replay: Replay, issue: Issue, spec: EffectSpec, it: Sending): Promise<void> {
  const blobs: Blob[] = [];
  replay.host.live?.({
    kind: "live.started",
    scope: issue.identity.scope,
    name: issue.identity.name,
    step: "tool",
    attempt: 1,
  });
  let receipt: Json;
  try {
    const send = async (): Promise<unknown> =>
      spec.send({
        input: it.input,
        idempotencyKey: it.idempotencyKey,
        abort: issue.abort.signal,
        keep: (blob) => void blobs.push(blob),
      });
    const { guard } = replay.host;
    const answer = await (guard === undefined ? send() : guard.work(pathOf(issue), send));
    receipt = canonical(answer ?? null, "receipt").json;
  } catch (error) {
    if (error instanceof EffectNotSent || (error as { notSent?: boolean }).notSent === true) {
      await replay.writer.commit(issue.scope, [
        { kind: "effect.settled", data: { intent: it.intent, sent: false, by: `tool: ${messageOf(error)}` } },
      ]);
      throw error;
    }
    // It may have arrived: nobody but the receiver knows.
    await doubt(replay, spec, it.intent, it.key);
    return;
  }
  if (replay.isLost) {
    await replay.host.commitLate([{ kind: "effect.late", data: { intent: it.intent, receipt } }]);
    return;
  }
  await receive(replay, issue, spec, it.intent, receipt, blobs);
}

async function receive(
  replay: Replay,
  issue: Issue,
  spec: EffectSpec,
  intent: number,
  receipt: Json,
  blobs: Blob[],
): Promise<void> {
  const made = decode(receipt);
  issue.made = made;
  const at = replay.host.clock.now();
  const traced = issue.traced;
  const data = {
    ...issue.identity,
    out: toStored(made.json, made.size, blobs),
    hash: made.hash,
    ...(traced === undefined ? {} : { input: traced.json, reads: traced.reads }),
    may: issue.may,
    at,
    ms: 0,
    more: { effect: { tool: spec.tool, intent } },
  };
  const known = [...replay.records.slots.values()].some(
    (it) => it.intent.seq === intent && it.receipt !== undefined,
  );
  const events: NewEvent[] = known ? [] : [{ kind: "effect.received", data: { intent, receipt } }];
  await replay.writer.commit(issue.scope, [...events, { kind: "step.completed", data }], blobs);
}

async function resolveDoubt(
  replay: Replay,
  issue: Issue,
  spec: EffectSpec,
  it: Omit<Sending, "intent"> & { slot: Slot },
  intend: () => void,
): Promise<void> {
  const intent = it.slot.intent.seq;
  if (spec.probe !== undefined) {
    const found = await replay.busy(async () => spec.probe!(it.input, it.idempotencyKey));
    if (found !== undefined)
      return receive(replay, issue, spec, intent, canonical(found, "receipt").json, []);
    return sendAgain(replay, issue, spec, it, intend, "the probe, which did not find it");
  }
  if (spec.deduplicates)
    return sendAgain(replay, issue, spec, it, intend, "the receiver's promise to drop repeats");
  await doubt(replay, spec, intent, it.key);
}

/** Sends under an intent of its own: a driver that lost the run meanwhile is refused here, before it sends (E4). */
async function sendAgain(
  replay: Replay,
  issue: Issue,
  spec: EffectSpec,
  it: Omit<Sending, "intent"> & { slot: Slot },
  intend: () => void,
  by: string,
): Promise<void> {
  const { seq, data } = it.slot.intent;
  intend();
  const { intent } = await intendEffect(replay, issue, spec, it.key, data.revision, [
    { kind: "effect.settled", data: { intent: seq, sent: false, by } },
  ]);
  if (!replay.isLost) await sendNow(replay, issue, spec, { ...it, intent });
}

async function doubt(replay: Replay, spec: EffectSpec, seq: number, key: string): Promise<void> {
  await replay.halt(
    new FirebreakError("EFFECT_IN_DOUBT", { runId: replay.host.run, seq, tool: spec.tool, key }),
  );
}
