// The journal that fails on purpose must fail as it says: a simulator built on
// one that loses or invents writes would prove nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CrashError, FlakyJournal } from "../../sim/flaky-journal.ts";
import { MemoryJournal } from "../../src/journal/memory.ts";
import { append, begin, logged } from "./build.ts";

test("writes nothing of a refused commit, and all of one that it reports as failed", async () => {
  const disk = new MemoryJournal();
  const run = await begin(disk);
  const codes: string[] = [];
  let written = 1;
  for (let seed = 0; seed < 60; seed += 1) {
    const flaky = new FlakyJournal(disk, { seed: `${seed}`, refused: 0.3, unacknowledged: 0.3 });
    const commit = flaky.commit([append(run, logged(`${seed}`))]);
    const code = await commit.then(
      () => "written",
      (error) => String(error.code),
    );
    codes.push(code);
    if (code !== "JOURNAL_FULL") written += 1;
    assert.equal((await disk.read(run)).length, written);
    if (code === "JOURNAL_IO") {
      await assert.rejects(flaky.commit([append(run, logged("later"))]), { code: "JOURNAL_POISONED" });
    }
  }
  assert.deepEqual([...new Set(codes)].sort(), ["JOURNAL_FULL", "JOURNAL_IO", "written"]);
});

for (const [crash, left] of [
  ["before", 2],
  ["after", 3],
] as const) {
  test(`dies at a commit, ${crash} writing it, and does nothing from then on`, async () => {
    const disk = new MemoryJournal();
    const run = await begin(disk);
    const flaky = new FlakyJournal(disk, { seed: "1", crashAt: 1, crash });
    let told = 0;
    flaky.listen(() => (told += 1));
    await flaky.commit([append(run, logged("a"))]);
    await assert.rejects(flaky.commit([append(run, logged("b"))]), CrashError);
    assert.ok(flaky.isDead);
    await assert.rejects(flaky.commit([append(run, logged("c"))]), CrashError);
    await assert.rejects(flaky.read(run), CrashError);
    assert.equal(told, 1);
    assert.equal((await disk.read(run)).length, left);
    const restarted = new FlakyJournal(disk, { seed: "2" });
    await restarted.commit([append(run, logged("goes on"))]);
  });
}

test("does not answer a commit that was under way when the process was killed", async () => {
  const disk = new MemoryJournal();
  const run = await begin(disk);
  const flaky = new FlakyJournal(disk, { seed: "1" });
  const commit = flaky.commit([append(run, logged("a"))]);
  flaky.crash();
  await assert.rejects(commit, CrashError);
  assert.equal(flaky.commits, 1);
});
