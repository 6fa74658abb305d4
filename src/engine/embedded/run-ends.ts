// How runs begin and end: their first events as a replay reads them, the events
// of an end, and what is owed to their family (N5).

import { FirebreakError } from "../../base/errors.ts";
import type { RunId } from "../../base/ids.ts";
import type { AnyEvent, EventData, NewEvent } from "../../journal/events.ts";
import type { Append, Appended, Blob, Journal, RunHead } from "../../journal/journal.ts";
import { failureOf } from "../../runtime/leaf.ts";
import type { ReplayOptions } from "../../runtime/replay-options.ts";
import { toStored } from "../../runtime/store.ts";

/** Most runs of one kind that are listed. */
export const listed = 100_000;

/** Nobody drives it, nor will anybody before someone acts. */
export function isOver(head: RunHead): boolean {
  return head.status !== "running" && head.status !== "waiting";
}

/** Not over, or halted until someone acts: an effect of it may be in doubt. */
export function isOpen(head: RunHead): boolean {
  return !isOver(head) || head.status === "halted";
}

export function cancelAll(heads: readonly RunHead[], event: NewEvent): readonly Append[] {
  return heads.map((it) => ({ run: it.run, expect: { seq: it.seq }, events: [event] }));
}

/** The runs below a run that are not over. */
export async function openDescendants(journal: Journal, run: RunId): Promise<readonly RunHead[]> {
  const children = await journal.heads({ parent: run, limit: listed });
  const below = await Promise.all(children.map((it) => openDescendants(journal, it.run)));
  return [...children.filter(isOpen), ...below.flat()];
}

/** Tells a run that is not over how its child ended. */
export async function tellParent(
  journal: Journal,
  parent: RunId | undefined,
  told: NewEvent,
): Promise<readonly Append[]> {
  const head = parent === undefined ? undefined : await journal.head(parent);
  if (head === undefined || !isOpen(head)) return [];
  return [{ run: head.run, expect: { epoch: head.epoch }, events: [told] }];
}

/** A child run, or one below it, has something to do. */
export async function hasMovingChild(
  journal: Journal,
  run: RunId,
  isIdle: (head: RunHead) => boolean,
): Promise<boolean> {
  for (const child of await journal.heads({ parent: run, limit: listed })) {
    if (isOver(child)) continue;
    if (!isIdle(child) || (await hasMovingChild(journal, child.run, isIdle))) return true;
  }
  return false;
}

/** Times a commit over several runs is tried while they move. */
const conflictLimit = 100;

/** Ends a run and its open descendants in one commit (E7). @throws RUN_UNKNOWN, RUN_ENDED */
export async function cancelRun(journal: Journal, run: RunId, by: string, because?: string): Promise<void> {
  for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
    const head = await journal.head(run);
    if (head === undefined) throw new FirebreakError("RUN_UNKNOWN", { given: run });
    if (!isOpen(head))
      throw new FirebreakError("RUN_ENDED", { runId: run, status: head.status, verb: "cancelled" });
    const all = [head, ...(await openDescendants(journal, head.run))];
    const data = { by, ...(because === undefined ? {} : { because }) };
    const message = `cancelled by ${by}`;
    const told: NewEvent = { kind: "child.ended", data: { child: run, outcome: "cancelled", message } };
    try {
      const parent = await tellParent(journal, head.parent, told);
      await journal.commit([...cancelAll(all, { kind: "run.cancelled", data }), ...parent]);
      return;
    } catch (error) {
      // One of them moved meanwhile: look again.
      if (!FirebreakError.is(error, "JOURNAL_CONFLICT")) throw error;
    }
  }
  throw new FirebreakError("JOURNAL_CONFLICT", {
    runId: run,
    expected: "a standstill",
    found: "a moving run",
  });
}

type Concluded = Awaited<ReturnType<ReplayOptions["conclude"]>>;

/** The events that end a run, and tell its parent. */
export function concludeRun(
  run: RunId,
  started: EventData["run.started"],
  end: Parameters<ReplayOptions["conclude"]>[0],
): Concluded {
  const blobs: Blob[] = [];
  if (!end.ok) {
    const failure = failureOf(end.error);
    const told: NewEvent = { kind: "child.ended", data: { child: run, ...failure } };
    return { events: [{ kind: "run.failed", data: failure }], also: tell(started.parent, told), blobs };
  }
  const { json, size, hash } = end.value;
  const output = toStored(json, size, blobs);
  const data = { output, hash, ...(end.warnings.length === 0 ? {} : { warnings: end.warnings }) };
  const told: NewEvent = { kind: "child.ended", data: { child: run, output, hash } };
  return { events: [{ kind: "run.completed", data }], also: tell(started.parent, told), blobs };
}

function tell(parent: EventData["run.started"]["parent"], event: NewEvent): readonly Append[] {
  return parent === undefined ? [] : [{ run: parent.run, expect: {}, events: [event] }];
}

/** Events that were just written, as they would be read. */
export function asEvents(run: RunId, events: readonly NewEvent[], appended: Appended): readonly AnyEvent[] {
  return events.map(
    (event, index) => ({ run, seq: appended.firstSeq + index, at: appended.at, ...event }) as AnyEvent,
  );
}

/** The event that sets a run aside, for what its engine met. */
export function haltedBy(error: unknown): NewEvent {
  const known = FirebreakError.any(error);
  const data = {
    code: known ? error.code : "INTERNAL",
    message: known ? error.sentence : failureOf(error).message,
    fix: known ? error.fix : "This is a fault of Firebreak; the run is kept.",
    ...(known || !(error instanceof Error) ? {} : { details: { stack: error.stack ?? "" } }),
  };
  return { kind: "run.halted", data };
}
