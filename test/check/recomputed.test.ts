// What could go wrong: two results that disagree pass (a tolerance too wide, a missing key, nothing
// compared at all), or feedback tells one side the other's value.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Verdict } from "../../src/check/check.ts";
import { feedbackText } from "../../src/check/feedback.ts";
import { runChecks } from "../../src/check/judge-checks.ts";
import { recomputed, type RecomputedOptions } from "../../src/check/recomputed.ts";

const judge = (value: unknown, options: RecomputedOptions = {}, input: unknown = null): Verdict =>
  (runChecks([recomputed(options)], value, { input, read: [] }) as Verdict[])[0]!;

describe("two computations", () => {
  test("agree within a tolerance of logarithms, and disagree beyond it", () => {
    const value = (second: number): unknown => ({
      first: { ic50: { a: 1 } },
      second: { ic50: { a: second } },
    });
    assert.equal(judge(value(10 ** 0.0199), { log10: 0.02 }).result, "pass");
    assert.equal(judge(value(10 ** 0.02), { log10: 0.02 }).result, "pass");
    const far = judge(value(10 ** 0.0201), { log10: 0.02 });
    assert.equal(far.result, "fail");
    assert.deepEqual(
      [far.problems[0]!.path, far.problems[0]!.claimed, far.problems[0]!.where],
      ["first.ic50.a", "1", "second"],
    );
  });

  test("of opposite signs, or zero beside a positive number, do not agree by logarithms", () => {
    for (const second of [-1, 0])
      assert.equal(judge({ first: [1], second: [second] }, { log10: 5 }).result, "fail");
  });

  test("agree by a relative or an absolute tolerance, and without one only but for rounding", () => {
    assert.equal(judge({ first: 100, second: 101 }, { relative: 0.01 }).result, "pass");
    assert.equal(judge({ first: 100, second: 102 }, { relative: 0.01 }).result, "fail");
    assert.equal(judge({ first: 0.1, second: 0.15 }, { absolute: 0.05 }).result, "pass");
    assert.equal(judge({ first: 0.1 + 0.2, second: 0.3 }).result, "pass");
    assert.equal(judge({ first: 0.3001, second: 0.3 }).result, "fail");
  });

  test("must have the same keys: a value in one only is named", () => {
    const { result, problems } = judge({ first: { a: 1, b: 2 }, second: { a: 1 } });
    assert.equal(result, "fail");
    assert.deepEqual([problems[0]!.path, problems[0]!.found], ["first.b", "nothing"]);
  });

  test("may list texts and named records in any order", () => {
    const first = {
      shortlist: ["x", "y"],
      fits: [
        { id: "x", v: 1 },
        { id: "y", v: 2 },
      ],
    };
    const second = {
      shortlist: ["y", "x"],
      fits: [
        { id: "y", v: 2 },
        { id: "x", v: 1 },
      ],
    };
    assert.equal(judge({ first, second }).result, "pass");
    const { problems } = judge({
      first,
      second: { ...second, shortlist: ["y", "z"], fits: second.fits.slice(1) },
    });
    assert.deepEqual(
      problems.map((it) => [it.path, it.claimed, it.found]),
      [
        ["first.shortlist", "x", "nothing"],
        ["first.shortlist", "nothing", "z"],
        ["first.fits[1]", "y", "nothing"],
      ],
    );
  });

  test("are compared only at the paths given, each side by its own", () => {
    const value = { first: { r: 0.8, note: "a" }, second: { pearson: 0.8, note: "b" } };
    assert.equal(judge(value, { at: [["r", "pearson"]] }).result, "pass");
    assert.equal(judge(value, { at: ["note"] }).result, "fail");
    assert.equal(
      judge({ first: { rows: [{ v: 1 }, { v: 2 }] }, second: { rows: [{ v: 1 }] } }, { at: ["rows[].v"] })
        .result,
      "fail",
    );
  });

  test("are unsure with nothing to compare: empty, a path in neither, or not two", () => {
    assert.equal(judge({ first: {}, second: {} }).result, "unsure");
    assert.equal(judge({ first: { a: 1 }, second: { a: 1 } }, { at: ["b"] }).result, "unsure");
    assert.equal(judge({ only: 1 }).result, "unsure");
  });

  test("tell the next attempt where they differ, not what the other found", () => {
    const text = feedbackText([judge({ first: { a: 1.5 }, second: { a: 7.25 } })]);
    assert.match(text, /first\.a/);
    assert.doesNotMatch(text, /7\.25/);
  });
});

describe("a result computed again from the input", () => {
  const by = (input: unknown): unknown => ({ sum: (input as number[]).reduce((a, b) => a + b, 0) });

  test("passes when equal and fails when not, at the output's own path", () => {
    assert.equal(judge({ sum: 6 }, { by }, [1, 2, 3]).result, "pass");
    const { result, problems } = judge({ sum: 7 }, { by }, [1, 2, 3]);
    assert.deepEqual([result, problems[0]!.path, problems[0]!.found], ["fail", "sum", "6"]);
  });

  test("may be computed by a promise; a recomputation that fails is unsure (C3)", async () => {
    const run = (work: () => unknown): unknown =>
      runChecks([recomputed({ by: work })], { sum: 6 }, { input: null, read: [] });
    assert.equal(((await run(async () => ({ sum: 6 }))) as Verdict[])[0]!.result, "pass");
    assert.equal(
      (
        (await run(() => {
          throw new Error("no data");
        })) as Verdict[]
      )[0]!.result,
      "unsure",
    );
  });
});

test("a structure agrees with itself, and with no structure in which one number was moved", () => {
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      fc.string(),
      fc.array(tie("node"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("node"), { maxKeys: 4 }),
    ),
  })).node;
  fc.assert(
    fc.property(tree, fc.double({ min: 1, max: 1e6, noNaN: true }), (value, moved) => {
      const first = { value, moved };
      assert.equal(judge({ first, second: structuredClone(first) }).result, "pass");
      assert.equal(
        judge({ first, second: { value, moved: moved * 1.001 } }, { log10: 0.0001 }).result,
        "fail",
      );
    }),
    { numRuns: 200 },
  );
});
