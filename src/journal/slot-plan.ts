// Effects while a batch is planned: those stored, and those changed by earlier
// commits of the same batch. A commit that is refused leaves no trace.

import type { RunId } from "../base/ids.ts";
import {
  adopt,
  demandSlot,
  demandStanding,
  type EffectSlot,
  giveUp,
  intend,
  type Landed,
  receive,
  saysSent,
  settledIntent,
} from "./effect-slot.ts";
import type { NewEvent } from "./events.ts";

/** What an adapter knows of effects before the batch. */
export interface StoredSlots {
  slot(root: RunId, tool: string, key: string): EffectSlot | undefined;
  /** The slot whose latest intent this is. */
  slotOf(run: RunId, intent: number): EffectSlot | undefined;
  /** The highest `order` of a root; 0 when nothing of it was received. */
  lastOrder(root: RunId): number;
}

/** Text that is equal for the same slot. */
export function slotId({ root, tool, key }: Pick<EffectSlot, "root" | "tool" | "key">): string {
  return JSON.stringify([root, tool, key]);
}

export class SlotPlan {
  readonly stored: StoredSlots;
  readonly slots: Map<string, EffectSlot> = new Map();
  readonly orders: Map<RunId, number> = new Map();

  constructor(stored: StoredSlots) {
    this.stored = stored;
  }

  get changed(): readonly EffectSlot[] {
    return [...this.slots.values()];
  }
}

/** What one commit does to effects. */
export class SlotDraft {
  readonly #plan: SlotPlan;
  readonly #slots = new Map<string, EffectSlot>();
  readonly #orders = new Map<RunId, number>();
  readonly #isStrict: boolean;

  /** @param strict False for events that stand already: whatever they say is followed. */
  constructor(plan: SlotPlan, strict = true) {
    this.#plan = plan;
    this.#isStrict = strict;
  }

  /** @throws EFFECT_SLOT_TAKEN */
  add(at: Landed, event: NewEvent): void {
    if (event.kind === "effect.intended") {
      const slot = this.#find(at.root, event.data.tool, event.data.key);
      if (this.#isStrict) demandSlot(slot, event.data);
      this.#set(intend(slot, at, event.data));
      return;
    }
    if (event.kind === "effect.adopted") {
      const slot = this.#find(at.root, event.data.tool, event.data.key);
      if (this.#isStrict) this.#set(adopt(demandStanding(slot, event.data), at.run));
      else if (slot !== undefined) this.#set(adopt(slot, at.run));
      return;
    }
    const intent = settledIntent(event);
    const slot = intent === undefined ? undefined : this.#latest(at.run, intent);
    if (slot === undefined) return;
    if (saysSent(event)) this.#set(receive(slot, at.seq, this.#nextOrder(at.root)));
    else this.#set(giveUp(slot));
  }

  /** The commit is part of the batch. */
  keep(): void {
    for (const [id, slot] of this.#slots) this.#plan.slots.set(id, slot);
    for (const [root, order] of this.#orders) this.#plan.orders.set(root, order);
  }

  #find(root: RunId, tool: string, key: string): EffectSlot | undefined {
    const id = slotId({ root, tool, key });
    return this.#slots.get(id) ?? this.#plan.slots.get(id) ?? this.#plan.stored.slot(root, tool, key);
  }

  /** The slot of an intent, unless another intent has taken its place. */
  #latest(run: RunId, intent: number): EffectSlot | undefined {
    const isIt = (it: EffectSlot): boolean => it.run === run && it.seq === intent;
    for (const slots of [this.#slots, this.#plan.slots])
      for (const it of slots.values()) if (isIt(it)) return this.#find(it.root, it.tool, it.key);
    const stored = this.#plan.stored.slotOf(run, intent);
    if (stored === undefined) return undefined;
    const now = this.#find(stored.root, stored.tool, stored.key);
    return now !== undefined && isIt(now) ? now : undefined;
  }

  #set(slot: EffectSlot): void {
    this.#slots.set(slotId(slot), slot);
  }

  #nextOrder(root: RunId): number {
    const last = this.#orders.get(root) ?? this.#plan.orders.get(root) ?? this.#plan.stored.lastOrder(root);
    this.#orders.set(root, last + 1);
    return last + 1;
  }
}

/** Slots in the order of their receipts; those without one come last. */
export function inOrder(slots: readonly EffectSlot[]): readonly EffectSlot[] {
  return [...slots].sort(
    (a, b) => (a.order ?? Number.POSITIVE_INFINITY) - (b.order ?? Number.POSITIVE_INFINITY) || 0,
  );
}
