// Numbers of a text against the numbers that are known: those of the sources, or computed ones.

import type { NumberMention, Reading } from "./read-numbers.ts";
import type { Unit } from "./units.ts";

/** A number that is known. `place` is the index's to interpret: an offset, or a path's position. */
export interface KnownNumber {
  readonly value: number;
  readonly place: number;
  /** End of its offsets, where `place` is an offset. */
  readonly end?: number;
  readonly unit?: Unit;
  /** True when it counts things ("12 ferries"): it bears out no percentage. */
  readonly isCount?: true;
}

/**
 * How a stated number compares. `same`: as rounded in the text. The others name the only thing that
 * differs from the nearest known one: its unit, its sign, or how a comma is read.
 */
export type Likeness = "same" | "reading" | "sign" | "unit";

export interface NumberMatch {
  readonly likeness: Likeness;
  readonly known: KnownNumber;
}

/** Known numbers in order of value, absolute: signs are compared after. */
export interface NumberIndex {
  readonly sizes: Float64Array;
  readonly known: readonly KnownNumber[];
}

/** Most known numbers of one size that are compared with a stated one. */
const sameSizeLimit = 2_000;

/** Allowance for binary fractions, relative. */
const slack = 1e-9;

export function indexNumbers(known: readonly KnownNumber[]): NumberIndex {
  const sorted = known
    .filter((it) => Number.isFinite(it.value))
    .sort((a, b) => Math.abs(a.value) - Math.abs(b.value));
  return { sizes: Float64Array.from(sorted, (it) => Math.abs(it.value)), known: sorted };
}

const order: readonly Likeness[] = ["same", "reading", "sign", "unit"];

/** The best match of a stated number, or undefined where none is of its size. */
export function matchNumber(mention: NumberMention, index: NumberIndex): NumberMatch | undefined {
  let best: NumberMatch | undefined;
  const consider = (likeness: Likeness, known: KnownNumber): boolean => {
    if (best === undefined || order.indexOf(likeness) < order.indexOf(best.likeness))
      best = { likeness, known };
    return likeness === "same";
  };
  for (const [position, reading] of readingsOf(mention).entries()) {
    const plain: Likeness = position === 0 ? "same" : "reading";
    for (const { factor, accepts } of queries(mention.unit)) {
      const [from, to] = near(index, Math.abs(reading.value) * factor, tolerance(mention, reading) * factor);
      for (let at = from; at < to; at += 1) {
        const known = index.known[at]!;
        const fits = accepts(known);
        const sameSign = Math.sign(known.value) === Math.sign(reading.value);
        if ((fits || factor === 1) && consider(fits ? (sameSign ? plain : "sign") : "unit", known))
          return best;
      }
    }
  }
  return best;
}

function readingsOf(mention: NumberMention): Reading[] {
  return mention.other === undefined ? [mention] : [mention, mention.other];
}

/** A small whole number without a unit is a count: it is not the rounding of a fraction. */
function tolerance(mention: NumberMention, reading: Reading): number {
  const isCount =
    mention.unit === undefined &&
    Number.isInteger(reading.value) &&
    reading.half <= 0.5 &&
    Math.abs(reading.value) < 10;
  return isCount && reading.half === 0.5 ? 0 : reading.half;
}

interface Query {
  /** What to multiply the stated number with. */
  readonly factor: number;
  readonly accepts: (known: KnownNumber) => boolean;
}

/** The amounts a stated unit may have been given in. */
function queries(unit: Unit | undefined): Query[] {
  if (unit === undefined) {
    return [
      { factor: 1, accepts: () => true },
      { factor: 100, accepts: (it) => it.unit?.dimension === "percent" },
    ];
  }
  const own: Query = {
    factor: 1,
    accepts: (it) =>
      it.unit === undefined
        ? unit.dimension !== "percent" || it.isCount !== true
        : it.unit.dimension === unit.dimension && it.unit.factor === unit.factor,
  };
  if (unit.dimension === "percent")
    return [own, { factor: 0.01, accepts: (it) => it.unit === undefined && it.isCount !== true }];
  const others = [...new Set(otherFactors(unit))];
  return [
    own,
    ...others.map((it): Query => ({
      factor: unit.factor / it,
      accepts: (known) => known.unit?.dimension === unit.dimension && known.unit.factor === it,
    })),
  ];
}

const factors: Readonly<Record<string, readonly number[]>> = {
  concentration: [1, 1e-3, 1e-6, 1e-9, 1e-12],
  mass: [1e3, 1, 1e-3, 1e-6, 1e-9],
  length: [1e3, 1, 1e-2, 1e-3, 1e-6, 1e-9],
  volume: [1, 1e-3, 1e-6],
  time: [86_400, 3_600, 60, 1, 1e-3],
  months: [1, 12],
};

function otherFactors(unit: Unit): readonly number[] {
  return (factors[unit.dimension] ?? []).filter((it) => it !== unit.factor);
}

/** Known numbers at most `reach` away from a value. */
export function numbersNear(index: NumberIndex, value: number, reach: number): KnownNumber[] {
  const [from, to] = near(index, Math.abs(value), reach);
  return index.known.slice(from, to).filter((it) => Math.abs(it.value - value) <= reach + slack);
}

function near(index: NumberIndex, size: number, half: number): readonly [number, number] {
  const reach = half + slack * Math.max(size, half);
  const from = firstNotBelow(index.sizes, size - reach);
  let to = from;
  while (to < index.sizes.length && index.sizes[to]! <= size + reach && to - from < sameSizeLimit) to += 1;
  return [from, to];
}

function firstNotBelow(sizes: Float64Array, size: number): number {
  let low = 0;
  let high = sizes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sizes[middle]! < size) low = middle + 1;
    else high = middle;
  }
  return low;
}
