// What could go wrong: a wrong sum passes, a right one is called wrong (binary fractions, rounding, thousands
// separators), or something that states no calculation (a range, a date, an interval) is read as one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { arithmetic, type DeclaredTotal } from "../../src/check/arithmetic.ts";
import { compare, exactText, fraction, readAmount, readGrouped } from "../../src/check/exact.ts";
import { calculationsIn } from "../../src/check/stated-calculations.ts";
import { verdictOf } from "./judging.ts";

const verdicts = (text: string): string[] => calculationsIn(text).map((it) => it.verdict);

describe("SUM1: a stated calculation is right as its result is rounded", () => {
  const right = [
    "12 + 30 = 42",
    "0.1 + 0.2 = 0.3",
    "1/3 = 0.33",
    "2/3 = 0.67",
    "1,200 + 34 = 1,234",
    "1.200,50 + 0,50 = 1.201",
    "3 × (4 + 5) = 27",
    "12 plus 30 equals 42",
    "$12.50 + $30.00 = $42.50",
    "1 kg + 500 g = 1.5 kg",
    "(12 + 30 = 42)",
    "42 / 60 = 70 %",
    "-3 + 5 = 2",
    "- 12 + 30 = 42",
    "**12 + 30 = 42**",
    "42 = 12 + 30",
    "12 apples + 30 pears = 42 fruits",
    "42 of 60 (70 %)",
    "42 of the 60 patients (70.0%)",
    "42/60 (70%)",
    "70 % (42/60)",
    "1 of 8 (12 %)",
    "1 of 8 (13%)",
    "20 % of 50 is 10",
    "rose by 25 % from 40 to 50",
    "from 40 to 50 (+25 %)",
    "from 50 to 40, a decrease of 20 %",
    "a total of 5: 2, 2 and 1",
    "a total of 5: 2 red, 2 green and 1 blue",
    "the sum of 2, 2 and 1 is 5",
    "2, 2 and 1 add up to 5",
    "The average of 2 and 4 is 3.",
    "the difference between 50 and 42 is 8",
    "from 4 % to 5 % (25 %)",
  ];
  for (const text of right) test(`right: ${text}`, () => assert.deepEqual(verdicts(text), ["right"]));

  const wrong = [
    "12 + 30 = 43",
    "0.1 + 0.2 = 0.6 + 0.1",
    "1/3 = 0.34",
    "1,200 + 34 = 1,244",
    "3 × (4 + 5) = 17",
    "6 × 7 = 43 items",
    "$12.50 + $30.00 = $42.60",
    "$0.10 + $0.20 = $0.31",
    "1 kg + 500 g = 1.6 kg",
    "42 of 60 patients (60 %)",
    "70 % (43/60)",
    "20 % of 50 is 11",
    "rose by 20 % from 40 to 50",
    "rose by 20 % from 50 to 40",
    "from 40 to 50 (-25 %)",
    "a total of 5: 2, 2 and 2",
    "the sum of 2, 2 and 1 is 6",
    "The average of 2 and 4 is 4.",
  ];
  for (const text of wrong) test(`wrong: ${text}`, () => assert.deepEqual(verdicts(text), ["wrong"]));
});

describe("SUM2: what states no calculation a rule can read is left alone", () => {
  const none = [
    "p = 0.05",
    "x + 12 = 42",
    "2x + 3 = 7",
    "pages 3-7 = 5",
    "2020-2021",
    "on 12/05/2024",
    "10-20 mg",
    "2^3 + 1 = 9",
    "42 of 60",
    "42 of 60 (95 % CI 60-80 %)",
    "30 % of 200 patients are 65 or older",
    "12 + 30 is 43 higher than before",
    "2 of 3 (more than 70 %)",
    "increased by 17.2 % from 2005 to 2012",
    "1, 2 and 3 are right",
    "a total of 120 patients",
  ];
  for (const text of none) test(text, () => assert.deepEqual(verdicts(text), []));

  test("a sum that holds only if its figures were rounded, and kinds that may overlap, are unsure", () => {
    for (const text of [
      "12.3 + 30.1 = 42.5",
      "a total of 120: 60 women, 80 smokers and 10 others",
      "2 cats + 3 dogs = 6 pets",
    ])
      assert.equal(verdictOf(arithmetic(), { text }).result, "unsure", text);
  });
});

