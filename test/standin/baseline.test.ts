// The baseline stands where a language model would. What could go wrong: it
// keeps state between calls, mixes up attempts, takes the result of another
// call, makes an answer up, or passes for a language model.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Json } from "../../src/base/values.ts";
import type { ModelPrompt } from "../../src/model/model.ts";
import { baselineJob, baselineLabel, baselineModel, use, useAll } from "../../src/standin/standin.ts";
import { afterTools, ask, converse, task, textOf, valueOf } from "./request.ts";

const adder = baselineJob<{ numbers: readonly number[] }>({
  agent: "worker",
  run: function* ({ numbers }) {
    const sum = yield* use("add", { numbers });
    if (!sum.ok) return { cannot: `adding failed: ${sum.error}` };
    const [twice, half] = yield* useAll([
      { tool: "double", args: { number: sum.value } },
      { tool: "halve", args: { number: sum.value } },
    ]);
    if (!twice?.ok || !half?.ok) return { cannot: "a number is missing" };
    return { answer: { sum: sum.value, twice: twice.value, half: half.value } };
  },
});

function calculator(name: string, args: Json): { value: Json } | { error: string } {
  const it = args as { numbers?: number[]; number?: number };
  if (name === "add") return { value: it.numbers!.reduce((a, b) => a + b, 0) };
  return { value: name === "double" ? it.number! * 2 : it.number! / 2 };
}

test("does a job turn by turn, parallel calls by their ids, and answers in JSON", async () => {
  const { answer, called } = await converse(baselineModel({ jobs: [adder] }), calculator, {
    input: { numbers: [1, 2, 5] },
  });
  assert.deepEqual(called, ["add", "double", "halve"]);
  assert.equal(answer.finish, "stop");
  assert.deepEqual(valueOf(answer), { sum: 8, twice: 16, half: 4 });
});

test("follows its input: other numbers give another answer (B3)", async () => {
  const { answer } = await converse(baselineModel({ jobs: [adder] }), calculator, {
    input: { numbers: [10] },
  });
  assert.deepEqual(valueOf(answer), { sum: 10, twice: 20, half: 5 });
});

test("keeps nothing between calls: a new model goes on in the middle of a conversation (B2)", async () => {
  const input = { numbers: [1, 2, 5] };
  const first = await ask(baselineModel({ jobs: [adder] }), { input });
  const prompt = afterTools(task, first, calculator);
  const second = await ask(baselineModel({ jobs: [adder] }), { input, prompt, turn: 2 });
  const again = await ask(baselineModel({ jobs: [adder] }), { input, prompt, turn: 2 });
  assert.deepEqual(
    second.parts.map((it) => it.type === "tool-call" && it.name),
    ["double", "halve"],
  );
  assert.deepEqual(again, second);
});

const failing = (): { error: string } => ({ error: "no such tool" });

test("hands a tool's error to the job as a value", async () => {
  const { answer } = await converse(baselineModel({ jobs: [adder] }), failing, { input: { numbers: [1] } });
  assert.equal(answer.finish, "refused");
  assert.equal(textOf(answer), "I cannot do this without a language model: adding failed: no such tool");
});

test("says in every answer, call or refusal, that no language model answered, and costs nothing (B1)", async () => {
  const model = baselineModel({ jobs: [adder] });
  const calls = await ask(model, { input: { numbers: [1] } });
  const refused = await ask(model, { agent: "poet", input: "write a poem" });
  for (const it of [calls, refused]) {
    assert.equal(it.standin, "baseline: rules, no language model");
    assert.equal(it.costUsd, undefined);
    assert.deepEqual(it.usage, { inputTokens: 0, outputTokens: 0 });
  }
  assert.equal(model.standin, baselineLabel);
  assert.match(model.id, /^baseline:/);
});

const listening = baselineJob({
  agent: "worker",
  run: function* (_, { attempt, feedback }) {
    yield* use("look", { attempt });
    return { answer: { attempt, feedback: feedback ?? null } };
  },
});

