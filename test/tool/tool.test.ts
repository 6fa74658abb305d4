// Tools as a workflow calls them, and the schemas of the libraries authors use.
// What could go wrong: a tool sees arguments its schema did not make, an effect
// is taken for none, a default of a schema is lost, or a schema that cannot say
// itself as JSON Schema is let through as one that takes anything.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { agent, type Context, FirebreakError, tool, workflow } from "firebreak";
import { scripted, testRun } from "firebreak/testing";
import type { AnySchema } from "../../src/base/schema.ts";

let made = 0;
const play = <T>(run: (ctx: Context) => Promise<T>, options: object = {}) => {
  made += 1;
  return testRun(workflow({ name: `tools-${made}`, run }), null, options);
};

const schemas = {
  zod: z.object({ word: z.string(), times: z.number().default(2) }),
  arktype: type({ word: "string", times: "number = 2" }),
  valibot: toStandardJsonSchema(v.object({ word: v.string(), times: v.optional(v.number(), 2) })),
};

for (const [library, schema] of Object.entries(schemas)) {
  test(`T1: arguments are parsed by a ${library} schema before the tool sees them: defaults are filled in, misfits refused`, async () => {
    const seen: unknown[] = [];
    const echo = tool({
      name: "echo",
      description: "Echoes.",
      input: schema as AnySchema<{ word: string; times: number }>,
      effect: "none",
      run: (it) => (seen.push(it), it.word.repeat(it.times)),
    });
    const result = await play((ctx) => ctx.call(echo, { word: "ab" } as { word: string; times: number }));
    assert.equal(result.output, "abab");
    assert.deepEqual(seen, [{ word: "ab", times: 2 }]);
    const misfit = await play((ctx) =>
      ctx.call(echo, { word: 1 } as unknown as { word: string; times: number }),
    );
    assert.match(
      String(misfit.error),
      /SCHEMA_MISMATCH: the arguments of tool "echo" do(es)? not fit its schema: word /,
    );
    assert.equal(seen.length, 1);
  });

  test(`an agent's input, output and tool of ${library} schemas reach the model as JSON Schema`, async () => {
    const echo = tool({
      name: "echo",
      description: "Echoes.",
      input: schema as AnySchema<{ word: string; times: number }>,
      effect: "none",
      run: ({ word }) => word,
    });
    const it = agent({
      name: "a",
      input: schema as AnySchema<{ word: string; times: number }>,
      instructions: (given) => given.word,
      models: ["m"],
      tools: [echo],
      output: schema as AnySchema<{ word: string; times: number }>,
      unchecked: "a test",
    });
    const model = scripted([{ word: "x" }]);
    const result = await play((ctx) => ctx.call(it, { word: "w", times: 1 }), { models: { a: model } });
    assert.deepEqual(result.output, { word: "x", times: 2 });
    const [request] = model.requests;
    for (const said of [request?.outputSchema, request?.tools[0]?.inputSchema]) {
      const { properties, required } = said as {
        properties: Record<string, { type: string }>;
        required: string[];
      };
      assert.deepEqual(
        [properties["word"]?.type, properties["times"]?.type, required],
        ["string", "number", ["word"]],
      );
    }
  });
}

test("S2: a schema without a converter is refused where a model needs it, with the package to install", async () => {
  const plain = v.object({ word: v.string() });
  const it = agent({ name: "a", instructions: "x", models: ["m"], output: plain, unchecked: "a test" });
  const result = await play((ctx) => ctx.call(it, null), { models: { a: scripted([{ word: "x" }]) } });
  assert.match(String(result.error), /SCHEMA_NO_JSON: this valibot schema .*@valibot\/to-json-schema/);
  const dates = agent({
    name: "a",
    instructions: "x",
    models: ["m"],
    output: z.object({ at: z.date() }),
    unchecked: "a test",
  });
  const dated = await play((ctx) => ctx.call(dates, null), { models: { a: scripted([{}]) } });
  assert.match(String(dated.error), /SCHEMA_UNREPRESENTABLE.*z\.iso\.datetime\(\)/);
});

test("T2: a tool that does not say its effect counts as having one: called again with the same arguments it is sent once", async () => {
  let sent = 0;
  const silent = tool({
    name: "silent",
    description: "?",
    input: z.object({ id: z.string() }),
    run: () => (sent += 1),
  });
  const result = await play(async (ctx) => [
    await ctx.call(silent, { id: "a" }),
    await ctx.call(silent, { id: "a" }),
    await ctx.call(silent, { id: "b" }),
  ]);
  assert.deepEqual(result.output, [1, 1, 2]);
  assert.equal(result.events.filter((it) => it.kind === "effect.intended").length, 2);
});

test("an approved effect is asked about once, with exactly the arguments that are sent; an edit is what is sent", async () => {
  const outbox: unknown[] = [];
  const mail = tool({
    name: "mail",
    description: "Sends.",
    input: z.object({ to: z.string(), text: z.string() }),
    effect: { key: (it) => it.to },
    run: (it) => (outbox.push(it), { id: outbox.length }),
  });
  const shown: unknown[] = [];
  const call = (ctx: Context) => ctx.call(mail, { to: "ann", text: "hi" }, { approve: "Send this?" });
  const reviews = (item: { ask: string; shown: unknown }) => (
    shown.push([item.ask, item.shown]),
    { edit: { to: "ann", text: "hello" } }
  );
  assert.deepEqual((await play(call, { reviews })).output, { id: 1 });
  assert.deepEqual(shown, [["Send this?", { to: "ann", text: "hi" }]]);
  assert.deepEqual(outbox, [{ to: "ann", text: "hello" }]);
  const refused = await play(call, { reviews: ["reject"] });
  assert.equal(refused.view.failure?.outcome, "rejected");
  assert.equal(outbox.length, 1);
});

test("a person's edit of an effect's arguments is parsed like any arguments", async () => {
  const outbox: unknown[] = [];
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ euros: z.number().max(100) }),
    effect: { key: () => "k" },
    run: (it) => (outbox.push(it), "paid"),
  });
  const result = await play((ctx) => ctx.call(pay, { euros: 50 }, { approve: "Pay?" }), {
    reviews: [{ edit: { euros: 5_000 } }],
  });
  assert.match(String(result.error), /SCHEMA_MISMATCH: the arguments of tool "pay"/);
  assert.deepEqual(outbox, []);
});

test("a tool of the workflow that throws fails its step with its message; a limit that is no duration is refused", async () => {
  const broken = tool({
    name: "broken",
    description: "?",
    input: z.object({}),
    effect: "none",
    run: () => assert.fail("the disk is gone"),
  });
  const result = await play((ctx) => ctx.settle(() => ctx.call(broken, {})));
  assert.ok(
    !result.output.ok && result.output.outcome === "failed" && result.output.message === "the disk is gone",
  );
  assert.throws(
    () =>
      tool({
        name: "t",
        description: "",
        input: z.object({}),
        effect: "none",
        timeout: "soon",
        run: () => 1,
      }),
    (error) => FirebreakError.is(error, "DURATION_INVALID"),
  );
});
