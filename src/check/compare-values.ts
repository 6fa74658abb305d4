// Two structures, leaf by leaf: where they differ by more than a tolerance.

import { isRecord, joinPath } from "./paths.ts";

/** How far two numbers may lie apart; near enough by any one given is equal. */
export interface Tolerance {
  /** Difference of base-10 logarithms; for two positive numbers only. */
  readonly log10?: number;
  /** Share of the larger of the two. */
  readonly relative?: number;
  readonly absolute?: number;
}

/** A place where two structures differ. */
export interface Difference {
  readonly path: string;
  /** What kind of difference, without either value. */
  readonly message: string;
  readonly first: unknown;
  readonly second: unknown;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Leaves that were compared. */
  readonly leaves: number;
}

/** Most differences listed of one comparison. */
export const differenceLimit = 100;

/** Allowance for binary fractions, so that 0.02 apart is within 0.02. */
const slack = 1e-9;

/**
 * Compares two structures. Keys must be the same; lists of texts are compared as sets with counts, lists of
 * records by the member that names them where one does, other lists by position; texts must be equal.
 */
export function compareValues(first: unknown, second: unknown, tolerance: Tolerance, path = ""): Comparison {
  const differences: Difference[] = [];
  const state = { leaves: 0, differences, tolerance };
  compare(first, second, path, state);
  return { differences, leaves: state.leaves };
}

interface State {
  leaves: number;
  readonly differences: Difference[];
  readonly tolerance: Tolerance;
}

function differ(state: State, path: string, message: string, first: unknown, second: unknown): void {
  if (state.differences.length < differenceLimit) state.differences.push({ path, message, first, second });
}

function compare(first: unknown, second: unknown, path: string, state: State): void {
  if (Array.isArray(first) && Array.isArray(second)) return compareLists(first, second, path, state);
  if (isRecord(first) && isRecord(second)) return compareRecords(first, second, path, state);
  state.leaves += 1;
  if (typeof first === "number" && typeof second === "number") {
    if (!isNear(first, second, state.tolerance))
      differ(state, path, `the two differ by more than ${say(state.tolerance)}`, first, second);
  } else if (!isSame(first, second)) {
    const one = first === null || first === undefined || second === null || second === undefined;
    differ(
      state,
      path,
      one ? "only one of the two has a value here" : "the two are not equal",
      first,
      second,
    );
  }
}

/** True when two numbers are equal within a tolerance. */
export function isNear(first: number, second: number, tolerance: Tolerance): boolean {
  if (first === second) return true;
  const { log10, relative, absolute } = tolerance;
  const apart = Math.abs(first - second);
  const within = (distance: number, limit: number): boolean =>
    distance <= limit + slack * Math.max(limit, 1e-3);
  if (log10 !== undefined && first > 0 && second > 0 && within(Math.abs(Math.log10(first / second)), log10))
    return true;
  if (absolute !== undefined && apart <= absolute * (1 + slack)) return true;
  const share = relative ?? (log10 === undefined && absolute === undefined ? slack : 0);
  return apart <= share * (1 + slack) * Math.max(Math.abs(first), Math.abs(second));
}

function say({ log10, relative, absolute }: Tolerance): string {
  const parts = [
    ...(log10 === undefined ? [] : [`${log10} log10`]),
    ...(relative === undefined ? [] : [`${relative} of their size`]),
    ...(absolute === undefined ? [] : [String(absolute)]),
  ];
  return parts.length === 0 ? "rounding" : parts.join(" and ");
}

function isSame(first: unknown, second: unknown): boolean {
  if (first instanceof Date && second instanceof Date) return first.getTime() === second.getTime();
  if (first instanceof Uint8Array && second instanceof Uint8Array) return Buffer.compare(first, second) === 0;
  return (
    first === second || (first === undefined && second === null) || (first === null && second === undefined)
  );
}

function compareRecords(
  first: Readonly<Record<string, unknown>>,
  second: Readonly<Record<string, unknown>>,
  path: string,
  state: State,
): void {
  for (const key of new Set([...Object.keys(first), ...Object.keys(second)]))
    compare(member(first, key), member(second, key), joinPath(path, key), state);
}

function member(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function compareLists(
  first: readonly unknown[],
  second: readonly unknown[],
  path: string,
  state: State,
): void {
  if (isTexts(first) && isTexts(second) && first.length + second.length > 0)
    return compareSets(first, second, path, state);
  const key = namingKey(first, second);
  if (key !== undefined) return compareNamed(first as Named[], second as Named[], key, { path, state });
  if (first.length !== second.length) {
    state.leaves += 1;
    differ(state, path, "the two lists are not of the same length", first.length, second.length);
    return;
  }
  for (const [index, item] of first.entries()) compare(item, second[index], joinPath(path, index), state);
}

function isTexts(list: readonly unknown[]): list is readonly string[] {
  return list.every((it) => typeof it === "string");
}

function compareSets(first: readonly string[], second: readonly string[], path: string, state: State): void {
  state.leaves += Math.max(first.length, second.length);
  const counts = new Map<string, number>();
  for (const it of first) counts.set(it, (counts.get(it) ?? 0) + 1);
  for (const it of second) counts.set(it, (counts.get(it) ?? 0) - 1);
  for (const [text, count] of counts) {
    if (count > 0) differ(state, path, "an entry of the first list is not in the second", text, undefined);
    if (count < 0) differ(state, path, "an entry of the second list is not in the first", undefined, text);
  }
}

type Named = Readonly<Record<string, unknown>>;

/** A member that is a text in every record of both lists and is never the same twice in one list. */
function namingKey(first: readonly unknown[], second: readonly unknown[]): string | undefined {
  const sample = first[0] ?? second[0];
  if (!isRecord(sample) || ![...first, ...second].every(isRecord)) return undefined;
  const isNaming = (key: string): boolean =>
    [first, second].every((list) => {
      const names = (list as Named[]).map((it) => it[key]);
      return names.every((it) => typeof it === "string") && new Set(names).size === names.length;
    });
  const keys = Object.keys(sample).filter(isNaming);
  const shared = (key: string): number =>
    (first as Named[]).filter((it) => (second as Named[]).some((other) => other[key] === it[key])).length;
  if (keys.length < 2 || first.length > 1_000) return keys[0];
  return keys.map((key) => ({ key, count: shared(key) })).sort((a, b) => b.count - a.count)[0]?.key;
}

function compareNamed(
  first: readonly Named[],
  second: readonly Named[],
  key: string,
  at: { path: string; state: State },
): void {
  const others = new Map(second.map((it) => [it[key] as string, it]));
  for (const [index, item] of first.entries()) {
    const name = item[key] as string;
    const other = others.get(name);
    others.delete(name);
    if (other !== undefined) compare(item, other, joinPath(at.path, index), at.state);
    else
      only(
        at.state,
        joinPath(at.path, index),
        "an entry of the first list is not in the second",
        name,
        undefined,
      );
  }
  for (const name of others.keys())
    only(at.state, at.path, "an entry of the second list is not in the first", undefined, name);
}

function only(state: State, path: string, message: string, first: unknown, second: unknown): void {
  state.leaves += 1;
  differ(state, path, message, first, second);
}
