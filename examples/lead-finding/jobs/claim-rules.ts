// Rules by which a statement of a quantity is tested against tables: what is counted, in which table, by which query.
// A statement no rule reaches is not verifiable; no rule guesses.

import type { Claim, ClaimVerdict } from "../claims.ts";
import { type ColumnProfile, type Meaning, meaningsOf, type TableProfile, wordsOf } from "../columns.ts";
import { quoted, type QueryRows } from "../tables.ts";
import { type Counted, countedIn, holds } from "./quantities.ts";
import { stemOf, tableOf } from "./table-names.ts";

export type Ruling =
  | { readonly kind: "undecided"; readonly why: string }
  | { readonly kind: "test"; readonly queries: readonly string[]; readonly decide: Decide };

type Decide = (rows: readonly QueryRows[]) => { readonly verdict: ClaimVerdict; readonly why: string };

/** Sets that tables of results do not hold. */
const wholeSet = /\b(librar(y|ies)|collection|deck|database|catalogue?)\b/i;

/** Chooses how a claim is tested. */
export function rulingOf(claim: Claim, tables: readonly TableProfile[]): Ruling {
  const counted = countedIn(claim.quote);
  const [first, second] = counted;
  if (first === undefined) return undecided("It states no quantity that I can read.");
  const isPerItem =
    /\b(per|each|every)\s+(\w+\s+)?(compound|hit|molecule|inhibitor|ligand|substance|drug)\b/i.test(
      claim.quote,
    );
  const compounds = counted.find((it) => it.noun === "compound" && it.unit === undefined);
  const limit = counted.find((it) => it.unit !== undefined);
  if (wholeSet.test(claim.quote))
    return undecided("It speaks of a whole library or collection, which no table holds.");
  const repeats = counted.find(
    (it) => it !== compounds && (it.noun === "run" || it.noun === "row" || it.noun === "value"),
  );
  if (isPerItem && repeats !== undefined) return perCompound(claim, repeats, tables);
  if (compounds !== undefined && repeats !== undefined)
    return compoundsWith(claim, compounds, repeats, tables);
  if (limit?.unit === "uM") return constant(claim, limit, tables);
  if (limit?.unit === "%") return threshold(claim, limit, compounds, tables);
  if (compounds !== undefined) return compoundCount(claim, compounds, tables);
  if (repeats !== undefined && repeats.noun === "run") return runCount(claim, repeats, tables);
  const other = first.noun === undefined ? second : first;
  if (other?.noun !== undefined) return distinctCount(claim, other, tables);
  return undecided("No table counts what it speaks of.");
}

const undecided = (why: string): Ruling => ({ kind: "undecided", why });

const columnOf = (table: TableProfile, meaning: Meaning): string | undefined =>
  meaningsOf(table.columns).get(meaning);
const having = (tables: readonly TableProfile[], ...meanings: Meaning[]): TableProfile[] =>
  tables.filter((table) => meanings.every((meaning) => columnOf(table, meaning) !== undefined));
const unnamed = undecided("Its words name no table of the data.");
const cell = (rows: readonly QueryRows[], query: number, name: string): number =>
  Number(rows[query]?.[0]?.[name]);

/** Most rows listed as examples. */
const listed = 20;

/** "128 compounds …": distinct compounds of the table; a word such as "confirmed" that names another table must hold too. */
function compoundCount(claim: Claim, counted: Counted, tables: readonly TableProfile[]): Ruling {
  const eligible = having(tables, "compound");
  const table = tableOf(claim, eligible, counted.modifiers);
  if (table === undefined) return unnamed;
  const id = quoted(columnOf(table, "compound") ?? "");
  const queries = [`SELECT count(DISTINCT ${id}) AS compounds FROM ${quoted(table.name)}`];
  const stems = new Set(counted.modifiers.map(stemOf));
  const condition = eligible.find(
    (it) => it !== table && wordsOf(it.name).some((word) => stems.has(stemOf(word))),
  );
  if (condition !== undefined) {
    const other = quoted(columnOf(condition, "compound") ?? "");
    queries.push(
      `SELECT DISTINCT ${id} AS compound FROM ${quoted(table.name)} WHERE ${id} NOT IN (SELECT ${other} FROM ${quoted(condition.name)}) LIMIT ${listed}`,
    );
  }
  const decide: Decide = (rows) => {
    const found = cell(rows, 0, "compounds");
    if (!holds(found, counted))
      return {
        verdict: "contradicted",
        why: `${table.name} holds ${found} compounds, not ${counted.value}.`,
      };
    const outside = rows[1] ?? [];
    if (outside.length === 0) return { verdict: "supported", why: `${table.name} holds ${found} compounds.` };
    const why = `${table.name} holds ${found} compounds, but the ones shown are not in ${condition?.name ?? ""}.`;
    return { verdict: "contradicted", why };
  };
  return { kind: "test", queries, decide };
}

