// What was really done, kept outside the engine: every function, model, tool
// and check writes here when it begins. A process that has died does nothing more.

import { nextTurn } from "../world.ts";

export interface Entry {
  readonly key: string;
  /** Run it was done for: 1 is the first, 2 the first rerun. */
  readonly epoch: number;
  /** Process that did it. */
  readonly incarnation: number;
}

export class Ledger {
  readonly entries: Entry[] = [];
  epoch = 1;
  incarnation = 0;
  #alive = false;

  boot(): void {
    this.incarnation += 1;
    this.#alive = true;
  }

  kill(): void {
    this.#alive = false;
  }

  /** Does a piece of work that takes some turns. */
  async work<T>(key: string, turns: number, make: (epoch: number) => T): Promise<T> {
    const { incarnation, epoch } = this;
    this.#begin(key);
    for (let turn = turns; turn > 0; turn -= 1) await nextTurn();
    if (!this.#alive || this.incarnation !== incarnation) return new Promise<never>(() => undefined);
    return make(epoch);
  }

  /** The same for work that never yields. */
  workNow<T>(key: string, make: () => T): T {
    this.#begin(key);
    return make();
  }

  #begin(key: string): void {
    if (this.#alive) this.entries.push({ key, epoch: this.epoch, incarnation: this.incarnation });
  }
}

/** How often each key stands there. */
export function countOf(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
