// What could go wrong in a replay: code that changed is not noticed, or is
// noticed after work was started; code that awaits something outside hangs for
// ever; an answer goes to the wrong step. Provoked by running one definition,
// killing the process, and going on with another definition of the same name.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { again, done, FirebreakError, StepError, workflow } from "../../src/index.ts";
import type { AnyWorkflow, Context, RunHandle } from "../../src/index.ts";
import { EmbeddedEngine } from "../../src/engine/embedded/embedded.ts";
import { makeProgram } from "../../src/workflow/program.ts";
import { FlakyJournal } from "../../sim/flaky-journal.ts";
import { gate, named, quiet, type Rig, rig, until } from "./rig.ts";

type Run = (ctx: Context, input: never) => Promise<unknown>;

/** Runs `before` until it waits for the gate step "held", kills the process, and goes on with `after`. */
async function change(
  name: string,
  before: Run,
  after: Run,
  options: { accept?: boolean } = {},
): Promise<{ it: Rig; run: RunHandle }> {
  const it = await rig();
  const flaky = new FlakyJournal(it.disk, { seed: "1" });
  const first = await it.reopen({ journal: flaky, workflows: [named(name, before)] });
  const { id } = await first.start(named(name, before) as never, null as never);
  await quiet(40);
  flaky.crash();
  await first.close();
  const second = await it.reopen({ workflows: [named(name, after)] });
  await second.resume(id, options);
  return { it, run: await second.run(id) };
}

const never = (): Promise<never> => new Promise(() => undefined);
const held = (ctx: Context): Promise<never> => ctx.step("held", null, never);

