// A host for replays that only look: nothing can be written.

import type { RunId } from "../base/ids.ts";
import { emptyLedger } from "./effect-ledger.ts";
import type { Host } from "./runtime.ts";

export function dryHost(it: {
  readonly run: RunId;
  readonly root: RunId;
  readonly nowMs: number;
  readonly blob: (hash: string) => Promise<Uint8Array>;
}): Host {
  const refuse = (): never => {
    throw new Error("a replay that only looks was about to write");
  };
  return {
    run: it.run,
    root: it.root,
    owner: "nobody",
    epoch: 0,
    clock: { now: () => it.nowMs, after: () => () => undefined },
    commit: async () => refuse(),
    commitLate: async () => refuse(),
    readAfter: async () => [],
    effects: emptyLedger(it.run),
    blob: it.blob,
  };
}
