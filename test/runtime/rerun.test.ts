// A rerun: what could go wrong is that too much is done again, that too little
// is, or that something is lost when the rerun itself is cut off. Every work
// writes its name into a ledger outside, so what was executed is counted, not
// believed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { agent, nextModel, retry, tool, workflow } from "../../src/index.ts";
import type { AnyWorkflow, Context, RunHandle } from "../../src/index.ts";
import { scripted } from "../../src/standin/standin.ts";
import { z } from "zod";
import { type Rig, rig } from "./rig.ts";

const ran: string[] = [];
const note = <T>(name: string, value: T): T => {
  ran.push(name);
  return value;
};

function flow(name: string, run: (ctx: Context, input: never) => Promise<unknown>): AnyWorkflow {
  return workflow({ name, run: run as never }) as never;
}

async function start(it: Rig, definition: AnyWorkflow, input: unknown = null): Promise<RunHandle> {
  const run = await it.fb.start(definition as never, input as never);
  await run.settled();
  return run as RunHandle;
}

/** Reruns and gives what ran meanwhile. */
async function again(
  it: Rig,
  run: RunHandle,
  options: Parameters<Rig["fb"]["rerun"]>[1] = {},
): Promise<{ output: unknown; ran: readonly string[]; run: RunHandle }> {
  ran.length = 0;
  const second = await it.fb.rerun(run.id, options);
  const output = await second.result();
  return { output, ran: [...ran], run: second };
}

const chain = flow("chain", async (ctx, input: { a: number; b: number }) => {
  const a = await ctx.step("a", input.a, (n) => note("a", { n: n * 2 }));
  const b = await ctx.step("b", input.b, (n) => note("b", { n: n + 1 }));
  const c = await ctx.step("c", a, (it) => note("c", it.n + 1));
  return ctx.step("sum", { c, b }, (it) => note("sum", it.c + it.b.n));
});

describe("what a rerun does again", () => {
  test("nothing, when nothing changed", async () => {
    const it = await rig();
    const run = await start(it, chain, { a: 1, b: 1 });
    const second = await again(it, run);
    assert.deepEqual(second.ran, []);
    assert.equal(second.output, await run.result());
    assert.equal(
      (await it.of(second.run, "step.completed")).every((event) => event.data.reused !== undefined),
      true,
    );
  });

  test("a step that is named, and what reads another output of it", async () => {
    const it = await rig();
    let offset = 0;
    const definition = flow("redo", async (ctx) => {
      const a = await ctx.step("a", null, () => note("a", { n: offset }));
      const b = await ctx.step("b", null, () => note("b", { n: 5 }));
      return ctx.step("sum", { a, b }, (v) => note("sum", v.a.n + v.b.n));
    });
    const run = await start(it, definition);
    // The same again: early cut-off.
    assert.deepEqual((await again(it, run, { redo: ["a"] })).ran, ["a"]);
    offset = 7;
    const second = await again(it, run, { redo: ["a"] });
    assert.deepEqual(second.ran, ["a", "sum"]);
    assert.equal(second.output, 12);
  });

  test("what reads a value that a person set", async () => {
    const it = await rig();
    const run = await start(it, chain, { a: 1, b: 1 });
    const second = await again(it, run, { set: { c: 100 }, because: "measured again", by: "ada" });
    assert.deepEqual(second.ran, ["sum"]);
    assert.equal(second.output, 102);
    const [c] = (await it.of(second.run, "step.completed")).filter((event) => event.data.name === "c");
    assert.equal(c?.data.given, true);
  });

  test("keeps what a person gave in a rerun of the rerun, until the step itself is asked for", async () => {
    const it = await rig();
    const run = await start(it, chain, { a: 1, b: 1 });
    const second = await again(it, run, { set: { c: 100 } });
    const third = await again(it, second.run);
    assert.deepEqual([third.ran, third.output], [[], 102]);
    const fourth = await again(it, third.run, { redo: ["c"] });
    assert.deepEqual([fourth.ran, fourth.output], [["c", "sum"], 5]);
  });

  test("only the items of a map that are new", async () => {
    const it = await rig();
    const definition = flow("map", (ctx, input: readonly { id: string; n: number }[]) =>
      ctx.map(input, (item, inner) => inner.step("double", item, (v) => note(v.id, v.n * 2)), {
        key: (item) => item.id,
      }),
    );
    const items = ["a", "b", "c"].map((id, n) => ({ id, n }));
    const run = await start(it, definition, items);
    const changed = [{ id: "new", n: 9 }, items[2]!, { id: "b", n: 50 }, items[0]!];
    const second = await again(it, run, { input: changed });
    assert.deepEqual(second.ran.toSorted(), ["b", "new"]);
    assert.deepEqual(second.output, [18, 4, 100, 0]);
  });

  test("a failure, never taken over (U1)", async () => {
    const it = await rig();
    let broken = true;
    const definition = flow("failing", async (ctx) => {
      const a = await ctx.step("a", 1, (n) => note("a", n));
      const got = await ctx.settle(() =>
        ctx.step("b", a, () => {
          note("b", 0);
          if (broken) throw new Error("no");
          return 2;
        }),
      );
      return got.ok ? got.value : -1;
    });
    const run = await start(it, definition);
    assert.equal(await run.result(), -1);
    broken = false;
    const second = await again(it, run);
    assert.deepEqual(second.ran, ["b"]);
    assert.equal(second.output, 2);
  });

  test("answers of people, signals and waits stay; a child run is entered and its steps looked up", async () => {
    const it = await rig();
    const child = workflow({
      name: "child",
      run: async (ctx, n: unknown) => ctx.step("inner", n as number, (v) => note("inner", v + 1)),
    });
    const definition = flow("waits", async (ctx, input: { n: number; label: string }) => {
      const seen = await ctx.review("Right?", { n: input.n });
      const told = await ctx.signal("told", z.number());
      await ctx.sleep(1_000);
      const below = await ctx.call(child as never, seen.n as never);
      return ctx.step("end", { below, told, label: input.label }, (v) => note("end", v));
    });
    const run = (await it.fb.start(definition as never, { n: 3, label: "x" } as never)) as RunHandle;
    await run.settled();
    const [question] = await it.fb.reviews.list();
    await it.fb.reviews.decide({
      run: run.id,
      asked: question!.asked,
      decision: "approve",
      shownHash: question!.shownHash,
      by: "ada",
    });
    await run.settled();
    await run.signal("told", 8);
    await run.settled();
    it.clock.advance(1_000);
    await run.result();
    const second = await again(it, run, { input: { n: 3, label: "y" } });
    assert.deepEqual(second.ran, ["end"]);
    assert.deepEqual(second.output, { below: 4, told: 8, label: "y" });
  });
});

