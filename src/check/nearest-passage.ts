// The passage of what was read that comes nearest to a quotation that does not
// occur: what a person, or the next attempt, is shown beside the claim.

import { excerpt } from "./excerpt.ts";
import { wordsOf } from "./find-quote.ts";
import type { SourceText } from "./source-text.ts";

/** Most words of a quotation that are looked up, and most places per word. */
const wordLimit = 60;
const placesPerWord = 1_500;

/** Smallest share of the quotation's weight a passage must hold to be shown. */
const leastShare = 0.35;

/** A passage, and the share (0 to 1) of the quotation's weighed words in it. */
export interface Passage {
  readonly where: string;
  readonly text: string;
  readonly share: number;
}

interface Hit {
  readonly at: number;
  readonly word: number;
}

/** The nearest passage over all sources, or undefined where nothing is near. */
export function nearestPassage(quote: string, sources: readonly SourceText[]): Passage | undefined {
  const words = [...new Set(wordsOf(quote).map((it) => it.toLowerCase()))].slice(0, wordLimit);
  let best: Passage | undefined;
  for (const source of sources) {
    const found = nearestIn(words, quote.length, source);
    if (found !== undefined && found.share > (best?.share ?? leastShare)) best = found;
  }
  return best;
}

function nearestIn(words: readonly string[], length: number, source: SourceText): Passage | undefined {
  const folded = source.foldings()[0]!;
  const lower = folded.text.toLowerCase();
  const text = lower.length === folded.text.length ? lower : folded.text;
  const places = words.map((word) => placesOf(text, word));
  // Rare words tell passages apart; a word that occurs nowhere counts in full against every passage.
  const weights = places.map((it) => 1 / (1 + Math.log2(1 + it.length)));
  const total = weights.reduce((sum, it) => sum + it, 0);
  const hits = places.flatMap((list, word) => list.map((at) => ({ at, word }))).sort((a, b) => a.at - b.at);
  const window = bestWindow(hits, weights, Math.ceil(length * 1.4) + 20);
  if (window === undefined || total === 0) return undefined;
  const last = window.last.at + words[window.last.word]!.length;
  const start = folded.origin[window.first.at]!;
  const end = folded.origin[Math.min(last, folded.origin.length - 1)]!;
  return { where: source.where(start), text: excerpt(source.text, start, end), share: window.score / total };
}

function placesOf(text: string, word: string): number[] {
  const places: number[] = [];
  for (
    let at = text.indexOf(word);
    at >= 0 && places.length < placesPerWord;
    at = text.indexOf(word, at + word.length)
  ) {
    if (!/[\p{L}\p{N}]/u.test(text.charAt(at - 1)) && !/[\p{L}\p{N}]/u.test(text.charAt(at + word.length)))
      places.push(at);
  }
  return places;
}

interface Window {
  readonly first: Hit;
  readonly last: Hit;
  readonly score: number;
}

/** Slides over the hits; a word counts once in a window. Of equal windows the shortest stands. */
function bestWindow(hits: readonly Hit[], weights: readonly number[], width: number): Window | undefined {
  const counts = new Int32Array(weights.length);
  let best: Window | undefined;
  let score = 0;
  let left = 0;
  for (const last of hits) {
    if (counts[last.word] === 0) score += weights[last.word]!;
    counts[last.word]! += 1;
    let first = hits[left]!;
    while (last.at - first.at > width || (counts[first.word]! > 1 && first !== last)) {
      counts[first.word]! -= 1;
      if (counts[first.word] === 0) score -= weights[first.word]!;
      left += 1;
      first = hits[left]!;
    }
    if (best === undefined || score > best.score + 1e-9) best = { first, last, score };
  }
  return best;
}

/** Most passages looked for in one judgement: no more problems are kept of a verdict. */
export const passageLimit = 100;

/** Problems of one judgement with the nearest passage beside them, as far as the limit goes. */
export function besides(texts: readonly SourceText[]): (
  message: string,
  claimed: string,
  quote?: string,
) => {
  readonly message: string;
  readonly claimed: string;
  readonly found?: string;
  readonly where?: string;
} {
  let shown = 0;
  return (message, claimed, quote = claimed) => {
    shown += 1;
    const near = shown > passageLimit ? undefined : nearestPassage(quote, texts);
    return near === undefined
      ? { message, claimed }
      : { message, claimed, found: near.text, where: near.where };
  };
}
