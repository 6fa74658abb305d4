// What could go wrong: what a run records depends on which of its steps
// happened to be faster (E2), or something is acted on before it is durable
// (E3). Provoked by random programs under random orders of completion, and by
// a journal that shows at every moment what is durable.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { again, done, MemoryJournal } from "../../src/index.ts";
import type { Context } from "../../src/index.ts";
import { seededRandom } from "../../src/base/random.ts";
import { nextTurn, type Rig, rig } from "./rig.ts";

/** A small program: a tree of what ctx offers. Leaves are steps. */
type Program =
  | { readonly kind: "step"; readonly name: string; readonly sync: boolean; readonly fails: boolean }
  | { readonly kind: "all" | "sequence" | "branch" | "map" | "nested"; readonly parts: readonly Program[] }
  | { readonly kind: "first"; readonly parts: readonly Program[] }
  | { readonly kind: "loop"; readonly turns: number; readonly body: Program };

const program: fc.Arbitrary<Program> = fc.letrec<{ it: Program }>((tie) => ({
  it: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant("step" as const),
      name: fc.constantFrom("a", "b", "c"),
      sync: fc.boolean(),
      fails: fc.boolean(),
    }),
    fc.record({
      kind: fc.constantFrom(
        "all" as const,
        "sequence" as const,
        "branch" as const,
        "map" as const,
        "nested" as const,
      ),
      parts: fc.array(tie("it"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("first" as const),
      parts: fc.array(tie("it"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("loop" as const), turns: fc.integer({ min: 1, max: 3 }), body: tie("it") }),
  ),
})).it;

/** Runs a program; names carry the place, so that the same name at two places is two steps only where it is meant. */
async function run(
  ctx: Context,
  it: Program,
  work: (name: string, sync: boolean) => unknown,
): Promise<number> {
  switch (it.kind) {
    case "step": {
      // Equal steps of one scope may exchange their records: they are equal in their results too.
      const ended = await ctx.settle(() =>
        ctx.step(it.fails ? `${it.name} fails` : it.name, null, () => {
          const made = work(it.name, it.sync);
          if (it.fails) throw new Error("planned");
          return made as number;
        }),
      );
      return ended.ok ? 1 : 0;
    }
    case "all": {
      const parts = await Promise.all(
        it.parts.map((part, index) => ctx.branch(`part ${index}`, (inner) => run(inner, part, work))),
      );
      return parts.reduce((sum, part) => sum + part, 0);
    }
    case "sequence": {
      let sum = 0;
      for (const part of it.parts) sum += await run(ctx, part, work);
      return sum;
    }
    case "branch":
      return ctx.branch(
        "branch",
        async (inner) => (await Promise.all(it.parts.map((part) => run(inner, part, work)))).length,
      );
    case "map": {
      const all = await ctx.map(
        it.parts.map((_, index) => index),
        (index, item) => run(item, it.parts[index]!, work),
        { concurrency: 2, key: String },
      );
      return all.length;
    }
    case "nested":
      return ctx.step("nested", it.parts.length, async (_, { ctx: inner }) => {
        let sum = 0;
        for (const part of it.parts) sum += await run(inner, part, work);
        return sum;
      });
    case "first": {
      // All of them: then who was first is the schedule's, and what is recorded is not.
      const won = await ctx.first(
        it.parts.length,
        Object.fromEntries(
          it.parts.map((part, index) => [`branch ${index}`, (inner: Context) => run(inner, part, work)]),
        ),
      );
      return won.length;
    }
    case "loop":
      return ctx.loop("loop", 1, async (n, turn) => {
        await run(turn, it.body, work);
        return n < it.turns ? again(n + 1) : done(n);
      });
  }
}

/** (identity, result) of every step of a program under one order of completions. */
async function recorded(it: Program, seed: string): Promise<readonly string[]> {
  const random = seededRandom(seed);
  const work = (_name: string, sync: boolean): unknown =>
    sync
      ? 1
      : (async () => {
          for (let turns = Math.floor(random() * 6); turns > 0; turns -= 1) await nextTurn();
          return 1;
        })();
  const at = await rig();
  const handle = await at.start("schedule", (ctx) => run(ctx, it, work));
  await handle.result();
  const lines = (await at.events(handle)).flatMap((event) => {
    if (event.kind !== "step.completed" && event.kind !== "step.failed") return [];
    const { scope, kind, name, in: input, n = 0 } = event.data;
    // The order of winners is given by the schedule.
    const result = kind === "first" ? "" : "hash" in event.data ? event.data.hash : event.data.outcome;
    return [`${scope} ${kind} ${name} ${input} ${n} ${result}`];
  });
  return lines.sort();
}

describe("two schedules of one program", () => {
  test("record the same steps with the same results (E2)", async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.string(), fc.string(), async (it, one, other) => {
        assert.deepEqual(await recorded(it, one), await recorded(it, other));
      }),
      { numRuns: 150 },
    );
  });

  test("of which one never yields are told apart by nothing (E2, E3)", async () => {
    const lanes = async (ctx: Context, work: (n: number) => unknown): Promise<unknown> =>
      Promise.all(
        [1, 2, 3].map(async (lane) => {
          let sum = 0;
          for (let n = 0; n < 4; n += 1)
            sum += (await ctx.step(`lane ${lane} step ${n}`, { n, sum }, () => work(n))) as number;
          return sum;
        }),
      );
    const sync = await hashes(await rig(), (ctx) => lanes(ctx, (n) => n));
    const slow = await hashes(await rig(), (ctx) =>
      lanes(ctx, async (n) => {
        for (let turn = n % 3; turn >= 0; turn -= 1) await nextTurn();
        return n;
      }),
    );
    assert.deepEqual(sync, slow);
  });
});

