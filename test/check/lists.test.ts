// What could go wrong: a row is lost, invented or counted twice and the gate passes; two lists are said to agree
// that do not, or rows are matched with the wrong partner; a list that is not there counts as one that is right.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { complete } from "../../src/check/complete.ts";
import { readCsv } from "../../src/check/csv.ts";
import { reconciles } from "../../src/check/reconciles.ts";
import { unique } from "../../src/check/unique.ts";
import { verdictOf } from "./judging.ts";

describe("unique", () => {
  test("names the second of two equal values and where the first stands", () => {
    const verdict = verdictOf(unique("rows[].id"), { rows: [{ id: "a" }, { id: "b" }, { id: " a " }] });
    assert.deepEqual([verdict.problems[0]!.path, verdict.problems[0]!.where], ["rows[2].id", "rows[0].id"]);
    assert.equal(verdictOf(unique("rows[].id"), { rows: [{ id: "a" }, { id: "A" }] }).result, "pass");
    assert.equal(
      verdictOf(unique("rows[].id", { ignoreCase: true }), { rows: [{ id: "a" }, { id: "A" }] }).result,
      "fail",
    );
  });

  test("takes members together as a key, whole rows without one, and fails a row without its key", () => {
    const rows = [
      { id: 1, at: "x" },
      { id: 1, at: "y" },
    ];
    assert.equal(verdictOf(unique("rows", { key: ["id", "at"] }), { rows }).result, "pass");
    assert.equal(verdictOf(unique("rows", { key: "id" }), { rows }).result, "fail");
    assert.equal(
      verdictOf(unique("rows"), {
        rows: [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      }).result,
      "fail",
    );
    assert.equal(verdictOf(unique("rows", { key: "id" }), { rows: [{ at: "x" }] }).result, "fail");
    assert.equal(verdictOf(unique("rows"), { rows: 3 }).result, "unsure");
  });
});

const orders = [{ id: 1 }, { id: 2 }, { id: 3 }];
const accounted = complete({ items: "used", of: "in:orders", key: "id", rejected: "left" });

describe("complete", () => {
  test("every row is used or rejected with a reason", () => {
    const verdict = verdictOf(
      accounted,
      { used: [{ id: 1 }, { id: "3" }], left: [{ id: 2, reason: "void" }] },
      { input: { orders } },
    );
    assert.deepEqual([verdict.result, verdict.note], ["pass", "3 given, 2 used, 1 rejected"]);
  });

  test("a row lost, invented, taken twice, or rejected without a reason is named", () => {
    const output = { used: [{ id: 1 }, { id: 1 }, { id: 9 }], left: [{ id: 2 }] };
    const verdict = verdictOf(accounted, output, { input: { orders } });
    const said = verdict.problems.map((it) => `${it.path ?? it.where}: ${it.message.replace(/:.*/, "")}`);
    assert.deepEqual(said, [
      "used[1]: is accounted for already, at used[0]",
      "used[2]: was never given",
      "in:orders[2]: a row that was given is not accounted for",
      "left[0]: is rejected without a reason",
    ]);
  });

  test("rows come from a source too: JSON, CSV, or whatever a function gives; without them it is unsure", () => {
    const output = [{ id: "1" }, { id: "2" }];
    const csv = { name: "orders.csv", value: 'id;what\n1;a\n2;"b;c"\n' };
    const judge = (of: string, read: readonly { name: string; value: string }[]): string =>
      verdictOf(complete<unknown>({ items: "", of, key: "id" }), output, { read }).result;
    assert.equal(judge("in:orders.csv", [csv]), "pass");
    assert.equal(judge("in:orders.csv", [{ ...csv, value: '[{"id":1}]' }]), "fail");
    assert.equal(judge("in:orders.csv", []), "unsure");
    const given = complete<unknown>({ items: "", of: () => [{ id: 1 }, { id: 2 }], key: "id" });
    assert.equal(verdictOf(given, output).result, "pass");
  });

  test("agrees with counting by hand on random lists", () => {
    const ids = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 });
    fc.assert(
      fc.property(ids, ids, (given, used) => {
        const verdict = verdictOf(complete<unknown>({ items: "", of: "in:" }), used, { input: given });
        const sorted = (list: readonly number[]): string => JSON.stringify(list.toSorted((a, b) => a - b));
        assert.equal(verdict.result, sorted(given) === sorted(used) ? "pass" : "fail");
      }),
    );
  });
});

