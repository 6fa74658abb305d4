// Values in their canonical form. What could go wrong: a replay is given
// something else than the first execution (a lost detail, a later mutation, a
// tag taken for data), equal values have different hashes or different ones the
// same, or what cannot be recorded is accepted in silence.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { canonical, decode, depthLimit, hashOf, type Json } from "../../src/base/values.ts";
import { registerSecret } from "../../src/base/secrets.ts";
import { FirebreakError } from "../../src/base/errors.ts";

const runs = { numRuns: 300 };

/** Keys that could be taken for tags, beside ordinary ones. */
const key = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "$date",
      "$bytes",
      "$value",
      "$bigint",
      "$blob",
      "$step",
      "$",
      "a",
      "constructor",
      "toString",
      "0",
      "10",
    ),
  )
  .filter((it) => it !== "__proto__" && it.isWellFormed());

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: "grapheme" }),
    fc.string({ minLength: 60, maxLength: 70 }).filter((it) => it.isWellFormed()),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5 }),
  ),
}));

/** The same value with the keys of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array)
    return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, it]) => [name, reordered(it)]),
  );
}

/** -0 is 0, and dictionaries may come without a prototype. */
function normal(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, normal(it)]));
}

test("V1: every value comes back from its written form as it was, and writes the same again", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const made = canonical(value);
      const text = JSON.stringify(made.json);
      const back = decode(JSON.parse(text) as Json);
      assert.deepEqual(back.value, normal(value));
      assert.deepEqual(made.value, normal(value), "the first delivery is the decoded copy as well");
      assert.equal(JSON.stringify(back.json), text);
      assert.equal(back.hash, made.hash);
    }),
    runs,
  );
});

test("V2: the order of keys changes neither hash nor text; another value changes the hash", () => {
  fc.assert(
    fc.property(anyValue, anyValue, (value, other) => {
      assert.equal(hashOf(reordered(value)), hashOf(value));
      assert.equal(JSON.stringify(canonical(reordered(value)).json), JSON.stringify(canonical(value).json));
      const equal = JSON.stringify(canonical(value).json) === JSON.stringify(canonical(other).json);
      assert.equal(hashOf(value) === hashOf(other), equal);
    }),
    runs,
  );
});

test("V2: values that look alike in text have different hashes", () => {
  const date = new Date(0);
  const alike = [
    1,
    "1",
    [1],
    { 0: 1 },
    1n,
    { $bigint: "1" },
    { $value: { $bigint: "1" } },
    true,
    "true",
    null,
    "null",
    {},
    [],
    "",
    date,
    date.toISOString(),
    { $date: date.toISOString() },
    new Uint8Array([1]),
    { $bytes: "AQ==" },
    "a".repeat(65),
    ["a".repeat(65)],
  ];
  assert.equal(new Set(alike.map(hashOf)).size, alike.length);
});

test("V2: hashes are stable between releases: journals hold them", () => {
  assert.equal(hashOf({ b: [1, "two", null], a: new Date(0) }), "65a6bdf0e79179e9205702df18ca4990");
  assert.equal(hashOf("x".repeat(65)), "947196663fc3817a6e5b28d1fe735579");
  assert.equal(hashOf("short"), '"short"');
});

test("undefined members are dropped, undefined items are null, -0 is 0", () => {
  const { value, json } = canonical({ a: undefined, b: [undefined, -0], c: -0 });
  assert.deepEqual(value, { b: [null, 0], c: 0 });
  assert.ok(Object.is((value as { c: number }).c, 0));
  assert.equal(JSON.stringify(json), '{"b":[null,0],"c":0}');
});

class Point {
  x = 1;
}
const cycle: { list: unknown[] } = { list: [] };
cycle.list.push({ back: cycle });
const symbolic = { [Symbol("s")]: 1 };

const refusals: readonly (readonly [what: string, value: unknown, path: string, message: RegExp])[] = [
  ["NaN", { rows: [{ mean: Number.NaN }] }, "value.rows[0].mean", /NaN/],
  ["Infinity", [Infinity], "value[0]", /Infinity/],
  ["a Map", { m: new Map() }, "value.m", /a Map/],
  ["a Set", { m: new Set() }, "value.m", /a Set/],
  ["a function", { f: () => 1 }, "value.f", /a function/],
  ["a symbol", [Symbol("s")], "value[0]", /a symbol/],
  ["a class instance", { p: new Point() }, "value.p", /an instance of Point/],
  ["an error", { e: new Error("x") }, "value.e", /an instance of Error/],
  ["a promise", { later: Promise.resolve(1) }, "value.later", /an instance of Promise/],
  ["a regular expression", /x/, "value", /an instance of RegExp/],
  ["a cycle", cycle, "value.list[0].back", /a cycle/],
  ["a lone surrogate", { "a b": "\ud800" }, 'value["a b"]', /lone surrogate/],
  ["a key with a lone surrogate", { "\ud800": 1 }, "value", /key with a lone surrogate/],
  ["__proto__ as a key", JSON.parse('{"__proto__": 1}'), "value.__proto__", /__proto__/],
  ["an invalid date", { at: new Date("never") }, "value.at", /an invalid date/],
  ["symbol keys", symbolic, "value", /symbol keys/],
  ["undefined itself", undefined, "value", /undefined/],
];

