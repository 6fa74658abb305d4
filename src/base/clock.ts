/** Time as a part that can be replaced: tests and the simulator bring their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Calls `wake` once, not before `delayMs` have passed. Returns a function that cancels it. */
  after(delayMs: number, wake: () => void): () => void;
}

/** Longest delay a Node timer takes (2^31 - 1 ms); longer waits are cut into pieces. */
const timerLimitMs = 2_147_483_647;

/** The machine's clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, wake) {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      timer = setTimeout(
        () => (leftMs > timerLimitMs ? arm(leftMs - timerLimitMs) : wake()),
        Math.min(Math.max(0, leftMs), timerLimitMs),
      );
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};
