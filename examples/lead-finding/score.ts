// The final line of the demo: how the run's deliverables compare with the answer key. Only this file and the tests read
// the key, and only after everything is released.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AssessedClaim } from "./claims.ts";
import type { Summary } from "./report.ts";

export interface Score {
  readonly agrees: boolean;
  readonly line: string;
  /** What does not agree, one sentence each. */
  readonly differences: readonly string[];
}

interface ExpectedAnswers {
  readonly n_runs: Readonly<Record<string, number>>;
  readonly fluorescence_quantified: number;
  readonly rapidfire_quantified: number;
  readonly quantified_in_both: number;
  readonly pearson_log10_ic50: number;
  readonly mean_log10_difference_fluorescence_minus_rapidfire: number;
  readonly shortlist: readonly { compound_id: string; fluorescence_uM: number; rapidfire_uM: number }[];
}

interface ExpectedClaim {
  readonly quote: string;
  readonly file: string;
  readonly verdict: string;
  readonly also_accepted?: readonly string[];
}

/** Largest difference of r that agrees. */
const correlationTolerance = 0.002;
/** Largest difference of a potency or of the mean difference that agrees, log10. */
const log10Tolerance = 0.02;

/** Compares with `answers.json` and `claims.json` of a folder. */
export function score(summary: Summary, claims: readonly AssessedClaim[], expectedFolder: string): Score {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(expectedFolder, name), "utf8"));
  const answers = read("answers.json") as ExpectedAnswers;
  const expected = read("claims.json") as ExpectedClaim[];
  const wrongClaims = expected.flatMap((it) => claimDifference(it, claims));
  const differences = [
    ...numberDifferences(summary, answers),
    ...shortlistDifferences(summary, answers),
    ...wrongClaims,
  ];
  const right = expected.length - wrongClaims.length;
  const r = summary.pearson_log10_ic50?.toFixed(3) ?? "not defined";
  const line =
    `Answer key: ${differences.length === 0 ? "agrees" : `${differences.length} differences`}; ` +
    `shortlist ${summary.shortlist.length} of ${answers.shortlist.length}, r ${r} (key ${answers.pearson_log10_ic50}), ` +
    `claims ${right} of ${expected.length}, ${claims.length - expected.length} further claims.`;
  return { agrees: differences.length === 0, line, differences };
}

function numberDifferences(summary: Summary, answers: ExpectedAnswers): string[] {
  const counts: readonly (readonly [string, number | undefined, number])[] = [
    ...Object.entries(answers.n_runs).map(
      ([assay, runs]) => [`curves in ${assay}`, summary.curves_by_assay[assay], runs] as const,
    ),
    [
      "quantified in fluorescence",
      summary.quantified_by_assay["fluorescence"],
      answers.fluorescence_quantified,
    ],
    ["quantified in rapidfire", summary.quantified_by_assay["rapidfire"], answers.rapidfire_quantified],
    ["quantified in both", summary.quantified_in_both, answers.quantified_in_both],
  ];
  const near = (found: number | null, key: number, tolerance: number): boolean =>
    found !== null && Math.abs(found - key) <= tolerance;
  const difference = answers.mean_log10_difference_fluorescence_minus_rapidfire;
  return [
    ...counts.flatMap(([what, found, key]) =>
      found === key ? [] : [`${what}: ${found ?? "none"}, key ${key}`],
    ),
    ...(near(summary.pearson_log10_ic50, answers.pearson_log10_ic50, correlationTolerance)
      ? []
      : [`Pearson r: ${summary.pearson_log10_ic50}, key ${answers.pearson_log10_ic50}`]),
    ...(near(summary.mean_log10_difference, difference, correlationTolerance)
      ? []
      : [`mean log10 difference: ${summary.mean_log10_difference}, key ${difference}`]),
  ];
}

function shortlistDifferences(summary: Summary, answers: ExpectedAnswers): string[] {
  const ours = new Map(summary.shortlist.map((row) => [row.compound_id, row.values_uM]));
  const theirs = new Set(answers.shortlist.map((row) => row.compound_id));
  const extra = [...ours.keys()]
    .filter((id) => !theirs.has(id))
    .map((id) => `${id} is on our shortlist only`);
  return [
    ...extra,
    ...answers.shortlist.flatMap((row) => {
      const values = ours.get(row.compound_id);
      if (values === undefined) return [`${row.compound_id} is not on our shortlist`];
      const pairs = [
        [values["fluorescence"], row.fluorescence_uM],
        [values["rapidfire"], row.rapidfire_uM],
      ] as const;
      const isNear = pairs.every(
        ([found, key]) => found !== undefined && Math.abs(Math.log10(found / key)) <= log10Tolerance,
      );
      return isNear ? [] : [`${row.compound_id}: ${JSON.stringify(values)}, key ${JSON.stringify(row)}`];
    }),
  ];
}

/** The shortest of our quotes that holds the expected one is the one that speaks of it. */
function claimDifference(expected: ExpectedClaim, claims: readonly AssessedClaim[]): string[] {
  const holding = claims.filter((it) => it.file === expected.file && it.quote.includes(expected.quote));
  const [ours] = holding.toSorted((a, b) => a.quote.length - b.quote.length);
  if (ours === undefined) return [`no claim of ours holds "${expected.quote}"`];
  const accepted = [expected.verdict, ...(expected.also_accepted ?? [])];
  return accepted.includes(ours.verdict)
    ? []
    : [`"${expected.quote}" is ${ours.verdict}, key ${accepted.join(" or ")}`];
}