const Answer = z.object({ n: z.number() });
const answered = (n: number): string => JSON.stringify({ n });

describe("a record of the old run", () => {
  test("answers one step, not two (U2)", async () => {
    const it = await rig();
    const of = (times: number): AnyWorkflow =>
      flow("equal", async (ctx) => {
        const all: number[] = [];
        for (let i = 0; i < times; i += 1) all.push(await ctx.step("same", 1, (n) => note("same", n)));
        return all.length;
      });
    const run = await start(it, of(2));
    const second = await again(it, run, { workflow: of(3) });
    assert.deepEqual(second.ran, ["same"]);
    assert.equal(second.output, 3);
  });

  test("of a work that captures a local variable holds only while all before it is as it was (U3)", async () => {
    const it = await rig();
    const definition = flow("captures", async (ctx, input: { a: number; b: number }) => {
      const a = await ctx.step("a", input.a, (n) => note("a", n * 2));
      const b = await ctx.step("b", input.b, (n) => note("b", n > 0));
      const local = b ? a : -a;
      return ctx.step("captures", null, () => note("captures", local));
    });
    const run = await start(it, definition, { a: 1, b: 1 });
    assert.deepEqual((await again(it, run)).ran, []);
    // The input is another, so nothing is known to be as it was, whatever the steps give.
    const other = await again(it, run, { input: { a: 1, b: -1 } });
    assert.deepEqual(other.ran, ["b", "captures"]);
    assert.equal(other.output, -2);
  });

  test("is written before any work starts (U4)", async () => {
    const it = await rig();
    let written: readonly string[] = [];
    let id = "";
    const definition = flow("order", async (ctx, input: number) => {
      const kept = await ctx.map([1, 2, 3], (n, inner) => inner.step("kept", n, (v) => v));
      return ctx.step("new", { kept, input }, async (v) => {
        if (id !== "") written = await it.story(id);
        return v.kept.length + v.input;
      });
    });
    const run = await start(it, definition, 1);
    const second = await it.fb.rerun(run.id, { input: 2 });
    id = second.id;
    assert.equal(await second.result(), 5);
    assert.equal(written.filter((line) => line === "step.completed kept").length, 3);
    assert.ok(written.includes("step.completed map"));
  });
});