for (const [what, value, path, message] of refusals) {
  test(`V3: ${what} is refused with its path`, () => {
    assert.throws(
      () => canonical(value),
      (error) =>
        FirebreakError.is(error, "VALUE_UNSUPPORTED") &&
        error.details.path === path &&
        message.test(error.message) &&
        error.fix.length > 5,
    );
  });
}

test("V3: what is nested too deep is refused; the same object twice side by side is no cycle", () => {
  let deep: unknown = 1;
  for (let depth = 0; depth <= depthLimit; depth += 1) deep = [deep];
  assert.throws(
    () => canonical(deep),
    (error) => FirebreakError.is(error, "VALUE_TOO_DEEP"),
  );
  const twin = { n: 1 };
  assert.deepEqual(canonical([twin, twin]).value, [{ n: 1 }, { n: 1 }]);
});

test("plain objects of another realm are plain, and those without a prototype", () => {
  const foreign: unknown = runInContext("({ a: [1, { b: 2 }] })", createContext());
  assert.deepEqual(canonical(foreign).value, { a: [1, { b: 2 }] });
  assert.deepEqual(canonical(Object.assign(Object.create(null) as object, { a: 1 })).value, { a: 1 });
});

test("what is delivered is frozen to the bottom, and no copy of what was given", () => {
  const given = { list: [{ n: 1 }], at: new Date(0), bytes: new Uint8Array([1, 2]) };
  for (const { value } of [canonical(given), decode(canonical(given).json)]) {
    const it = value as unknown as typeof given;
    assert.throws(() => it.list.push({ n: 2 }), TypeError);
    assert.throws(() => (it.list[0]!.n = 2), TypeError);
    assert.throws(() => Object.assign(it, { more: 1 }), TypeError);
    assert.throws(() => it.at.setTime(1), /cannot be changed/);
    assert.throws(() => it.at.setUTCFullYear(1999), /cannot be changed/);
    assert.deepEqual(it, given);
    assert.deepEqual(it.at, new Date(0));
    assert.equal(JSON.stringify(it.at), '"1970-01-01T00:00:00.000Z"');
    assert.equal(structuredClone(it.at).setTime(5), 5);
  }
  const { value } = canonical(given);
  given.at.setTime(99);
  given.bytes[0] = 99;
  given.list[0]!.n = 99;
  assert.deepEqual(value, { list: [{ n: 1 }], at: new Date(0), bytes: new Uint8Array([1, 2]) });
});

test("bytes cannot be frozen: who changes delivered bytes changes his own copy, never what a later delivery holds", () => {
  const { value, json, hash } = canonical({ bytes: new Uint8Array([1, 2]) });
  (value as { bytes: Uint8Array }).bytes[0] = 9;
  assert.deepEqual(decode(json).value, { bytes: new Uint8Array([1, 2]) });
  assert.equal(canonical(value).hash, hash, "an object keeps the hash it was delivered with");
});

test("a delivered value passed on costs no second copy", () => {
  const { value } = canonical({ list: [1, 2, 3] });
  assert.equal(
    canonical({ again: value }).value instanceof Object &&
      (canonical({ again: value }).value as { again: unknown }).again,
    value,
  );
});

test("secrets are redacted in texts, keys and bytes, before anything is written", () => {
  const secret = "canary-values-31c8e07d";
  registerSecret("VALUES_KEY", secret);
  const made = canonical({
    text: `key ${secret}`,
    [secret]: 1,
    bytes: new TextEncoder().encode(`x${secret}y`),
    deep: [{ z: secret }],
  });
  const written = JSON.stringify(made);
  assert.ok(!written.includes(secret));
  assert.ok(!written.includes(Buffer.from(secret).toString("base64").slice(0, 20)));
  assert.ok(!Buffer.from((made.value as { bytes: Uint8Array }).bytes).includes(secret));
  assert.deepEqual(Object.keys(made.value as object), ["bytes", "deep", "text", "«secret VALUES_KEY»"]);
  assert.equal(decode(made.json).hash, made.hash);
});
