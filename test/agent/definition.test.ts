// What may be declared as an agent. What could go wrong: an agent without any
// check slips in (from plain JavaScript, where no type stops it), a tool that
// changes something is handed to a model, or a tool of the AI SDK is called
// otherwise than it expects.

import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonSchema, tool as aiTool } from "ai";
import { z } from "zod";
import { agent, FirebreakError, tool } from "firebreak";
import { scripted } from "firebreak/testing";
import { checkTools } from "../../src/tool/define.ts";
import { playAgent, saidBy } from "./play.ts";

/** As plain JavaScript would call it. */
const loose = agent as unknown as (options: object) => unknown;
const sound = { name: "a", instructions: "Answer.", models: ["m"] };

const refused: readonly (readonly [what: string, options: object, message: RegExp])[] = [
  ["without checks", sound, /agent "a" has no check.*unchecked: "reason"/],
  ["with an empty list of checks", { ...sound, checks: [] }, /has no check/],
  ["with a schema alone", { ...sound, output: z.object({ n: z.number() }) }, /has no check/],
  ["with an empty reason", { ...sound, unchecked: "  " }, /has no check/],
  ["without a name", { ...sound, name: "", unchecked: "x" }, /has no name/],
  ["without models", { ...sound, models: [], unchecked: "x" }, /names no model/],
  ["with models that are no list", { ...sound, models: "m", unchecked: "x" }, /names no model/],
];

for (const [what, options, message] of refused) {
  test(`A1: an agent ${what} is refused at definition, also from plain JavaScript`, () => {
    assert.throws(
      () => loose(options),
      (error) => FirebreakError.is(error, "DEFINITION_INVALID") && message.test(error.message),
    );
  });
}

test("A1: an agent that says why it is unchecked stands, and the run shows the reason", async () => {
  const it = agent({ ...sound, models: ["m"], unchecked: "a joke needs no check" });
  const result = await playAgent(it, null, { models: { a: scripted(["ha"]) } });
  assert.equal(result.output, "ha");
  const record = result.events.find(
    (event) => event.kind === "step.completed" && event.data.kind === "agent",
  );
  assert.deepEqual(
    (record!.data as unknown as { more: { unchecked: string } }).more.unchecked,
    "a joke needs no check",
  );
});

const input = z.object({ word: z.string() });

test("an agent takes no tool with an effect, none that does not say, no two of one name, and nothing that is no tool", () => {
  const send = tool({
    name: "send",
    description: "Sends.",
    input,
    effect: { key: (it) => it.word },
    run: () => "sent",
  });
  const silent = tool({ name: "silent", description: "Says nothing of its effect.", input, run: () => "?" });
  const look = tool({ name: "look", description: "Looks.", input, effect: "none", run: () => "!" });
  const with_ =
    (...tools: unknown[]) =>
    () =>
      loose({ ...sound, unchecked: "a test", tools });
  // What has an effect is held until the gate has passed (test/agent/held.test.ts).
  assert.doesNotThrow(with_(look, send, silent));
  assert.throws(
    () => loose({ ...sound, unchecked: "a test", tools: [send], alongside: [() => true] }),
    /alongside/,
  );
  const bad = (effect: object) => () =>
    tool({ name: "bad", description: "", input, effect: effect as never, run: () => 1 });
  assert.throws(bad({}), /names no slot/);
  assert.throws(bad({ key: () => "k", immediate: " " }), /without a reason/);
  assert.throws(with_(look, look), /two tools named "look"/);
  assert.throws(with_({}), /something that is no tool/);
  assert.throws(with_(null), /something that is no tool/);
  assert.throws(with_("search"), /something that is no tool/);
  assert.throws(
    () => tool({ name: "no blanks please", description: "", input, run: () => 1 }),
    /cannot name a tool/,
  );
});

test("tools of the AI SDK are taken with a name and effect none: zod and jsonSchema(), plain and streaming results", async () => {
  const seen: unknown[] = [];
  const byZod = aiTool({
    description: "Doubles.",
    inputSchema: z.object({ n: z.number() }),
    execute: ({ n }, { toolCallId }) => (seen.push(toolCallId), n * 2),
  });
  const byJson = aiTool({
    description: "Shouts.",
    inputSchema: jsonSchema<{ text: string }>(
      { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
      {
        validate: (value) =>
          typeof (value as { text?: unknown }).text === "string"
            ? { success: true, value: value as { text: string } }
            : { success: false, error: new Error("text is missing") },
      },
    ),
    execute: ({ text }) => text.toUpperCase(),
  });
  const streaming = aiTool({
    inputSchema: z.object({}),
    async *execute() {
      yield "10 %";
      yield "done";
    },
  });
  const it = agent({
    ...sound,
    models: ["m"],
    unchecked: "a test",
    tools: [
      { ...byZod, name: "double", effect: "none" },
      { ...byJson, name: "shout", effect: "none" },
      { ...streaming, name: "slow", effect: "none" },
    ],
  });
  const model = scripted([
    {
      toolCalls: [
        { name: "double", args: { n: 4 } },
        { name: "shout", args: { text: "hey" } },
        { name: "shout", args: { words: 1 } },
        { name: "slow", args: {} },
      ],
    },
    "fine",
  ]);
  const result = await playAgent(it, null, { models: { a: model } });
  assert.equal(result.output, "fine");
  const [double, shout, wrong, slow] = saidBy("tool", model.requests[1]);
  assert.match(double!, /"value":8/);
  assert.match(shout!, /HEY/);
  assert.match(wrong!, /do not fit the tool: text is missing/);
  assert.match(slow!, /done/);
  assert.deepEqual(seen, ["double"]);
  assert.deepEqual(
    model.requests[0]?.tools.map(({ name, description }) => [name, description]),
    [
      ["double", "Doubles."],
      ["shout", "Shouts."],
      ["slow", "slow"],
    ],
  );
  assert.deepEqual((model.requests[0]!.tools[1]!.inputSchema as { required: unknown }).required, ["text"]);
});

test("a tool of the AI SDK that nobody can execute is refused; one that does not say its effect counts as having one", () => {
  const it = aiTool({ description: "?", inputSchema: z.object({}), execute: () => 1 });
  const with_ = (given: object) => () => loose({ ...sound, unchecked: "a test", tools: [given] });
  assert.notEqual(checkTools("a", [{ ...it, name: "a" }])[0]!.effect, "none");
  assert.throws(with_({ ...it, effect: "none" }), /no tool/);
  assert.throws(with_({ name: "a", effect: "none", inputSchema: z.object({}) }), /no tool/);
  assert.throws(with_({ ...it, name: "a", effect: "none", inputSchema: "text" }), (error) =>
    FirebreakError.is(error, "SCHEMA_UNKNOWN"),
  );
});
