// The head of a run as a pure fold, used by every adapter.

import type { RunId } from "../base/ids.ts";
import type { NewEvent } from "./events.ts";
import type { RunHead } from "./journal.ts";
import { endings } from "./journal.ts";

/** Things from outside that give a parked run something to do. */
const wakes: ReadonlySet<string> = new Set([
  "review.decided",
  "signal.received",
  "timer.fired",
  "child.ended",
  "run.resumed",
  "effect.settled",
  "step.invalidated",
]);

/** The head after one more event. `head` is undefined for the first event of a run, which must be run.started. */
export function nextHead(head: RunHead | undefined, run: RunId, event: NewEvent, at: number): RunHead {
  if (head === undefined) return firstHead(run, event, at);
  const base = { ...head, seq: head.seq + 1, updatedAt: at };
  if (event.kind === "run.claimed") {
    const { wakeAt: _, ...rest } = base;
    return { ...rest, status: "running", owner: event.data.owner, epoch: head.epoch + 1, ready: false };
  }
  if (event.kind === "run.parked") {
    const { owner: _, wakeAt: __, ...rest } = base;
    const wakeAt = event.data.wakeAt;
    return { ...rest, status: "waiting", ready: false, ...(wakeAt === undefined ? {} : { wakeAt }) };
  }
  const status = endings[event.kind];
  if (status !== undefined) {
    const { owner: _, wakeAt: __, ...rest } = base;
    // An ended run takes no more appends from the driver that held it.
    return { ...rest, status, ready: false, epoch: head.epoch + 1 };
  }
  if (event.kind === "run.resumed") return { ...base, status: "waiting", ready: true };
  if (wakes.has(event.kind) && head.status === "waiting") return { ...base, ready: true };
  return base;
}

function firstHead(run: RunId, event: NewEvent, at: number): RunHead {
  if (event.kind !== "run.started")
    throw new TypeError(`the first event of a run is run.started, not ${event.kind}`);
  const { root, parent, workflow, key, file } = event.data;
  return {
    run,
    root,
    ...(parent === undefined ? {} : { parent: parent.run }),
    workflow,
    ...(key === undefined ? {} : { key }),
    ...(file === undefined ? {} : { file }),
    status: "waiting",
    seq: 1,
    epoch: 0,
    ready: true,
    createdAt: at,
    updatedAt: at,
  };
}
