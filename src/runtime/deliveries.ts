// The recorded ends of steps on their way to those who asked: in recorded order
// where the record demands it, and as they are asked for where it does not.

import type { Completion, Records } from "./records.ts";

/** Delivered completions are forgotten in lots of this many. */
const queueTrim = 1_024;

export class Deliveries {
  readonly #records: Records;
  /** Not demanded: delivered to whoever asks for it. */
  readonly #kept = new Map<string, Completion>();
  /** Of those, what was asked for, in recorded order. It goes before what is demanded, in every replay alike. */
  readonly #asked: Completion[] = [];
  #keys: Set<string> | undefined;
  #next = 0;

  constructor(records: Records) {
    this.#records = records;
  }

  /** Takes in what was read. What was recorded before records were invalidated is kept, not demanded. */
  load(): void {
    for (const it of this.#records.before.splice(0)) this.#kept.set(it.key, it);
  }

  get next(): Completion | undefined {
    return this.#asked[0] ?? this.#records.queue[this.#next];
  }

  /** `next` is delivered, or passed over. */
  pass(): void {
    if (this.#asked.length > 0) {
      this.#asked.shift();
      return;
    }
    this.#next += 1;
    if (this.#next < queueTrim) return;
    this.#records.queue.splice(0, this.#next);
    this.#next = 0;
  }

  /** What is kept and nobody has asked for. */
  left(): readonly Completion[] {
    return [...this.#kept.values()];
  }

  keep(it: Completion): void {
    this.#kept.set(it.key, it);
  }

  /** Asks for what is kept under a key. False when nothing is. */
  ask(key: string): boolean {
    const found = this.#kept.get(key);
    if (found === undefined) return false;
    this.#kept.delete(key);
    let at = this.#asked.length;
    while (at > 0 && this.#asked[at - 1]!.seq > found.seq) at -= 1;
    this.#asked.splice(at, 0, found);
    return true;
  }

  /** Whether the record holds this step, as it was when the replay began. */
  holds(key: string): boolean {
    this.#keys ??= new Set(this.#records.queue.map((it) => it.key));
    return this.#keys.has(key);
  }

  /** The record is used up: what `holds` went by is no longer needed. */
  usedUp(): void {
    this.#keys = undefined;
  }
}
