// A retry that passes by saying less: items dropped, or emptied, that no problem named.
//
//   C4. An item that was changed is not an item that was dropped, and order does not matter.
//   C5. What a problem names (the item, a part of it, or its list as a whole) may go.
//   C6. Copies of an item do not stand in for those that went.

import { hashOf } from "../base/values.ts";
import type { Problem } from "./check.ts";
import { wordsOf } from "./find-quote.ts";
import { clip } from "./fold-text.ts";
import { isRecord, joinPath, parsePath, type Segment, everyItem } from "./paths.ts";

/** Most problems reported. */
export const saidLessLimit = 50;

/** A feature that more items than this share tells none of them apart. */
const commonLimit = 40;

/** Most features taken of one item. */
const featureLimit = 200;

/**
 * What the next output leaves out without a problem having named it, under the previous output's paths.
 * Empty when nothing is missing. A gate answers unsure to it.
 *
 * An item replaced by another, so that the list stays as long, counts as changed.
 */
export function saidLess(
  previousOutput: unknown,
  nextOutput: unknown,
  problems: readonly Problem[],
): Problem[] {
  const named = problems.flatMap((it) =>
    it.path === undefined || it.path === "" ? [] : [parseNamed(it.path)],
  );
  const found: Problem[] = [];
  compare(previousOutput, nextOutput, { path: "", keys: [] }, { named, found });
  return found.slice(0, saidLessLimit);
}

interface Place {
  readonly path: string;
  readonly keys: readonly (string | number)[];
}

interface State {
  readonly named: readonly (readonly Segment[])[];
  readonly found: Problem[];
}

/** A check may write a path that is none; it then names nothing. */
function parseNamed(path: string): readonly Segment[] {
  try {
    return parsePath(path);
  } catch {
    return [path];
  }
}

function down(place: Place, key: string | number): Place {
  return { path: joinPath(place.path, key), keys: [...place.keys, key] };
}

function compare(before: unknown, after: unknown, place: Place, state: State): void {
  if (isEmpty(before) || state.found.length >= saidLessLimit) return;
  if (isEmpty(after)) {
    if (Array.isArray(before))
      return before.forEach((item, index) => report(item, down(place, index), "was dropped", state));
    return report(before, place, after === undefined ? "was dropped" : "was emptied", state);
  }
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, place, state);
  if (!isRecord(before) || !isRecord(after)) return;
  for (const key of Object.keys(before)) {
    compare(before[key], Object.hasOwn(after, key) ? after[key] : undefined, down(place, key), state);
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function report(item: unknown, place: Place, what: string, state: State): void {
  if (state.named.some((segments) => names(segments, place.keys))) return;
  if (state.found.length >= saidLessLimit) return;
  state.found.push({
    check: "said less",
    message: `${place.path === "" ? "the output" : place.path} ${what}, though no problem named it`,
    path: place.path,
    claimed: clip(typeof item === "string" ? item : (JSON.stringify(item, plain) ?? ""), 300),
  });
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/**
 * True when a problem's path is the place, lies inside it, is an item around it, or is the list it is an
 * item of.
 */
function names(segments: readonly Segment[], keys: readonly (string | number)[]): boolean {
  const agrees = segments
    .slice(0, keys.length)
    .every((it, depth) => it === keys[depth] || (it === everyItem && typeof keys[depth] === "number"));
  if (!agrees || segments.length >= keys.length) return agrees;
  const namesItem = typeof segments.at(-1) !== "string";
  return namesItem || (typeof keys.at(-1) === "number" && segments.length === keys.length - 1);
}

function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  place: Place,
  state: State,
): void {
  const pairs = pairItems(before, after);
  for (const [index, item] of before.entries()) {
    const partner = pairs.get(index);
    if (partner === undefined) {
      if (!isEmpty(item)) report(item, down(place, index), "was dropped", state);
    } else if (partner.isChanged) compare(item, after[partner.index], down(place, index), state);
  }
}

interface Partner {
  readonly index: number;
  readonly isChanged: boolean;
}

/**
 * Pairs items: equal ones first, then by what they share, then by order. Surplus copies pair with nothing.
 */
function pairItems(before: readonly unknown[], after: readonly unknown[]): Map<number, Partner> {
  const pairs = new Map<number, Partner>();
  const hashes = before.map((it) => hashOf(it));
  const places = Map.groupBy(
    after.map((it, index) => ({ hash: hashOf(it), index })),
    (it) => it.hash,
  );
  for (const [index, hash] of hashes.entries()) {
    const equal = places.get(hash)?.shift();
    if (equal !== undefined) pairs.set(index, { index: equal.index, isChanged: false });
  }
  // What is left of a hash that was there before, or all but one of a new hash, are copies.
  const free = [...places].flatMap(([hash, left]) =>
    (hashes.includes(hash) ? [] : left.slice(0, 1)).map((it) => it.index),
  );
  const open = before.map((_, index) => index).filter((index) => !pairs.has(index));
  pairAlike(open, free, before, after, pairs);
  return pairs;
}

function pairAlike(
  open: readonly number[],
  free: readonly number[],
  before: readonly unknown[],
  after: readonly unknown[],
  pairs: Map<number, Partner>,
): void {
  const holders = new Map<string, number[]>();
  for (const index of free) {
    for (const feature of featuresOf(after[index]))
      holders.set(feature, [...(holders.get(feature) ?? []), index]);
  }
  const scored = open.flatMap((index) =>
    [...scores(before[index], holders)].map(([other, score]) => ({ index, other, score })),
  );
  const taken = new Set<number>();
  const pair = (index: number, other: number): void => {
    pairs.set(index, { index: other, isChanged: true });
    taken.add(other);
  };
  for (const { index, other } of scored.sort((a, b) => b.score - a.score || a.index - b.index)) {
    if (!pairs.has(index) && !taken.has(other)) pair(index, other);
  }
  const rest = free.filter((it) => !taken.has(it));
  for (const index of open) if (!pairs.has(index) && rest.length > 0) pair(index, rest.shift()!);
}

function scores(item: unknown, holders: ReadonlyMap<string, readonly number[]>): Map<number, number> {
  const scores = new Map<number, number>();
  for (const feature of featuresOf(item)) {
    const others = holders.get(feature) ?? [];
    if (others.length > commonLimit) continue;
    for (const other of others) scores.set(other, (scores.get(other) ?? 0) + 1 / others.length);
  }
  return scores;
}

/** What an item can be told by: its leaves under their paths, and the words of its texts. */
function featuresOf(item: unknown): Set<string> {
  const features = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (features.size >= featureLimit) return;
    if (Array.isArray(value)) value.forEach((it) => walk(it, `${path}[]`));
    else if (isRecord(value)) for (const key of Object.keys(value)) walk(value[key], `${path}.${key}`);
    else {
      features.add(`${path}=${String(value)}`);
      if (typeof value === "string")
        for (const word of wordsOf(value).slice(0, 40)) features.add(`${path}~${word.toLowerCase()}`);
    }
  };
  walk(item, "");
  return features;
}
