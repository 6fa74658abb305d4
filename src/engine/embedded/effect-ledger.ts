// The effects of a root as one run of the embedded engine sees them.

import type { Clock } from "../../base/clock.ts";
import type { RunId } from "../../base/ids.ts";
import { endings, type Journal } from "../../journal/journal.ts";
import type { EffectLedger, EffectWatch } from "../../runtime/effect-ledger.ts";
import { isOver, listed } from "./run-ends.ts";

/** How long a run waits before it looks again at what another process may have written. */
const lookAgainMs = 250;

export interface LedgerOf {
  readonly run: RunId;
  readonly root: RunId;
  readonly epoch: number;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly isAlive: (owner: string) => boolean;
  /** Shared by all runs that this process drives. */
  readonly sending: Map<string, Promise<unknown>>;
}

export function effectLedger({ run, root, epoch, journal, clock, isAlive, sending }: LedgerOf): EffectLedger {
  return {
    sending,
    slot: (tool, key) => journal.slot(root, tool, key),
    slots: () => journal.slots(root),
    event: (of, seq) => journal.event(of, seq),
    isOver: async (of) => {
      const head = await journal.head(of);
      return head === undefined || isOver(head);
    },
    family: () => familyOf(journal, run),
    async settle(of, event) {
      const head = await journal.head(of);
      await journal.commit([{ run: of, expect: { epoch: head?.epoch ?? 0 }, events: [event] }]);
    },
    isAlive,
    isOurs: async () => (await journal.head(run))?.epoch === epoch,
    watch: () => watch(journal, clock),
  };
}

function watch(journal: Journal, clock: Clock): EffectWatch {
  let stop = (): void => undefined;
  const changed = new Promise<void>((resolve) => {
    stop = () => {
      cancel();
      forget();
      resolve();
    };
    const cancel = clock.after(lookAgainMs, () => stop());
    const forget = journal.listen((events) => {
      if (events.some((it) => it.kind.startsWith("effect.") || it.kind in endings)) stop();
    });
  });
  return { changed, stop };
}

async function familyOf(journal: Journal, run: RunId): Promise<ReadonlySet<RunId>> {
  const family = new Set([run]);
  // A set goes on over what is added to it.
  for (const it of family)
    for (const child of await journal.heads({ parent: it, limit: listed })) family.add(child.run);
  return family;
}
