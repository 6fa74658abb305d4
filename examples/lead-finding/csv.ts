// Reading and writing comma-separated text, with quoted fields. No types, no guesses: columns.ts gives meaning.

/** A table as text cells. Every row has as many cells as there are columns. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Most rows read of one file. */
export const rowLimit = 200_000;

/**
 * Parses comma-separated text whose first line names the columns.
 *
 * @throws Error that names the line when a row has another number of cells than the first line, or a quote is left open.
 */
export function parseCsv(text: string, file: string): CsvTable {
  const lines = splitRecords(text.startsWith("\uFEFF") ? text.slice(1) : text, file);
  const [columns, ...rows] = lines;
  if (columns === undefined)
    throw new Error(`${file} is empty. Put the table back, with its column names in line 1.`);
  for (const [index, row] of rows.entries()) {
    if (row.length === columns.length) continue;
    throw new Error(
      `${file}:${index + 2} has ${row.length} cells and line 1 names ${columns.length} columns. Mend that line.`,
    );
  }
  return { columns, rows };
}

const fieldPattern = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/gy;

function splitRecords(text: string, file: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  fieldPattern.lastIndex = 0;
  while (fieldPattern.lastIndex < text.length) {
    const match = fieldPattern.exec(text);
    if (match === null)
      throw new Error(`${file}:${records.length + 1} has a quote that is not closed. Mend that line.`);
    const [, field = "", end] = match;
    record.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === ",") {
      if (fieldPattern.lastIndex < text.length) continue;
      record.push("");
    }
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
    if (records.length > rowLimit) throw new Error(`${file} has more than ${rowLimit} rows. Split it.`);
  }
  return records;
}

/** Writes rows as comma-separated text, cells quoted where they must be. Ends with a line end. */
export function toCsv(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [columns, ...rows].map((row) => row.map((cell) => quoted(String(cell))).join(",")).join("\n") + "\n";
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
