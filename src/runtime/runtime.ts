// The runtime replays one run: it executes the workflow function from its
// start, answers recorded steps from the journal, and records new ones. It
// knows no agent, model or check; it sees steps.
//
// Who does what: Replay orders deliveries and decides what runs next; Scope
// names steps and counts equal ones; Host (an engine's) commits, and owns the
// clock. Reuse (may an older run's record stand) is a function passed in.
//
// Invariants, named in the tests:
//
//   E1. Work whose outcome is recorded is not done again in its run, unless the record was invalidated by name.
//   E2. Two schedules of one program with equal answers give the same multiset of (identity, result).
//   E3. Nothing is delivered before it is durable; so no work starts before everything delivered to it is.
//   E4. A run has one driver: a commit under an old epoch is refused, and the replay that made it stops.
//   E7. A cancelled run takes nothing more; a receipt that comes late is recorded as late.
//   E9. An intent is durable before its effect is sent; an intent without a receipt is never sent again by guess.

import type { Clock } from "../base/clock.ts";
import type { RunId } from "../base/ids.ts";
import type { AnyEvent, NewEvent } from "../journal/events.ts";
import type { Append, Appended, Blob } from "../journal/journal.ts";
import type { EffectLedger } from "./effect-ledger.ts";

/** What an engine gives to the replay of one run. */
export interface Host {
  readonly run: RunId;
  readonly root: RunId;
  readonly clock: Clock;
  /** The process that drives. */
  readonly owner: string;
  /** The epoch it claimed. */
  readonly epoch: number;
  /**
   * Appends to this run under the epoch that was claimed, together with `also` for other runs, all or none.
   * @param seq When given, the run must stand at this sequence.
   * @throws JOURNAL_CONFLICT when the run has another driver or has ended.
   */
  commit(
    events: readonly NewEvent[],
    blobs?: readonly Blob[],
    also?: readonly Append[],
    seq?: number,
  ): Promise<Appended>;
  /** Appends whatever the run's state: for a receipt that came late. */
  commitLate(events: readonly NewEvent[]): Promise<void>;
  readAfter(seq: number): Promise<readonly AnyEvent[]>;
  /** The effects of all runs of the root. */
  readonly effects: EffectLedger;
  blob(hash: string): Promise<Uint8Array>;
  /** Present in tests only. */
  readonly guard?: Guard | undefined;
  /** Present while somebody watches. */
  readonly live?: ((note: LiveNote) => void) | undefined;
}

/** Told where workflow code begins and where a step's work does. What it returns stands for the result. */
export interface Guard {
  workflow<T>(run: () => T): T;
  /** @param path Name of the step, with the names around it. */
  work<T>(path: string, run: () => T): T;
}

/** What is going on now; not durable. */
export interface LiveNote {
  readonly kind: "live.started" | "live.delta" | "live.void";
  readonly scope: string;
  readonly name: string;
  readonly step?: string;
  readonly attempt: number;
  readonly text?: string;
  readonly model?: string;
}

/** How a replay ended. */
export type ReplayEnd =
  | { readonly kind: "completed" | "failed" | "halted" | "parked" | "planned" }
  /** Another driver, a cancel, or this process lost the run: nothing more was written. */
  | { readonly kind: "lost"; readonly why: string };
