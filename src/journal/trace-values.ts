// Parts of values: paths as people write them, and where a part of one value stands in another.
//
// A part is found again by its content: the Merkle hash of what it is. Short scalars (a count, a yes) stand in many
// places by chance, so only what is unlikely to do so is looked for.

import { canonical, type Value } from "../base/values.ts";

/** Keys from a value down to a part of it; the place in a list is a number as text. */
export type Keys = readonly string[];

/** Most parts of one value that are looked at. */
export const partLimit = 200_000;

type Holder = readonly Value[] | { readonly [key: string]: Value };

/** True for what has parts. */
export function isHolder(value: unknown): value is Holder {
  return (
    typeof value === "object" && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array)
  );
}

/** The parts directly below. */
export function partsOf(value: Holder): readonly (readonly [key: string, part: Value])[] {
  return Object.entries(value) as unknown as readonly (readonly [string, Value])[];
}

/** The part at some keys; undefined where there is none. */
export function partAt(value: Value | undefined, keys: Keys): Value | undefined {
  let found: Value | undefined = value;
  for (const key of keys) {
    if (!isHolder(found) || !Object.hasOwn(found, key)) return undefined;
    found = (found as { readonly [key: string]: Value })[key];
  }
  return found;
}

/** Keys as text: `claims[2].quote`, `["report.md"]`. Lists are told by their keys being numbers. */
export function keysText(keys: Keys): string {
  let text = "";
  for (const key of keys) {
    if (/^\d+$/.test(key)) text += `[${key}]`;
    else if (/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key)) text += text === "" ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}

/** A path that leads nowhere: how far it led, and what stands there. */
export interface LostPath {
  readonly reached: Keys;
  readonly rest: string;
  readonly known: readonly string[];
}

/**
 * Reads a path against the value it is about, so that keys with dots in them can be written as they are: in
 * `files.report.md`, `report.md` is one key where the value has no `report` with an `md`.
 */
export function readKeys(value: Value | undefined, text: string): Keys | LostPath {
  if (text === "") return [];
  let lost: LostPath = { reached: [], rest: text, known: isHolder(value) ? Object.keys(value) : [] };
  for (const { key, rest: below } of nextKeys(value, text)) {
    const read = readKeys(partAt(value, [key]), below);
    if (!isLost(read)) return [key, ...read];
    if (read.reached.length + 1 > lost.reached.length) lost = { ...read, reached: [key, ...read.reached] };
  }
  return lost;
}

function isLost(it: Keys | LostPath): it is LostPath {
  return !Array.isArray(it);
}

interface NextKey {
  readonly key: string;
  readonly rest: string;
}

/** Keys that the text may begin with, the shortest first. */
function nextKeys(at: Value | undefined, given: string): readonly NextKey[] {
  if (!isHolder(at)) return [];
  const quoted = /^\[("(?:[^"\\]|\\.)*")\]/.exec(given);
  if (quoted !== null) {
    const key = JSON.parse(quoted[1] ?? '""') as string;
    return Object.hasOwn(at, key) ? [{ key, rest: rest(given, quoted[0]) }] : [];
  }
  const index = /^\[(\d+)\]/.exec(given) ?? (Array.isArray(at) ? /^\.?(\d+)(?=$|[.[])/.exec(given) : null);
  const key = index?.[1];
  if (index !== null && key !== undefined && Object.hasOwn(at, key))
    return [{ key, rest: rest(given, index[0]) }];
  const text = given.replace(/^\./, "");
  return Object.keys(at)
    .filter((it) => it !== "" && text.startsWith(it) && /^($|[.[])/.test(text.slice(it.length)))
    .toSorted((a, b) => a.length - b.length)
    .map((it) => ({ key: it, rest: text.slice(it.length) }));
}

function rest(text: string, taken: string): string {
  return text.slice(taken.length);
}

/** True when one of two places holds the other, or they are the same. */
export function overlap(one: Keys, other: Keys): boolean {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

/** Shortest text, and fewest digits of a number, that hardly stand somewhere else by chance. */
const tellingText = 12;
const tellingDigits = 5;

/** True for a scalar that hardly stands somewhere else by chance. */
export function isTellingScalar(value: unknown): boolean {
  if (typeof value === "string") return value.length >= tellingText;
  return typeof value === "number" && String(value).replace(/e.*$|\D/g, "").length >= tellingDigits;
}

/** What a part is looked for by; undefined for one that stands in many places by chance. */
export function contentOf(value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  const isTelling = isHolder(value) ? Object.keys(value).length > 0 : isTellingScalar(value);
  return isTelling ? canonical(value).hash : undefined;
}

/** Where the telling parts of a value stand, by their content. */
export type Contents = ReadonlyMap<string, readonly Keys[]>;

/** Most places of one part that are kept: a part that stands in many places is told by its neighbours anyway. */
const placesLimit = 16;

const indexed = new WeakMap<object, Contents>();

/** The telling parts of a value. Looked at once for each value. */
export function contentsOf(value: Value): Contents {
  if (!isHolder(value)) {
    const own = contentOf(value);
    return new Map(own === undefined ? [] : [[own, [[]]]]);
  }
  const known = indexed.get(value);
  if (known !== undefined) return known;
  const contents = new Map<string, Keys[]>();
  const queue: (readonly [value: Value, keys: Keys])[] = [[value, []]];
  for (let at = 0; at < queue.length && at < partLimit; at += 1) {
    const [part, keys] = queue[at]!;
    const content = contentOf(part);
    const places = content === undefined ? undefined : contents.get(content);
    if (content !== undefined && places === undefined) contents.set(content, [keys]);
    else if (places !== undefined && places.length < placesLimit) places.push(keys);
    if (isHolder(part)) for (const [key, below] of partsOf(part)) queue.push([below, [...keys, key]]);
  }
  indexed.set(value, contents);
  return contents;
}

/** Where a part stands in a value: of several places the one whose path ends most like `wanted`. */
export function placeIn(
  value: Value | undefined,
  content: string | undefined,
  wanted: Keys = [],
): Keys | undefined {
  if (value === undefined || content === undefined) return undefined;
  const places = contentsOf(value).get(content) ?? [];
  let best: Keys | undefined;
  let most = -1;
  for (const keys of places) {
    const alike = sharedEnd(keys, wanted);
    if (alike > most) [best, most] = [keys, alike];
  }
  return best;
}

function sharedEnd(one: Keys, other: Keys): number {
  let count = 0;
  while (count < Math.min(one.length, other.length) && one.at(-1 - count) === other.at(-1 - count))
    count += 1;
  return count;
}
