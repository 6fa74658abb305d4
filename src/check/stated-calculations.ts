// Calculations a text states, as equations or in words, in order; each stretch of text counts once.

import type { Calculation } from "./calculation.ts";
import { equationsIn } from "./stated-equations.ts";
import { phrasesIn } from "./stated-phrases.ts";

export type { Calculation } from "./calculation.ts";

export function calculationsIn(text: string): readonly Calculation[] {
  const all = [...equationsIn(text), ...phrasesIn(text)].toSorted(
    (a, b) => a.at - b.at || b.text.length - a.text.length,
  );
  const kept: Calculation[] = [];
  for (const it of all) {
    const before = kept.at(-1);
    // Of two readings of one stretch the wrong one counts only if the other is not right.
    if (before !== undefined && it.at < before.at + before.text.length) {
      if (before.verdict !== "right" && it.verdict === "right") kept[kept.length - 1] = it;
    } else kept.push(it);
  }
  return kept;
}
