// Dates of a text against the dates of a source. A stated date holds where a source's date says all it
// says: "March 2021" is borne out by 2021-03-04, not the other way round.

import { type DateMention, type DateParts, readDates } from "./read-dates.ts";
import type { SourceText } from "./source-text.ts";

/**
 * `same`: borne out. `reading`: only if an open spelling is read so. `parts`: its day and its year stand
 * in different places. `fuller`: the source says less, and nothing else that fits.
 */
export type DateLikeness = "same" | "reading" | "parts" | "fuller";

export interface DateMatch {
  readonly likeness: DateLikeness;
  readonly known: DateMention;
}

/** The dates of a source, by all they say and all that follows from it. */
export interface DateIndex {
  /** What is said without doubt of its reading. */
  readonly sure: ReadonlyMap<string, DateMention>;
  /** What one reading of several says. */
  readonly open: ReadonlyMap<string, DateMention>;
  /** Days and months that stand without a year. */
  readonly yearless: ReadonlyMap<string, DateMention>;
}

const indexes = new WeakMap<SourceText, DateIndex>();

/** The dates of a source, made once. */
export function dateIndexOf(source: SourceText): DateIndex {
  const past = indexes.get(source);
  if (past !== undefined) return past;
  const made = indexDates(readDates(source.text, true));
  indexes.set(source, made);
  return made;
}

export function indexDates(mentions: readonly DateMention[]): DateIndex {
  const sure = new Map<string, DateMention>();
  const open = new Map<string, DateMention>();
  const yearless = new Map<string, DateMention>();
  for (const mention of mentions) {
    const target = mention.readings.length === 1 ? sure : open;
    for (const reading of mention.readings) {
      for (const key of keysOf(reading)) if (!target.has(key)) target.set(key, mention);
      if (reading.year === undefined && reading.month !== undefined) {
        const key = keyOf(reading);
        if (!yearless.has(key)) yearless.set(key, mention);
      }
    }
  }
  return { sure, open, yearless };
}

/** All that a date says, the most first. */
function keysOf(it: DateParts): string[] {
  const keys = [keyOf(it)];
  if (it.month !== undefined) {
    if (it.day !== undefined) {
      keys.push(keyOf({ month: it.month, day: it.day }));
      if (it.year !== undefined) keys.push(keyOf({ year: it.year, month: it.month }));
    }
    keys.push(keyOf({ month: it.month }));
  }
  if (it.year !== undefined) {
    keys.push(keyOf({ year: it.year }), keyOf({ decade: it.year - (it.year % 10) }));
    keys.push(keyOf({ century: Math.ceil(it.year / 100) }));
  }
  if (it.decade !== undefined) keys.push(keyOf({ century: Math.floor(it.decade / 100) + 1 }));
  return keys;
}

function keyOf(it: DateParts): string {
  const { year, month, day, decade, century, weekday, time } = it;
  return [year, month, day, decade, century, weekday, time].map((part) => part ?? "").join("|");
}

/** How a stated date compares with a source's; undefined where the source has nothing like it. */
export function matchDate(mention: DateMention, index: DateIndex): DateMatch | undefined {
  const same = matchReadings(mention, index.sure);
  if (same !== undefined)
    return {
      likeness: mention.readings.length > 1 && mention.readings[0]!.time === undefined ? "reading" : "same",
      known: same,
    };
  const open = matchReadings(mention, index.open);
  if (open !== undefined) {
    const isTime = mention.readings[0]!.time !== undefined;
    return { likeness: isTime || isSpelledAlike(mention, open) ? "same" : "reading", known: open };
  }
  for (const reading of mention.readings) {
    const near = matchLess(reading, index);
    if (near !== undefined) return near;
  }
  return undefined;
}

function matchReadings(
  mention: DateMention,
  keys: ReadonlyMap<string, DateMention>,
): DateMention | undefined {
  for (const reading of mention.readings) {
    const known = keys.get(keyOf(reading));
    if (known !== undefined) return known;
  }
  return undefined;
}

/** Two open spellings say the same when their readings are the same, in order. */
function isSpelledAlike(a: DateMention, b: DateMention): boolean {
  return (
    a.readings.length === b.readings.length &&
    a.readings.every((it, at) => keyOf(it) === keyOf(b.readings[at]!))
  );
}

function matchLess(it: DateParts, index: DateIndex): DateMatch | undefined {
  if (it.month === undefined || it.year === undefined) return undefined;
  const { year, ...rest } = it;
  const known = index.yearless.get(keyOf(rest));
  if (known !== undefined && index.sure.has(keyOf({ year }))) return { likeness: "parts", known };
  if (it.day === undefined) return undefined;
  // A source that gives the month and no day of it bears out no day: never a pass, and hardly a fault.
  const month = index.sure.get(keyOf({ year, month: it.month }));
  return month !== undefined && month.readings[0]!.day === undefined
    ? { likeness: "fuller", known: month }
    : undefined;
}
