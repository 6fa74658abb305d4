// Work that was under way when its replay was left: the next replay takes it
// up where it asks for the same step, and ends the rest.

import type { Blob } from "../journal/journal.ts";
import type { Json } from "../base/values.ts";

/** What one attempt leaves behind for its record. */
export interface Notes {
  readonly more: { [key: string]: Json };
  readonly blobs: Blob[];
}

export interface Flight {
  readonly key: string;
  readonly work: string | undefined;
  readonly attempt: number;
  readonly output: PromiseLike<unknown>;
  readonly notes: Notes;
  readonly startedAt: number;
  readonly cancel: () => void;
}

export class Flights {
  readonly #all: Map<string, Flight>;

  constructor(all: readonly Flight[]) {
    this.#all = new Map(all.map((it) => [it.key, it]));
  }

  /** Work under way for this very step and this very work. */
  take(key: string, work: string | undefined, attempt: number): Flight | undefined {
    const found = this.#all.get(key);
    if (found === undefined || found.work !== work || found.attempt !== attempt) return undefined;
    this.#all.delete(key);
    return found;
  }

  /** Ends what nobody asked for again. */
  abandon(): void {
    for (const it of this.#all.values()) it.cancel();
    this.#all.clear();
  }
}
