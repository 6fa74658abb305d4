// Sentences that say the opposite of a sentence of the source: the same words but for a negation, or for
// the direction of a comparison.

import type { Problem } from "./check.ts";
import type { SourceText } from "./source-text.ts";
import type { Stretch } from "./witness.ts";

export interface OppositeFinding {
  readonly mention: { readonly at: number; readonly end: number };
  readonly at?: Stretch;
  readonly doubt?: string;
  readonly problem?: Omit<Problem, "check" | "path">;
}

export function findOpposites(_text: string, _texts: readonly SourceText[]): OppositeFinding[] {
  return [];
}
