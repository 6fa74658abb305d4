// Faults of names and labels: another name of what was read, a name that does not exist, another label of a set.

import { wordsOf } from "../find-quote.ts";
import { isRecord } from "../paths.ts";
import type { Value } from "../../base/values.ts";
import type { Grounds } from "./grounds.ts";
import type { Fault, Operator, Spot } from "./mutation.ts";
import { namesIn } from "./names.ts";
import type { Place } from "./places.ts";
import { drawn, isCitation } from "./plant-citations.ts";
import { around, isNumeral } from "./plant-numbers.ts";
import { isQuote } from "./plant-quotes.ts";

/** Most words of a text that is a name as a whole. */
const nameWords = 6;
/** Most labels of a set. */
const labelLimit = 8;

type TextPlace = Place & { readonly value: string };

function isText(place: Place, grounds: Grounds): place is TextPlace {
  return (
    typeof place.value === "string" && place.value !== "" && !isQuote(place) && !isCitation(place, grounds)
  );
}

/** A short text that names something: it tells the rows of its list apart, or has the form of a name. */
function isName(place: TextPlace, grounds: Grounds): boolean {
  const { value } = place;
  const words = wordsOf(value);
  if (isNumeral(value) || words.length > nameWords || /[.!?]$|\n/.test(value)) return false;
  if (labelsOf(place, grounds).length > 0) return false;
  if (namesIn(` ${value}`).some((it) => it.text.length >= value.length - 4)) return true;
  if (words.length > 2) return false;
  const others = grounds.alike(place).map((it) => it.value);
  const isTelling = others.length > 1 && new Set(others).size > others.length / 2;
  return isTelling || /[A-Z].*\d|\d.*[A-Z]/.test(value);
}

/** Same letters or digits first: a name is mistaken for one like it. */
function likeFirst(text: string, names: readonly string[]): readonly string[] {
  const hasDigits = /\d/.test(text);
  const words = text.split(" ").length;
  const like = (it: string): number =>
    Number(/\d/.test(it) === hasDigits) + Number(it.split(" ").length === words);
  return names.filter((it) => !it.includes(text) && !text.includes(it)).sort((a, b) => like(b) - like(a));
}

const trials = 6;

function swappedSpots(place: Place, grounds: Grounds): readonly Spot[] {
  if (!isText(place, grounds)) return [];
  const { value } = place;
  if (isName(place, grounds)) {
    return [
      (random) => {
        const alike = grounds.alike(place).flatMap((it) => (typeof it.value === "string" ? [it.value] : []));
        const others = [...new Set(alike)].filter((it) => it !== value);
        const names = others.length > 0 ? others : likeFirst(value, grounds.names()).slice(0, 20);
        return drawn(names, random).map((it) => ({ value: it, before: value, after: it }));
      },
    ];
  }
  return namesIn(value).map(
    ({ text, at }): Spot =>
      (random) =>
        drawn(likeFirst(text, grounds.names()).slice(0, 20), random)
          .slice(0, trials)
          .map((it) => rename(value, at, text, it, "quote")),
  );
}

function rename(text: string, at: number, name: string, put: string, kind: "quote" | "name"): Fault {
  const value = text.slice(0, at) + put + text.slice(at + name.length);
  const claimed = kind === "name" ? put : window(value, at, at + put.length);
  return { value, before: around(text, at, at + name.length), after: put, claim: { kind, text: claimed } };
}

/** A stretch with the two words on either side, in its sentence: what a source would have to say. */
export function window(text: string, start: number, end: number): string {
  const before =
    /(?:[^\s.!?]+\s+){0,2}[^\s.!?]*$/u.exec(text.slice(Math.max(0, start - 60), start))?.[0] ?? "";
  const after = /^[^\s.!?]*(?:\s+[^\s.!?]+){0,2}/u.exec(text.slice(end, end + 60))?.[0] ?? "";
  return `${before}${text.slice(start, end)}${after}`.trim();
}

/** Names of nobody and nothing. */
const madeUp = [
  "Velmora",
  "Castarin",
  "Hedrun",
  "Orlanth",
  "Quillby",
  "Zernike",
  "Tavrosk",
  "Imberly",
  "Noxall",
  "Pellquist",
] as const;

