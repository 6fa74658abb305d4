// Values as text for a terminal: text as it is, rows of equal objects as a table, all else as indented JSON.

import type { Value } from "../base/values.ts";
import { clean } from "./plain-text.ts";
import { renderTable } from "./render-table.ts";
import type { Screen } from "./screen.ts";

/** Most lines of one value that are printed unless all are asked for. */
export const valueLines = 40;

/** A value's lines, cleaned; at most `limit` of them, the last saying how many more there are. */
export function renderValue(screen: Screen, value: unknown, limit: number = valueLines): string[] {
  const lines = isTable(value) ? tableOf(screen, value) : valueText(value).split("\n");
  if (lines.length <= limit) return lines;
  return [
    ...lines.slice(0, limit),
    screen.style("dim", `… ${lines.length - limit} more lines (--json shows all)`),
  ];
}

/** A value as cleaned text. Bytes, dates and bigints are said in words. */
export function valueText(value: unknown): string {
  return clean(typeof value === "string" ? value : (JSON.stringify(value, plain, 2) ?? "(nothing)"));
}

function plain(this: unknown, key: string, given: unknown): unknown {
  // JSON.stringify hands a Date over as text already: look at the holder.
  const value: unknown = (this as Readonly<Record<string, unknown>>)[key];
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  return given;
}

type Scalar = Exclude<Value, object>;
type TableRow = Readonly<Record<string, Scalar>>;

/** Widest table: more members read better as JSON. */
const columnLimit = 8;

function isTable(value: unknown): value is readonly TableRow[] {
  if (!Array.isArray(value) || value.length < 2) return false;
  const first: unknown = value[0];
  if (typeof first !== "object" || first === null) return false;
  const keys = Object.keys(first);
  const flat = (it: unknown): boolean =>
    typeof it === "object" &&
    it !== null &&
    !Array.isArray(it) &&
    Object.keys(it).join() === keys.join() &&
    Object.values(it).every((cell) => typeof cell !== "object" || cell === null);
  return keys.length > 0 && keys.length <= columnLimit && value.every(flat);
}

function tableOf(screen: Screen, rows: readonly TableRow[]): string[] {
  const keys = Object.keys(rows[0] ?? {});
  return renderTable(
    screen,
    keys,
    rows.map((row) => keys.map((key) => String(row[key] ?? ""))),
  );
}
