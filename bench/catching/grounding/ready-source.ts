// A source made ready for many statements: where each stem stands, which stand side by side.

import { sentences, type Sentence, type Word } from "./words.ts";

export interface ReadySource {
  readonly sentences: readonly Sentence[];
  /** True for sentences that deny something. */
  readonly negated: readonly boolean[];
  /** All stems in order. */
  readonly stems: readonly string[];
  /** Indexes into `stems` of each stem. */
  readonly spots: ReadonlyMap<string, readonly number[]>;
  /** Sentences that hold each stem, in order, one entry per occurrence. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** Neighbouring stems, as "left right". */
  readonly pairs: ReadonlySet<string>;
  /** Stems by their first letters: "colonist" is near "colony". */
  readonly byPrefix: ReadonlyMap<string, readonly string[]>;
  /** First letters of all stems, fewer than in `byPrefix`. */
  readonly roots: ReadonlySet<string>;
  /** Sentences of each passage, where the source numbers its passages. */
  readonly passages: ReadonlyMap<string, readonly number[]>;
}

const negation = /\b(?:not|no|never|none|neither|nor|without|cannot|unable|fail(?:ed|s)?)\b|n['’]t\b/iu;
const prefixLength = 5;
export const rootLength = 4;

export function denies(text: string): boolean {
  return negation.test(text);
}

export function readySource(source: string): ReadySource {
  const parts = sentences(source);
  const places = new Map<string, number[]>();
  const spots = new Map<string, number[]>();
  const pairs = new Set<string>();
  const stems: string[] = [];
  for (const [at, part] of parts.entries()) {
    for (const { stem } of part.words) {
      push(places, stem, at);
      push(spots, stem, stems.length);
      if (stems.length > 0) pairs.add(`${stems.at(-1)} ${stem}`);
      stems.push(stem);
    }
  }
  const byPrefix = new Map<string, string[]>();
  for (const it of places.keys())
    if (it.length >= prefixLength) push(byPrefix, it.slice(0, prefixLength), it);
  return {
    sentences: parts,
    negated: parts.map((it) => denies(source.slice(it.start, it.end))),
    stems,
    spots,
    places,
    pairs,
    byPrefix,
    roots: new Set([...places.keys()].map((it) => it.slice(0, rootLength))),
    passages: passagesOf(source, parts),
  };
}

function passagesOf(source: string, parts: readonly Sentence[]): ReadonlyMap<string, readonly number[]> {
  const passages = new Map<string, number[]>();
  let current: string | undefined;
  for (const [at, part] of parts.entries()) {
    current = /^\s*passage (\d+):/i.exec(source.slice(part.start, part.end))?.[1] ?? current;
    if (current !== undefined) push(passages, current, at);
  }
  return passages;
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

/** Whether and where a source has a word. */
export interface Presence {
  /** 1 for the stem itself, less for a word that begins alike, 0 for none. */
  readonly value: number;
  /** Sentences that have it. */
  readonly at: readonly number[];
}

const absent: Presence = { value: 0, at: [] };
const likeness = 0.7;

export function presence(stem: string, source: ReadySource): Presence {
  const at = source.places.get(stem);
  if (at !== undefined) return { value: 1, at };
  if (stem.length < prefixLength || /^\d/.test(stem)) return absent;
  const near = source.byPrefix.get(stem.slice(0, prefixLength));
  if (near === undefined) return absent;
  return { value: likeness, at: near.flatMap((it) => source.places.get(it) ?? []) };
}

/** The stretch of a source that holds most of a statement's words. */
export interface Window {
  /** Weight of the words it lacks. */
  readonly missing: number;
  /** Its first sentence. */
  readonly at: number;
}

/** Finds the best stretch of `reach` + 1 sentences for weighted words. */
export function bestWindow(
  found: readonly Presence[],
  weights: readonly number[],
  size: number,
  reach: number,
): Window {
  const covered = new Float64Array(size);
  for (const [index, it] of found.entries()) {
    const reached = new Set<number>();
    for (const place of it.at)
      for (let at = Math.max(0, place - reach); at <= place; at += 1) reached.add(at);
    for (const at of reached) covered[at]! += weights[index]! * it.value;
  }
  let best = 0;
  for (let at = 1; at < size; at += 1) if (covered[at]! > covered[best]!) best = at;
  return { missing: sum(weights) - (covered[best] ?? 0), at: best };
}

export function isNear(word: Word, source: ReadySource, window: Window, reach: number): boolean {
  return (source.places.get(word.stem) ?? []).some((it) => it >= window.at && it <= window.at + reach);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, it) => total + it, 0);
}

/** A share; 0 where there is nothing to share. */
export function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : part / whole;
}
