// A clock for tests: it stands still until it is told to move.

import type { Clock } from "./base/clock.ts";

/** Time that a test moves. `testRun` moves it to the next timer whenever the run waits for one. */
export interface FakeClock extends Clock {
  /** Moves on by this many ms and wakes what is due on the way, in order. */
  advance(ms: number): void;
  /** Moves to a time, if it lies ahead. */
  moveTo(at: number): void;
  /** When the next timer is due, ms; undefined when none is set. */
  readonly nextAt: number | undefined;
}

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

// The real one, whatever a test puts in its place later.
const soon = setImmediate;

/** Timers one clock holds. */
const timerLimit = 1_000_000;

/** @param start Default 2026-01-01T00:00:00Z: the same in every test. */
export function fakeClock(start: Date | number = Date.UTC(2026, 0, 1)): FakeClock {
  let now = Number(start);
  const timers = new Set<Timer>();
  const first = (): Timer | undefined => {
    let earliest: Timer | undefined;
    for (const it of timers) if (earliest === undefined || it.at < earliest.at) earliest = it;
    return earliest;
  };
  const fire = (it: Timer): void => {
    if (timers.delete(it)) it.wake();
  };
  const moveTo = (at: number): void => {
    for (let it = first(); it !== undefined && it.at <= at; it = first()) {
      now = Math.max(now, it.at);
      fire(it);
    }
    now = Math.max(now, at);
  };
  return {
    now: () => now,
    after(delayMs, wake) {
      if (timers.size >= timerLimit) throw new RangeError(`a fake clock holds at most ${timerLimit} timers`);
      const timer = { at: now + Math.max(0, delayMs), wake };
      timers.add(timer);
      if (delayMs <= 0) soon(fire, timer);
      return () => void timers.delete(timer);
    },
    advance: (ms) => moveTo(now + ms),
    moveTo,
    get nextAt() {
      return first()?.at;
    },
  };
}