describe("a replay", () => {
  test("of code that no longer asks for a recorded step halts before any work starts, with the missing and the new names (R3)", async () => {
    const started: string[] = [];
    const { it, run } = await change(
      "r-changed",
      async (ctx) => {
        const a = await ctx.step("a", null, () => 1);
        await ctx.step("b", a, () => 2);
        return held(ctx);
      },
      async (ctx) => {
        const a = await ctx.step("a", null, () => 1);
        return ctx.step("c", a, () => started.push("c"));
      },
    );
    await assert.rejects(run.result(), (error) => FirebreakError.is(error, "RUN_HALTED"));
    const [halted] = await it.of(run, "run.halted");
    assert.equal(halted?.data.code, "REPLAY_DIVERGED");
    assert.deepEqual(halted.data.details, { runId: run.id, missing: "b", found: "c" });
    assert.match(halted.data.fix, /--accept/);
    assert.deepEqual(started, []);
  });

  test("notices a step that was removed inside a branch, and code that ends early", async () => {
    const inside = await change(
      "r-inside",
      (ctx) =>
        ctx.branch("b", async (inner) => {
          await inner.step("x", null, () => 1);
          await inner.step("y", null, () => 2);
          return held(inner);
        }),
      (ctx) => ctx.branch("b", (inner) => inner.step("x", null, () => 1)),
    );
    await assert.rejects(inside.run.result(), { code: "RUN_HALTED" });
    const early = await change(
      "r-early",
      async (ctx) => {
        await ctx.step("x", null, () => 1);
        return held(ctx);
      },
      async () => "early",
    );
    await assert.rejects(early.run.result(), { code: "RUN_HALTED" });
    const [halted] = await early.it.of(early.run, "run.halted");
    assert.deepEqual(halted?.data.details, {
      runId: early.run.id,
      missing: "x",
      found: "the end of the run",
    });
  });

  test("goes on by identity alone when told to accept: what still matches is used, wherever it stands", async () => {
    const ran: string[] = [];
    const { run } = await change(
      "r-accept",
      async (ctx) => {
        await ctx.step("gone", null, () => 0);
        await ctx.step("b", null, () => "recorded");
        return held(ctx);
      },
      async (ctx) => {
        await ctx.step("new", null, () => ran.push("new"));
        return ctx.step("b", null, () => {
          ran.push("b");
          return "done again";
        });
      },
      { accept: true },
    );
    assert.equal(await run.result(), "recorded");
    assert.deepEqual(ran, ["new"]);
  });

  test("of a function that awaits a raw timer fails with where it stands, the first time and in a replay", async () => {
    const it = await rig();
    const raw = async (ctx: Context): Promise<void> => {
      await ctx.step("before", null, () => 1);
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
    };
    const run = await it.start("r-raw", raw);
    await assert.rejects(
      run.result(),
      (error) => FirebreakError.is(error, "RUN_FAILED") && error.message.includes('after step "before"'),
    );
    assert.match((await it.of(run, "run.failed"))[0]!.data.message, /NOT_A_STEP/);
    const replayed = await change(
      "r-raw-late",
      async (ctx) => {
        await ctx.step("a", null, () => 1);
        await ctx.step("b", null, () => 2);
        return held(ctx);
      },
      async (ctx) => {
        await ctx.step("a", null, () => 1);
        await never();
        await ctx.step("b", null, () => 2);
      },
    );
    await assert.rejects(
      replayed.run.result(),
      (error) => FirebreakError.is(error, "RUN_FAILED") && error.message.includes("NOT_A_STEP"),
    );
  });

  test("gives recorded answers one by one in recorded order, and starts new work only after them (R1, R2)", async () => {
    const orders: string[][] = [];
    const body: Run = async (ctx) => {
      const order: string[] = [];
      orders.push(order);
      const lane = async (id: string, slow: number): Promise<void> => {
        for (let n = 0; n < 3; n += 1) {
          await ctx.step(`${id}${n}`, null, () => quiet(slow));
          order.push(`${id}${n}`);
        }
      };
      // The last lane is asked for first, and has no record.
      const fresh = ctx.step("fresh", null, () => {
        order.push("fresh begins");
        return never();
      });
      await Promise.all([fresh, lane("slow", 5), lane("quick", 1), lane("sync", 0)]);
    };
    await change("r-order", body, body);
    await quiet();
    const [first, second] = orders.map((order) => order.filter((it) => it !== "fresh begins"));
    assert.equal(first?.length, 9);
    assert.deepEqual(second, first);
    assert.deepEqual([orders[0]?.at(0), orders[1]?.at(-1)], ["fresh begins", "fresh begins"]);
  });

  test("gives equal steps their own records, in the order in which they were asked for", async () => {
    let count = 0;
    const body: Run = async (ctx) => {
      const first = await ctx.step("n", null, () => (count += 1));
      const second = await ctx.step("n", null, () => (count += 1));
      return [first, second];
    };
    const { run } = await change(
      "r-equal",
      async (ctx) => {
        await body(ctx, null as never);
        return held(ctx);
      },
      async (ctx) => {
        const both = await body(ctx, null as never);
        return [...(both as number[]), await ctx.step("n", null, () => (count += 1))];
      },
      { accept: true },
    );
    assert.deepEqual(await run.result(), [1, 2, 3]);
  });

  test("gives the same time and the same numbers at the same place", async () => {
    const seen: unknown[] = [];
    const it = await rig();
    const flow: Run = async (ctx) => {
      seen.push(["start", ctx.now().getTime(), ctx.random(), ctx.random()]);
      await ctx.sleep("1h");
      seen.push(["later", ctx.now().getTime(), ctx.random()]);
      await ctx.sleep("1h");
      return ctx.branch("b", async (inner) => inner.random());
    };
    const run = await it.start("r-random", flow);
    await until(async () => {
      if ((await run.head()).status === "waiting") it.clock.advance(600_000);
      return (await run.head()).status === "completed";
    });
    await run.result();
    const byPlace = Map.groupBy(seen as [string, ...unknown[]][], ([place]) => place);
    assert.equal(byPlace.get("start")!.length, 3);
    for (const all of byPlace.values()) assert.equal(new Set(all.map((it) => JSON.stringify(it))).size, 1);
  });
});

