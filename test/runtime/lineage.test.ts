// What a step is known to have read. What could go wrong is that a value is
// read and not recorded, or that a text hides what it was made from.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Context } from "../../src/index.ts";
import { rig } from "./rig.ts";

async function inputOf(run: (ctx: Context) => Promise<unknown>) {
  const it = await rig();
  const handle = await it.start("lineage", run as never);
  await handle.result();
  const steps = await it.of(handle, "step.completed");
  const by = (name: string) => steps.find((event) => event.data.name === name)!;
  return { by, last: by("last").data };
}

test("an object, or a part of one, is known by its identity", async () => {
  const { by, last } = await inputOf(async (ctx) => {
    const a = await ctx.step("a", 1, () => ({ rows: [{ n: 1 }, { n: 2 }] }));
    return ctx.step("last", { second: a.rows[1], whole: a }, () => 0);
  });
  assert.deepEqual(last.reads, [by("a").seq]);
  assert.equal(last.loose, undefined);
  assert.deepEqual(last.input, {
    second: { $step: by("a").seq, path: "rows[1]" },
    whole: { $step: by("a").seq },
  });
});

test("a scalar has no identity: everything delivered before may have been read", async () => {
  const { by, last } = await inputOf(async (ctx) => {
    const a = await ctx.step("a", 1, () => ({ n: 1 }));
    return ctx.step("last", { n: a.n }, () => 0);
  });
  assert.deepEqual([last.reads, last.loose, last.may], [undefined, true, by("a").seq]);
});

test("a text of ctx.text knows what it was made from, also inside another", async () => {
  const { by, last } = await inputOf(async (ctx) => {
    const a = await ctx.step("a", 1, () => ({ n: 1 }));
    const b = await ctx.step("b", 1, () => ["x"]);
    await ctx.step("c", 1, () => ({ n: 3 }));
    const inner = ctx.text`Given ${a}`;
    return ctx.step("last", ctx.text`${inner} and ${{ list: b }}.`, (text) => text.length);
  });
  assert.deepEqual(last.reads, [by("a").seq, by("b").seq]);
  assert.equal(last.loose, undefined);
  assert.equal(last.input, 'Given {\n  "n": 1\n} and {\n  "list": [\n    "x"\n  ]\n}.');
});

test("a text with a scalar of unknown origin in it says so", async () => {
  const { by, last } = await inputOf(async (ctx) => {
    const a = await ctx.step("a", 1, () => ({ n: 1 }));
    return ctx.step("last", ctx.text`${a} times ${a.n}`, () => 0);
  });
  assert.deepEqual([last.reads, last.loose], [[by("a").seq], true]);
});

test("what was read without being part of the input is said with from", async () => {
  const { by, last } = await inputOf(async (ctx) => {
    const a = await ctx.step("a", 1, () => ({ n: 1 }));
    return ctx.step("last", null, () => 0, { from: [a] });
  });
  assert.deepEqual(last.reads, [by("a").seq]);
});
