// Every number a text states, and the computed value it comes from.

import { indexNumbers, type KnownNumber, matchNumber, type Likeness } from "./match-numbers.ts";
import { isRecord, joinPath } from "./paths.ts";
import { readNumbers } from "./read-numbers.ts";
import { type Unit, unitOfKey } from "./units.ts";

/** A number of a text. `tracedTo` is absent where no value bears it out. */
export interface TracedNumber {
  /** As written, with its unit. */
  readonly number: string;
  readonly line: number;
  /** Offset in the text. */
  readonly at: number;
  /** Path of the value it comes from: `summary.r`, or `shortlist.length` for the length of a list. */
  readonly tracedTo?: string;
  /** What stands in the way of a trace that nearly holds. */
  readonly but?: Exclude<Likeness, "same">;
  /** True when it may be no statement of an amount: a year, "384-well". */
  readonly isDoubtful?: true;
}

export interface TraceOptions {
  /** Whether numbers spelled as words count. Default false. */
  readonly words?: boolean;
}

/** Most values a trace looks through. */
export const valueLimit = 1_000_000;

/**
 * Traces the numbers of a text to computed values: numbers, texts that are nothing but a number, and the
 * lengths of lists. A number fits as it is rounded in the text. Dates, labels ("Table 2") and the digits
 * of names are left out.
 */
export function traceNumbers(text: string, values: unknown, options: TraceOptions = {}): TracedNumber[] {
  const paths: string[] = [];
  const known: KnownNumber[] = [];
  collect(values, "", undefined, (value, path, unit) => {
    if (known.length >= valueLimit) return;
    known.push({ value, place: paths.length, ...(unit === undefined ? {} : { unit }) });
    paths.push(path);
  });
  const index = indexNumbers(known);
  const stated = readNumbers(text).filter((it) => it.role === "claim" || it.role === "doubtful");
  const lines = lineCounter(text);
  return stated
    .filter((it) => it.isWord !== true || options.words === true)
    .map((it) => {
      const match = matchNumber(it, index);
      const place = { number: it.text, line: lines(it.at), at: it.at };
      const doubt = it.role === "doubtful" ? { isDoubtful: true as const } : {};
      if (match === undefined) return { ...place, ...doubt };
      if (match.likeness !== "same") return { ...place, ...doubt, but: match.likeness };
      return { ...place, ...doubt, tracedTo: paths[match.known.place]! };
    });
}

type Take = (value: number, path: string, unit: Unit | undefined) => void;

function collect(value: unknown, path: string, unit: Unit | undefined, take: Take): void {
  if (typeof value === "number") take(value, path, unit);
  else if (typeof value === "bigint") take(Number(value), path, unit);
  else if (typeof value === "string" && /^\s*[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value))
    take(Number(value), path, unit);
  else if (Array.isArray(value)) {
    take(value.length, path === "" ? "length" : `${path}.length`, undefined);
    value.forEach((item, index) => collect(item, joinPath(path, index), unit, take));
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) collect(value[key], joinPath(path, key), unitOfKey(key), take);
  }
}

/** Line numbers for offsets that only grow. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf("\n");
  return (offset) => {
    while (next >= 0 && next < offset) {
      line += 1;
      next = text.indexOf("\n", next + 1);
    }
    return line;
  };
}
