// What could go wrong: an invented or altered number passes because some number is near, or a true one is
// stopped for how it is written. Each way of writing is one case; near-misses stand beside.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Source, Verdict } from "../../src/check/check.ts";
import { grounded } from "../../src/check/grounded.ts";
import { runChecks } from "../../src/check/judge-checks.ts";
import { readNumbers } from "../../src/check/read-numbers.ts";

const judge = (text: unknown, read: string | Source): Verdict => {
  const source = typeof read === "string" ? { name: "notes.md", text: read, value: read } : read;
  return (
    runChecks([grounded("text", { kind: "numbers" })], { text }, { input: null, read: [source] }) as Verdict[]
  )[0]!;
};

type Row = readonly [text: string, read: string, result: Verdict["result"], why: string];

const rows: readonly Row[] = [
  ["r = 0.88", "r was 0.877", "pass", "rounded as the text rounds"],
  ["r = 0.87", "r was 0.877", "fail", "rounded the wrong way"],
  ["r = 0.8772", "r was 0.877", "fail", "digits the source does not have"],
  ["r = 0.879", "r was 0.877", "fail", "an altered digit"],
  ["13 crates", "In all 467,013 crates came.", "fail", "the end of a number with a thousands comma"],
  ["345 in it", "a,12,345,b", "pass", "a cell of a row"],
  ["1,234 compounds", "1234 compounds", "pass", "thousands separated in the text"],
  ["1234 compounds", "1,234 compounds", "pass", "thousands separated in the source"],
  ["184631 compounds", "184\u2009631 compounds", "pass", "thousands separated by a thin space"],
  ["1243 compounds", "1,234 compounds", "fail", "two digits swapped"],
  ["12345 compounds", "1234 compounds", "fail", "a digit too many"],
  ["0.88 of them", "0,88 of them", "pass", "a decimal comma in the source"],
  ["0,88 of them", "0.88 of them", "pass", "a decimal comma in the text"],
  ["a factor of 1,234 more", "factor 1.234", "unsure", "a comma that can be read in two ways"],
  ["88%", "0.88 of all", "pass", "a share as percent"],
  ["0.88 of all", "88 %", "pass", "percent as a share"],
  ["88 percent", "88%", "pass", "percent as a word"],
  ["89%", "0.88 of all", "fail", "another percentage"],
  ["1.2 µM", "IC50 1.2 uM", "pass", "either micro sign"],
  ["1.2 µM", "IC50 of 1.2", "pass", "a unit on one side only"],
  ["1.2 nM", "IC50 1.2 µM", "fail", "another unit"],
  ["1.2 µM", "IC50 1200 nM", "pass", "the same amount in another unit"],
  ["12 µM", "IC50 1200 nM", "fail", "another amount in another unit"],
  ["5 mg", "5 mL", "fail", "a unit that measures something else"],
  ["$12.50", "12.50 USD", "pass", "a currency before or after"],
  ["5 runs", "five runs", "pass", "spelled in the source"],
  ["five runs", "5 runs", "pass", "spelled in the text"],
  ["seven runs", "5 runs", "unsure", "a word is no certain claim"],
  ["3 runs", "2.6 on average", "fail", "a count is not the rounding of a fraction"],
  ["1.5e-3 M", "0.0015 M", "pass", "powers of ten"],
  ["2.5×10⁻³", "2.5e-3", "pass", "powers written out"],
  ["-3.5 mV", "−3.5 mV", "pass", "a typographic minus"],
  ["3.5 mV", "-3.5 mV", "unsure", "a lost sign"],
  ["about 900 hits", "901 hits", "pass", "a number said to be about right"],
  ["900 hits", "901 hits", "fail", "a number not said to be so"],
  ["about 950 hits", "901 hits", "fail", "about right, yet too far"],
  ["SARS-CoV-2 and IC50 in 3CL", "nothing", "pass", "digits in names"],
  ["in 384-well plates", "nothing", "unsure", "a compound word"],
  ["in 384-well plates", "384 wells", "pass", "a compound word the source bears out"],
  ["see Table 3 and Fig. 2", "nothing", "pass", "labels"],
  ["1. first\n2) second", "nothing", "pass", "numbers of a list"],
  ["on 2020-03-14, or 14 March 2020", "nothing", "pass", "dates"],
  ["decreased 12 of them", "nothing", "fail", "a word that begins like a month"],
  ["in 2019", "nothing", "unsure", "what may be a year"],
  ["from 5-10 mg", "5 and 10 mg", "pass", "a range is two numbers"],
  ["from 5-12 mg", "5 and 10 mg", "fail", "a range with one wrong end"],
  ["file papers/01-weizmann-hts.md:12", "nothing", "pass", "a file and its line"],
  ["MAT-POS-b3e365b9-1 was best", "nothing", "pass", "an identifier"],
  ["3 million people", "3,000,000 people", "pass", "millions as a word"],
  ["no number here", "4", "pass", "nothing to look up"],
];

