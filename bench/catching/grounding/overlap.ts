// The plainest scorer, reported beside the others: the share of a statement's content words that the source
// does not have. It shows what the regressions add.

import type { Measure } from "./measures.ts";
import { featureNames } from "./support.ts";
import { bestThreshold, type Trained } from "./training.ts";

const missing = featureNames.indexOf("missing");

/** The share missing of each statement. */
export function missingShares(row: Trained): readonly number[] {
  return row.looked.features.map((it) => it[missing] ?? 0);
}

/** The share missing of the statement that misses most. */
export function worstMissing(row: Trained): number {
  return Math.max(0, ...missingShares(row));
}

export function overlapThreshold(rows: readonly Trained[], measure: Measure): number {
  return bestThreshold(
    rows.map((it) => ({ group: it.group, score: worstMissing(it), actual: it.isFaulty })),
    measure,
  );
}

export function overlapThresholdOfClaims(rows: readonly Trained[], measure: Measure): number {
  const scored = rows.flatMap((it) =>
    missingShares(it).map((score, at) => ({ group: it.group, score, actual: it.faulty[at]! })),
  );
  return bestThreshold(scored, measure);
}
