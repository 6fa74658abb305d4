// Undoing a record while its run goes on: a person sent it back, or a check that
// ran beside what follows found it wrong after all. The record and those of the
// composite steps around it become unusable; everything else stays, and is used
// where it is asked for again.

import { FirebreakError } from "../base/errors.ts";
import type { AnyEvent, JournalEvent, NewEvent } from "../journal/events.ts";
import { identityKey, stepPath } from "./identity.ts";
import type { Replay } from "./replay.ts";

export type StepEnded = JournalEvent<"step.completed">;

export interface Overruling {
  readonly because: string;
  readonly by: string;
  /** What the author is told. */
  readonly feedback?: string;
}

/** Times one step may be sent back. */
export const sendBackLimit = 3;

/** By whom a late verdict is written. */
export const lateVerdict = "a check beside it";

/**
 * The events that undo a step's record.
 * @param events All of the run, the covered ones included.
 */
export function invalidationOf(
  events: readonly AnyEvent[],
  target: StepEnded,
  { because, by, feedback }: Overruling,
): NewEvent[] {
  const gone = invalidated(events);
  const around = events.filter(
    (it) =>
      it.seq > target.seq &&
      !gone.has(it.seq) &&
      (it.kind === "step.completed" || it.kind === "step.failed") &&
      it.covers?.some(([first, last]) => first <= target.seq && target.seq <= last),
  );
  const own = { seq: target.seq, because, by, cut: true, hash: target.data.hash } as const;
  return [
    { kind: "step.invalidated", data: feedback === undefined ? own : { ...own, feedback } },
    ...around.map((it): NewEvent => ({
      kind: "step.invalidated",
      data: {
        seq: it.seq,
        because: `it holds ${stepPath(target.data.scope, target.data.name)}`,
        by,
        cut: true,
      },
    })),
  ];
}

/** Undoes the record of a step while its run goes on. The replay ends with it: nothing that awaits this goes on. */
export async function invalidate(replay: Replay, target: StepEnded, it: Overruling): Promise<void> {
  const events = invalidationOf(await replay.host.readAfter(0), target, it);
  await replay.writer.commit(replay.root, events);
}

/** Sequences of records that no longer stand. */
export function invalidated(events: readonly AnyEvent[]): ReadonlySet<number> {
  return new Set(events.flatMap((it) => (it.kind === "step.invalidated" ? [it.data.seq] : [])));
}

/** @throws SEND_BACK_LIMIT when this step was sent back as often as it may be. */
export function demandPatience(events: readonly AnyEvent[], target: StepEnded): void {
  const bySeq = new Map(events.map((it) => [it.seq, it]));
  const key = identityKey(target.data);
  const before = events.filter((it) => {
    if (it.kind !== "step.invalidated" || !it.data.cut || it.data.hash === undefined) return false;
    const of = bySeq.get(it.data.seq);
    return it.data.by !== lateVerdict && of?.kind === "step.completed" && identityKey(of.data) === key;
  });
  if (before.length < sendBackLimit) return;
  const step = stepPath(target.data.scope, target.data.name);
  throw new FirebreakError("SEND_BACK_LIMIT", { runId: target.run, step, limit: sendBackLimit });
}
