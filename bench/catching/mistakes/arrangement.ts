// Puzzles of order: so many objects in a row, and statements that fix the row. All rows that the
// statements allow are listed, so that what a step says can be held against each of them.

import { ordinalOf, ordinals } from "./trace.ts";

/** Objects from the low end to the high end: left to right, oldest to newest, cheapest first, winner first. */
export type Row = readonly string[];

export interface Puzzle {
  readonly objects: readonly string[];
  /** Every row there is. */
  readonly all: readonly Row[];
  /** Every row the statements allow. */
  readonly rows: readonly Row[];
  /** The statements, as written. */
  readonly statements: readonly string[];
  /** Options by letter, as sentences. */
  readonly options: ReadonlyMap<string, string>;
}

/** Something that is so in a row, or is not. */
export type Claim = (row: Row) => boolean;

/** Objects of one puzzle at most: seven make 5,040 rows. */
const objectLimit = 8;

/** Reads a puzzle; undefined when a statement cannot be read, or no row fits them all. */
export function readPuzzle(text: string): Puzzle | undefined {
  const [first = "", ...statements] = text.split("\n").flatMap((it) => /^- (.*)$/.exec(it)?.[1] ?? []);
  const objects = objectsOf(first);
  if (objects.length < 2 || objects.length > objectLimit) return undefined;
  const claims = statements.map((it) => statementClaim(it, objects));
  if (claims.some((it) => it === undefined)) return undefined;
  const all = permutations(objects);
  const rows = all.filter((row) => claims.every((it) => it?.(row)));
  if (rows.length === 0) return undefined;
  const options = [...text.matchAll(/^\(([A-Z])\)\s*(.+)$/gm)].map(
    (it) => [it[1] ?? "", it[2] ?? ""] as const,
  );
  return { objects, all, rows, statements, options: new Map(options) };
}

function objectsOf(introduction: string): string[] {
  const [, listed = ""] = /:\s*(.+?)\.?$/.exec(introduction) ?? [];
  return listed
    .split(/,\s*(?:and\s+)?|\s+and\s+/)
    .map((it) => it.trim().replace(/^(?:an?|the)\s+/i, ""))
    .filter((it) => it !== "");
}

function permutations(of: readonly string[]): Row[] {
  if (of.length < 2) return [[...of]];
  return of.flatMap((it, at) => permutations(of.toSpliced(at, 1)).map((rest) => [it, ...rest]));
}

/** Objects named in a text, in order, each as often as it is named. */
export function objectsIn(text: string, objects: readonly string[]): string[] {
  const longestFirst = objects.toSorted((a, b) => b.length - a.length).map(escape);
  const pattern = new RegExp(`\\b(?:${longestFirst.join("|")})\\b`, "gi");
  return (text.match(pattern) ?? []).map(
    (it) => objects.find((own) => own.toLowerCase() === it.toLowerCase()) ?? it,
  );
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

const lower =
  /\b(?:to the left of|older than|less expensive than|cheaper than|(?:finished )?above|(?:finished )?ahead of|before)\b/i;
const higher =
  /\b(?:to the right of|newer than|more expensive than|(?:finished )?below|(?:finished )?behind|after)\b/i;

/** The claim of one statement, or of an option; undefined when it is none of the known forms. */
export function statementClaim(text: string, objects: readonly string[]): Claim | undefined {
  const [one, other, ...more] = objectsIn(text, objects);
  if (one === undefined || more.length > 0) return undefined;
  if (other !== undefined) {
    if (lower.test(text)) return (row) => row.indexOf(one) < row.indexOf(other);
    if (higher.test(text)) return (row) => row.indexOf(one) > row.indexOf(other);
    return undefined;
  }
  const place = placeOf(text, objects.length);
  return place === undefined ? undefined : (row) => row[place] === one;
}

const nth = `(${ordinals.join("|")})`;
/** Forms that count from the low end, and forms that count from the high end. */
const fromLow = [
  new RegExp(`\\b(?:the )?${nth}(?: \\w+)? from the left\\b`, "i"),
  new RegExp(`\\b${nth}[- ](?:oldest|cheapest|least expensive)\\b`, "i"),
];
const fromHigh = [
  new RegExp(`\\b${nth}(?: \\w+)? from the right\\b`, "i"),
  new RegExp(`\\b${nth}[- ](?:newest|most expensive)\\b`, "i"),
  new RegExp(`\\b${nth}[- ]to[- ]last\\b`, "i"),
];

/** The place a text names, from 0 at the low end; outside the row when it counts too far. */
export function placeOf(text: string, count: number): number | undefined {
  const low = firstOrdinal(fromLow, text);
  if (low !== undefined) return low - 1;
  const high = firstOrdinal(fromHigh, text);
  if (high !== undefined) return count - high;
  if (/\b(?:leftmost|oldest|cheapest|least expensive)\b/i.test(text)) return 0;
  if (/\b(?:rightmost|newest|most expensive|last)\b/i.test(text)) return count - 1;
  const plain = new RegExp(`\\bfinished ${nth}\\b(?! or (?:higher|lower))`, "i").exec(text)?.[1];
  return plain === undefined ? undefined : (ordinalOf(plain) ?? 0) - 1;
}

function firstOrdinal(forms: readonly RegExp[], text: string): number | undefined {
  for (const form of forms) {
    const found = ordinalOf(form.exec(text)?.[1] ?? "");
    if (found !== undefined) return found;
  }
  return undefined;
}
