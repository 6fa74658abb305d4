// Fitting the scorers, and asking how well they do on sources they were not fitted to.
//
//   T1. Rows that share a source are never on both sides of a split, in any of the nested splits.
//   T2. A threshold is chosen on scores of rows the model was not fitted to.

import { createHash } from "node:crypto";
import { type Example, fitLogistic, logit, type Logistic } from "./logistic.ts";
import { countOutcomes, type Measure } from "./measures.ts";
import { amongOthers, claimScores, type ClaimModel, type Looked, responseScore } from "./scorer.ts";

/** One response made ready for training: one truth a statement. */
export interface Trained {
  readonly group: string;
  readonly looked: Looked;
  /** Whether people found fault with each statement. */
  readonly faulty: readonly boolean[];
  /** Whether people found fault with the whole. */
  readonly isFaulty: boolean;
}

const ridge = 10;
const innerFolds = 4;
export const outerFolds = 5;

/** The fold a source belongs to; `salt` gives another split. */
export function foldOf(group: string, folds: number, salt: string): number {
  const hash = createHash("sha256").update(`${salt}|${group}`).digest("hex");
  return Number.parseInt(hash.slice(0, 8), 16) % folds;
}

/** A score and the truth it is held against. */
export interface Scored {
  readonly group: string;
  readonly score: number;
  readonly actual: boolean;
}

const lowestShare = 5;
const highestShare = 95;
const smoothing = 4;

/**
 * The threshold with the best measure, smoothed over neighbouring ones, since the best single one is luck.
 * Only percentiles of the scores are tried.
 */
export function bestThreshold(scored: readonly Scored[], measure: Measure): number {
  const sorted = scored.map((it) => it.score).toSorted((a, b) => a - b);
  const tried = Array.from(
    { length: highestShare - lowestShare + 1 },
    (_, at) => sorted[Math.floor((sorted.length * (at + lowestShare)) / 100)] ?? 0,
  );
  const values = tried.map((threshold) =>
    measure(countOutcomes(scored.map((it) => ({ ...it, predicted: it.score >= threshold })))),
  );
  const smoothed = values.map((_, at) => mean(values.slice(Math.max(0, at - smoothing), at + smoothing + 1)));
  return tried[smoothed.indexOf(Math.max(...smoothed))] ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, it) => sum + it, 0) / Math.max(1, values.length);
}

/** Scores every row with a model fitted to other sources (T1). */
function outOfFold<Model, Row extends { readonly group: string }, Result>(
  rows: readonly Row[],
  folds: number,
  salt: string,
  fit: (rows: readonly Row[]) => Model,
  use: (model: Model, row: Row) => Result,
): readonly { readonly row: Row; readonly result: Result }[] {
  return Array.from({ length: folds }, (_, fold) => {
    const inside = (it: Row): boolean => foldOf(it.group, folds, salt) === fold;
    const held = rows.filter(inside);
    if (held.length === 0) return [];
    const model = fit(rows.filter((it) => !inside(it)));
    return held.map((row) => ({ row, result: use(model, row) }));
  }).flat();
}

/** A scorer with the threshold that goes with it. */
export interface Fitted<Model> {
  readonly model: Model;
  readonly threshold: number;
}

/** Fits the sentence model to what people marked in responses. */
export function fitSentences(rows: readonly Trained[]): Logistic {
  return fitLogistic(examplesOf(rows), ridge);
}

/** The sentence model with a threshold for whole responses (T2). */
export function fitResponses(rows: readonly Trained[], measure: Measure): Fitted<Logistic> {
  const scored = outOfFold(rows, innerFolds, "inner", fitSentences, (model, it) =>
    responseScore(model, it.looked),
  );
  const threshold = bestThreshold(
    scored.map(({ row, result }) => ({ group: row.group, score: result, actual: row.isFaulty })),
    measure,
  );
  return { model: fitSentences(rows), threshold };
}

/** Fits both stages to claims; the second sees scores the first gave to sources it did not know. */
function fitBoth(rows: readonly Trained[], among: readonly Among[]): ClaimModel {
  const second = among.flatMap((it) =>
    it.features.map((features, at) => ({ features, isPositive: it.faulty[at]! })),
  );
  return { alone: fitSentences(rows), among: fitLogistic(second, ridge) };
}

interface Among {
  readonly group: string;
  readonly features: readonly (readonly number[])[];
  readonly faulty: readonly boolean[];
}

/** The claim model with its threshold (T2). */
export function fitClaims(rows: readonly Trained[], measure: Measure): Fitted<ClaimModel> {
  const among = outOfFold(rows, innerFolds, "inner", fitSentences, (model, it) =>
    amongOthers(
      it.looked.features.map((one) => logit(model, one)),
      it.looked.features,
    ),
  ).map(({ row, result }): Among => ({ group: row.group, features: result, faulty: row.faulty }));
  const scored = outOfFold(
    among,
    innerFolds,
    "threshold",
    (some) => fitBothLast(some),
    (model, it) => it.features.map((one) => logit(model, one)),
  ).flatMap(({ row, result }) =>
    result.map((score, at) => ({ group: row.group, score, actual: row.faulty[at]! })),
  );
  return { model: fitBoth(rows, among), threshold: bestThreshold(scored, measure) };
}

function fitBothLast(among: readonly Among[]): Logistic {
  const examples = among.flatMap((it) =>
    it.features.map((features, at) => ({ features, isPositive: it.faulty[at]! })),
  );
  return fitLogistic(examples, ridge);
}

function examplesOf(rows: readonly Trained[]): readonly Example[] {
  return rows.flatMap((it) =>
    it.looked.features.map((features, at) => ({ features, isPositive: it.faulty[at]! })),
  );
}

/** What was predicted of each row by a scorer that was fitted, threshold and all, to other sources. */
export function crossValidated<Row extends { readonly group: string }, Model>(
  rows: readonly Row[],
  fit: (rows: readonly Row[]) => Fitted<Model>,
  predict: (fitted: Fitted<Model>, row: Row) => readonly boolean[],
): readonly { readonly row: Row; readonly predicted: readonly boolean[] }[] {
  return outOfFold(rows, outerFolds, "outer", fit, predict).map(({ row, result }) => ({
    row,
    predicted: result,
  }));
}

export function predictResponse(fitted: Fitted<Logistic>, row: Trained): readonly boolean[] {
  return [responseScore(fitted.model, row.looked) >= fitted.threshold];
}

export function predictClaims(fitted: Fitted<ClaimModel>, row: Trained): readonly boolean[] {
  return claimScores(fitted.model, row.looked).map((it) => it >= fitted.threshold);
}
