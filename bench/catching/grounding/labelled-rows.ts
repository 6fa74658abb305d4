// Labelled rows made ready: features on one side, what people said on the other.

import type { Labelled, LabelledClaims } from "./labelled.ts";
import { lookUpClaims, lookUpSentences } from "./scorer.ts";
import type { Trained } from "./training.ts";

/** A row for training and scoring, and the response it came from. */
export interface Ready<Row> extends Trained {
  readonly row: Row;
}

export function readyResponse(row: Labelled): Ready<Labelled> {
  const looked = lookUpSentences(row.seen);
  const faulty = looked.statements.map((it) =>
    row.spans.some((span) => span.start < it.end && span.end > it.start),
  );
  return { row, group: row.group, looked, faulty, isFaulty: row.isFaulty };
}

export function readyBiography(row: LabelledClaims): Ready<LabelledClaims> {
  const looked = lookUpClaims(
    row.claims.map((it) => it.claim),
    row.seen,
  );
  const faulty = row.claims.map((it) => !it.isSupported);
  return { row, group: row.group, looked, faulty, isFaulty: faulty.includes(true) };
}
