// Faults of time and place of origin: dates moved, the value of an earlier row, the value of another step.

import type { Value } from "../../base/values.ts";
import type { Grounds } from "./grounds.ts";
import { shown } from "./grounds.ts";
import type { Fault, Operator, Spot } from "./mutation.ts";
import type { Place } from "./places.ts";
import { drawn } from "./plant-citations.ts";
import { around, isNumeral, numberSpots, statedNumbers } from "./plant-numbers.ts";
import { isQuote } from "./plant-quotes.ts";

const monthNames =
  "January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sep Oct Nov Dec";
const month = monthNames.replaceAll(" ", "|");
const dates = new RegExp(
  `\\b(\\d{4})-(\\d{2})-(\\d{2})\\b|\\b(\\d{1,2})(?:st|nd|rd|th)? (${month})\\.?(?:,? (\\d{4}))?\\b|\\b(${month})\\.? (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?\\b|\\b(${month}) (\\d{4})\\b`,
  "gu",
);

/** Moves of a date, as days; whole years keep day and month. */
const moves = [-365, 31, -31, 7, 365, -730] as const;
const dayMs = 86_400_000;

/** A written date, moved: its day, month or year is another, in the same form. */
function movedText(text: string, random: () => number): readonly string[] {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (iso !== null)
    return drawn(moves, random).map((it) =>
      new Date(Date.parse(text) + it * dayMs).toISOString().slice(0, 10),
    );
  const year = /\b(?:1[5-9]|20)\d\d\b/.exec(text)?.[0];
  const years =
    year === undefined ? [] : [-1, 2, -3].map((it) => text.replace(year, String(Number(year) + it)));
  const name = new RegExp(month, "u").exec(text)?.[0] ?? "";
  const list = monthNames.split(" ");
  const isShort = name.length === 3 && name !== "May";
  const at = list.indexOf(name);
  const named = [2, 5, 9].map((it) => list[isShort ? 12 + ((at - 12 + it + 11) % 11) : (at + it) % 12]!);
  const day = /\b\d{1,2}\b/.exec(text.replace(year ?? "", ""))?.[0];
  const days =
    day === undefined ? [] : [3, 9].map((it) => text.replace(day, String(((Number(day) + it) % 28) + 1)));
  return drawn([...years, ...days, ...named.map((it) => text.replace(name, it))], random);
}

function dateSpots(
  place: Place,
  move: typeof movedText,
  shift: (it: Date, random: () => number) => Date,
): readonly Spot[] {
  const { value } = place;
  if (value instanceof Date) {
    return [
      (random) => {
        const made = shift(value, random);
        return [{ value: made, before: value.toISOString(), after: made.toISOString() }];
      },
    ];
  }
  if (typeof value !== "string") return [];
  return [...value.matchAll(dates)].slice(0, 1_000).map(
    (found): Spot =>
      (random) =>
        move(found[0], random).map((it) => ({
          value: value.slice(0, found.index) + it + value.slice(found.index + found[0].length),
          before: around(value, found.index, found.index + found[0].length),
          after: it,
          claim: { kind: "date", text: it },
        })),
  );
}

const shifted = (it: Date, random: () => number): Date =>
  new Date(it.getTime() + moves[Math.floor(random() * moves.length)]! * dayMs);
const yearEarlier = (it: Date): Date => new Date(it.getTime() - 365 * dayMs);

function setBack(text: string): readonly string[] {
  const year = /\b(?:1[5-9]|20)\d\d\b/.exec(text)?.[0];
  return year === undefined ? [] : [text.replace(year, String(Number(year) - 1))];
}

/** Nearer than this two numbers count as one: a check with a tolerance would rightly pass it. */
const leastApart = 0.01;

export function isApart(first: Value, second: Value): boolean {
  if (typeof first !== "number" || typeof second !== "number") return first !== second;
  return Math.abs(first - second) > leastApart * Math.max(Math.abs(first), Math.abs(second));
}

