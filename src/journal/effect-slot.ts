// What is known of one effect across all runs of a root: a projection that the
// journal keeps in the commit of the events it follows from.
//
// A slot is free, or something of it is under way, or something of it stands at
// the receiver. Who wants to change what stands names it, so of two runs that
// would both send one is refused and looks again (J10).

import { FirebreakError } from "../base/errors.ts";
import type { RunId } from "../base/ids.ts";
import type { EventData, NewEvent } from "./events.ts";

/** What is done to the receiver. */
export type EffectAction = "send" | "amend" | "compensate";

/** What stands at the receiver. */
export interface StandingEffect {
  /** Run and sequence of its intent. */
  readonly run: RunId;
  readonly seq: number;
  /** Hash of its arguments. */
  readonly revision: string;
  /** Sequence of the event of `run` that holds the receipt. */
  readonly receipt: number;
  /** Place among the receipts of its root, from 1: compensation goes from the last to the first. */
  readonly order: number;
  /** The run that sent it, or the last one that found it sent and took it for its own. */
  readonly claimedBy: RunId;
}

export interface EffectSlot {
  readonly root: RunId;
  readonly tool: string;
  readonly key: string;
  /** Run and sequence of the latest intent. */
  readonly run: RunId;
  readonly seq: number;
  readonly revision: string;
  readonly action: EffectAction;
  readonly state: "intended" | "received" | "not-sent" | "compensated";
  /** Amendments and compensations so far: part of the key under which the receiver tells a repeat. */
  readonly round: number;
  readonly receipt?: number;
  /** Place of what stands among the receipts of the root. */
  readonly order?: number;
  readonly claimedBy: RunId;
  /** What stood when the latest intent was written, and stands until that has its receipt. */
  readonly before?: StandingEffect;
}

/** Where an event landed. */
export interface Landed {
  readonly root: RunId;
  readonly run: RunId;
  readonly seq: number;
}

type Intended = EventData["effect.intended"];
type Adopted = EventData["effect.adopted"];

/** What stands at the receiver, when something does. */
export function standing(slot: EffectSlot | undefined): StandingEffect | undefined {
  if (slot === undefined || slot.state === "compensated") return undefined;
  if (slot.state !== "received") return slot.before;
  const { run, seq, revision, receipt = 0, order = 0, claimedBy } = slot;
  return { run, seq, revision, receipt, order, claimedBy };
}

/** @throws EFFECT_SLOT_TAKEN when the slot is not as the intent takes it to be (J10). */
export function demandSlot(slot: EffectSlot | undefined, data: Intended): void {
  const { after, again } = data;
  // Nothing stands any more; who names what stood has not heard of its end.
  if (slot === undefined || (slot.state === "compensated" && after === undefined)) return;
  const stands = standing(slot);
  if (slot.state === "intended" && again?.run === slot.run && again.seq === slot.seq) return;
  const isNamed =
    stands === undefined ? after === undefined : after?.run === stands.run && after.seq === stands.seq;
  if (slot.state !== "intended" && isNamed) return;
  throw taken(slot);
}

/** @throws EFFECT_SLOT_TAKEN when what is adopted does not stand any more (J10). */
export function demandStanding(slot: EffectSlot | undefined, data: Adopted): EffectSlot {
  if (slot?.state === "received" && slot.run === data.run && slot.seq === data.intent) return slot;
  const { tool, key, run: runId, intent: seq } = data;
  if (slot === undefined) throw new FirebreakError("EFFECT_SLOT_TAKEN", { tool, key, runId, seq });
  throw taken(slot);
}

/** The slot once an intent is written. */
export function intend(slot: EffectSlot | undefined, at: Landed, data: Intended): EffectSlot {
  const before = standing(slot);
  return {
    root: at.root,
    tool: data.tool,
    key: data.key,
    run: at.run,
    seq: at.seq,
    revision: data.revision,
    action: data.action ?? "send",
    state: "intended",
    round: slot?.round ?? 0,
    claimedBy: at.run,
    ...(before === undefined ? {} : { order: before.order, before }),
  };
}

/** The slot once its latest intent has a receipt. `order` is the next of its root. */
export function receive(slot: EffectSlot, seq: number, order: number): EffectSlot {
  const { before: _, ...rest } = slot;
  if (slot.state === "received" || slot.state === "compensated") return slot;
  const round = slot.action === "send" ? slot.round : slot.round + 1;
  const state = slot.action === "compensate" ? "compensated" : "received";
  return { ...rest, state, round, receipt: seq, order };
}

/** The slot once it is known that its latest intent came to nothing. */
export function giveUp(slot: EffectSlot): EffectSlot {
  return slot.state === "intended" ? { ...slot, state: "not-sent" } : slot;
}

export function adopt(slot: EffectSlot, run: RunId): EffectSlot {
  return { ...slot, claimedBy: run };
}

/** The intent an event is about, in the run it stands in; undefined for events that settle nothing. */
export function settledIntent(event: NewEvent): number | undefined {
  switch (event.kind) {
    case "effect.received":
    case "effect.settled":
    case "effect.late":
      return event.data.intent;
    default:
      return undefined;
  }
}

/** Whether an event that settles an intent says that it arrived. */
export function saysSent(event: NewEvent): boolean {
  return event.kind !== "effect.settled" || event.data.sent;
}

export function isEffectEvent(event: NewEvent): boolean {
  return event.kind.startsWith("effect.");
}

function taken({ tool, key, run, seq }: EffectSlot): FirebreakError<"EFFECT_SLOT_TAKEN"> {
  return new FirebreakError("EFFECT_SLOT_TAKEN", { tool, key, runId: run, seq });
}
