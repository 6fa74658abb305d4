// What could go wrong: an edit that nobody thought of, in a program that nobody
// thought of, does too much again, or too little. Provoked by random programs
// and edits from fixed seeds; what was done is counted in a ledger outside, and
// held against a reference that executes the program from scratch and shares no
// code with the runtime. `npm run sim:rerun -- --cases 5000` tries more of them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { tryLive } from "../../sim/rerun/try-live.ts";
import { tryCase, type Tried } from "../../sim/rerun/try-case.ts";

/** Cases of each kind tried here. */
const cases = 40;

async function tryAll(from: number, kills: boolean): Promise<readonly Tried[]> {
  const all: Tried[] = [];
  for (let seed = from; seed < from + cases; seed += 1) all.push(await tryCase(String(seed), kills));
  return all;
}

function failures(all: readonly Tried[]): readonly string[] {
  return all
    .filter((it) => it.problems.length > 0)
    .map((it) => `npm run sim:rerun -- --seed ${it.seed} (${it.what.join("; ")}): ${it.problems[0]}`);
}

const sum = (all: readonly Tried[], of: "steps" | "reused" | "capturing" | "kills"): number =>
  all.reduce((total, it) => total + it[of], 0);

describe("reruns of random programs", () => {
  test(`do the minimum and give what a run from scratch gives (E6), over ${cases} seeds; plans hold`, async () => {
    const all = await tryAll(1, false);
    assert.deepEqual(failures(all), []);
    assert.ok(sum(all, "reused") > sum(all, "steps") / 3, "most of what was recorded is taken over");
    assert.ok(sum(all, "reused") < sum(all, "steps"), "something is done again");
    assert.ok(sum(all, "capturing") > 0);
  });

  test(`do the same when they are killed at random appends, over ${cases} seeds (E1, U2, U3)`, async () => {
    const all = await tryAll(1, true);
    assert.deepEqual(failures(all), []);
    assert.ok(sum(all, "kills") > cases, `only ${sum(all, "kills")} processes were killed`);
  });
});

describe("values sent back in random programs", () => {
  test(`give what a run from scratch gives with the answers that stand, over ${cases} seeds`, async () => {
    const failed: string[] = [];
    let sentBack = 0;
    for (let seed = 1; seed <= cases; seed += 1) {
      const it = await tryLive(String(seed));
      sentBack += it.sentBack;
      if (it.problems.length > 0) failed.push(`live seed ${seed}: ${it.problems[0]}`);
    }
    assert.deepEqual(failed, []);
    assert.ok(sentBack > cases / 2, `only ${sentBack} values were sent back`);
  });
});
