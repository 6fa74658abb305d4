// Faults of statement: a negation put in or taken out, a direction turned round.

import type { Fault, Operator, Spot } from "./mutation.ts";
import type { Place } from "./places.ts";
import { around } from "./plant-numbers.ts";
import { window } from "./plant-names.ts";

/** Most spots taken of one text. */
const spotLimit = 500;

const verb =
  /\b(?:is|are|was|were|can|could|will|would|does|did|should|may|might|must|has|have|had)\b(?! (?:not|no|never)\b)(?!n['’]t)/gu;
const negation = / (?:not|never)\b|(?<=\bcan)not\b|n['’]t\b|\bno (?=\p{L})/gu;

function negationSpots(place: Place): readonly Spot[] {
  const { value } = place;
  if (typeof value !== "string" || !/\s/.test(value)) return [];
  const out = [...value.matchAll(negation)].map((it) => change(value, it.index, it.index + it[0].length, ""));
  const put = [...value.matchAll(verb)]
    .filter((it) => /^ \p{L}/u.test(value.slice(it.index + it[0].length)))
    .map((it) => change(value, it.index + it[0].length, it.index + it[0].length, " not"));
  return [...out, ...put].slice(0, spotLimit);
}

/** Replaces a stretch; a source that says the changed words in a row would bear them out. */
function change(text: string, start: number, end: number, put: string): Spot {
  const value = text.slice(0, start) + put + text.slice(end);
  const said = window(value, start, start + put.length);
  const made: Fault = {
    value,
    before: around(text, start, end),
    after: said,
    claim: { kind: "quote", text: said },
  };
  return () => [made];
}

const opposites: readonly (readonly [string, string])[] = (
  "more>less less>more higher>lower lower>higher increase>decrease decrease>increase increases>decreases decreases>increases " +
  "increased>decreased decreased>increased increasing>decreasing decreasing>increasing above>below below>above greater>smaller " +
  "larger>smaller smaller>larger before>after after>before rise>fall fall>rise rises>falls falls>rises rose>fell fell>rose " +
  "gain>loss loss>gain best>worst worst>best most>least least>most faster>slower slower>faster stronger>weaker weaker>stronger " +
  "positive>negative negative>positive maximum>minimum minimum>maximum highest>lowest lowest>highest improves>worsens " +
  "improved>worsened longer>shorter shorter>longer earlier>later later>earlier over>under under>over fewer>more up>down " +
  "down>up exceeds>undercuts supported>contradicted contradicted>supported active>inactive inactive>active selective>unselective " +
  "potent>weak weak>potent better>worse worse>better ascending>descending descending>ascending asc>desc desc>asc"
)
  .split(" ")
  .map((it) => it.split(">") as [string, string]);
const turned: ReadonlyMap<string, string> = new Map(opposites);
const words = new RegExp(
  `(?<![\\p{L}\\p{N}_-])(?:${opposites.map(([it]) => it).join("|")})(?![\\p{L}\\p{N}_-])`,
  "giu",
);
const signs = /(?<=\s)[<>≤≥](?=\s?[\d.])/gu;
const turnedSigns: Readonly<Record<string, string>> = { "<": ">", ">": "<", "≤": "≥", "≥": "≤" };

/** "LESS" for "MORE", "Less" for "More". */
function casedLike(word: string, put: string): string {
  if (word.toUpperCase() === word) return put.toUpperCase();
  return /^\p{Lu}/u.test(word) ? put.charAt(0).toUpperCase() + put.slice(1) : put;
}

function directionSpots({ value }: Place): readonly Spot[] {
  if (typeof value !== "string") return [];
  const worded = [...value.matchAll(words)].map((it) => {
    const put = turned.get(it[0].toLowerCase()) ?? it[0];
    const cased = casedLike(it[0], put);
    return change(value, it.index, it.index + it[0].length, cased);
  });
  const signed = [...value.matchAll(signs)].map((it) =>
    change(value, it.index, it.index + 1, turnedSigns[it[0]] ?? it[0]),
  );
  return [...worded, ...signed].slice(0, spotLimit);
}

export const languageOperators: readonly Operator[] = [
  {
    name: "negation",
    doc: "a negation is put into a sentence or taken out of it",
    hint: "no rule reads a sentence's meaning: quote instead of telling, or judge {path} against its sources",
    spots: negationSpots,
  },
  {
    name: "direction-flipped",
    doc: "more becomes less, above becomes below, before becomes after",
    hint: "derive the direction at {path} from the numbers it compares, or judge it against its sources",
    spots: directionSpots,
  },
];
