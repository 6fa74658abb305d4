// What could go wrong: a retry drops what was hard to prove and passes; or an honest retry that only changed,
// reordered or added something is held up.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Problem } from "../../src/check/check.ts";
import { saidLess } from "../../src/check/said-less.ts";

const at = (...paths: readonly string[]): Problem[] =>
  paths.map((path) => ({ check: "c", message: "wrong", path }));
const claim = (id: string, quote = `quote of ${id}`): { id: string; quote: string } => ({ id, quote });
const before = { claims: [claim("a"), claim("b"), claim("c")], summary: "three claims" };
const lost = (next: unknown, problems: readonly Problem[] = []): (string | undefined)[] =>
  saidLess(before, next, problems).map((it) => it.path);

describe("a retry", () => {
  test("that drops an item no problem named has said less", () => {
    assert.deepEqual(lost({ ...before, claims: [claim("a"), claim("c")] }), ["claims[1]"]);
    assert.deepEqual(lost({ ...before, claims: [claim("a")] }, at("claims[1].quote")), ["claims[2]"]);
  });

  test("that drops what a problem named has not: the item, a part of it, or its list as a whole (C5)", () => {
    for (const path of ["claims[1]", "claims[1].quote", "claims", "claims[].quote"]) {
      assert.deepEqual(lost({ ...before, claims: [claim("a"), claim("c")] }, at(path)), [], path);
    }
  });

  test("that empties its list, its items or its text has said less", () => {
    assert.deepEqual(lost({ ...before, claims: [] }), ["claims[0]", "claims[1]", "claims[2]"]);
    assert.deepEqual(lost({ ...before, claims: [claim("a"), claim("b", ""), claim("c")] }), [
      "claims[1].quote",
    ]);
    assert.deepEqual(lost({ claims: before.claims }), ["summary"]);
    assert.deepEqual(lost(null), [""]);
  });

  test("that pads with copies has said less (C6)", () => {
    assert.deepEqual(lost({ ...before, claims: [claim("a"), claim("a"), claim("a")] }), [
      "claims[1]",
      "claims[2]",
    ]);
  });

  test("that changes, adds or reorders has not (C4)", () => {
    assert.deepEqual(
      lost({ summary: "other words", claims: [claim("c"), claim("d"), claim("a", "better"), claim("b")] }),
      [],
    );
  });

  test("says what was dropped in words", () => {
    const [problem] = saidLess(before, { ...before, claims: [claim("a"), claim("b")] }, []);
    assert.equal(problem!.message, "claims[2] was dropped, though no problem named it");
    assert.match(problem!.claimed!, /quote of c/);
  });
});

describe("properties of saying less", () => {
  const item = fc.record({ id: fc.uuid(), text: fc.lorem({ maxCount: 6 }), n: fc.integer() });
  const items = fc.uniqueArray(item, { selector: (it) => it.id, minLength: 1, maxLength: 8 });

  test("an answer says no less than itself in another order, with more items, or with a member of each changed", () => {
    fc.assert(
      fc.property(items, items, fc.integer(), (list, more, n) => {
        const changed = list.map((it) => ({ ...it, n: it.n + n })).toReversed();
        assert.deepEqual(saidLess({ list }, { list: [...more, ...changed] }, []), []);
      }),
      { numRuns: 200 },
    );
  });

  test("exactly the dropped items that no problem named are reported", () => {
    fc.assert(
      fc.property(
        items,
        fc.array(fc.constantFrom("keep", "drop", "named"), { minLength: 8, maxLength: 8 }),
        (list, fates) => {
          const kept = list.filter((_, index) => fates[index] === "keep");
          if (kept.length === 0) return;
          const problems = list.flatMap((_, index) =>
            fates[index] === "named" ? at(`list[${index}].text`) : [],
          );
          const expected = list.flatMap((_, index) => (fates[index] === "drop" ? [`list[${index}]`] : []));
          assert.deepEqual(
            saidLess({ list }, { list: kept }, problems).map((it) => it.path),
            expected,
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
