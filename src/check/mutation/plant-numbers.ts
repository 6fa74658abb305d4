// Faults of numbers: in numbers themselves and in those a text states.

import type { Value } from "../../base/values.ts";
import { readNumbers } from "../read-numbers.ts";
import type { Fault, Operator, Spot } from "./mutation.ts";
import type { Place } from "./places.ts";

/** A number as it can be rewritten: its value, and how it is written in a text. */
export interface Written {
  readonly value: number;
  /** Digits after the point that are written; undefined for a number that is no text. */
  readonly decimals: number | undefined;
  readonly isGrouped: boolean;
}

/** Longest text whose numbers are looked at, in characters. */
const textLimit = 200_000;

/** The digits of a mention: "-1,234.5 mg" has "1,234.5". */
const digitsForm = /\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+/;

/** A number of a text that states an amount. */
export interface Stated {
  /** As written, with its sign and unit. */
  readonly text: string;
  readonly value: number;
  readonly unit: string | undefined;
  /** Its digits alone, and where they stand. */
  readonly digits: string;
  readonly digitsAt: number;
  readonly at: number;
  readonly end: number;
}

/** Numbers that a text states as amounts. In lines of comma-separated cells, the cells that are numbers. */
export function statedNumbers(text: string): readonly Stated[] {
  if (text.length > textLimit) return [];
  return isCellText(text) ? cellNumbers(text) : mentionedNumbers(text);
}

function mentionedNumbers(text: string): readonly Stated[] {
  return readNumbers(text).flatMap((it) => {
    if (it.role !== "claim" || it.isWord === true) return [];
    const found = digitsForm.exec(it.text);
    if (found === null) return [];
    const { value, at, end } = it;
    const unit = it.unit?.name;
    return [{ text: it.text, value, unit, digits: found[0], digitsAt: at + found.index, at, end }];
  });
}

/** True where most lines are cells between commas without a space after: there a comma groups no digits. */
export function isCellText(text: string): boolean {
  const lines = text.split("\n").filter((it) => it.trim() !== "");
  const cells = lines.filter((it) => it.split(",").length >= 3 && !/,\s/.test(it));
  return cells.length > 1 && cells.length * 2 > lines.length;
}

function cellNumbers(text: string): readonly Stated[] {
  return [...text.matchAll(/(?<=^|,)-?(\d+(?:\.\d+)?)(?=,|\r?$)/gm)].map((it) => {
    const end = it.index + it[0].length;
    const digits = it[1] ?? "";
    const shared = { text: it[0], value: Number(it[0]), unit: undefined, at: it.index, end };
    return { ...shared, digits, digitsAt: end - digits.length };
  });
}

/** Spots for every number at a place; `make` gives other values for one. */
export function numberSpots(
  place: Place,
  make: (it: Written, random: () => number) => readonly number[],
): readonly Spot[] {
  const { value } = place;
  if (typeof value === "number") {
    const it: Written = { value, decimals: undefined, isGrouped: false };
    return [(random) => make(it, random).map((made) => fault(made, String(value), String(made)))];
  }
  if (typeof value !== "string") return [];
  if (isNumeral(value)) return numeralSpot(value, make);
  return statedNumbers(value).map(
    ({ text: written, digits, digitsAt, at, end }): Spot =>
      (random) =>
        make(writtenAs(digits), random).map((made) => {
          const put = write(made, writtenAs(digits));
          const after = written.replace(digits, put);
          const text = value.slice(0, digitsAt) + put + value.slice(digitsAt + digits.length);
          return {
            ...fault(text, around(value, at, end), after),
            claim: { kind: "number", text: after },
          };
        }),
  );
}

/** A text that is nothing but a number is one: "0.877". */
export function isNumeral(text: string): boolean {
  return /^-?\d+(?:\.\d+)?$/.test(text.trim());
}

function numeralSpot(text: string, make: Parameters<typeof numberSpots>[1]): readonly Spot[] {
  const it = { ...writtenAs(text.trim().replace("-", "")), value: Number(text) };
  return [(random) => make(it, random).map((made) => fault(write(made, it), text, write(made, it)))];
}

function fault(value: Value, before: string, after: string): Fault {
  return { value, before, after };
}

/** A stretch of a text with a few words around it. */
export function around(text: string, start: number, end: number): string {
  const from = Math.max(0, start - 16);
  const to = Math.min(text.length, end + 16);
  return `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`.replaceAll(
    /\s+/g,
    " ",
  );
}

