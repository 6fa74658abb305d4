// Effects: what changes something outside the run. The intent is durable before
// sending, the receipt after (E9). An effect belongs to a slot of its root (tool
// and key) and has a revision (the hash of its arguments):
//
//   S-free      nothing stands: it is sent.
//   S-same      the same revision stands, whichever run sent it: its receipt answers.
//   S-other     another revision stands: it is amended, or undone and sent, or a person decides.
//   S-open      an intent has no receipt: whoever works at it is waited for; else the doubt is resolved first.

import { FirebreakError } from "../base/errors.ts";
import { canonical, type Canonical } from "../base/values.ts";
import type { NewEvent } from "../journal/events.ts";
import { type EffectSlot, type StandingEffect, standing } from "../journal/effect-slot.ts";
import type { Blob } from "../journal/journal.ts";
import {
  doubt,
  MayHaveArrived,
  perform,
  receiptOnly,
  resolveDoubt,
  type Sending,
  sendingKey,
  stoodAt,
  type WriteReceipt,
} from "./effect-send.ts";
import { answersBeside, askBeside, besideOf } from "./effect-review.ts";
import { type EffectDeed, EffectNotSent, type EffectSpec } from "./effect-spec.ts";
import { inTurn } from "./effect-turns.ts";
import type { Issue, Work } from "./issue.ts";
import { attempted, attemptLimit, backoffMs, closeInner, fail, pause } from "./leaf.ts";
import { startedRecord } from "./step-record.ts";
import { Replay } from "./replay.ts";
import { toStored } from "./store.ts";

/** Times one step looks at its slot: other runs may change it in between. */
const lookLimit = 10_000;

/** Work that sends an effect at most once per slot and revision of its root. */
export function effectWork(replay: Replay, spec: EffectSpec): Work {
  return slotWork(replay, spec, (it) => settleSlot(it));
}

/** Work that undoes what stands in a slot, if it is still `target` that stands there. */
export function compensateWork(
  replay: Replay,
  spec: EffectSpec,
  target: Pick<EffectSlot, "key" | "run" | "seq">,
): Work {
  return slotWork(replay, { ...spec, key: () => target.key }, (it) => undo(it, target));
}

function slotWork(replay: Replay, spec: EffectSpec, work: (it: Sending) => Promise<void>): Work {
  let intended = false;
  const start = async (issue: Issue): Promise<void> => {
    const startedAt = replay.host.clock.now();
    const approved = new Set<string>();
    const it = { replay, issue, spec, approved, intended: (is: boolean) => void (intended = is) };
    try {
      const key = sendingKey(replay, spec.tool, spec.key(Replay.inputOf(issue)));
      await answersBeside(it);
      await replay.live();
      await inTurn(replay, key, () => (gone(it) ? undefined : attempts(it, work)));
    } catch (error) {
      if (gone(it)) return;
      if (FirebreakError.is(error, "EVENT_CORRUPT")) await replay.halt(error);
      else await fail(replay, issue, error, { startedAt, notes: { more: {}, blobs: [] } });
    } finally {
      intended = false;
    }
  };
  return {
    irreversible: true,
    start: (issue) => void start(issue),
    mustEnd: () => intended,
    ...(spec.finish === undefined ? {} : { finish: spec.finish }),
  };
}

function gone({ replay, issue }: Pick<Sending, "replay" | "issue">): boolean {
  return replay.isLost || issue.state === "ended";
}

type Unnumbered = Omit<Sending, "attempt">;

