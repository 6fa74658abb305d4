// The brake of a map: when several items fail one check, the fault is probably
// not in the items. Items not yet started wait until a person has looked.

import type { Verdict } from "../check/check.ts";

/** Items that may fail one check before the others wait. */
export const brakeAfter = 5;

/** What one item tells the map it belongs to. */
export interface Brake {
  note(verdicts: readonly Verdict[]): void;
}

/** Counts items by the check they failed, in the order in which their verdicts were delivered. */
export class BrakeCount {
  readonly #items = new Map<string, Set<string>>();
  readonly #released = new Set<string>();

  /** The brake as one item sees it. */
  for(item: string): Brake {
    return {
      note: (verdicts) => {
        for (const it of verdicts) {
          if (it.result === "pass") continue;
          const items = this.#items.get(it.check) ?? new Set();
          this.#items.set(it.check, items.add(item));
        }
      },
    };
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
