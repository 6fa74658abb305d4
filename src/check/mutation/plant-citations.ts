// Faults of citations: one that names nothing, and two that change places.

import { findQuote, readQuotation } from "../find-quote.ts";
import { sourcesNamed } from "../source-text.ts";
import type { Grounds } from "./grounds.ts";
import type { Fault, Operator, Spot } from "./mutation.ts";
import type { Place } from "./places.ts";
import { around } from "./plant-numbers.ts";
import { isQuote } from "./plant-quotes.ts";

const citing =
  /(?:^|_)(?:source|file|url|href|link|doi|pmid|ref|reference|citation|cite|paper|document|doc)s?(?:_?(?:id|name))?$/i;

/** Citations inside a text: addresses, DOIs, files, "[3]", "(Smith 2019)". */
const inText =
  /https?:\/\/[^\s)\]>"']+|\b10\.\d{4,9}\/[^\s)\]"']+|\b[\w-]+(?:\/[\w.-]+)*\.(?:md|txt|csv|tsv|json|pdf|html|xlsx?)\b|\[\d{1,3}\]|\(\p{Lu}[\p{L}-]+(?: et al\.| and \p{Lu}\p{L}+)?,? (?:19|20)\d\d[a-z]?\)/gu;

/** Longest text that is a citation as a whole. */
const citationLength = 200;

/** True for a text that is a citation as a whole: its member says so, or something that was read has this name. */
export function isCitation(place: Place, grounds: Grounds): boolean {
  const { value, name } = place;
  if (typeof value !== "string" || value === "" || value.length > citationLength || isQuote(place))
    return false;
  if (/\n/.test(value)) return false;
  return (
    citing.test(name) ||
    (!/\s/.test(value) && /[./:]/.test(value) && sourcesNamed(grounds.texts, value).length > 0)
  );
}

function invented(text: string, random: () => number): readonly string[] {
  const number = /\d+(?=\D*$)/.exec(text.replace(/\.\w{2,4}$/, ""));
  const other = String(10 + Math.floor(random() * 89));
  const extension = /\.(?:\w{2,4})$|[\])]$/.exec(text)?.[0] ?? "";
  const stem = text.slice(0, text.length - extension.length);
  const grown = `${stem}-${other}${extension}`;
  if (number === null) return [grown];
  const put = other.padStart(number[0].length, "0");
  const isYear = /^(?:19|20)\d\d$/.test(number[0]);
  const changed = isYear ? String(Number(number[0]) - 3 - Math.floor(random() * 9)) : put;
  return [text.slice(0, number.index) + changed + text.slice(number.index + number[0].length), grown];
}

function inventedSpots(place: Place, grounds: Grounds): readonly Spot[] {
  const text = place.value;
  if (typeof text !== "string") return [];
  const fault = (value: string, before: string, after: string): readonly Fault[] =>
    grounds.sourceNames.includes(after)
      ? []
      : [{ value, before, after, claim: { kind: "name", text: after } }];
  if (isCitation(place, grounds))
    return [(random) => invented(text, random).flatMap((it) => fault(it, text, it))];
  if (isQuote(place)) return [];
  return citationsIn(text).map(
    (found): Spot =>
      (random) =>
        invented(found[0], random).flatMap((it) => fault(put(text, found, it), context(text, found), it)),
  );
}

function citationsIn(text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(inText)].slice(0, 1_000);
}

const put = (text: string, { 0: whole, index }: RegExpExecArray, it: string): string =>
  text.slice(0, index) + it + text.slice(index + whole.length);
const context = (text: string, { 0: whole, index }: RegExpExecArray): string =>
  around(text, index, index + whole.length);

function swappedSpots(place: Place, grounds: Grounds): readonly Spot[] {
  const text = place.value;
  if (typeof text !== "string") return [];
  if (isCitation(place, grounds)) {
    const others = [...new Set([...grounds.alike(place).map((it) => it.value), ...namesLike(text, grounds)])];
    const wrong = others.filter(
      (it) => typeof it === "string" && it !== text && !bearsRecord(place, it, grounds),
    ) as string[];
    return wrong.length === 0
      ? []
      : [(random) => drawn(wrong, random).map((it) => ({ value: it, before: text, after: it }))];
  }
  if (isQuote(place)) return [];
  const found = citationsIn(text);
  return found.flatMap((it): Spot[] => {
    const others = [...new Set(found.map((other) => other[0]))].filter((other) => other !== it[0]);
    if (others.length === 0) return [];
    return [
      (random) =>
        drawn(others, random).map((other) => ({
          value: put(text, it, other),
          before: context(text, it),
          after: other,
        })),
    ];
  });
}

/** Names of what was read that have the citation's form. */
function namesLike(text: string, { texts }: Grounds): readonly string[] {
  const extension = /\.\w{2,4}$/.exec(text)?.[0];
  return texts
    .map((it) => it.name)
    .filter((it) => (extension === undefined ? false : it.endsWith(extension)));
}

/** The other source says the same: then the swap is no fault. */
function bearsRecord({ record }: Place, name: string, { texts }: Grounds): boolean {
  const quotes = Object.entries(record ?? {}).flatMap(([key, it]) =>
    /quot|text|excerpt/i.test(key) && typeof it === "string" ? [it] : [],
  );
  if (quotes.length === 0) return false;
  const other = sourcesNamed(texts, name);
  return quotes.every((it) => findQuote(readQuotation(it), other) !== undefined);
}

/** Items in a drawn order. */
export function drawn<T>(items: readonly T[], random: () => number): readonly T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0 && order.length < 8)
    order.push(...left.splice(Math.floor(random() * left.length), 1));
  return order;
}

export const citationOperators: readonly Operator[] = [
  {
    name: "citation-invented",
    doc: "a file, address or reference is replaced by one that does not exist",
    hint: 'hold the citation against what was read: grounded("…quote", { in: "{path}" }), or a check that the name is known',
    spots: inventedSpots,
  },
  {
    name: "citation-swapped",
    doc: "a citation is replaced by another one that exists",
    hint: 'look the quotation up in the source it names: grounded("…quote", { in: "{path}" })',
    spots: swappedSpots,
  },
];
