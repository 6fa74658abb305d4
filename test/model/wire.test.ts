// Calls over a real local socket, through the real provider packages. What could
// go wrong: a request that a provider refuses, an answer that is not whole taken
// for one, an error whose class or wait is lost, a key in the wrong place. A
// strict reader looks at every request; answers come from a mock server, and
// broken ones are written by hand.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { FirebreakError } from "../../src/base/errors.ts";
import { toPromptMessages, toolResultMessage } from "../../src/model/message.ts";
import type { Model, ModelAnswer, ModelPrompt, ModelRequest } from "../../src/model/model.ts";
import { openWire, type RawAnswer, type Wire } from "./wire.ts";

const schema = {
  type: "object",
  properties: { a: { type: "number" } },
  required: ["a"],
  additionalProperties: false,
} as const;
const add = { name: "add", description: "Adds one.", inputSchema: schema };

const providers = [
  { ref: "anthropic:claude-sonnet-4-5", usage: { input_tokens: 21, output_tokens: 7 } },
  { ref: "openai:gpt-5.6", usage: { input_tokens: 21, output_tokens: 7 } },
  { ref: "local:llama3", usage: { prompt_tokens: 21, completion_tokens: 7 } },
] as const;

let wire: Wire;
before(async () => {
  wire = await openWire();
});
after(() => wire.close());
beforeEach(() => {
  wire.faults();
  wire.mock.reset();
});

function user(text: string): ModelPrompt {
  return [
    { role: "system", content: "Answer briefly." },
    { role: "user", content: [{ type: "text", text }] },
  ];
}

function asking(prompt: ModelPrompt, more: Partial<ModelRequest> = {}): ModelRequest {
  return { prompt, tools: [], caller: { agent: "scout", attempt: 1, turn: 1, input: null }, ...more };
}

async function call(
  model: Model,
  request: ModelRequest,
  streamed: boolean,
): Promise<ModelAnswer & { deltas: string }> {
  let deltas = "";
  const onDelta = streamed ? { onDelta: (text: string) => void (deltas += text) } : {};
  const answer = await model.call(request, { abort: new AbortController().signal, ...onDelta });
  assert.deepEqual(wire.faults(), [], "every request passes the strict reader");
  return { ...answer, deltas };
}

