// The turn loop. What could go wrong: a model's wrong call ends the run instead
// of going back to the model, one failing call loses its siblings' results, a
// result stands under another call's id, calls are not steps of their own, or
// the request a model was given changes after it was given.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { agent, grounded, tool } from "firebreak";
import { scripted } from "firebreak/testing";
import { play, playAgent, saidBy } from "./play.ts";

const calls: string[] = [];
const divide = tool({
  name: "divide",
  description: "Divides.",
  input: z.object({ a: z.number(), b: z.number() }),
  effect: "none",
  run: ({ a, b }) => {
    calls.push(`${a}/${b}`);
    if (b === 0) throw new Error("division by zero");
    return { result: a / b };
  },
});

const counting = agent({
  name: "counting",
  instructions: "Divide.",
  models: ["m"],
  tools: [divide],
  unchecked: "a test",
});
const ask = (...args: unknown[]) => ({ toolCalls: args.map((it) => ({ name: "divide", args: it })) });

test("A2: each model call and each tool call is a step of its own, and results go back with their calls", async () => {
  calls.length = 0;
  const model = scripted([ask({ a: 6, b: 3 }), ask({ a: 8, b: 2 }), "2 and 4"]);
  const result = await playAgent(counting, { task: "divide" }, { models: { counting: model } });
  assert.equal(result.output, "2 and 4");
  assert.deepEqual(calls, ["6/3", "8/2"]);
  const attempt = result.step("counting › attempt 1");
  assert.deepEqual(
    attempt.children.map((it) => it.kind),
    ["model", "tool", "model", "tool", "model"],
  );
  const roles = model.requests.map((it) => it.prompt.map((message) => message.role).join(" "));
  assert.deepEqual(roles, [
    "system user",
    "system user assistant tool",
    "system user assistant tool assistant tool",
  ]);
  assert.match(saidBy("user", model.requests[0])[0]!, /# task\n\ndivide/);
  assert.deepEqual(result.view.standins, ["scripted: answers written in a test"]);
});

test("T3: of parallel calls one that fails goes back as an error beside the results of the others, each under its id", async () => {
  calls.length = 0;
  const model = scripted([ask({ a: 1, b: 1 }, { a: 1, b: 0 }, { a: 9, b: 3 }), "done"]);
  const result = await playAgent(counting, null, { models: { counting: model } });
  assert.equal(result.output, "done");
  const results = saidBy("tool", model.requests[1]).map(
    (it) => JSON.parse(it) as { toolCallId: string; output: { type: string; value: unknown } },
  );
  assert.deepEqual(
    results.map((it) => it.toolCallId),
    ["call-1-1-1", "call-1-1-2", "call-1-1-3"],
  );
  assert.deepEqual(
    results.map((it) => it.output.type),
    ["json", "error-text", "json"],
  );
  assert.equal(results[1]?.output.value, "division by zero");
  assert.deepEqual(calls, ["1/1", "1/0", "9/3"]);
});

test("T1: an unknown tool, arguments that are no JSON and arguments that do not fit go back to the model, and no tool runs", async () => {
  calls.length = 0;
  const model = scripted([
    {
      toolCalls: [
        { name: "multiply", args: {} },
        { name: "divide", args: "{ a: " },
        { name: "divide", args: { a: "six", b: 3 } },
      ],
    },
    "sorry",
  ]);
  const result = await playAgent(counting, null, { models: { counting: model } });
  assert.equal(result.output, "sorry");
  const [unknown, broken, unfit] = saidBy("tool", model.requests[1]);
  assert.match(unknown!, /there is no tool .*multiply.*; there is divide/);
  assert.match(broken!, /the arguments are not JSON/);
  assert.match(unfit!, /the arguments do not fit the tool: a /);
  assert.deepEqual(calls, []);
});

test("a tool whose result cannot be recorded tells the model so, with the path", async () => {
  const results = [{ mean: Number.NaN }, () => 1, { mean: 2 }];
  const mean = tool({
    name: "mean",
    description: "Mean.",
    input: z.object({}),
    effect: "none",
    run: () => results.shift(),
  });
  const it = agent({ name: "a", instructions: "x", models: ["m"], tools: [mean], unchecked: "a test" });
  const again = { toolCalls: [{ name: "mean", args: {} }] };
  const model = scripted([again, again, again, "2"]);
  const result = await playAgent(it, null, { models: { a: model } });
  assert.equal(result.output, "2");
  const told = saidBy("tool", model.requests[3]);
  assert.match(told[0]!, /the result\.mean is NaN, which cannot be recorded/);
  assert.match(told[1]!, /the result is a function/);
});

test("what a model was sent stays as it was sent, and tools' results are what checks look in", async () => {
  const read = tool({
    name: "read",
    description: "Reads.",
    input: z.object({}),
    effect: "none",
    run: () => "the cat sat on the mat",
  });
  const it = agent({
    name: "a",
    instructions: "x",
    models: ["m"],
    tools: [read],
    output: z.object({ quote: z.string() }),
    checks: [grounded("quote")],
  });
  const model = scripted([{ toolCalls: [{ name: "read", args: {} }] }, { quote: "sat on the mat" }]);
  const result = await playAgent(it, null, { models: { a: model } });
  assert.deepEqual(result.output, { quote: "sat on the mat" });
  assert.equal(model.requests[0]?.prompt.length, 2);
  assert.equal(model.requests[1]?.prompt.length, 4);
});

test("equal parallel calls are two steps, and a crash between them repeats neither (E1)", async () => {
  let runs = 0;
  const roll = tool({
    name: "roll",
    description: "Rolls.",
    input: z.object({}),
    effect: "none",
    run: () => (runs += 1),
  });
  const it = agent({ name: "a", instructions: "x", models: ["m"], tools: [roll], unchecked: "a test" });
  const model = scripted([
    {
      toolCalls: [
        { name: "roll", args: {} },
        { name: "roll", args: {} },
      ],
    },
    "ok",
  ]);
  const result = await playAgent(it, null, { models: { a: model }, killAfter: ["model", "model"] });
  assert.equal(result.output, "ok");
  assert.equal(model.requests.length, 2, "the answer that was recorded is not asked for again");
  assert.equal(runs, 2);
});

test("instructions and prompt may be functions of the parsed input, and default to titled sections", async () => {
  const Order = z.object({
    id: z.string(),
    lines: z.array(z.object({ item: z.string(), n: z.number() })),
    note: z.string().default("none"),
  });
  const shown = agent({
    name: "a",
    input: Order,
    instructions: (it) => `Order ${it.id}.`,
    models: ["m"],
    unchecked: "a test",
  });
  const own = agent({
    name: "a",
    input: Order,
    instructions: "x",
    prompt: (it) => ["Look:", { title: "Note", text: it.note }],
    models: ["m"],
    unchecked: "a test",
  });
  const order = {
    id: "7",
    lines: [
      { item: "nut, hex", n: 2 },
      { item: "bolt", n: 1 },
    ],
    note: "soon",
  };
  const first = scripted(["ok"]);
  await playAgent(shown, order, { models: { a: first } });
  assert.deepEqual(saidBy("system", first.requests[0]), ["Order 7."]);
  assert.deepEqual(saidBy("user", first.requests[0]), [
    '# id\n\n7\n\n# lines\n\nitem,n\n"nut, hex",2\nbolt,1\n\n# note\n\nsoon',
  ]);
  const second = scripted(["ok"]);
  await playAgent(own, order, { models: { a: second } });
  assert.deepEqual(saidBy("user", second.requests[0]), ["Look:\n\n# Note\n\nsoon"]);
});

test("an agent called with an input that does not fit ends the run with its path, and no model is called", async () => {
  const it = agent({
    name: "a",
    input: z.object({ n: z.number() }),
    instructions: "x",
    models: ["m"],
    unchecked: "a test",
  });
  const model = scripted(["never"]);
  const result = await play((ctx) => ctx.call(it, { n: "one" } as unknown as { n: number }), {
    models: { a: model },
  });
  assert.match(String(result.error), /SCHEMA_MISMATCH: the input of agent "a" does not fit its schema: n /);
  assert.equal(model.requests.length, 0);
});

test("E11: a loop that never answers ends as limit after maxTurns", async () => {
  const it = agent({
    name: "a",
    instructions: "x",
    models: ["m"],
    tools: [divide],
    unchecked: "a test",
    maxTurns: 2,
    onFail: [],
  });
  const model = scripted([ask({ a: 1, b: 1 }), ask({ a: 1, b: 1 }), "too late"]);
  const result = await playAgent(it, null, { models: { a: model } });
  assert.equal(result.view.failure?.outcome, "limit");
  assert.equal(model.requests.length, 2);
});
