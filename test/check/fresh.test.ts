// What could go wrong: an old figure passes, a verdict changes with the day on which a replay happens, a date of
// two readings is taken for one of them, or an equal candidate counts as a new one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fresh } from "../../src/check/fresh.ts";
import { noProgress } from "../../src/check/no-progress.ts";
import { verdictOf } from "./judging.ts";

const now = Date.UTC(2026, 10, 22, 12);
const month = fresh("at", { within: "30d" });
const on = (at: unknown): string => verdictOf(month, { at }, { now }).result;

describe("fresh", () => {
  test("passes dates within the age, to the day, however they are written", () => {
    for (const at of [
      "2026-11-20",
      "2026-10-23",
      "20 Nov 2026",
      "November 20, 2026",
      "2026-11",
      new Date(now),
      now,
      "2026-10-23T12:00:00Z",
    ])
      assert.equal(on(at), "pass", String(at));
  });

  test("fails what is older or lies in the future, and says what the date is held against", () => {
    for (const at of ["2026-10-22", "2026-10-23T11:59:00Z", "1 May 2026", 2025, "2027-01-01", "03/04/2026"])
      assert.equal(on(at), "fail", String(at));
    const verdict = verdictOf(month, { at: "2026-05-01" }, { now });
    assert.equal(verdict.problems[0]!.message, "is older than 30 days on 2026-11-22T12:00");
  });

  test("is unsure of dates too coarse, of two readings, without a year, and of what is none", () => {
    for (const at of ["October 2026", 2026, "11/10/2026", "20 May", "soon", true])
      assert.equal(on(at), "unsure", String(at));
  });

  test("looks at the input, at every row, and demands a date unless it is optional", () => {
    const asOf = fresh("in:rates.asOf", { within: "1d" });
    assert.equal(verdictOf(asOf, {}, { now, input: { rates: { asOf: "2026-11-22" } } }).result, "pass");
    const old = verdictOf(asOf, {}, { now, input: { rates: { asOf: "2026-11-20" } } });
    assert.deepEqual([old.result, old.problems[0]!.where], ["fail", "in:rates.asOf"]);
    const rows = { rows: [{ at: "2026-11-20" }, { at: null }] };
    assert.equal(
      verdictOf(fresh("rows[].at", { within: "30d" }), rows, { now }).problems[0]!.path,
      "rows[1].at",
    );
    assert.equal(
      verdictOf(fresh("rows[].at", { within: "30d", optional: true }), rows, { now }).result,
      "pass",
    );
    assert.equal(verdictOf(month, {}, { now }).result, "unsure");
  });

  test("never looks at the clock: without a recorded time it is unsure", () => {
    assert.equal(verdictOf(month, { at: "2026-11-20" }).result, "unsure");
    assert.equal(verdictOf(fresh("at", { within: "30d", now }), { at: "2026-11-20" }).result, "pass");
  });
});

describe("noProgress", () => {
  const judge = (output: unknown, earlier?: readonly { a: number; b?: number }[]) =>
    verdictOf(noProgress(), output, earlier === undefined ? {} : { earlier });

  test("fails what was rejected before, whatever the order of its keys, and skips retry", () => {
    const verdict = judge({ b: 2, a: 1 }, [{ a: 1, b: 2 }, { a: 3 }]);
    assert.deepEqual([verdict.result, verdict.skipRetry], ["fail", true]);
    assert.match(verdict.problems[0]!.message, /^no progress: this is the one 2 attempts before again/);
  });

  test("passes a new candidate and a first one; where nobody knows it is unsure", () => {
    assert.equal(judge({ a: 2 }, [{ a: 1 }]).result, "pass");
    assert.equal(judge({ a: 1 }, []).result, "pass");
    assert.equal(judge({ a: 1 }).result, "unsure");
  });
});
