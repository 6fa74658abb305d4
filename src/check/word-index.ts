// The words of a text in order, each with its places: for names, quotations in prose, and sentences.
//
//   WORD1. Two spellings that differ in case, accents, apostrophes, a genitive 's, the stops of initials or
//       the kind of hyphen are one word. Hyphens part words: "Rivera-Pagán" is "rivera", "pagan".

import { separator, type SourceText } from "./source-text.ts";

/** Most words read of one text; what lies beyond is not looked into. */
export const wordsLimit = 4_000_000;

/** A word as it stands in a text. */
export interface Word {
  /** Folded (WORD1). */
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

/** "U.S.", "J.R": capitals with stops between them. */
const initialism = /(?:\p{Lu}\.){2,}(?![\p{L}\p{N}])|(?:\p{Lu}\.)+\p{Lu}(?![\p{L}\p{N}])/uy;
const wordLetter = /[\p{L}\p{M}\p{N}]/u;
const capital = /\p{Lu}/u;

/** What a code unit is: 1 asked, 2 part of a word, 4 a capital. Half a pair is part of a word. */
const kinds = new Uint8Array(65_536);

function kindOf(code: number): number {
  const past = kinds[code]!;
  if (past !== 0) return past;
  const letter = String.fromCharCode(code);
  const isWord = wordLetter.test(letter) || (code >= 0xd800 && code <= 0xdfff);
  kinds[code] = 1 + (isWord ? 2 : 0) + (capital.test(letter) ? 4 : 0);
  return kinds[code]!;
}

/** True for a letter, a mark or a digit. */
function isWordCode(code: number): boolean {
  return (kindOf(code) & 2) !== 0;
}

function isApostrophe(code: number): boolean {
  return code === 0x27 || code === 0x2019 || code === 0x2bc;
}

/** The end of the word that begins at an offset. */
function wordEnd(text: string, start: number): number {
  if (text.charCodeAt(start + 1) === 0x2e && (kindOf(text.charCodeAt(start)) & 4) !== 0) {
    initialism.lastIndex = start;
    if (initialism.test(text)) return initialism.lastIndex;
  }
  let end = start + 1;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (isWordCode(code)) end += 1;
    else if (isApostrophe(code) && end + 1 < text.length && isWordCode(text.charCodeAt(end + 1))) end += 2;
    else break;
  }
  return end;
}

/** Calls back with every word of a text, in order. One pass. */
export function eachWord(text: string, take: (at: number, end: number) => void): void {
  let at = 0;
  for (let count = 0; count < wordsLimit; count += 1) {
    while (at < text.length && !isWordCode(text.charCodeAt(at))) at += 1;
    if (at >= text.length) return;
    const end = wordEnd(text, at);
    take(at, end);
    at = end;
  }
}

/** One spelling of a word (WORD1). */
export function foldWord(word: string): string {
  if (isPlain(word)) return word;
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

/** Small letters and digits alone fold to themselves. */
function isPlain(word: string): boolean {
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    if (!((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39))) return false;
  }
  return true;
}

function hasOnlyAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= 0x80) return false;
  return true;
}

/** The words of a text, in order. */
export function readWords(text: string): Word[] {
  const found: Word[] = [];
  eachWord(text, (at, end) => found.push({ text: foldWord(text.slice(at, end)), at, end }));
  return found;
}

/** Words before a stop that does not end a sentence. */
const shortened = /(?:^|[\s(])(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|vs|etc|approx|ca|No|Fig|Inc|Ltd|Co|\p{Lu})\.$/u;

/** True when a sentence, a line of a list, a cell or a text ends between two words. */
export function endsSentence(text: string, from: number, to: number): boolean {
  if (to - from === 1) {
    const code = text.charCodeAt(from);
    // A blank, a hyphen, a line's end alone.
    if (code === 0x20 || code === 0x2d || code === 0x0a || code === 0x2f) return false;
  }
  if (to - from === 2 && text.charCodeAt(from) === 0x2c) return false;
  const gap = text.slice(from, to);
  if (gap.includes(separator) || /\n\s*\n|\n\s*(?:[-*•#|>]|\d)|[|\t•]/.test(gap)) return true;
  if (/[!?。]/.test(gap)) return true;
  const stop = /\.+["'”’)\]]*(?:\[[^\]]*\])*\s/.exec(gap);
  if (stop === null) return false;
  return !shortened.test(text.slice(Math.max(0, from - 8), from + stop.index + 1));
}

function isCapitalOrDigit(code: number): boolean {
  return (kindOf(code) & 4) !== 0 || (code >= 0x30 && code <= 0x39);
}

/** Makes the index of a text in one pass. */
export function indexWords(text: string): WordIndex {
  const found = readWords(text);
  const words = found.map((it) => it.text);
  const at = Int32Array.from(found, (it) => it.at);
  const end = Int32Array.from(found, (it) => it.end);
  const isCapital = Uint8Array.from(found, (it) => (isCapitalOrDigit(text.charCodeAt(it.at)) ? 1 : 0));
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

/** The number of the sentence in which the word at a position stands. */
export function sentenceAt(index: WordIndex, position: number): number {
  let low = 0;
  let high = index.sentences.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (index.sentences[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
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
const triesLimit = 2_000;

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
