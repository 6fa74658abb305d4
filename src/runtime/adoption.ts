// How a rerun goes on: whatever the old run's records answer is taken over
// first, one by one in their old order; only when the code at rest asks for
// nothing they hold does new work start. So what is done is as little as can
// be, and a plan is the same walk that stops before the first work.
//
//   U4. What is taken over is written before any work starts, in the order in which it was delivered (E3).
//   U5. A plan writes nothing and starts nothing.
//   U6. A function that opened steps is entered again as soon as it is asked for, once what was taken over is written.

import type { RunId } from "../base/ids.ts";
import type { NewEvent } from "../journal/events.ts";
import type { Blob } from "../journal/journal.ts";
import type { Issue } from "./issue.ts";
import { startedRecord } from "./step-record.ts";
import type { CompletionEvent } from "./records.ts";
import { effectOf, type Past, type PastEffect, type PastRecord } from "./past.ts";
import type { Replay } from "./replay.ts";
import { toStored } from "./store.ts";

/** What is to be taken in, at its place in the old run. */
interface Found {
  readonly issue: Issue;
  readonly seq: number;
  readonly adopt: () => void;
}

export class Adoption {
  readonly #replay: Replay;
  readonly #past: Past;
  readonly #isPlan: boolean;
  readonly #asked: Issue[] = [];
  readonly #found: Found[] = [];
  /** Functions that opened steps in the old run, to be entered as soon as they are asked for. */
  readonly #entered: Issue[] = [];
  readonly #fresh: Issue[] = [];
  /** What a plan found, once it has: asked for, and held by no record. */
  planned: readonly Issue[] = [];

  constructor(replay: Replay, past: Past, isPlan: boolean) {
    this.#replay = replay;
    this.#past = past;
    this.#isPlan = isPlan;
  }

  /** A leaf step, or a wait, that has no record in this run. */
  add(issue: Issue): void {
    this.#asked.push(issue);
  }

  /** The next thing to do, with the code at rest. Undefined when nothing is asked for. */
  async next(): Promise<"adopted" | "started" | "planned" | undefined> {
    this.#look();
    const { writer } = this.#replay;
    if (this.#entered.length > 0) {
      if (writer.hasAdopted) await writer.flush();
      this.#begin(this.#entered.splice(0));
      return "started";
    }
    const found = this.#takeFirst();
    if (found !== undefined) {
      found.adopt();
      return "adopted";
    }
    if (this.#isPlan) {
      this.planned = this.#fresh.filter((it) => it.state === "queued");
      return "planned";
    }
    if (writer.hasAdopted) {
      await writer.flush();
      return "adopted";
    }
    return this.#startFresh() ? "started" : undefined;
  }

  #look(): void {
    for (const issue of this.#asked.splice(0)) {
      if (issue.state !== "queued") continue;
      const isBegun = this.#replay.records.isBegun(issue.key);
      const record = isBegun
        ? undefined
        : this.#past.take(issue.identity, issue.work.identity?.(), issue.may);
      if (record === undefined || this.#isChanged(record)) this.#fresh.push(issue);
      else this.#insert({ issue, seq: record.seq, adopt: () => this.#adopt(issue, record) });
    }
  }

  /** Its effect was changed by this run since: whoever sends looks at what stands now. */
  #isChanged(record: PastRecord): boolean {
    const effect = effectOf(record);
    return effect !== undefined && this.#replay.records.intents.hasChanged(effect);
  }

  /**
   * The end of a composite step follows from what is below it. It is taken in where the old run has it, so that what is
   * done after it finds the same before it; an end that the old run does not have, at once.
   */
  addEnd(issue: Issue, event: NewEvent, blobs: readonly Blob[]): void {
    const { writer } = this.#replay;
    const adopt = (): void => {
      const told = this.#replay.now;
      writer.adopt({ ...event, data: { ...event.data, told } } as NewEvent, blobs, told);
    };
    const seq = this.#past.placeOf(event as CompletionEvent, issue.identity);
    if (seq === undefined) adopt();
    else this.#insert({ issue, seq, adopt });
    this.#replay.nudge();
  }

  #insert(found: Found): void {
    let [low, high] = [0, this.#found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#found[middle]!.seq <= found.seq) low = middle + 1;
      else high = middle;
    }
    this.#found.splice(low, 0, found);
  }

  /** A leaf step whose scope was left is not asked for any more; a composite one has ended by then. */
  #takeFirst(): Found | undefined {
    for (;;) {
      const first = this.#found.shift();
      if (first === undefined || first.issue.state === "queued" || first.issue.state === "running")
        return first;
    }
  }

  #adopt(issue: Issue, record: PastRecord): void {
    issue.state = "recorded";
    const blobs: Blob[] = [];
    const effect = effectOf(record);
    if (effect !== undefined)
      this.#replay.writer.adopt(adoptedEffect(issue, record, effect, this.#past.run), [], record.at);
    this.#replay.writer.adopt(adoptedEvent(issue, record, blobs), blobs, record.at);
  }

  #startFresh(): boolean {
    return this.#begin(this.#fresh.splice(0));
  }

  #begin(issues: readonly Issue[]): boolean {
    let begun = false;
    for (const issue of issues) {
      if (issue.state !== "queued" || this.#replay.isLost) continue;
      begun = true;
      this.#replay.begin(issue);
    }
    return begun;
  }
}

/** From now on the effect is this run's to answer for. */
function adoptedEffect(issue: Issue, record: PastRecord, effect: PastEffect, old: RunId): NewEvent {
  const { tool, key, intent, run = old } = effect;
  const revision = issue.input?.hash ?? "";
  const data = { tool, key, revision, run: run as RunId, intent, receipt: record.out ?? null };
  return { kind: "effect.adopted", data };
}

/** The event that says a record was taken over. */
function adoptedEvent(issue: Issue, record: PastRecord, blobs: Blob[]): NewEvent {
  const approved = record.out === undefined;
  const out = record.out ?? issue.input?.json ?? null;
  const data = {
    ...startedRecord(issue, record.startedAt, record.ms, blobs),
    out: approved ? toStored(out, issue.input?.size ?? 0, blobs) : out,
    hash: record.hash,
    ...(record.given ? { given: true as const } : { reused: record.seq }),
    told: record.at,
    ...(record.work === undefined ? {} : { work: record.work }),
    ...(record.more === undefined ? {} : { more: record.more }),
  };
  return { kind: "step.completed", data };
}
