// How sure a share is: Wilson's score interval, which holds for few trials and for shares near 0 and 1.

/** `k` of `n`, as a share with its 95 % interval. With no trial nothing is known: 0 to 1. */
export interface Interval {
  readonly n: number;
  readonly k: number;
  /** k / n; NaN when n is 0. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Quantile of the normal distribution for 95 %, two-sided. */
const z = 1.959_963_984_540_054;

/** Wilson's 95 % interval of `k` successes in `n` trials. */
export function wilson(k: number, n: number): Interval {
  if (n <= 0) return { n: 0, k: 0, rate: Number.NaN, low: 0, high: 1 };
  const rate = k / n;
  const spread = 1 + (z * z) / n;
  const middle = (rate + (z * z) / (2 * n)) / spread;
  const half = (z / spread) * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  // At the ends the formula leaves rounding behind where the bound is exact.
  return {
    n,
    k,
    rate,
    low: k === 0 ? 0 : Math.max(0, middle - half),
    high: k === n ? 1 : Math.min(1, middle + half),
  };
}
