// A path could be cut at a dot that belongs to a key, an equal part be found in the wrong place, or a diff leave a
// change out or tell one that is none. Provoked with awkward keys, repeated parts and generated values.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { canonical, hashOf, type Value } from "../../src/base/values.ts";
import { diffValues } from "../../src/journal/trace-diff.ts";
import {
  contentOf,
  type Keys,
  keysText,
  overlap,
  partAt,
  placeIn,
  readKeys,
} from "../../src/journal/trace-values.ts";

const files = canonical({
  "report.md": "# Report",
  report: { text: "not this" },
  rows: [{ id: 1, "a b": [true] }],
}).value;

/** A key of this name is refused before anything is recorded. */
function isRecordable(value: unknown): boolean {
  return !JSON.stringify(value).includes('"__proto__"');
}

describe("a path into a value", () => {
  test("may hold a key with dots as it is written, quoted or not", () => {
    assert.deepEqual(readKeys(files, "report.md"), ["report.md"]);
    assert.deepEqual(readKeys(files, '["report.md"]'), ["report.md"]);
    assert.deepEqual(readKeys(files, "rows[0].id"), ["rows", "0", "id"]);
    assert.deepEqual(readKeys(files, 'rows[0]["a b"][0]'), ["rows", "0", "a b", "0"]);
    assert.deepEqual(readKeys(files, ""), []);
  });

  test("says how far it led and what is there", () => {
    assert.deepEqual(readKeys(files, "rows[0].name"), {
      reached: ["rows", "0"],
      rest: ".name",
      known: ["a b", "id"],
    });
    assert.deepEqual(readKeys(undefined, "x"), { reached: [], rest: "x", known: [] });
  });

  test("is written so that it reads back to the same part, for any value", () => {
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 3, values: [fc.string(), fc.integer()] }).filter(isRecordable),
        (given) => {
          const { value } = canonical(JSON.parse(JSON.stringify(given)) as Value);
          for (const keys of allKeys(value)) {
            const text = keysText(keys);
            const read = readKeys(value, text);
            assert.ok(Array.isArray(read), `${text} leads nowhere`);
            assert.equal(hashOf(partAt(value, read as Keys)), hashOf(partAt(value, keys)), text);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

function allKeys(value: Value, above: Keys = []): Keys[] {
  if (typeof value !== "object" || value === null) return [above];
  return [above, ...Object.entries(value).flatMap(([key, part]) => allKeys(part as Value, [...above, key]))];
}

describe("a part found by its content", () => {
  test("is taken at the place whose path ends most alike", () => {
    const { value } = canonical({
      claims: [{ claim: "the pump failed at 80 bar", quote: "the pump failed at 80 bar" }],
    });
    const content = contentOf("the pump failed at 80 bar");
    assert.deepEqual(placeIn(value, content, ["claims", "0", "quote"]), ["claims", "0", "quote"]);
    assert.deepEqual(placeIn(value, content, ["claims", "0", "claim"]), ["claims", "0", "claim"]);
  });

  test("is not looked for when it stands in many places by chance", () => {
    for (const it of [true, null, 5, "yes", 1234, {}, []]) assert.equal(contentOf(it), undefined);
    for (const it of ["a longer text", 16484.32716, { a: 1 }, [1]]) assert.notEqual(contentOf(it), undefined);
  });

  test("overlaps what holds it and what it holds, and nothing beside it", () => {
    assert.ok(overlap(["a"], ["a", "b"]) && overlap(["a", "b"], ["a"]) && overlap([], ["a"]));
    assert.ok(!overlap(["a", "b"], ["a", "c"]));
  });
});

describe("a diff of two values", () => {
  test("names what changed, was added and was removed, by path", () => {
    const before = canonical({ rows: [{ id: 1, n: 2 }, { id: 2 }], name: "a", old: true }).value;
    const after = canonical({ rows: [{ id: 1, n: 3 }, { id: 2 }], name: "a", fresh: [1] }).value;
    assert.deepEqual(diffValues(before, after), [
      { path: "fresh", after: [1] },
      { path: "rows[0].n", before: 2, after: 3 },
      { path: "old", before: true },
    ]);
  });

  test("tells one dropped row of a list as one, however many follow it", () => {
    const rows = Array.from({ length: 30 }, (_, id) => ({ id, name: `row ${id}` }));
    const before = canonical(rows).value;
    const after = canonical(rows.filter((it) => it.id !== 3)).value;
    assert.deepEqual(diffValues(before, after), [{ path: "[3]", before: { id: 3, name: "row 3" } }]);
    assert.deepEqual(diffValues(after, before), [{ path: "[3]", after: { id: 3, name: "row 3" } }]);
  });

  test("is empty exactly when the values are equal", () => {
    const anyValue = fc.jsonValue({ maxDepth: 3 }).filter(isRecordable);
    fc.assert(
      fc.property(anyValue, anyValue, (one, other) => {
        const [a, b] = [canonical(one), canonical(other)];
        assert.equal(diffValues(a.value, b.value).length === 0, a.hash === b.hash);
        assert.deepEqual(diffValues(a.value, canonical(one).value), []);
      }),
      { numRuns: 200 },
    );
  });
});