function textOf(answer: ModelAnswer): string {
  return answer.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

async function failure(work: Promise<unknown>): Promise<FirebreakError<"MODEL_CALL">> {
  const error = await work.then(
    () => assert.fail("the call gave an answer"),
    (it: unknown) => it,
  );
  assert.ok(FirebreakError.is(error, "MODEL_CALL"), String(error));
  assert.doesNotMatch(JSON.stringify({ ...error, message: error.message, stack: error.stack }), /canary-/);
  return error;
}

for (const { ref, usage } of providers) {
  for (const streamed of [false, true]) {
    describe(`${ref}, ${streamed ? "streamed" : "in one piece"}`, () => {
      test("a plain answer comes with its text, usage and end", async () => {
        wire.mock.onMessage("hello", { content: "Good day to you.", usage });
        const answer = await call(wire.registry().resolve(ref), asking(user("hello")), streamed);
        assert.equal(textOf(answer), "Good day to you.");
        assert.equal(answer.finish, "stop");
        assert.equal(answer.model, ref);
        assert.deepEqual([answer.usage.inputTokens, answer.usage.outputTokens], [21, 7]);
        assert.equal(answer.deltas, streamed ? "Good day to you." : "");
        assert.equal(answer.standin, undefined);
      });

      test("parallel tool calls keep their ids and text, and their results go back with them", async () => {
        const toolCalls = [
          { name: "add", arguments: '{"a":1}', id: "call_one" },
          { name: "add", arguments: '{"a":2}', id: "call_two" },
        ];
        wire.mock.on({ userMessage: "sum", hasToolResult: false }, { content: "Adding.", toolCalls, usage });
        wire.mock.on({ userMessage: "sum", hasToolResult: true }, { content: "3 and none", usage });
        const model = wire.registry().resolve(ref);
        const first = await call(model, asking(user("sum"), { tools: [add] }), streamed);
        assert.equal(first.finish, "tool-calls");
        const calls = first.parts.filter((part) => part.type === "tool-call");
        assert.deepEqual(
          calls.map((it) => [it.id, it.name, it.input]),
          [
            ["call_one", "add", '{"a":1}'],
            ["call_two", "add", '{"a":2}'],
          ],
        );
        const results = toolResultMessage([
          { id: "call_one", name: "add", result: { sum: 3 } },
          { id: "call_two", name: "add", error: "the second failed" },
        ]);
        // Through JSON, as a journal would give it back (M2).
        const recorded = JSON.parse(JSON.stringify(first)) as ModelAnswer;
        const prompt = [...user("sum"), ...toPromptMessages(recorded), results];
        const second = await call(model, asking(prompt, { tools: [add] }), streamed);
        assert.equal(second.finish, "stop");
        assert.equal(textOf(second), "3 and none");
        assert.match(wire.sent.at(-1)!.body, /the second failed/);
        const third = [...prompt, ...toPromptMessages(second), ...user("sum").slice(1)];
        wire.mock.on({ userMessage: "sum", hasToolResult: false }, { content: "again", usage });
        await call(model, asking(third, { tools: [add], toolChoice: "none" }), streamed);
      });

      test("a schema is sent with the request, and its answer comes as text", async () => {
        wire.mock.onMessage("number", { content: '{"a":4}', usage });
        const request = asking(user("number"), { outputSchema: schema, outputName: "Number" });
        const answer = await call(wire.registry().resolve(ref), request, streamed);
        assert.deepEqual(JSON.parse(textOf(answer)), { a: 4 });
        assert.equal(answer.finish, "stop");
        assert.match(wire.sent.at(-1)!.body, /json_schema/);
        assert.equal(answer.warnings, undefined);
      });

      test("M1: an answer cut at the token limit is truncated, not finished", async () => {
        wire.mock.onMessage("long", { content: "It goes on and", finishReason: "length", usage });
        // The mock leaves out why a response is incomplete, which OpenAI always says.
        if (ref.startsWith("openai:"))
          wire.answer(openaiIncomplete("It goes on and", "max_output_tokens", streamed));
        const answer = await call(wire.registry().resolve(ref), asking(user("long")), streamed);
        assert.equal(answer.finish, "truncated");
      });

      test("M1: an answer without text or tool call is empty, not finished", async () => {
        wire.mock.onMessage("nothing", { content: " \n", usage });
        const answer = await call(wire.registry().resolve(ref), asking(user("nothing")), streamed);
        assert.equal(answer.finish, "empty");
      });

      test("429 says how long to wait, 529 that the provider is overloaded, 401 that the key is wrong", async () => {
        const model = wire.registry().resolve(ref);
        const body = '{"type":"error","error":{"type":"x","message":"not now"}}';
        wire.answer({ status: 429, headers: { "retry-after": "7" }, body });
        const limited = await failure(call(model, asking(user("hello")), streamed));
        assert.deepEqual(
          [limited.details.class, limited.details.status, limited.details.retryAfterMs],
          ["rate-limit", 429, 7_000],
        );
        wire.answer({ status: 529, body });
        assert.equal((await failure(call(model, asking(user("hello")), streamed))).details.class, "overload");
        wire.answer({ status: 401, body });
        assert.equal((await failure(call(model, asking(user("hello")), streamed))).details.class, "auth");
      });

      test("M3: a provider that repeats the key in its error is not quoted with it", async () => {
        const echo = Object.values(wire.sent.at(-1)!.headers).join(" ");
        const body = JSON.stringify({ type: "error", error: { type: "x", message: `bad key ${echo}` } });
        wire.answer({ status: 403, body });
        const error = await failure(call(wire.registry().resolve(ref), asking(user("hello")), streamed));
        assert.equal(error.details.class, "auth");
        assert.match(error.message, /bad key/);
      });
    });
  }

  describe(`${ref}, broken`, () => {
    const long = "A long answer. ".repeat(60);

    test("M7: a stream cut anywhere is no answer", async () => {
      const model = wire.registry().resolve(ref);
      for (const how of ["end", "destroy"] as const) {
        for (const bytes of [40, 700, 2_000, 5_000]) {
          wire.mock.onMessage("long", { content: long, usage });
          wire.cut(bytes, how);
          const error = await failure(call(model, asking(user("long")), true));
          assert.ok(
            ["cut", "network"].includes(error.details.class),
            `${how} after ${bytes}: ${error.message}`,
          );
        }
      }
    });

    test("an answer in one piece whose body is cut is no answer", async () => {
      wire.mock.onMessage("long", { content: long, usage });
      wire.cut(120, "end");
      const error = await failure(call(wire.registry().resolve(ref), asking(user("long")), false));
      assert.ok(["cut", "invalid"].includes(error.details.class), error.message);
    });

    test("a stop in the middle of a call ends it as aborted, a time limit as timeout", async () => {
      const model = wire.registry().resolve(ref);
      for (const [reason, wanted] of [
        [new DOMException("stopped", "AbortError"), "aborted"],
        [new DOMException("too slow", "TimeoutError"), "timeout"],
      ] as const) {
        const abort = new AbortController();
        wire.mock.onMessage("long", { content: long, usage });
        const onDelta = (): void => abort.abort(reason);
        const error = await failure(model.call(asking(user("long")), { abort: abort.signal, onDelta }));
        assert.equal(error.details.class, wanted);
      }
    });
  });
}

const sse = (...events: object[]): string =>
  events
    .map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");

const data = (...chunks: (object | string)[]): string =>
  chunks.map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`).join("");

function anthropicStream(blocks: readonly object[], stop: string): RawAnswer {
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5",
    content: [],
  };
  const start = {
    type: "message_start",
    message: { ...message, usage: { input_tokens: 9, output_tokens: 1 } },
  };
  const end = { type: "message_delta", delta: { stop_reason: stop }, usage: { output_tokens: 5 } };
  return { body: sse(start, ...blocks, end, { type: "message_stop" }) };
}

/** What OpenAI's responses give when they stop before the end. */
function openaiIncomplete(text: string, reason: string, streamed: boolean): RawAnswer {
  const item = { id: "msg_1", type: "message", role: "assistant", status: "incomplete" };
  const content = [{ type: "output_text", text, annotations: [] }];
  const response = {
    id: "resp_1",
    object: "response",
    created_at: 1,
    model: "gpt-5.6",
    status: "incomplete",
    incomplete_details: { reason },
    output: [{ ...item, content }],
    usage: { input_tokens: 21, output_tokens: 7 },
  };
  if (!streamed) return { body: JSON.stringify(response) };
  const created = { type: "response.created", response: { ...response, status: "in_progress", output: [] } };
  const events = [
    { type: "response.output_item.added", output_index: 0, item: { ...item, content: [] } },
    { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: text },
    { type: "response.output_item.done", output_index: 0, item: { ...item, content } },
    { type: "response.incomplete", response },
  ];
  return { body: sse(created, ...events) };
}

describe("what only one provider does", () => {
  test("P1, P2: a key goes into its header only, and a server named by URL gets none it did not ask for", async () => {
    wire.mock.onMessage("hello", { content: "Good day." });
    for (const ref of ["anthropic:claude-opus-5", "openai:gpt-5.6", "keyed:keyed-1", "local:llama3"]) {
      await call(wire.registry().resolve(ref), asking(user("hello")), false);
      const { headers, path, body } = wire.sent.at(-1)!;
      const carried = [headers["x-api-key"], headers.authorization].filter((it) => it !== undefined);
      assert.equal(carried.length, ref.startsWith("local:") ? 0 : 1, ref);
      assert.doesNotMatch(path + body, /canary-/);
    }
  });

  test("L2: OpenAI is asked not to store, and earlier answers go back whole, not by reference", async () => {
    wire.mock.onMessage("hello", { content: "Good day." });
    const model = wire.registry().resolve("openai:gpt-5.6");
    const first = await call(model, asking(user("hello")), true);
    await call(
      model,
      asking([...user("hello"), ...toPromptMessages(first), ...user("hello").slice(1)]),
      true,
    );
    const body = wire.sent.at(-1)!.body;
    assert.match(body, /"store":false/);
    assert.match(body, /Good day\./);
    assert.doesNotMatch(body, /item_reference/);
  });

  test("M1: OpenAI's content filter is filtered", async () => {
    const model = wire.registry().resolve("openai:gpt-5.6");
    for (const streamed of [false, true]) {
      wire.answer(openaiIncomplete("Some", "content_filter", streamed));
      assert.equal((await call(model, asking(user("x")), streamed)).finish, "filtered");
    }
  });

  test("M2: a signature of Anthropic's reasoning is recorded and goes back unchanged", async () => {
    const model = wire.registry().resolve("anthropic:claude-sonnet-4-5");
    wire.answer(
      anthropicStream(
        [
          {
            type: "content_block_start",
            index: 0,
            content_block: { type: "thinking", thinking: "", signature: "" },
          },
          {
            type: "content_block_delta",
            index: 0,
            delta: { type: "thinking_delta", thinking: "Let me add." },
          },
          {
            type: "content_block_delta",
            index: 0,
            delta: { type: "signature_delta", signature: "SIG-42==" },
          },
          { type: "content_block_stop", index: 0 },
          {
            type: "content_block_start",
            index: 1,
            content_block: { type: "tool_use", id: "toolu_1", name: "add", input: {} },
          },
          {
            type: "content_block_delta",
            index: 1,
            delta: { type: "input_json_delta", partial_json: '{"a":' },
          },
          { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: "1}" } },
          { type: "content_block_stop", index: 1 },
        ],
        "tool_use",
      ),
    );
    const first = await call(model, asking(user("sum"), { tools: [add] }), true);
    assert.equal(first.finish, "tool-calls");
    assert.equal(first.deltas, "", "reasoning is no text");
    const recorded = JSON.parse(JSON.stringify(first)) as ModelAnswer;
    const results = toolResultMessage([{ id: "toolu_1", name: "add", result: 2 }]);
    wire.mock.onMessage("sum", { content: "two" });
    await call(
      model,
      asking([...user("sum"), ...toPromptMessages(recorded), results], { tools: [add] }),
      true,
    );
    const sent = JSON.parse(wire.sent.at(-1)!.body) as { messages: { content: unknown[] }[] };
    assert.deepEqual(sent.messages[1]!.content, [
      { type: "thinking", thinking: "Let me add.", signature: "SIG-42==" },
      { type: "tool_use", id: "toolu_1", name: "add", input: { a: 1 } },
    ]);
  });

  test("M1: a refusal of Anthropic's is refused, with what it had written", async () => {
    const block = [
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "I will not" } },
      { type: "content_block_stop", index: 0 },
    ];
    wire.answer(anthropicStream(block, "refusal"));
    const answer = await call(
      wire.registry().resolve("anthropic:claude-sonnet-4-5"),
      asking(user("x")),
      true,
    );
    assert.equal(answer.finish, "refused");
    assert.equal(textOf(answer), "I will not");
  });

  test("an overload that Anthropic reports inside the stream is an overload", async () => {
    const start = { type: "content_block_start", index: 0, content_block: { type: "text", text: "Some" } };
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const whole = anthropicStream([start, error], "end_turn");
    wire.answer({ body: whole.body });
    const model = wire.registry().resolve("anthropic:claude-sonnet-4-5");
    assert.equal((await failure(call(model, asking(user("x")), true))).details.class, "overload");
  });

  test("M1: the chat format's content filter is filtered, its refusal refused", async () => {
    const chunk = (delta: object, finish_reason: string | null): object => ({
      id: "c1",
      object: "chat.completion.chunk",
      created: 1,
      model: "llama3",
      choices: [{ index: 0, delta, finish_reason }],
    });
    const model = wire.registry().resolve("local:llama3");
    wire.answer({
      body: data(chunk({ role: "assistant", content: "Some" }, null), chunk({}, "content_filter"), "[DONE]"),
    });
    assert.equal((await call(model, asking(user("x")), true)).finish, "filtered");
    wire.answer({
      body: data(chunk({ role: "assistant", refusal: "I cannot." }, null), chunk({}, "stop"), "[DONE]"),
    });
    assert.equal((await call(model, asking(user("x")), true)).finish, "refused");
  });

  test("a server without usage gives estimated tokens and says so", async () => {
    const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "llama3" };
    const choices = [{ index: 0, delta: { content: "Good day." }, finish_reason: "stop" }];
    wire.answer({ body: data({ ...chunk, choices }, "[DONE]") });
    const prices = { "local:llama3": { inputUsdPerMTok: 1, outputUsdPerMTok: 10 } };
    const request = asking(user("hello"), { maxOutputTokens: 1_000 });
    const model = wire.registry({ prices }).resolve("local:llama3");
    const answer = await call(model, request, true);
    assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
    assert.match(answer.warnings!.join(), /reported no usage/);
    assert.ok(answer.costUsd! >= 0.01, "the cost is the upper bound, not the estimate");
  });

  test("a server that takes no schema is not sent one, and the answer says so", async () => {
    wire.mock.onMessage("number", { content: '{"a":4}' });
    const request = asking(user("number"), { outputSchema: schema });
    const answer = await call(wire.registry().resolve("keyed:keyed-1"), request, false);
    assert.match(answer.warnings!.join(), /responseFormat/i);
    assert.doesNotMatch(wire.sent.at(-1)!.body, /json_schema/);
  });

  test("a schema with optional members is not sent to OpenAI as strict, which would refuse it", async () => {
    wire.mock.onMessage("number", { content: '{"a":4}' });
    const { required: _, ...optional } = schema;
    const model = wire.registry().resolve("openai:gpt-5.6");
    await call(model, asking(user("number"), { outputSchema: optional, outputName: "N" }), false);
    assert.match(wire.sent.at(-1)!.body, /"strict":false/);
    await call(model, asking(user("number"), { outputSchema: schema, outputName: "N" }), false);
    assert.match(wire.sent.at(-1)!.body, /"strict":true/);
  });

  test("a server nobody listens at is a network error that says where to look", async () => {
    const endpoints = { local: { url: "http://127.0.0.1:9/v1" } };
    const error = await failure(
      call(wire.registry({ endpoints }).resolve("local:llama3"), asking(user("x")), true),
    );
    assert.equal(error.details.class, "network");
    assert.match(error.fix, /runs/);
  });
});
