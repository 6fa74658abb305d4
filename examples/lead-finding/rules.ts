// The rules of the case, read from its text: a changed rule is followed or refused, never guessed. Pure.

import { compileFunction } from "node:vm";
import type { RuleTexts } from "./data.ts";

/** One bound on a value: `low <= field <= high`. */
export interface Bound {
  readonly field: string;
  readonly low?: number;
  readonly high?: number;
  /** False for < and >. */
  readonly lowIncluded: boolean;
  readonly highIncluded: boolean;
}

export interface FitRule {
  /** Left side of the model, as the rule calls it. */
  readonly response: string;
  /** Right side as an expression over ic50, hill and c, in JavaScript. */
  readonly expression: string;
  /** Rows count where this column has this value. */
  readonly filter: { readonly column: string; readonly equals: number };
  /** Search space of the fit; a best value at its edge is marked as such. */
  readonly space: FitSpace;
}

/** The box a fit is searched in: IC50 in micromolar. Wide enough that no quantified run is near an edge. */
export interface FitSpace {
  readonly ic50: readonly [number, number];
  readonly hill: readonly [number, number];
}

export interface CaseRules {
  readonly fit: FitRule;
  readonly quantified: readonly Bound[];
  /** One bound per assay, on the compound's value there. */
  readonly shortlist: readonly Bound[];
  /** Largest difference of two values that agree, log10. */
  readonly agreementLog10: number;
}

/** The case states no box, and a curve without any effect has its optimum at infinity: so the box is ours, and stated. */
export const fitSpace: FitSpace = { ic50: [1e-4, 1e5], hill: [0.05, 20] };

/** @throws Error that names the rule and says which forms are understood. */
export function readRules(texts: RuleTexts): CaseRules {
  const text = (name: string): string => {
    const rule = texts[name];
    if (rule !== undefined) return rule;
    throw new Error(`case.json has no rule "${name}". Write it under rules.`);
  };
  return {
    fit: readFit(text("fit")),
    quantified: text("quantified_run")
      .split(" and ")
      .map((part) => readBound(part, "quantified_run")),
    shortlist: text("shortlist")
      .split(" and ")
      .map((part) => readBound(part, "shortlist")),
    agreementLog10: readAgreement(text("agreement")),
  };
}

function refuse(rule: string, why: string): never {
  throw new Error(`The rule "${rule}" of case.json is not understood: ${why}`);
}

function readAgreement(text: string): number {
  const found = /at most ([\d.]+) log10/.exec(text)?.[1];
  return found === undefined
    ? refuse("agreement", 'it must say "differs by at most NUMBER log10".')
    : Number(found);
}

const plain = String.raw`-?\d+(?:\.\d+)?`;
const between = new RegExp(
  String.raw`^(${plain})\s*(<=?)\s*([\w ]+?)\s*(<=?)\s*(${plain})(?:\s*\(?[uµ]M\)?)?$`,
);
const oneSided = new RegExp(String.raw`^([\w ]+?)\s*(<=?|>=?)\s*(${plain})(?:\s*\(?[uµ]M\)?)?$`);

/** Reads `0.3 <= hill <= 5` or `fluorescence value < 1 uM`; the word "value" is no part of the field. */
export function readBound(part: string, rule: string): Bound {
  const both = between.exec(part.trim());
  if (both !== null) {
    const [, low, lowSign, field = "", highSign, high] = both;
    const ends = { lowIncluded: lowSign === "<=", highIncluded: highSign === "<=" };
    return { field: fieldOf(field), low: Number(low), high: Number(high), ...ends };
  }
  const single = oneSided.exec(part.trim());
  if (single === null)
    return refuse(rule, `"${part.trim()}" is neither "x < NUMBER" nor "NUMBER <= x <= NUMBER".`);
  const [, field = "", sign = "", value] = single;
  const included = { lowIncluded: sign === ">=", highIncluded: sign === "<=" };
  const end = sign.startsWith("<") ? { high: Number(value) } : { low: Number(value) };
  return { field: fieldOf(field), ...end, ...included };
}

const fieldOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/ value$/, "");

/** True when the value keeps the bound. */
export function within(value: number, bound: Bound): boolean {
  const { low = -Infinity, high = Infinity, lowIncluded, highIncluded } = bound;
  return (lowIncluded ? value >= low : value > low) && (highIncluded ? value <= high : value < high);
}

function readFit(text: string): FitRule {
  const model = /^\s*([A-Za-z_]\w*)\s*=\s*([^,]+),\s*least squares\b/.exec(text);
  const filter = /rows with (\w+) = (\d+)/.exec(text);
  const [, response = "", right = ""] =
    model ?? refuse("fit", 'it must read "RESPONSE = EXPRESSION, least squares over …".');
  const [, column = "", equals] =
    filter ?? refuse("fit", 'it must name the rows, as "rows with COLUMN = NUMBER".');
  if (!/one fit per compound, assay and run/.test(text))
    refuse("fit", 'it must say "one fit per compound, assay and run".');
  return {
    response,
    expression: toJavaScript(right),
    filter: { column, equals: Number(equals) },
    space: fitSpace,
  };
}

const variables: Readonly<Record<string, string>> = {
  ic50: "ic50",
  hill: "hill",
  concentration: "c",
  c: "c",
};

/** Turns `100 / (1 + (IC50/concentration)^hill)` into JavaScript. Only arithmetic over IC50, hill and concentration. */
export function toJavaScript(formula: string): string {
  const words = formula.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|[-+*/^()]|\S/g) ?? [];
  const seen = new Set<string>();
  const parts = words.map((word) => {
    if (/^[\d.]+$|^[-+*/()]$/.test(word)) return word;
    if (word === "^") return "**";
    const name = variables[word.toLowerCase()];
    if (name === undefined)
      return refuse("fit", `the model holds "${word}"; only IC50, hill and concentration are known.`);
    seen.add(name);
    return name;
  });
  if (seen.size < 3) refuse("fit", "the model must hold IC50, hill and concentration.");
  const expression = parts.join(" ");
  try {
    // The words above are all that can stand here: numbers, operators and three names.
    evaluatorOf(expression)(1, 1, 1);
  } catch {
    refuse("fit", `"${formula.trim()}" is not an arithmetic expression.`);
  }
  return expression;
}

export type Evaluator = (ic50: number, hill: number, c: number) => number;

/** Computes the model's right side. The expression is one of `toJavaScript`. */
export function evaluatorOf(expression: string): Evaluator {
  // toJavaScript lets nothing through but numbers, operators and these three names.
  return compileFunction(`return ${expression};`, ["ic50", "hill", "c"]) as Evaluator;
}
