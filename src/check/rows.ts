// Lists that a check compares: from the output, or from what the step was given.
//
//   "lines" or "lines[]"    a list of the output
//   "in:orders"             a list of the step's input
//   "in:bank.csv"           a source by its name: a list, or text that is JSON or CSV
//   (output, context) => …  anything else

import type { CheckContext } from "./check.ts";
import { readCsv } from "./csv.ts";
import { isRecord, joinPath, locate, parsePath } from "./paths.ts";
import { type SourceText, sourcesNamed } from "./source-text.ts";

/** Where rows are; see the head of rows.ts. */
export type RowsAt = string | ((output: never, context: CheckContext<never>) => readonly unknown[]);

export interface Row {
  /** Where it stands: `lines[2]`, `in:orders[2]`. */
  readonly path: string;
  readonly value: unknown;
}

/** Most rows of one list that are looked at. */
export const rowLimit = 200_000;

const prefix = "in:";

/** Paths of a reference that lie in the output, for a check of paths before the first run. */
export function outputPath(at: RowsAt): readonly string[] {
  return typeof at === "string" && !at.startsWith(prefix) ? [at] : [];
}

/** How a reference is called in sentences. */
export function rowsName(at: RowsAt, otherwise: string): string {
  return typeof at === "string" ? (at === "" ? "the output" : at) : otherwise;
}

/** The rows at a reference; undefined where there is no list. */
export function rowsAt(at: RowsAt, output: unknown, context: CheckContext): readonly Row[] | undefined {
  if (typeof at === "function") return listRows(at(output as never, context as CheckContext<never>), "rows");
  if (!at.startsWith(prefix)) return rowsIn(output, at, "");
  const name = at.slice(prefix.length);
  return rowsIn(context.input, name, prefix) ?? rowsOfSource(name, context);
}

function rowsIn(value: unknown, path: string, before: string): readonly Row[] | undefined {
  let places;
  try {
    places = locate(value, parsePath(path)).filter((it) => it.value !== undefined && it.value !== null);
  } catch {
    // "in:bank statement [May].csv" is a source's name, and no path.
    return undefined;
  }
  if (path.endsWith("[]") || places.length !== 1 || path.includes("[]")) {
    const isList = places.length > 0 || isEmptyList(value, path);
    return isList
      ? places.slice(0, rowLimit).map((it) => ({ path: before + it.path, value: it.value }))
      : undefined;
  }
  return listRows(places[0]!.value, before + places[0]!.path);
}

function isEmptyList(value: unknown, path: string): boolean {
  const list = path.endsWith("[]") ? path.slice(0, -2) : path;
  return locate(value, parsePath(list)).some((it) => Array.isArray(it.value) && it.value.length === 0);
}

function listRows(value: unknown, path: string): readonly Row[] | undefined {
  if (Array.isArray(value))
    return value
      .slice(0, rowLimit)
      .map((item: unknown, index) => ({ path: joinPath(path, index), value: item }));
  if (typeof value !== "string") return undefined;
  return listRows(readList(value), path);
}

function readList(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    if (Array.isArray(json)) return json;
    const lists = isRecord(json) ? Object.values(json).filter((it) => Array.isArray(it)) : [];
    return lists.length === 1 ? lists[0] : undefined;
  } catch {
    return readCsv(text, rowLimit);
  }
}

function rowsOfSource(name: string, context: CheckContext): readonly Row[] | undefined {
  const names = context.read.map((it) => ({ name: it.name }) as SourceText);
  const [found, another] = sourcesNamed(names, name);
  if (found === undefined || another !== undefined) return undefined;
  const source = context.read.find((it) => it.name === found.name)!;
  return listRows(source.value, prefix + name) ?? listRows(source.text, prefix + name);
}

/** Where a problem of a row lies: a path into the output, or where else the row was read. */
export function placeOf(row: { readonly path: string }): { readonly path?: string; readonly where?: string } {
  return row.path.startsWith(prefix) ? { where: row.path } : { path: row.path };
}

/** A member of a row, by its path; the row itself for "". */
export function member(row: Row, path: string): unknown {
  return locate(row.value, parsePath(path))[0]?.value;
}

/** One text for keys that mean the same: 7, "7" and " 7 " are one key. Undefined where there is none. */
export function keyText(value: unknown): string | undefined {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  if (typeof value !== "string") return undefined;
  const text = value.normalize("NFC").trim().replace(/\s+/g, " ");
  return text === "" ? undefined : text;
}
