// The gates of the two fits and of their comparison: functions over what was answered and what was measured.
//
//   F1. Every curve with counted points is fitted, or it is said why not; no curve is made up.
//   F2. A reported fit is a least-squares optimum: no small step in any parameter, and no point of a coarse grid over
//       the search space, lowers the residual.
//   F3. A reported r2 and number of points are those of the data, and a parameter is marked as at the edge of the search
//       space when it is there.
//   F4. Two computations agree by the rule of the case.

import type { Curve, Fit, FittedCurve, Residual } from "./curves.ts";
import { curveKey, curvesOf, fewestPoints, residualOf, totalOf } from "./curves.ts";
import type { TextFile } from "./data.ts";
import type { Finding } from "./finding.ts";
import { deriveValues, type Values } from "./report.ts";
import type { CaseRules, FitRule, FitSpace } from "./rules.ts";

/** Every curve with points is there once, fitted or with a reason (F1). */
export function completeFits(fits: readonly Fit[], points: TextFile, rule: FitRule): Finding[] {
  const curves = curvesOf(points, rule);
  const seen = new Set<string>();
  const problems = fits.flatMap((fit, index): Finding[] => {
    const key = curveKey(fit);
    const curve = curves.get(key);
    const path = `fits[${index}]`;
    if (curve === undefined)
      return [{ message: `There is no curve ${key} in the data.`, path, where: points.file }];
    if (seen.has(key))
      return [{ message: `The curve ${key} is reported twice.`, path, where: placeOf(curve, points) }];
    seen.add(key);
    if (fit.kind === "fitted" || mayStayUnfitted(curve)) return [];
    const found = `${curve.responses.length} points that can be fitted`;
    return [
      {
        message: `The curve ${key} was left out.`,
        path,
        claimed: fit.why,
        found,
        where: placeOf(curve, points),
      },
    ];
  });
  const missing = [...curves.values()].filter((curve) => !seen.has(curveKey(curve)));
  const absent = missing.map((it) => ({
    message: `The curve ${curveKey(it)} is missing.`,
    where: placeOf(it, points),
  }));
  return [...problems, ...absent];
}

const placeOf = (curve: Curve, points: TextFile): string => `${points.file}:${curve.line}`;

/** Too few points for two parameters, a cell that is no number, or no spread to explain. */
function mayStayUnfitted(curve: Curve): boolean {
  const cells = [...curve.concentrations, ...curve.responses];
  return curve.responses.length < fewestPoints || !cells.every(Number.isFinite) || totalOf(curve) === 0;
}

/** Steps tried from a reported fit, log10 of the parameter. */
const steps = [1e-4, 1e-3, 1e-2, 0.05, 0.2] as const;
const directions = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const;
/** A residual counts as lower when it falls by more than this part of the total sum of squares: rounding is no fault. */
const fallTolerance = 1e-6;
/** Points of the coarse grid along each parameter. */
const gridPoints = { ic50: 31, hill: 13 } as const;

/** Every reported fit is an optimum of the rule's own objective, and its r2 is that of the data (F2, F3). */
export function leastSquares(fits: readonly Fit[], points: TextFile, rule: FitRule): Finding[] {
  const curves = curvesOf(points, rule);
  const residual = residualOf(rule);
  return fits.flatMap((fit, index): Finding[] => {
    const curve = curves.get(curveKey(fit));
    if (fit.kind !== "fitted" || curve === undefined) return [];
    const finding =
      notNumbers(fit, rule.space) ??
      notOptimal(fit, curve, residual, rule.space) ??
      notItsR2(fit, curve, residual) ??
      notItsEdges(fit, rule.space);
    return finding === undefined
      ? []
      : [{ ...finding, path: `fits[${index}].${finding.path}`, where: placeOf(curve, points) }];
  });
}

function notNumbers(fit: FittedCurve, space: FitSpace): Finding | undefined {
  const inside = (value: number, [low, high]: readonly [number, number]): boolean =>
    value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  if (inside(fit.ic50_uM, space.ic50) && inside(fit.hill, space.hill)) return undefined;
  const message = `${curveKey(fit)}: the reported parameters are not inside the search space.`;
  return {
    message,
    path: "ic50_uM",
    claimed: `IC50 ${fit.ic50_uM}, Hill ${fit.hill}`,
    found: JSON.stringify(space),
  };
}

function notOptimal(
  fit: FittedCurve,
  curve: Curve,
  residual: Residual,
  space: FitSpace,
): Finding | undefined {
  const here = residual(curve, fit.ic50_uM, fit.hill);
  const better = lowestNearby(fit, curve, residual, space);
  const onGrid = lowestOnGrid(curve, residual, space);
  const best = onGrid.value < better.value ? onGrid : better;
  if (!(best.value < here - fallTolerance * totalOf(curve))) return undefined;
  return {
    message: `${curveKey(fit)}: the reported fit is no least-squares optimum.`,
    path: "ic50_uM",
    claimed: `IC50 ${short(fit.ic50_uM)} uM, Hill ${short(fit.hill)}: residual ${short(here)}`,
    found: `IC50 ${short(best.ic50)} uM, Hill ${short(best.hill)}: residual ${short(best.value)}`,
  };
}

