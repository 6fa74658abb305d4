// What could go wrong: the fits miss the optimum, the two optimisers share a fault or a text, a wrong value passes a gate,
// an edit of the data changes nothing. Provoked on the real data, against the answer key, with each planted fault.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { curveKey, type Fit, type FittedCurve } from "./curves.ts";
import { agreement, completeFits, leastSquares } from "./gates.ts";
import { deriveValues, summarize, untraced, writeReport } from "./report.ts";
import { readRules } from "./rules.ts";
import { score } from "./score.ts";
import {
  claimsIn,
  dataFolder,
  edited,
  expectedFolder,
  fitsIn,
  plant,
  playClaims,
  playFits,
  playPlan,
  playRefit,
  playScout,
  pointsOf,
  profilesOf,
  realCase,
  refusalOf,
  smallCase,
} from "./testing.ts";

const rules = readRules(realCase.rules);
const analyst = playFits(realCase);
const checker = playRefit(realCase);
const fits = fitsIn(analyst);
const points = pointsOf(realCase);

test("agrees with the answer key in every count, in r, in the shortlist and in the claims", () => {
  const claims = claimsIn(playClaims(realCase, claimsIn(playScout(realCase))));
  const result = score(summarize(fits, claims, rules), claims, expectedFolder);
  assert.deepEqual(result.differences, []);
  assert.match(result.line, /^Answer key: agrees; shortlist 14 of 14, r 0\.877/);
});

