// The strict reader itself. What could go wrong: a reader that finds nothing
// wrong with anything. One good request is spoiled in one way at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf, type SentRequest } from "./strict-requests.ts";

const key = "canary-key";
const text = [{ type: "text", text: "hello" }];
const use = { type: "tool_use", id: "t1", name: "add", input: { a: 1 } };
const result = { type: "tool_result", tool_use_id: "t1", content: "2" };
const good = {
  model: "m",
  max_tokens: 10,
  messages: [
    { role: "user", content: text },
    { role: "assistant", content: [use] },
    { role: "user", content: [result] },
  ],
  tools: [{ name: "add", description: "Adds.", input_schema: { type: "object", properties: {} } }],
};

function sent(body: object, headers: Record<string, string> = {}): SentRequest {
  const own = { "x-api-key": key, "anthropic-version": "2023-06-01", ...headers };
  return { path: "/v1/messages", headers: own, body: JSON.stringify(body) };
}

test("a good request has no fault", () => {
  assert.deepEqual(faultsOf("anthropic", sent(good), key), []);
});

test("each spoiled request has a fault", () => {
  const [ask, calls, answers] = good.messages;
  const spoiled: Record<string, SentRequest> = {
    "unknown field": sent({ ...good, user_name: "x" }),
    "no limit": sent({ ...good, max_tokens: undefined }),
    "roles do not alternate": sent({ ...good, messages: [ask, ask, calls, answers] }),
    "result missing": sent({ ...good, messages: [ask, calls] }),
    "result without call": sent({ ...good, messages: [ask, { role: "assistant", content: text }, answers] }),
    "wrong id": sent({
      ...good,
      messages: [ask, calls, { role: "user", content: [{ ...result, tool_use_id: "t9" }] }],
    }),
    "tool schema no object": sent({
      ...good,
      tools: [{ ...good.tools[0], input_schema: { type: "string" } }],
    }),
    "no key": sent(good, { "x-api-key": "" }),
    "second key": sent(good, { authorization: `Bearer ${key}` }),
    "key in the body": sent({
      ...good,
      messages: [{ role: "user", content: [{ type: "text", text: key }] }],
    }),
  };
  for (const [name, request] of Object.entries(spoiled)) {
    assert.notDeepEqual(faultsOf("anthropic", request, key), [], name);
  }
});

test("OpenAI's requests must not be stored, and every call needs its result", () => {
  const call = { type: "function_call", call_id: "c1", name: "add", arguments: "{}" };
  const body = { model: "m", max_output_tokens: 10, store: false, input: [call] };
  const request = (it: object): SentRequest => ({
    path: "/v1/responses",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(it),
  });
  const done = { ...body, input: [call, { type: "function_call_output", call_id: "c1", output: "2" }] };
  assert.deepEqual(faultsOf("openai", request(done), key), []);
  assert.notDeepEqual(faultsOf("openai", request(body), key), []);
  assert.notDeepEqual(faultsOf("openai", request({ ...done, store: true }), key), []);
});
