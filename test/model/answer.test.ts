// Records of answers and the messages made of them. What could go wrong: half an
// answer taken for a whole one, metadata lost that the provider asks back, a call
// whose input is no JSON breaking the next request.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { collectStream, CutStream, finishOf } from "../../src/model/answer.ts";
import { isStrict } from "../../src/model/call.ts";
import { toPromptMessages, toolResultMessage } from "../../src/model/message.ts";
import type { Finish, ModelAnswer, ModelPart } from "../../src/model/model.ts";

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};
const end = { type: "finish", usage, finishReason: { unified: "stop", raw: "stop" } } as const;

function streamOf(...parts: LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> {
  return ReadableStream.from(parts);
}

const answer = (...parts: ModelPart[]): ModelAnswer => ({
  model: "m",
  parts,
  finish: "stop",
  usage: { inputTokens: 1, outputTokens: 1 },
});

describe("streams", () => {
  test("blocks that grow side by side keep their order and their metadata", async () => {
    const deltas: string[] = [];
    const { parts } = await collectStream(
      streamOf(
        { type: "reasoning-start", id: "1", providerMetadata: { p: { item: "r1" } } },
        { type: "text-start", id: "1" },
        { type: "reasoning-delta", id: "1", delta: "think" },
        { type: "text-delta", id: "1", delta: "a" },
        { type: "reasoning-delta", id: "1", delta: "", providerMetadata: { p: { signature: "s" } } },
        { type: "text-delta", id: "1", delta: "b" },
        { type: "text-end", id: "1" },
        { type: "text-start", id: "1" },
        { type: "text-delta", id: "1", delta: "c" },
        end,
      ),
      (text) => deltas.push(text),
    );
    assert.deepEqual(parts, [
      { type: "reasoning", text: "think", meta: { p: { item: "r1", signature: "s" } } },
      { type: "text", text: "ab" },
      { type: "text", text: "c" },
    ]);
    assert.deepEqual(deltas, ["a", "b", "c"]);
  });

  test("tools that the provider ran are marked, and their early results left out", async () => {
    const call = { toolCallId: "t", toolName: "search" };
    const { parts } = await collectStream(
      streamOf(
        { type: "tool-call", ...call, input: "{}", providerExecuted: true },
        { type: "tool-result", ...call, result: { n: 1 }, preliminary: true },
        { type: "tool-result", ...call, result: { n: 2 } },
        { type: "source", sourceType: "url", id: "s", url: "https://example.org" },
        end,
      ),
      () => {},
    );
    assert.deepEqual(
      parts.map((part) => part.type),
      ["tool-call", "tool-result", "other"],
    );
    assert.equal(parts[0]!.type === "tool-call" && parts[0]!.providerExecuted, true);
    assert.deepEqual(toPromptMessages(answer(...parts))[0]!.content.length, 2, "sources are not sent back");
  });

  test("M7: a stream without an end, or with one that the provider did not name, is cut", async () => {
    const text = [
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", delta: "half" },
    ] as const;
    const ends = [
      [],
      [{ ...end, finishReason: { unified: "interrupted", raw: undefined } }],
      [{ ...end, finishReason: { unified: "other", raw: undefined } }],
    ] as const;
    for (const last of ends)
      await assert.rejects(
        collectStream(streamOf(...text, ...last), () => {}),
        CutStream,
      );
  });

  test("an error in the stream is thrown as it is", async () => {
    const error = new Error("overloaded");
    await assert.rejects(
      collectStream(streamOf({ type: "error", error }, end), () => {}),
      error,
    );
  });
});

describe("M1, M8: ends", () => {
  const text: ModelPart = { type: "text", text: "some" };
  const call: ModelPart = { type: "tool-call", id: "t", name: "n", input: "{}" };
  const done: ModelPart = { ...call, providerExecuted: true };
  const cases: readonly [LanguageModelV4FinishReason["unified"], string | undefined, ModelPart[], Finish][] =
    [
      ["stop", "end_turn", [text], "stop"],
      ["stop", "end_turn", [], "empty"],
      ["stop", "end_turn", [{ type: "text", text: " \n" }], "empty"],
      ["stop", "end_turn", [{ type: "reasoning", text: "only thoughts" }], "empty"],
      ["stop", "stop", [call], "tool-calls"],
      ["stop", "end_turn", [done, text], "stop"],
      ["stop", "pause_turn", [done, text], "truncated"],
      ["tool-calls", "tool_use", [text, call], "tool-calls"],
      ["tool-calls", "tool_use", [text], "error"],
      ["length", "max_tokens", [text, call], "truncated"],
      ["content-filter", "refusal", [text], "refused"],
      ["content-filter", "content_filter", [text], "filtered"],
      ["error", undefined, [text], "error"],
      ["interrupted", undefined, [text], "error"],
      ["other", "compaction", [text], "error"],
    ];
  for (const [unified, raw, parts, wanted] of cases) {
    test(`${unified} (${String(raw)}) with ${parts.map((it) => it.type).join(", ") || "nothing"} is ${wanted}`, () => {
      assert.equal(finishOf({ unified, raw }, parts), wanted);
    });
  }
});

describe("messages", () => {
  test("a tool call's input goes back as an object, and as what was written when it is none", () => {
    const inputs = ['{"a":1}', "", " ", "[1]", '{"a":', "null"];
    const parts = inputs.map((input, index): ModelPart => ({
      type: "tool-call",
      id: String(index),
      name: "n",
      input,
    }));
    const [message] = toPromptMessages(answer(...parts));
    assert.deepEqual(
      (message!.content as { input: unknown }[]).map((it) => it.input),
      [{ a: 1 }, {}, {}, { invalidJson: "[1]" }, { invalidJson: '{"a":' }, { invalidJson: "null" }],
    );
  });

  test("metadata comes back as the provider's options", () => {
    const [message] = toPromptMessages(
      answer({ type: "reasoning", text: "t", meta: { p: { signature: "s" } } }),
    );
    assert.deepEqual(message!.content, [
      { type: "reasoning", text: "t", providerOptions: { p: { signature: "s" } } },
    ]);
  });

  test("an answer without content makes no message", () => {
    assert.deepEqual(toPromptMessages(answer()), []);
    assert.deepEqual(toPromptMessages(answer({ type: "text", text: "" })), []);
  });

  test("results are text, JSON, an error or a denial, in one message and in order", () => {
    const message = toolResultMessage([
      { id: "1", name: "a", result: "text" },
      { id: "2", name: "b", result: { n: 1 } },
      { id: "3", name: "c", error: "broke" },
      { id: "4", name: "d", denied: "not allowed" },
      { id: "5", name: "e" },
    ]);
    assert.deepEqual(
      message.content.map((it) => it.type === "tool-result" && it.output),
      [
        { type: "text", value: "text" },
        { type: "json", value: { n: 1 } },
        { type: "error-text", value: "broke" },
        { type: "execution-denied", reason: "not allowed" },
        { type: "json", value: null },
      ],
    );
  });
});

describe("strict schemas", () => {
  const inner = { type: "object", properties: { a: {} }, required: ["a"], additionalProperties: false };
  test("every object must require all members and allow no others, at any depth", () => {
    assert.equal(isStrict(inner), true);
    assert.equal(isStrict({ type: "array", items: inner }), true);
    assert.equal(isStrict({ ...inner, required: [] }), false);
    assert.equal(isStrict({ type: "array", items: { ...inner, additionalProperties: true } }), false);
    assert.equal(
      isStrict({ ...inner, properties: { a: { anyOf: [{ type: "object", properties: {} }] } } }),
      false,
    );
  });
});
