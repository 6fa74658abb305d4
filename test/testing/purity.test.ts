// What must be the same in every execution of a workflow, is. What could go
// wrong: an impure line goes unnoticed, is blamed on the wrong place, or a line
// is blamed that is sound: inside a step's work, a tool, a check, this library
// or a package. The globals must be left as they were.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { agent, type Context, FirebreakError, grounded, tool, workflow } from "firebreak";
import { scripted, testRun } from "firebreak/testing";

let made = 0;
function running<T>(run: (ctx: Context) => Promise<T>) {
  made += 1;
  return workflow({ name: `impure-${made}`, run: (ctx) => run(ctx) });
}

async function complaint(work: Promise<unknown>): Promise<FirebreakError> {
  const error = await work.then(
    () => assert.fail("the test run found nothing wrong"),
    (it: unknown) => it,
  );
  assert.ok(FirebreakError.any(error), String(error));
  return error;
}

const impurities: readonly (readonly [what: string, use: () => unknown])[] = [
  ["Date.now", () => Date.now()],
  ["Date", () => new Date()],
  ["Date()", () => Date()],
  ["Math.random", () => Math.random()],
  ["performance.now", () => performance.now()],
  ["crypto.randomUUID", () => crypto.randomUUID()],
  ["fetch", () => fetch("http://127.0.0.1:1/")],
  ["setTimeout", () => setTimeout(() => undefined, 0)],
  ["setInterval", () => setInterval(() => undefined, 1_000)],
  ["setImmediate", () => setImmediate(() => undefined)],
];

for (const [what, use] of impurities) {
  test(`PURE1: ${what} in workflow code is found with file and line, also when the workflow catches it`, async () => {
    const error = await complaint(
      testRun(
        running(async (ctx) => {
          await ctx.step("before", null, () => 1);
          try {
            use();
          } catch {
            // The test run knows all the same.
          }
          return 1;
        }),
        null,
      ),
    );
    assert.equal(error.code, "IMPURE");
    assert.deepEqual((error.details as { what: string }).what, what);
    const line = Number(/purity\.test\.ts:(\d+)/.exec(error.message)?.[1]);
    assert.ok(line >= 28 && line < 42, error.message);
  });
}

test("PURE1: an impure line in the body of a map, a branch or a loop is found, in a schema and in a prompt", async () => {
  const bodies: ((ctx: Context) => Promise<unknown>)[] = [
    (ctx) => ctx.map([1], async () => Math.random()),
    (ctx) => ctx.branch("b", async () => Math.random()),
    (ctx) => ctx.loop("l", 0, async () => ({ done: Math.random() })),
    (ctx) =>
      ctx.call(
        agent({
          name: "a",
          instructions: "x",
          models: ["m"],
          output: z.string().refine(() => Date.now() > 0),
          unchecked: "a test",
        }),
        null,
      ),
    (ctx) =>
      ctx.call(
        agent({ name: "a", instructions: () => `It is ${Date.now()}.`, models: ["m"], unchecked: "a test" }),
        null,
      ),
  ];
  for (const body of bodies) {
    const error = await complaint(testRun(running(body), null, { models: { a: scripted(['"x"']) } }));
    assert.equal(error.code, "IMPURE", error.message);
  }
});

test("PURE1: works, tools, models, checks, ctx and dates of known times may do what they like", async () => {
  const clockTool = tool({
    name: "clock",
    description: "Says the time.",
    input: z.object({}),
    effect: "none",
    run: () => new Date(),
  });
  const scout = agent({
    name: "scout",
    instructions: "Say yes.",
    models: ["m"],
    tools: [clockTool],
    output: z.object({ text: z.string(), at: z.string() }),
    checks: [() => Math.random() >= 0 || "never", grounded("text")],
  });
  const pure = running(async (ctx) => {
    const at = await ctx.step("now", null, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return Date.now() > 0 && Math.random() < 1;
    });
    const time = await ctx.call(clockTool, {});
    const nested = await ctx.step("outer", null, (_, it) =>
      it.ctx.step("inner", null, () => performance.now() > 0),
    );
    const found = await ctx.call(scout, { text: "yes and no" });
    const known =
      new Date(2026, 1, 1) instanceof Date &&
      new Date("2026-01-01").getTime() > 0 &&
      ctx.now() instanceof Date;
    await ctx.sleep("1m");
    return { at, nested, known, random: ctx.random() < 1, time: time instanceof Date, text: found.text };
  });
  const model = scripted([
    { toolCalls: [{ name: "clock", args: {} }] },
    () => ({ text: "yes and", at: String(Date.now()) }),
  ]);
  const { output } = await testRun(pure, null, { models: { scout: model } });
  assert.deepEqual(output, {
    at: true,
    nested: true,
    known: true,
    random: true,
    time: true,
    text: "yes and",
  });
});

