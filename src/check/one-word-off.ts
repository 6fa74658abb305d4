// Passages that differ from a quotation in one word: what a word was replaced with, added or left out.
//
//   ALT1. Only the words decide: case, stops and marks between them do not. A first or last word that is
//       replaced stands in one sentence with its neighbour.

import { isSmallWord, stem } from "./opposite-words.ts";
import type { SourceText } from "./source-text.ts";
import { sentenceAt, type WordIndex, wordIndexOf } from "./word-index.ts";

/** Most words of a quotation that is compared so. */
export const wordLimit = 40;

/** Most places of its rarest word that are tried, for each of its words. */
const triesLimit = 200;

/** One word put in the place of another; `put` is undefined where one was left out, `lost` where one was added. */
export interface Change {
  readonly put?: string;
  readonly lost?: string;
  /** True for the first or the last word of the quotation. */
  readonly isAtEdge: boolean;
}

/** How a quotation differs from a passage. */
export type Difference =
  /** Only in words too small to tell sentences apart: "What is" for "what are". */
  | "respelt"
  /** In the form of its first or last word: "making the horse drink" for "makes the horse drink". */
  | "inflected"
  /** In a telling word that was replaced or left out. */
  | "altered"
  /** In a telling word that was added. */
  | "added";

const order: readonly Difference[] = ["respelt", "inflected", "altered", "added"];

/** In which way a passage of the sources differs from words in one word, if any does: the first of the order. */
export function oneWordOff(words: readonly string[], texts: readonly SourceText[]): Difference | undefined {
  if (words.length < 3 || words.length > wordLimit) return undefined;
  let best: Difference | undefined;
  for (const source of texts) {
    for (const change of changesIn(words, wordIndexOf(source))) {
      const found = differenceOf(change);
      if (best === undefined || order.indexOf(found) < order.indexOf(best)) best = found;
    }
  }
  return best;
}

function differenceOf({ put, lost, isAtEdge }: Change): Difference {
  const isSmall = (it: string | undefined): boolean => it === undefined || isSmallWord(it);
  if (isSmall(put) && isSmall(lost)) return "respelt";
  if (isAtEdge && put !== undefined && lost !== undefined && stem(put) === stem(lost)) return "inflected";
  return lost === undefined ? "added" : "altered";
}

/** Every single change that makes a passage of an index out of the words. */
function* changesIn(words: readonly string[], index: WordIndex): Generator<Change> {
  const last = words.length - 1;
  for (let at = 0; at <= last; at += 1) {
    const [before, after] = [words.slice(0, at), words.slice(at + 1)];
    const isAtEdge = at === 0 || at === last;
    for (const start of places(index, before, after, 1))
      yield { put: words[at]!, lost: index.words[start + at]!, isAtEdge };
    if (!isAtEdge && places(index, before, after, 0).length > 0) yield { put: words[at]!, isAtEdge };
    if (at === 0) continue;
    for (const start of places(index, before, words.slice(at), 1))
      yield { lost: index.words[start + at]!, isAtEdge: false };
  }
}

/** The word at a position and the next stand in one sentence. */
function isJoined(index: WordIndex, position: number): boolean {
  return sentenceAt(index, position) === sentenceAt(index, position + 1);
}

/** Where words stand, `gap` words of any kind between the two halves. One of all must be a telling one. */
function places(
  index: WordIndex,
  before: readonly string[],
  after: readonly string[],
  gap: number,
): readonly number[] {
  const words = [...before, ...after];
  if (words.every((it) => isSmallWord(it))) return [];
  const count = (it: string): number => index.places.get(it)?.length ?? 0;
  const rarest = words.reduce((best, it, at) => (count(it) < count(words[best]!) ? at : best), 0);
  const offset = (at: number): number => (at < before.length ? at : at + gap);
  const length = words.length + gap;
  return (index.places.get(words[rarest]!) ?? [])
    .slice(0, triesLimit)
    .map((place) => place - offset(rarest))
    .filter(
      (start) =>
        start >= 0 &&
        start + length <= index.words.length &&
        words.every((it, at) => index.words[start + offset(at)] === it) &&
        (before.length > 0 || isJoined(index, start)) &&
        (after.length > 0 || isJoined(index, start + length - 2)),
    );
}
