// The saboteur plants known faults. What could go wrong: it spoils another
// step, another attempt or a tool call, does nothing and says nothing, or its
// answers pass for the model's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  baselineModel,
  genericFaults,
  parseSabotage,
  sabotage,
  scripted,
} from "../../src/standin/standin.ts";
import type { Sabotage } from "../../src/standin/standin.ts";
import { ask, request, textOf, valueOf } from "./request.ts";

const right = { total: 12.5, quote: "Bears sleep through winter.", rows: [{ id: 1 }, { id: 2 }] };
const truthful = (): ReturnType<typeof scripted> =>
  scripted(
    Array.from({ length: 5 }, () => right),
    { id: "scripted:first" },
  );
const planted = (plan: Partial<Sabotage> = {}): ReturnType<typeof sabotage> =>
  sabotage(truthful(), { step: "worker", fault: "wrong-number", ...plan });

test("spoils only the first attempt unless told otherwise, and labels what it spoilt (B4)", async () => {
  const model = planted();
  const first = await ask(model);
  const second = await ask(model, { attempt: 2 });
  assert.deepEqual(valueOf(first), { ...right, total: 125 });
  assert.equal(first.standin, "saboteur: wrong-number over scripted: answers written in a test");
  assert.deepEqual(valueOf(second), right);
  assert.equal(second.standin, "scripted: answers written in a test");
  assert.equal(model.worstCaseUsd(request()), 0);
});

test("spoils every attempt of the first model, so that only the next can do it", async () => {
  const plan = { when: "model", firstModel: "scripted:first" } as const;
  const first = planted(plan);
  const next = sabotage(scripted([right], { id: "scripted:next" }), {
    step: "worker",
    fault: "wrong-number",
    ...plan,
  });
  assert.deepEqual(valueOf(await ask(first)), { ...right, total: 125 });
  assert.deepEqual(valueOf(await ask(first, { attempt: 2 })), { ...right, total: 125 });
  assert.deepEqual(valueOf(await ask(next, { attempt: 3 })), right);
});

test("spoils always when told so", async () => {
  const model = planted({ when: "always" });
  await ask(model);
  assert.deepEqual(valueOf(await ask(model, { attempt: 4 })), { ...right, total: 125 });
});

test("leaves other steps, tool calls and unfinished answers alone", async () => {
  assert.deepEqual(valueOf(await ask(planted(), { agent: "other" })), right);
  const calls = sabotage(
    scripted([{ toolCalls: [{ name: "add", args: { a: 1 } }] }, { finish: "truncated", text: "1" }]),
    {
      step: "worker",
      fault: "wrong-number",
    },
  );
  assert.deepEqual((await ask(calls)).parts, [
    { type: "tool-call", id: "call-1-1-1", name: "add", input: '{"a":1}' },
  ]);
  assert.equal(textOf(await ask(calls)), "1");
});

test("says so when there is nothing to spoil", async () => {
  const model = sabotage(scripted([{ text: "no number" }]), { step: "worker", fault: "wrong-number" });
  const answer = await ask(model);
  assert.deepEqual(valueOf(answer), { text: "no number" });
  assert.deepEqual(answer.warnings, ["saboteur: wrong-number found nothing to spoil in this answer"]);
});

test("shows watchers the spoilt text only", async () => {
  let seen = "";
  await planted().call(request(), { abort: new AbortController().signal, onDelta: (it) => (seen += it) });
  assert.deepEqual(JSON.parse(seen), { ...right, total: 125 });
});

test("takes faults of a domain, which see the input, beside its own", async () => {
  const faults = { echo: (_: unknown, input: unknown): unknown => ({ said: input }) };
  const answer = await ask(sabotage(baselineModel({ jobs: [] }), { step: "worker", fault: "echo", faults }), {
    input: "Total: 3",
    outputSchema: { type: "object", properties: { total: { type: "number" } } },
  });
  assert.deepEqual(valueOf(answer), { said: "Total: 3" });
  assert.equal(answer.standin, "saboteur: echo over baseline: rules, no language model");
});

test("each generic fault makes its one mistake and leaves the right answer as it was (B4)", () => {
  const answer = {
    note: "It is so in the end.",
    quotes: ["Bears sleep through winter."],
    n: 7,
    rows: [1, 2],
  };
  const before = structuredClone(answer);
  const made = Object.fromEntries(
    Object.entries(genericFaults).map(([name, fault]) => [name, fault(answer, "37.4")]),
  );
  assert.deepEqual(made, {
    misquote: { ...answer, quotes: ["Bears sleep otherwise winter."] },
    "invented-number": { ...answer, note: "It is so in the end. That is 48.7 in all." },
    "wrong-number": { ...answer, n: 70 },
    "claimed-action": { ...answer, note: "It is so in the end. I have sent the confirmation by mail." },
    "dropped-row": { ...answer, rows: [1] },
  });
  assert.deepEqual(answer, before);
});

test("reads what is to be planted from a command line", () => {
  assert.deepEqual(parseSabotage("fit=misquote"), { step: "fit", fault: "misquote", when: "first" });
  assert.deepEqual(parseSabotage("fit=misquote:always"), { step: "fit", fault: "misquote", when: "always" });
});

test("refuses what it does not know, and says what it knows", () => {
  const known = { steps: ["scout", "fit"], faults: { twist: () => null } };
  const refusal = (text: string, reason: RegExp): void =>
    assert.throws(() => parseSabotage(text, known), { code: "SABOTAGE_INVALID", message: reason });
  refusal("fit", /form STEP=FAULT/);
  refusal("fti=twist", /no step "fti".*scout, fit/);
  refusal("fit=twits", /no fault "twits".*misquote.*twist/);
  refusal("fit=twist:never", /"never" is no moment.*first, model, always/);
  refusal("fit=toString", /no fault "toString"/);
});
