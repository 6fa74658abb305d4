// A host for replays that only look: every commit is refused, and kept for
// whoever asks what it would have been.

import { FirebreakError } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import type { RunId } from "../base/ids.ts";
import type { NewEvent } from "../journal/events.ts";
import { emptyLedger } from "./effect-ledger.ts";
import type { Host } from "./runtime.ts";

export interface DryHost {
  readonly run: RunId;
  readonly root: RunId;
  readonly clock: Clock;
  readonly blob: (hash: string) => Promise<Uint8Array>;
  /** Filled with what would have been written. */
  readonly refused?: NewEvent[];
}

export function dryHost({ run, root, clock, blob, refused = [] }: DryHost): Host {
  return {
    run,
    root,
    clock,
    blob,
    owner: "nobody: a replay that only looks",
    epoch: 0,
    commit: async (events) => {
      refused.push(...events);
      throw new FirebreakError("JOURNAL_CONFLICT", { runId: run, expected: "nothing", found: "a commit" });
    },
    commitLate: async () => undefined,
    readAfter: async () => [],
    effects: emptyLedger(run),
  };
}

/** A clock that stands still. */
export function stoppedClock(nowMs: number): Clock {
  return { now: () => nowMs, after: () => () => undefined };
}
