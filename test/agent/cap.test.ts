// The cap of a run (E8). What could go wrong: a call is sent before its worst
// case is reserved, two at once pass the cap together, a no lets the run go on,
// a yes is asked for again, the question is asked once a caller, or a model
// without a price is called at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { agent, retry } from "firebreak";
import type { Model } from "../../src/model/model.ts";
import { play, playAgent } from "./play.ts";
import { fakeClock } from "firebreak/testing";

/** A model that costs money: `worst` is reserved, `cost` is spent. */
function paid(
  worst: number | undefined,
  cost: number,
  answer: (n: number) => string = () => "yes",
): Model & { calls: number; most: number } {
  let open = 0;
  const model = {
    id: "test:paid",
    calls: 0,
    most: 0,
    worstCaseUsd: () => worst,
    async call() {
      model.calls += 1;
      open += 1;
      model.most = Math.max(model.most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return {
        model: "test:paid",
        parts: [{ type: "text" as const, text: answer(model.calls) }],
        finish: "stop" as const,
        usage: { inputTokens: 1, outputTokens: 1 },
        costUsd: cost,
      };
    },
  };
  return model;
}

const speaking = agent({ name: "speaking", instructions: "x", models: ["m"], unchecked: "a test" });
const four = (model: Model, options: object) =>
  play((ctx) => ctx.map([1, 2, 3, 4], (n, it) => it.call(speaking, n), { concurrency: 1 }), {
    env: {},
    models: { speaking: model },
    ...options,
  });

test("E8: a model whose price is not known is refused before it is called", async () => {
  const model = paid(undefined, 0);
  const result = await playAgent(speaking, null, { env: {}, models: { speaking: model } });
  assert.match(String(result.error), /MODEL_PRICE_UNKNOWN/);
  assert.equal(model.calls, 0);
});

test("E8: at the cap in money the run pauses and asks; a yes raises the cap and it goes on", async () => {
  const model = paid(0.4, 0.3);
  const asked: string[] = [];
  const result = await four(model, {
    cap: { usd: 1 },
    reviews: (item: { ask: string; mode: string }) => {
      asked.push(`${item.mode}: ${item.ask}`);
      return "approve" as const;
    },
  });
  assert.deepEqual(result.output, ["yes", "yes", "yes", "yes"]);
  assert.equal(asked.length, 1);
  assert.match(
    asked[0]!,
    /^cap: 0\.9000 of 1\.00 USD and 3 of 200 calls are spent; the next call may cost 0\.4000 USD\. Raise the cap to 2\.00 USD/,
  );
  assert.equal(model.calls, 4);
  assert.ok(Math.abs(result.view.costUsd - 1.2) < 1e-9);
});

test("E8: a no ends the step with the outcome budget, and nothing more is sent", async () => {
  const model = paid(0.4, 0.3);
  const result = await four(model, { cap: { usd: 1 }, reviews: ["reject"] });
  assert.equal(result.view.failure?.outcome, "budget");
  assert.equal(model.calls, 3);
});

test("E8: the cap in calls counts every call, those of other attempts too", async () => {
  const model = paid(0.001, 0.001, (n) => (n < 3 ? "no" : "yes"));
  const strict = agent({
    name: "speaking",
    instructions: "x",
    models: ["m"],
    checks: [(it) => it === "yes" || "say yes"],
    onFail: [retry(5)],
  });
  const result = await playAgent(strict, null, {
    env: {},
    models: { speaking: model },
    cap: { calls: 2 },
    reviews: ["approve"],
  });
  assert.equal(result.output, "yes");
  assert.equal(model.calls, 3);
  assert.equal(result.view.reviews.length, 1);
});

test("E8: calls side by side reserve before they are sent: together they never pass the cap, and one question is asked", async () => {
  const model = paid(0.4, 0.4);
  const result = await play((ctx) => ctx.map([1, 2, 3, 4], (n, it) => it.call(speaking, n)), {
    env: {},
    models: { speaking: model },
    cap: { usd: 1 },
    reviews: (item: { mode: string }) => (item.mode === "cap" ? "approve" : undefined),
  });
  assert.equal(result.status, "completed");
  assert.equal(model.calls, 4);
  assert.ok(model.most <= 2, `${model.most} calls at once`);
  assert.equal(result.view.reviews.length, 1);
});

test("E8: what was spent before the engine was ended still counts after it", async () => {
  const model = paid(0.4, 0.4);
  const result = await four(model, { cap: { usd: 1 }, killAfter: ["model", "model"], reviews: ["reject"] });
  assert.equal(result.view.failure?.outcome, "budget");
  assert.equal(model.calls, 2);
});

test("a run that ended for its budget asks again when it is resumed", async () => {
  const model = paid(0.4, 0.3);
  const ended = await four(model, { cap: { usd: 1 }, reviews: ["reject"] });
  assert.equal(ended.status, "failed");
  const resumed = await ended.resume({ reviews: ["approve"] });
  assert.deepEqual(resumed.output, ["yes", "yes", "yes", "yes"]);
  assert.equal(model.calls, 4);
});

test("days of waiting for a higher cap are no time of the call", async () => {
  const clock = fakeClock();
  const model = paid(0.6, 0.6);
  const result = await play(
    async (ctx) => {
      const [first] = await Promise.all([
        ctx.map([1, 2], (n, it) => it.call(speaking, n), { concurrency: 1 }),
        ctx.sleep("3d"),
      ]);
      return first;
    },
    { clock, env: {}, models: { speaking: model }, cap: { usd: 1 }, reviews: ["silence", "approve"] },
  ).catch((error: unknown) => error);
  assert.match(
    String(result),
    /TEST_STUCK/,
    "the clock went on for three days, and the call was still waiting",
  );
  assert.equal(model.calls, 1);
});
