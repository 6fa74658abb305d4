// What a resume of a failed run makes undone: the failure nobody caught, those
// it was passed on by, and the rejected attempts it rests on, with what they
// recorded: an attempt that kept its answers would be rejected again. All else
// stays.

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
  const next = failed?.data.cause === undefined ? [] : [failed.data.cause];
  for (let links = 0; next.length > 0 && links < chainLimit; links += 1) {
    const event = bySeq.get(next.shift()!);
    if (event === undefined || invalidate.has(event.seq)) continue;
    invalidate.add(event.seq);
    if (event.kind === "child.ended") children.add(event.data.child);
    if (event.kind !== "step.failed") continue;
    for (const seq of rejectedBelow(events, event)) invalidate.add(seq);
    if (event.data.cause === undefined) next.push(...failedBranches(events, event));
    else next.push(event.data.cause);
  }
  return { invalidate: [...invalidate].sort((a, b) => a - b), children: [...children] };
}

type StepEnded = JournalEvent<"step.completed"> | JournalEvent<"step.failed">;

/** Attempts that a gate rejected below a failed step, and what is recorded below them. */
function rejectedBelow(events: readonly AnyEvent[], failed: JournalEvent<"step.failed">): readonly number[] {
  const scope = scopeOf(failed);
  if (scope === undefined) return [];
  const steps = events.filter(isStepEnd);
  const rejected = steps.filter(
    (it) => it.data.kind === "attempt" && it.data.scope === scope && moreOf(it).accepted !== true,
  );
  const scopes = new Set(rejected.map(scopeOf));
  const below = steps.filter((it) =>
    [...scopes].some((at) => at !== undefined && `${it.data.scope}/`.startsWith(`${at}/`)),
  );
  return [...rejected, ...below].map((it) => it.seq);
}

/** The branches of a ctx.first that failed because too many of them did. */
function failedBranches(events: readonly AnyEvent[], failed: JournalEvent<"step.failed">): readonly number[] {
  const scope = scopeOf(failed);
  if (failed.data.kind !== "first" || scope === undefined) return [];
  return events.flatMap((it) => (it.kind === "step.failed" && it.data.scope === scope ? [it.seq] : []));
}

function isStepEnd(event: AnyEvent): event is StepEnded {
  return event.kind === "step.completed" || event.kind === "step.failed";
}

function scopeOf(event: StepEnded): string | undefined {
  return moreOf(event).scope;
}

function moreOf(event: StepEnded): { readonly scope?: string; readonly accepted?: boolean } {
  return (event.data.more ?? {}) as { readonly scope?: string; readonly accepted?: boolean };
}
