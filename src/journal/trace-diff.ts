// What differs between two values, part by part.

import { canonical, type Value } from "../base/values.ts";
import { isHolder, type Keys, keysText, partAt } from "./trace-values.ts";

/** One part that differs. `before` is absent for a part that was added, `after` for one that was removed. */
export interface ValueChange {
  /** Path of the part: in the newer value, or for what was removed in the older one. */
  readonly path: string;
  readonly before?: Value;
  readonly after?: Value;
}

/** Most changes that are told of one pair of values. */
export const changeLimit = 1_000;
/** Longest lists whose items are matched by content; longer ones are compared place by place. */
const matchLimit = 400;

/** The parts that differ, in the order of the newer value; none when the values are equal. At most `changeLimit`. */
export function diffValues(before: Value | undefined, after: Value | undefined): readonly ValueChange[] {
  const changes: ValueChange[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(
  before: Value | undefined,
  after: Value | undefined,
  keys: Keys,
  changes: ValueChange[],
): void {
  if (changes.length >= changeLimit) return;
  if (before === undefined && after === undefined) return;
  if (before !== undefined && after !== undefined) {
    if (same(before, after)) return;
    if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, keys, changes);
    if (isHolder(before) && isHolder(after) && !Array.isArray(before) && !Array.isArray(after))
      return compareMembers(before, after, keys, changes);
  }
  changes.push({
    path: keysText(keys),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

function same(one: Value, other: Value): boolean {
  return one === other || canonical(one).hash === canonical(other).hash;
}

function compareMembers(before: object, after: object, keys: Keys, changes: ValueChange[]): void {
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)]))
    compare(partAt(before as Value, [key]), partAt(after as Value, [key]), [...keys, key], changes);
}

/** Items that are equal stand for each other, in order; what is between two of them is compared in order. */
function compareLists(
  before: readonly Value[],
  after: readonly Value[],
  keys: Keys,
  changes: ValueChange[],
): void {
  let oldAt = 0;
  let newAt = 0;
  for (const [oldNext, newNext] of [...matches(before, after), [before.length, after.length] as const]) {
    while (oldAt < oldNext || newAt < newNext) {
      const [old, now] = [oldAt < oldNext ? oldAt : undefined, newAt < newNext ? newAt : undefined];
      const at = String(now ?? old);
      compare(
        old === undefined ? undefined : before[old],
        now === undefined ? undefined : after[now],
        [...keys, at],
        changes,
      );
      if (old !== undefined) oldAt += 1;
      if (now !== undefined) newAt += 1;
    }
    oldAt = oldNext + 1;
    newAt = newNext + 1;
  }
}

type Pair = readonly [old: number, now: number];

/** Pairs of equal items: the longest common subsequence, or equal places when a list is long. */
function matches(before: readonly Value[], after: readonly Value[]): readonly Pair[] {
  const [old, now] = [before, after].map((list) => list.map((it) => canonical(it).hash)) as [
    string[],
    string[],
  ];
  if (old.length === now.length || Math.max(old.length, now.length) > matchLimit)
    return old.flatMap((it, at): Pair[] => (it === now[at] ? [[at, at]] : []));
  const best = old.map(() => new Uint16Array(now.length + 1));
  best.push(new Uint16Array(now.length + 1));
  for (let a = old.length - 1; a >= 0; a -= 1)
    for (let b = now.length - 1; b >= 0; b -= 1)
      best[a]![b] =
        old[a] === now[b] ? best[a + 1]![b + 1]! + 1 : Math.max(best[a + 1]![b]!, best[a]![b + 1]!);
  const pairs: Pair[] = [];
  for (let a = 0, b = 0; a < old.length && b < now.length;) {
    if (old[a] === now[b]) pairs.push([a++, b++]);
    else if (best[a + 1]![b]! >= best[a]![b + 1]!) a += 1;
    else b += 1;
  }
  return pairs;
}
