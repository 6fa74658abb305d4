// Names that end in a number: "COVID-19", "Under-21", "IL-6". Their digits tell them apart.

import type { NameMention } from "./read-names.ts";
import type { SourceText } from "./source-text.ts";
import { foldWord, type WordIndex, wordIndexOf } from "./word-index.ts";

/** Most places of a word that are looked at. */
const placesLimit = 500;

const number = /^[-‐‑](\d{1,6})(?![\p{L}\d]|[.,]\d)/u;

/** The number joined to a name by a hyphen, as the text writes it. */
function numberAfter(text: string, mention: NameMention): string | undefined {
  return number.exec(text.slice(mention.end, mention.end + 10))?.[1];
}

/**
 * How what was read writes a name whose number does not stand there ("COVID-19" for "COVID-91"); undefined
 * where the name has no number, its number stands there, or it never stands there with one.
 */
export function otherNumber(
  text: string,
  mention: NameMention,
  texts: readonly SourceText[],
): { readonly name: string; readonly known: string } | undefined {
  const digits = numberAfter(text, mention);
  const word = mention.words.at(-1);
  if (digits === undefined || word === undefined || word.end !== mention.end) return undefined;
  let known: string | undefined;
  for (const source of texts) {
    const index = wordIndexOf(source);
    if (placeWith(source, word.text, digits)) return undefined;
    for (const place of (index.places.get(word.text) ?? []).slice(0, placesLimit))
      known ??= joined(source, index, place);
  }
  return known === undefined ? undefined : { name: `${word.written}-${digits}`, known };
}

const nameBefore = /(\p{Lu}[\p{L}\p{M}]{0,30})[ \u00a0]$/u;

/** True for the number of a name that was read otherwise joined: "IL 6" for "IL-6". */
export function endsName(
  text: string,
  mention: { readonly at: number; readonly end: number },
  texts: readonly SourceText[],
): boolean {
  const word = nameBefore.exec(text.slice(Math.max(0, mention.at - 34), mention.at))?.[1];
  const digits = text.slice(mention.at, mention.end);
  if (word === undefined || !/^\d{1,6}$/.test(digits)) return false;
  const folded = foldWord(word);
  return texts.some((it) => placeWith(it, folded, digits));
}

/** A word and digits stand together. */
function placeWith(source: SourceText, word: string, digits: string): boolean {
  const index = wordIndexOf(source);
  if (index.places.has(`${word}${digits}`)) return true;
  return (index.places.get(word) ?? [])
    .slice(0, placesLimit)
    .some((place) => index.words[place + 1] === digits && isBeside(source, index, place));
}

/** At most one sign stands between a word and the next. */
function isBeside(source: SourceText, index: WordIndex, place: number): boolean {
  const gap = source.text.slice(index.end[place]!, index.at[place + 1]!);
  return /^[-‐‑ \u00a0]?$/.test(gap);
}

/** A word and the number a hyphen joins to it. */
function joined(source: SourceText, index: WordIndex, place: number): string | undefined {
  const end = index.end[place]!;
  const match = number.exec(source.text.slice(end, end + 10));
  return match === null ? undefined : source.text.slice(index.at[place]!, end + match[0].length);
}
