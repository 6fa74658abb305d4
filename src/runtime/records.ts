// What the open events of a run say, indexed for a replay: one fold, used for
// the events read at the start and for those appended later alike.

import type {
  AnyEvent,
  JournalEvent,
  Outcome,
  Problem,
  Range,
  StepIdentity,
  StepKind,
} from "../journal/events.ts";
import type { Json } from "../base/values.ts";
import { identityKey, namesKey } from "./identity.ts";
import { OpenIntents } from "./open-intents.ts";

/** A recorded end of a step, in the order in which it is to be delivered. */
export interface Completion {
  readonly seq: number;
  readonly at: number;
  readonly key: string;
  readonly identity: StepIdentity;
  readonly event: CompletionEvent;
}

export type CompletionEvent =
  | JournalEvent<"step.completed">
  | JournalEvent<"step.failed">
  | JournalEvent<"review.decided">
  | JournalEvent<"timer.fired">
  | JournalEvent<"child.ended">;

/** What a step spent, and what its scope did. */
export interface Spent {
  readonly usd: number;
  readonly calls: number;
}

/** An output that does not stand, and what its author is told. */
export interface Overruled {
  readonly hash: string;
  readonly by: string;
  readonly because: string;
  readonly feedback?: string;
}

interface Opened {
  readonly identity: StepIdentity;
  readonly event: AnyEvent;
}

export class Records {
  /** Completions not yet delivered, oldest first. */
  readonly queue: Completion[] = [];
  /** Those recorded before records were invalidated while the run went on: used where they are asked for, not demanded. */
  readonly before: Completion[] = [];
  /** What composite steps gave then, as hashes, by names. */
  readonly wholes = new Map<string, string>();
  /** Waits that were opened, by identity: the event that opened them. */
  readonly opened = new Map<string, AnyEvent>();
  readonly attempts = new Map<string, { count: number; retryAt: number }>();
  readonly intents = new OpenIntents();
  readonly signals: JournalEvent<"signal.received">[] = [];
  readonly logs = new Map<string, number>();
  /** Scopes that hold open records. */
  readonly scopes = new Set<string>();
  /** Scopes that were left without a record of their own: what is around them covers their records too. */
  readonly left = new Set<string>();
  cap: { readonly usd: number; readonly calls: number } | undefined;
  /** The open question whether to raise the cap. */
  capAsked: number | undefined;
  capRefused = false;
  spent: { usd: number; calls: number } = { usd: 0, calls: 0 };
  lastSeq = 0;
  /** The latest time at which something happened before the first delivery. */
  startedAt = 0;
  readonly #bySeq = new Map<number, Opened>();
  readonly #children = new Map<string, number>();
  readonly #ranges = new Map<string, Range[]>();
  readonly #spentIn = new Map<string, Spent>();
  readonly #neutral = new Set<number>();
  readonly #answers = new Set<number>();
  readonly #consumed = new Set<number>();
  readonly #overruled = new Map<string, Overruled[]>();
  #loading = false;
  /** Sequence of the last invalidation after which the run went on in another way. */
  #cut = 0;

  /** Adds the events read before a replay: those that were invalidated are left out. */
  load(events: readonly AnyEvent[]): void {
    const gone = new Map<number, JournalEvent<"step.invalidated">>();
    for (const event of events) {
      if (event.kind !== "step.invalidated") continue;
      gone.set(event.data.seq, event);
      if (event.data.cut) this.#cut = event.seq;
    }
    this.#loading = true;
    for (const event of events) {
      const undone = gone.get(event.seq);
      if (undone !== undefined) this.#invalidate(event, undone);
      else this.add(event);
    }
    this.#loading = false;
  }