test("exact sums of decimals pass as text, and fail when the result is off by a whole unit of them", () => {
  const amount = fc.integer({ min: 0, max: 99_999 });
  fc.assert(
    fc.property(
      fc.array(amount, { minLength: 2, maxLength: 6 }),
      fc.integer({ min: 0, max: 3 }),
      (parts, decimals) => {
        const scale = 10n ** BigInt(decimals);
        const text = (it: bigint): string =>
          decimals === 0 ? String(it) : `${it / scale}.${String(it % scale).padStart(decimals, "0")}`;
        const sum = parts.reduce((all, it) => all + BigInt(it), 0n);
        const left = parts.map((it) => text(BigInt(it))).join(" + ");
        assert.deepEqual(verdicts(`${left} = ${text(sum)}`), ["right"]);
        assert.deepEqual(verdicts(`${left} = ${text(sum + 10n * scale)}`), ["wrong"]);
      },
    ),
    { numRuns: 200 },
  );
});

type Tree = number | { readonly op: "+" | "−" | "×" | "/"; readonly left: Tree; readonly right: Tree };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 1, max: 99 }),
    fc.record({ op: fc.constantFrom("+", "−", "×", "/"), left: tie("tree"), right: tie("tree") }),
  ),
}));

/** Numerator and denominator, reckoned here without the code under test; undefined for a division by nothing. */
function reckon(it: Tree): readonly [bigint, bigint] | undefined {
  if (typeof it === "number") return [BigInt(it), 1n];
  const [left, right] = [reckon(it.left), reckon(it.right)];
  if (left === undefined || right === undefined) return undefined;
  const [[a, b], [c, d]] = [left, right];
  if (it.op === "×") return [a * c, b * d];
  if (it.op === "/") return c === 0n ? undefined : [a * d, b * c];
  return [it.op === "+" ? a * d + c * b : a * d - c * b, b * d];
}

function written(it: Tree, isInner = false): string {
  if (typeof it === "number") return String(it);
  const text = `${written(it.left, true)} ${it.op} ${written(it.right, true)}`;
  return isInner ? `(${text})` : text;
}

/** In hundredths, rounded to the nearest. */
function hundredths([of, over]: readonly [bigint, bigint]): bigint {
  const [a, b] = over < 0n ? [-of, -over] : [of, over];
  const doubled = a * 200n + b;
  return doubled >= 0n ? doubled / (2n * b) : -((-doubled + 2n * b - 1n) / (2n * b));
}

