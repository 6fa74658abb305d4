// A calculation somebody stated, and whether it is right.

import {
  absolute,
  compare,
  distance,
  divide,
  type Exact,
  exactText,
  fraction,
  multiply,
  negate,
  readGrouped,
  roundsTo,
  tenTo,
  type Written,
} from "./exact.ts";

export interface Calculation {
  /** As stated. */
  readonly text: string;
  readonly at: number;
  readonly verdict: "right" | "wrong" | "doubtful";
  readonly claimed: string;
  /** What it comes to. */
  readonly exact: string;
  /** Why it is doubtful. */
  readonly why: string;
}

/** A number as a text states it. */
export interface Stated {
  readonly text: string;
  readonly at: number;
  readonly end: number;
  /** One, or two where its commas leave it open. Signed. */
  readonly readings: readonly Written[];
  readonly isPercent: boolean;
  /** What stands after it: a unit, or what is counted. */
  readonly unit: string;
  readonly isMoney: boolean;
}

/** A number in a text, for use in a larger expression: currency, digits, power of ten, percent. */
export const numberForm =
  "(?:[$€£]\\s?)?(?<![\\p{L}\\d_.,])\\d+(?:[.,'’]\\d+)*(?:[eE][+-]?\\d{1,2})?(?![\\p{L}_\\d^²³]|[.,]\\d)(?:\\s?(?:%|percent\\b|per cent\\b|[€$£](?!\\d)))?";

/** Reads what `numberForm` matched. Undefined where the digits have no reading. */
export function readStated(text: string, at: number, sign = ""): Stated | undefined {
  const digits = /\d[\d.,'’]*(?:[eE][+-]?\d{1,2})?/.exec(text)?.[0];
  if (digits === undefined) return undefined;
  const [plain = digits, power] = digits.split(/[eE]/);
  const shift = tenTo(Number(power ?? 0));
  const size = readGrouped(plain).map((it) => ({
    value: multiply(it.value, shift),
    decimals: Math.max(0, it.decimals - Number(power ?? 0)),
  }));
  if (size.length === 0) return undefined;
  const isNegative = /[-−–]/.test(sign);
  return {
    text: `${sign}${text}`,
    at,
    end: at + text.length,
    readings: isNegative ? size.map((it) => ({ ...it, value: negate(it.value) })) : size,
    isPercent: /%|percent|per cent/.test(text),
    unit: "",
    isMoney: /[$€£]/.test(text),
  };
}

export const hundred: Exact = fraction(100n);

/** Between these two the exact value lies, when each figure is one that was rounded to what is written. */
export interface Range {
  readonly low: Exact;
  readonly high: Exact;
}

const half = (decimals: number): Exact => multiply(tenTo(-decimals), fraction(1n, 2n));

/** How far a stated number may be from the one it stands for: whole numbers and money are exact. */
export function rangeOf(it: Written, isExact: boolean): Range {
  const reach = isExact || it.decimals === 0 ? fraction(0n) : half(it.decimals);
  return {
    low: { ...fraction(it.value.of * reach.over - reach.of * it.value.over, it.value.over * reach.over) },
    high: { ...fraction(it.value.of * reach.over + reach.of * it.value.over, it.value.over * reach.over) },
  };
}

/** How a result was said: "about 70 %" may be off by more than its digits. */
export type Hedge = "none" | "about";

/** Share of the result by which one that is said to be rough may be off before it is wrong. */
const roughShare = fraction(1n, 20n);

/** Holds an exact value against the result that was stated. */
export function judgeResult(
  exact: Exact,
  result: Written,
  { range, hedge = "none" }: { readonly range?: Range; readonly hedge?: Hedge },
): Pick<Calculation, "verdict" | "why"> {
  const decimals = hedge === "about" ? result.decimals - zerosAtEnd(result) : result.decimals;
  if (roundsTo(exact, result.value, decimals)) return { verdict: "right", why: "" };
  if (hedge === "about" && compare(distance(exact, result.value), multiply(absolute(exact), roughShare)) <= 0)
    return { verdict: "doubtful", why: "is said roughly, and is off by more than its digits" };
  const reach = half(result.decimals);
  if (
    range !== undefined &&
    compare(
      range.low,
      fraction(result.value.of * reach.over + reach.of * result.value.over, result.value.over * reach.over),
    ) <= 0 &&
    compare(
      range.high,
      fraction(result.value.of * reach.over - reach.of * result.value.over, result.value.over * reach.over),
    ) >= 0
  )
    return { verdict: "doubtful", why: "holds only if its figures were rounded" };
  return { verdict: "wrong", why: "" };
}

/** "about 900" has two zeros that may be no digits. */
function zerosAtEnd({ value, decimals }: Written): number {
  if (decimals > 0 || value.over !== 1n || value.of === 0n) return 0;
  return /0*$/.exec(String(value.of))![0].length;
}

/** Of the readings of a calculation the kindest stands: what may be meant otherwise is not called wrong. */
export function kindest(all: readonly Calculation[]): Calculation | undefined {
  return all.find((it) => it.verdict === "right") ?? all.find((it) => it.verdict === "doubtful") ?? all[0];
}

export function shareOf(part: Exact, whole: Exact): Exact | undefined {
  const share = divide(part, whole);
  return share === undefined ? undefined : multiply(share, hundred);
}

export { exactText };