interface Trial {
  readonly ic50: number;
  readonly hill: number;
  readonly value: number;
}

const noTrial: Trial = { ic50: 0, hill: 0, value: Infinity };
const lower = (best: Trial, trial: Trial): Trial => (trial.value < best.value ? trial : best);
const clip = (value: number, [low, high]: readonly [number, number]): number =>
  Math.min(high, Math.max(low, value));

function lowestNearby(fit: FittedCurve, curve: Curve, residual: Residual, space: FitSpace): Trial {
  const trials = steps.flatMap((step) =>
    directions.map(([alongIc50, alongHill]): Trial => {
      const ic50 = clip(fit.ic50_uM * 10 ** (step * alongIc50), space.ic50);
      const hill = clip(fit.hill * 10 ** (step * alongHill), space.hill);
      return { ic50, hill, value: residual(curve, ic50, hill) };
    }),
  );
  return trials.reduce(lower, noTrial);
}

function lowestOnGrid(curve: Curve, residual: Residual, space: FitSpace): Trial {
  const trials = gridOf(space.ic50, gridPoints.ic50).flatMap((ic50) =>
    gridOf(space.hill, gridPoints.hill).map((hill): Trial => ({
      ic50,
      hill,
      value: residual(curve, ic50, hill),
    })),
  );
  return trials.reduce(lower, noTrial);
}

function gridOf([low, high]: readonly [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, index) => low * (high / low) ** (index / (count - 1)));
}

function notItsR2(fit: FittedCurve, curve: Curve, residual: Residual): Finding | undefined {
  const r2 = 1 - residual(curve, fit.ic50_uM, fit.hill) / totalOf(curve);
  if (fit.points !== curve.responses.length) {
    const message = `${curveKey(fit)}: the number of points is not that of the data.`;
    return { message, path: "points", claimed: String(fit.points), found: String(curve.responses.length) };
  }
  if (Math.abs(r2 - fit.r2) <= 1e-5) return undefined;
  const message = `${curveKey(fit)}: r2 is not that of the reported parameters.`;
  return { message, path: "r2", claimed: short(fit.r2), found: short(r2) };
}

/** Parts of a bound within which a value lies on it, and within which an optimiser that stops short may call it so. */
const onEdge = 1e-9;
const nearEdge = 1e-4;

function notItsEdges(fit: FittedCurve, space: FitSpace): Finding | undefined {
  const within = (part: number): readonly string[] => [
    ...(liesOn(fit.hill, space.hill, part) ? ["hill"] : []),
    ...(liesOn(fit.ic50_uM, space.ic50, part) ? ["ic50_uM"] : []),
  ];
  const [due, allowed] = [within(onEdge), within(nearEdge)];
  const { at_edge } = fit;
  if (due.every((it) => at_edge.includes(it)) && at_edge.every((it) => allowed.includes(it)))
    return undefined;
  const message = `${curveKey(fit)}: the parameters marked as at the edge are not those that are.`;
  const named = (names: readonly string[]): string => names.join(", ") || "none";
  return { message, path: "at_edge", claimed: named(at_edge), found: named(due) };
}

const liesOn = (value: number, bounds: readonly number[], part: number): boolean =>
  bounds.some((bound) => Math.abs(value / bound - 1) < part);

const short = (value: number): string => String(Number(value.toPrecision(6)));

/** The rule `agreement` of the case: same compounds quantified, values within the tolerance, shortlists equal (F4). */
export function agreement(first: readonly Fit[], second: readonly Fit[], rules: CaseRules): Finding[] {
  const [one, two] = [deriveValues(first, rules), deriveValues(second, rules)];
  const assays = [...new Set([...one.byAssay.keys(), ...two.byAssay.keys()])].sort();
  const values = assays.flatMap((assay) => disagreements(assay, one, two, rules.agreementLog10));
  const [mine, theirs] = [one, two].map((it) => it.shortlist.map((row) => row.compound_id).join(", ")) as [
    string,
    string,
  ];
  if (mine === theirs) return values;
  return [...values, { message: "The shortlists differ.", path: "shortlist", claimed: mine, found: theirs }];
}

function disagreements(assay: string, one: Values, two: Values, toleranceLog10: number): Finding[] {
  const [first, second] = [one.byAssay.get(assay) ?? new Map(), two.byAssay.get(assay) ?? new Map()];
  return [...new Set([...first.keys(), ...second.keys()])].sort().flatMap((compound): Finding[] => {
    const [mine, theirs] = [first.get(compound), second.get(compound)];
    const apart = mine === undefined || theirs === undefined ? Infinity : Math.abs(Math.log10(mine / theirs));
    if (apart <= toleranceLog10) return [];
    const by =
      apart === Infinity ? "is quantified by one computation only" : `differs by ${apart.toFixed(3)} log10`;
    const inWords = (value: number | undefined): string =>
      value === undefined ? "not quantified" : `${short(value)} uM`;
    return [
      {
        message: `${compound} in ${assay} ${by}.`,
        path: compound,
        claimed: inWords(mine),
        found: inWords(theirs),
      },
    ];
  });
}
