// Names of a text against the words of what was read.
//
// A name holds where its words stand together; part of a name ("Sheerin" for "Paul Sheerin") holds, more
// than the source gives does not. Words that stand apart, a short form, an acronym or another spelling
// bear a name out only in part: the match says so, and what is said in part is never called wrong.

import { isGenericWord } from "./generic-words.ts";
import { sameNation } from "./nations.ts";
import type { NameMention, NameWord } from "./read-names.ts";
import type { SourceText } from "./source-text.ts";
import { findPhrase, foldWord, type WordIndex, wordIndexOf } from "./word-index.ts";

/** Most other words that may stand between two words of a name: "Timothy (Tim) Andrew Fischer". */
const gapLimit = 2;

/** Fewest letters of a word that was written together with another. */
const fewestLetters = 4;

export interface NamePlace {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

export type NameMatch =
  | { readonly likeness: "same"; readonly place: NamePlace }
  /** Borne out in part; `why` says what is missing. */
  | { readonly likeness: "part"; readonly why: string; readonly place?: NamePlace }
  /** `words` occur nowhere. */
  | { readonly likeness: "none"; readonly words: readonly NameWord[] };

/** Looks a name up in every source. */
export function matchName(mention: NameMention, sources: readonly SourceText[]): NameMatch {
  const found = findWhole(mention, sources) ?? findNation(mention, sources);
  if (found !== undefined) return { likeness: "same", place: found };
  const looked = mention.words.map((word) => ({ word, hit: findWord(word, sources) }));
  // A single letter stands for any word: it is never what is missing.
  const missing = looked
    .filter((it) => it.hit === undefined && (it.word.text.length > 1 || looked.length === 1))
    .map((it) => it.word);
  const hit = looked.find((it) => it.hit !== undefined)?.hit;
  if (missing.length === 0 && hit !== undefined) return together(mention, hit, sources);
  const short = shortForm(mention, missing, sources) ?? generic(mention, missing);
  return short === undefined ? { likeness: "none", words: missing } : { likeness: "part", why: short };
}

function findWhole(mention: NameMention, sources: readonly SourceText[]): NamePlace | undefined {
  const words = mention.words.map((it) => it.text);
  for (const gaps of [0, gapLimit]) {
    // Written as one word, too: in an address, or where its blanks were lost.
    for (const phrase of gaps === 0 ? [mention.phrase, words, [words.join("")]] : [words]) {
      for (const source of sources) {
        const index = wordIndexOf(source);
        const start = findPhrase(index, phrase, gaps);
        if (start !== undefined) return placeAt(source, index, start, phrase.length);
      }
    }
  }
  return undefined;
}

/** Another name of the same nation: "United States" for "US". */
function findNation(mention: NameMention, sources: readonly SourceText[]): NamePlace | undefined {
  for (const other of sameNation(mention.phrase.join(" "))) {
    for (const source of sources) {
      const index = wordIndexOf(source);
      const phrase = other.split(" ");
      const start = findPhrase(index, phrase);
      // Short forms are words of their own in small letters: "us".
      if (start !== undefined && (other.length > 2 || index.isCapital[start] === 1))
        return placeAt(source, index, start, phrase.length);
    }
  }
  return undefined;
}

function placeAt(source: SourceText, index: WordIndex, start: number, length: number): NamePlace {
  return {
    source,
    start: index.at[start]!,
    end: index.end[Math.min(start + length, index.words.length) - 1]!,
  };
}

/** The place of a word of a name: itself, its nation, its initials. */
function findWord(word: NameWord, sources: readonly SourceText[]): NamePlace | undefined {
  const one: NameMention = {
    text: word.written,
    at: word.at,
    end: word.end,
    words: [word],
    phrase: [word.text],
  };
  const found = findWhole(one, sources) ?? findNation(one, sources);
  if (found !== undefined) return found;
  for (const source of sources) {
    const index = wordIndexOf(source);
    const start = findDerived(word.text, index) ?? findInitials(word, index);
    if (start !== undefined) return placeAt(source, index, start, 1);
    // "B12" for "B-12": the hyphen parts words.
    const [, letters, digits] = /^(\p{L}+)(\d+)$/u.exec(word.text) ?? [];
    const parted = letters === undefined ? undefined : findPhrase(index, [letters, digits!]);
    if (parted !== undefined) return placeAt(source, index, parted, 2);
  }
  return undefined;
}

const stems = new WeakMap<WordIndex, ReadonlyMap<string, readonly string[]>>();
const nearby = new WeakMap<WordIndex, ReadonlyMap<string, readonly string[]>>();

/** Ends that make a people, a language or a number of many out of a name. */
const derived = /(?:ians?|eans?|ans?|ity|ium|n|ese|ish|ics?|ists?|ism|is?|ers?|es|s)$/;
const plainEnd = /(?:ia|y|a|o|e)$/;

function stemsOf(word: string): string[] {
  const bare = word.replace(derived, "");
  return [
    ...new Set([
      word,
      word.replace(/[ns]$/, ""),
      word.replace(plainEnd, ""),
      bare,
      bare.replace(plainEnd, ""),
    ]),
  ].filter((it) => it.length >= 4);
}

function groupOf(
  index: WordIndex,
  cache: WeakMap<WordIndex, ReadonlyMap<string, readonly string[]>>,
  keys: (word: string) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const past = cache.get(index);
  if (past !== undefined) return past;
  const groups = new Map<string, string[]>();
  for (const word of index.places.keys())
    for (const key of keys(word)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [word]);
      else group.push(word);
    }
  cache.set(index, groups);
  return groups;
}

