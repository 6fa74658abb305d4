// Sentences that say the opposite of a sentence of the source: the same words but for a negation, or for
// the direction of a comparison.
//
// Two sentences are compared only where nearly all telling words of the one stand in the other. A negation
// belongs to the first telling word after it. What is said under a condition ("in case there is no answer")
// denies nothing, unless the other sentence has a condition too. Where a sentence of the source agrees,
// there is no finding, whatever another one says.
//
// After M.-C. de Marneffe, A. Rafferty, C. Manning, "Finding Contradictions in Text", ACL 2008: of its kinds
// of contradiction those that rules decide, negation and antonymy between aligned sentences. The reach of
// a negation is a window of words after it, as in W. Chapman et al., "A Simple Algorithm for Identifying
// Negated Findings and Diseases in Discharge Summaries", J. Biomed. Inform. 34 (2001).

import type { Problem } from "./check.ts";
import { directionOf, isNegation, isSmallWord, opensCondition, stem } from "./opposite-words.ts";
import { clip } from "./fold-text.ts";
import type { SourceText } from "./source-text.ts";
import { indexWords, sentenceAt, type WordIndex, wordIndexOf } from "./word-index.ts";

export interface OppositeFinding {
  readonly mention: { readonly at: number; readonly end: number };
  readonly doubt?: string;
  readonly problem?: Omit<Problem, "check" | "path">;
}

/** Fewest telling words of a sentence that is compared, and the most. */
const fewest = 3;
const most = 60;

/** Most sentences of a text that are compared, and of the source that one is compared with. */
const sentenceLimit = 2_000;
const candidateLimit = 100;

/** Rare words by which sentences of the source are found, and most places of one. */
const rareWords = 4;
const placesLimit = 500;

/** Share of a sentence's telling words that the other holds: for a failure, and for a doubt. */
const nearlyAll = 0.99;
const almostAll = 0.85;

/** How many times as many telling words the other may have: for a failure, and for a doubt. */
const failureLength = 2;
const doubtLength = 3;

/** Fewest telling words of a sentence for a failure, beside one that has more. */
const fewestToFail = 4;

/** A sentence as it is compared. */
interface Sentence {
  readonly at: number;
  readonly end: number;
  /** Telling words, stemmed, with whether a negation stands before: true wins where both occur. */
  readonly words: ReadonlyMap<string, boolean>;
  /** In order, for the sides of a comparison. */
  readonly order: readonly string[];
  readonly directions: readonly { readonly axis: string; readonly sign: 1 | -1; readonly before: number }[];
  /** A part of it says under which condition the rest holds. */
  readonly isConditional: boolean;
}

/** Finds the sentences of a text that turn a sentence of the source round. */
export function findOpposites(text: string, texts: readonly SourceText[]): OppositeFinding[] {
  const index = indexWords(text);
  const found: OppositeFinding[] = [];
  for (let number = 0; number < Math.min(index.sentences.length, sentenceLimit); number += 1) {
    const sentence = sentenceOf(index, number);
    if (sentence.words.size < fewest || sentence.words.size > most) continue;
    const finding = compareAll(sentence, texts);
    if (finding === undefined) continue;
    const { source, other, what, share } = finding;
    const claimed = clip(text.slice(sentence.at, sentence.end));
    const passage = clip(source.text.slice(other.at, other.end));
    const place = { mention: sentence, where: source.where(other.at) };
    const [size, length] = [sentence.words.size, other.words.size];
    const isTelling = size === length || (size >= fewestToFail && length <= failureLength * size + 2);
    if (share >= nearlyAll && isTelling)
      found.push({
        mention: place.mention,
        problem: { message: what, claimed, found: passage, where: place.where },
      });
    else found.push({ mention: place.mention, doubt: `"${clip(claimed, 80)}": ${what} (${place.where})` });
  }
  return found;
}

function sentenceOf(index: WordIndex, number: number): Sentence {
  const from = index.sentences[number]!;
  const to = index.sentences[number + 1] ?? index.words.length;
  const words = new Map<string, boolean>();
  const order: string[] = [];
  const directions: { axis: string; sign: 1 | -1; before: number }[] = [];
  let negated = 0;
  let isConditional = false;
  for (let at = from; at < Math.min(to, from + most * 4); at += 1) {
    const word = index.words[at]!;
    isConditional ||= opensCondition(word, at > from ? index.words[at - 1]! : "");
    if (isNegation(word, at + 1 < to ? index.words[at + 1]! : "")) {
      negated = 4;
      continue;
    }
    negated -= 1;
    const direction = directionOf(word);
    if (direction !== undefined) {
      // What is not greater counts as less: the two contradict what is greater alike.
      const sign = negated > 0 ? (-direction.sign as 1 | -1) : direction.sign;
      directions.push({ axis: direction.axis, sign, before: order.length });
      negated = 0;
    } else if (!isSmallWord(word)) {
      const stemmed = stem(word);
      words.set(stemmed, words.get(stemmed) === true || negated > 0);
      order.push(stemmed);
      negated = 0;
    }
  }
  const [start, end] = [index.at[from] ?? 0, index.end[Math.max(from, to - 1)] ?? 0];
  return { at: start, end, words, order, directions, isConditional };
}