describe("a scope", () => {
  test("that was left refuses steps, and a step of a branch that lost never answers", async () => {
    const it = await rig();
    let kept: Context | undefined;
    const run = await it.start("s-closed", async (ctx) => {
      await ctx.branch("b", async (inner) => {
        kept = inner;
        return 1;
      });
      return ctx.step("after", null, () => 1).then(() => kept!.step("late", null, () => 2));
    });
    await assert.rejects(
      run.result(),
      (error) => FirebreakError.is(error, "RUN_FAILED") && error.message.includes("SCOPE_CLOSED"),
    );
  });

  test("names a step that nobody awaited, cancels it, and the run completes", async () => {
    const it = await rig();
    let aborted = false;
    const run = await it.start("s-floating", async (ctx) => {
      void ctx.step(
        "forgotten",
        null,
        (_, { abort }) =>
          new Promise((_, reject) =>
            abort.addEventListener("abort", () => {
              aborted = true;
              reject(new Error("aborted"));
            }),
          ),
      );
      await ctx.step("kept", null, () => 1);
      return "done";
    });
    assert.equal(await run.result(), "done");
    assert.ok(aborted);
    const [end] = await it.of(run, "run.completed");
    assert.deepEqual(end?.data.warnings, [
      'step "forgotten" was not awaited and was cancelled: await what it gives, or return it',
    ]);
  });

  test("refuses two equal questions, and two equal signals, that are open at once", async () => {
    const it = await rig();
    for (const twice of [
      (ctx: Context) => Promise.all([ctx.review("Right?", 1), ctx.review("Right?", 1)]),
      (ctx: Context) => Promise.all([ctx.signal("go", z.string()), ctx.signal("go", z.string())]),
    ]) {
      const run = await it.start("s-twin", twice);
      await assert.rejects(
        run.result(),
        (error) => FirebreakError.is(error, "RUN_FAILED") && error.message.includes("STEP_AMBIGUOUS"),
      );
    }
  });

  test("tells items of a map with one key apart by refusing them", async () => {
    const it = await rig();
    const run = await it.start("s-keys", (ctx) => ctx.map([1, 2], async (n) => n, { key: () => "same" }));
    await assert.rejects(
      run.result(),
      (error) => FirebreakError.is(error, "RUN_FAILED") && error.message.includes("MAP_KEY_REPEATED"),
    );
  });

  test("nested in a step answers inside it, and its steps are covered by the step's record", async () => {
    const it = await rig();
    const run = await it.start("s-nested", (ctx) =>
      ctx.step("outer", 1, async (n, { ctx: inner }) => (await inner.step("inner", n, (m) => m + 1)) * 10),
    );
    assert.equal(await run.result(), 20);
    const [outer] = (await it.of(run, "step.completed")).filter((event) => event.data.name === "outer");
    assert.deepEqual(outer?.covers, [[3, 3]]);
  });

  test("of a loop keeps nothing of its turns: a long loop is read back as its last turn", async () => {
    const it = await rig();
    const run = await it.start("s-loop", (ctx) =>
      ctx.loop("l", 0, async (n, turn) => {
        const next = await turn.step("add", n, (m) => m + 1);
        return next < 50 ? again(next) : done(next);
      }),
    );
    assert.equal(await run.result(), 50);
    assert.ok((await it.disk.readOpen(run.id as never)).length < 6);
  });
});

