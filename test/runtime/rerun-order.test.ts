// What a work that captures may have read, and what follows it: what could go
// wrong is that such a work is taken over although what it closed over changed,
// or that it is done again although nothing did, when composite steps, failures,
// races, child runs or a kill stand between.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryJournal, workflow } from "../../src/index.ts";
import type { AnyWorkflow, Context, RunHandle } from "../../src/index.ts";
import { FlakyJournal } from "../../sim/flaky-journal.ts";
import { FakeClock } from "../../sim/fake-clock.ts";
import { gate, quiet, rig } from "./rig.ts";

const ran: string[] = [];
const note = <T>(name: string, value: T): T => {
  ran.push(name);
  return value;
};

function flow(name: string, run: (ctx: Context, input: never) => Promise<unknown>): AnyWorkflow {
  return workflow({ name, run: run as never }) as never;
}

/** Runs, reruns, and gives what ran the second time. */
async function twice(
  definition: AnyWorkflow,
  options: Parameters<Awaited<ReturnType<typeof rig>>["fb"]["rerun"]>[1] = {},
): Promise<{ readonly ran: readonly string[]; readonly output: unknown; readonly before: unknown }> {
  const it = await rig();
  const run = (await it.fb.start(definition as never, null as never)) as RunHandle;
  const before = await run.result();
  ran.length = 0;
  const second = await it.fb.rerun(run.id, options);
  const output = await second.result();
  return { ran: [...ran], output, before };
}

describe("a work that captures, in a rerun (U3)", () => {
  test("is taken over behind a step with checks, a map, and a function that opens steps (U6)", async () => {
    const definition = flow("behind-composites", async (ctx) => {
      const a = await ctx.step<number, { n: number }>("a", 1, (n) => note("a", { n }), {
        checks: [(it) => it.n > 0 || "not above 0"],
      });
      const b = await ctx.map(["x", "y"], (item, inner) => inner.step("b", item, (v) => note("b", v)));
      const c = await ctx.step("c", 1, (n, { ctx: inner }) => inner.step("d", n, (v) => note("d", { v })));
      return ctx.step("end", null, () => note("end", [a.n, b.length, c.v]));
    });
    assert.deepEqual((await twice(definition)).ran, []);
  });

  test("is taken over behind a failure that comes again as it was, and not behind another", async () => {
    let why = "once";
    const definition = flow("behind-failure", async (ctx) => {
      const tried = await ctx.settle(() =>
        ctx.step("broken", 1, (): number => {
          note("broken", 0);
          throw new Error(why);
        }),
      );
      return ctx.step("end", null, () => note("end", tried.ok ? "" : tried.message));
    });
    assert.deepEqual((await twice(definition)).ran, ["broken"]);
    const it = await rig();
    const run = (await it.fb.start(definition as never, null as never)) as RunHandle;
    await run.result();
    ran.length = 0;
    why = "twice";
    const second = await it.fb.rerun(run.id);
    assert.match(String(await second.result()), /twice/);
    assert.deepEqual(ran, ["broken", "end"]);
  });

  test("is done again when a race it closes over ends the other way round, with equal answers", async () => {
    const slow = { a: false, b: true };
    const late = async (name: "a" | "b"): Promise<{ name: string }> => {
      if (slow[name]) await quiet(20);
      return note(name, { name });
    };
    const definition = flow("race", async (ctx) => {
      const both = [ctx.step("a", null, () => late("a")), ctx.step("b", null, () => late("b"))];
      const winner = await Promise.race(both);
      await Promise.all(both);
      return ctx.step("end", null, () => note("end", winner.name));
    });
    const again = await twice(definition, { redo: ["a"] });
    assert.equal(again.before, "a");
    assert.equal(again.output, "b", "b is recorded and so it comes first, as from scratch in that order");
    assert.deepEqual(again.ran, ["a", "end"]);
  });

  test("is done again when a child run that it closes over gives something else", async () => {
    let offset = 1;
    const child = workflow({
      name: "child-of-capture",
      run: (ctx: Context) => ctx.step("inner", null, () => note("inner", { n: offset })),
    });
    const definition = flow("behind-child", async (ctx) => {
      const found = (await ctx.call(child as never, null as never)) as { n: number };
      return ctx.step("end", null, () => note("end", found.n));
    });
    const it = await rig();
    const run = (await it.fb.start(definition as never, null as never)) as RunHandle;
    assert.equal(await run.result(), 1);
    offset = 2;
    ran.length = 0;
    const second = await it.fb.rerun(run.id, { redo: ["child-of-capture › inner"] });
    assert.equal(await second.result(), 2);
    assert.deepEqual(ran, ["inner", "end"]);
  });
});

