// The test rig itself. What could go wrong: a mistake in a workflow passes
// because the rig does not look (an impure line, a forgotten await, an
// unanswered question, a body that takes another path when it is replayed), or
// it cries at something sound. Each mistake is made once, and each sound
// pattern next to it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { agent, again, done, FirebreakError, grounded, retry, review, tool, workflow } from "firebreak";
import { expectSteps, fakeClock, scripted, testRun } from "firebreak/testing";

const Question = z.object({ text: z.string() });
const Answer = z.object({ quote: z.string() });

const search = tool({
  name: "search",
  description: "Finds text.",
  input: z.object({ word: z.string() }),
  effect: "none",
  run: ({ word }): string => `nobody may call this in a test: ${word}`,
});

const scout = agent({
  name: "scout",
  input: Question,
  instructions: "Quote.",
  models: ["fast", "strong"],
  tools: [search],
  output: Answer,
  checks: [grounded("quote")],
  onFail: [retry(1), review({ to: "someone", ask: "Is this right?" })],
});

const asking = workflow({
  name: "asking",
  input: Question,
  output: z.object({ quote: z.string(), length: z.number() }),
  async run(ctx, question) {
    const found = await ctx.call(scout, question);
    const length = await ctx.step("count", found, (it) => it.quote.length);
    return { quote: found.quote, length };
  },
});

const looking = { toolCalls: [{ name: "search", args: { word: "cat" } }] };