test("agrees with what the laboratory reported, for every compound quantified here and there", () => {
  const lines = readFileSync(join(dataFolder, "expected/reported_ic50.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  const reported = new Map(lines.map((line) => line.split(",")).map((cells) => [cells[0], Number(cells[1])]));
  const ours = deriveValues(fits, rules).byAssay.get("fluorescence") ?? new Map<string, number>();
  const apart = [...ours].filter(
    ([id, value]) => !(Math.abs(Math.log10(value / (reported.get(id) ?? Number.NaN))) <= 0.02),
  );
  assert.deepEqual([ours.size, apart], [68, []]);
});

test("fits every curve to an optimum by either optimiser (F1, F2, F3)", () => {
  for (const each of [fits, fitsIn(checker)]) {
    assert.equal(each.length, 319);
    assert.deepEqual(completeFits(each, points, rules.fit), []);
    assert.deepEqual(leastSquares(each, points, rules.fit), []);
  }
});

test("agrees between the two optimisers by the rule of the case (F4)", () => {
  assert.deepEqual(agreement(fits, fitsIn(checker), rules), []);
});

const runLength = 24;

test("gives the checker no run of 24 characters of the analyst's code", () => {
  const programs = analyst.asks.map((ask) => (ask.args as { code: string }).code);
  const seen = [
    ...checker.asks.map((it) => JSON.stringify(it)),
    ...checker.asks.map((it) => (it.args as { code: string }).code),
  ]
    .concat(
      JSON.stringify({ rules: realCase.rules, tables: profilesOf(realCase) }),
      JSON.stringify(checker.end),
      points.text,
    )
    .join("\n");
  assert.equal(programs.length, 1);
  for (const code of programs) {
    for (let at = 0; at + runLength <= code.length; at += 1) {
      const run = code.slice(at, at + runLength);
      assert.equal(seen.includes(run), false, `shared: ${JSON.stringify(run)}`);
    }
  }
});

/** The fits that differ from the honest ones: what the gate of the fit has to stop. */
const changed = (of: readonly Fit[]): readonly Fit[] => of.filter((it) => !fits.includes(it));
const spoiled = (name: string): readonly Fit[] =>
  (plant(name, { method: "m", fits }) as { fits: readonly Fit[] }).fits;

test("stops a wrong fit at its own gate, and names the curve and both values (F2)", () => {
  const [problem, ...more] = leastSquares(changed(spoiled("wrong-fit")), points, rules.fit);
  assert.equal(more.length, 0);
  assert.match(problem?.message ?? "", /no least-squares optimum/);
  assert.match(problem?.where ?? "", /^assay\/curve_points\.csv:\d+$/);
});

test("stops a recited value at the gate of the fit, and at the comparison (F2, F4)", () => {
  assert.equal(leastSquares(changed(spoiled("recited-value")), points, rules.fit).length, 1);
  assert.ok(agreement(spoiled("recited-value"), fitsIn(checker), rules).length > 0);
});

test("stops a laboratory value recited to two figures in place of the computed one (F2)", () => {
  const target = fits.find(
    (it): it is FittedCurve => it.kind === "fitted" && it.compound_id === "ALP-POS-477dc5b7-2",
  );
  assert.ok(target !== undefined);
  const recited = fits.map((it) => (it === target ? { ...target, ic50_uM: 0.26, hill: 1.1 } : it));
  assert.equal(leastSquares(changed(recited), points, rules.fit).length, 1);
});

test("stops a dropped, a doubled and an invented curve (F1)", () => {
  assert.match(completeFits(spoiled("dropped-curve"), points, rules.fit)[0]?.message ?? "", /is missing/);
  const [first] = fits;
  assert.ok(first !== undefined);
  assert.match(completeFits([...fits, first], points, rules.fit)[0]?.message ?? "", /reported twice/);
  assert.match(
    completeFits([...fits, { ...first, compound_id: "NO-ONE" }], points, rules.fit)[0]?.message ?? "",
    /no curve NO-ONE/,
  );
  const lazy = fits.map((it): Fit => (it === first ? { ...it, kind: "not fitted", why: "hard" } : it));
  assert.match(completeFits(lazy, points, rules.fit)[0]?.message ?? "", /was left out/);
});

test("stops an r2 that is not that of the parameters (F3)", () => {
  const flattered = fits.map((it, index): Fit =>
    index === 0 && it.kind === "fitted" ? { ...it, r2: 0.99 } : it,
  );
  assert.match(leastSquares(changed(flattered), points, rules.fit)[0]?.message ?? "", /r2 is not that/);
});

test("stops a mark of the edge that is not so, and one that is left out (F3)", () => {
  const marked = fits.find((it): it is FittedCurve => it.kind === "fitted" && it.at_edge.length > 0);
  const inside = fits.find((it): it is FittedCurve => it.kind === "fitted" && it.at_edge.length === 0);
  assert.ok(marked !== undefined && inside !== undefined);
  const message = (of: FittedCurve, at_edge: readonly string[]): string =>
    leastSquares([{ ...of, at_edge }], points, rules.fit)[0]?.message ?? "";
  assert.match(message(marked, []), /marked as at the edge/);
  assert.match(message(inside, ["hill"]), /marked as at the edge/);
  assert.equal(message(inside, []), "");
});

test("names compound and both values where two computations disagree (F4)", () => {
  const problems = agreement(spoiled("wrong-fit"), fits, rules);
  assert.match(problems[0]?.message ?? "", /differs by 0\.204 log10/);
  assert.match(`${problems[0]?.claimed} ${problems[0]?.found}`, /^\S+ uM \S+ uM$/);
});

const small = smallCase(12);

test("mends its program when a column is not where the plan says, and comes to the same fits", () => {
  const renamed = edited(small, "curve_points.csv", (text) => text.replace("excluded_by_lab", "lab_outlier"));
  const played = playFits(renamed);
  assert.deepEqual(fitsIn(played), fitsIn(playFits(small)));
  assert.equal(played.asks.length, 3);
});

test("mends its program when the data were renamed after the plan was made", () => {
  const renamed = edited(small, "curve_points.csv", (text) =>
    text.replace("concentration_uM", "dose").replace("compound_id", "cmpd"),
  );
  assert.deepEqual(fitsIn(playFits(renamed, profilesOf(small))), fitsIn(playFits(small)));
});

test("says what it cannot tell when no name and no content helps", () => {
  const blind = edited(small, "curve_points.csv", (text) => text.replace("compound_id", "q1"));
  assert.match(
    refusalOf(playFits(blind, profilesOf(small))),
    /no column "compound_id"[\s\S]*could be identified as compound/,
  );
});

test("gives another answer for other data, and the same for the same", () => {
  const doubled = edited(small, "curve_points.csv", (text) =>
    text
      .split("\n")
      .map((line) =>
        line.replace(
          /^(ALP-POS-477dc5b7-2,fluorescence,1,)([\d.]+)/,
          (_, head: string, c: string) => head + String(Number(c) * 2),
        ),
      )
      .join("\n"),
  );
  const value = (of: readonly Fit[]): number =>
    of.flatMap((it) =>
      curveKey(it) === "ALP-POS-477dc5b7-2 / fluorescence / 1" && it.kind === "fitted" ? [it.ic50_uM] : [],
    )[0] ?? Number.NaN;
  const [before, after] = [value(fitsIn(playFits(small))), value(fitsIn(playFits(doubled)))];
  assert.ok(Math.abs(after / before - 2) < 1e-6, `${before} to ${after}`);
});

test("follows a changed rule: another limit gives another shortlist", () => {
  const wider = readRules({
    ...realCase.rules,
    shortlist: "fluorescence value < 2 uM and rapidfire value < 2 uM",
  });
  assert.ok(deriveValues(fits, wider).shortlist.length > deriveValues(fits, rules).shortlist.length);
});

test("accounts for a curve with too few points by both programs (F1)", () => {
  const cut = edited(smallCase(1), "curve_points.csv", (text) => {
    const [head, ...rows] = text.split("\n");
    return [
      head,
      ...["fluorescence", "rapidfire"].flatMap((it) => rows.filter((row) => row.includes(it)).slice(0, 2)),
    ].join("\n");
  });
  for (const played of [playFits(cut), playRefit(cut)]) {
    assert.deepEqual(
      fitsIn(played).map((it) => it.kind),
      ["not fitted", "not fitted"],
    );
    assert.deepEqual(completeFits(fitsIn(played), pointsOf(cut), rules.fit), []);
  }
});

test("refuses a plan for a table that lacks an assay of the rule", () => {
  const renamed = edited(small, "curve_points.csv", (text) => text.replaceAll(",rapidfire,", ",massspec,"));
  assert.match(
    refusalOf(playPlan(renamed)),
    /the rule names rapidfire, the table holds fluorescence, massspec/,
  );
});

test("traces every number and quotation of the report, and notices one that was invented (W1, W2)", () => {
  const claims = claimsIn(playClaims(realCase, claimsIn(playScout(realCase))));
  const input = { question: realCase.question, ruleTexts: realCase.rules, rules, fits, claims };
  const report = writeReport(input)["report.md"];
  assert.deepEqual(untraced(report, input, realCase.papers), []);
  assert.equal(
    untraced(report.replace("r of log10 IC50 over those: 0.877", "r: 0.912"), input, realCase.papers).length,
    1,
  );
  assert.equal(
    untraced(report.replace("> 128 confirmed hits", "> 182 confirmed hits"), input, realCase.papers).length,
    1,
  );
});
