// The tables as a small SQL database in memory, read only: how claims are tested, and tested again by their gate.

import { DatabaseSync } from "node:sqlite";
import { tableName } from "./columns.ts";
import { parseCsv } from "./csv.ts";
import type { TextFile } from "./data.ts";

export type QueryRows = readonly Readonly<Record<string, string | number | null>>[];
export type QueryReply =
  | { readonly ok: true; readonly value: QueryRows }
  | { readonly ok: false; readonly error: string };

export interface Tables {
  /** Answers one SELECT with at most `queryRowLimit` rows. What is wrong with it is a value, not an exception. */
  query(sql: string): QueryReply;
}

/** Most rows one query gives. */
export const queryRowLimit = 2000;

/** Loads tables into memory: `assay/points.csv` is the table `points`; cells that are numbers are numbers, empty ones null. */
export function openTables(files: readonly TextFile[]): Tables {
  const database = new DatabaseSync(":memory:");
  for (const { file, text } of files) load(database, file, text);
  database.exec("PRAGMA query_only = 1");
  return { query: (sql) => ask(database, sql) };
}

/** A name as it stands in a query. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function load(database: DatabaseSync, file: string, text: string): void {
  const { columns, rows } = parseCsv(text, file);
  const table = quoted(tableName(file));
  database.exec(`CREATE TABLE ${table} (${columns.map(quoted).join(", ")})`);
  const insert = database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => "?").join(", ")})`);
  database.exec("BEGIN");
  for (const row of rows) insert.run(...row.map(cellValue));
  database.exec("COMMIT");
}

function cellValue(cell: string): string | number | null {
  if (cell === "") return null;
  return /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(cell) ? Number(cell) : cell;
}

function ask(database: DatabaseSync, sql: string): QueryReply {
  if (!/^\s*(select|with)\b/i.test(sql))
    return { ok: false, error: "Only a SELECT can be asked. Begin it with SELECT or WITH." };
  try {
    const rows = database
      .prepare(`SELECT * FROM (${sql.replace(/;\s*$/, "")}) LIMIT ${queryRowLimit + 1}`)
      .all();
    if (rows.length > queryRowLimit)
      return { ok: false, error: `More than ${queryRowLimit} rows. Count or group them.` };
    return { ok: true, value: rows.map((row) => ({ ...row }) as Record<string, string | number | null>) };
  } catch (cause) {
    return { ok: false, error: cause instanceof Error ? cause.message : String(cause) };
  }
}
