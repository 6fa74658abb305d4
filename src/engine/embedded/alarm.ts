// One timer for the earliest thing that falls due. A clock may be set while it
// is waited for, so it is looked at now and then.

import type { Clock } from "../../base/clock.ts";
import { scanMs } from "../../runtime/wait.ts";

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  /** @param ring Called when it is time, or when the clock should be looked at again. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at this time, and at no other. */
  set(at: number): void {
    if (at === this.#at || this.#isClosed) return;
    this.#cancel?.();
    this.#at = at;
    const delayMs = Math.min(Math.max(0, at - this.#clock.now()), scanMs);
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#at = Number.POSITIVE_INFINITY;
      this.#ring();
    });
  }

  /** Rings after a scan's time, unless it does so earlier anyway. */
  again(): void {
    const at = this.#clock.now() + scanMs;
    if (at < this.#at) this.set(at);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }
}
