// 95 % intervals of shares and means.

import { seededRandom } from "../../src/base/random.ts";

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const z = 1.959_964;

/** Wilson's interval of `hits` among `n`: also right for shares near 0, and for 0 hits. */
export function share(hits: number, n: number): Interval {
  if (n === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const value = hits / n;
  const spread = z * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  const middle = value + (z * z) / (2 * n);
  return {
    value,
    low: Math.max(0, (middle - spread) / scale),
    high: Math.min(1, (middle + spread) / scale),
  };
}

/**
 * A figure over groups, with the interval of drawing the groups anew: rows of one group hang together, so they are
 * drawn together.
 */
export function resampled<Group>(
  groups: readonly Group[],
  figure: (groups: readonly Group[]) => number,
  settings: { readonly seed: number; readonly resamples: number },
): Interval {
  const random = seededRandom(`resampled ${settings.seed}`);
  const draw = (): Group => groups[Math.floor(random() * groups.length)]!;
  const drawn = Array.from({ length: settings.resamples }, () => figure(groups.map(draw))).toSorted(
    (a, b) => a - b,
  );
  const at = (share: number): number => drawn[Math.floor(share * (drawn.length - 1))] ?? Number.NaN;
  return { value: figure(groups), low: at(0.025), high: at(0.975) };
}

/** True when a stated figure lies in the interval. */
export function holds(it: Interval, stated: number): boolean {
  return it.low <= stated && stated <= it.high;
}

/** "12.1 %". */
export function percent(value: number, digits = 1): string {
  return `${(100 * value).toFixed(digits)} %`;
}
