// The suite itself is tested: journals that each break one invariant must fail
// a case that names it. Otherwise a wrong adapter could pass.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunId } from "../../src/base/ids.ts";
import type { AnyEvent, NewEvent } from "../../src/journal/events.ts";
import type { Append, Appended, Blob } from "../../src/journal/journal.ts";
import { MemoryJournal } from "../../src/journal/memory.ts";
import { journalCases } from "../spec/journal.spec.ts";

class NumbersFromZero extends MemoryJournal {
  override async read(run: RunId, after?: number): Promise<readonly AnyEvent[]> {
    return (await super.read(run, after)).map((it) => ({ ...it, seq: it.seq - 1 }) as AnyEvent);
  }
}

class WritesHalf extends MemoryJournal {
  override async commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    const landed: Appended[] = [];
    for (const append of appends) landed.push(...(await super.commit([append], blobs)));
    return landed;
  }
}

class ChecksNoSequence extends MemoryJournal {
  override commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    return super.commit(
      appends.map((it) => ({ ...it, expect: epochOnly(it) })),
      blobs,
    );
  }
}

class ChecksNoEpoch extends MemoryJournal {
  override commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    return super.commit(
      appends.map((it) => ({ ...it, expect: {} })),
      blobs,
    );
  }
}

class AnswersEarly extends MemoryJournal {
  override async commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    super.commit(appends, blobs).catch(() => {});
    return appends.map((it) => ({ run: it.run, firstSeq: 1, lastSeq: it.events.length, epoch: 0, at: 0 }));
  }
}

class TakesAnyBytes extends MemoryJournal {
  override commit(appends: readonly Append[]): Promise<readonly Appended[]> {
    return super.commit(appends);
  }
}

class HandsOutItsOwn extends MemoryJournal {
  readonly #given = new Map<RunId, AnyEvent[]>();

  override async read(run: RunId, after?: number): Promise<readonly AnyEvent[]> {
    const events = this.#given.get(run) ?? [...(await super.read(run, after))];
    this.#given.set(run, events);
    return events;
  }
}

class ReadsEverything extends MemoryJournal {
  override readOpen(run: RunId): Promise<readonly AnyEvent[]> {
    return this.read(run);
  }
}

class ForgetsKeys extends MemoryJournal {
  override commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    return super.commit(
      appends.map((it) => ({ ...it, events: it.events.map(withoutKey) })),
      blobs,
    );
  }
}

class ForgetsEffects extends MemoryJournal {
  override commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    return super.commit(
      appends.map((it) => ({ ...it, events: it.events.map(ofSomeOtherEffect) })),
      blobs,
    );
  }
}

class ForgetsReruns extends MemoryJournal {
  override commit(appends: readonly Append[], blobs?: readonly Blob[]): Promise<readonly Appended[]> {
    return super.commit(
      appends.map((it) => ({ ...it, events: it.events.map(ofNoRun) })),
      blobs,
    );
  }
}

function ofNoRun(event: NewEvent): NewEvent {
  if (event.kind !== "run.started") return event;
  const { rerunOf: _, ...data } = event.data;
  return { ...event, data };
}

let others = 0;

function ofSomeOtherEffect(event: NewEvent): NewEvent {
  if (event.kind !== "effect.intended") return event;
  return { ...event, data: { ...event.data, key: `${event.data.key} ${(others += 1)}` } };
}

function epochOnly({ expect: { epoch } }: Append): Append["expect"] {
  return epoch === undefined ? {} : { epoch };
}

function withoutKey(event: NewEvent): NewEvent {
  if (event.kind !== "run.started") return event;
  const { key: _, ...data } = event.data;
  return { ...event, data };
}

const wrong: readonly (readonly [invariant: string, adapter: new () => MemoryJournal])[] = [
  ["J1", NumbersFromZero],
  ["J2", WritesHalf],
  ["J3", ChecksNoSequence],
  ["J4", ChecksNoEpoch],
  ["J5", AnswersEarly],
  ["J6", TakesAnyBytes],
  ["J7", HandsOutItsOwn],
  ["J8", ReadsEverything],
  ["J9", ForgetsKeys],
  ["J10", ForgetsEffects],
  ["J11", ForgetsReruns],
];

describe("the journal's suite", () => {
  for (const [invariant, Adapter] of wrong) {
    test(`fails ${Adapter.name} in a case that names ${invariant}`, async () => {
      const failed: string[] = [];
      for (const { title, run } of journalCases.filter((it) => it.title.includes(`(${invariant})`))) {
        await run(new Adapter()).catch(() => failed.push(title));
      }
      assert.notDeepEqual(failed, []);
    });
  }
});
