// Exact numbers: fractions of whole numbers, so that 0.1 + 0.2 is 0.3 and a
// share of a share is not rounded on the way. Pure; no floating point inside.

/** A fraction in lowest terms; `over` is positive. */
export interface Exact {
  readonly of: bigint;
  readonly over: bigint;
}

/** A number as somebody wrote it. */
export interface Written {
  readonly value: Exact;
  /** Digits after its point. */
  readonly decimals: number;
}

export const zero: Exact = { of: 0n, over: 1n };

/** Most digits of a number read from text; longer ones are not read. */
const digitLimit = 60;
/** Largest power of ten read. */
const exponentLimit = 40;

export function fraction(of: bigint, over = 1n): Exact {
  const sign = over < 0n ? -1n : 1n;
  const shared = gcd(of < 0n ? -of : of, over < 0n ? -over : over) || 1n;
  return { of: (sign * of) / shared, over: (sign * over) / shared };
}

function gcd(a: bigint, b: bigint): bigint {
  let [high, low] = [a, b];
  while (low !== 0n) [high, low] = [low, high % low];
  return high;
}

export const add = (a: Exact, b: Exact): Exact => fraction(a.of * b.over + b.of * a.over, a.over * b.over);
export const negate = (a: Exact): Exact => ({ of: -a.of, over: a.over });
export const subtract = (a: Exact, b: Exact): Exact => add(a, negate(b));
export const multiply = (a: Exact, b: Exact): Exact => fraction(a.of * b.of, a.over * b.over);
export const absolute = (a: Exact): Exact => (a.of < 0n ? negate(a) : a);

/** Undefined for a division by nothing. */
export function divide(a: Exact, b: Exact): Exact | undefined {
  return b.of === 0n ? undefined : fraction(a.of * b.over, a.over * b.of);
}

/** Below 0, 0, above 0: as a comparison function for sorting. */
export function compare(a: Exact, b: Exact): number {
  const difference = a.of * b.over - b.of * a.over;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Ten to a power, which may be negative. */
export function tenTo(power: number): Exact {
  const size = 10n ** BigInt(Math.abs(power));
  return power < 0 ? { of: 1n, over: size } : { of: size, over: 1n };
}

/** How far two numbers lie apart. */
export const distance = (a: Exact, b: Exact): Exact => absolute(subtract(a, b));

/** True when `exact`, rounded to so many decimals in either way of treating a half, is `value`. */
export function roundsTo(exact: Exact, value: Exact, decimals: number): boolean {
  return compare(distance(exact, value), multiply(tenTo(-decimals), fraction(1n, 2n))) <= 0;
}

/** A plain decimal number, as `12`, `-0.5`, `1e-7`; the shortest text of a number reads back as what was meant. */
export function readDecimal(text: string): Written | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  const [, sign = "", whole = "", part = "", power = "0"] = match ?? [];
  const digits = whole + part;
  if (match === null || digits === "" || digits.length > digitLimit) return undefined;
  const exponent = Number(power);
  if (Math.abs(exponent) > exponentLimit) return undefined;
  const size = multiply(fraction(BigInt(digits)), tenTo(exponent - part.length));
  return {
    value: sign === "-" ? negate(size) : size,
    decimals: Math.max(0, part.length - exponent),
  };
}

/** The readings of digits that may be grouped: "1,234" is one thousand and more, or a decimal comma. */
export function readGrouped(text: string): readonly Written[] {
  const blank = text.replace(/[\u00a0\u2009\u202f' ’]/g, "");
  const english = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(blank) || /^\d*\.?\d+$/.test(blank);
  const other = /^\d{1,3}(?:\.\d{3})+(?:,\d+)?$/.test(blank) || /^\d+,\d+$/.test(blank);
  const texts = [
    ...(english ? [blank.replaceAll(",", "")] : []),
    ...(other ? [blank.replaceAll(".", "").replace(",", ".")] : []),
  ];
  return texts.flatMap((it) => readDecimal(it) ?? []);
}

/** A number as a value holds it: a number, a bigint, or text with at most a currency, a unit or a sign around it. */
export function readAmount(value: unknown): Written | undefined {
  if (typeof value === "bigint") return { value: fraction(value), decimals: 0 };
  if (typeof value === "number") return Number.isFinite(value) ? readDecimal(String(value)) : undefined;
  if (typeof value !== "string" || value.length > 200) return undefined;
  const form =
    /^\s*(\()?\s*([-−–+])?\s*(?:[$€£]|[A-Z]{3})?\s*([-−–+])?\s*(\d[\d.,'’\u00a0\u2009\u202f ]*|\.\d+)\s*(?:[$€£%]|[\p{L}µ°%/]{1,12})?\s*(\))?\s*$/u;
  const match = form.exec(value);
  if (match === null) return undefined;
  const [, opened, before, after, digits = "", closed] = match;
  const first = readGrouped(digits.trim())[0];
  if (first === undefined || (opened === undefined) !== (closed === undefined)) return undefined;
  const isNegative = opened !== undefined || /[-−–]/.test(`${before ?? ""}${after ?? ""}`);
  return isNegative ? { ...first, value: negate(first.value) } : first;
}

/** Digits shown of a fraction that has no end. */
const shownDecimals = 6;

/** As people write it; a fraction that has no end is cut, with an ellipsis. */
export function exactText(it: Exact): string {
  const sign = it.of < 0n ? "-" : "";
  const size = absolute(it);
  const whole = size.of / size.over;
  let rest = size.of % size.over;
  let digits = "";
  while (rest !== 0n && digits.length < shownDecimals) {
    rest *= 10n;
    digits += String(rest / size.over);
    rest %= size.over;
  }
  return `${sign}${whole}${digits === "" ? "" : `.${digits}`}${rest === 0n ? "" : "…"}`;
}

/** The nearest number. */
export function toNumber(it: Exact): number {
  return Number(it.of) / Number(it.over);
}