async function rejects(work: Promise<unknown>, code: string): Promise<FirebreakError> {
  const error = await work.then(
    () => assert.fail(`expected ${code}`),
    (it: unknown) => it,
  );
  assert.ok(FirebreakError.any(error), String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

test("a run is played to its end with scripted models and replaced tools, and its steps can be expected by path", async () => {
  const model = scripted([looking, { quote: "a black cat" }]);
  const words: string[] = [];
  const result = await testRun(
    asking,
    { text: "who?" },
    {
      models: { scout: model },
      tools: { search: ({ word }: { word: string }) => (words.push(word), "there was a black cat") },
    },
  );
  assert.equal(result.status, "completed");
  assert.deepEqual(result.output, { quote: "a black cat", length: 11 });
  assert.equal(result.error, undefined);
  assert.deepEqual(words, ["cat"]);
  assert.equal(model.requests.length, 2);
  expectSteps(result, ["scout", "count"]);
  expectSteps(result, [
    "scout",
    "scout › attempt 1",
    "scout › attempt 1 › model",
    "scout › attempt 1 › search",
    "scout › attempt 1 › model",
    "scout › attempt 1 › checks",
    "count",
  ]);
  assert.equal(result.step("scout › attempt 1").verdicts[0]?.result, "pass");
  assert.throws(() => result.step("scuot"), /TEST_STEP_UNKNOWN.*scout › attempt 1/s);
});

test("a step list that differs is shown line by line", async () => {
  const result = await testRun(
    asking,
    { text: "a black cat" },
    { models: { scout: scripted([{ quote: "black cat" }]) } },
  );
  const error = await Promise.resolve()
    .then(() => expectSteps(result, ["scout", "measure", "count"]))
    .then(
      () => assert.fail(),
      (it: unknown) => it as assert.AssertionError,
    );
  assert.match(error.message, /\n {2}scout\n- measure\n {2}count$/);
  assert.deepEqual(error.expected, ["scout", "measure", "count"]);
  expectSteps(result, ["count", "scout"], { anyOrder: true });
  assert.throws(() => expectSteps(result, ["count", "scout"]), assert.AssertionError);
  assert.throws(
    () => expectSteps(result, ["scout", "scout › attempt 2", "count"]),
    /- scout › attempt 2\n\+ scout › attempt 1/,
  );
});

test("a review nobody answers fails the test with its seven statements", async () => {
  const misquotes = scripted([{ quote: "a dog" }, { quote: "a cow" }]);
  const error = await rejects(
    testRun(asking, { text: "a black cat" }, { models: { scout: misquotes } }),
    "TEST_REVIEW_OPEN",
  );
  for (let number = 1; number <= 7; number += 1)
    assert.match(error.message, new RegExp(`\\n {2}${number}\\. \\w`));
  assert.match(error.message, /Is this right\?/);
  assert.match(error.message, /a cow/);
});

test("reviews are answered by a list or by a function, and an edit is judged like an answer", async () => {
  const misquotes = () => scripted([{ quote: "a dog" }, { quote: "a cow" }]);
  const edited = await testRun(
    asking,
    { text: "a black cat" },
    {
      models: { scout: misquotes() },
      reviews: [{ edit: { quote: "a hen" } }, { edit: { quote: "black cat" } }],
    },
  );
  assert.deepEqual(edited.output, { quote: "black cat", length: 9 });
  const asked: string[] = [];
  const refused = await testRun(
    asking,
    { text: "a black cat" },
    {
      models: { scout: misquotes() },
      reviews: (item) => {
        asked.push(item.ask);
        return { reject: "no such animal" };
      },
    },
  );
  assert.deepEqual(asked, ["Is this right?"]);
  assert.equal(refused.status, "failed");
  assert.match(String(refused.error), /RUN_FAILED.*rejected/);
  assert.throws(() => refused.output, /RUN_FAILED/);
});

test("a step whose model has no stand-in is an error that names it, even when the workflow catches it", async () => {
  const catching = workflow({
    name: "catching",
    run: async (ctx) => (await ctx.settle(() => ctx.call(scout, { text: "x" }))).ok,
  });
  const error = await rejects(
    testRun(catching, undefined, { models: { scuot: scripted([]) } }),
    "TEST_MODEL_MISSING",
  );
  assert.match(error.message, /scuot/);
  assert.match(error.fix, /"scout": scripted/);
});

test("the clock jumps to the next timer by itself: days of sleep and backoff take no time", async () => {
  const clock = fakeClock(Date.UTC(2026, 2, 1));
  let tries = 0;
  const patient = workflow({
    name: "patient",
    async run(ctx) {
      await ctx.sleep("7d");
      await ctx.sleep(0);
      await ctx.step(
        "flaky",
        null,
        () => {
          tries += 1;
          if (tries < 3) throw new Error("not yet");
          return tries;
        },
        { retry: { attempts: 3, backoff: "1h" } },
      );
      return ctx.now();
    },
  });
  const began = performance.now();
  const result = await testRun(patient, null, { clock });
  assert.equal(result.output.toISOString(), "2026-03-08T02:00:00.000Z");
  assert.equal(tries, 3);
  assert.ok(performance.now() - began < 2_000);
});

test("a work that advances the clock past its step's timeout is timed out", async () => {
  const clock = fakeClock();
  const slow = workflow({
    name: "slow",
    run: (ctx) =>
      ctx.step(
        "hang",
        null,
        () => {
          setImmediate(() => clock.advance(60_000));
          return new Promise<string>(() => undefined);
        },
        { timeout: "1m" },
      ),
  });
  const result = await testRun(slow, null, { clock });
  assert.match(String(result.error), /timed out after 60000 ms/);
});

test("a review that is left in silence expires when the clock gets there; one that cannot expire is stuck", async () => {
  const waiting = (name: string, expires?: string) =>
    workflow({
      name,
      run: (ctx) =>
        ctx.review("Go on?", { n: 1 }, expires === undefined ? {} : { expires, onExpiry: "approve" }),
    });
  const expired = await testRun(waiting("expiring", "3d"), null, { reviews: ["silence"] });
  assert.deepEqual(expired.output, { n: 1 });
  const error = await rejects(
    testRun(waiting("patient-review"), null, { reviews: () => "silence" }),
    "TEST_STUCK",
  );
  assert.match(error.message, /Go on\?.*1\. Asked/s);
});

test("signals are sent when a run waits for them; a signal that never comes is named", async () => {
  const listening = workflow({
    name: "listening",
    async run(ctx) {
      const first = await ctx.signal("paid", z.object({ amount: z.number() }));
      const second = await ctx.signal("shipped", z.string());
      return { ...first, second };
    },
  });
  const signals = [
    { name: "shipped", payload: "today" },
    { name: "paid", payload: { amount: 3 } },
  ];
  const result = await testRun(listening, null, { signals });
  assert.deepEqual(result.output, { amount: 3, second: "today" });
  const error = await rejects(testRun(listening, null, { signals: [signals[1]!] }), "TEST_STUCK");
  assert.match(error.message, /the signal "shipped"/);
});

test("E1: an engine ended right after a step's record goes on in a new one, and does no recorded work again", async () => {
  const ledger = new Map<string, number>();
  const count = (name: string) => ledger.set(name, (ledger.get(name) ?? 0) + 1);
  const child = workflow({
    name: "killed-child",
    run: (ctx) => ctx.step("inner", 1, (n) => (count("inner"), n)),
  });
  const killed = workflow({
    name: "killed",
    async run(ctx) {
      await ctx.step("a", 1, () => (count("a"), 1));
      const approved = await ctx.review("ok?", 2);
      await ctx.sleep("1h");
      const inner = await ctx.call(child, null);
      const mapped = await ctx.map([1, 2], (n, it) =>
        it.step("double", n, (m) => (count(`double ${m}`), m * 2)),
      );
      return { approved, inner, mapped };
    },
  });
  const wanted = { approved: 2, inner: 1, mapped: [2, 4] };
  for (const at of ["a", "ok?", "sleep", "inner", "killed-child", "double", "map", "map › ["]) {
    ledger.clear();
    const work = testRun(killed, null, { killAfter: at, reviews: ["approve"] });
    if (at === "map › [") await rejects(work, "TEST_KILL_MISSED");
    else assert.deepEqual((await work).output, wanted, at);
    assert.deepEqual([...ledger.values()], [1, 1, 1, 1], at);
  }
  ledger.clear();
  const often = await testRun(killed, null, {
    killAfter: ["a", "ok?", "sleep", "killed-child", "double"],
    reviews: ["approve"],
  });
  assert.deepEqual(often.output, wanted);
  assert.deepEqual([...ledger.values()], [1, 1, 1, 1]);
});

test("rerun reuses what is recorded; resume tries again what failed", async () => {
  let broken = true;
  const ledger: string[] = [];
  const stages = workflow({
    name: "stages",
    input: z.object({ n: z.number() }),
    async run(ctx, { n }) {
      const a = await ctx.step("a", 1, (it) => (ledger.push("a"), it));
      const b = await ctx.step("b", n, (it) => {
        ledger.push("b");
        if (broken) throw new Error("the printer is on fire");
        return it * 10;
      });
      return a + b;
    },
  });
  const failed = await testRun(stages, { n: 2 });
  assert.equal(failed.status, "failed");
  assert.match(String(failed.error), /on fire/);
  broken = false;
  const resumed = await failed.resume();
  assert.equal(resumed.output, 21);
  assert.deepEqual(ledger, ["a", "b", "b"]);
  const rerun = await resumed.rerun({ input: { n: 5 } });
  assert.equal(rerun.output, 51);
  assert.deepEqual(ledger, ["a", "b", "b", "b"]);
  assert.equal(rerun.step("a").state, "reused");
  assert.notEqual(rerun.run, resumed.run);
});

test("sabotage and cap go through as they do for a run", async () => {
  const model = scripted([{ quote: "a black cat" }, { quote: "a black cat" }]);
  const result = await testRun(
    asking,
    { text: "there was a black cat here" },
    { models: { scout: model }, sabotage: ["scout=misquote"] },
  );
  assert.deepEqual(result.output, { quote: "a black cat", length: 11 });
  assert.equal(result.step("scout › attempt 1").state, "rejected");
  await rejects(testRun(asking, { text: "" }, { models: { scout: model }, cap: { usd: -1 } }), "CAP_INVALID");
});

test("a loop, a branch, k of n and a checked step replay to the same (E2)", async () => {
  const all = workflow({
    name: "all-scopes",
    async run(ctx) {
      const turns = await ctx.loop("grow", 1, async (n, it) =>
        n > 20 ? done(n) : again(await it.step("double", n, (m) => m * 2)),
      );
      const side = await ctx.branch("side", (it) => it.step("x", null, () => "x"));
      const [won] = await ctx.first(1, {
        slow: async (it) => {
          await it.sleep("1d");
          return it.step("late", null, () => "slow");
        },
        quick: (it) => it.step("soon", null, () => "quick"),
      });
      const nested = await ctx.step("outer", null, async (_, { ctx: inner }) =>
        inner.step("inner", null, () => 7),
      );
      const checked = await ctx.step("checked", 4, (n) => n + 1, { checks: [(n) => n === 5 || "not five"] });
      const settled = await ctx.settle(() => ctx.step("fails", null, () => assert.fail("no")));
      return { turns, side, won: won?.name, nested, checked, settled: settled.ok };
    },
  });
  const result = await testRun(all, null);
  assert.deepEqual(result.output, {
    turns: 32,
    side: "x",
    won: "quick",
    nested: 7,
    checked: 5,
    settled: false,
  });
});
