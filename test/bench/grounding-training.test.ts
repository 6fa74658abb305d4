// Figures that look too good come from a leak: a row judged by weights fitted to its own source, a threshold chosen
// on the rows it is reported for, a label that reached a method. Provoked on synthetic rows made up here, by
// recording what is fitted to what and by turning every label round.

import assert from "node:assert/strict";
import { test } from "node:test";
import { markOf, readFrozen } from "../../bench/catching/grounding/frozen.ts";
import type { Case, Labelled } from "../../bench/catching/grounding/labelled.ts";
import { readyResponse, type Ready } from "../../bench/catching/grounding/labelled-rows.ts";
import { chance, fitLogistic } from "../../bench/catching/grounding/logistic.ts";
import { f1 } from "../../bench/catching/grounding/measures.ts";
import { supportPredictors } from "../../bench/catching/grounding/predictors.ts";
import { lookUpSentences } from "../../bench/catching/grounding/scorer.ts";
import { featureNames } from "../../bench/catching/grounding/support.ts";
import { bestThreshold, crossValidated, fitResponses } from "../../bench/catching/grounding/training.ts";

const source = "Otters live by rivers in Wales. They eat fish and crabs, and sleep in holts near the water.";
const borne = "Otters eat fish and crabs.";
const beyond = "Otters were introduced from Norway by wealthy landowners who enjoyed hunting parties.";

function synthetic(group: number, isFaulty: boolean): Labelled {
  const response = isFaulty ? `${borne} ${beyond}` : `${borne} Otters live by rivers.`;
  const spans = isFaulty ? [{ start: borne.length + 1, end: response.length }] : [];
  const seen = { source: `${source} This is text ${group}.`, response };
  return {
    id: `synthetic-${group}-${isFaulty}`,
    group: `g${group}`,
    seen,
    isFaulty,
    isClean: !isFaulty,
    spans,
  };
}

const rows: readonly Ready<Labelled>[] = Array.from({ length: 20 }, (_, at) => [
  synthetic(at, false),
  synthetic(at, true),
])
  .flat()
  .map(readyResponse);

test("a row is never predicted by what was fitted to its own source (T1)", () => {
  const predicted = crossValidated(
    rows,
    (some) => ({ model: new Set(some.map((it) => it.group)), threshold: 0 }),
    ({ model }, row) => [model.has(row.group)],
  );
  assert.equal(predicted.length, rows.length);
  assert.ok(predicted.every((it) => it.predicted[0] === false));
});

test("the scorer learns to tell what the source bears out from what it does not", () => {
  const { model, threshold } = fitResponses(rows, f1);
  const score = (response: string): number =>
    Math.max(...lookUpSentences({ source, response }).features.map((it) => chance(model, it)));
  assert.ok(score(beyond) > score(borne));
  assert.ok(Number.isFinite(threshold));
});

test("the best threshold parts the scores where the truth changes", () => {
  const scored = Array.from({ length: 100 }, (_, at) => ({ group: "a", score: at, actual: at >= 60 }));
  const threshold = bestThreshold(scored, f1);
  assert.ok(threshold >= 56 && threshold <= 64, String(threshold));
});

test("the regression finds the separating feature, and the same weights each time", () => {
  const examples = Array.from({ length: 40 }, (_, at) => ({
    features: [at % 7, at < 20 ? 0 : 1],
    isPositive: at >= 20,
  }));
  const model = fitLogistic(examples, 1);
  assert.ok(chance(model, [3, 1]) > 0.9);
  assert.ok(chance(model, [3, 0]) < 0.1);
  assert.deepEqual(fitLogistic(examples, 1), model);
});

test("with the frozen weights no label changes a prediction (L1)", () => {
  const predict = (some: readonly Ready<Labelled>[]): readonly (readonly boolean[])[] =>
    supportPredictors(readFrozen())
      .ragtruth(some)
      .map((it) => it.predicted);
  const turned = rows.map(({ row }) =>
    readyResponse({ ...row, isFaulty: !row.isFaulty, isClean: row.isFaulty, spans: [] }),
  );
  assert.deepEqual(predict(turned), predict(rows));
});

test("what a method sees has no place for a label (L1)", () => {
  type Seen = Required<Case>;
  const onlyThese: Record<keyof Seen, true> = { source: true, response: true, question: true };
  for (const { row } of rows) for (const it of Object.keys(row.seen)) assert.ok(it in onlyThese, it);
});

test("rows of sources the weights were fitted to are predicted by weights that were not", () => {
  const frozen = readFrozen();
  const known = { ...frozen, ragtruth: Number.NEGATIVE_INFINITY };
  const fresh = supportPredictors(known).ragtruth(rows);
  assert.ok(fresh.every((it) => it.predicted[0] === true));
  const fittedTo = rows.map((it) => markOf(it.row.seen.source));
  const fair = supportPredictors({ ...known, fittedTo }).ragtruth(rows);
  assert.equal(fair.length, rows.length);
  assert.ok(fair.some((it) => it.predicted[0] === false));
});

test("the shipped weights belong to the features of the code, and hold no text of any data", () => {
  const frozen = readFrozen();
  assert.deepEqual(frozen.features, featureNames);
  assert.equal(frozen.sentences.weights.length, featureNames.length + 1);
  assert.ok(frozen.fittedTo.every((it) => /^[0-9a-f]{12}$/.test(it)));
});
