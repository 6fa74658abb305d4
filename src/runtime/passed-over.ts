// What ended after whoever asked for it had left: recorded, and told to nobody.
// The record of the scope says so, since a rerun goes by what was delivered.

import type { Completion, Records } from "./records.ts";

export class PassedOver {
  readonly #records: Records;
  /** Sequence, and scope, of what was passed over. */
  readonly #all = new Map<number, string>();
  #last = 0;

  constructor(records: Records) {
    this.#records = records;
  }

  add(it: Completion): void {
    this.#all.set(it.seq, it.identity.scope);
    this.#last = Math.max(this.#last, it.seq);
  }

  /**
   * Sequences of what was told to nobody in a scope that has ended, or below it.
   * @param delivered Sequence of the last delivery: what is recorded after it comes too late.
   */
  takeIn(scope: string, delivered: number): readonly number[] {
    const isIn = (it: string): boolean => it === scope || it.startsWith(`${scope}/`);
    const found: number[] = [];
    for (const [seq, at] of this.#all) if (isIn(at)) found.push(seq);
    for (const seq of found) this.#all.delete(seq);
    const { queue } = this.#records;
    const handled = Math.max(delivered, this.#last);
    for (let at = queue.length - 1; at >= 0 && queue[at]!.seq > handled; at -= 1)
      if (isIn(queue[at]!.identity.scope)) found.push(queue[at]!.seq);
    return found.sort((a, b) => a - b);
  }
}
