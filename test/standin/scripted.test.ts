// The scripted model gives a test's answers in order. What could go wrong: it
// runs out in silence, an answer is taken for one of the special forms, or a
// call that failed leaves no trace.

import assert from "node:assert/strict";
import { test } from "node:test";
import { scripted } from "../../src/standin/standin.ts";
import { ask, request, textOf, valueOf } from "./request.ts";

test("gives its answers in the order of the calls and keeps what was asked", async () => {
  const model = scripted([{ a: 1 }, "plain text", (it) => ({ attempt: it.caller.attempt })]);
  assert.deepEqual(valueOf(await ask(model)), { a: 1 });
  assert.equal(textOf(await ask(model)), "plain text");
  assert.deepEqual(valueOf(await ask(model, { attempt: 3 })), { attempt: 3 });
  assert.deepEqual(
    model.requests.map((it) => it.caller.attempt),
    [1, 1, 3],
  );
});

test("says what asked for one answer more than there are", async () => {
  const model = scripted(["one"]);
  await ask(model);
  await assert.rejects(ask(model, { agent: "fit", attempt: 2, turn: 3 }), {
    code: "SCRIPT_ENDED",
    message: /has 1 scripted answers.*step "fit", attempt 2, turn 3/,
  });
  assert.equal(model.requests.length, 1);
});

test("calls tools, is cut off, refuses, and fails by class", async () => {
  const model = scripted([
    {
      toolCalls: [
        { name: "add", args: { a: 1 } },
        { name: "add", args: "{not json" },
      ],
    },
    { finish: "truncated", text: "half an ans" },
    { finish: "refused" },
    "",
    { error: "rate-limit", retryAfterMs: 1_500 },
  ]);
  const calls = await ask(model);
  assert.equal(calls.finish, "tool-calls");
  assert.deepEqual(
    calls.parts.map((it) => it.type === "tool-call" && it.input),
    ['{"a":1}', "{not json"],
  );
  assert.equal((await ask(model)).finish, "truncated");
  assert.equal((await ask(model)).finish, "refused");
  assert.equal((await ask(model)).finish, "empty");
  await assert.rejects(ask(model), (error: { code: string; details: { retryAfterMs?: number } }) => {
    assert.equal(error.code, "MODEL_CALL");
    assert.equal(error.details.retryAfterMs, 1_500);
    return true;
  });
  assert.equal(model.requests.length, 5);
});

test("an answer that has a member named finish or error is an answer", async () => {
  const model = scripted([
    { finish: "matt", coats: 2 },
    { error: 0.02, unit: "mm" },
  ]);
  assert.deepEqual(valueOf(await ask(model)), { finish: "matt", coats: 2 });
  assert.deepEqual(valueOf(await ask(model)), { error: 0.02, unit: "mm" });
});

test("an aborted call spends no answer", async () => {
  const model = scripted(["one"]);
  await assert.rejects(model.call(request(), { abort: AbortSignal.abort() }), { code: "MODEL_CALL" });
  assert.equal(textOf(await ask(model)), "one");
});

test("says in every answer that a test wrote it, and costs nothing (B1)", async () => {
  const model = scripted([{ a: 1 }, { finish: "truncated" }]);
  assert.equal((await ask(model)).standin, "scripted: answers written in a test");
  assert.equal((await ask(model)).standin, model.standin);
  assert.equal(model.worstCaseUsd(request()), 0);
});