/** How often a compound was measured: its rows, or the values of its list where a table has one and names no run. */
function repeatsOf(table: TableProfile): { readonly sql: string; readonly of: string; readonly as: string } {
  const list = table.columns.find((it): it is ColumnProfile => it.type === "list");
  if (columnOf(table, "run") !== undefined || list === undefined)
    return { sql: "count(*)", of: "rows", as: "measured" };
  const name = quoted(list.name);
  return {
    sql: `max(length(${name}) - length(replace(${name}, ';', '')) + 1)`,
    of: "listed values",
    as: "listed",
  };
}

/** "three lines per compound": of every compound as many. */
function perCompound(claim: Claim, counted: Counted, tables: readonly TableProfile[]): Ruling {
  const table = tableOf(claim, having(tables, "compound"), []);
  if (table === undefined) return unnamed;
  const repeats = repeatsOf(table);
  const id = quoted(columnOf(table, "compound") ?? "");
  const each = `SELECT ${id} AS compound, ${repeats.sql} AS ${repeats.as} FROM ${quoted(table.name)} GROUP BY ${id}`;
  const sign = counted.comparator === "~" ? "=" : counted.comparator;
  const queries = [
    `SELECT count(*) AS compounds, sum(NOT (${repeats.as} ${sign} ${counted.value})) AS otherwise FROM (${each})`,
    `SELECT * FROM (${each}) WHERE NOT (${repeats.as} ${sign} ${counted.value}) LIMIT ${listed}`,
  ];
  const decide: Decide = (rows) => {
    const [compounds, otherwise] = [cell(rows, 0, "compounds"), cell(rows, 0, "otherwise")];
    if (otherwise === 0)
      return {
        verdict: "supported",
        why: `All ${compounds} compounds of ${table.name} have ${counted.value} ${repeats.of}.`,
      };
    const why = `${otherwise} of ${compounds} compounds of ${table.name} have another number of ${repeats.of}.`;
    return { verdict: "contradicted", why };
  };
  return { kind: "test", queries, decide };
}

/** "885 hits were tested in three runs": the compounds with as many rows. */
function compoundsWith(
  claim: Claim,
  compounds: Counted,
  repeats: Counted,
  tables: readonly TableProfile[],
): Ruling {
  const table = tableOf(claim, having(tables, "compound"), []);
  if (table === undefined) return unnamed;
  const measure = repeatsOf(table);
  const id = quoted(columnOf(table, "compound") ?? "");
  const query =
    `SELECT ${measure.as}, count(*) AS compounds FROM (SELECT ${measure.sql} AS ${measure.as} FROM ${quoted(table.name)} GROUP BY ${id}) ` +
    `GROUP BY ${measure.as} ORDER BY ${measure.as}`;
  const decide: Decide = ([rows]) => {
    const found = (rows ?? [])
      .filter((row) => holds(Number(row[measure.as]), repeats))
      .reduce((sum, row) => sum + Number(row["compounds"]), 0);
    const why =
      `${table.name}: the compounds by their number of ${measure.of} are shown; ` +
      (holds(found, compounds)
        ? `${compounds.value} have ${repeats.value}.`
        : `not ${compounds.value} have ${repeats.value}.`);
    return { verdict: holds(found, compounds) ? "supported" : "contradicted", why };
  };
  return { kind: "test", queries: [query], decide };
}

/** "performed 3 times": distinct runs; where a table names no run, the values of every compound. */
function runCount(claim: Claim, counted: Counted, tables: readonly TableProfile[]): Ruling {
  const table = tableOf(claim, having(tables, "compound"), []);
  if (table === undefined) return unnamed;
  if (columnOf(table, "run") === undefined) {
    return repeatsOf(table).as === "listed"
      ? perCompound(claim, counted, tables)
      : undecided(`${table.name} names no run.`);
  }
  return distinctCount(claim, counted, tables);
}

const countedMeanings = ["run", "concentration", "supplier", "assay"] as const satisfies readonly Meaning[];

/** "in 5 concentrations", "three assays": distinct values of the column of that meaning. */
function distinctCount(claim: Claim, counted: Counted, tables: readonly TableProfile[]): Ruling {
  const meaning = countedMeanings.find((it) => it === counted.noun);
  if (meaning === undefined) return undecided("No column counts what it speaks of.");
  const table = tableOf(claim, tables, [meaning, `${meaning}s`]);
  if (table === undefined) return unnamed;
  const column = columnOf(table, meaning);
  if (column === undefined)
    return undecided(`${table.name}, which it speaks of, has no column of ${meaning}s.`);
  const id = columnOf(table, "compound");
  // Concentrations are those of each compound; runs, assays and suppliers are those of the whole table.
  if (meaning === "concentration" && id !== undefined)
    return concentrationsEach(table, quoted(id), quoted(column), counted);
  const queries = [
    `SELECT ${quoted(column)} AS value, count(*) AS rows FROM ${quoted(table.name)} GROUP BY 1 ORDER BY 1 LIMIT 100`,
    `SELECT count(DISTINCT ${quoted(column)}) AS found FROM ${quoted(table.name)}`,
  ];
  const decide: Decide = (rows) => {
    const found = cell(rows, 1, "found");
    return {
      verdict: holds(found, counted) ? "supported" : "contradicted",
      why: `${table.name} holds ${found} different values of ${column}.`,
    };
  };
  return { kind: "test", queries, decide };
}

