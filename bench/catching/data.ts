// Reads the folders of human-labelled data. The licences forbid shipping them, so they lie where
// FIREBREAK_DATA says; the rows are held against their form here, so that what follows can rest on it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One line of a JSON Lines file. */
export type Row = Readonly<Record<string, unknown>>;

/** Most bytes of one file: the largest set has a few megabytes. */
const fileBytesLimit = 256 * 1024 * 1024;

/**
 * Rows of a JSON Lines file of a data set; undefined when the set is not there.
 *
 * @throws when a line is no JSON object, naming file and line.
 */
export function readRows(data: string | undefined, set: string, file: string): readonly Row[] | undefined {
  if (data === undefined) return undefined;
  const path = join(data, set, file);
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  if (bytes.length > fileBytesLimit) throw new Error(`${set}/${file} is larger than ${fileBytesLimit} bytes`);
  return bytes
    .toString("utf8")
    .split("\n")
    .flatMap((line, at) => (line.trim() === "" ? [] : [parseRow(line, `${set}/${file}:${at + 1}`)]));
}

function parseRow(line: string, where: string): Row {
  const value: unknown = JSON.parse(line);
  if (isRow(value)) return value;
  throw new Error(`${where} is no JSON object`);
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text field. @throws when it is none. */
export function text(row: Row, field: string): string {
  const value = row[field];
  if (typeof value === "string") return value;
  throw new Error(`a row has no text at "${field}": ${JSON.stringify(row).slice(0, 120)}`);
}

/** A true-or-false field. @throws when it is none. */
export function flag(row: Row, field: string): boolean {
  const value = row[field];
  if (typeof value === "boolean") return value;
  throw new Error(`a row has no true or false at "${field}": ${JSON.stringify(row).slice(0, 120)}`);
}

/** A number field. @throws when it is none. */
export function number(row: Row, field: string): number {
  const value = row[field];
  if (typeof value === "number") return value;
  throw new Error(`a row has no number at "${field}": ${JSON.stringify(row).slice(0, 120)}`);
}

/** A field that is a list. @throws when it is none. */
export function list(row: Row, field: string): readonly unknown[] {
  const value = row[field];
  if (Array.isArray(value)) return value;
  throw new Error(`a row has no list at "${field}": ${JSON.stringify(row).slice(0, 120)}`);
}

/** A field that is a list of objects. @throws when it is none. */
export function rowsIn(row: Row, field: string): readonly Row[] {
  const rows = list(row, field).filter(isRow);
  if (rows.length === list(row, field).length) return rows;
  throw new Error(
    `a row has something else than objects at "${field}": ${JSON.stringify(row).slice(0, 120)}`,
  );
}
