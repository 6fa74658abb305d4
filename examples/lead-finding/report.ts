// From fits to the deliverables. Pure: the same fits and verdicts give the same four files.
//
//   W1. Every number of the report is a computed value, a value of a rule, or stands in a quotation.
//   W2. Every quotation of the report stands word for word in the file it names.

import type { AssessedClaim } from "./claims.ts";
import { toCsv } from "./csv.ts";
import type { Fit, FittedCurve } from "./curves.ts";
import type { RuleTexts, TextFile } from "./data.ts";
import type { Finding } from "./finding.ts";
import { type Bound, type CaseRules, within } from "./rules.ts";

export interface ShortlistRow {
  readonly compound_id: string;
  /** Micromolar, by assay. */
  readonly values_uM: Readonly<Record<string, number>>;
}

export interface Values {
  /** Assay, then compound, then IC50 in micromolar: the geometric mean over quantified runs. */
  readonly byAssay: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly shortlist: readonly ShortlistRow[];
}

/** True when a fit keeps every bound of the rule `quantified_run`. */
export function isQuantified(fit: Fit, bounds: readonly Bound[]): fit is FittedCurve {
  if (fit.kind !== "fitted") return false;
  const fields: Record<string, number> = { r2: fit.r2, hill: fit.hill, ic50: fit.ic50_uM };
  return bounds.every((bound) => within(fields[bound.field] ?? Number.NaN, bound));
}

/** Applies the rules quantified_run, compound_value and shortlist. */
export function deriveValues(fits: readonly Fit[], rules: CaseRules): Values {
  const logs = new Map<string, Map<string, number[]>>();
  for (const fit of fits) {
    const ofAssay = logs.get(fit.assay) ?? new Map<string, number[]>();
    logs.set(fit.assay, ofAssay);
    if (!isQuantified(fit, rules.quantified)) continue;
    ofAssay.set(fit.compound_id, [...(ofAssay.get(fit.compound_id) ?? []), Math.log(fit.ic50_uM)]);
  }
  const geometric = (values: readonly number[]): number => Math.exp(mean(values));
  const byAssay = new Map(
    [...logs].map(([assay, values]) => [assay, new Map([...values].map(([id, it]) => [id, geometric(it)]))]),
  );
  return { byAssay, shortlist: shortlistOf(byAssay, rules.shortlist) };
}

function shortlistOf(byAssay: Values["byAssay"], bounds: readonly Bound[]): ShortlistRow[] {
  const [first] = bounds;
  const candidates = [...(byAssay.get(first?.field ?? "")?.keys() ?? [])].sort();
  return candidates.flatMap((compound_id) => {
    const values = bounds.map((bound) => [bound.field, byAssay.get(bound.field)?.get(compound_id)] as const);
    const holds = bounds.every((bound, index) => within(values[index]?.[1] ?? Number.NaN, bound));
    return holds ? [{ compound_id, values_uM: Object.fromEntries(values) as Record<string, number> }] : [];
  });
}

export interface Summary {
  readonly curves_by_assay: Readonly<Record<string, number>>;
  readonly quantified_by_assay: Readonly<Record<string, number>>;
  readonly not_fitted: number;
  /** The two assays compared, as the shortlist rule names them. */
  readonly assays: readonly [string, string];
  readonly quantified_in_both: number;
  /** Null for fewer than 3 compounds or no spread. */
  readonly pearson_log10_ic50: number | null;
  /** First assay minus second, log10. */
  readonly mean_log10_difference: number | null;
  readonly shortlist: readonly ShortlistRow[];
  readonly claims: Readonly<Record<string, number>>;
}

/** Counts, correlation and shortlist. */
export function summarize(fits: readonly Fit[], claims: readonly AssessedClaim[], rules: CaseRules): Summary {
  const { byAssay, shortlist } = deriveValues(fits, rules);
  const assays = [rules.shortlist[0]?.field ?? "", rules.shortlist[1]?.field ?? ""] as const;
  const [first, second] = assays.map((it) => byAssay.get(it) ?? new Map<string, number>());
  const both = [...(first?.keys() ?? [])].filter((id) => second?.has(id)).sort();
  const pairs = both.map(
    (id) => [Math.log10(first?.get(id) ?? 0), Math.log10(second?.get(id) ?? 0)] as const,
  );
  return {
    curves_by_assay: countBy(fits, (fit) => fit.assay),
    quantified_by_assay: Object.fromEntries([...byAssay].map(([assay, values]) => [assay, values.size])),
    not_fitted: fits.filter((fit) => fit.kind === "not fitted").length,
    assays,
    quantified_in_both: both.length,
    pearson_log10_ic50: pearson(pairs),
    mean_log10_difference: pairs.length === 0 ? null : mean(pairs.map(([one, two]) => one - two)),
    shortlist,
    claims: countBy(claims, (claim) => claim.verdict),
  };
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

const mean = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0) / values.length;

/** Pearson's r; null for fewer than 3 pairs or a side without spread. */
export function pearson(pairs: readonly (readonly [number, number])[]): number | null {
  if (pairs.length < 3) return null;
  const [x, y] = [mean(pairs.map((it) => it[0])), mean(pairs.map((it) => it[1]))];
  const sum = (of: (dx: number, dy: number) => number): number =>
    pairs.reduce((total, [a, b]) => total + of(a - x, b - y), 0);
  const spread = Math.sqrt(sum((dx) => dx * dx) * sum((_, dy) => dy * dy));
  return spread === 0 ? null : sum((dx, dy) => dx * dy) / spread;
}

