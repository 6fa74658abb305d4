// The dates kind of `grounded`: what a text dates is dated so in what was read.

import type { Problem } from "./check.ts";
import { excerpt } from "./excerpt.ts";
import type { Finding } from "./finding.ts";
import { clip } from "./fold-text.ts";
import { holdsNumber } from "./grounded-numbers.ts";
import { type DateMatch, dateIndexOf, matchDate } from "./match-dates.ts";
import { besides } from "./nearest-passage.ts";
import { type DateMention, readDates } from "./read-dates.ts";
import type { SourceText } from "./source-text.ts";
import { evidenceLimit, type Stretch, witnesses } from "./witness.ts";

/** What was found of one date. */
export interface DateFinding {
  readonly mention: DateMention;
  readonly at?: Stretch;
  readonly doubt?: string;
  readonly problem?: Omit<Problem, "check" | "path">;
}

/** Looks up dates of a text. */
export function findDates(
  text: string,
  mentions: readonly DateMention[],
  texts: readonly SourceText[],
  names?: readonly string[],
): DateFinding[] {
  const beside = besides(texts);
  const place = names === undefined ? "what was read" : names.join(", ");
  return mentions.map((mention) => {
    const hit = look(mention, texts);
    if (hit?.likeness === "same")
      return { mention, at: { source: hit.source, start: hit.known.at, end: hit.known.end } };
    if (hit !== undefined) return { mention, doubt: sayNear(mention, hit) };
    const amount = amountIn(mention, texts);
    if (amount !== undefined) return { mention, at: amount };
    if (mention.readings[0]?.time !== undefined && mention.isWeak === true)
      return { mention, doubt: `"${mention.text}" may be a time that does not occur` };
    const claimed = clip(excerpt(text, mention.at, mention.end));
    return { mention, problem: beside(`the date "${mention.text}" does not occur in ${place}`, claimed) };
  });
}

interface Hit extends DateMatch {
  readonly source: SourceText;
}

function look(mention: DateMention, texts: readonly SourceText[]): Hit | undefined {
  let near: Hit | undefined;
  for (const source of texts) {
    const match = matchDate(mention, dateIndexOf(source));
    if (match?.likeness === "same") return { ...match, source };
    if (match !== undefined) near ??= { ...match, source };
  }
  return near;
}

/** Four digits that are no year in the source may be an amount there. */
function amountIn(mention: DateMention, texts: readonly SourceText[]): Stretch | undefined {
  const [reading, other] = mention.readings;
  if (mention.isWeak !== true || reading?.year === undefined || other !== undefined) return undefined;
  return holdsNumber(reading.year, texts);
}

function sayNear(mention: DateMention, hit: Hit): string {
  const where = hit.source.where(hit.known.at);
  if (hit.likeness === "reading")
    return `"${mention.text}" and "${clip(hit.known.text, 40)}" are one date only in one order of day and month (${where})`;
  if (hit.likeness === "parts")
    return `"${clip(hit.known.text, 40)}" stands without a year (${where}), and the year of "${mention.text}" elsewhere`;
  return `"${mention.text}" says more than "${clip(hit.known.text, 40)}" (${where})`;
}

/** Looks up every date stated at a path. A text without one is in doubt. */
export function groundDates(
  path: string,
  text: string,
  texts: readonly SourceText[],
  names?: readonly string[],
): Finding {
  const mentions = readDates(text);
  if (mentions.length === 0)
    return {
      problems: [],
      doubts: [`${path}: no date can be read in "${clip(text, 60)}"`],
      evidence: [],
      count: 1,
    };
  const witness = witnesses(path, text);
  const found = findDates(text, mentions, texts, names);
  return {
    problems: found.flatMap((it) => (it.problem === undefined ? [] : [{ path, ...it.problem }])),
    doubts: found.flatMap((it) => (it.doubt === undefined ? [] : [`${path}: ${it.doubt}`])),
    evidence: found
      .filter((it) => it.at !== undefined)
      .slice(0, evidenceLimit)
      .map((it) => witness(it.at!, it.mention)),
    count: mentions.length,
  };
}
