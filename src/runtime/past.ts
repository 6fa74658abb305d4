// What an earlier run recorded, for a rerun of it. A record may stand for new
// work when the names on its path, its own name, its input and its work are the
// same. Composite steps are never taken over as a whole: they are entered, and
// their steps looked up; so an edit reaches exactly what it changes.
//
//   U1. A failure is never taken over, nor what the rerun was told to do again.
//   U2. A record answers one issue.
//   U3. A work that captures local variables is taken over only if everything delivered before it was asked for is as it
//       was, in the same order.

import type { RunId } from "../base/ids.ts";
import { canonical, type Json } from "../base/values.ts";
import type { AnyEvent, JournalEvent, StepIdentity, StepKind } from "../journal/events.ts";
import { namesKey, scopeNames, stepPath } from "./identity.ts";
import { nameKey, PastOrder } from "./past-order.ts";
import type { CompletionEvent } from "./records.ts";
import type { StepMatch } from "./step-match.ts";

/** An earlier record that may stand for new work. */
export interface PastRecord {
  readonly seq: number;
  /** When it was recorded: ctx.now() goes by it. */
  readonly at: number;
  readonly startedAt: number;
  readonly ms: number;
  /** What it gave; absent where it approves the value that is asked about. */
  readonly out?: Json;
  readonly hash: string;
  readonly more?: Json;
  readonly work?: string;
  /** True when a person gave it for this rerun. */
  readonly given?: true;
}

/** What a replay asks of the run that it does again. */
export interface Past {
  /**
   * The record that answers this issue. It is taken: it answers no other.
   * @param may Sequence of the last thing that was delivered before it was asked for.
   */
  take(identity: StepIdentity, work: string | undefined, may: number): PastRecord | undefined;
  /** Whether this function opened steps in the old run: it is entered again, like any step that holds others. */
  opensSteps(identity: StepIdentity, work: string | undefined): boolean;
  /** What a person gave as the output of a composite step. */
  given(identity: StepIdentity): { readonly value: Json } | undefined;
  /** The child run that a step started then, and what is to be done again inside it. */
  child(identity: StepIdentity): PastChild | undefined;
  /** Tells of the end of a step that was delivered. */
  delivered(event: CompletionEvent, identity: StepIdentity): void;
  /** Where the old run recorded the end of a composite step that ends as this one does. */
  placeOf(event: CompletionEvent, identity: StepIdentity): number | undefined;
  /** The run that is done again. */
  readonly run: RunId;
  /** How many leaf records there are. */
  readonly size: number;
  /** Leaf records that nothing has taken. */
  left(): readonly PastStep[];
  /** Why nothing answers a step, and the record it stands in the place of. */
  explain(identity: StepIdentity, work: string | undefined): Explained;
}

/** Why nothing answers a step, the record it stands in the place of, and that one's work where it is another. */
export interface Explained {
  readonly why: string;
  readonly seq?: number;
  readonly work?: string;
}

export interface PastChild {
  readonly run: RunId;
  /** When it was started then, ms. */
  readonly told: number;
  readonly redo: readonly string[];
}

export interface PastStep {
  readonly seq: number;
  readonly path: string;
  readonly identity: StepIdentity;
  readonly ms: number;
  readonly usd: number;
  readonly calls: number;
  readonly effect?: PastEffect;
}

/** What a step sent: the intent, and the run it stands in when that is another. */
export interface PastEffect {
  readonly tool: string;
  readonly key: string;
  readonly intent: number;
  readonly run?: string;
}

export type SameWork = "same" | "changed" | "captures" | "unknown";

export interface PastSpec {
  readonly events: readonly AnyEvent[];
  /** What the rerun itself has recorded so far. */
  readonly own?: readonly AnyEvent[];
  /** Whether two works are the same; `seq` says under which code the old one was recorded. */
  readonly sameWork: (old: { readonly work: string; readonly seq: number }, work: string) => SameWork;
  readonly redo: readonly StepMatch[];
  readonly set: readonly {
    readonly match: StepMatch;
    readonly value: Json;
    readonly hash: string;
    readonly at: number;
  }[];
  /** False when the input is another: then nothing is as it was. */
  readonly sameInput: boolean;
  /** Whether an effect still stands as its step left it. One that does not is looked at anew. */
  readonly stands: (effect: PastEffect) => boolean;
}

const taken: ReadonlySet<StepKind> = new Set([
  "function",
  "model",
  "tool",
  "check",
  "artifact",
  "review",
  "signal",
  "sleep",
]);

/** Kinds below a step that is done again: what it said and how it was judged. Tool results stay. */
const redoneBelow: ReadonlySet<StepKind> = new Set(["model", "check", "function", "review"]);

interface Kept extends PastRecord {
  readonly identity: StepIdentity;
  readonly may: number;
}

export function pastOf(spec: PastSpec): Past {
  return new RecordedPast(spec);
}

