// What could go wrong with a cancel: a result that comes at the same moment
// moves the run, a child lives on, a parent waits for a child that is gone, work
// goes on in secret. Provoked by cancelling at every append of a run with
// children and effects, and while work is under way.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { tool, workflow } from "../../src/index.ts";
import type { RunId } from "../../src/base/ids.ts";
import { gate, quiet, rig, until } from "./rig.ts";
import { references } from "./reference-workflows.ts";
import { checkHistory } from "../../sim/history-checker.ts";
import { SimProcess } from "../../sim/process.ts";
import { World } from "../../sim/world.ts";

describe("a cancel (E7)", () => {
  test("wins over any later result, aborts the work, and the code that waited for it never goes on (R5)", async () => {
    const it = await rig();
    const hold = gate();
    let aborted = false;
    let wentOn = false;
    const run = await it.start("c-work", async (ctx) => {
      try {
        return await ctx.step("long", null, async (_, { abort }) => {
          abort.addEventListener("abort", () => (aborted = true));
          await hold.pass();
          return "late";
        });
      } finally {
        wentOn = true;
      }
    });
    await until(() => hold.arrived === 1);
    await run.cancel({ by: "ann", because: "no longer wanted" });
    hold.open();
    await assert.rejects(run.result(), { code: "RUN_CANCELLED" });
    await quiet();
    assert.ok(aborted);
    assert.equal(wentOn, false);
    assert.deepEqual(await it.story(run), ["run.cancelled"]);
    await assert.rejects(run.cancel(), { code: "RUN_ENDED" });
    await assert.rejects(run.signal("go"), { code: "RUN_ENDED" });
  });

  test("reaches every open descendant in the same commit", async () => {
    const it = await rig();
    const deep = workflow({ name: "c-deep", run: (ctx) => ctx.review("Right?", 1) });
    const middle = workflow({ name: "c-middle", run: (ctx) => ctx.call(deep, null) });
    const batches: string[][] = [];
    const run = await it.start("c-top", (ctx) => Promise.all([ctx.call(middle, null), ctx.call(deep, null)]));
    await run.settled();
    it.disk.listen((events) => batches.push(events.map((event) => event.kind)));
    await run.cancel();
    assert.deepEqual(batches[0], Array(4).fill("run.cancelled"));
    const heads = await it.fb.list({ root: run.id as RunId });
    assert.deepEqual(
      heads.map((head) => head.status),
      Array(4).fill("cancelled"),
    );
    assert.deepEqual(await it.fb.reviews.list(), []);
  });

  test("of a child alone is an outcome for its parent, which goes on", async () => {
    const it = await rig();
    const child = workflow({ name: "c-child", run: (ctx) => ctx.review("Right?", 1) });
    const run = await it.start("c-parent", async (ctx) => {
      const ended = await ctx.settle(() => ctx.call(child, null));
      return ended.ok ? "ok" : ended.outcome;
    });
    await run.settled();
    const [head] = await it.fb.list({ parent: run.id as RunId });
    await (await it.fb.run(head!.run)).cancel({ by: "ann" });
    assert.equal(await run.result(), "cancelled");
  });

  test("of a busy run with children gets through", async () => {
    const it = await rig();
    const busy = workflow({
      name: "c-busy-child",
      run: async (ctx) => {
        for (let n = 0; n < 500; n += 1) await ctx.step("n", n, () => n);
      },
    });
    const run = await it.start("c-busy", (ctx) => ctx.map([1, 2, 3, 4], (n, item) => item.call(busy, n)));
    await quiet(20);
    await run.cancel();
    const heads = await it.fb.list({ root: run.id as RunId });
    assert.deepEqual([...new Set(heads.map((head) => head.status))], ["cancelled"]);
  });

  for (const name of ["child", "effects", "losers", "messages"]) {
    test(`at any append of the reference workflow "${name}" leaves a sound history`, async () => {
      const reference = references.find((it) => it.name === name)!;
      for (let at = 1; at < 20; at += 1) {
        const world = new World();
        const workflows = reference.make(world);
        const process = await SimProcess.boot(world, workflows);
        const run = await process.fb.start(workflows[0] as never, null as never);
        let seen = 0;
        const cancelling: Promise<unknown>[] = [];
        world.disk.listen(() => {
          if ((seen += 1) === at) cancelling.push(run.cancel({ by: "ann" }).catch(() => undefined));
        });
        await process.untilEnded(run, reference);
        await Promise.all(cancelling);
        await quiet();
        const heads = await world.disk.heads({});
        const events = new Map(
          await Promise.all(heads.map(async (head) => [head.run, await world.disk.read(head.run)] as const)),
        );
        const { executions, repeats, sent } = world;
        const problems = checkHistory({
          heads,
          events,
          executions,
          repeats,
          sent,
          promised: [],
          deduplicated: new Set(reference.deduplicated),
        });
        assert.deepEqual(problems, [], `cancelled at commit ${at}`);
      }
    });
  }
});

describe("a run that ends", () => {
  test("cancels the children it leaves behind, in the commit of its end (N5)", async () => {
    const it = await rig();
    const child = workflow({ name: "x-child", run: (ctx) => ctx.review("Right?", 1) });
    const run = await it.start("x-fails", (ctx) =>
      Promise.all([
        ctx.call(child, null),
        ctx.step("fails", null, async () => {
          await until(async () => (await it.fb.reviews.list()).length === 1);
          throw new Error("broken");
        }),
      ]),
    );
    await assert.rejects(run.result(), { code: "RUN_FAILED" });
    const [head] = await it.fb.list({ parent: run.id as RunId });
    assert.equal(head?.status, "cancelled");
  });

  test("is not called settled while a child of it is at work", async () => {
    const it = await rig();
    const hold = gate();
    const child = workflow({
      name: "x-working",
      run: async (ctx) => {
        await ctx.step("work", null, () => hold.pass().then(() => 1));
        return ctx.review("Right?", 1);
      },
    });
    const run = await it.start("x-waits", (ctx) => ctx.call(child, null));
    let settled = false;
    const waiting = run.settled().then(() => (settled = true));
    await until(() => hold.arrived === 1);
    await quiet(30);
    assert.equal(settled, false);
    hold.open();
    await waiting;
    assert.equal((await it.fb.reviews.list()).length, 1);
  });
});

describe("a halted run", () => {
  test("can be cancelled, which frees its key; its parent is settled meanwhile, and then told", async () => {
    const it = await rig();
    const doubtful = tool({
      name: "mail",
      description: "",
      input: z.object({}),
      effect: { key: () => "k" },
      run: () => {
        throw new Error("the line was cut");
      },
    });
    const child = workflow({ name: "h-child", run: (ctx) => ctx.call(doubtful, {}) });
    const run = await it.start("h-parent", async (ctx) => {
      const ended = await ctx.settle(() => ctx.call(child, null));
      return ended.ok ? "ok" : ended.outcome;
    });
    await until(async () => (await it.fb.list({ status: ["halted"] })).length === 1);
    await run.settled();
    const [head] = await it.fb.list({ status: ["halted"] });
    await (await it.fb.run(head!.run)).cancel({ by: "ann" });
    assert.equal(await run.result(), "cancelled");
  });
});
