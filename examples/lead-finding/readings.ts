// What the data say of a column whose meaning is doubtful, reckoned from the files: the gate on a plan asks this again.
//
// Is a column called activity what is left of the enzyme, or what is gone? Where potent compounds have low values, it is
// what is left. Written apart from the analyst's job, which asks the tables by SQL: neither can pass on a slip of the other.

import { identifyColumns, listSeparator, type Meaning, tableName } from "./columns.ts";
import { parseCsv } from "./csv.ts";
import type { TextFile } from "./data.ts";
import type { Finding } from "./finding.ts";
import type { Reading } from "./jobs/analyst.ts";

/** Smallest size of Spearman's rank correlation that decides a reading; below it the column is undecided. */
export const clearCorrelation = 0.3;
/** Largest difference of a stated correlation from the data's: what rounding to three digits makes. */
const tolerance = 0.0005;

/** Every reading that the tables call for, once, and as the data have it. */
export function readingsHold(readings: readonly Reading[], tables: readonly TextFile[]): Finding[] {
  const due = readingsOf(tables);
  const nameOf = (it: Pick<Reading, "table" | "column">): string => `${it.table}.${it.column}`;
  const known = new Map(due.map((it) => [nameOf(it), it]));
  const seen = new Set<string>();
  const wrong = readings.flatMap((it, index): Finding[] => {
    const name = nameOf(it);
    const path = `readings[${index}]`;
    const found = known.get(name);
    if (found === undefined) return [{ message: `There is no column ${name} to be read two ways.`, path }];
    if (seen.has(name)) return [{ message: `The column ${name} is read twice.`, path }];
    seen.add(name);
    return differences(it, found, path);
  });
  const missing = due.filter((it) => !seen.has(nameOf(it)));
  return [
    ...wrong,
    ...missing.map((it): Finding => ({
      message: `The plan does not say how ${nameOf(it)} is to be read.`,
      path: "readings",
    })),
  ];
}

function differences(told: Reading, found: Reading, path: string): Finding[] {
  const apart =
    told.spearman === null || found.spearman === null
      ? told.spearman !== found.spearman
      : Math.abs(told.spearman - found.spearman) > tolerance;
  const finding = (member: "spearman" | "compounds" | "reads"): Finding => ({
    message: `The reading is not what the data give for ${member}.`,
    path: `${path}.${member}`,
    claimed: String(told[member]),
    found: String(found[member]),
  });
  return [
    ...(apart ? [finding("spearman")] : []),
    ...(told.compounds === found.compounds ? [] : [finding("compounds")]),
    ...(told.reads === found.reads ? [] : [finding("reads")]),
  ];
}

/** A reading of each column of activity whose compounds have an IC50 in some table. */
export function readingsOf(tables: readonly TextFile[]): Reading[] {
  const parsed = tables.map(columnsOf);
  const potency = parsed.find((it) => it.names.has("ic50"));
  if (potency === undefined) return [];
  const logs = potencies(potency);
  return parsed.flatMap((table): Reading[] => {
    const activity = table.names.get("activity");
    if (activity === undefined || !table.names.has("compound") || logs === undefined) return [];
    const pairs = [...meansOf(table)].flatMap(([compound, mean]) => {
      const log = logs.get(compound);
      return log === undefined ? [] : [[mean, log] as const];
    });
    const spearman = rankCorrelation(pairs);
    const isClear = spearman !== null && Math.abs(spearman) >= clearCorrelation;
    const reads = !isClear ? "undecided" : spearman > 0 ? "residual activity" : "inhibition";
    return [{ table: table.name, column: activity, reads, spearman, compounds: pairs.length }];
  });
}

interface Columns {
  readonly name: string;
  readonly names: ReadonlyMap<Meaning, string>;
  readonly rows: readonly (readonly string[])[];
  cell(row: readonly string[], meaning: Meaning): string;
}

function columnsOf({ file, text }: TextFile): Columns {
  const table = parseCsv(text, file);
  const names = identifyColumns(table);
  const cell: Columns["cell"] = (row, meaning) => row[table.columns.indexOf(names.get(meaning) ?? "")] ?? "";
  return { name: tableName(file), names, rows: table.rows, cell };
}

/** Mean log10 of the IC50 values a table lists for each compound; of several rows, the greatest cell, as `max` takes it. */
function potencies(table: Columns): ReadonlyMap<string, number> | undefined {
  if (!table.names.has("compound")) return undefined;
  const cells = new Map<string, string>();
  for (const row of table.rows) {
    const [compound, text] = [table.cell(row, "compound"), table.cell(row, "ic50")];
    if (isGreater(text, cells.get(compound) ?? "")) cells.set(compound, text);
  }
  const logs = new Map<string, number>();
  for (const [compound, text] of cells) {
    const values = text
      .split(listSeparator)
      .map((it) => it.trim())
      .filter((it) => it !== "" && Number.isFinite(Number(it)));
    if (values.length > 0)
      logs.set(compound, values.reduce((sum, it) => sum + Math.log10(Number(it)), 0) / values.length);
  }
  return logs;
}

/** As the tables order cells: nothing, then numbers by value, then text. */
function isGreater(cell: string, other: string): boolean {
  const [one, two] = [Number(cell), Number(other)];
  if (cell === "" || other === "") return other === "" && cell !== "";
  if (Number.isNaN(one) === Number.isNaN(two)) return Number.isNaN(one) ? cell > other : one > two;
  return Number.isNaN(one);
}

/** Mean activity of each compound over its rows. */
function meansOf(table: Columns): ReadonlyMap<string, number> {
  const values = new Map<string, number[]>();
  for (const row of table.rows) {
    const [compound, text] = [table.cell(row, "compound"), table.cell(row, "activity")];
    if (text.trim() === "") continue;
    values.set(compound, [...(values.get(compound) ?? []), Number(text)]);
  }
  const mean = (of: readonly number[]): number => of.reduce((sum, it) => sum + it, 0) / of.length;
  return new Map([...values].map(([compound, of]) => [compound, mean(of)]));
}

/** Spearman's rank correlation, ties sharing their mean rank; null where either side does not vary. */
function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | null {
  const one = ranksOf(pairs.map(([first]) => first));
  const other = ranksOf(pairs.map(([, second]) => second));
  const middle = (pairs.length + 1) / 2;
  const sum = (of: (index: number) => number): number => pairs.reduce((all, _, index) => all + of(index), 0);
  const apart = (ranks: readonly number[], index: number): number => (ranks[index] ?? middle) - middle;
  const spread = sum((at) => apart(one, at) ** 2) * sum((at) => apart(other, at) ** 2);
  return spread === 0 ? null : sum((at) => apart(one, at) * apart(other, at)) / Math.sqrt(spread);
}

function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((it) => it < value).length;
    const equal = values.filter((it) => it === value).length;
    return below + (equal + 1) / 2;
  });
}
