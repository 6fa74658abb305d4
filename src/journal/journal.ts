// The journal is the only durable truth about a run. Everything else (status,
// results, pages) is a fold over its events.
//
// Invariants, which test/spec/journal.spec.ts holds every adapter to:
//
//   J1. Sequences of one run are 1, 2, 3, … with no gap and no repeat.
//   J2. A commit writes all of its appends or none of them.
//   J3. Of two appends expecting the same sequence, exactly one wins; the other is told which sequence stands.
//   J4. An append that names an epoch older than the run's is refused: a late driver changes nothing.
//   J5. A commit resolves after its events are durable, never before.
//   J6. An event or blob whose bytes do not match its hash is never returned.
//   J7. An event, once read, never changes.
//   J8. `readOpen` leaves out exactly the events that a live record covers.
//   J9. One open run per (workflow, key): a second start is told which run holds it.
//   J10. Of two runs of one root that would change the same effect, one is refused: an intent names what it takes to stand.
//   J11. A rerun starts only where no other run of its root is open, children apart: of two at once, one is refused.

import type { RunId } from "../base/ids.ts";
import type { EffectSlot } from "./effect-slot.ts";
import type { AnyEvent, EventKind, NewEvent } from "./events.ts";

export type { EffectAction, EffectSlot, StandingEffect } from "./effect-slot.ts";

export type RunStatus = "running" | "waiting" | "completed" | "failed" | "cancelled" | "halted";

/** What is known of a run without reading its events: a projection the journal keeps in the same commit. */
export interface RunHead {
  readonly run: RunId;
  readonly root: RunId;
  readonly parent?: RunId;
  readonly workflow: string;
  readonly key?: string;
  readonly file?: string;
  readonly status: RunStatus;
  /** Last sequence written. */
  readonly seq: number;
  /** Raised by every claim. A driver names the epoch it claimed. */
  readonly epoch: number;
  /** Process that drives it. Absent while parked or ended. */
  readonly owner?: string;
  /** Earliest time at which a parked run has something to do, in ms. */
  readonly wakeAt?: number;
  /** Something a parked run waited for has happened: it can be claimed. */
  readonly ready: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What must hold for an append to be written. Absent members are not looked at. */
export interface Expect {
  /** Last sequence of the run; 0 for a run that must not exist. */
  readonly seq?: number;
  /** Epoch the driver claimed. */
  readonly epoch?: number;
}

export interface Append {
  readonly run: RunId;
  readonly expect: Expect;
  readonly events: readonly NewEvent[];
}

/** Bytes kept once by their content: `hash` is `sha(bytes)`. */
export interface Blob {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Where an append landed. */
export interface Appended {
  readonly run: RunId;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly epoch: number;
  /** Wall-clock time the journal gave to these events. */
  readonly at: number;
}

export interface RunFilter {
  readonly status?: readonly RunStatus[];
  readonly workflow?: string;
  readonly key?: string;
  readonly root?: RunId;
  readonly parent?: RunId;
  readonly owner?: string;
  /** Parked runs that are ready, or whose wakeAt is at or before this time. */
  readonly dueAt?: number;
  /** Ids that start with this text. */
  readonly prefix?: string;
  /** Newest first; at most this many (default 1,000). */
  readonly limit?: number;
}

/** Told after each commit that became durable, in commit order. */
export type JournalListener = (events: readonly AnyEvent[]) => void;

export interface Journal {
  /**
   * Writes all appends or none, after those of earlier calls. Calls of one event-loop turn share a transaction and
   * a sync; each call succeeds or fails by itself.
   *
   * @throws JOURNAL_CONFLICT (J3, J4), RUN_KEY_TAKEN (J9), RERUN_OPEN (J11), EFFECT_SLOT_TAKEN (J10), JOURNAL_FULL, JOURNAL_IO (after a failed sync the journal refuses
   * all later writes with JOURNAL_POISONED until it is opened again).
   */
  commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]>;

  /** All events of a run past `after`, in order. A run nobody wrote to is empty. @throws EVENT_CORRUPT */
  read(run: RunId, after?: number): Promise<readonly AnyEvent[]>;

  /** The events that a replay needs: those no live composite record covers (J8), in order. @throws EVENT_CORRUPT */
  readOpen(run: RunId): Promise<readonly AnyEvent[]>;

  /** One event. @throws EVENT_CORRUPT */
  event(run: RunId, seq: number): Promise<AnyEvent | undefined>;

  head(run: RunId): Promise<RunHead | undefined>;
  heads(filter: RunFilter): Promise<readonly RunHead[]>;

  /** How an effect stands among all runs of a root. @throws EVENT_CORRUPT */
  slot(root: RunId, tool: string, key: string): Promise<EffectSlot | undefined>;

  /** All effects of the runs of a root, in the order of their receipts; those without one come last. @throws EVENT_CORRUPT */
  slots(root: RunId): Promise<readonly EffectSlot[]>;

  /** @throws BLOB_MISSING, BLOB_CORRUPT */
  blob(hash: string): Promise<Uint8Array>;

  /** Listens to commits of this process. Returns a function that stops it. A listener must not throw. */
  listen(listener: JournalListener): () => void;

  /** A number that changes when another process wrote. Cheap: called every fraction of a second. */
  outsideChanges(): number;

  /** Removes ended runs and the blobs only they used. Returns how many runs went. */
  prune(runs: readonly RunId[]): Promise<number>;

  /** Waits for what was handed in, then releases handles. Safe to call twice. */
  close(): Promise<void>;
}

/** Kinds after which a run is over until someone acts. */
export const endings: Readonly<Partial<Record<EventKind, RunStatus>>> = {
  "run.completed": "completed",
  "run.failed": "failed",
  "run.cancelled": "cancelled",
  "run.halted": "halted",
};
