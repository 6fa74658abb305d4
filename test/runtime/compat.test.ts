// Before a deploy: what becomes of parked runs under changed code. What could go
// wrong is that looking changes or starts something, or that it says "goes on"
// of a run that would halt.

import assert from "node:assert/strict";
import { test } from "node:test";
import { workflow } from "../../src/index.ts";
import type { AnyWorkflow, Context } from "../../src/index.ts";
import { rig } from "./rig.ts";

let ran = 0;

function flow(run: (ctx: Context) => Promise<unknown>): AnyWorkflow {
  return workflow({ name: "parked", run: run as never }) as never;
}

const before = (): AnyWorkflow =>
  flow(async (ctx) => {
    const a = await ctx.step("a", 1, (n) => ((ran += 1), n + 1));
    await ctx.review("Right?", a);
    return ctx.step("b", a, (n) => ((ran += 1), n));
  });

async function parked() {
  const it = await rig();
  const run = await it.fb.start(before() as never, null as never);
  await run.settled();
  ran = 0;
  const look = async (definition: AnyWorkflow) => {
    const fb = await it.reopen({ workflows: [definition], drive: "own" });
    const events = (await it.events(run)).length;
    const [found, ...more] = await fb.compat();
    assert.deepEqual(more, []);
    assert.equal((await it.events(run)).length, events, "nothing was written");
    assert.equal(ran, 0, "nothing was started");
    return found!;
  };
  return { it, run, look };
}

test("a run goes on where the code comes to what is recorded, also when what follows is new", async () => {
  const { look } = await parked();
  assert.equal((await look(before())).outcome, "goes on");
  const later = flow(async (ctx) => {
    const a = await ctx.step("a", 1, (n) => n + 100);
    const seen = await ctx.review("Right?", a);
    return ctx.step("another", seen, (n) => n);
  });
  assert.equal((await look(later)).outcome, "goes on");
});

test("a run diverges where the code asks for another step: which one, and what accepting would do", async () => {
  const { look } = await parked();
  const renamed = flow(async (ctx) => {
    const a = await ctx.step("renamed", 1, (n) => n + 1);
    return ctx.review("Right?", a);
  });
  const found = await look(renamed);
  assert.equal(found.outcome, "diverges");
  assert.deepEqual([found.missing, found.found], ["a", "renamed"]);
  assert.deepEqual(found.anew, ["renamed"]);
  assert.equal(found.unasked, 1);
});

test("code that throws before it comes there is told from code that diverges", async () => {
  const { look } = await parked();
  const broken = flow(async (ctx) => {
    await ctx.step("a", 1, (n) => n + 1);
    throw new Error("not so");
  });
  assert.equal((await look(broken)).outcome, "ends");
});