const bank = reconciles({
  left: "booked",
  right: "in:bank",
  key: ["invoice", "ref"],
  amount: ["eur", "amount"],
  tolerance: 0.01,
});

describe("reconciles", () => {
  const booked = [
    { invoice: "A", eur: 0.3 },
    { invoice: "B", eur: 12.5 },
  ];

  test("two lists agree by key and in sum, in exact numbers", () => {
    const statement = [
      { ref: "B", amount: "12.50 EUR" },
      { ref: "A", amount: 0.1 + 0.2 - 5.551115123125783e-17 },
    ];
    const verdict = verdictOf(bank, { booked }, { input: { bank: statement } });
    assert.deepEqual([verdict.result, verdict.note], ["pass", "2 rows agree; the sums are 12.8 and 12.8"]);
  });

  test("what differs and what has no partner is named on either side", () => {
    const statement = [
      { ref: "A", amount: 0.4 },
      { ref: "C", amount: 1 },
    ];
    const said = verdictOf(bank, { booked }, { input: { bank: statement } }).problems;
    assert.deepEqual(
      said.map((it) => [it.path, it.claimed, it.where]),
      [
        ["booked[0]", "0.3", "in:bank[0]"],
        ["booked[1]", "12.5", "in:bank"],
        [undefined, "1", "in:bank[1]"],
      ],
    );
  });

  test("rows within the tolerance whose sums drift apart fail", () => {
    const many = Array.from({ length: 5 }, (_, at) => ({ invoice: `${at}`, eur: 1 }));
    const drifted = many.map((it) => ({ ref: it.invoice, amount: 1.01 }));
    const verdict = verdictOf(bank, { booked: many }, { input: { bank: drifted } });
    assert.match(verdict.problems[0]!.message, /each row agrees within 0.01, but the sums are 0.05 apart/);
  });

  test("an amount that is none, a key that is missing, two empty lists and no list are unsure", () => {
    for (const statement of [[{ ref: "A", amount: "many" }], [{ amount: 1 }], "nothing"])
      assert.equal(verdictOf(bank, { booked }, { input: { bank: statement } }).result, "unsure");
    assert.equal(verdictOf(bank, { booked: [] }, { input: { bank: [] } }).result, "unsure");
  });

  test("pairs as many rows of one key as any pairing does", () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 5 });
    const by = reconciles({ left: "", right: "in:", key: "k", amount: "a", tolerance: 2 });
    fc.assert(
      fc.property(amounts, amounts, (left, right) => {
        fc.pre(left.length + right.length > 0);
        const rows = (list: readonly number[]): unknown[] => list.map((a) => ({ k: "x", a }));
        const verdict = verdictOf(by, rows(left), { input: rows(right) });
        const pairs = Number(/^(\d+) rows agree/.exec(verdict.note ?? "")?.[1]);
        assert.equal(pairs, mostPairs(left, right, 2));
        assert.equal(verdict.problems.length >= Math.max(left.length, right.length) - pairs, true);
      }),
      { numRuns: 200 },
    );
  });
});

/** By trying every pairing. */
function mostPairs([first, ...rest]: readonly number[], right: readonly number[], within: number): number {
  if (first === undefined) return 0;
  const without = mostPairs(rest, right, within);
  const withOne = right.flatMap((it, at) =>
    Math.abs(it - first) <= within ? [1 + mostPairs(rest, right.toSpliced(at, 1), within)] : [],
  );
  return Math.max(without, ...withOne);
}

test("comma-separated text reads as rows; text of uneven lines does not", () => {
  assert.deepEqual(readCsv('a,b\r\n1,"x, ""y"""\r\n', 10), [{ a: "1", b: 'x, "y"' }]);
  assert.equal(readCsv("Dear Sir, hello\nthere, and, more\n", 10), undefined);
  assert.equal(readCsv("no table at all", 10), undefined);
});
