// What the baseline does for the analyst: plans by the columns' meanings, writes a program from a template, runs it,
// reads what came out, and mends it when a column is not where it was said to be. No language model.

import { type BaselineJob, baselineJob, type ToolAsk, type ToolReply, use } from "firebreak/standin";
import { identifyColumns, type Meaning, meaningsOf, type TableProfile } from "../columns.ts";
import { parseCsv } from "../csv.ts";
import { type Fit, type PointColumns, pointColumns } from "../curves.ts";
import { pearson } from "../report.ts";
import { clearCorrelation } from "../readings.ts";
import { type CaseRules, readRules } from "../rules.ts";
import { quoted } from "../tables.ts";
import type { RuleTexts } from "../data.ts";
import { fitProgram, fitsFile } from "./fit-program.ts";
import { type CodeOutcome, peekProgram, runCode, sandboxName } from "./run-code.ts";

/** Tool that asks the tables: `{ sql }` gives rows. */
export const queryTool = "query";

export interface PlanInput {
  readonly question: string;
  readonly rules: RuleTexts;
  readonly tables: readonly TableProfile[];
}

/** How a column of doubtful meaning is to be read, and why. */
export interface Reading {
  readonly table: string;
  readonly column: string;
  readonly reads: "residual activity" | "inhibition" | "undecided";
  /** Spearman's rank correlation with log IC50: positive when potent compounds have low values. */
  readonly spearman: number | null;
  readonly compounds: number;
}

export interface Plan {
  readonly file: string;
  readonly columns: PointColumns;
  readonly assays: readonly string[];
  readonly method: string;
  readonly readings: readonly Reading[];
}

export const planAnalysis: BaselineJob = baselineJob<PlanInput>({
  agent: "plan-analysis",
  *run({ question, rules: texts, tables }) {
    let rules: CaseRules;
    try {
      rules = readRules(texts);
    } catch (cause) {
      return { cannot: messageOf(cause) };
    }
    const refusal = cannotFollow(question, rules);
    if (refusal !== undefined) return { cannot: refusal };
    const table = tables.find((it) =>
      ["concentration", "inhibition", "assay"].every((m) => meaningsOf(it.columns).has(m as Meaning)),
    );
    if (table === undefined) {
      return {
        cannot: "no table has columns that I can tell to be concentration, percent inhibition and assay",
      };
    }
    const found = new Map(meaningsOf(table.columns));
    // The rule names the column of excluded points; whether the data hold it under that name shows when the code runs.
    found.set("excluded", rules.fit.filter.column);
    let columns: PointColumns;
    try {
      columns = pointColumns(
        found,
        table.file,
        table.columns.map((it) => it.name),
      );
    } catch (cause) {
      return { cannot: messageOf(cause) };
    }
    const assays = rules.shortlist.map((bound) => bound.field);
    const present = table.columns.find((it) => it.name === columns.assay)?.values ?? [];
    const absent = assays.filter((assay) => !present.includes(assay));
    if (absent.length > 0)
      return { cannot: `the rule names ${absent.join(" and ")}, the table holds ${present.join(", ")}` };
    const readings = yield* readActivity(tables);
    const method = "Levenberg-Marquardt over log10 IC50 and log10 Hill, several starts, in a stated box";
    return { answer: { file: table.file, columns, assays, method, readings } satisfies Plan };
  },
});

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The question must ask what the rules answer: both assays by name, and no other limit than the rules'. */
function cannotFollow(question: string, rules: CaseRules): string | undefined {
  const words = question.toLowerCase();
  const unnamed = rules.shortlist.filter((bound) => !words.includes(bound.field));
  if (unnamed.length > 0) {
    return `the question does not ask about ${unnamed.map((it) => it.field).join(" and ")}, which the rules of the case are for`;
  }
  const limit = askedLimit(words);
  const other = limit === undefined ? undefined : rules.shortlist.find((bound) => bound.high !== limit);
  if (other === undefined) return undefined;
  return `the question asks for less than ${limit} uM and the rule for ${other.field} says ${other.high ?? "nothing"}; make them equal`;
}

/** Limit of potency that a question states, micromolar: `sub-micromolar`, `sub-10 micromolar`, `below 5 uM`. */
export function askedLimit(question: string): number | undefined {
  const units = { nm: 1e-3, nanomolar: 1e-3, um: 1, µm: 1, μm: 1, micromolar: 1 } as const;
  const match =
    /(?:sub|below|under|less than|better than|<)[\s-]*(\d+(?:\.\d+)?)?[\s-]*(micromolar|nanomolar|[uµμn]m)\b/i.exec(
      question,
    );
  if (match === null) return undefined;
  const factor = units[(match[2] ?? "").toLowerCase() as keyof typeof units];
  return Number((Number(match[1] ?? 1) * factor).toPrecision(12));
}