const looked = (): { value: Json } => ({ value: "seen" });
const rejection: ModelPrompt[number] = {
  role: "user",
  content: [{ type: "text", text: "The sum is wrong." }],
};

test("begins anew after feedback in the same conversation, and is told what was said", async () => {
  const model = baselineModel({ jobs: [listening] });
  const first = await converse(model, looked);
  assert.deepEqual(valueOf(first.answer), { attempt: 1, feedback: null });
  const said: ModelPrompt = [
    ...first.prompt,
    { role: "assistant", content: [{ type: "text", text: textOf(first.answer) }] },
    rejection,
  ];
  const second = await converse(model, looked, { attempt: 2, prompt: said });
  assert.deepEqual(second.called, ["look"]);
  assert.deepEqual(valueOf(second.answer), { attempt: 2, feedback: "The sum is wrong." });
});

test("is told the feedback also when an attempt starts a conversation of its own", async () => {
  const prompt: ModelPrompt = [
    {
      role: "user",
      content: [
        { type: "text", text: "The task." },
        { type: "text", text: "The sum is wrong." },
      ],
    },
  ];
  const { answer } = await converse(baselineModel({ jobs: [listening] }), looked, { attempt: 2, prompt });
  assert.deepEqual(valueOf(answer), { attempt: 2, feedback: "The sum is wrong." });
});

test("a job that asks for something else than before is told apart from one that goes on (B2)", async () => {
  let calls = 0;
  const restless = baselineJob({
    agent: "worker",
    run: function* () {
      calls += 1;
      yield* use("look", { calls });
      return { answer: "done" };
    },
  });
  await assert.rejects(converse(baselineModel({ jobs: [restless] }), looked), {
    code: "STANDIN_DIVERGED",
    message: /asked for look\(\{"calls":1\}\) as call 1 before, and now asks for look\(\{"calls":2\}\)/,
  });
});

test("a job that answers before the calls it made are used up has diverged too", async () => {
  const first = await ask(baselineModel({ jobs: [listening] }));
  const hasty = baselineJob({
    agent: "worker",
    run: () => ({ answer: "at once" }),
  });
  const prompt = afterTools(task, first, looked);
  await assert.rejects(ask(baselineModel({ jobs: [hasty] }), { prompt, turn: 2 }), {
    code: "STANDIN_DIVERGED",
  });
});

test("a job that never stops asking is stopped", async () => {
  const endless = baselineJob({
    agent: "worker",
    run: function* () {
      for (;;) yield [];
    },
  });
  await assert.rejects(ask(baselineModel({ jobs: [endless] })), { code: "STANDIN_ENDLESS" });
});

test("free text is given as it is, text for a schema as JSON", async () => {
  const job = baselineJob({
    agent: "worker",
    run: () => ({ answer: "plain" }),
  });
  const model = baselineModel({ jobs: [job], name: "strong" });
  assert.equal(textOf(await ask(model)), "plain");
  assert.equal(textOf(await ask(model, { outputSchema: { type: "string" } })), '"plain"');
  assert.equal(model.id, "baseline:strong");
});

test("an aborted call is an aborted call", async () => {
  const abort = AbortSignal.abort();
  const { request } = await import("./request.ts");
  await assert.rejects(baselineModel().call(request(), { abort }), { code: "MODEL_CALL" });
});

test("no word of a domain stands in the folder (B5)", () => {
  const folder = join(import.meta.dirname, "../../src/standin");
  const words =
    /assay|compound|molecul|ic50|pic50|inhibit|protein|protease|dose|solub|smiles|clogp|coefficient|invoice|bank|payment|ledger|customer|receivab|remittance|refund|vat\b|iban/i;
  const found = readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .flatMap((line, at) => (words.test(line) ? [`${file}:${at + 1} ${line.trim()}`] : [])),
  );
  assert.deepEqual(found, []);
});
