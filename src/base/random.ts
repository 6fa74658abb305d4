import { sha } from "./values.ts";

/** A seeded source of numbers in [0, 1): splitmix32, good enough for jitter, choices and tests, not for secrets. */
export function seededRandom(seed: string): () => number {
  let state = Number.parseInt(sha(seed).slice(0, 8), 16) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
}