function concentrationsEach(table: TableProfile, id: string, column: string, counted: Counted): Ruling {
  const each = `SELECT ${id} AS compound, count(DISTINCT ${column}) AS concentrations FROM ${quoted(table.name)} GROUP BY 1`;
  const query = `SELECT concentrations, count(*) AS compounds FROM (${each}) GROUP BY 1 ORDER BY 1`;
  const decide: Decide = ([rows = []]) => {
    const isHeld = rows.every((row) => holds(Number(row["concentrations"]), counted));
    const why = `${table.name}: the compounds by their number of concentrations are shown; ${isHeld ? "all" : "not all"} have ${counted.value}.`;
    return { verdict: isHeld ? "supported" : "contradicted", why };
  };
  return { kind: "test", queries: [query], decide };
}

/** "at a concentration of 10 uM": all rows of the table. */
function constant(claim: Claim, counted: Counted, tables: readonly TableProfile[]): Ruling {
  if (!/\b(concentration|dose|tested|screened|assayed|measured)\b/i.test(claim.quote))
    return undecided("It is no statement of a test concentration.");
  const table = tableOf(claim, having(tables, "concentration"), ["concentration", "assay"]);
  const column = table === undefined ? undefined : columnOf(table, "concentration");
  if (table === undefined || column === undefined) return unnamed;
  const query = `SELECT ${quoted(column)} AS concentration, count(*) AS rows FROM ${quoted(table.name)} GROUP BY 1 ORDER BY 2 DESC LIMIT ${listed}`;
  const decide: Decide = ([rows = []]) => {
    const isHeld = rows.every((row) => holds(Number(row["concentration"]), counted));
    const why = `${table.name}: the concentrations of its rows are shown; ${isHeld ? "all are" : "not all are"} ${counted.value}.`;
    return { verdict: isHeld ? "supported" : "contradicted", why };
  };
  return { kind: "test", queries: [query], decide };
}

/**
 * "120 compounds showed more than 50% inhibition". Only where the statement's own words name a table and it asserts
 * something of a number of compounds, or of all: a definition of what a hit is, or of another screen, is no such thing.
 */
function threshold(
  claim: Claim,
  limit: Counted,
  compounds: Counted | undefined,
  tables: readonly TableProfile[],
): Ruling {
  const isAll = /^(all|every|each)\b/i.test(claim.quote);
  if (!isAll && compounds === undefined)
    return undecided("It sets a limit, and asserts nothing of the compounds in the data.");
  if (/\b(defined|selected|chosen|criteri(on|a))\b/i.test(claim.quote))
    return undecided("It defines a choice that was made before these data.");
  const { context: _, ...alone } = claim;
  const table = tableOf(alone, having(tables, "compound"), ["inhibition", "activity"]);
  const response = table === undefined ? undefined : responseOf(table);
  if (table === undefined || response === undefined) return unnamed;
  const id = quoted(columnOf(table, "compound") ?? "");
  const sign = limit.comparator === "~" ? "=" : limit.comparator;
  const asked = /\bactivity\b/i.test(claim.quote) === response.isActivity ? "value" : "100 - value";
  const query =
    `SELECT count(*) AS compounds, sum(${asked} ${sign} ${limit.value}) AS meeting FROM ` +
    `(SELECT avg(${quoted(response.name)}) AS value FROM ${quoted(table.name)} GROUP BY ${id})`;
  const decide: Decide = (rows) => {
    const [all, meeting] = [cell(rows, 0, "compounds"), cell(rows, 0, "meeting")];
    const isHeld = compounds === undefined ? meeting === all : holds(meeting, compounds);
    return {
      verdict: isHeld ? "supported" : "contradicted",
      why: `${meeting} of ${all} compounds of ${table.name} meet it by their mean.`,
    };
  };
  return { kind: "test", queries: [query], decide };
}

function responseOf(
  table: TableProfile,
): { readonly name: string; readonly isActivity: boolean } | undefined {
  const [inhibition, activity] = [columnOf(table, "inhibition"), columnOf(table, "activity")];
  if (inhibition !== undefined) return { name: inhibition, isActivity: false };
  return activity === undefined ? undefined : { name: activity, isActivity: true };
}