class RecordedPast implements Past {
  readonly #spec: PastSpec;
  readonly #byKey = new Map<string, Kept[]>();
  /** Records by names alone, in order: what a step done again stands in the place of. */
  readonly #byName = new Map<string, Kept[]>();
  readonly #children = new Map<
    string,
    { readonly run: RunId; readonly in: string; readonly told: number }[]
  >();
  readonly #used = new Set<number>();
  readonly #steps = new Map<number, PastStep>();
  readonly #order: PastOrder;
  /** Functions that opened steps: their works, by key. */
  readonly #opening = new Map<string, { readonly work: string; readonly seq: number }[]>();

  constructor(spec: PastSpec) {
    this.#spec = spec;
    const own = spec.own ?? [];
    this.#order = new PastOrder(spec.events, own, spec.sameInput);
    this.#read();
    // Also what a composite step of the rerun covers has been taken, and what was undone since.
    for (const it of own)
      if (it.kind === "step.completed" && it.data.reused !== undefined) this.#used.add(it.data.reused);
  }

  take(identity: StepIdentity, work: string | undefined, may: number): PastRecord | undefined {
    const given = this.#givenFor(identity);
    if (given !== undefined) return given;
    const all = this.#byKey.get(namesKey(identity));
    if (all === undefined || this.#isRedone(identity)) return undefined;
    const fits = all.filter((it) => !this.#used.has(it.seq) && this.#isSame(it, work, may));
    const found =
      fits.find((it) => it.identity.scope === identity.scope && (it.identity.n ?? 0) === (identity.n ?? 0)) ??
      fits.find((it) => (it.identity.n ?? 0) === (identity.n ?? 0)) ??
      fits[0];
    if (found !== undefined) this.#used.add(found.seq);
    return found;
  }

  opensSteps(identity: StepIdentity, work: string | undefined): boolean {
    const all = this.#opening.get(namesKey(identity));
    if (all === undefined || work === undefined || this.#isRedone(identity)) return false;
    return all.some((it) => ["same", "captures"].includes(this.#spec.sameWork(it, work)));
  }

  given(identity: StepIdentity): { readonly value: Json } | undefined {
    return this.#spec.set.find((it) => it.match.isStep(namesOf(identity)));
  }

  child(identity: StepIdentity): PastChild | undefined {
    const all = this.#children.get(nameKey(identity)) ?? [];
    const at = all.findIndex((it) => it.in === identity.in);
    const found = all.splice(Math.max(0, at), 1)[0];
    if (found === undefined) return undefined;
    const names = namesOf(identity);
    const redo = this.#spec.redo.flatMap((it) => it.inside(names) ?? []);
    return { run: found.run, told: found.told, redo };
  }

  delivered(event: CompletionEvent, identity: StepIdentity): void {
    this.#order.delivered(event, identity);
  }

  placeOf(event: CompletionEvent, identity: StepIdentity): number | undefined {
    return this.#order.placeOf(event, identity);
  }

  get run(): RunId {
    return this.#spec.events[0]!.run;
  }

  get size(): number {
    return this.#steps.size;
  }

  left(): readonly PastStep[] {
    return [...this.#steps.values()].filter((it) => !this.#used.has(it.seq));
  }

  explain(identity: StepIdentity, work: string | undefined): Explained {
    const free = (all: readonly Kept[] | undefined): Kept | undefined =>
      all?.find((it) => !this.#used.has(it.seq));
    const equal = free(this.#byKey.get(namesKey(identity)));
    const named = equal ?? free(this.#byName.get(nameKey(identity)));
    const seq = named === undefined ? {} : { seq: named.seq };
    if (this.#isRedone(identity)) return { why: "told to do it again", ...seq };
    if (equal?.work !== undefined && work !== undefined) {
      const same = this.#spec.sameWork({ work: equal.work, seq: equal.seq }, work);
      if (same === "captures")
        return { why: "it captures local variables, and what came before changed", ...seq };
      if (same === "unknown") return { why: "whether its function is the same cannot be told", ...seq };
      return { why: "its function changed", work: equal.work, ...seq };
    }
    if (equal !== undefined) return { why: "what was found wrong with it changed", ...seq };
    if (named !== undefined) return { why: "its input changed", ...seq };
    if (this.opensSteps(identity, work)) return { why: "it holds steps: it is entered again" };
    return { why: identity.kind === "run" ? "a child run is entered again" : "not in the old run" };
  }

  // ---- Whether a record may stand ----------------------------------------------

  #isSame(record: Kept, work: string | undefined, may: number): boolean {
    if (record.work === undefined || work === undefined) return record.work === work;
    const same = this.#spec.sameWork({ work: record.work, seq: record.seq }, work);
    return same === "same" || (same === "captures" && this.#order.isAsItWas(record, may));
  }

  #isRedone(identity: StepIdentity): boolean {
    const names = namesOf(identity);
    return this.#spec.redo.some(
      (it) => it.isStep(names) || (redoneBelow.has(identity.kind) && it.isAbove(names)),
    );
  }

  #givenFor(identity: StepIdentity): PastRecord | undefined {
    const set = this.#spec.set.find((it) => it.match.isStep(namesOf(identity)));
    if (set === undefined) return undefined;
    return { seq: 0, at: set.at, startedAt: set.at, ms: 0, out: set.value, hash: set.hash, given: true };
  }

  // ---- Reading the run ------------------------------------------------------------

  #read(): void {
    const { events } = this.#spec;
    const gone = new Set(events.flatMap((it) => (it.kind === "step.invalidated" ? [it.data.seq] : [])));
    const opened = new Map<number, StepIdentity & { readonly hash?: string; readonly may?: number }>();
    for (const event of events) {
      if (event.kind === "review.asked" || event.kind === "timer.set") opened.set(event.seq, event.data);
      if (event.kind === "child.started") this.#addChild(event);
      const kept = gone.has(event.seq) ? undefined : keptOf(event, opened);
      if (event.kind === "step.completed" && event.covers !== undefined && event.data.work !== undefined)
        push(this.#opening, namesKey(event.data), { work: event.data.work, seq: event.seq });
      const effect = effectOf(kept);
      if (kept !== undefined && (effect === undefined || this.#spec.stands(effect))) this.#keep(kept, event);
    }
  }

  #keep(kept: Kept, event: AnyEvent): void {
    push(this.#byKey, namesKey(kept.identity), kept);
    push(this.#byName, nameKey(kept.identity), kept);
    const { scope, name } = kept.identity;
    const more = (event.kind === "step.completed" ? (event.data.more ?? {}) : {}) as {
      readonly spent?: { readonly usd: number; readonly calls: number };
      readonly effect?: PastEffect;
    };
    this.#steps.set(kept.seq, {
      seq: kept.seq,
      path: stepPath(scope, name),
      identity: kept.identity,
      ms: kept.ms,
      usd: more.spent?.usd ?? 0,
      calls: more.spent?.calls ?? 0,
      ...(more.effect === undefined ? {} : { effect: more.effect }),
    });
  }

  #addChild(event: JournalEvent<"child.started">): void {
    const { child: run, in: input, told } = event.data;
    push(this.#children, nameKey(event.data), { run, in: input, told: told ?? event.at });
  }
}

/** What the step of a record sent, when it sent something. */
export function effectOf(record: Pick<PastRecord, "more"> | undefined): PastEffect | undefined {
  const more = (record?.more ?? {}) as { readonly effect?: PastEffect };
  return more.effect;
}

type Opened = ReadonlyMap<number, StepIdentity & { readonly hash?: string; readonly may?: number }>;

/** The record of a leaf step that may be taken over; undefined for all else. */
function keptOf(event: AnyEvent, opened: Opened): Kept | undefined {
  switch (event.kind) {
    case "step.completed": {
      const { out, hash, more, work, kind, may, ms, at } = event.data;
      // A composite step is entered again, and a failure that was recorded as a value is a failure still.
      if (!taken.has(kind) || event.covers !== undefined || isFailure(more)) return undefined;
      const told = event.data.told ?? event.at;
      const base = { seq: event.seq, at: told, startedAt: at, ms, out, hash, may, identity: event.data };
      return { ...base, ...(work === undefined ? {} : { work }), ...keptMore(more) };
    }
    case "review.decided":
      return decided(event, opened);
    case "timer.fired": {
      const identity = opened.get(event.data.set);
      if (identity === undefined) return undefined;
      const times = { seq: event.seq, at: event.at, startedAt: event.at, ms: 0 };
      return { ...times, out: null, hash: nullHash, may: identity.may ?? 0, identity };
    }
    default:
      return undefined;
  }
}

const nullHash = canonical(null).hash;

function decided(event: JournalEvent<"review.decided">, opened: Opened): Kept | undefined {
  const identity = opened.get(event.data.asked) as JournalEvent<"review.asked">["data"] | undefined;
  const { decision, value, hash, by, because } = event.data;
  if (identity === undefined || identity.mode === "cap") return undefined;
  // A rung's send-back is one more attempt; any other is spent with what it undid.
  const stands =
    decision === "approve" || decision === "edit" || decision === "answer" || decision === "send-back";
  if (!stands) return undefined;
  return {
    seq: event.seq,
    at: event.at,
    startedAt: event.at,
    ms: 0,
    ...(decision === "approve" ? {} : { out: value ?? null }),
    hash: hash ?? identity.hash,
    may: identity.may,
    identity,
    more: { decision, by, ...(because === undefined ? {} : { because }) },
    ...(identity.work === undefined ? {} : { work: identity.work }),
  };
}

function isFailure(more: Json | undefined): boolean {
  return typeof more === "object" && more !== null && "failed" in more && more["failed"] === true;
}

/** What a record says beside its output, without what it cost: a step taken over costs nothing. */
function keptMore(more: Json | undefined): { more?: Json } {
  if (more === undefined || more === null || typeof more !== "object" || Array.isArray(more)) return {};
  const { spent: _, scope: __, signal: ___, ...kept } = more as { readonly [key: string]: Json };
  return Object.keys(kept).length === 0 ? {} : { more: kept };
}

function namesOf(it: StepIdentity): readonly string[] {
  return [...scopeNames(it.scope), it.name];
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const all = map.get(key);
  if (all === undefined) map.set(key, [item]);
  else all.push(item);
}