interface Found {
  readonly source: SourceText;
  readonly other: Sentence;
  readonly what: string;
  readonly share: number;
}

function compareAll(sentence: Sentence, texts: readonly SourceText[]): Found | undefined {
  let best: Found | undefined;
  let agreed = 0;
  for (const source of texts) {
    const index = wordIndexOf(source);
    for (const number of candidates(sentence, index)) {
      const other = sourceSentence(index, number);
      const share = shareOf(sentence, other);
      if (share < almostAll || other.words.size > doubtLength * sentence.words.size) continue;
      const what = opposition(sentence, other);
      if (what === undefined) agreed = Math.max(agreed, share);
      else if (sentence.isConditional !== other.isConditional) continue;
      else if (share > (best?.share ?? 0)) best = { source, other, what, share };
    }
  }
  return best !== undefined && best.share > agreed ? best : undefined;
}

function shareOf(sentence: Sentence, other: Sentence): number {
  let held = 0;
  for (const word of sentence.words.keys()) if (other.words.has(word)) held += 1;
  return held / sentence.words.size;
}

const stemmed = new WeakMap<WordIndex, ReadonlyMap<string, readonly number[]>>();

/** Sentences of a source in which the rarest words of a sentence stand, without repeats. */
function candidates(sentence: Sentence, index: WordIndex): readonly number[] {
  let places = stemmed.get(index);
  if (places === undefined) {
    const made = new Map<string, number[]>();
    for (const [word, at] of index.places) {
      const key = stem(word);
      const past = made.get(key);
      if (past === undefined) made.set(key, at.slice(0, placesLimit));
      else if (past.length < placesLimit) past.push(...at.slice(0, placesLimit - past.length));
    }
    places = made;
    stemmed.set(index, made);
  }
  const lists = [...sentence.words.keys()]
    .map((word) => places.get(word) ?? [])
    .filter((list) => list.length > 0)
    .sort((a, b) => a.length - b.length)
    .slice(0, rareWords);
  const counts = new Map<number, number>();
  for (const list of lists)
    for (const number of new Set(list.map((at) => sentenceAt(index, at))))
      counts.set(number, (counts.get(number) ?? 0) + 1);
  const least = Math.max(1, lists.length - 1);
  return [...counts]
    .filter(([, count]) => count >= least)
    .slice(0, candidateLimit)
    .map(([number]) => number);
}

const sentences = new WeakMap<WordIndex, Map<number, Sentence>>();

/** A sentence of a source, read once. */
function sourceSentence(index: WordIndex, number: number): Sentence {
  const past = sentences.get(index) ?? new Map<number, Sentence>();
  sentences.set(index, past);
  const made = past.get(number) ?? sentenceOf(index, number);
  past.set(number, made);
  return made;
}

/** What one sentence turns round of the other; undefined where they agree. */
function opposition(sentence: Sentence, other: Sentence): string | undefined {
  const turned = [...sentence.words].find(([word, negated]) => {
    const there = other.words.get(word);
    return there !== undefined && there !== negated;
  });
  if (turned !== undefined)
    return turned[1]
      ? `it denies "${turned[0]}", which the source says`
      : `it says "${turned[0]}", which the source denies`;
  return turnedDirection(sentence, other);
}

function turnedDirection(sentence: Sentence, other: Sentence): string | undefined {
  const axes = new Set(sentence.directions.map((it) => it.axis));
  const turned = [...axes].find((axis) => {
    const [mine, theirs] = [sentence, other].map((it) => it.directions.filter((one) => one.axis === axis));
    return theirs!.length === mine!.length && sum(theirs!) !== sum(mine!);
  });
  const [mine, theirs] = [sentence.directions, other.directions];
  const isPair = mine.length === 1 && theirs.length === 1 && mine[0]!.axis === theirs[0]!.axis;
  const isSwapped = isPair && areSwapped(sentence, mine[0]!.before, other, theirs[0]!.before);
  if ((turned !== undefined) === isSwapped) return undefined;
  return isSwapped
    ? "it compares the same two things the other way round"
    : `it turns the direction round (${turned})`;
}

function sum(directions: Sentence["directions"]): number {
  return directions.reduce((total, it) => total + it.sign, 0);
}

/** What stands before the direction here stands after it there, and the other way round. */
function areSwapped(sentence: Sentence, mine: number, other: Sentence, theirs: number): boolean {
  const [left, right] = [sentence.order.slice(0, mine), sentence.order.slice(mine)];
  const [otherLeft, otherRight] = [other.order.slice(0, theirs), other.order.slice(theirs)];
  const only = (words: readonly string[], here: readonly string[], there: readonly string[]): boolean =>
    words.some((it) => here.includes(it) && !there.includes(it)) &&
    !words.some((it) => there.includes(it) && !here.includes(it));
  return only(left, otherRight, otherLeft) && only(right, otherLeft, otherRight);
}
