// One after the other within a slot: a second call of the same effect waits,
// and is answered by the receipt of the first.

import type { Replay } from "./replay.ts";

const turns = new WeakMap<Replay, Map<string, Promise<unknown>>>();

export async function inTurn(
  replay: Replay,
  slot: string,
  work: () => Promise<void> | undefined,
): Promise<void> {
  const all = turns.get(replay) ?? new Map<string, Promise<unknown>>();
  turns.set(replay, all);
  const mine = (all.get(slot) ?? Promise.resolve()).then(work);
  const ended = mine.catch(() => undefined);
  all.set(slot, ended);
  try {
    await mine;
  } finally {
    if (all.get(slot) === ended) all.delete(slot);
  }
}