/** What was certainly not sent may be tried again, and what may have arrived where repeats are dropped. */
async function attempts(it: Unnumbered, work: (it: Sending) => Promise<void>): Promise<void> {
  const { replay, issue, spec } = it;
  const limit = Math.min(spec.retry?.attempts ?? 1, attemptLimit);
  for (;;) {
    const past = replay.records.attempts.get(issue.key);
    const attempt = (past?.count ?? 0) + 1;
    if (past !== undefined) await pause(replay, issue, past.retryAt);
    if (gone(it)) return;
    try {
      return await work({ ...it, attempt });
    } catch (error) {
      if (gone(it)) return;
      const isLast = attempt >= limit;
      if (error instanceof MayHaveArrived && (await isSettled({ ...it, attempt }, isLast))) continue;
      if (gone(it)) return;
      if (isLast || !(EffectNotSent.is(error) || error instanceof MayHaveArrived)) throw error;
      const retryAt = replay.host.clock.now() + backoffMs(spec.retry!, attempt);
      await attempted(replay, issue, error, attempt, retryAt);
    }
  }
}

/**
 * What is done about an error that does not say whether the effect arrived: the receiver is asked; one that drops repeats
 * may be sent the same once more; else the run halts in doubt. True when it turned out to have arrived.
 */
async function isSettled(it: Sending, isLast: boolean): Promise<boolean> {
  const { replay, issue, spec } = it;
  const { effects } = replay.host;
  const key = spec.key(Replay.inputOf(issue));
  const open = await effects.slot(spec.tool, key);
  if (open?.state !== "intended") return open?.state === "received";
  if (spec.probe === undefined) {
    if (!spec.deduplicates || isLast) await doubt(replay, open);
    return false;
  }
  await resolveDoubt(it, open);
  const state = gone(it) ? undefined : (await effects.slot(spec.tool, key))?.state;
  return state === "received" || state === "compensated";
}

/** Looks at the slot and does the next thing, until the step has its receipt. */
async function settleSlot(it: Sending): Promise<void> {
  const { issue, spec } = it;
  const input = Replay.inputOf(issue);
  const key = spec.key(input);
  const revision = issue.input?.hash ?? "";
  await eachLook(it, key, async (slot) => {
    const stands = standing(slot);
    const deed: EffectDeed = { action: "send", key, input, revision, round: slot?.round ?? 0 };
    if (stands === undefined) await perform(it, deed, completeWith(it, key));
    else if (stands.revision === revision) await answerBy(it, key, stands);
    else return revise(it, deed, stands);
    return true;
  });
}

/** @returns false when the slot has to be looked at again. */
async function revise(it: Sending, deed: EffectDeed, stands: StandingEffect): Promise<boolean> {
  const { replay, spec } = it;
  const before = await stoodAt(replay, stands);
  if (before !== undefined && spec.amend !== undefined) {
    await perform(it, { ...deed, action: "amend", before }, completeWith(it, deed.key));
    return true;
  }
  if (before !== undefined && spec.compensate !== undefined) {
    const { input, revision } = before;
    await perform(it, { ...deed, action: "compensate", input, revision, before }, receiptOnly(it));
    return false;
  }
  if (!it.approved.has(besideOf(stands))) {
    await askBeside(it, deed, stands, before);
    return false;
  }
  const named = before ?? { ...stands, input: undefined, receipt: null };
  await perform(it, { ...deed, before: named }, completeWith(it, deed.key));
  return true;
}

async function undo(it: Sending, target: Pick<EffectSlot, "key" | "run" | "seq">): Promise<void> {
  const { replay, spec } = it;
  await eachLook(it, target.key, async (slot) => {
    const stands = standing(slot);
    const before = stands === undefined ? undefined : await stoodAt(replay, stands);
    if (slot === undefined || before?.run !== target.run || before.seq !== target.seq) {
      await complete(it, target.key, canonical({ undone: "before, or by another run" }), []);
      return true;
    }
    if (spec.compensate === undefined)
      throw new EffectNotSent(`the tool "${spec.tool}" has no way to undo what it did`);
    const { input, revision } = before;
    const deed = {
      action: "compensate",
      key: target.key,
      input,
      revision,
      round: slot.round,
      before,
    } as const;
    await perform(it, deed, completeWith(it, target.key));
    return true;
  });
}

