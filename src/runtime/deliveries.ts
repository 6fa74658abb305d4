// The recorded ends of steps on their way to those who asked: in recorded order
// where the record demands it, and as they are asked for where it does not.
//
//   KEPT1. What was recorded before records were undone is not demanded. It answers the same step wherever it is asked for
//       again: the same names, kind and input, whatever became of the inputs of the steps around it.
//   KEPT2. What is asked for of it goes first, in recorded order, in every replay alike.
//   KEPT3. A work that captures local variables is answered so only while everything delivered before it is as it was.

import type { StepIdentity } from "../journal/events.ts";
import { namesKey } from "./identity.ts";
import { type Completion, isComposite, type Records } from "./records.ts";

/** Delivered completions are forgotten in lots of this many. */
const queueTrim = 1_024;

export class Deliveries {
  readonly #records: Records;
  readonly #captures: (work: string) => boolean;
  /** Not demanded: delivered to whoever asks for it by its very identity. */
  readonly #kept = new Map<string, Completion>();
  /** Recorded before records were undone, by names (KEPT1). */
  readonly #past = new Map<string, Completion[]>();
  /** Sequences of the past, in order; how many of them were delivered without a gap. */
  readonly #order: number[] = [];
  readonly #delivered = new Set<number>();
  #watermark = 0;
  /** Something was delivered that the past does not hold. */
  #disturbed = false;
  /** What was asked for and is not demanded, in recorded order (KEPT2). */
  readonly #asked: Completion[] = [];
  #keys: Set<string> | undefined;
  #isDemanding = true;
  #next = 0;

  constructor(records: Records, captures: (work: string) => boolean = () => true) {
    this.#records = records;
    this.#captures = captures;
  }

  /** Takes in what was read. */
  load(): void {
    for (const it of this.#records.before.splice(0)) {
      this.#order.push(it.seq);
      const key = namesKey(it.identity);
      const all = this.#past.get(key);
      if (all === undefined) this.#past.set(key, [it]);
      else all.push(it);
    }
  }

  get next(): Completion | undefined {
    return this.#asked[0] ?? this.#records.queue[this.#next];
  }

  /** `next` is delivered, or passed over. */
  pass(): void {
    const asked = this.#asked.shift();
    if (this.#order.length > 0) this.#note(asked ?? this.#records.queue[this.#next], asked !== undefined);
    if (asked !== undefined) return;
    this.#next += 1;
    if (this.#next < queueTrim) return;
    this.#records.queue.splice(0, this.#next);
    this.#next = 0;
  }

  /** What is kept and nobody has asked for. */
  left(): readonly Completion[] {
    return [...this.#kept.values(), ...[...this.#past.values()].flat()];
  }

  keep(it: Completion): void {
    this.#kept.set(it.key, it);
  }

  /** Asks for what is kept of a step. False when nothing is, or when its own record is demanded. */
  ask(identity: StepIdentity, key: string, work?: () => string | undefined): boolean {
    const found = this.#kept.get(key) ?? this.#takePast(identity, key, work);
    if (found === undefined) return false;
    this.#kept.delete(key);
    let at = this.#asked.length;
    while (at > 0 && this.#asked[at - 1]!.seq > found.seq) at -= 1;
    // A step is answered under the identity it is asked for by.
    this.#asked.splice(at, 0, { ...found, key });
    return true;
  }

  /** Whether the record demands this step, as it was when the replay began. */
  holds(key: string): boolean {
    this.#keys ??= new Set(this.#records.queue.map((it) => it.key));
    return this.#keys.has(key);
  }

  /** The record is used up: what `holds` went by is no longer needed. */
  usedUp(): void {
    this.#keys = undefined;
    this.#isDemanding = false;
  }

  #takePast(
    identity: StepIdentity,
    key: string,
    work: (() => string | undefined) | undefined,
  ): Completion | undefined {
    if (this.#past.size === 0 || (this.#isDemanding && this.holds(key))) return undefined;
    const all = this.#past.get(namesKey(identity));
    if (all === undefined) return undefined;
    const now = work?.();
    const fits = all.filter((it) => isSameWork(it, now) && this.#stands(it));
    const found =
      fits.find((it) => it.key === key) ??
      fits.find((it) => (it.identity.n ?? 0) === (identity.n ?? 0)) ??
      fits[0];
    if (found !== undefined) all.splice(all.indexOf(found), 1);
    return found;
  }

  #stands({ event }: Completion): boolean {
    if (event.kind !== "step.completed" || event.data.work === undefined) return true;
    if (!this.#captures(event.data.work)) return true;
    const next = this.#order[this.#watermark];
    return !this.#disturbed && (next === undefined || next > event.data.may);
  }

  /** A composite step that was entered anew and gave what it gave then. */
  #isAsItWas({ event, identity }: Completion): boolean {
    if (!isComposite(event) || event.kind !== "step.completed") return false;
    return this.#records.wholes.get(namesKey(identity)) === event.data.hash;
  }

  #note(it: Completion | undefined, isPast: boolean): void {
    if (it === undefined) return;
    if (isPast) this.#delivered.add(it.seq);
    else if (!this.#isAsItWas(it)) this.#disturbed = true;
    while (this.#delivered.has(this.#order[this.#watermark] ?? -1)) this.#watermark += 1;
  }
}

/** Two functions of one name may be given equal inputs: which of them is asked for first can change. */
function isSameWork({ event }: Completion, work: string | undefined): boolean {
  const then = event.kind === "step.completed" || event.kind === "step.failed" ? event.data.work : undefined;
  return then === undefined || work === undefined || then === work;
}
