// A bench whose arithmetic is wrong states figures nobody can trust: F1 and balanced accuracy from counts, the
// constant beside them, and an interval that takes ten responses to one source for ten sources.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  balancedAccuracy,
  constantOf,
  countOutcomes,
  f1,
  measured,
  type Outcome,
} from "../../bench/catching/grounding/measures.ts";

const settings = { seed: 1, resamples: 400 };

function outcomes(group: string, marks: string): Outcome[] {
  const kinds: Readonly<Record<string, readonly [boolean, boolean]>> = {
    T: [true, true],
    F: [true, false],
    M: [false, true],
    N: [false, false],
  };
  return [...marks].map((it) => ({ group, predicted: kinds[it]![0], actual: kinds[it]![1] }));
}

test("F1 and balanced accuracy come from the four counts", () => {
  const counts = countOutcomes(outcomes("a", "TTTFMMNNNN"));
  assert.deepEqual(counts, { truePositive: 3, falsePositive: 1, falseNegative: 2, trueNegative: 4 });
  assert.equal(f1(counts), 6 / 9);
  assert.equal(balancedAccuracy(counts), (3 / 5 + 4 / 5) / 2);
});

test("the constant is the better of always yes and always no", () => {
  const rows = outcomes("a", "TMNN");
  assert.equal(constantOf(rows, f1), 4 / 6);
  assert.equal(constantOf(rows, balancedAccuracy), 0.5);
});

test("with nothing positive F1 is 0 and no division by nothing", () => {
  assert.equal(f1(countOutcomes(outcomes("a", "NN"))), 0);
  assert.equal(balancedAccuracy(countOutcomes([])), 0);
});

test("rows of one source are drawn together, so one source alone has no interval to speak of", () => {
  const one = measured(outcomes("a", "TTFMNN"), f1, settings);
  assert.equal(one.low, one.value);
  assert.equal(one.high, one.value);
});

test("the same seed gives the same interval, and more sources a narrower one", () => {
  const rows = (sources: number): Outcome[] =>
    Array.from({ length: sources }, (_, at) => outcomes(`s${at}`, at % 2 === 0 ? "TTNN" : "TFMN")).flat();
  assert.deepEqual(measured(rows(8), f1, settings), measured(rows(8), f1, settings));
  const few = measured(rows(8), f1, settings);
  const many = measured(rows(80), f1, settings);
  assert.equal(few.value, many.value);
  assert.ok(few.low < few.value && few.value < few.high);
  assert.ok(many.high - many.low < few.high - few.low);
});
