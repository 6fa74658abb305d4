// What could go wrong: a gate that catches nothing is reported to catch all, unsure is counted as caught, what the schema
// refuses is credited to a check, a false alarm is hidden, or an interval is too narrow. Provoked with checks whose catch
// is known by construction.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CheckFunction, unsure } from "../../src/check/check.ts";
import { grounded } from "../../src/check/grounded.ts";
import { check } from "../../src/check/judge-checks.ts";
import { wilson } from "../../src/check/mutation/interval.ts";
import { measureChecks } from "../../src/check/mutation/measure.ts";
import type { Carrier } from "../../src/check/mutation/mutation.ts";

interface Row {
  readonly id: string;
  readonly size: number;
}
const carrierOf = (name: string, rows: readonly Row[]): Carrier => ({
  name,
  output: { rows },
  context: { input: rows, read: [] },
});
const carriers = [
  carrierOf("first", [
    { id: "A-1", size: 12 },
    { id: "A-2", size: 15 },
  ]),
  carrierOf("second", [
    { id: "B-1", size: 31 },
    { id: "B-2", size: 44 },
    { id: "B-3", size: 58 },
  ]),
];

const sizesOf = (rows: readonly Row[]): string => JSON.stringify(rows.map((it) => it.size));
const sameSizes: CheckFunction<{ rows: readonly Row[] }, readonly Row[]> = ({ rows }, { input }) =>
  sizesOf(rows) === sizesOf(input) || "the sizes are not those of the input";

describe("measured checks", () => {
  test("catch what they look at, and let the rest survive under its path with a hint", async () => {
    const it = await measureChecks([check("same sizes", sameSizes)], carriers);
    const row = (name: string) => it.operators.find((found) => found.operator === name)!;
    assert.deepEqual([row("number-changed").planted, row("number-changed").caught], [5, 5]);
    assert.deepEqual(row("number-changed").by, { "same sizes": 5 });
    assert.deepEqual([row("row-dropped").caught, row("row-dropped").survived], [5, 0]);
    assert.equal(row("name-invented").caught, 0);
    assert.deepEqual(
      it.places.map(({ path, planted, caught }) => [path, caught === planted]),
      [
        ["rows[].id", false],
        ["rows", true],
        ["rows[].size", true],
      ],
    );
    const { hint, before, after, path } = it.survivors.find((found) => found.operator === "name-invented")!;
    assert.match(path, /^rows\[\d\]\.id$/);
    assert.match(hint, /grounded\("rows\[\]\.id"/);
    assert.notEqual(before, after);
    assert.equal(it.total.planted, it.total.caught + it.total.unsure + it.total.survived);
  });

  test("have a false alarm for every carrier they turn down, which then carries no fault", async () => {
    const noSecond = check(
      "not the second",
      (output: { rows: readonly Row[] }) => output.rows.length < 3 || "too many",
    );
    const it = await measureChecks([noSecond], carriers);
    assert.deepEqual(
      [it.carriers.n, it.carriers.passed, it.carriers.alarms, it.carriers.unsure],
      [2, 1, 1, 0],
    );
    assert.deepEqual(it.carriers.list, [
      { carrier: "second", result: "fail", by: ["not the second"], why: "too many" },
    ]);
    assert.ok(it.survivors.every((found) => found.carrier === "first"));
  });

  test("that are unsure have neither caught nor let through, for carriers and mutants alike (MU6)", async () => {
    const doubts = check("doubts", (output: { rows: readonly Row[] }, { input }) =>
      JSON.stringify(output.rows) === JSON.stringify(input) ? true : unsure("it differs"),
    );
    const it = await measureChecks([doubts], carriers);
    assert.ok(it.total.planted > 0);
    assert.deepEqual([it.total.caught, it.total.survived, it.total.unsure], [0, 0, it.total.planted]);
    assert.equal(it.unsureMutants.length, it.total.planted);
    const never = await measureChecks([check("never sure", () => unsure("no idea"))], carriers);
    assert.deepEqual([never.carriers.alarms, never.carriers.unsure, never.total.planted], [0, 2, 0]);
  });

  test("are never shown what the schema refuses, which is counted apart (MU5)", async () => {
    let shown = 0;
    const counts = check("counts", () => {
      shown += 1;
      return true;
    });
    const strict = carriers.map((it) => ({ ...it, accepts: (output: unknown) => output === it.output }));
    const it = await measureChecks([counts], strict);
    assert.equal(shown, carriers.length);
    assert.equal(it.total.planted, 0);
    assert.ok(it.total.bySchema > 0);
  });

  test("see at most so many faults of one kind, spread over the carriers, the same for the same seed (MU4)", async () => {
    const all = check("all pass", () => true);
    const options = { perOperator: 2, perCarrier: 1, operators: ["number-changed"], seed: "s" };
    const it = await measureChecks([all], carriers, options);
    assert.deepEqual(it.survivors.map((found) => found.carrier).sort(), ["first", "second"]);
    assert.deepEqual(await measureChecks([all], carriers, options), it);
  });

  test("that are dear are asked only about what no cheap one has failed", async () => {
    let asked = 0;
    const dear = check(
      "dear",
      () => {
        asked += 1;
        return true;
      },
      { dear: true },
    );
    const it = await measureChecks([dear, check("same sizes", sameSizes)], carriers, {
      operators: ["number-changed"],
    });
    assert.deepEqual([it.total.caught, asked], [5, carriers.length]);
  });

  test("of the library catch planted quotations and numbers, with no false alarm on faithful text", async () => {
    const text =
      "The pump failed at 80 bar. It had run for 312 days without a leak, which nobody had expected.";
    const read = [{ name: "report.md", text, value: text }];
    const faithful = {
      name: "faithful",
      output: { quote: "The pump failed at 80 bar", said: "It ran for 312 days." },
      context: { input: null, read },
    };
    const checks = [grounded("quote"), grounded("said", { kind: "numbers" })];
    const it = await measureChecks(checks, [faithful], {
      operators: ["quote-altered", "number-changed", "digits-transposed"],
    });
    assert.equal(it.carriers.alarms, 0);
    assert.ok(it.total.planted >= 5);
    assert.equal(it.total.caught, it.total.planted, JSON.stringify(it.survivors));
  });
});

describe("Wilson's interval", () => {
  test("is that of the textbook: 8 of 10 is 49 to 94 %, 0 of 20 is 0 to 16 %", () => {
    const { rate, low, high } = wilson(8, 10);
    assert.deepEqual([rate, low.toFixed(3), high.toFixed(3)], [0.8, "0.490", "0.943"]);
    assert.deepEqual([wilson(0, 20).low, wilson(0, 20).high.toFixed(3)], [0, "0.161"]);
    assert.deepEqual([wilson(20, 20).low.toFixed(3), wilson(20, 20).high], ["0.839", 1]);
  });

  test("of no trial says that nothing is known", () => {
    const none = wilson(0, 0);
    assert.deepEqual([none.n, none.low, none.high, Number.isNaN(none.rate)], [0, 0, 1, true]);
  });
});
