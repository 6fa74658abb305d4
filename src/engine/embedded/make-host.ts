// What the embedded engine gives to the replay of one run: commits under the
// epoch it claimed, and nothing else of the journal.

import type { Clock } from "../../base/clock.ts";
import type { RunId } from "../../base/ids.ts";
import type { Append, Appended, Journal } from "../../journal/journal.ts";
import type { Guard, Host, LiveNote } from "../../runtime/runtime.ts";
import { effectLedger } from "./effect-ledger.ts";

export interface Claim {
  readonly run: RunId;
  readonly root: RunId;
  readonly epoch: number;
  readonly owner: string;
}

export interface Surroundings {
  readonly engine: { readonly journal: Journal; readonly clock: Clock };
  readonly guard: Guard | undefined;
  /** Whether a process lives. */
  readonly isAlive: (owner: string) => boolean;
  /** Effects that this process is sending now, by slot. */
  readonly sending: Map<string, Promise<unknown>>;
  /** Those who watch a run now. */
  readonly watchers: (run: RunId) => ReadonlySet<(note: LiveNote) => void> | undefined;
}

export function makeHost(
  { run, root, epoch, owner }: Claim,
  { engine: { journal, clock }, guard, watchers, isAlive, sending }: Surroundings,
): Host {
  return {
    run,
    root,
    clock,
    owner,
    epoch,
    guard,
    commit(events, blobs, also, seq) {
      const expect = seq === undefined ? { epoch } : { epoch, seq };
      const own: Append = { run, expect, events };
      return journal.commit(also === undefined ? [own] : [own, ...also], blobs).then(first);
    },
    async commitLate(events) {
      await journal.commit([{ run, expect: {}, events }]);
    },
    readAfter: (seq) => journal.read(run, seq),
    effects: effectLedger({ run, root, epoch, journal, clock, isAlive, sending }),
    blob: (hash) => journal.blob(hash),
    get live() {
      const all = watchers(run);
      if (all === undefined || all.size === 0) return undefined;
      return (note: LiveNote) => {
        for (const listener of all) listener(note);
      };
    },
  };
}

function first(appended: readonly Appended[]): Appended {
  return appended[0]!;
}
