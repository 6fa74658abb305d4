// What could go wrong: a date is called wrong for how it is written, or the order of its day and month is
// guessed and a wrong one passes. Each way of writing is one case; near-misses stand beside.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Verdict } from "../../src/check/check.ts";
import { grounded } from "../../src/check/grounded.ts";
import { runChecks } from "../../src/check/judge-checks.ts";
import { readDates } from "../../src/check/read-dates.ts";

const judge = (text: unknown, read: string): Verdict =>
  (
    runChecks(
      [grounded("text", { kind: "dates" })],
      { text },
      { input: null, read: [{ name: "notes.md", text: read, value: read }] },
    ) as Verdict[]
  )[0]!;

type Row = readonly [text: string, read: string, result: Verdict["result"], why: string];

const rows: readonly Row[] = [
  ["signed on 2021-03-04", "signed March 4, 2021", "pass", "digits for a name"],
  ["signed on March 4th, 2021", "signed 4 Mar 2021", "pass", "either order with a name"],
  ["signed on 4 March 2021", "2021-03-04T10:30:00Z", "pass", "a day of a time stamp"],
  ["signed on 5 March 2021", "2021-03-04T10:30:00Z", "fail", "another day"],
  ["signed on April 4, 2021", "signed March 4, 2021", "fail", "another month"],
  ["signed on March 4, 2012", "signed March 4, 2021", "fail", "a year with its digits swapped"],
  ["signed in March 2021", "signed 2021-03-04", "pass", "a month that a day lies in"],
  ["signed in 2021", "signed March 4, 2021", "pass", "a year that a day lies in"],
  ["signed in March", "signed March 4, 2021", "pass", "a month without its year"],
  ["signed on March 4", "signed March 4, 2021", "pass", "a day without its year"],
  ["in the 1990s", "from 1994 on", "pass", "a decade that a year lies in"],
  ["in the 19th century", "built in 1874", "pass", "a century that a year lies in"],
  ["in the nineteenth century", "a 19th-century house", "pass", "a century in words"],
  ["in the 1980s", "from 1994 on", "fail", "another decade"],
  ["in 1994", "in the 1990s", "fail", "more than the source says"],
  ["signed on March 4, 2021", "signed in March 2021", "unsure", "a day of a month that stands alone"],
  ["signed on March 4, 2021", "On March 4 they met. It was 2021.", "unsure", "a day and a year apart"],
  ["signed on 03/04/2021", "signed on 03/04/2021", "pass", "two readings, spelled alike"],
  ["signed on March 4, 2021", "signed on 03/04/2021", "unsure", "an order of day and month left open (D1)"],
  ["signed on 03/04/2021", "signed March 4, 2021", "unsure", "an order left open in the text (D1)"],
  ["signed on 03/05/2021", "signed March 4, 2021", "fail", "wrong in either order"],
  ["signed on 13/04/2021", "signed April 13, 2021", "pass", "no month has 13"],
  ["from May 3-5, 2019", "3 May 2019 to 5 May 2019", "pass", "a range is two days"],
  ["from May 3-6, 2019", "3 May 2019 to 5 May 2019", "fail", "a range with one wrong end"],
  ["from 2007-2011", "( 2007 -- 11 )", "pass", "a range with its century once"],
  ["the 2013-14 season", "2013 and 2014", "pass", "a season is two years"],
  ["at 2:30 pm", "at 14:30", "pass", "twelve hours for twenty-four"],
  ["at 3 p.m.", "at 14:30", "fail", "another time"],
  ["at 3:45", "at 14:30", "unsure", "what may be a score"],
  ["on Saturday", "this saturday", "pass", "a weekday, however spelled"],
  ["on Sunday", "this saturday", "fail", "another weekday"],
  ["it may 3 times", "nothing", "unsure", "a verb is no month"],
  ["no date at all", "2021", "unsure", "nothing to look up"],
];

describe("dates in a text", () => {
  for (const [text, read, result, why] of rows) {
    test(`${result}: ${why} ("${text}" against "${read}")`, () => {
      const verdict = judge(text, read);
      assert.equal(verdict.result, result, JSON.stringify(verdict));
    });
  }

  test("a failure shows the nearest passage and its line", () => {
    const [problem] = judge(
      "The contract was signed on March 5, 2021",
      "First line.\nThe contract was signed on March 4, 2021.",
    ).problems;
    assert.match(problem!.message, /the date "March 5, 2021" does not occur in what was read/);
    assert.equal(problem!.where, "notes.md:2");
  });

  test("what is no text fails", () => assert.equal(judge(20_210_304, "2021-03-04").result, "fail"));
});

describe("properties of dates", () => {
  const day = fc.record({
    year: fc.integer({ min: 1700, max: 2090 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
  });
  const names = "January February March April May June July August September October November December".split(
    " ",
  );
  const two = (it: number): string => String(it).padStart(2, "0");
  const spell = (it: { year: number; month: number; day: number }, way: number): string =>
    [
      `${it.year}-${two(it.month)}-${two(it.day)}`,
      `${names[it.month - 1]} ${it.day}, ${it.year}`,
      `${it.day} ${names[it.month - 1]} ${it.year}`,
      `${it.day} ${names[it.month - 1]!.slice(0, 3)} ${it.year}`,
    ][way]!;

  test("a day passes in every plain spelling, and another day fails in every one", () => {
    fc.assert(
      fc.property(day, day, fc.nat(3), fc.nat(3), (it, other, one, two_) => {
        const read = `It was ${spell(it, two_)} then`;
        assert.equal(judge(`on ${spell(it, one)}`, read).result, "pass");
        if (spell(it, 0) !== spell(other, 0))
          assert.equal(judge(`on ${spell(other, one)}`, read).result, "fail");
      }),
      { numRuns: 300 },
    );
  });

  test("reading places every date inside the text", () => {
    const pieces = fc.constantFrom(
      ..."0123456789 -/.,:'".split(""),
      "May ",
      "March",
      "th ",
      "century",
      "s",
      "pm",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 80 }), (parts) => {
        const text = parts.join("");
        for (const it of readDates(text)) assert.equal(text.slice(it.at, it.end), it.text);
      }),
      { numRuns: 300 },
    );
  });
});
