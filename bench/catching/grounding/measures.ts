// How well a yes-or-no prediction meets what people said, with an interval that knows which rows hang together.

import { seededRandom } from "../../../src/base/random.ts";

/** One row: what was predicted, what people said, and the source it shares with others. */
export interface Outcome {
  readonly group: string;
  readonly predicted: boolean;
  readonly actual: boolean;
}

export interface Counts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** One figure out of counts. */
export type Measure = (counts: Counts) => number;

/** F1 of the positive class; 0 where nothing is positive. */
export const f1: Measure = (it) =>
  ratio(2 * it.truePositive, 2 * it.truePositive + it.falsePositive + it.falseNegative);

/** Mean of the shares found among the positive and among the negative rows. */
export const balancedAccuracy: Measure = (it) =>
  (ratio(it.truePositive, it.truePositive + it.falseNegative) +
    ratio(it.trueNegative, it.trueNegative + it.falsePositive)) /
  2;

export const precision: Measure = (it) => ratio(it.truePositive, it.truePositive + it.falsePositive);
export const recall: Measure = (it) => ratio(it.truePositive, it.truePositive + it.falseNegative);

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export function countOutcomes(outcomes: readonly Outcome[]): Counts {
  const count = (predicted: boolean, actual: boolean): number =>
    outcomes.filter((it) => it.predicted === predicted && it.actual === actual).length;
  return {
    truePositive: count(true, true),
    falsePositive: count(true, false),
    falseNegative: count(false, true),
    trueNegative: count(false, false),
  };
}

/** What the better of "always yes" and "always no" reaches. */
export function constantOf(outcomes: readonly Outcome[], measure: Measure): number {
  const always = (predicted: boolean): number =>
    measure(countOutcomes(outcomes.map((it) => ({ ...it, predicted }))));
  return Math.max(always(true), always(false));
}

export interface Figure {
  readonly n: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A measure with its 95 % interval: groups are drawn with replacement `resamples` times, so that
 * ten responses to one source count as the one draw they are.
 */
export function measured(
  outcomes: readonly Outcome[],
  measure: Measure,
  settings: { readonly seed: number; readonly resamples: number },
): Figure {
  const groups = [...Map.groupBy(outcomes, (it) => it.group).values()].map(countOutcomes);
  const random = seededRandom(`bootstrap ${settings.seed}`);
  const values = Array.from({ length: settings.resamples }, () =>
    measure(total(groups.map(() => groups[Math.floor(random() * groups.length)]!))),
  ).toSorted((a, b) => a - b);
  return {
    n: outcomes.length,
    value: measure(total(groups)),
    low: quantile(values, 0.025),
    high: quantile(values, 0.975),
  };
}

function total(counts: readonly Counts[]): Counts {
  const sum = (field: keyof Counts): number => counts.reduce((all, it) => all + it[field], 0);
  return {
    truePositive: sum("truePositive"),
    falsePositive: sum("falsePositive"),
    falseNegative: sum("falseNegative"),
    trueNegative: sum("trueNegative"),
  };
}

/** The value below which a share of a sorted list lies; NaN of an empty one. */
export function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN;
}
