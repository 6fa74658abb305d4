// The compounding figures rest on a closed form, on stand-ins that go wrong at the stated rates, and on a count
// of who used a stopped draft. Each could be wrong without being noticed: a form that miscounts ancestors, a
// draft that is not drawn anew, a count that is 0 because it looks nowhere. So the count is also given journals in
// which a stopped draft was used.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyEvent } from "firebreak";
import {
  chain,
  draftsPerStep,
  lattice,
  passing,
  restsOn,
  wrongAfter,
  wrongEnd,
} from "../../bench/catching/compounding-graph.ts";
import { measureAlongside } from "../../bench/catching/compounding-alongside.ts";
import { countEvents, countRun, graphWorkflow, openMemory } from "../../bench/catching/compounding-run.ts";
import { holds, resampled, share } from "../../bench/catching/intervals.ts";

test("the ends of the graphs rest on as many steps as they have ancestors, themselves included", () => {
  assert.equal(restsOn(chain, 11), 12);
  assert.deepEqual(
    lattice.ends.map((it) => restsOn(lattice, it)),
    [12, 9, 5],
  );
});

test("the closed forms are those of twelve independent steps", () => {
  const gate = { catches: 0.9, alarms: 0.05 };
  assert.ok(Math.abs(wrongEnd(chain, 11, 0.05, undefined) - (1 - 0.95 ** 12)) < 1e-12);
  assert.ok(Math.abs(passing(0.2, gate) - (0.8 * 0.95 + 0.2 * 0.1)) < 1e-12);
  assert.ok(Math.abs(wrongAfter(0.2, gate) - 0.02 / 0.78) < 1e-12);
  assert.ok(Math.abs(draftsPerStep(0.2, gate) - 1 / 0.78) < 1e-12);
  assert.equal(wrongAfter(0.2, { catches: 1, alarms: 0.5 }), 0);
});

test("without gates every draft passes, and a fault is passed on to every end above it", async () => {
  const fb = await openMemory();
  const made = graphWorkflow(chain, undefined);
  const wrong = await countRun(fb, made, { seed: "a", fault: 1 });
  const right = await countRun(fb, made, { seed: "a", fault: 0 });
  await fb.close();
  assert.deepEqual([wrong.wrongEnds, wrong.wrongSteps, wrong.attempts, wrong.stopped], [[true], 12, 12, 0]);
  assert.deepEqual([right.wrongEnds, right.wrongSteps], [[false], 0]);
});

test("with a gate that sees everything, drafts are drawn anew until they are right, and nothing uses the others", async () => {
  const fb = await openMemory();
  const made = graphWorkflow(lattice, { catches: 1, alarms: 0 });
  const it = await countRun(fb, made, { seed: "b", fault: 0.5 });
  await fb.close();
  assert.deepEqual([it.wrongEnds, it.wrongSteps], [[false, false, false], 0]);
  assert.ok(it.stopped > 0);
  assert.equal(it.attempts, it.steps + it.stopped);
  assert.deepEqual([it.consumedByLineage, it.consumedByMark], [0, 0]);
});

test("the same seed gives the same run, another seed another", async () => {
  const fb = await openMemory();
  const made = graphWorkflow(chain, { catches: 0.5, alarms: 0.1 });
  const seeds = ["c", "c", "d"];
  const counts = [];
  for (const seed of seeds) counts.push(await countRun(fb, made, { seed, fault: 0.4 }));
  await fb.close();
  assert.deepEqual(counts[0], counts[1]);
  assert.notDeepEqual(counts[0], counts[2]);
});

test("a step that read a stopped draft is counted: by the journal's lineage, and by the marks of the values", async () => {
  const fb = await openMemory();
  const run = await fb.start(graphWorkflow(chain, { catches: 1, alarms: 0 }), { seed: "b", fault: 0.5 });
  await run.result();
  const events = await fb.journal.read(run.id as never);
  await fb.close();
  assert.equal(countEvents(events).consumedByLineage, 0);
  const stopped = events.find(isStopped)!;
  const { draft } = (stopped.data.out as { output: { draft: string } }).output;
  const last = events.findLast((it) => it.kind === "step.completed" && it.data.kind === "agent")!;
  const reading = events.map((it) =>
    it === last ? ({ ...it, data: { ...it.data, reads: [stopped.seq] } } as AnyEvent) : it,
  );
  assert.equal(countEvents(reading).consumedByLineage, 1);
  const final = events.findLast(
    (it) => it.kind === "step.completed" && it.data.kind === "attempt",
  ) as Attempt;
  const out = final.data.out as { output: object };
  const marked = {
    ...final,
    data: { ...final.data, out: { ...out, output: { ...out.output, builtOn: [draft] } } },
  };
  const used = events.map((it) => (it === final ? (marked as AnyEvent) : it));
  assert.equal(countEvents(used).consumedByMark, 1);
});

type Attempt = Extract<AnyEvent, { kind: "step.completed" }>;

function isStopped(it: AnyEvent): it is Attempt {
  return (
    it.kind === "step.completed" &&
    it.data.kind === "attempt" &&
    !(it.data.out as { readonly ok: boolean }).ok
  );
}

test("an interval of no hits ends above 0, and one of all hits below 1", () => {
  assert.equal(share(0, 100).low, 0);
  assert.ok(share(0, 100).high > 0.03 && share(0, 100).high < 0.04);
  assert.ok(share(100, 100).low < 0.97);
  assert.ok(holds(share(5, 100), 0.05) && !holds(share(5, 100), 0.5));
});

test("groups that hang together give a wider interval than their rows alone would", () => {
  const groups = Array.from({ length: 40 }, (_, at) => ({ hits: at % 2 === 0 ? 10 : 0, n: 10 }));
  const figure = (drawn: readonly (typeof groups)[number][]): number =>
    drawn.reduce((sum, it) => sum + it.hits, 0) / drawn.reduce((sum, it) => sum + it.n, 0);
  const grouped = resampled(groups, figure, { seed: 1, resamples: 500 });
  const alone = share(200, 400);
  assert.equal(grouped.value, 0.5);
  assert.ok(grouped.high - grouped.low > 2 * (alone.high - alone.low));
});

test("checks that run beside what follows are all run, and most of their time is hidden", async () => {
  const { row, note } = await measureAlongside(true);
  assert.match(note, /48 checks beside ran, of 48\.$/);
  assert.ok(row.value > 0.3, `${row.value}`);
});
