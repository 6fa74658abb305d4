// Paths into an output: "claims[].quote", "rows[0].id", "summary.text"; "" is the output itself.
// `[]` stands for every item of a list.

import { FirebreakError } from "../base/errors.ts";

type Leaf = string | number | bigint | boolean | null | undefined | Date | Uint8Array;
/** One level less each; the type stops growing at the end of this tuple. */
type Less = [never, 0, 1, 2, 3, 4, 5];

type Below<T, Depth extends number> = Depth extends 0
  ? never
  : T extends Leaf
    ? never
    : T extends readonly (infer Item)[]
      ? "[]" | `[]${Below<Item, Less[Depth]>}`
      : { [Key in keyof T & string]-?: `.${Key}` | `.${Key}${Below<T[Key], Less[Depth]>}` }[keyof T & string];

type WithoutDot<Text> = Text extends `.${infer Rest}` ? Rest : Text;

/** The paths of a type, to six levels; any text where the type is not known. */
export type Path<T> = unknown extends T ? string : "" | WithoutDot<Below<T, 6>>;

/** A step of a path: a member, an index, or every item. */
export type Segment = string | number | typeof everyItem;
export const everyItem: unique symbol = Symbol("every item");

/** A place in a value. `value` is undefined where a member is missing. */
export interface Located {
  /** With indexes: `claims[2].quote`. */
  readonly path: string;
  readonly keys: readonly (string | number)[];
  readonly value: unknown;
}

/** Most places one path may name. */
export const locatedLimit = 100_000;

const segmentForm = /\[\]|\[(\d{1,9})\]|\["([^"\]]+)"\]|\.?([^.[\]]+)/y;

/** @throws CHECK_PATH_INVALID */
export function parsePath(path: string): readonly Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  while (at < path.length) {
    segmentForm.lastIndex = at;
    const match = segmentForm.exec(path);
    if (match === null || (at === 0 && path.startsWith(".")))
      throw new FirebreakError("CHECK_PATH_INVALID", { path, at });
    const [whole, index, quoted, name] = match;
    segments.push(index !== undefined ? Number(index) : (quoted ?? name ?? everyItem));
    at += whole.length;
  }
  return segments;
}

/**
 * Every place a path names in a value; places whose containers are missing or of another kind are left
 * out.
 */
export function locate(value: unknown, segments: readonly Segment[]): Located[] {
  let places: Located[] = [{ path: "", keys: [], value }];
  for (const segment of segments) {
    places = places.flatMap((place) => inside(place, segment));
    if (places.length > locatedLimit) places.length = locatedLimit;
  }
  return places;
}

function inside(place: Located, segment: Segment): Located[] {
  const { value } = place;
  if (segment === everyItem)
    return Array.isArray(value) ? value.map((item, index) => below(place, index, item)) : [];
  if (typeof segment === "number") return Array.isArray(value) ? [below(place, segment, value[segment])] : [];
  if (!isRecord(value)) return [];
  return [below(place, segment, Object.hasOwn(value, segment) ? value[segment] : undefined)];
}

function below(place: Located, key: string | number, value: unknown): Located {
  return { path: joinPath(place.path, key), keys: [...place.keys, key], value };
}

/** A path one level down, as it is written. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (/[.[\]]/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}

/** True for an object with members: no list, date or bytes. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

/**
 * The places beside a given one: "claims[].file" beside `claims[2].quote` is `claims[2].file`.
 * Indexes are taken over as far as both paths go the same way.
 */
export function locateBeside(output: unknown, place: Located, segments: readonly Segment[]): Located[] {
  const fixed: Segment[] = [];
  let same = true;
  for (const [depth, segment] of segments.entries()) {
    const key = place.keys[depth];
    const follows: boolean = same && (segment === everyItem ? typeof key === "number" : segment === key);
    fixed.push(follows && key !== undefined ? key : segment);
    same = follows;
  }
  return locate(output, fixed);
}
