// Ordinals: "the 18th hole" and "the third album" where the source has that ordinal or that number.

import type { Problem } from "./check.ts";
import { excerpt } from "./excerpt.ts";
import { clip } from "./fold-text.ts";
import { holdsNumber } from "./grounded-numbers.ts";
import { besides } from "./nearest-passage.ts";
import { ordinalValue, ordinalWordForm } from "./number-words.ts";
import type { SourceText } from "./source-text.ts";
import type { Stretch } from "./witness.ts";

export interface OrdinalMention {
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly value: number;
  readonly isWord: boolean;
}

export interface OrdinalFinding {
  readonly mention: OrdinalMention;
  readonly at?: Stretch;
  readonly doubt?: string;
  readonly problem?: Omit<Problem, "check" | "path">;
}

/** Most ordinals read of one text. */
const ordinalLimit = 200_000;

/** The smallest that says more than an order of the text's own: first, second, third. */
const least = 3;

const form = new RegExp(`(?<![\\p{L}\\d.,-])\\d{1,6}(?:st|nd|rd|th)\\b|${ordinalWordForm}`, "giu");

/** Reads every ordinal of a text, in order. Fractions ("two thirds") are none. */
export function readOrdinals(text: string): OrdinalMention[] {
  const found: OrdinalMention[] = [];
  for (const match of text.matchAll(form)) {
    if (found.length >= ordinalLimit) break;
    const digits = /^\d+/.exec(match[0])?.[0];
    const value = digits === undefined ? ordinalValue(match[0]) : Number(digits);
    const [at, end] = [match.index, match.index + match[0].length];
    if (value !== undefined) found.push({ text: match[0], at, end, value, isWord: digits === undefined });
  }
  return found;
}

const known = new WeakMap<SourceText, ReadonlyMap<number, OrdinalMention>>();

function ordinalsOf(source: SourceText): ReadonlyMap<number, OrdinalMention> {
  const past = known.get(source);
  if (past !== undefined) return past;
  const made = new Map<number, OrdinalMention>();
  for (const it of readOrdinals(source.text)) if (!made.has(it.value)) made.set(it.value, it);
  known.set(source, made);
  return made;
}

/** Looks up ordinals of a text. One in digits that occurs nowhere is wrong, one in words is in doubt. */
export function findOrdinals(
  text: string,
  mentions: readonly OrdinalMention[],
  texts: readonly SourceText[],
): OrdinalFinding[] {
  const beside = besides(texts);
  return mentions
    .filter((it) => it.value >= least && !opensSentence(text, it))
    .map((mention) => {
      const at = find(mention.value, texts);
      if (at !== undefined) return { mention, at };
      if (mention.isWord) return { mention, doubt: `"${mention.text}" may be an order of the text's own` };
      const claimed = clip(excerpt(text, mention.at, mention.end));
      return {
        mention,
        problem: beside(`the number "${mention.text}" does not occur in what was read`, claimed),
      };
    });
}

/** "Third, …" orders the text itself. */
function opensSentence(text: string, it: OrdinalMention): boolean {
  return it.isWord && (/\p{Lu}/u.test(it.text) || /^(?:,|:|ly\b)/.test(text.slice(it.end, it.end + 2)));
}

function find(value: number, texts: readonly SourceText[]): Stretch | undefined {
  for (const source of texts) {
    const it = ordinalsOf(source).get(value);
    if (it !== undefined) return { source, start: it.at, end: it.end };
  }
  return holdsNumber(value, texts);
}
