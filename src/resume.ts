// What a resume of a failed run makes undone: the failure nobody caught, those
// it was passed on by, and the rejected attempts it rests on. All else stays.

import type { RunId } from "./base/ids.ts";
import type { AnyEvent, JournalEvent } from "./journal/events.ts";

export interface FailureChain {
  /** Sequences of records to invalidate. */
  readonly invalidate: readonly number[];
  /** Child runs whose failure it is. */
  readonly children: readonly RunId[];
}

/** Failures passed on by at most this many scopes are followed. */
const chainLimit = 1_000;

export function failureChain(events: readonly AnyEvent[]): FailureChain {
  const bySeq = new Map(events.map((it) => [it.seq, it]));
  const failed = events.findLast((it): it is JournalEvent<"run.failed"> => it.kind === "run.failed");
  const invalidate = new Set<number>();
  const children = new Set<RunId>();
  let next = failed?.data.cause;
  for (let depth = 0; next !== undefined && depth < chainLimit; depth += 1) {
    const event = bySeq.get(next);
    if (event === undefined) break;
    invalidate.add(event.seq);
    if (event.kind === "child.ended") children.add(event.data.child);
    if (event.kind !== "step.failed") break;
    for (const seq of rejectedBelow(events, event)) invalidate.add(seq);
    next = event.data.cause;
  }
  return { invalidate: [...invalidate].sort((a, b) => a - b), children: [...children] };
}

/** Attempts that a gate rejected below a failed step: they would only be rejected again. */
function rejectedBelow(events: readonly AnyEvent[], failed: JournalEvent<"step.failed">): readonly number[] {
  const scope = ((failed.data.more ?? {}) as { scope?: string }).scope;
  if (scope === undefined) return [];
  return events.flatMap((it) => {
    if (it.kind !== "step.completed" || it.data.kind !== "attempt" || it.data.scope !== scope) return [];
    return ((it.data.more ?? {}) as { accepted?: boolean }).accepted === false ? [it.seq] : [];
  });
}
