// Evidence: the bytes of a source that bear out the bytes of an output.

import { byteCounter } from "./byte-span.ts";
import type { Evidence } from "./check.ts";
import { excerpt } from "./excerpt.ts";
import type { SourceText } from "./source-text.ts";

/** Most places shown as evidence of one verdict. */
export const evidenceLimit = 200;

/** A stretch of a source, by offsets in its text. */
export interface Stretch {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** Makes the evidence for stretches of one text of the output. */
export function witnesses(
  path: string,
  text: string,
): (found: Stretch, claim: { readonly at: number; readonly end: number }) => Evidence {
  const count = byteCounter(text);
  return ({ source, start, end }, claim) => ({
    path,
    where: source.where(start),
    text: excerpt(source.text, start, end),
    ...source.bytes(start, end),
    claimed: { start: count(claim.at), end: count(claim.end) },
  });
}
