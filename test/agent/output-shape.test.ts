// Outputs that are no object. What could go wrong: a provider is sent a schema
// it refuses, references inside it point to nowhere, an answer that was wrapped
// stays wrapped, or one that was not is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv } from "ajv";
import { z } from "zod";
import { agent, grounded } from "firebreak";
import { scripted } from "firebreak/testing";
import { outputShape } from "../../src/agent/output-shape.ts";
import type { AnySchema } from "../../src/base/schema.ts";
import { playAgent, saidBy } from "./play.ts";

interface Tree {
  readonly name: string;
  readonly below: readonly Tree[];
}
const Tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get below() {
    return z.array(Tree);
  },
});

const roots: readonly (readonly [what: string, schema: AnySchema, right: unknown, wrong: unknown])[] = [
  ["a list", z.array(z.string()), ["a"], [1]],
  ["a number", z.number(), 1, "1"],
  ["a union", z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]), { b: 1 }, { b: "x" }],
  [
    "a list of itself",
    z.array(Tree),
    [{ name: "a", below: [{ name: "b", below: [] }] }],
    [{ name: "a", below: [{}] }],
  ],
  ["null or text", z.string().nullable(), "x", 1],
];

for (const [what, schema, right, wrong] of roots) {
  test(`${what} is asked for as an object at the root that takes the same values`, () => {
    const shape = outputShape(schema);
    assert.equal((shape.schema as { type: string }).type, "object");
    const fits = new Ajv({ strict: false }).compile(shape.schema as object);
    assert.ok(shape.wrapped && fits({ value: right }), JSON.stringify(fits.errors));
    assert.ok(!fits({ value: wrong }));
    assert.ok(!fits({}));
  });
}

test("an object stays as it is, references and all", () => {
  const schema = z.object({ root: Tree });
  const shape = outputShape(schema);
  assert.equal(shape.wrapped, false);
  assert.ok(new Ajv({ strict: false }).compile(shape.schema as object)({ root: { name: "a", below: [] } }));
});

const listing = agent({
  name: "listing",
  instructions: "List.",
  models: ["m"],
  output: z.array(z.string()),
  checks: [(it) => it.length > 1 || "more, please", grounded("[]")],
});

test("an answer is taken out of its wrapping, and taken as well when the model did not wrap it", async () => {
  for (const answer of [{ value: ["the cat sat", "sat on the mat"] }, ["the cat sat", "sat on the mat"]]) {
    const model = scripted([answer]);
    const result = await playAgent(
      listing,
      { text: "the cat sat on the mat" },
      { models: { listing: model } },
    );
    assert.deepEqual(result.output, ["the cat sat", "sat on the mat"]);
    assert.equal((model.requests[0]!.outputSchema as { type: string }).type, "object");
  }
});

test("an output with a member named value is not mistaken for a wrapping", async () => {
  const open = z.union([z.object({ value: z.number() }), z.object({ none: z.string() })]);
  const it = agent({ name: "a", instructions: "x", models: ["m"], output: open, unchecked: "a test" });
  assert.deepEqual((await playAgent(it, null, { models: { a: scripted([{ value: 3 }]) } })).output, {
    value: 3,
  });
  assert.deepEqual(
    (await playAgent(it, null, { models: { a: scripted([{ value: { value: 3 } }]) } })).output,
    { value: 3 },
  );
});

test("the schema stands in the system message as well: not every endpoint takes one beside the messages", async () => {
  const model = scripted([{ value: ["the cat sat", "on the mat"] }]);
  await playAgent(listing, { text: "the cat sat on the mat" }, { models: { listing: model } });
  const [system] = saidBy("system", model.requests[0]);
  assert.match(system!, /^List\.\n\nAnswer with JSON alone/);
  assert.deepEqual(JSON.parse(system!.split("\n").at(-1)!), model.requests[0]?.outputSchema);
  const plain = scripted(["hello"]);
  await playAgent(agent({ name: "a", instructions: "Say.", models: ["m"], unchecked: "a test" }), null, {
    models: { a: plain },
  });
  assert.deepEqual(saidBy("system", plain.requests[0]), ["Say."]);
});
