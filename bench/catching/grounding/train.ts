// Fits the scorers anew to the data there is and writes frozen.json: `node bench/catching/grounding/grounding.ts --train`.

import { featureNames } from "./support.ts";
import { type Frozen, markOf } from "./frozen.ts";
import type { Labelled, LabelledClaims } from "./labelled.ts";
import type { Ready } from "./labelled-rows.ts";
import { balancedAccuracy, f1 } from "./measures.ts";
import { overlapThreshold, overlapThresholdOfClaims } from "./overlap.ts";
import { gatheredScore } from "./scorer.ts";
import { bestThreshold, fitClaims, fitResponses } from "./training.ts";

export interface Sets {
  readonly ragtruth: readonly Ready<Labelled>[];
  readonly faithbench: readonly Ready<Labelled>[];
  readonly factscore: readonly Ready<LabelledClaims>[];
}

/** Fits everything to all rows given. */
export function train({ ragtruth, faithbench, factscore }: Sets): Frozen {
  const answers = fitResponses(ragtruth, f1);
  const sources = [...ragtruth, ...faithbench, ...factscore].map((it) => markOf(it.row.seen.source));
  return {
    features: featureNames,
    sentences: answers.model,
    ragtruth: answers.threshold,
    faithbench: bestThreshold(
      faithbench.map((it) => ({
        group: it.group,
        score: gatheredScore(answers.model, it.looked),
        actual: it.isFaulty,
      })),
      balancedAccuracy,
    ),
    claims: fitClaims(factscore, f1),
    overlap: {
      ragtruth: overlapThreshold(ragtruth, f1),
      faithbench: overlapThreshold(faithbench, balancedAccuracy),
      claims: overlapThresholdOfClaims(factscore, f1),
    },
    fittedTo: [...new Set(sources)].toSorted(),
  };
}