/** What write-report gives: the text of each deliverable by its file name. */
export type Deliverables = Readonly<
  Record<"report.md" | "summary.json" | "ic50.csv" | "claims.json", string>
>;

export interface ReportInput {
  readonly question: string;
  readonly ruleTexts: RuleTexts;
  readonly rules: CaseRules;
  readonly fits: readonly Fit[];
  readonly claims: readonly AssessedClaim[];
}

/** Writes the four deliverables. */
export function writeReport(input: ReportInput): Deliverables {
  const summary = summarize(input.fits, input.claims, input.rules);
  const fitted = input.fits.filter((fit) => fit.kind === "fitted");
  const rows = fitted.map((fit) => [fit.compound_id, fit.assay, fit.run, fit.ic50_uM, fit.hill, fit.r2]);
  return {
    "report.md": reportText(input, summary),
    "summary.json": `${JSON.stringify(summary, null, 2)}\n`,
    "ic50.csv": toCsv(["compound_id", "assay", "run", "ic50_uM", "hill", "r2"], rows),
    "claims.json": `${JSON.stringify(input.claims, null, 2)}\n`,
  };
}

const digits = 3;

/** A number as the report prints it; untracedNumbers reads it back the same way. */
export function printed(value: number | null): string {
  if (value === null) return "not defined";
  return Number.isInteger(value) ? String(value) : value.toFixed(digits);
}

function reportText(input: ReportInput, summary: Summary): string {
  const [first, second] = summary.assays;
  const lines = [
    "# Lead finding",
    "",
    `> ${input.question}`,
    "",
    "## Shortlist",
    "",
    ...shortlistLines(input, summary),
    "",
    "## Do the assays agree?",
    "",
    ...summary.assays.map((assay) => {
      const [curves, quantified] = [
        summary.curves_by_assay[assay] ?? 0,
        summary.quantified_by_assay[assay] ?? 0,
      ];
      return `- ${assay}: ${printed(curves)} curves fitted or accounted for, ${printed(quantified)} compounds quantified.`;
    }),
    `- Quantified in both: ${printed(summary.quantified_in_both)} compounds.`,
    `- Pearson r of log10 IC50 over those: ${printed(summary.pearson_log10_ic50)}.`,
    `- Mean log10 difference, ${first} minus ${second}: ${printed(summary.mean_log10_difference)}.`,
    "",
    "## What the papers say, and what the data say",
    "",
    ...input.claims.flatMap(claimLines),
    "## Rules",
    "",
    ...Object.entries(input.ruleTexts).map(([name, text]) => `- ${name}: ${text}`),
    "",
  ];
  return lines.join("\n");
}

function shortlistLines(input: ReportInput, { shortlist, assays }: Summary): string[] {
  const rule = input.ruleTexts["shortlist"] ?? "";
  if (shortlist.length === 0) return [`No compound keeps the rule: ${rule}.`];
  return [
    `${printed(shortlist.length)} compounds keep the rule: ${rule}.`,
    "",
    `| compound | ${assays.join(" uM | ")} uM |`,
    "|---|---|---|",
    ...shortlist.map(
      (row) =>
        `| ${row.compound_id} | ${assays.map((it) => printed(row.values_uM[it] ?? null)).join(" | ")} |`,
    ),
  ];
}

function claimLines(claim: AssessedClaim): string[] {
  return [
    `**${claim.verdict}**: ${claim.why}`,
    "",
    `> ${claim.quote.replaceAll("\n", "\n> ")}`,
    "",
    `(${claim.file})`,
    "",
  ];
}

/**
 * Numbers of the report that no computed value, rule or quotation bears out (W1), and quotations that are in no file (W2).
 * Identifiers such as compound names hold digits and are no numbers: those known are taken out first.
 */
export function untraced(report: string, input: ReportInput, papers: readonly TextFile[]): Finding[] {
  const summary = summarize(input.fits, input.claims, input.rules);
  const identifiers = [...new Set(input.fits.map((fit) => fit.compound_id))].sort(
    (a, b) => b.length - a.length,
  );
  const known = new Set([
    ...numbersOf(summary).map((value) => printed(value)),
    ...digitsIn(Object.values(input.ruleTexts).join(" ")),
    ...digitsIn(input.claims.map((it) => `${it.quote} ${JSON.stringify(it.evidence)} ${it.file}`).join(" ")),
  ]);
  return report.split("\n").flatMap((line, index): Finding[] => {
    const where = `report.md:${index + 1}`;
    if (line.startsWith("> "))
      return isQuoted(line.slice(2), input, papers)
        ? []
        : [{ message: "A quotation stands in no paper.", claimed: line.slice(2), where }];
    const plain = identifiers.reduce((text, id) => text.replaceAll(id, ""), line);
    const invented = digitsIn(plain).filter((it) => !known.has(it));
    return invented.map((claimed) => ({
      message: "A number of the report was not computed.",
      claimed,
      where,
    }));
  });
}

const isQuoted = (text: string, input: ReportInput, papers: readonly TextFile[]): boolean =>
  input.question.includes(text) || papers.some((paper) => paper.text.includes(text));

/** Numbers written in digits, not those inside a name such as IC50 or log10. */
function digitsIn(text: string): string[] {
  return text.match(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w])/g) ?? [];
}

function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (Array.isArray(value)) return [value.length, ...value.flatMap(numbersOf)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}