function inventedName(name: string, random: () => number): readonly string[] {
  const other = madeUp[Math.floor(random() * madeUp.length)]!;
  const next = madeUp[Math.floor(random() * madeUp.length)]!;
  if (/\d/.test(name)) {
    const put = (): string => String(Math.floor(random() * 9_000) + 1_000);
    return [name.replace(/\d+(?=\D*$)/, put), name.replace(/\d+(?=\D*$)/, put)];
  }
  if (!name.includes(" ")) return [other, next];
  return [name.replace(/\S+$/, other), name.replace(/\S+$/, next)];
}

function inventedSpots(place: Place, grounds: Grounds): readonly Spot[] {
  if (!isText(place, grounds)) return [];
  const { value } = place;
  if (isName(place, grounds)) {
    return [
      (random) =>
        inventedName(value, random).map((it) => ({
          value: it,
          before: value,
          after: it,
          claim: { kind: "name", text: it },
        })),
    ];
  }
  return namesIn(value).map(
    ({ text, at }): Spot =>
      (random) =>
        inventedName(text, random).map((it) => rename(value, at, text, it, "name")),
  );
}

/** The other labels that may stand at a place: those its schema lists, else those other rows have there. */
function labelsOf(place: Place, grounds: Grounds): readonly Value[] {
  const { value } = place;
  if (typeof value === "boolean") return [!value];
  if (typeof value !== "string") return [];
  const listed = listedAt(grounds.schema, place);
  if (listed.includes(value)) return listed.filter((it) => it !== value);
  const rows = grounds.alike(place).map((it) => it.value);
  const labels = [...new Set(rows)].filter((it): it is string => typeof it === "string");
  const isSet = labels.length > 1 && labels.length <= labelLimit && rows.length >= 2 * labels.length;
  if (!isSet || !labels.every((it) => wordsOf(it).length <= 3 && it.length <= 40 && !isNumeral(it)))
    return [];
  return labels.filter((it) => it !== value);
}

/** The values that a JSON Schema lists for a place. */
function listedAt(schema: unknown, { keys }: Place): readonly string[] {
  let at: readonly unknown[] = [schema];
  for (const key of keys) at = at.flatMap((it) => inside(resolved(it, schema), key, schema));
  return at
    .flatMap((it) => alternatives(resolved(it, schema)))
    .flatMap((it) => {
      const { enum: list, const: one } = resolved(it, schema);
      const all: readonly unknown[] = Array.isArray(list) ? list : one === undefined ? [] : [one];
      return all.filter((label): label is string => typeof label === "string");
    });
}

type Node = Readonly<Record<string, unknown>>;

function resolved(node: unknown, root: unknown): Node {
  if (!isRecord(node)) return {};
  const reference = node["$ref"];
  if (typeof reference !== "string" || !reference.startsWith("#")) return node;
  let at: unknown = root;
  for (const key of reference.split("/").slice(1))
    at = isRecord(at) ? at[decodeURIComponent(key)] : undefined;
  return isRecord(at) ? at : {};
}

function alternatives(node: Node): readonly unknown[] {
  const lists = [node["anyOf"], node["oneOf"]].filter(Array.isArray) as (readonly unknown[])[];
  return [node, ...lists.flat()];
}

function inside(node: Node, key: string | number, root: unknown): readonly unknown[] {
  return alternatives(node).flatMap((it) => {
    const { properties, items } = resolved(it, root);
    if (typeof key === "number")
      return items === undefined ? [] : [Array.isArray(items) ? items[key] : items];
    return isRecord(properties) && properties[key] !== undefined ? [properties[key]] : [];
  });
}

function labelSpots(place: Place, grounds: Grounds): readonly Spot[] {
  const labels = labelsOf(place, grounds);
  if (labels.length === 0) return [];
  return [
    (random) =>
      drawn(labels, random).map((it) => ({
        value: it,
        before: JSON.stringify(place.value),
        after: JSON.stringify(it),
      })),
  ];
}

export const nameOperators: readonly Operator[] = [
  {
    name: "entity-swapped",
    doc: "a name is replaced by another name of what was read",
    hint: "check {path} together with what is said of it: a row looked up by its name, or the sentence by a judge",
    spots: swappedSpots,
  },
  {
    name: "name-invented",
    doc: "a name is replaced by one that occurs nowhere in what was read",
    hint: 'look names up: grounded("{path}", { kind: "text" }), or a list of those known',
    spots: inventedSpots,
  },
  {
    name: "label-swapped",
    doc: "a label or a yes or no is replaced by another of its set",
    hint: "derive {path} from what it rests on and compare: a check that decides the label by rule",
    spots: labelSpots,
  },
];
