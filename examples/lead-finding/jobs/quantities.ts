// Reading the quantities of a statement: how many, of what, more or less, in which unit. Pure.

import { numberOf } from "../claims.ts";

/** What a noun counts. */
const nouns = {
  compound: /^(compound|hit|molecule|mol|inhibitor|ligand|substance|drug)s?$/,
  row: /^(line|row|record|measurement|reading|entry|entries|point)s?$/,
  run: /^(run|replicate|repeat|time|occasion|experiment)s?$/,
  concentration: /^(concentration|dose|dilution)s?$/,
  supplier: /^(supplier|vendor)s?$/,
  assay: /^assays?$/,
  value: /^(ic50|value)s?$/,
} as const;
export type Noun = keyof typeof nouns;

/** One quantity of a statement. */
export interface Counted {
  readonly value: number;
  readonly comparator: "=" | ">=" | ">" | "<=" | "<" | "~";
  readonly noun: Noun | undefined;
  /** Words between the number and the noun. */
  readonly modifiers: readonly string[];
  readonly unit: "%" | "uM" | undefined;
  readonly at: number;
}

const quantity =
  /(~|about |approximately |around |at least |more than |over |fewer than |less than |at most |up to |[<>≤≥]\s*)?(?<![\w.-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[a-z]+)(?![\w-])(?:\s*(%|percent\b|[uµμ]M\b))?((?:\s+[\w-]+){0,6})/gi;
const comparators: Readonly<Record<string, Counted["comparator"]>> = {
  "~": "~",
  about: "~",
  approximately: "~",
  around: "~",
  "at least": ">=",
  "more than": ">",
  over: ">",
  "fewer than": "<",
  "less than": "<",
  "at most": "<=",
  "up to": "<=",
  "<": "<",
  ">": ">",
  "≤": "<=",
  "≥": ">=",
};

/** The quantities of a statement, in order. */
export function countedIn(text: string): Counted[] {
  const found: Counted[] = [];
  quantity.lastIndex = 0;
  for (let match = quantity.exec(text); match !== null; match = quantity.exec(text)) {
    const [, sign, word = "", unit, after = ""] = match;
    // The words after it may hold the next quantity: look again from the number's own end.
    quantity.lastIndex = match.index + match[0].length - after.length;
    const value = numberOf(word);
    if (value === undefined) continue;
    const adverb = /^(once|twice|thrice|duplicate|triplicate)$/i.test(word);
    const following = after
      .trim()
      .split(/\s+/)
      .filter((it) => it !== "");
    const stop = following.findIndex((it) =>
      /^(in|at|of|for|from|with|were|was|are|is|that|which|per|and|as)$/i.test(it),
    );
    const phrase = stop < 0 ? following : following.slice(0, stop);
    // The last noun known is the one counted: in "assay runs", runs.
    const place = phrase.findLastIndex((it) => nounOf(it) !== undefined);
    const firstPlace = phrase.findIndex((it) => nounOf(it) !== undefined);
    const compound = nounOf(phrase[firstPlace] ?? "") === "compound";
    const noun = adverb ? "run" : nounOf(phrase[compound ? firstPlace : place] ?? "");
    found.push({
      value,
      comparator: comparators[(sign ?? "").trim().toLowerCase()] ?? "=",
      noun,
      modifiers: place < 0 ? [] : phrase.slice(0, compound ? firstPlace : place),
      unit: unit === undefined ? undefined : /^(%|percent)/i.test(unit) ? "%" : "uM",
      at: match.index,
    });
  }
  return found;
}

/** What kind of thing a word counts, if it counts any. */
export function nounOf(word: string): Noun | undefined {
  const lower = word.toLowerCase();
  return (Object.keys(nouns) as Noun[]).find((noun) => nouns[noun].test(lower));
}

/** True when a count found keeps what was stated. A rounded number is kept within a twentieth. */
export function holds(found: number, { value, comparator }: Counted): boolean {
  switch (comparator) {
    case "=":
      return found === value;
    case ">=":
      return found >= value;
    case ">":
      return found > value;
    case "<=":
      return found <= value;
    case "<":
      return found < value;
    // A rounded number: as many figures as it was given with.
    case "~":
      return Math.abs(found - value) <= Math.max(0.05 * value, 0.5);
  }
}