describe("numbers in a text", () => {
  for (const [text, read, result, why] of rows) {
    test(`${result}: ${why} ("${text.replace("\n", " ")}" against "${read}")`, () => {
      const verdict = judge(text, read);
      assert.equal(verdict.result, result, JSON.stringify(verdict));
    });
  }

  test("in a value count as they do in a text, with their path as evidence", () => {
    const read = { name: "fits", value: { rows: [{ id: "a", ic50: 0.8772 }] } };
    const verdict = judge("an IC50 of 0.88", read);
    assert.equal(verdict.result, "pass");
    assert.equal(verdict.evidence![0]!.where, "fits rows[0].ic50");
    assert.equal(judge("an IC50 of 0.89", read).result, "fail");
  });

  test("a number itself is looked up as it is rounded", () => {
    assert.equal(judge(0.88, "0.877").result, "pass");
    assert.equal(judge(0.9, "0.877").result, "pass");
    assert.equal(judge(0.86, "0.877").result, "fail");
  });

  test("a table's cells are numbers of their own", () => {
    assert.equal(judge("345 units", "id,a,b\nx,12,345,678").result, "pass");
  });

  test("a failure shows the passage that is about the same thing", () => {
    const [problem] = judge(
      "128 confirmed hits in 5 doses, with 127 of them tested",
      "Then 128 confirmed hits in 5 doses.\nOther lines.",
    ).problems;
    assert.match(problem!.message, /"127" does not occur/);
    assert.equal(problem!.where, "notes.md:1");
  });
});

describe("properties of numbers", () => {
  test("a number passes against any number it is the rounding of, and fails one last place further", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10_000, max: 9_999_999 }),
        fc.integer({ min: 1, max: 3 }),
        (digits, places) => {
          const exact = digits / 10_000;
          const stated = exact.toFixed(places);
          assert.equal(judge(`it is ${stated} here`, `it is ${exact} here`).result, "pass");
          const altered = (Number(stated) + 2 * 10 ** -places).toFixed(places);
          assert.equal(judge(`it is ${altered} here`, `it is ${exact} here`).result, "fail");
        },
      ),
      { numRuns: 300 },
    );
  });

  test("reading never takes long, whatever the text, and places every number inside it", () => {
    fc.assert(
      fc.property(
        fc.string({
          maxLength: 300,
          unit: fc.constantFrom(..."0123456789.,-+eE%x×^()[]#: \nJanuaryµM'".split("")),
        }),
        (text) => {
          for (const it of readNumbers(text)) assert.equal(text.slice(it.at, it.end), it.text);
        },
      ),
      { numRuns: 500 },
    );
    for (const hostile of [
      "1,".repeat(50_000),
      "1 ".repeat(50_000),
      "1".repeat(100_000),
      "1-".repeat(50_000),
      "-".repeat(100_000),
      "1.1.".repeat(30_000),
    ]) {
      const start = performance.now();
      readNumbers(hostile);
      assert.ok(performance.now() - start < 1_000, hostile.slice(0, 10));
    }
  });
});
