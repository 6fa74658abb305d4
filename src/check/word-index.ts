// The words of a text in order, each with its places: for names, quotations in prose, and sentences.
//
//   W1. Two spellings that differ in case, accents, apostrophes, a genitive 's, the stops of initials or
//       the kind of hyphen are one word. Hyphens part words: "Rivera-Pagán" is "rivera", "pagan".

import { separator, type SourceText } from "./source-text.ts";

/** Most words read of one text; what lies beyond is not looked into. */
export const wordsLimit = 4_000_000;

/** A word as it stands in a text. */
export interface Word {
  /** Folded (W1). */
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

export interface WordIndex {
  /** Folded words in order. */
  readonly words: readonly string[];
  readonly at: Int32Array;
  readonly end: Int32Array;
  /** 1 where a word begins with a capital letter, or with a digit. */
  readonly isCapital: Uint8Array;
  /** Where each word stands, as positions in `words`, in order. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** Positions of the first words of sentences, in order; the first is 0. */
  readonly sentences: Int32Array;
  readonly isCut: boolean;
}

const wordForm =
  /(?:\p{Lu}\.){2,}(?![\p{L}\p{N}])|(?:\p{Lu}\.){1,}\p{Lu}(?![\p{L}\p{N}])|[\p{L}\p{M}\p{N}]+(?:['’ʼ]\p{L}+)*/gu;

/** One spelling of a word (W1). */
export function foldWord(word: string): string {
  const bare = word
    .replace(/['’ʼ]s$/iu, "")
    .replace(/['’ʼ.\u00ad]/g, "")
    .toLowerCase();
  // Letters that decompose lose their marks; those that are letters of their own go by their usual spelling.
  return hasOnlyAscii(bare)
    ? bare
    : bare
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .replace(/[łøđðþßæœı]/g, (it) => letters[it] ?? it);
}

const letters: Readonly<Record<string, string>> = {
  ł: "l",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ı: "i",
};

function hasOnlyAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= 0x80) return false;
  return true;
}

/** The words of a text, in order. */
export function readWords(text: string): Word[] {
  const found: Word[] = [];
  for (const match of text.matchAll(wordForm)) {
    if (found.length >= wordsLimit) break;
    found.push({ text: foldWord(match[0]), at: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** Words before a stop that does not end a sentence. */
const shortened = /(?:^|[\s(])(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|vs|etc|approx|ca|No|Fig|Inc|Ltd|Co|\p{Lu})\.$/u;

/** True when a sentence, a line of a list, a cell or a text ends between two words. */
export function endsSentence(text: string, from: number, to: number): boolean {
  const gap = text.slice(from, to);
  if (gap === " ") return false;
  if (gap.includes(separator) || /\n\s*\n|\n\s*(?:[-*•#|>]|\d)|[|\t•]/.test(gap)) return true;
  if (/[!?。]/.test(gap)) return true;
  const stop = /\.+["'”’)\]]*(?:\[[^\]]*\])*\s/.exec(gap);
  if (stop === null) return false;
  return !shortened.test(text.slice(Math.max(0, from - 8), from + stop.index + 1));
}

/** Makes the index of a text in one pass. */
export function indexWords(text: string): WordIndex {
  const found = readWords(text);
  const words = found.map((it) => it.text);
  const at = Int32Array.from(found, (it) => it.at);
  const end = Int32Array.from(found, (it) => it.end);
  const isCapital = Uint8Array.from(found, (it) => (/[\p{Lu}\p{N}]/u.test(text.charAt(it.at)) ? 1 : 0));
  const places = new Map<string, number[]>();
  const sentences: number[] = [0];
  for (const [position, word] of words.entries()) {
    const list = places.get(word);
    if (list === undefined) places.set(word, [position]);
    else list.push(position);
    if (position > 0 && endsSentence(text, end[position - 1]!, at[position]!)) sentences.push(position);
  }
  const isCut = found.length >= wordsLimit;
  return { words, at, end, isCapital, places, sentences: Int32Array.from(sentences), isCut };
}

const known = new WeakMap<SourceText, WordIndex>();

/** The index of a source, made once. */
export function wordIndexOf(source: SourceText): WordIndex {
  const past = known.get(source);
  if (past !== undefined) return past;
  const made = indexWords(source.text);
  known.set(source, made);
  return made;
}

/** Most places of a word that a phrase is tried at. */
const triesLimit = 20_000;

/**
 * The position where words stand one after the other, at most `gaps` other words between two of them;
 * undefined where they do not.
 */
export function findPhrase(index: WordIndex, phrase: readonly string[], gaps = 0): number | undefined {
  const rarest = phrase.reduce(
    (best, it, at) => (count(index, it) < count(index, phrase[best]!) ? at : best),
    0,
  );
  const tries = index.places.get(phrase[rarest]!) ?? [];
  for (const place of tries.slice(0, triesLimit)) {
    const start = before(index, phrase.slice(0, rarest), place, gaps);
    if (start !== undefined && after(index, phrase.slice(rarest + 1), place, gaps) !== undefined)
      return start;
  }
  return undefined;
}

function count(index: WordIndex, word: string): number {
  return index.places.get(word)?.length ?? 0;
}

function before(
  index: WordIndex,
  phrase: readonly string[],
  place: number,
  gaps: number,
): number | undefined {
  let at = place;
  for (const word of phrase.toReversed()) {
    let next = at - 1;
    while (next >= at - 1 - gaps && next >= 0 && index.words[next] !== word) next -= 1;
    if (next < at - 1 - gaps || next < 0) return undefined;
    at = next;
  }
  return at;
}

function after(index: WordIndex, phrase: readonly string[], place: number, gaps: number): number | undefined {
  let at = place;
  for (const word of phrase) {
    let next = at + 1;
    while (next <= at + 1 + gaps && index.words[next] !== word) next += 1;
    if (next > at + 1 + gaps) return undefined;
    at = next;
  }
  return at;
}
