// A bench that measures wrongly states figures nobody can trust: the arithmetic of
// medians and ratios, the turn-taking of rounds, and a floor that is no floor
// because it does not keep what it acknowledged.

import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { floorRun, FloorJournal, stepResult } from "../../bench/floor.ts";
import { bytesIn, inFolder, interleaved, median, pooled, ratioOf } from "../../bench/measure.ts";
import { table } from "../../bench/report.ts";

test("the median is the middle value, or the mean of two", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 9, 2]), 3);
});

test("ratios are taken within a round, so that a slow round does not count twice", () => {
  assert.equal(
    ratioOf([
      { floor: 1, ours: 2 },
      { floor: 100, ours: 200 },
      { floor: 1, ours: 50 },
    ]),
    2,
  );
});

test("floor and ours take turns in going first, and the first round does not count", async () => {
  const order: string[] = [];
  const note = (name: string) => (): Promise<number> => Promise.resolve(order.push(name));
  assert.equal((await interleaved(2, note("floor"), note("ours"))).length, 2);
  assert.deepEqual(order, ["floor", "ours", "ours", "floor", "floor", "ours"]);
});

test("no more runs are in flight than asked for", async () => {
  let now = 0;
  let most = 0;
  await pooled(20, 3, async () => {
    most = Math.max(most, (now += 1));
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
  });
  assert.equal(most, 3);
});

test("a folder is measured with everything in it and gone afterwards", async () => {
  const folder = await inFolder((it) => {
    writeFileSync(join(it, ".hidden"), "12345");
    assert.equal(bytesIn(it), 5);
    return it;
  });
  assert.equal(existsSync(folder), false);
});

for (const mode of ["each", "group"] as const) {
  test(`the floor keeps every step it acknowledged (${mode})`, async () => {
    await inFolder(async (folder) => {
      const journal = new FloorJournal(folder, mode);
      await Promise.all([floorRun(journal, 1, 5, stepResult), floorRun(journal, 2, 3, stepResult)]);
      const reader = new FloorJournal(folder, mode);
      assert.deepEqual(reader.steps(1), [0, 1, 2, 3, 4].map(stepResult));
      assert.equal(reader.steps(2).length, 3);
      reader.close();
      journal.close();
    });
  });
}

test("a missed bar stands in the table as missed", () => {
  const shown = table([
    { id: "W1", what: "a", unit: "ms", floor: 2, ours: 4, ratio: 2, bar: "≤ 1.5", met: false },
    { id: "W2", what: "b", unit: "", ours: 1 },
  ]);
  assert.match(shown, /W1 .*2\.00 ms .*4\.00 ms .*2\.00 .*MISSED/);
  assert.match(shown, /W2 .*reported beside/);
});
