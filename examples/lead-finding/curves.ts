// The measured points of every curve, and what a fit of one is. The gates recompute from here and from nothing else.

import { identifyColumns, type Meaning } from "./columns.ts";
import { parseCsv } from "./csv.ts";
import type { TextFile } from "./data.ts";
import { evaluatorOf, type FitRule } from "./rules.ts";

/** One fitted curve, or why there is none. `run` is text, as tables hold it. */
export type Fit = FittedCurve | UnfittedCurve;

export interface CurveName {
  readonly compound_id: string;
  readonly assay: string;
  readonly run: string;
}

export interface FittedCurve extends CurveName {
  readonly kind: "fitted";
  readonly ic50_uM: number;
  readonly hill: number;
  /** 1 - SSE/SST about the mean of the fitted rows. */
  readonly r2: number;
  /** Points fitted. */
  readonly points: number;
  /** Parameters whose best value lies at the edge of the search space: the data do not bound them. */
  readonly at_edge: readonly string[];
}

export interface UnfittedCurve extends CurveName {
  readonly kind: "not fitted";
  readonly why: string;
}

/** What fit-curves and refit answer. */
export interface FitAnswer {
  readonly method: string;
  readonly fits: readonly Fit[];
}

/** The points of one compound, assay and run that the rule counts. */
export interface Curve extends CurveName {
  readonly concentrations: readonly number[];
  readonly responses: readonly number[];
  /** Line of its first counted point in the file; 1 is the line of names. */
  readonly line: number;
}

/** Fewest points a curve of two parameters is fitted to. */
export const fewestPoints = 3;

export const curveKey = (name: CurveName): string => [name.compound_id, name.assay, name.run].join(" / ");

/** Columns a table of points must have. */
export const pointMeanings = [
  "compound",
  "assay",
  "run",
  "concentration",
  "inhibition",
  "excluded",
] as const satisfies readonly Meaning[];

export type PointColumns = Readonly<Record<(typeof pointMeanings)[number], string>>;

/** @throws Error that names the meaning nobody could be found for, and the columns there are. */
export function pointColumns(
  found: ReadonlyMap<Meaning, string>,
  file: string,
  names: readonly string[],
): PointColumns {
  const missing = pointMeanings.filter((meaning) => !found.has(meaning));
  if (missing.length === 0)
    return Object.fromEntries(pointMeanings.map((it) => [it, found.get(it)])) as PointColumns;
  throw new Error(
    `${file}: no column could be identified as ${missing.join(" or ")} among ${names.join(", ")}. ` +
      "Name the column after what it holds, such as concentration_uM, percent_inhibition or excluded.",
  );
}

/** Groups the counted points of a table by compound, assay and run, in the file's order. */
export function curvesOf(points: TextFile, rule: FitRule): ReadonlyMap<string, Curve> {
  const table = parseCsv(points.text, points.file);
  const names = pointColumns(identifyColumns(table), points.file, table.columns);
  const at = Object.fromEntries(pointMeanings.map((it) => [it, table.columns.indexOf(names[it])])) as Record<
    string,
    number
  >;
  const curves = new Map<string, Curve & { concentrations: number[]; responses: number[] }>();
  for (const [index, row] of table.rows.entries()) {
    const cell = (meaning: keyof PointColumns): string => row[at[meaning] ?? -1] ?? "";
    if (Number(cell("excluded")) !== rule.filter.equals) continue;
    const name = { compound_id: cell("compound"), assay: cell("assay"), run: cell("run") };
    const key = curveKey(name);
    const curve = curves.get(key) ?? { ...name, concentrations: [], responses: [], line: index + 2 };
    curve.concentrations.push(Number(cell("concentration")));
    curve.responses.push(Number(cell("inhibition")));
    curves.set(key, curve);
  }
  return curves;
}

/** Sum of squared residuals of a curve at these parameters. */
export type Residual = (curve: Curve, ic50: number, hill: number) => number;

export function residualOf(rule: FitRule): Residual {
  const model = evaluatorOf(rule.expression);
  return (curve, ic50, hill) => {
    let sum = 0;
    for (const [index, c] of curve.concentrations.entries()) {
      const miss = (curve.responses[index] ?? 0) - model(ic50, hill, c);
      sum += miss * miss;
    }
    return sum;
  };
}

/** Sum of squares about the mean. */
export function totalOf(curve: Curve): number {
  const mean = curve.responses.reduce((sum, it) => sum + it, 0) / curve.responses.length;
  return curve.responses.reduce((sum, it) => sum + (it - mean) ** 2, 0);
}
