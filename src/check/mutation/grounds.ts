// What a fault is judged and made from: the carrier's own values, what was read, and what is known from elsewhere.

import type { Value } from "../../base/values.ts";
import { findQuote, readQuotation } from "../find-quote.ts";
import { indexNumbers, type KnownNumber, matchNumber, type NumberIndex } from "../match-numbers.ts";
import { readNumbers } from "../read-numbers.ts";
import { type SourceText, sourceTexts } from "../source-text.ts";
import type { Source } from "../check.ts";
import type { Carrier, Claim } from "./mutation.ts";
import { namesIn } from "./names.ts";
import { kindOfPath, type Place, placesOf } from "./places.ts";

/** Most characters of what was read that names are taken from. */
const namedCharacters = 500_000;
/** Most names kept. */
const nameLimit = 2_000;

export interface Grounds {
  readonly places: readonly Place[];
  /** Places of the output with the same path but for indexes: the same member of other rows. */
  readonly alike: (place: Place) => readonly Place[];
  /** Places of values known from elsewhere. */
  readonly pool: readonly Place[];
  /** Names that occur in what was read, each once. */
  readonly names: () => readonly string[];
  /** Names of what was read: files, tools, parts of the input. */
  readonly sourceNames: readonly string[];
  /** The texts of what was read. */
  readonly texts: readonly SourceText[];
  /** JSON Schema of the output, where one is known. */
  readonly schema: unknown;
  /** Whether what was read bears a planted part out (MU3). */
  readonly bearsOut: (claim: Claim) => boolean;
}

const prepared = new WeakMap<readonly Source[], Readings>();

/** What was read, made ready once for all carriers that share it. */
interface Readings {
  readonly texts: readonly SourceText[];
  readonly numbers: () => NumberIndex;
  /** Those with a unit. */
  readonly amounts: () => NumberIndex;
  readonly names: () => readonly string[];
}

export function groundsOf(it: Carrier): Grounds {
  const places = placesOf(it.output);
  const readings = prepared.get(it.context.read) ?? readingsOf(it.context.read);
  prepared.set(it.context.read, readings);
  const byKind = once(() => Map.groupBy(places, (place) => kindOfPath(place.path)));
  const pool = once(() => (it.pool ?? []).flatMap((source) => placesOf(source.value)));
  return {
    places,
    alike: (place) => byKind().get(kindOfPath(place.path)) ?? [],
    get pool() {
      return pool();
    },
    names: readings.names,
    sourceNames: [
      ...new Set([...it.context.read.map(({ name }) => name), ...readings.texts.map(({ name }) => name)]),
    ],
    texts: readings.texts,
    schema: it.context.schema,
    bearsOut: (claim) => bearsOut(claim, readings),
  };
}

function readingsOf(read: readonly Source[]): Readings {
  const texts = sourceTexts(read);
  const known = once(() =>
    texts.flatMap(({ text }) =>
      readNumbers(text).map(({ value, at, unit }): KnownNumber => ({
        value,
        place: at,
        ...(unit === undefined ? {} : { unit }),
      })),
    ),
  );
  return {
    texts,
    numbers: once(() => indexNumbers(known())),
    amounts: once(() => indexNumbers(known().filter((it) => it.unit !== undefined))),
    names: once(() => takeNames(texts)),
  };
}

function takeNames(texts: readonly SourceText[]): readonly string[] {
  const found = new Set<string>();
  let left = namedCharacters;
  for (const { text } of texts) {
    if (left <= 0 || found.size >= nameLimit) break;
    for (const { text: name } of namesIn(text.slice(0, left))) found.add(name);
    left -= text.length;
  }
  return [...found].slice(0, nameLimit);
}

function bearsOut({ kind, text }: Claim, it: Readings): boolean {
  if (kind !== "number" && kind !== "amount") return findQuote(readQuotation(text), it.texts) !== undefined;
  const mentions = readNumbers(text);
  const numbers = kind === "amount" ? it.amounts() : it.numbers();
  return (
    mentions.length > 0 && mentions.every((mention) => matchNumber(mention, numbers)?.likeness === "same")
  );
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** A text for people: what stands at a place. */
export function shown(value: Value | undefined): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value, (_, it: unknown) => (typeof it === "bigint" ? it.toString() : it)) ?? "";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
