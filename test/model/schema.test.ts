// Schemas of the libraries that authors use. What could go wrong: a value taken
// that does not fit, a schema said more loosely than it is, an error that does
// not say what to change.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { jsonSchema, zodSchema } from "ai";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { type ErrorCode, FirebreakError } from "../../src/base/errors.ts";
import { adaptSchema, type AnySchema, issueLimit, parseWith, toJsonSchema } from "../../src/base/schema.ts";

const libraries: Readonly<Record<string, AnySchema>> = {
  zod: z.strictObject({ claims: z.array(z.strictObject({ quote: z.string() })), n: z.number() }),
  arktype: type({ claims: type({ quote: "string" }).array(), n: "number" }),
  valibot: toStandardJsonSchema(
    v.object({ claims: v.array(v.object({ quote: v.string() })), n: v.number() }),
  ),
  "the AI SDK": adaptSchema(
    zodSchema(z.object({ claims: z.array(z.object({ quote: z.string() })), n: z.number() })),
  ),
};

function refusal(code: ErrorCode, work: () => unknown): FirebreakError {
  let caught: unknown;
  try {
    work();
  } catch (error) {
    caught = error;
  }
  assert.ok(FirebreakError.is(caught, code), `${code} expected, got ${String(caught)}`);
  return caught;
}

for (const [name, schema] of Object.entries(libraries)) {
  describe(`a schema of ${name}`, () => {
    test("says itself as an object of draft-07", () => {
      for (const io of ["input", "output"] as const) {
        const said = toJsonSchema(schema, io) as Record<string, unknown>;
        assert.equal(said.type, "object");
        assert.deepEqual(Object.keys(said.properties as object).sort(), ["claims", "n"]);
        assert.deepEqual([...(said.required as string[])].sort(), ["claims", "n"]);
        assert.equal("$schema" in said, false);
        assert.deepEqual(JSON.parse(JSON.stringify(said)), said, "plain JSON");
      }
    });

    test("parses what fits and names the path of what does not", async () => {
      const good = { claims: [{ quote: "a" }], n: 1 };
      assert.deepEqual(await parseWith(schema, good), { ok: true, value: good });
      const bad = await parseWith(schema, { claims: [{ quote: "a" }, { quote: 2 }], n: 1 });
      assert.ok(!bad.ok);
      assert.equal(bad.issues[0]!.path, "claims[1].quote");
      assert.doesNotMatch(bad.issues[0]!.message, /\n/);
    });
  });
}

describe("what differs", () => {
  test("input and output differ where there is a default", async () => {
    const schema = z.object({ n: z.number().default(3) });
    assert.equal((toJsonSchema(schema, "input") as { required?: string[] }).required, undefined);
    assert.deepEqual((toJsonSchema(schema, "output") as { required?: string[] }).required, ["n"]);
    assert.deepEqual(await parseWith(schema, {}), { ok: true, value: { n: 3 } });
  });

  test("keys that are no names stand quoted in a path", async () => {
    const bad = await parseWith(z.record(z.string(), z.number()), { "a b": "x" });
    assert.equal(!bad.ok && bad.issues[0]!.path, '["a b"]');
  });

  test("S1: a schema that throws takes nothing", async () => {
    const schema = z.string().refine(() => {
      throw new Error("broken check");
    });
    const parsed = await parseWith(schema, "x");
    assert.ok(!parsed.ok);
    assert.match(parsed.issues[0]!.message, /broken check/);
  });

  test("issues are limited", async () => {
    const parsed = await parseWith(
      z.array(z.number()),
      Array.from({ length: 500 }, () => "x"),
    );
    assert.equal(!parsed.ok && parsed.issues.length, issueLimit);
  });

  test("a schema object of the AI SDK validates by its own function, and takes all without one", async () => {
    const validate = (value: unknown): { success: true; value: unknown } | { success: false; error: Error } =>
      value === 1 ? { success: true, value: "one" } : { success: false, error: new Error("not one") };
    const schema = adaptSchema(jsonSchema({ type: "object" }, { validate: validate as never }));
    assert.deepEqual(await parseWith(schema, 1), { ok: true, value: "one" });
    assert.deepEqual(await parseWith(schema, 2), { ok: false, issues: [{ path: "", message: "not one" }] });
    const loose = adaptSchema(jsonSchema({ type: "object", properties: {} }));
    assert.deepEqual(await parseWith(loose, 5), { ok: true, value: 5 });
    assert.deepEqual(toJsonSchema(loose, "input"), { type: "object", properties: {} });
  });

  test("a standard schema and a function that makes one are taken as they are", () => {
    const schema = z.object({});
    assert.equal(adaptSchema(schema), schema);
    assert.equal(
      adaptSchema(() => schema),
      schema,
    );
    assert.equal(adaptSchema(libraries.arktype), libraries.arktype);
  });
});

describe("S2: what cannot be said", () => {
  test("valibot without its converter is an error that names the wrap", () => {
    const error = refusal("SCHEMA_NO_JSON", () => toJsonSchema(v.object({ a: v.string() }), "input"));
    assert.match(error.message, /valibot/);
    assert.match(error.fix, /toStandardJsonSchema.*@valibot\/to-json-schema/);
  });

  test("a date is an error that says what to use", () => {
    for (const [schema, hint] of [
      [z.object({ at: z.date() }), /z\.iso\.datetime/],
      [type({ at: "Date" }), /string\.date\.iso/],
      [toStandardJsonSchema(v.object({ at: v.date() })), /ISO/],
    ] as const) {
      const error = refusal("SCHEMA_UNREPRESENTABLE", () => toJsonSchema(schema, "input"));
      assert.match(error.fix, hint);
    }
  });

  test("arktype refuses what JSON cannot hold, instead of saying that anything goes", () => {
    for (const at of ["bigint", "symbol", "Map", "undefined"] as const) {
      refusal("SCHEMA_UNREPRESENTABLE", () => toJsonSchema(type({ at }), "output"));
    }
    const optional = toJsonSchema(type({ "at?": "string", n: "number > 0" }), "output") as {
      required: string[];
    };
    assert.deepEqual(optional.required, ["n"]);
  });

  test("what is no schema is named", () => {
    for (const it of [undefined, null, 3, "text", {}, { type: "object" }, (a: unknown) => a]) {
      refusal("SCHEMA_UNKNOWN", () => adaptSchema(it));
      refusal("SCHEMA_UNKNOWN", () => toJsonSchema(it as AnySchema, "input"));
    }
  });
});
