// `recomputed`: the same result again, or by a second method, within a tolerance.

import { unsure } from "./check.ts";
import type { CheckContext, Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import { type Comparison, compareValues, type Tolerance } from "./compare-values.ts";
import { clip } from "./fold-text.ts";
import { isRecord, locate, type Located, parsePath } from "./paths.ts";

/** One path for both sides, or one for each. */
export type PathPair = string | readonly [first: string, second: string];

export interface RecomputedOptions<Output = unknown, Input = unknown> extends Tolerance {
  /** What to compare, as paths into each side. Default: everything. */
  readonly at?: readonly PathPair[];
  /**
   * Computes the output again from the step's input. Without it the value under the check holds both
   * sides, as `{ first, second }`.
   * Contract: it may throw or reject (the check is then unsure), and is called once per candidate.
   */
  readonly by?: (input: Input, output: Output) => unknown;
  /** Name shown in verdicts. Default "recomputed". */
  readonly name?: string;
}

/**
 * Checks that two computations agree. Without a tolerance, numbers must be equal but for rounding (1e-9).
 * Its feedback names where they differ, never the other's value: a retry stays independent.
 *
 * @throws CHECK_PATH_INVALID at once.
 */
export function recomputed<Output = unknown, Input = unknown>(
  options: RecomputedOptions<Output, Input> = {},
): NamedCheck<Output, Input> {
  const { by, name = "recomputed" } = options;
  const pairs = (options.at ?? [""]).map((it): readonly [string, string] =>
    typeof it === "string" ? [it, it] : [it[0], it[1]],
  );
  for (const path of pairs.flat()) parsePath(path);
  const run = (output: Output, context: CheckContext<Input>): Judged | Unsure | Promise<Judged | Unsure> => {
    if (by === undefined) {
      const sides = sidesOf(output);
      return sides === undefined ? notTwo() : compareSides(sides, pairs, options);
    }
    const again = by(context.input, output);
    const conclude = (second: unknown): Judged | Unsure =>
      compareSides({ first: output, second, names: ["", "the recomputation"] }, pairs, options);
    return again instanceof Promise ? again.then(conclude) : conclude(again);
  };
  return { kind: "check", name, version: "1", options, independent: true, run };
}

interface Sides {
  readonly first: unknown;
  readonly second: unknown;
  /** Path of the first in the value; what the second is called. */
  readonly names: readonly [first: string, second: string];
}

/** `first` and `second`, or the two members of a value that has just two. */
function sidesOf(value: unknown): Sides | undefined {
  if (!isRecord(value)) return undefined;
  const keys = Object.keys(value);
  const names =
    "first" in value && "second" in value ? ["first", "second"] : keys.length === 2 ? keys : undefined;
  if (names === undefined) return undefined;
  const [first, second] = names as [string, string];
  return { first: value[first], second: value[second], names: [first, second] };
}

function notTwo(): Unsure {
  return unsure(
    "there are not two results to compare: pass { first, second }, or say how to compute the result again with { by }",
  );
}

function compareSides(
  sides: Sides,
  pairs: readonly (readonly [string, string])[],
  tolerance: Tolerance,
): Judged | Unsure {
  const comparisons: Comparison[] = [];
  for (const [left, right] of pairs) {
    const first = locate(sides.first, parsePath(left));
    const second = locate(sides.second, parsePath(right));
    if (isNothing(first) && isNothing(second)) return unsure(`neither of the two has anything at "${left}"`);
    const base = joinBase(sides.names[0], left.includes("[]") ? "" : left);
    comparisons.push(
      left.includes("[]") || right.includes("[]")
        ? comparePlaces(first, second, base, tolerance)
        : compareValues(first[0]?.value, second[0]?.value, tolerance, base),
    );
  }
  const leaves = comparisons.reduce((sum, it) => sum + it.leaves, 0);
  const differences = comparisons.flatMap((it) => it.differences);
  if (leaves === 0) return unsure("both of the two are empty: there is nothing to compare");
  const problems = differences.map((it): Omit<Problem, "check"> => ({
    message: it.message,
    ...(it.path === "" ? {} : { path: it.path }),
    claimed: show(it.first),
    found: show(it.second),
    where: sides.names[1],
  }));
  return { problems, note: `${leaves} values compared, ${differences.length} differ` };
}

/** Places of two patterns are compared in order; their numbers must be equal. */
function comparePlaces(
  first: readonly Located[],
  second: readonly Located[],
  base: string,
  tolerance: Tolerance,
): Comparison {
  if (first.length !== second.length) {
    const message = "the two do not have the same number of values";
    return { leaves: 1, differences: [{ path: base, message, first: first.length, second: second.length }] };
  }
  const all = first.map((it, index) =>
    compareValues(it.value, second[index]?.value, tolerance, joinBase(base, it.path)),
  );
  return {
    leaves: all.reduce((sum, it) => sum + it.leaves, 0),
    differences: all.flatMap((it) => it.differences),
  };
}

function isNothing(places: readonly Located[]): boolean {
  return places.every((it) => it.value === undefined);
}

function joinBase(base: string, path: string): string {
  if (base === "" || path === "") return base + path;
  return path.startsWith("[") ? base + path : `${base}.${path}`;
}

function show(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return clip(value);
  return clip(typeof value === "bigint" ? value.toString() : (JSON.stringify(value) ?? String(value)));
}