  /** Adds one event. Returns the completion it is, if it is one. */
  add(event: AnyEvent): Completion | undefined {
    this.lastSeq = Math.max(this.lastSeq, event.seq);
    switch (event.kind) {
      case "run.started":
        this.startedAt = event.data.told ?? event.at;
        return undefined;
      case "step.completed":
      case "step.failed":
        return this.#ended(event, event.data);
      case "review.decided":
        if (event.data.asked !== this.capAsked) return this.#answered(event, event.data.asked);
        this.capAsked = undefined;
        this.capRefused = event.data.decision !== "approve";
        return undefined;
      case "timer.fired":
        return this.#answered(event, event.data.set);
      case "child.ended":
        return this.#answered(event, this.#children.get(event.data.child) ?? 0);
      case "review.asked":
        if (event.data.mode === "cap") this.capAsked = event.seq;
        else this.#open(event, event.data);
        return undefined;
      case "review.withdrawn":
        this.#withdraw(event.data.asked);
        return undefined;
      case "timer.set":
      case "child.started":
        this.#open(event, event.data);
        return undefined;
      case "step.attempted":
        this.#within(event.data.scope, event.seq);
        this.attempts.set(identityKey(event.data), {
          count: event.data.attempt,
          retryAt: event.data.retryAt ?? 0,
        });
        return undefined;
      default:
        this.#addOther(event);
        return undefined;
    }
  }

  #addOther(event: AnyEvent): void {
    switch (event.kind) {
      case "effect.intended":
        this.intents.add(event);
        this.#addScope(event.data.scope);
        break;
      case "effect.received":
      case "effect.settled":
      case "effect.late":
        this.intents.add(event);
        break;
      case "signal.received":
        if (!this.#consumed.has(event.seq)) this.signals.push(event);
        break;
      case "run.logged":
        this.#within(event.data.scope, event.seq);
        if (!isOwnLine(event.data.data))
          this.logs.set(event.data.scope, (this.logs.get(event.data.scope) ?? 0) + 1);
        break;
      case "run.capped":
        this.cap = event.data;
        break;
      case "run.resumed":
        // Whoever resumes a run that ended at its cap is asked about the cap again.
        this.capRefused = false;
        this.#neutral.add(event.seq);
        break;
      case "run.parked":
      case "run.claimed":
        this.#neutral.add(event.seq);
        break;
      default:
        break;
    }
  }