/** The same member of an earlier row, or an earlier number of the same text. */
function staleSpots(place: Place, grounds: Grounds): readonly Spot[] {
  const { value } = place;
  if (typeof value === "number" || (typeof value === "string" && isNumeral(value))) {
    const alike = grounds.alike(place);
    const at = alike.indexOf(place);
    const earlier = alike.slice(Math.max(0, at - 5), Math.max(0, at)).reverse();
    const others = earlier
      .map((it) => it.value)
      .filter((it) => typeof it === typeof value && isApart(it, value));
    return others.length === 0 ? [] : [() => others.map((it) => replaced(value, it))];
  }
  if (typeof value !== "string" && !(value instanceof Date)) return [];
  if (typeof value === "string" && isQuote(place)) return [];
  return [
    ...dateSpots(place, setBack, yearEarlier),
    ...(typeof value === "string" ? earlierNumbers(value) : []),
  ];
}

const replaced = (value: Value, put: Value): Fault => ({
  value: put,
  before: shown(value),
  after: shown(put),
});

function earlierNumbers(text: string): readonly Spot[] {
  const stated = statedNumbers(text);
  return stated.flatMap((here, index): Spot[] => {
    const like = stated
      .slice(0, index)
      .filter((it) => it.unit === here.unit && isApart(it.value, here.value))
      .slice(-3);
    if (like.length === 0) return [];
    const { digits, digitsAt } = here;
    return [
      () =>
        like.map((it) => ({
          value: text.slice(0, digitsAt) + it.digits + text.slice(digitsAt + digits.length),
          before: around(text, here.at, here.end),
          after: here.text.replace(digits, it.digits),
        })),
    ];
  });
}

/** Most values of elsewhere that are tried for one place. */
const recitedTrials = 6;

/** The value of the same name elsewhere; for a number without one, a number of its size. */
function recitedSpots(place: Place, grounds: Grounds): readonly Spot[] {
  const { value, name } = place;
  if (grounds.pool.length === 0) return [];
  if (typeof value === "string" && !isNumeral(value) && value.length > 200)
    return recitedNumbers(place, grounds);
  if (typeof value !== "number" && typeof value !== "string") return [];
  return [
    (random) => {
      const same = grounds.pool.filter((it) => typeof it.value === typeof value && isApart(it.value, value));
      const named = same.filter((it) => it.name === name && name !== "");
      const sized = typeof value === "number" ? same.filter((it) => isOfSize(it.value as number, value)) : [];
      const from = named.length > 0 ? named : sized;
      return drawn([...new Set(from.map((it) => it.value))], random)
        .slice(0, recitedTrials)
        .map((it) => replaced(value, it));
    },
  ];
}

const isOfSize = (other: number, value: number): boolean =>
  other !== 0 && Math.sign(other) === Math.sign(value) && other / value < 10 && value / other < 10;

function recitedNumbers(place: Place, grounds: Grounds): readonly Spot[] {
  const others = [...new Set(grounds.pool.flatMap((it) => (typeof it.value === "number" ? [it.value] : [])))];
  return numberSpots(place, ({ value }, random) =>
    drawn(others.filter((it) => isOfSize(it, value) && isApart(it, value)).slice(0, 200), random).slice(
      0,
      recitedTrials,
    ),
  ).map(
    (spot): Spot =>
      (random) =>
        spot(random).map(({ value, before, after }) => ({ value, before, after })),
  );
}

export const timeOperators: readonly Operator[] = [
  {
    name: "value-stale",
    doc: "the value of an earlier row or position stands there, or a date is set back a year",
    hint: "tie {path} to its own row and time: recompute it from that row, or fresh(…) for dates",
    spots: staleSpots,
  },
  {
    name: "date-changed",
    doc: "a date is moved by days, months or years",
    hint: 'look the date up: grounded("{path}", { kind: "text" })',
    spots: (place) => dateSpots(place, movedText, shifted),
  },
  {
    name: "value-recited",
    doc: "a value known from elsewhere, such as another step's answer, stands in the place of this one",
    hint: "compute {path} again from the data of this step: a known answer must not pass for a computed one",
    spots: recitedSpots,
  },
];
