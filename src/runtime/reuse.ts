// May an older run's record stand? A record does when the names on its path,
// its own name, its input and its work are the same. Composite steps are never
// reused as a whole: they are entered, and their steps looked up.

import type { AnyEvent, JournalEvent } from "../journal/events.ts";
import { scopeNames } from "./identity.ts";
import type { Reusable, Reuse } from "./runtime.ts";

const reusable: ReadonlySet<string> = new Set(["function", "model", "tool", "check", "artifact", "review"]);

/** Records of a run that a rerun may use. Failures and what was invalidated are left out. */
export function reuseOf(events: readonly AnyEvent[]): Reuse {
  const gone = new Set(events.flatMap((it) => (it.kind === "step.invalidated" ? [it.data.seq] : [])));
  const asked = new Map(events.flatMap((it) => (it.kind === "review.asked" ? [[it.seq, it] as const] : [])));
  const records = new Map<string, (Reusable & { work: string | undefined })[]>();
  for (const event of events) {
    if (gone.has(event.seq)) continue;
    const found = recordOf(event, asked);
    if (found === undefined) continue;
    const all = records.get(found.key) ?? [];
    if (all.length === 0) records.set(found.key, all);
    all.push(found);
  }
  const used = new Set<number>();
  return (identity) => {
    const all = records.get(keyOf(identity)) ?? [];
    const found = all.find((it) => it.work === identity.work && !used.has(it.seq));
    if (found !== undefined) used.add(found.seq);
    return found;
  };
}

type Keyed = Reusable & { readonly key: string; readonly work: string | undefined };

function recordOf(
  event: AnyEvent,
  asked: ReadonlyMap<number, JournalEvent<"review.asked">>,
): Keyed | undefined {
  if (event.kind === "step.completed") {
    const { out, hash, more, work, kind } = event.data;
    // A composite step's record covers others; it is entered again.
    if (!reusable.has(kind) || event.covers !== undefined || (kind !== "review" && work === undefined))
      return undefined;
    return { key: keyOf(event.data), seq: event.seq, out, hash, work, ...keptMore(more) };
  }
  if (event.kind !== "review.decided") return undefined;
  const question = asked.get(event.data.asked);
  const { decision, value, hash, by } = event.data;
  if (
    question === undefined ||
    question.data.mode === "cap" ||
    decision === "reject" ||
    decision === "expire"
  )
    return undefined;
  const more = { decision, by };
  return {
    key: keyOf(question.data),
    seq: event.seq,
    out: value ?? null,
    hash: hash ?? question.data.hash,
    work: undefined,
    more,
  };
}

/** What a record says beside its output, without what it cost: a reused step costs nothing. */
function keptMore(more: Reusable["more"]): { more?: NonNullable<Reusable["more"]> } {
  if (more === undefined || more === null || typeof more !== "object" || Array.isArray(more)) return {};
  const { spent: _, scope: __, ...kept } = more as { readonly [key: string]: NonNullable<Reusable["more"]> };
  return Object.keys(kept).length === 0 ? {} : { more: kept };
}

function keyOf(it: {
  readonly scope: string;
  readonly kind: string;
  readonly name: string;
  readonly in: string;
}): string {
  return JSON.stringify([scopeNames(it.scope), it.kind, it.name, it.in]);
}