async function hashes(it: Rig, body: (ctx: Context) => Promise<unknown>): Promise<readonly string[]> {
  const run = await it.start("lanes", body);
  await run.result();
  return (await it.of(run, "step.completed"))
    .map((event) => `${event.data.name} ${event.data.in} ${event.data.hash}`)
    .sort();
}

/** Commits are durable only when the test says so. */
class SlowJournal extends MemoryJournal {
  readonly durable = new Set<string>();
  readonly #random: () => number;

  constructor(seed: string) {
    super();
    this.#random = seededRandom(seed);
    this.listen((events) => {
      for (const event of events) if (event.kind === "step.completed") this.durable.add(event.data.name);
    });
  }

  override async commit(...args: Parameters<MemoryJournal["commit"]>): ReturnType<MemoryJournal["commit"]> {
    for (let turns = Math.floor(this.#random() * 5); turns > 0; turns -= 1) await nextTurn();
    return super.commit(...args);
  }
}

describe("a delivered value", () => {
  test("is durable before it is given, and so before any work that follows starts, also when steps never yield (E3)", async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const journal = new SlowJournal(String(seed));
      const it = await rig({ journal });
      const early: string[] = [];
      const run = await it.start("durable", async (ctx) => {
        const lane = async (id: string): Promise<void> => {
          const given: string[] = [];
          for (let n = 0; n < 4; n += 1) {
            const name = `${id}${n}`;
            await ctx.step(name, null, () => {
              for (const before of given)
                if (!journal.durable.has(before)) early.push(`${name} before ${before}`);
              return n % 2 === 0 ? n : nextTurn().then(() => n);
            });
            if (!journal.durable.has(name)) early.push(`${name} was given`);
            given.push(name);
          }
        };
        await Promise.all([lane("a"), lane("b"), lane("c")]);
      });
      await run.result();
      assert.deepEqual(early, []);
    }
  });

  test("is frozen, decoded, and the same object to nobody else: what one caller does to it is seen by none", async () => {
    const it = await rig();
    const run = await it.start("frozen", async (ctx) => {
      const given = { list: [1], when: new Date(5), gone: undefined };
      const value = await ctx.step("make", null, () => given);
      given.list.push(2);
      assert.throws(() => (value as { list: number[] }).list.push(3), TypeError);
      return [value.list.length, value.when instanceof Date, "gone" in value];
    });
    assert.deepEqual(await run.result(), [1, true, false]);
  });
});