function inHundredths(it: bigint): string {
  const size = it < 0n ? -it : it;
  return `${it < 0n ? "-" : ""}${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
}

test("any expression is right with its exact result rounded, and wrong with another", () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 2, max: 1_000 }), (it, off) => {
      fc.pre(typeof it !== "number");
      const exact = reckon(it);
      fc.pre(exact !== undefined);
      const result = hundredths(exact);
      const text = `In all, ${written(it)} = ${inHundredths(result)}.`;
      assert.deepEqual(verdicts(text), ["right"], text);
      assert.deepEqual(verdicts(`${written(it)} = ${inHundredths(result + BigInt(off))}`), ["wrong"]);
    }),
    { numRuns: 400 },
  );
});

test("shares are right exactly when the exact fraction rounds to what is written", () => {
  const cases = fc.record({
    whole: fc.integer({ min: 1, max: 5_000 }),
    share: fc.integer({ min: 0, max: 10_000 }),
    stated: fc.integer({ min: 0, max: 1_000 }),
  });
  fc.assert(
    fc.property(cases, ({ whole, share, stated }) => {
      const part = Math.floor((whole * share) / 10_000);
      // |part/whole·100 - stated/10| ≤ 1/20, in whole numbers.
      const isRight = Math.abs(part * 1_000 - stated * whole) * 2 <= whole;
      const text = `${part} of ${whole} (${(stated / 10).toFixed(1)} %)`;
      assert.deepEqual(verdicts(text), [isRight ? "right" : "wrong"], text);
    }),
    { numRuns: 300 },
  );
});

describe("declared totals", () => {
  const invoice = {
    lines: [
      { n: 3, price: 1.1, sum: 3.3 },
      { n: 2, price: 0.2, sum: 0.4 },
    ],
    total: 3.7,
    net: "1,000.50",
    tax: 190.1,
    gross: "1.190,60 EUR",
  };
  const judge = (what: DeclaredTotal | readonly DeclaredTotal[], output: unknown = invoice): string =>
    verdictOf(arithmetic(what), output).result;

  test("0.1 + 0.2 is 0.3, and columns, rows and texts are reckoned", () => {
    assert.equal(judge({ total: "c", of: ["a", "b"] }, { a: 0.1, b: 0.2, c: 0.3 }), "pass");
    assert.equal(judge({ total: "total", of: "lines[].sum" }), "pass");
    assert.equal(judge({ total: "lines[].sum", of: ["lines[].n", "lines[].price"], op: "product" }), "pass");
    assert.equal(judge({ total: "gross", of: ["net", "tax"] }), "pass");
    assert.equal(judge({ total: "tax", of: ["gross", "net"], op: "difference" }), "pass");
  });

  test("a wrong total names its path, what was claimed and what it comes to", () => {
    const verdict = verdictOf(arithmetic({ total: "total", of: "lines[].sum" }), { ...invoice, total: 3.8 });
    assert.deepEqual(verdict.problems, [
      {
        check: "arithmetic total",
        message: "is 3.8, but the sum of 3.3, 0.4 is 3.7",
        path: "total",
        claimed: "3.8",
        found: "3.7",
      },
    ]);
    const rows = { lines: [{ n: 3, price: 1.99, sum: 6 }] };
    assert.equal(
      judge({ total: "lines[].sum", of: ["lines[].n", "lines[].price"], op: "product" }, rows),
      "fail",
    );
  });

  test("means and ratios are as exact as they are written, to two digits at least; a tolerance widens", () => {
    const mean = { values: [1, 2, 4], mean: 2.33 };
    assert.equal(judge({ total: "mean", of: "values[]", op: "mean" }, mean), "pass");
    assert.equal(judge({ total: "mean", of: "values[]", op: "mean" }, { ...mean, mean: 2 }), "fail");
    assert.equal(
      judge({ total: "mean", of: "values[]", op: "mean", tolerance: 0.5 }, { ...mean, mean: 2 }),
      "pass",
    );
    assert.equal(judge({ total: "r", of: ["a", "b"], op: "ratio" }, { a: 42, b: 60, r: 0.7 }), "pass");
  });

  test("what does not read as a number, is missing, or divides by nothing is unsure", () => {
    assert.equal(
      judge({ total: "total", of: "lines[].name" }, { total: 1, lines: [{ name: "x" }] }),
      "unsure",
    );
    assert.equal(judge({ total: "totl", of: "lines[].sum" }), "unsure");
    assert.equal(judge({ total: "r", of: ["a", "b"], op: "ratio" }, { a: 1, b: 0, r: 0 }), "unsure");
  });

  test("a negative tolerance is refused at once", () => {
    assert.throws(() => arithmetic({ total: "a", of: "b", tolerance: -1 }), { code: "CHECK_OPTIONS" });
  });
});

test("amounts read back as what was written", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 4 }), (digits, decimals) => {
      const exact = fraction(BigInt(digits), 10n ** BigInt(decimals));
      assert.equal(compare(readAmount(digits / 10 ** decimals)!.value, exact), 0);
      assert.equal(compare(readAmount(exactText(exact))!.value, exact), 0);
    }),
  );
  const readings = (text: string): string[] => readGrouped(text).map((it) => exactText(it.value));
  assert.deepEqual(readings("1,234"), ["1234", "1.234"]);
  assert.deepEqual(readings("1.234.567,8"), ["1234567.8"]);
  assert.deepEqual(
    [readAmount("(12.50)"), readAmount("twelve")].map((it) => it && exactText(it.value)),
    ["-12.5", undefined],
  );
});