/** Looks until `next` says that it is done. Open intents are waited for or resolved before. */
async function eachLook(
  it: Sending,
  key: string,
  next: (slot: EffectSlot | undefined) => Promise<boolean>,
): Promise<void> {
  const { replay, spec } = it;
  const { effects } = replay.host;
  for (let looks = 0; looks < lookLimit; looks += 1) {
    // What this process is still sending, for a run that was taken from it meanwhile, ends first.
    await effects.sending.get(sendingKey(replay, spec.tool, key));
    if (gone(it)) return;
    const slot = await effects.slot(spec.tool, key);
    try {
      if (slot?.state === "intended") await untilSettled(it, slot);
      else if (await next(slot)) return;
    } catch (error) {
      // Another run of the root was first: look again.
      if (!FirebreakError.is(error, "EFFECT_SLOT_TAKEN")) throw error;
    }
  }
  throw new FirebreakError("LIMIT_REACHED", { what: `looks at "${spec.tool}" "${key}"`, limit: lookLimit });
}

async function untilSettled(it: Sending, slot: EffectSlot): Promise<void> {
  const { replay } = it;
  const { effects, run } = replay.host;
  const sending = effects.sending.get(sendingKey(replay, slot.tool, slot.key));
  if (sending !== undefined) await sending;
  else if (slot.run !== run && !(await effects.isOver(slot.run))) await untilChanged(it, slot);
  else await resolveDoubt(it, slot);
}

/** Waits for whoever works at it. What happened before the watch began is seen in the slot. */
async function untilChanged({ replay, issue }: Sending, { tool, key, run, seq }: EffectSlot): Promise<void> {
  const { effects } = replay.host;
  const watch = effects.watch();
  issue.onCancel(() => watch.stop());
  try {
    const now = await effects.slot(tool, key);
    if (now?.state === "intended" && now.run === run && now.seq === seq) await watch.changed;
  } finally {
    watch.stop();
  }
}

// ---- How the step ends -------------------------------------------------------------------

function completeWith(it: Sending, key: string): WriteReceipt {
  return (event, receipt, blobs) => complete(it, key, receipt, [event], blobs);
}

/** The receipt that stands answers. Another run's is adopted: from now on it is this run's to answer for. */
async function answerBy(it: Sending, key: string, stands: StandingEffect): Promise<void> {
  const { replay, spec } = it;
  const stood = await stoodAt(replay, stands);
  const receipt = canonical(stood?.receipt ?? null);
  const { run, seq: intent, revision } = stands;
  const data = { tool: spec.tool, key, revision, run, intent, receipt: receipt.json };
  const isOwn = run === replay.host.run;
  const events: readonly NewEvent[] = isOwn ? [] : [{ kind: "effect.adopted", data }];
  await complete(it, key, receipt, events, [], { run, intent });
}

async function complete(
  it: Sending,
  key: string,
  receipt: Canonical,
  events: readonly NewEvent[],
  kept: readonly Blob[] = [],
  of?: { readonly run: string; readonly intent: number },
): Promise<void> {
  const { replay, issue, spec } = it;
  const [first] = events;
  const own = first?.kind === "effect.received" ? { run: replay.host.run, intent: first.data.intent } : of;
  issue.made = receipt;
  const blobs = [...kept];
  const inner = await closeInner(replay, issue);
  const data = {
    ...startedRecord(issue, replay.host.clock.now(), 0, blobs),
    out: toStored(receipt.json, receipt.size, blobs),
    hash: receipt.hash,
    ...(it.attempt === 1 ? {} : { tries: it.attempt }),
    more: { ...inner.more, ...(own === undefined ? {} : { effect: { tool: spec.tool, key, ...own } }) },
  };
  const record: NewEvent = { kind: "step.completed", data, ...inner.covers };
  await replay.writer.commitEffect(issue.scope, [...events, record], blobs);
}
