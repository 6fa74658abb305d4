// In which order the ends of steps were delivered, in a run and in its rerun:
// what a work that captures local variables may have read is all that came
// before it, and which of two came first is a part of that.

import { canonical } from "../base/values.ts";
import type { AnyEvent, JournalEvent, StepIdentity } from "../journal/events.ts";
import { scopeNames } from "./identity.ts";
import type { CompletionEvent } from "./records.ts";

/** One end of a step: which step's, by its names, and what it gave. */
interface End {
  readonly seq: number;
  readonly identity: StepIdentity;
  readonly name: string;
  readonly said: string;
}

type Opened = ReadonlyMap<number | string, StepIdentity & { readonly hash?: string }>;

export class PastOrder {
  readonly #read: () => readonly [old: readonly AnyEvent[], own: readonly AnyEvent[]];
  /** Not read before somebody asks: most runs have neither a work that captures nor a composite step. */
  #isRead = false;
  #old: readonly End[] = [];
  /** Ends of old composite steps that no new one stands in the place of. */
  readonly #composites = new Map<string, End[]>();
  /** From here on the old run delivered in another order than it recorded. */
  #oldCut = 0;
  #isKnown: boolean;
  #own: End[] = [];
  #told: { readonly event: CompletionEvent; readonly identity: StepIdentity }[] = [];
  #isSorted = true;
  /** How many of both are the same, from the start. */
  #same = 0;

  /** @param own Events of the rerun so far: those that a composite step covers are not delivered again. */
  constructor(old: readonly AnyEvent[], own: readonly AnyEvent[], sameInput: boolean) {
    this.#read = () => [old, own];
    this.#isKnown = sameInput;
  }

  /** An end was delivered to the rerun. */
  delivered(event: CompletionEvent, identity: StepIdentity): void {
    this.#told.push({ event, identity });
  }

  /** What was delivered before a step of the rerun was asked for is what came before this record, in the same order. */
  isAsItWas(record: { readonly seq: number; readonly may: number }, may: number): boolean {
    this.#load();
    if (!this.#isKnown || record.seq > this.#oldCut) return false;
    this.#compare();
    const count = countUpTo(this.#own, may);
    return count <= this.#same && count === countUpTo(this.#old, record.may);
  }

  /** Where the old run recorded the end of a composite step that ended as this one does. It is told once. */
  placeOf(event: CompletionEvent, identity: StepIdentity): number | undefined {
    this.#load();
    return this.#takePlace({ identity, name: nameKey(identity), said: saidBy(event, identity) });
  }

  #load(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    const [old, own] = this.#read();
    this.#old = endsOf(old);
    this.#oldCut = cutOf(old);
    this.#isKnown &&= cutOf(own) === Number.POSITIVE_INFINITY;
    const covered = coveredIn(own);
    const ends = endsOf(own);
    this.#own = ends.filter((it) => covered.has(it.seq));
    for (const it of this.#old) {
      const all = this.#composites.get(it.name);
      if (all === undefined) this.#composites.set(it.name, [it]);
      else all.push(it);
    }
    for (const it of ends) this.#takePlace(it);
  }

  #takePlace(it: Omit<End, "seq">): number | undefined {
    const all = this.#composites.get(it.name) ?? [];
    const at = all.findIndex((old) => old.said === it.said && old.identity.in === it.identity.in);
    return at < 0 ? undefined : all.splice(at, 1)[0]!.seq;
  }

  #compare(): void {
    for (const { event, identity } of this.#told.splice(0)) {
      if (this.#own.length > 0 && this.#own.at(-1)!.seq >= event.seq) this.#isSorted = false;
      const said = saidBy(event, identity);
      this.#own.push({ seq: event.seq, identity, name: nameKey(identity), said });
    }
    if (!this.#isSorted) {
      this.#own.sort((a, b) => a.seq - b.seq);
      this.#isSorted = true;
      this.#same = 0;
    }
    for (; this.#same < this.#own.length && this.#same < this.#old.length; this.#same += 1) {
      const [own, old] = [this.#own[this.#same]!, this.#old[this.#same]!];
      if (own.name !== old.name || own.said !== old.said) return;
    }
  }
}

/** Names of a step and its kind: what a step that is done again stands in the place of. */
export function nameKey(it: StepIdentity): string {
  return JSON.stringify([scopeNames(it.scope), it.kind, it.name]);
}

/** How many of these were recorded up to a sequence. */
function countUpTo(ends: readonly End[], seq: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]!.seq <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a run first went on in another way than it had recorded. */
function cutOf(events: readonly AnyEvent[]): number {
  return events.find((it) => it.kind === "step.invalidated" && it.data.cut)?.seq ?? Number.POSITIVE_INFINITY;
}

function coveredIn(events: readonly AnyEvent[]): ReadonlySet<number> {
  const covered = new Set<number>();
  for (const [first, last] of events.flatMap((it) => it.covers ?? []))
    for (let seq = first; seq <= last; seq += 1) covered.add(seq);
  return covered;
}

function endsOf(events: readonly AnyEvent[]): End[] {
  const opened = new Map<number | string, StepIdentity & { readonly hash?: string }>();
  const gone = new Set(events.flatMap((it) => (it.kind === "step.invalidated" ? [it.data.seq] : [])));
  const late = lateIn(events);
  const ends: End[] = [];
  for (const event of events) {
    if (event.kind === "review.asked" || event.kind === "timer.set") opened.set(event.seq, event.data);
    if (event.kind === "child.started") opened.set(event.data.child, event.data);
    const identity = gone.has(event.seq) ? undefined : identityOf(event, opened);
    if (identity === undefined || late.has(event.seq)) continue;
    const said = saidBy(event as CompletionEvent, identity);
    ends.push({ seq: event.seq, identity, name: nameKey(identity), said });
  }
  return ends;
}

function identityOf(event: AnyEvent, opened: Opened): StepIdentity | undefined {
  switch (event.kind) {
    case "step.completed":
    case "step.failed":
      return event.data;
    case "review.decided":
      return opened.get(event.data.asked);
    case "timer.fired":
      return opened.get(event.data.set);
    case "child.ended":
      return opened.get(event.data.child);
    default:
      return undefined;
  }
}

const nothing = canonical(null).hash;

/** Text that is equal for ends that say the same to whoever awaits them. */
function saidBy(event: CompletionEvent, identity: StepIdentity & { readonly hash?: string }): string {
  switch (event.kind) {
    case "step.completed":
      return event.data.hash;
    case "timer.fired":
      return nothing;
    case "review.decided":
      return decided(event, identity);
    default: {
      const { outcome, message, problems } = event.data;
      if (outcome === undefined) return canonical((event.data as { output?: unknown }).output ?? null).hash;
      return `${outcome} ${canonical([message ?? "", problems ?? []]).hash}`;
    }
  }
}

function decided(event: JournalEvent<"review.decided">, asked: { readonly hash?: string }): string {
  const { decision, hash, because } = event.data;
  if (decision === "approve" || decision === "edit" || decision === "answer")
    return hash ?? asked.hash ?? nothing;
  return `${decision} ${because ?? ""}`;
}

/** What ended after its scope had: recorded, and told to nobody. */
function lateIn(events: readonly AnyEvent[]): ReadonlySet<number> {
  const late = events.map((it) =>
    "more" in it.data ? (it.data.more as { readonly late?: readonly number[] }).late : [],
  );
  return new Set(late.flatMap((it) => it ?? []));
}
