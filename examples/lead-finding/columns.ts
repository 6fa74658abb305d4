// What the columns of a table mean, found by name and by content, so that a renamed column is followed and one that
// cannot be told apart is said to be so. A name alone is not believed: "dose" that holds words is no concentration.
//
//   P1. No two columns of a table have one meaning: where two would, the better name wins, and a tie is nobody's.

import { type CsvTable, parseCsv } from "./csv.ts";
import type { TextFile } from "./data.ts";

export type Meaning =
  | "compound"
  | "structure"
  | "concentration"
  | "inhibition"
  | "activity"
  | "assay"
  | "run"
  | "excluded"
  | "signal"
  | "supplier"
  | "catalog"
  | "ic50"
  | "mean"
  | "spread"
  | "count";

export interface ColumnProfile {
  readonly name: string;
  readonly type: "number" | "text" | "list" | "empty";
  /** Cells that are not empty. */
  readonly filled: number;
  readonly distinct: number;
  readonly min?: number;
  readonly max?: number;
  /** All values where there are at most 12 of them. */
  readonly values?: readonly string[];
  readonly meaning?: Meaning;
}

export interface TableProfile {
  /** The file's name without folder and ending: the table's name in queries. */
  readonly name: string;
  readonly file: string;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

/** A column with few values is shown with all of them, up to this many. */
const shownValues = 12;

/** Describes every table: what its columns are called, hold and mean. */
export function profileTables(tables: readonly TextFile[]): TableProfile[] {
  return tables.map(({ file, text }) => {
    const table = parseCsv(text, file);
    const bare = table.columns.map((name, index) =>
      describe(
        name,
        table.rows.map((row) => row[index] ?? ""),
      ),
    );
    return { name: tableName(file), file, rows: table.rows.length, columns: withMeanings(bare) };
  });
}

/** `assay/curve_points.csv` is the table `curve_points`. */
export function tableName(file: string): string {
  return (file.split("/").at(-1) ?? file).replace(/\.[^.]*$/, "").replaceAll(/[^A-Za-z0-9_]/g, "_");
}

/** Meanings of the columns of a bare table, for code that holds only its text. */
export function identifyColumns(table: CsvTable): ReadonlyMap<Meaning, string> {
  const bare = table.columns.map((name, index) =>
    describe(
      name,
      table.rows.map((row) => row[index] ?? ""),
    ),
  );
  return meaningsOf(withMeanings(bare));
}

/** From meaning to the column's name. */
export function meaningsOf(columns: readonly ColumnProfile[]): ReadonlyMap<Meaning, string> {
  return new Map(
    columns.flatMap(({ meaning, name }) => (meaning === undefined ? [] : [[meaning, name] as const])),
  );
}

/** Separates the values of a cell that holds several. */
export const listSeparator = ";";

function describe(name: string, cells: readonly string[]): ColumnProfile {
  const filled = cells.filter((cell) => cell.trim() !== "");
  const distinct = new Set(filled);
  const numbers = filled.map(Number);
  const type = typeOf(filled, numbers);
  const [min, max] = numbers.reduce(
    ([low, high], it) => [Math.min(low, it), Math.max(high, it)],
    [Infinity, -Infinity],
  );
  return {
    name,
    type,
    filled: filled.length,
    distinct: distinct.size,
    ...(type === "number" ? { min, max } : {}),
    ...(distinct.size <= shownValues ? { values: [...distinct].sort() } : {}),
  };
}

function typeOf(filled: readonly string[], numbers: readonly number[]): ColumnProfile["type"] {
  if (filled.length === 0) return "empty";
  if (numbers.every(Number.isFinite)) return "number";
  const parts = filled.flatMap((cell) => cell.split(listSeparator));
  const numeric = parts.filter((part) =>
    Number.isFinite(Number(part.replace(/^\s*[<>~≤≥]\s*/, "") || Number.NaN)),
  );
  return parts.length > filled.length && numeric.length > parts.length / 2 ? "list" : "text";
}

interface Sign {
  readonly meaning: Meaning;
  /** Every one of these must be among the words of the name, for one of the alternatives. */
  readonly names: readonly string[];
  /** What its content must look like. */
  readonly holds: (column: ColumnProfile) => boolean;
}

const isNumber = (column: ColumnProfile): boolean => column.type === "number";
const isText = (column: ColumnProfile): boolean => column.type === "text";
const isPercent = (column: ColumnProfile): boolean =>
  isNumber(column) && (column.max ?? 0) > 2 && (column.max ?? 0) < 1e4;
const isFlag = (column: ColumnProfile): boolean =>
  column.distinct <= 2 && (column.values ?? []).every((it) => /^(0|1|true|false|yes|no)$/i.test(it));

/** Earlier signs are stronger: a name with "mean activity" is a mean before it is an activity. */
const signs: readonly Sign[] = [
  {
    meaning: "excluded",
    names: ["excluded", "exclude", "outlier", "rejected", "masked", "knocked out"],
    holds: isFlag,
  },
  { meaning: "spread", names: ["sd", "std", "stdev", "stderr", "sem", "cv"], holds: isNumber },
  { meaning: "mean", names: ["mean", "avg", "average"], holds: isNumber },
  { meaning: "count", names: ["count", "replicate count", "n replicates"], holds: isNumber },
  { meaning: "ic50", names: ["ic50", "ic50s", "pic50"], holds: (it) => it.type !== "empty" },
  { meaning: "structure", names: ["smiles", "structure", "inchi"], holds: isText },
  { meaning: "catalog", names: ["catalog", "catalogue", "sku"], holds: isText },
  { meaning: "supplier", names: ["supplier", "vendor", "maker", "source", "library"], holds: isText },
  {
    meaning: "concentration",
    names: ["concentration", "conc", "dose", "molarity"],
    holds: (it) => isNumber(it) && (it.min ?? -1) >= 0,
  },
  { meaning: "inhibition", names: ["inhibition", "inhib", "inh", "response"], holds: isPercent },
  { meaning: "activity", names: ["activity", "residual"], holds: isPercent },
  { meaning: "signal", names: ["rfu", "signal", "raw", "counts", "intensity"], holds: isNumber },
  {
    meaning: "compound",
    names: ["compound", "cmpd", "cpd", "molecule", "mol", "substance", "ligand", "cid"],
    holds: (it) => it.type !== "empty",
  },
  {
    meaning: "assay",
    names: ["assay", "readout", "method", "technology"],
    holds: (it) => isText(it) && it.distinct <= 20,
  },
  {
    meaning: "run",
    names: ["run", "replicate", "repeat", "batch", "experiment", "occasion"],
    holds: (it) => it.distinct <= 100,
  },
];

function withMeanings(columns: readonly ColumnProfile[]): ColumnProfile[] {
  const claims = columns.map((column) => ({
    column,
    sign: signs.find((sign) => named(column, sign) && sign.holds(column)),
  }));
  const named_ = claims.map(({ column, sign }): ColumnProfile => {
    const rivals = claims.filter((it) => it.sign !== undefined && it.sign === sign);
    const best = rivals.length < 2 ? column.name : clearest(rivals.map((it) => it.column.name));
    return sign !== undefined && best === column.name ? { ...column, meaning: sign.meaning } : column;
  });
  return byContent(named_);
}

/** The shortest name is the plainest; two of one length cannot be told apart (P1). */
function clearest(names: readonly string[]): string | undefined {
  const [first, second] = names.toSorted((a, b) => wordsOf(a).length - wordsOf(b).length);
  return wordsOf(first ?? "").length === wordsOf(second ?? "").length ? undefined : first;
}

function named(column: ColumnProfile, sign: Sign): boolean {
  const words = wordsOf(column.name);
  return sign.names.some((name) => name.split(" ").every((word) => words.includes(word)));
}

/** Words of a column's name: `percentInhibition_pct` holds percent, inhibition, pct. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** What a name did not tell: one flag column is the exclusion, one percent column the response. Never a guess of two. */
function byContent(columns: readonly ColumnProfile[]): ColumnProfile[] {
  const taken = new Set(columns.map((it) => it.meaning));
  const alone = (meaning: Meaning, holds: (column: ColumnProfile) => boolean): string | undefined => {
    const open = taken.has(meaning) ? [] : columns.filter((it) => it.meaning === undefined && holds(it));
    return open.length === 1 ? open[0]?.name : undefined;
  };
  // Only a table of points (with a concentration or a response) is worth reading by its content.
  if (!taken.has("concentration") && !taken.has("inhibition")) return [...columns];
  const found = new Map<string | undefined, Meaning>([
    [alone("excluded", (it) => isFlag(it) && it.distinct === 2), "excluded"],
    [
      alone(
        "inhibition",
        (it) => isPercent(it) && (it.max ?? 0) <= 1000 && (it.min ?? 0) < 0 && it.distinct > 20,
      ),
      "inhibition",
    ],
    [
      alone(
        "concentration",
        (it) => isNumber(it) && (it.min ?? 0) > 0 && it.distinct >= 3 && ratio(it) >= 50,
      ),
      "concentration",
    ],
  ]);
  return columns.map((it) => {
    const meaning = it.meaning ?? found.get(it.name);
    return meaning === undefined ? it : { ...it, meaning };
  });
}

const ratio = (column: ColumnProfile): number => (column.max ?? 0) / (column.min ?? 1);
