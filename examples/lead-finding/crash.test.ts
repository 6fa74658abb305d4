// What could go wrong: an engine that dies leaves a run that ends in another report, or does recorded work again. Provoked in
// one process: an engine's journal stops answering right after the record of a step, and another engine takes the run up.
// kill.ts does the same to real processes, at random moments.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Firebreak, type Journal, MemoryJournal, open, type RunHandle } from "firebreak";
import config from "./firebreak.config.ts";
import type { Deliverables } from "./report.ts";
import { smallCase } from "./testing.ts";
import workflow from "./workflow.ts";

const never = <T>(): Promise<T> => new Promise(() => undefined);

/** A journal as an engine sees it that dies: once a step of this name is recorded, nothing is written, answered or told. */
function mortal(
  journal: Journal,
  after: string,
): { readonly journal: Journal; readonly died: Promise<void> } {
  let isDead = false;
  let die = (): void => undefined;
  const died = new Promise<void>((resolve) => (die = resolve));
  const alive = async <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = isDead ? never<T>() : await ask();
    return isDead ? never() : answer;
  };
  const listen: Journal["listen"] = (listener) =>
    journal.listen((events) => {
      if (events.some((it) => it.kind === "step.completed" && it.data.name === after)) {
        isDead = true;
        die();
      }
      if (!isDead) listener(events);
    });
  const seen: Journal = {
    commit: (...given) => alive(() => journal.commit(...given)),
    read: (...given) => alive(() => journal.read(...given)),
    readOpen: (...given) => alive(() => journal.readOpen(...given)),
    event: (...given) => alive(() => journal.event(...given)),
    head: (...given) => alive(() => journal.head(...given)),
    heads: (...given) => alive(() => journal.heads(...given)),
    slot: (...given) => alive(() => journal.slot(...given)),
    slots: (...given) => alive(() => journal.slots(...given)),
    blob: (...given) => alive(() => journal.blob(...given)),
    prune: (...given) => alive(() => journal.prune(...given)),
    listen,
    outsideChanges: () => journal.outsideChanges(),
    close: () => Promise.resolve(),
  };
  return { journal: seen, died };
}

const small = smallCase(6);

/** Stays with a run to its end, approving everything. */
async function approved(fb: Firebreak, handle: RunHandle): Promise<Deliverables> {
  while ((await handle.settled()).status === "waiting") {
    const [item] = await fb.reviews.list({ run: handle.id });
    assert.ok(item !== undefined);
    const { run, asked, shownHash } = item;
    await fb.reviews.decide({ run, asked, shownHash, decision: "approve", by: "a test" });
  }
  return (await handle.result()) as Deliverables;
}

/** Names of all steps recorded as done, composite ones too. */
async function recorded(journal: Journal, handle: RunHandle): Promise<string[]> {
  const events = await journal.read(handle.id);
  return events
    .flatMap((it) => (it.kind === "step.completed" ? [`${it.data.scope}/${it.data.name}`] : []))
    .toSorted();
}

async function undisturbed(): Promise<{ readonly output: Deliverables; readonly steps: readonly string[] }> {
  const journal = new MemoryJournal();
  const fb = await open({ journal, config });
  const handle = await fb.start(workflow, small);
  return { output: await approved(fb, handle), steps: await recorded(journal, handle) };
}

const deaths = [
  "load-case",
  "extract-claims",
  "run_code",
  "refit",
  "agreement",
  "test-claims",
  "write-report",
];

test("engines that die after a step, each in turn, leave the same report, and each step recorded once (E1)", async () => {
  const whole = await undisturbed();
  for (const after of deaths) {
    const truth = new MemoryJournal();
    const first = mortal(truth, after);
    const before = await open({ journal: first.journal, config });
    const started = await before.start(workflow, small);
    void approved(before, started);
    await first.died;
    const next = await open({ journal: truth, config });
    const handle = await next.resume(started.id);
    assert.deepEqual(await approved(next, handle), whole.output, after);
    assert.deepEqual(await recorded(truth, handle), whole.steps, after);
  }
});