describe("a failed run", () => {
  test("tries only what failed when it is resumed, through maps, branches and retried steps (E1)", async () => {
    const it = await rig();
    const ran: string[] = [];
    let broken = true;
    const run = await it.start("f-resume", async (ctx) => {
      await ctx.step("first", null, () => ran.push("first"));
      return ctx.map(
        [1, 2, 3],
        (n, item) =>
          item.branch("b", (inner) =>
            inner.step(`item ${n}`, n, () => {
              ran.push(`item ${n}`);
              if (n === 2 && broken) throw new Error("broken");
              return n;
            }),
          ),
        { concurrency: 1 },
      );
    });
    await assert.rejects(run.result(), { code: "RUN_FAILED" });
    assert.deepEqual(ran, ["first", "item 1", "item 2"]);
    broken = false;
    await it.fb.resume(run.id);
    assert.deepEqual(await run.result(), [1, 2, 3]);
    assert.deepEqual(ran, ["first", "item 1", "item 2", "item 2", "item 3"]);
  });

  test("keeps a failure that was caught: it answers the same after a resume", async () => {
    const it = await rig();
    let broken = true;
    let tries = 0;
    const run = await it.start("f-caught", async (ctx) => {
      const caught = await ctx.settle(() =>
        ctx.step("caught", null, () => {
          tries += 1;
          throw new Error("as always");
        }),
      );
      return ctx.step("uncaught", null, () => {
        if (broken) throw new Error("broken");
        return caught.ok;
      });
    });
    await assert.rejects(run.result(), { code: "RUN_FAILED" });
    broken = false;
    await it.fb.resume(run.id);
    assert.equal(await run.result(), false);
    assert.equal(tries, 1);
  });

  test("whose branches of ctx.first failed tries them again", async () => {
    const it = await rig();
    let broken = true;
    const run = await it.start("f-first", (ctx) =>
      ctx.first(1, {
        a: (inner) =>
          inner.step("a", null, () => {
            if (broken) throw new Error("a");
            return "a";
          }),
        b: (inner) =>
          inner.step("b", null, () => {
            throw new Error("b");
          }),
      }),
    );
    await assert.rejects(run.result(), { code: "RUN_FAILED" });
    broken = false;
    await it.fb.resume(run.id);
    assert.deepEqual(await run.result(), [{ name: "a", value: "a" }]);
  });

  test("whose child failed resumes the child, and only what failed there", async () => {
    const it = await rig();
    const ran: string[] = [];
    let broken = true;
    const inner = workflow({
      name: "f-child-inner",
      run: async (ctx) => {
        await ctx.step("kept", null, () => ran.push("kept"));
        return ctx.step("breaks", null, () => {
          ran.push("breaks");
          if (broken) throw new Error("broken");
          return "mended";
        });
      },
    });
    const run = await it.start("f-child", (ctx) => ctx.call(inner, null));
    await assert.rejects(run.result(), { code: "RUN_FAILED" });
    broken = false;
    await it.fb.resume(run.id);
    assert.equal(await run.result(), "mended");
    assert.deepEqual(ran, ["kept", "breaks", "breaks"]);
  });

  test("throws StepErrors with outcome, step and sequence, the same the first time and after a crash", async () => {
    const seen: unknown[] = [];
    const body: Run = async (ctx) => {
      try {
        await ctx.branch("around", (inner) =>
          inner.step("fails", null, () => {
            throw new Error("why");
          }),
        );
      } catch (error) {
        assert.ok(StepError.is(error));
        seen.push([error.outcome, error.message, error.step, error.seq]);
      }
      return held(ctx);
    };
    await change("f-same", body, body);
    await quiet();
    assert.equal(seen.length, 2);
    assert.deepEqual(seen[0], seen[1]);
  });
});

describe("a rerun", () => {
  test("uses pure steps again, does what changed anew, and refuses runs with effects", async () => {
    const it = await rig();
    const ran: string[] = [];
    const flow = workflow({
      name: "rerun",
      run: async (ctx, input) => {
        const { a, b } = input as { a: number; b: number };
        const x = await ctx.step("x", a, (n) => {
          ran.push("x");
          return n * 2;
        });
        const y = await ctx.step("y", b, (n) => {
          ran.push("y");
          return n > 0;
        });
        return ctx.step("z", { x, y }, (it) => {
          ran.push("z");
          return it.x;
        });
      },
    });
    const run = await it.fb.start(flow, { a: 1, b: 1 });
    await run.result();
    ran.length = 0;
    // y is done anew and gives the same, so that z is not (early cut-off).
    const second = await it.fb.rerun(run.id, { input: { a: 1, b: 2 } });
    assert.equal(await second.result(), 2);
    assert.deepEqual(ran, ["y"]);
    const reused = (await it.of(second, "step.completed")).filter((event) => event.data.reused !== undefined);
    assert.deepEqual(
      reused.map((event) => event.data.name),
      ["x", "z"],
    );
  });
});

describe("a parked run", () => {
  test("leaves memory: no replay of it is kept (R4, N2)", async () => {
    const it = await rig();
    const flow = named("parked", (ctx) => ctx.review("Right?", 1)) as AnyWorkflow;
    const engine = new EmbeddedEngine({
      journal: it.disk,
      clock: it.clock,
      find: async () => undefined,
      lingerMs: 0,
    });
    const collected = gate();
    const registry = new FinalizationRegistry(() => collected.open());
    const program = makeProgram(flow, () => ({ models: () => [] }));
    const run = await engine.start({
      program: {
        ...program,
        run: (scope, started) => {
          registry.register(scope.replay, "replay");
          return program.run(scope, started);
        },
      },
      input: null,
    });
    await engine.settled(run);
    await quiet();
    const { setFlagsFromString } = await import("node:v8");
    const { runInNewContext } = await import("node:vm");
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    let isCollected = false;
    void collected.passed.then(() => (isCollected = true));
    await until(() => {
      collect();
      return isCollected;
    });
    await engine.close();
  });
});