test("PURE2: the globals are as they were, after a run that passed and one that did not, and outside of runs meanwhile", async () => {
  const held = () => [Date, Date.now, Math.random, fetch, setTimeout, performance.now, crypto.randomUUID];
  const before = held();
  const descriptors = ["Date", "fetch", "setTimeout"].map((it) =>
    Object.getOwnPropertyDescriptor(globalThis, it),
  );
  const sound = testRun(
    running((ctx) => ctx.sleep("1d")),
    null,
  );
  assert.ok(
    Date.now() > 0 && Math.random() < 1 && new Date() instanceof Date,
    "the test itself is not watched",
  );
  await Promise.all([
    sound,
    complaint(
      testRun(
        running(async () => Math.random()),
        null,
      ),
    ),
  ]);
  assert.deepEqual(held(), before);
  assert.deepEqual(
    ["Date", "fetch", "setTimeout"].map((it) => Object.getOwnPropertyDescriptor(globalThis, it)),
    descriptors,
  );
});

test("a step that is not awaited is an error that names it", async () => {
  const floating = await complaint(
    testRun(
      running(async (ctx) => {
        void ctx.step("forgotten", null, () => new Promise(() => undefined));
        return ctx.step("kept", null, () => 1);
      }),
      null,
    ),
  );
  assert.equal(floating.code, "STEP_NOT_AWAITED");
  assert.match(floating.message, /forgotten/);
  assert.doesNotMatch(floating.message, /kept/);
  const inside = await complaint(
    testRun(
      running((ctx) =>
        ctx.branch("side", async (it) => {
          void it.step("lost", null, () => new Promise(() => undefined));
          return 1;
        }),
      ),
      null,
    ),
  );
  assert.equal(inside.code, "STEP_NOT_AWAITED");
  assert.match(inside.message, /side › lost/);
});

/** State of this module: what a second execution finds changed, and no global betrays. */
let executions = 0;

const drifting: readonly (readonly [where: string, run: (ctx: Context) => Promise<unknown>, what: RegExp])[] =
  [
    ["a step's input", (ctx) => ctx.step("a", (executions += 1), (n) => n), /a/],
    ["a step's name", (ctx) => ctx.step(`a${(executions += 1)}`, 1, (n) => n), /a\d/],
    ["the output", async (ctx) => (await ctx.step("a", 1, (n) => n)) + (executions += 1), /another output/],
    [
      "a step more at the end",
      async (ctx) => ((executions += 1) > 1 ? ctx.step("more", 1, (n) => n) : 1),
      /asks for more/,
    ],
    [
      "a step less at the end",
      async (ctx) => ((executions += 1) > 1 ? 1 : ctx.step("less", 1, (n) => n)),
      /less/,
    ],
    ["an error", async () => assert.fail(`number ${(executions += 1)}`), /fails otherwise/],
    [
      "the value of a branch",
      (ctx) => ctx.branch("b", async () => (executions += 1)),
      /b gives another value/,
    ],
    [
      "a step inside a map",
      (ctx) => ctx.map([1], (n, it) => it.step(`s${(executions += 1)}`, n, (m) => m)),
      /s\d/,
    ],
    [
      "a branch that throws",
      (ctx) =>
        ctx.settle(() => ctx.branch("b", async () => ((executions += 1) > 1 ? assert.fail("now") : 1))),
      /b throws/,
    ],
    [
      "a branch that no longer throws",
      (ctx) =>
        ctx.settle(() => ctx.branch("b", async () => ((executions += 1) > 1 ? 1 : assert.fail("then")))),
      /b gives a value where it failed/,
    ],
    [
      "a branch that no longer ends",
      (ctx) => ctx.branch("b", async () => ((executions += 1) > 1 ? new Promise(() => undefined) : 1)),
      /b/,
    ],
  ];

for (const [where, run, what] of drifting) {
  test(`a replay that differs in ${where} is found and named (E2)`, async () => {
    executions = 0;
    const error = await complaint(testRun(running(run), null));
    assert.equal(error.code, "REPLAY_MISSED", error.message);
    assert.match(error.message, what);
  });
}