  /** Sequences that a composite step stands for when its scope has ended. */
  covers(scope: string): readonly Range[] {
    const ranges = [...(this.#ranges.get(scope) ?? [])];
    for (const it of this.left) {
      if (!it.startsWith(`${scope}/`)) continue;
      ranges.push(...(this.#ranges.get(it) ?? []));
    }
    return mergeRanges(ranges, this.#neutral);
  }

  /** What the steps of a scope spent, whichever process made them, those of scopes it left included. */
  spentIn(scope: string): Spent {
    const sum = { usd: 0, calls: 0 };
    for (const [at, spent] of this.#spentIn) {
      if (at !== scope && !(this.left.has(at) && at.startsWith(`${scope}/`))) continue;
      sum.usd += spent.usd;
      sum.calls += spent.calls;
    }
    return sum;
  }

  #addSpent(scope: string, { usd, calls }: Spent): void {
    const sum = this.#spentIn.get(scope) ?? { usd: 0, calls: 0 };
    this.#spentIn.set(scope, { usd: sum.usd + usd, calls: sum.calls + calls });
  }

  /** A scope has a record of its own now, which stands for it and for what it left. */
  forgetScope(scope: string): void {
    this.#ranges.delete(scope);
    this.#spentIn.delete(scope);
    this.scopes.delete(scope);
    this.left.delete(scope);
    for (const it of this.left) {
      if (!it.startsWith(`${scope}/`)) continue;
      this.#ranges.delete(it);
      this.#spentIn.delete(it);
      this.left.delete(it);
    }
  }

  takeSignal(name: string): JournalEvent<"signal.received"> | undefined {
    const at = this.signals.findIndex((it) => it.data.name === name);
    return at < 0 ? undefined : this.signals.splice(at, 1)[0];
  }

  /** Whether what was opened at `seq` has been answered. */
  isAnswered(seq: number): boolean {
    return this.#answers.has(seq);
  }

  /** Something of this step is recorded in this run, though not its end. */
  isBegun(key: string): boolean {
    return this.opened.has(key) || this.attempts.has(key);
  }

  openedBy(seq: number): AnyEvent | undefined {
    return this.#bySeq.get(seq)?.event;
  }

  #ended(
    event: JournalEvent<"step.completed"> | JournalEvent<"step.failed">,
    data: StepIdentity & { more?: Json },
  ): Completion | undefined {
    this.#within(data.scope, event.seq, event.covers);
    // Code may close over what was undone: from before, only what its steps recorded is used.
    if (this.#loading && event.seq < this.#cut && isComposite(event)) {
      if (event.kind === "step.completed") this.wholes.set(namesKey(data), event.data.hash);
      return undefined;
    }
    const more = (data.more ?? {}) as { signal?: number; spent?: Spent; scope?: string };
    if (more.scope !== undefined) this.forgetScope(more.scope);
    if (more.spent !== undefined) this.#addSpent(data.scope, more.spent);
    if (more.signal !== undefined) {
      this.#consumed.add(more.signal);
      this.#within(data.scope, more.signal);
      const at = this.signals.findIndex((it) => it.seq === more.signal);
      if (at >= 0) this.signals.splice(at, 1);
    }
    // A composite record says what its steps spent; while they are here themselves they have been counted.
    if (more.spent !== undefined && (event.covers === undefined || this.#loading)) {
      this.spent = { usd: this.spent.usd + more.spent.usd, calls: this.spent.calls + more.spent.calls };
    }
    const at = event.data.told ?? event.at;
    return this.#push({ seq: event.seq, at, key: identityKey(data), identity: data, event });
  }

  #answered(
    event: JournalEvent<"review.decided"> | JournalEvent<"timer.fired"> | JournalEvent<"child.ended">,
    opened: number,
  ): Completion | undefined {
    const opener = this.#bySeq.get(opened);
    // Of two answers the first counts.
    if (opener === undefined || this.#answers.has(opened)) return undefined;
    this.#answers.add(opened);
    this.#within(opener.identity.scope, event.seq);
    const key = identityKey(opener.identity);
    return this.#push({ seq: event.seq, at: event.at, key, identity: opener.identity, event });
  }

  #push(completion: Completion): Completion {
    if (this.#loading && completion.seq < this.#cut) this.before.push(completion);
    else this.queue.push(completion);
    return completion;
  }

  /** Questions that were asked before records were undone and that nobody asks now. */
  unasked(isAsked: (key: string) => boolean): readonly number[] {
    const open: number[] = [];
    for (const [key, event] of this.opened)
      if (event.kind === "review.asked" && !this.#answers.has(event.seq) && !isAsked(key))
        open.push(event.seq);
    return open;
  }

  #withdraw(asked: number): void {
    const opener = this.#bySeq.get(asked);
    if (opener !== undefined) this.opened.delete(identityKey(opener.identity));
  }

  #open(event: AnyEvent, identity: StepIdentity): void {
    this.#within(identity.scope, event.seq);
    this.#bySeq.set(event.seq, { identity, event });
    if (event.kind === "child.started") this.#children.set(event.data.child, event.seq);
    this.opened.set(identityKey(identity), event);
  }

  /** Outputs of a step that do not stand, oldest first. */
  overruled(identity: StepIdentity): readonly Overruled[] {
    return this.#overruled.size === 0 ? [] : (this.#overruled.get(namesKey(identity)) ?? []);
  }

  /** Records were undone while the run went on. */
  get isCut(): boolean {
    return this.#cut > 0;
  }

  /** Sequence of the last invalidation after which the run went on in another way; 0 for none. */
  get cutAt(): number {
    return this.#cut;
  }

  #invalidate(event: AnyEvent, { data }: JournalEvent<"step.invalidated">): void {
    this.lastSeq = Math.max(this.lastSeq, event.seq);
    if (event.kind === "step.completed" && data.cut && data.hash !== undefined) {
      const key = namesKey(event.data);
      const { hash, by, because, feedback } = data;
      const all = this.#overruled.get(key) ?? [];
      this.#overruled.set(key, [
        ...all,
        { hash, by, because, ...(feedback === undefined ? {} : { feedback }) },
      ]);
    }
    if (event.kind !== "step.failed" && event.kind !== "step.completed") return;
    this.attempts.delete(identityKey(event.data));
    this.#within(event.data.scope, event.seq);
  }