/** Is a column called activity what is left, or what is gone? Where potent compounds have low values, it is what is left. */
function* readActivity(tables: readonly TableProfile[]): Generator<ToolAsk, Reading[], ToolReply> {
  const potency = tables.find((it) => meaningsOf(it.columns).has("ic50"));
  const readings: Reading[] = [];
  for (const table of tables) {
    const meanings = meaningsOf(table.columns);
    const [activity, id] = [meanings.get("activity"), meanings.get("compound")];
    const names = potency === undefined ? undefined : meaningsOf(potency.columns);
    const [ic50, key] = [names?.get("ic50"), names?.get("compound")];
    if (
      activity === undefined ||
      id === undefined ||
      potency === undefined ||
      ic50 === undefined ||
      key === undefined
    )
      continue;
    const sql =
      `SELECT avg(a.${quoted(activity)}) AS activity, max(p.${quoted(ic50)}) AS ic50 FROM ${quoted(table.name)} a ` +
      `JOIN ${quoted(potency.name)} p ON p.${quoted(key)} = a.${quoted(id)} GROUP BY a.${quoted(id)}`;
    const reply = yield* use(queryTool, { sql });
    if (!reply.ok) continue;
    const pairs = (reply.value as unknown as { activity: number; ic50: string | number }[]).flatMap((row) => {
      const values = String(row.ic50)
        .split(";")
        .map((it) => it.trim())
        .filter((it) => it !== "")
        .map(Number)
        .filter(Number.isFinite);
      return values.length === 0
        ? []
        : [[row.activity, values.reduce((sum, it) => sum + Math.log10(it), 0) / values.length] as const];
    });
    const spearman = pearson(ranked(pairs));
    const isClear = spearman !== null && Math.abs(spearman) >= clearCorrelation;
    const reads = !isClear ? "undecided" : spearman > 0 ? "residual activity" : "inhibition";
    readings.push({ table: table.name, column: activity, reads, spearman, compounds: pairs.length });
  }
  return readings;
}

function ranked(pairs: readonly (readonly [number, number])[]): [number, number][] {
  const [first, second] = [ranks(pairs.map((it) => it[0])), ranks(pairs.map((it) => it[1]))];
  return pairs.map((_, index) => [first[index] ?? 0, second[index] ?? 0]);
}

/** Ranks from 1, equal values sharing the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

export interface FitInput {
  readonly rules: RuleTexts;
  readonly plan: Plan;
}

export const fitCurves: BaselineJob = baselineJob<FitInput>({
  agent: "fit-curves",
  *run({ rules: texts, plan }) {
    const { fit } = readRules(texts);
    const first = yield* runCode(fitProgram(sandboxName(plan.file), plan.columns, fit));
    if (first.ok) return fitsOf(first, plan.method, fitsFile);
    const columns = yield* columnsAgain(plan.file);
    if (typeof columns === "string")
      return { cannot: `the program failed (${first.message.trim()}) and ${columns}` };
    const second = yield* runCode(fitProgram(sandboxName(plan.file), columns, fit));
    if (second.ok)
      return fitsOf(second, `${plan.method}; mended after: ${firstLine(first.message)}`, fitsFile);
    return { cannot: `the program failed twice, the second time with: ${firstLine(second.message)}` };
  },
});

const firstLine = (text: string): string => text.trim().split("\n", 1)[0] ?? "";

/** Looks at the file itself, and tells its columns by meaning; text says why that cannot be done. */
export function* columnsAgain(file: string): Generator<ToolAsk, PointColumns | string, ToolReply> {
  const peek = yield* runCode(peekProgram(file));
  const text = peek.files.get("peek.csv");
  if (text === undefined) return `the file could not be looked at: ${firstLine(peek.message)}`;
  try {
    const table = parseCsv(text, file);
    return pointColumns(identifyColumns(table), file, table.columns);
  } catch (cause) {
    return messageOf(cause);
  }
}

/** Reads what the program wrote. */
export function fitsOf(
  outcome: CodeOutcome,
  method: string,
  file: string,
): { answer: unknown } | { cannot: string } {
  const text = outcome.files.get(file);
  if (text === undefined) return { cannot: `the program wrote no ${file}` };
  return { answer: { method, fits: JSON.parse(text) as Fit[] } };
}