/** "Italian" for "Italy", "Thais" for "Thai": one of both must have such an end. */
function findDerived(word: string, index: WordIndex): number | undefined {
  const groups = groupOf(index, stems, stemsOf);
  for (const stem of stemsOf(word)) {
    for (const other of groups.get(stem) ?? []) {
      const isDerived = derived.test(word) || derived.test(other);
      if (isDerived && Math.abs(other.length - word.length) <= 4) return index.places.get(other)![0];
    }
  }
  return undefined;
}

/** "WHO" where "World Health Organization" stands: capitals one after the other. */
function findInitials(word: NameWord, index: WordIndex): number | undefined {
  const letters = word.written.replace(/[.'’]s?/g, "");
  if (!/^\p{Lu}{2,8}s?$/u.test(letters)) return undefined;
  return initialsOf(index).get(word.text);
}

const initials = new WeakMap<WordIndex, ReadonlyMap<string, number>>();

/** Initials of every run of two to six words that begin with capitals; small words between count or not. */
function initialsOf(index: WordIndex): ReadonlyMap<string, number> {
  const past = initials.get(index);
  if (past !== undefined) return past;
  const made = new Map<string, number>();
  for (let start = 0; start < index.words.length; start += 1) {
    if (index.isCapital[start] === 0) continue;
    let [letters, all, small] = ["", "", 0];
    for (let at = start; at < index.words.length && at < start + 8 && small < 2; at += 1) {
      const letter = index.words[at]!.charAt(0);
      all += letter;
      if (index.isCapital[at] === 1) [letters, small] = [letters + letter, 0];
      else small += 1;
      for (const key of [letters, all]) if (key.length > 1 && !made.has(key)) made.set(key, start);
    }
  }
  initials.set(index, made);
  return made;
}

/** Farthest apart the words of a name may stand, in words, to count as together. */
const togetherLimit = 3;

/** All words occur. They bear the name out together, or where at least one is not part of another name. */
function together(mention: NameMention, place: NamePlace, sources: readonly SourceText[]): NameMatch {
  const words = [...new Set(mention.words.map((it) => it.text).filter((it) => it.length > 1))];
  if (words.length !== 2 || mention.phrase.length !== 2) return { likeness: "same", place };
  let isOther = true;
  for (const source of sources) {
    const index = wordIndexOf(source);
    const lists = words.map((it) => index.places.get(it) ?? []);
    if (isNear(lists[0]!, lists[1]!)) return { likeness: "same", place };
    if (lists.some((list) => list.some((at) => !isInOtherName(index, at)))) isOther = false;
  }
  return isOther
    ? { likeness: "part", why: "its words occur, each in another name", place }
    : { likeness: "same", place };
}

function isNear(first: readonly number[], second: readonly number[]): boolean {
  let at = 0;
  for (const place of first) {
    while (at < second.length && second[at]! < place - togetherLimit) at += 1;
    if (at < second.length && second[at]! <= place + togetherLimit) return true;
  }
  return false;
}

/** The word stands beside another word with a capital. */
function isInOtherName(index: WordIndex, at: number): boolean {
  const beside = (next: number): boolean =>
    index.isCapital[next] === 1 &&
    Math.abs(index.at[Math.max(at, next)]! - index.end[Math.min(at, next)]!) <= 2;
  return index.isCapital[at] === 1 && (beside(at - 1) || beside(at + 1));
}

/** What may stand behind a word that does not occur: a short form, an initial, an acronym, a spelling. */
function shortForm(
  mention: NameMention,
  missing: readonly NameWord[],
  sources: readonly SourceText[],
): string | undefined {
  const indexes = sources.map(wordIndexOf);
  const letters = mention.words.map((it) => it.text.charAt(0)).join("");
  if (missing.length === mention.words.length && missing.length > 1) {
    const isKnown = letters.length > 1 && indexes.some((it) => hasCapitals(it, letters));
    if (isKnown) return `only its initials "${letters.toUpperCase()}" occur`;
  }
  const others = mention.words.filter((it) => !missing.includes(it));
  for (const word of missing) {
    const near =
      indexes.map((it) => nearWord(word, it, others)).find((it) => it !== undefined) ??
      gluedWord(word, indexes);
    if (near === undefined) return undefined;
    if (missing.length === 1) return `"${word.written}" occurs as "${near}"`;
  }
  return "its words occur in other spellings";
}

/** "inRome" for "in Rome": a word whose blank was lost. */
function gluedWord(word: NameWord, indexes: readonly WordIndex[]): string | undefined {
  const parts = word.written.split(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u);
  const last = foldWord(parts.at(-1)!);
  if (parts.length < 2 || last.length < fewestLetters) return undefined;
  return indexes.some((it) => it.places.has(last)) ? parts.at(-1) : undefined;
}

/** "Western Australia" for "Australia": a word of many names that decides little. */
function generic(mention: NameMention, missing: readonly NameWord[]): string | undefined {
  const others = mention.words.filter((it) => !missing.includes(it));
  const isNamed = others.some((it) => !isGenericWord(it.text)) || mention.words.length === 1;
  if (!isNamed || !missing.every((it) => isGenericWord(it.text))) return undefined;
  const words = missing.map((it) => `"${it.written}"`).join(", ");
  return missing.length < mention.words.length
    ? `only ${words} of it does not occur`
    : `${words} does not occur`;
}

function hasCapitals(index: WordIndex, word: string): boolean {
  return (index.places.get(word) ?? []).some((at) => index.isCapital[at] === 1);
}

/** A longer form, an initial or a spelling that differs by one letter, beside capitals of the source. */
function nearWord(word: NameWord, index: WordIndex, others: readonly NameWord[]): string | undefined {
  const groups = groupOf(index, nearby, (it) => [it.slice(0, 3)]);
  const { text } = word;
  if (text.length === 1) return undefined;
  const named = (it: string): boolean => hasCapitals(index, it);
  const beside = (it: string): boolean =>
    others.some((other) => findPhrase(index, [it, other.text], 1) !== undefined);
  if (beside(text.charAt(0))) return `${word.written.charAt(0)}.`;
  for (const it of groups.get(text.slice(0, 3)) ?? []) {
    if (it === text || !named(it)) continue;
    if (it.length >= 3 && text.length >= 3 && (it.startsWith(text) || text.startsWith(it)) && beside(it))
      return it;
    if (text.length >= 5 && differsByOne(text, it)) return it;
  }
  return undefined;
}

/** One letter added, dropped, replaced, or two neighbours swapped. */
function differsByOne(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
