// Faults of rows: one dropped, one twice. In lists, and in tables, bullets and CSV inside a text.

import type { Value } from "../../base/values.ts";
import { shown } from "./grounds.ts";
import type { Fault, Operator, Spot } from "./mutation.ts";
import type { Place } from "./places.ts";

/** Most rows of one list at which it is changed. */
const rowLimit = 200;

type Change = (rows: readonly Value[], at: number) => readonly Value[];

const drop: Change = (rows, at) => rows.toSpliced(at, 1);
const copy: Change = (rows, at) => rows.toSpliced(at, 0, rows[at]!);

function rowSpots(place: Place, change: Change, how: string): readonly Spot[] {
  const { value } = place;
  if (Array.isArray(value)) {
    const rows = value as readonly Value[];
    if (rows.length < 2) return [];
    return rows.slice(0, rowLimit).map((row, at) => () => [fault(change(rows, at), row, how)]);
  }
  if (typeof value !== "string") return [];
  const lines = value.split("\n");
  return rowLines(lines)
    .slice(0, rowLimit)
    .map((at) => () => [fault(change(lines, at).join("\n"), lines[at]!, how)]);
}

const fault = (value: Value, row: Value, how: string): Fault => ({ value, before: shown(row), after: how });

/** Lines that are rows: of a table, a list of bullets, or CSV; its head is none. */
function rowLines(lines: readonly string[]): readonly number[] {
  const kindOf = (line: string): string => {
    if (/^\s*\|.*\|\s*$/.test(line)) return /^[\s|:-]+$/.test(line) ? "rule" : "table";
    if (/^\s*(?:[-*•]|\d{1,3}[.)])\s+\S/.test(line)) return "bullet";
    const cells = line.split(",").length;
    return cells >= 3 && !/,\s/.test(line) ? `csv ${cells}` : "";
  };
  const kinds = lines.map(kindOf);
  return kinds.flatMap((kind, at) => {
    const hasNeighbour = kinds[at - 1] === kind || kinds[at + 1] === kind;
    if (kind === "" || kind === "rule") return [];
    if (kind === "table") return kinds[at + 1] === "rule" ? [] : [at];
    const isHead = kind.startsWith("csv") && kinds[at - 1] !== kind;
    return hasNeighbour && !isHead ? [at] : [];
  });
}

export const rowOperators: readonly Operator[] = [
  {
    name: "row-dropped",
    doc: "an item of a list, or a row in a text, is left out",
    hint: "account for every row of {path}: complete(…) against what it was made from",
    spots: (place) => rowSpots(place, drop, "dropped"),
  },
  {
    name: "row-duplicated",
    doc: "an item of a list, or a row in a text, stands there twice",
    hint: "check that no row of {path} is there twice: unique(…)",
    spots: (place) => rowSpots(place, copy, "twice"),
  },
];
