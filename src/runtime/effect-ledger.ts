// What a replay knows of the effects of all runs of its root. The journal is
// the ledger; an engine gives the view of one run.

import type { RunId } from "../base/ids.ts";
import type { AnyEvent, NewEvent } from "../journal/events.ts";
import type { EffectSlot } from "../journal/journal.ts";

export interface EffectWatch {
  readonly changed: Promise<void>;
  /** Ends it; `changed` resolves. */
  stop(): void;
}

export interface EffectLedger {
  slot(tool: string, key: string): Promise<EffectSlot | undefined>;
  /** All effects of the root, in the order of their receipts. */
  slots(): Promise<readonly EffectSlot[]>;
  /** An event of any run of the root. */
  event(run: RunId, seq: number): Promise<AnyEvent | undefined>;
  /** Nobody drives this run, nor will anybody before someone acts. */
  isOver(run: RunId): Promise<boolean>;
  /** This run and those below it. */
  family(): Promise<ReadonlySet<RunId>>;
  /** Settles an intent of a run that is over. @throws JOURNAL_CONFLICT when it was taken up meanwhile */
  settle(run: RunId, event: Extract<NewEvent, { kind: "effect.settled" }>): Promise<void>;
  /** Whether the claimed epoch still stands: looked at right before something is sent (E4). */
  isOurs(): Promise<boolean>;
  /** Whether a process that wrote an intent may still act on it: it lives, if only as a stopped one. */
  isAlive(owner: string): boolean;
  /** Tells when something may have changed from now on: an effect or an end was written, or some time has passed. */
  watch(): EffectWatch;
  /** What this process is sending now, by slot, whichever of its replays began it. */
  readonly sending: Map<string, Promise<unknown>>;
}

/** A ledger for replays that only look: nothing is sent, so nothing is known. */
export function emptyLedger(run: RunId): EffectLedger {
  return {
    sending: new Map(),
    slot: async () => undefined,
    slots: async () => [],
    event: async () => undefined,
    isOver: async () => true,
    family: async () => new Set([run]),
    settle: async () => undefined,
    isOurs: async () => false,
    isAlive: () => false,
    watch: () => ({ changed: Promise.resolve(), stop: () => undefined }),
  };
}
