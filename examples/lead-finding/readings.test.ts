// What could go wrong: a plan states a correlation the data do not give, or calls undecided what they decide, and every
// later reading of the column is built on it. Provoked by changing each member of the analyst's own readings.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan, Reading } from "./jobs/analyst.ts";
import { readingsHold, readingsOf } from "./readings.ts";
import { answerOf, edited, playPlan, realCase } from "./testing.ts";

const { readings } = answerOf(playPlan(realCase)) as Plan;
const [first] = readings;
assert.ok(first !== undefined);
const { tables } = realCase;
const changed = (change: Partial<Reading>): readonly (string | undefined)[] =>
  readingsHold([{ ...first, ...change }, ...readings.slice(1)], tables).map((it) => it.path);

test("reckons from the files what the analyst's queries came to", () => {
  assert.ok(readings.length > 0);
  assert.deepEqual(readingsHold(readings, tables), []);
  const again = readingsOf(tables).map((it) => ({ ...it, spearman: it.spearman?.toFixed(9) }));
  assert.deepEqual(
    again,
    readings.map((it) => ({ ...it, spearman: it.spearman?.toFixed(9) })),
  );
});

test("stops another correlation, another count, another reading, and undecided where the data decide", () => {
  assert.deepEqual(changed({ spearman: -(first.spearman ?? 0) }), ["readings[0].spearman"]);
  assert.deepEqual(changed({ spearman: null }), ["readings[0].spearman"]);
  assert.deepEqual(changed({ compounds: first.compounds + 1 }), ["readings[0].compounds"]);
  assert.deepEqual(changed({ reads: "undecided" }), ["readings[0].reads"]);
  assert.deepEqual(changed({ reads: "inhibition" }), ["readings[0].reads"]);
});

test("takes a correlation rounded to three digits, and not one rounded to two", () => {
  const rounded = (digits: number): number => Number((first.spearman ?? 0).toFixed(digits));
  assert.deepEqual(changed({ spearman: rounded(3) }), []);
  assert.deepEqual(changed({ spearman: rounded(3) + 0.002 }), ["readings[0].spearman"]);
});

test("stops a reading that is missing, made twice, or of a column that has one meaning", () => {
  assert.match(readingsHold([], tables)[0]?.message ?? "", /does not say how/);
  assert.match(readingsHold([...readings, first], tables)[0]?.message ?? "", /read twice/);
  assert.deepEqual(changed({ column: "concentration_uM" }), ["readings[0]", "readings"]);
});

test("follows the data: activity turned round is read the other way", () => {
  const turned = edited(realCase, "hts_confirmation.csv", (text) => {
    const [head = "", ...rows] = text.trim().split("\n");
    const at = head.split(",").indexOf(first.column);
    const flip = (row: string): string => {
      const cells = row.split(",");
      return cells.with(at, String(100 - Number(cells[at]))).join(",");
    };
    return [head, ...rows.map(flip)].join("\n");
  });
  const [before] = readingsOf(tables);
  const [after] = readingsOf(turned.tables);
  assert.equal(before?.reads, "residual activity");
  assert.equal(after?.reads, "inhibition");
});
