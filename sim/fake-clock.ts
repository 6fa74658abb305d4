// A clock that stands still until it is told to move. Timers fire in the order
// of their times, never early, and each once.
//
// Two hands: `now` is what the wall shows and may be set back or forward;
// timers run by the time that has passed, as a machine's do.

import type { Clock } from "../src/base/clock.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  #elapsed = 0;
  #wall: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 1_800_000_000_000) {
    this.#wall = startMs;
  }

  /** Bound, so that it can be handed to a journal. */
  now = (): number => this.#wall;

  after(delayMs: number, wake: () => void): () => void {
    const timer = { at: this.#elapsed + Math.max(0, delayMs), order: this.#order++, wake };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** How long until the next timer fires, in ms; undefined when there is none. */
  get nextMs(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.at - this.#elapsed;
  }

  /** Lets time pass. What a timer sets in turn fires too when it falls within. */
  advance(ms: number): void {
    const until = this.#elapsed + ms;
    for (let next = this.#next(); next !== undefined && next.at <= until; next = this.#next()) {
      this.#timers.delete(next);
      this.#wall += Math.max(0, next.at - this.#elapsed);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.wake();
    }
    this.#wall += until - this.#elapsed;
    this.#elapsed = until;
  }

  /** Sets the wall clock, as a person or a time server does. No time passes. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const it of this.#timers) {
      if (next === undefined || it.at < next.at || (it.at === next.at && it.order < next.order)) next = it;
    }
    return next;
  }
}