describe("an agent in a rerun", () => {
  const limits = {
    1: (o: { n: number }) => o.n >= 1 || "n is below 1",
    2: (o: { n: number }) => o.n >= 2 || "n is below 2",
    5: (o: { n: number }) => o.n >= 5 || "n is below 5",
  };
  const make = (limit: 1 | 2 | 5, models: readonly unknown[], tools: readonly unknown[] = []) =>
    agent({
      name: "clerk",
      instructions: "Answer.",
      models: models as never,
      output: Answer,
      tools: tools as never,
      checks: [limits[limit]],
      onFail: [retry(1), nextModel()],
    });

  test("an edited check judges what is recorded, and nothing is sampled anew", async () => {
    const it = await rig();
    const model = scripted([answered(3), answered(9)]);
    const of = (limit: 1 | 2 | 5): AnyWorkflow =>
      flow("clerk", (ctx) => ctx.call(make(limit, [model]), "go" as never));
    const run = await start(it, of(1));
    assert.deepEqual(await run.result(), { n: 3 });
    const before = model.requests.length;
    await again(it, run, { workflow: of(2) });
    assert.equal(model.requests.length, before, "the recorded answer was judged by the edited check");
    const stricter = await again(it, run, { workflow: of(5) });
    assert.deepEqual(stricter.output, { n: 9 });
    assert.equal(
      model.requests.length,
      before + 1,
      "the recorded answer fails the stricter check: one retry",
    );
  });

  test("done again on purpose, it calls its models anew and keeps what its tools gave", async () => {
    const it = await rig();
    const look = tool({
      name: "look",
      description: "Looks.",
      input: z.object({ q: z.string() }),
      effect: "none",
      run: ({ q }) => note("look", `found ${q}`),
    });
    const call = { toolCalls: [{ name: "look", args: { q: "x" } }] };
    const model = scripted([call, answered(3), call, answered(4)] as never);
    const definition = flow("tools", (ctx) => ctx.call(make(1, [model], [look]), "go" as never));
    const run = await start(it, definition);
    assert.deepEqual(await run.result(), { n: 3 });
    const second = await again(it, run, { redo: ["clerk"] });
    assert.deepEqual(second.output, { n: 4 });
    assert.deepEqual(second.ran, [], "the tool's result stays");
  });

  test("a value that a person sets passes the agent's checks", async () => {
    const it = await rig();
    const model = scripted([answered(3)]);
    const definition = flow("set-agent", (ctx) => ctx.call(make(2, [model]), "go" as never));
    const run = await start(it, definition);
    const second = await again(it, run, { set: { clerk: { n: 7 } } });
    assert.deepEqual(second.output, { n: 7 });
    const refused = await it.fb.rerun(run.id, { set: { clerk: { n: 1 } } });
    await assert.rejects(refused.result(), { code: "RUN_FAILED" });
    const wrong = await it.fb.rerun(run.id, { set: { clerk: { m: 1 } } });
    await assert.rejects(wrong.result(), { code: "RUN_FAILED" });
  });
});

describe("time and chance", () => {
  test("are as they were for what is taken over (E6)", async () => {
    const it = await rig();
    const definition = flow("time", async (ctx, input: number) => {
      const at = ctx.now().getTime();
      const a = await ctx.step("a", { at, r: ctx.random() }, (v) => note("a", v));
      const later = ctx.now().getTime();
      const b = await ctx.step("b", { later, a, r: ctx.random() }, (v) => note("b", v.r));
      return ctx.step("c", { b, input }, (v) => note("c", v.b));
    });
    const run = await start(it, definition, 1);
    it.clock.advance(60_000);
    const second = await again(it, run, { input: 2 });
    assert.deepEqual(second.ran, ["c"]);
    assert.equal(second.output, await run.result());
  });
});

describe("a plan", () => {
  test("names the first wave and what may follow, and does nothing (U5)", async () => {
    const it = await rig();
    const run = await start(it, chain, { a: 1, b: 1 });
    ran.length = 0;
    const plan = await it.fb.plan(run.id, { redo: ["a"] });
    assert.deepEqual(
      plan.certain.map((step) => [step.path, step.why]),
      [["a", "told to do it again"]],
    );
    assert.deepEqual(
      plan.possible.map((step) => step.path),
      ["a", "b", "c", "sum"],
    );
    assert.deepEqual(ran, []);
    assert.equal((await it.fb.list()).length, 1);
    const none = await it.fb.plan(run.id);
    assert.deepEqual([none.certain, none.possible, none.reused], [[], [], 4]);
  });

  test("says why", async () => {
    const it = await rig();
    const run = await start(it, chain, { a: 1, b: 1 });
    const input = await it.fb.plan(run.id, { input: { a: 2, b: 1 } });
    assert.deepEqual(
      input.certain.map((step) => step.why),
      ["its input changed"],
    );
    const other = flow("chain", (ctx, given: { a: number; b: number }) =>
      ctx.step("a", given.a, (n) => note("a", { n: n * 3 })),
    );
    const edited = await it.fb.plan(run.id, { workflow: other });
    assert.deepEqual(
      edited.certain.map((step) => step.why),
      ["its function changed"],
    );
  });

  test("refuses a step that is not there, and a run that is still open", async () => {
    const it = await rig();
    const run = await start(it, chain, { a: 1, b: 1 });
    await assert.rejects(it.fb.plan(run.id, { redo: ["nowhere"] }), { code: "RERUN_STEP_UNKNOWN" });
    const waiting = await start(
      it,
      flow("open", (ctx) => ctx.review("Right?", 1)),
    );
    await assert.rejects(it.fb.plan(waiting.id), { code: "RERUN_OPEN" });
  });
});