describe("a rerun that is killed", () => {
  /** Runs a definition, and its rerun over a process that dies at each of its commits in turn. */
  async function killedAnywhere(
    definition: AnyWorkflow,
    input: unknown,
  ): Promise<readonly (readonly string[])[]> {
    const all: (readonly string[])[] = [];
    for (let crashAt = 0; ; crashAt += 1) {
      const clock = new FakeClock();
      const disk = new MemoryJournal({ now: clock.now });
      const first = await rig({ journal: disk, clock, workflows: [definition] });
      const run = (await first.fb.start(definition as never, null as never)) as RunHandle;
      await run.result();
      ran.length = 0;
      const dying = new FlakyJournal(disk, { seed: "", crashAt, crash: "after" });
      const second = await rig({ journal: dying, clock, workflows: [definition] });
      const rerun = await second.fb.rerun(run.id, { input }).catch(() => undefined);
      await quiet(40);
      if (!dying.isDead) return all;
      const third = await rig({ journal: disk, clock, workflows: [definition] });
      await third.fb.recover();
      const [head] = await disk.heads({});
      const handle = rerun ?? (await third.fb.run(head!.run));
      await (await third.fb.run(handle.id)).result();
      all.push([...ran]);
    }
  }

  test("takes a record over once, also what stands below a step that has ended (U2)", async () => {
    const definition = flow("equal-maps", async (ctx, input: number | null) => {
      for (let round = 0; round < (input ?? 1); round += 1)
        await ctx.map(["x"], (item, inner) => inner.step("one", item, (v) => note("one", v)));
      return null;
    });
    for (const did of await killedAnywhere(definition, 2)) assert.deepEqual(did, ["one"]);
  });

  test("takes over a work that captures behind a step that had ended by then", async () => {
    const definition = flow("captures-behind-map", async (ctx, input: number | null) => {
      const found = await ctx.map(["x"], (item, inner) => inner.step("one", item, (v) => v));
      const next = await ctx.step("next", found, (v) => v.length);
      return ctx.step("end", { input }, (it) => note("end", [it.input, next]));
    });
    for (const did of await killedAnywhere(definition, null)) assert.deepEqual(did, []);
  });
});

describe("a run that is killed inside a map inside a step", () => {
  test("goes on: the step is entered, and nothing recorded is done again (E1)", async () => {
    const held = gate();
    const definition = flow("map-in-step", async (ctx) => {
      const outer = await ctx.step("outer", null, (_, { ctx: inner }) =>
        inner.map(["x", "y"], async (item, own) => {
          const one = await own.step("one", item, (v) => note(`one ${v}`, v));
          return own.step("two", one, async (v) => {
            await held.pass();
            return note(`two ${v}`, v);
          });
        }),
      );
      return outer;
    });
    const clock = new FakeClock();
    const disk = new MemoryJournal({ now: clock.now });
    const dying = new FlakyJournal(disk, { seed: "" });
    ran.length = 0;
    const first = await rig({ journal: dying, clock, workflows: [definition] });
    const run = await first.fb.start(definition as never, null as never);
    await quiet(40);
    assert.deepEqual(ran, ["one x", "one y"]);
    dying.crash();
    held.open();
    await quiet(10);
    ran.length = 0;
    const second = await rig({ journal: disk, clock, workflows: [definition] });
    await second.fb.recover();
    assert.deepEqual(await (await second.fb.run(run.id)).result(), ["x", "y"]);
    assert.deepEqual(ran.toSorted(), ["two x", "two y"]);
  });
});
