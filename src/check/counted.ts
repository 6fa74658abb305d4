// Counts in words: "four tries" where the source counts five, and "five steps" where the text lists five.

import type { Problem } from "./check.ts";
import { excerpt } from "./excerpt.ts";
import { clip } from "./fold-text.ts";
import { type NumberMention, readNumbers } from "./read-numbers.ts";
import type { SourceText } from "./source-text.ts";
import { unitNamed } from "./units.ts";
import { readWords, wordIndexOf } from "./word-index.ts";

/** Most places of a noun that are looked at. */
const placesLimit = 200;

/** Farthest a noun may stand from its number, in words. */
const reach = 3;

const idle = new Set(
  "of the a an and or to in on at for with by from more most other different main key new such good total times".split(
    " ",
  ),
);

/** The things a number counts: the next words that are no small words, singular and plural. */
function counted(text: string, end: number): string[] {
  const rest = text.slice(end, end + 60);
  const stop = rest.search(/[.,;:!?()\n]/);
  return readWords(stop < 0 ? rest : rest.slice(0, stop))
    .slice(0, 2)
    .map((it) => it.text)
    .filter((it) => it.length > 3 && !idle.has(it));
}

/**
 * What is wrong with a count in words that occurs nowhere, where the source counts the same things and
 * every count of them is another; undefined where it does not count them.
 */
export function saysOtherCount(
  text: string,
  mention: NumberMention,
  texts: readonly SourceText[],
): Omit<Problem, "check" | "path"> | undefined {
  const things = counted(text, mention.end);
  const last = things.at(-1);
  if (last === undefined) return undefined;
  const forms = [last, last.replace(/s$/, ""), `${last}s`];
  for (const source of texts) {
    const index = wordIndexOf(source);
    for (const form of forms) {
      for (const place of (index.places.get(form) ?? []).slice(0, placesLimit)) {
        const from = index.at[Math.max(0, place - reach)]!;
        const before = source.text.slice(from, index.at[place]!);
        const count = readNumbers(before).findLast((it) => it.role === "claim" || it.role === "doubtful");
        // A year before a noun counts nothing: "the 1995 film".
        if (count === undefined || count.value >= 1_000 || /[.;:!?\n]/.test(before.slice(count.end)))
          continue;
        return {
          message: `"${mention.text} ${last}" is counted otherwise`,
          claimed: clip(excerpt(text, mention.at, mention.end)),
          found: excerpt(source.text, from, index.end[place]!),
          where: source.where(from),
        };
      }
    }
  }
  return undefined;
}

/** True for a number of things that the text itself lists below: "five steps: 1. … 5. …". */
export function countsOwnItems(text: string, mention: NumberMention): boolean {
  const { value } = mention;
  if (mention.unit !== undefined || !Number.isInteger(value) || value < 2 || value > 30) return false;
  const lines = text.split("\n");
  const numbered = lines.flatMap((it) => /^\s*(?:\*\*)?(\d{1,2})[.):]/.exec(it)?.[1] ?? []).map(Number);
  if (numbered.includes(value) && !numbered.includes(value + 1)) return true;
  return lines.filter((it) => /^\s*[-*•]\s/.test(it)).length === value;
}

/** Two whole numbers that make a score or a range: "33-23". */
const pair = /(?<![\p{L}\d.,/$€£%-])(\d{1,3})\s?[-–]\s?(\d{1,3})(?![\d%]|[.,-]\d|\s?%)/gu;

/** Most pairs of a source that are told apart. */
const pairsLimit = 1_000;

/**
 * True for a number of a pair ("4-1") that no pair of the source resembles: a sum of what the source
 * tells, or an invention; no rule can tell. A pair with one equal end is an altered one, unless it is the
 * next score after one the source gives ("4-3" after "4-2"): it can be worked out.
 */
export function isOwnScore(text: string, mention: NumberMention, texts: readonly SourceText[]): boolean {
  const from = Math.max(0, mention.at - 8);
  const near = [...text.slice(from, mention.end + 12).matchAll(pair)].find(
    (it) => from + it.index <= mention.at && from + it.index + it[0].length >= mention.end,
  );
  if (near === undefined || isAmount(text.slice(from + near.index + near[0].length))) return false;
  return !texts.some((it) => {
    const pairs = pairsOf(it);
    const isNext = pairs.some((one) => follows([Number(near[1]), Number(near[2])], one));
    return (
      !isNext && pairs.some(([first, second]) => first === Number(near[1]) || second === Number(near[2]))
    );
  });
}

type Pair = readonly [number, number];

/** One side has one more: the score after this one. */
function follows([first, second]: Pair, [past, other]: Pair): boolean {
  return (first === past && second === other + 1) || (first === past + 1 && second === other);
}

/** "5-10 mg" and "2-3 days": what follows is a unit. */
function isAmount(after: string): boolean {
  const word = /^[\s-]?(\p{L}{1,10})(?!\p{L})/u.exec(after)?.[1];
  return word !== undefined && unitNamed(word) !== undefined;
}

const told = new WeakMap<SourceText, readonly Pair[]>();

/** The different pairs of a source, made once. */
function pairsOf(source: SourceText): readonly Pair[] {
  const past = told.get(source);
  if (past !== undefined) return past;
  const found = new Map<string, Pair>();
  for (const [, first, second] of source.text.matchAll(pair)) {
    if (found.size < pairsLimit) found.set(`${first}-${second}`, [Number(first), Number(second)]);
  }
  const made = [...found.values()];
  told.set(source, made);
  return made;
}
