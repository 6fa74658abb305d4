// Each scorer as a prediction per row: with the frozen weights on sources nothing was fitted to, and
// cross-validated on those something was.

import { type Frozen, markOf } from "./frozen.ts";
import type { Labelled, LabelledClaims } from "./labelled.ts";
import type { Ready } from "./labelled-rows.ts";
import { balancedAccuracy, f1, type Measure } from "./measures.ts";
import { missingShares, overlapThreshold, overlapThresholdOfClaims, worstMissing } from "./overlap.ts";
import { gatheredScore } from "./scorer.ts";
import {
  bestThreshold,
  crossValidated,
  fitClaims,
  fitResponses,
  type Fitted,
  predictClaims,
  predictResponse,
} from "./training.ts";

/** Predictions of one row: one a claim, or one for the whole response. */
export interface Predicted<Row> {
  readonly row: Ready<Row>;
  readonly predicted: readonly boolean[];
}

/** A scorer that learned something: how it is fitted, what is frozen of it, and how it predicts. */
interface Learned<Row, Model> {
  readonly fit: (rows: readonly Ready<Row>[]) => Fitted<Model>;
  readonly frozen: Fitted<Model>;
  readonly predict: (fitted: Fitted<Model>, row: Ready<Row>) => readonly boolean[];
}

/** Predicts rows without ever using what was learned from their own source. */
function predictFairly<Row extends Labelled | LabelledClaims, Model>(
  rows: readonly Ready<Row>[],
  known: ReadonlySet<string>,
  learned: Learned<Row, Model>,
): readonly Predicted<Row>[] {
  const wasFitted = (it: Ready<Row>): boolean => known.has(markOf(it.row.seen.source));
  const fresh = rows.filter((it) => !wasFitted(it));
  return [
    ...fresh.map((row) => ({ row, predicted: learned.predict(learned.frozen, row) })),
    ...crossValidated(rows.filter(wasFitted), learned.fit, learned.predict),
  ];
}

/** How a scorer predicts all rows of a set. */
export type Predictor<Row> = (rows: readonly Ready<Row>[]) => readonly Predicted<Row>[];

export interface Predictors {
  readonly ragtruth: Predictor<Labelled>;
  readonly faithbench: Predictor<Labelled>;
  readonly factscore: Predictor<LabelledClaims>;
}

/** The regressions over `supportFeatures`. */
export function supportPredictors(it: Frozen): Predictors {
  const known = new Set(it.fittedTo);
  return {
    ragtruth: (rows) =>
      predictFairly(rows, known, {
        fit: (some) => fitResponses(some, f1),
        frozen: { model: it.sentences, threshold: it.ragtruth },
        predict: predictResponse,
      }),
    // The sentence model never saw this set: only its threshold is chosen here.
    faithbench: (rows) =>
      predictFairly(rows, known, {
        fit: (some) => ({
          model: it.sentences,
          threshold: bestThreshold(
            some.map((one) => ({
              group: one.group,
              score: gatheredScore(it.sentences, one.looked),
              actual: one.isFaulty,
            })),
            balancedAccuracy,
          ),
        }),
        frozen: { model: it.sentences, threshold: it.faithbench },
        predict: (fitted, row) => [gatheredScore(fitted.model, row.looked) >= fitted.threshold],
      }),
    factscore: (rows) =>
      predictFairly(rows, known, {
        fit: (some) => fitClaims(some, f1),
        frozen: it.claims,
        predict: predictClaims,
      }),
  };
}

/** The share of missing words alone. */
export function overlapPredictors(it: Frozen): Predictors {
  const known = new Set(it.fittedTo);
  const responses =
    (threshold: number, measure: Measure): Predictor<Labelled> =>
    (rows) =>
      predictFairly(rows, known, {
        fit: (some) => ({ model: undefined, threshold: overlapThreshold(some, measure) }),
        frozen: { model: undefined, threshold },
        predict: (fitted, row) => [worstMissing(row) >= fitted.threshold],
      });
  return {
    ragtruth: responses(it.overlap.ragtruth, f1),
    faithbench: responses(it.overlap.faithbench, balancedAccuracy),
    factscore: (rows) =>
      predictFairly(rows, known, {
        fit: (some) => ({ model: undefined, threshold: overlapThresholdOfClaims(some, f1) }),
        frozen: { model: undefined, threshold: it.overlap.claims },
        predict: (fitted, row) => missingShares(row).map((one) => one >= fitted.threshold),
      }),
  };
}
