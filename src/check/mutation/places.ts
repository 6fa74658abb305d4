// Places of a value: every member and item, with its path, and values with one place changed.

import { canonical, type Value } from "../../base/values.ts";
import { isRecord, joinPath } from "../paths.ts";

export type Keys = readonly (string | number)[];

/** A place in a value. */
export interface Place {
  /** With indexes: `claims[2].quote`; "" is the value itself. */
  readonly path: string;
  readonly keys: Keys;
  readonly value: Value;
  /** Name of the nearest member around it: `quote` for `quote` and for `quote[1]`; "" at the top. */
  readonly name: string;
  /** The record that holds it, where one does. */
  readonly record: { readonly [key: string]: Value | undefined } | undefined;
}

/** Most places of one value that are looked at. */
export const placeLimit = 200_000;

/** Every place of a value, the value itself first. */
export function placesOf(value: unknown): readonly Place[] {
  const places: Place[] = [];
  const walk = (place: Place): void => {
    if (places.length >= placeLimit) return;
    places.push(place);
    const { value: at } = place;
    if (Array.isArray(at)) at.forEach((item: Value, index) => walk(below(place, index, item)));
    else if (isRecord(at))
      for (const key of Object.keys(at)) if (at[key] !== undefined) walk(below(place, key, at[key] as Value));
  };
  walk({ path: "", keys: [], value: canonical(value, "output").value, name: "", record: undefined });
  return places;
}

function below(place: Place, key: string | number, value: Value): Place {
  return {
    path: joinPath(place.path, key),
    keys: [...place.keys, key],
    value,
    name: typeof key === "string" ? key : place.name,
    record: typeof key === "string" ? (place.value as Place["record"]) : place.record,
  };
}

/** The value with something else at one place; all else is shared. */
export function replaceAt(value: Value, keys: Keys, put: Value): Value {
  const [key, ...rest] = keys;
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((item: Value, index) => (index === key ? replaceAt(item, rest, put) : item));
  const record = value as { readonly [key: string]: Value };
  return { ...record, [key]: replaceAt(record[key]!, rest, put) };
}

/** A path with its indexes taken out: `claims[].quote`. Places of one kind have the same. */
export function kindOfPath(path: string): string {
  return path.replaceAll(/\[\d+\]/g, "[]");
}
