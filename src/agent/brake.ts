// The brake of a map: when several items fail one check, the fault is probably
// not in the items. Items not yet started wait until a person has looked.

import type { Verdict } from "../check/check.ts";

/** Items that may fail one check before the others wait. */
export const brakeAfter = 5;

/** What the agents of one item tell the map it belongs to. */
export interface Brake {
  note(verdicts: readonly Verdict[]): void;
}

/** The checks one item failed, whether it passed in the end or not. */
export class ItemBrake implements Brake {
  readonly #failed = new Set<string>();

  note(verdicts: readonly Verdict[]): void {
    for (const it of verdicts) if (it.result !== "pass") this.#failed.add(it.check);
  }

  get failed(): readonly string[] {
    return [...this.#failed].sort();
  }
}

/** Counts items by the check they failed, each when it has ended: a replay, which sees only ends, then counts the same. */
export class BrakeCount {
  readonly #items = new Map<string, Set<string>>();
  readonly #released = new Set<string>();

  /** @param failed Names of the checks the item failed. */
  add(item: string, failed: readonly string[]): void {
    for (const check of failed) this.#items.set(check, (this.#items.get(check) ?? new Set()).add(item));
  }

  /** A check that enough items failed, and that nobody has waved through. */
  get tripped(): { readonly check: string; readonly items: number } | undefined {
    for (const [check, items] of this.#items) {
      if (items.size >= brakeAfter && !this.#released.has(check)) return { check, items: items.size };
    }
    return undefined;
  }

  release(check: string): void {
    this.#released.add(check);
  }
}