  /** A step is begun when anything below it is recorded, however deep. */
  #addScope(scope: string): void {
    for (let end = scope.length; end > 0; end = scope.lastIndexOf("/", end - 1)) {
      const at = scope.slice(0, end);
      if (this.scopes.has(at)) return;
      this.scopes.add(at);
    }
  }

  #within(scope: string, seq: number, covers?: readonly Range[]): void {
    if (scope === "") return;
    this.#addScope(scope);
    const ranges = this.#ranges.get(scope) ?? [];
    if (ranges.length === 0) this.#ranges.set(scope, ranges);
    if (covers !== undefined) ranges.push(...covers);
    ranges.push([seq, seq]);
  }
}

/** A line the runtime wrote: not one of those that ctx.log counts. */
function isOwnLine(data: Json | undefined): boolean {
  return typeof data === "object" && data !== null && "passedOver" in data;
}

/** Sorted, joined where they touch or where only neutral events lie between. */
function mergeRanges(ranges: readonly Range[], neutral: ReadonlySet<number>): readonly Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && joins(before[1], first, neutral)) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

function joins(end: number, start: number, neutral: ReadonlySet<number>): boolean {
  for (let seq = end + 1; seq < start; seq += 1) if (!neutral.has(seq)) return false;
  return true;
}

/** How a completion reads: its stored value, or why there is none. */
export type Answer =
  | { readonly ok: true; readonly out: Json | undefined }
  | {
      readonly ok: false;
      readonly outcome: Outcome;
      readonly message: string;
      readonly problems: readonly Problem[];
    };

const composites: ReadonlySet<StepKind> = new Set([
  "agent",
  "attempt",
  "gate",
  "map",
  "branch",
  "first",
  "loop",
]);

/** The end of a step whose body is workflow code, or that had steps below it. */
export function isComposite(event: CompletionEvent): boolean {
  if (event.kind !== "step.completed" && event.kind !== "step.failed") return false;
  return event.covers !== undefined || composites.has(event.data.kind);
}

/** The plain meaning of a completion. A review's approval means the value shown: `out` is undefined there. */
export function answerOf(event: CompletionEvent): Answer {
  switch (event.kind) {
    case "step.completed":
      return { ok: true, out: event.data.out };
    case "step.failed":
      return {
        ok: false,
        outcome: event.data.outcome,
        message: event.data.message,
        problems: event.data.problems ?? [],
      };
    case "timer.fired":
      return { ok: true, out: null };
    case "child.ended": {
      const { outcome, message, problems, output } = event.data;
      if (outcome === undefined) return { ok: true, out: output ?? null };
      return { ok: false, outcome, message: message ?? outcome, problems: problems ?? [] };
    }
    case "review.decided":
      return reviewAnswer(event);
  }
}

function reviewAnswer(event: JournalEvent<"review.decided">): Answer {
  const { decision, value, because, by } = event.data;
  if (decision === "approve") return { ok: true, out: undefined };
  if (decision === "edit" || decision === "answer") return { ok: true, out: value ?? null };
  // The ladder that asked reads the words from the event.
  if (decision === "send-back") return { ok: true, out: null };
  const outcome = decision === "expire" ? "expired" : "rejected";
  const said = because === undefined ? "" : `: ${because}`;
  return {
    ok: false,
    outcome,
    message: decision === "expire" ? "nobody answered in time" : `rejected by ${by}${said}`,
    problems: [],
  };
}