function writtenAs(digits: string): Written {
  const plain = digits.replaceAll(/[,'’]/g, "");
  return {
    value: Number(plain),
    decimals: /\.(\d+)$/.exec(plain)?.[1]?.length ?? 0,
    isGrouped: plain !== digits,
  };
}

/** Writes a number as another one was written. */
export function write(value: number, it: Written): string {
  const text = it.decimals === undefined ? String(value) : value.toFixed(Math.min(it.decimals, 20));
  return it.isGrouped ? text.replace(/\B(?=(\d{3})+(?!\d))/g, ",") : text;
}

/** Far enough from the right value that no tolerance should take it for the same. */
const factors = [1.5, 0.5, 2, 1.2, 0.8, 3, 1.7, 0.7, 1.3, 10, 0.1] as const;

function otherNumbers({ value, decimals }: Written, random: () => number): readonly number[] {
  const first = Math.floor(random() * 5);
  const turned = [...factors.slice(first), ...factors.slice(0, first)];
  const isWhole = Number.isInteger(value) && (decimals ?? 0) === 0;
  if (!isWhole) return turned.map((it) => value * it);
  const near = [value + 1, value + 2, value - 1, value + 3, value + 7];
  const far = turned.map((it) => Math.round(value * it));
  return [...(Math.abs(value) < 10 ? [...near, ...far] : [...far, ...near])].filter(
    (it) => it !== value && (value < 0 || it >= 0),
  );
}

/** Leading digits that count: a swap behind them is within any tolerance. */
const tellingDigits = 4;

function transposed({ value, decimals }: Written, random: () => number): readonly number[] {
  const text = decimals === undefined ? String(Math.abs(value)) : Math.abs(value).toFixed(decimals);
  if (/e/.test(text)) return [];
  const places = [...text].flatMap((it, at) => (/\d/.test(it) ? [at] : []));
  const lead = places.findIndex((at) => text[at] !== "0");
  if (lead < 0) return [];
  const telling = places.slice(lead, lead + tellingDigits);
  const pairs = telling.slice(0, -1).map((at, index) => [at, telling[index + 1]!] as const);
  const start = Math.floor(random() * Math.max(1, pairs.length));
  return [...pairs.slice(start), ...pairs.slice(0, start)].flatMap(([one, two]) => {
    const made = [...text];
    [made[one], made[two]] = [made[two]!, made[one]!];
    const swapped = made.join("");
    if (swapped === text || (text.length > 1 && /^0\d/.test(swapped) && !text.startsWith("0"))) return [];
    return [Math.sign(value) * Number(swapped)];
  });
}

/** The neighbour of the right rounding, one unit of the last digit off. */
function misrounded({ value, decimals }: Written): readonly number[] {
  if (decimals !== undefined) {
    const unit = 10 ** -decimals;
    return decimals === 0 ? [] : [value + unit, value - unit];
  }
  if (Number.isInteger(value) || value === 0) return [];
  const right = Number(value.toPrecision(3));
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(right))) - 2);
  const wrong = right + Math.sign(value) * (Math.abs(value) > Math.abs(right) ? unit : -unit);
  return [Number(wrong.toPrecision(3))];
}

function signSpots(place: Place): readonly Spot[] {
  const { value } = place;
  if (typeof value !== "string" || isNumeral(value))
    return numberSpots(place, (it) => (it.value === 0 ? [] : [-it.value]));
  return statedNumbers(value).flatMap(({ text: written, digits, digitsAt, at, end }) => {
    const isSigned = /^[-−–]/.test(written);
    if (!isSigned && !/\.\d/.test(digits)) return [];
    const put = isSigned ? written.slice(1) : written.replace(digits, `-${digits}`);
    const isClear = isSigned || !/[\p{L}\p{N}-]$/u.test(value.slice(0, digitsAt));
    if (!isClear) return [];
    const made: Fault = {
      ...fault(value.slice(0, at) + put + value.slice(end), around(value, at, end), put),
      claim: { kind: "number", text: put },
    };
    return [() => [made]];
  });
}

const computeIt =
  'compute it again: recomputed(…) for a value, grounded("{path}", { kind: "numbers" }) for one that was read';

export const numberOperators: readonly Operator[] = [
  {
    name: "number-changed",
    doc: "a number is replaced by one at least 20 % off, or a small count by another",
    hint: computeIt,
    spots: (place) => numberSpots(place, otherNumbers),
  },
  {
    name: "digits-transposed",
    doc: "two neighbouring digits change places",
    hint: computeIt,
    spots: (place) => numberSpots(place, transposed),
  },
  {
    name: "sign-flipped",
    doc: "a number changes its sign",
    hint: "compare the number with its sign: recomputed(…), or a check of the range of {path}",
    spots: signSpots,
  },
  {
    name: "rounding-wrong",
    doc: "a number is rounded to the wrong neighbour",
    hint: "narrow the tolerance of the check that covers {path}, or round in code and not in the answer",
    spots: (place) => numberSpots(place, misrounded),
  },
];
