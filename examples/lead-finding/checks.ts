// The gates of the steps, as checks with names. What they hold an output against is the case, never another step's answer,
// but for `agrees`, whose whole point it is to hold two answers against each other.

import { createHash } from "node:crypto";
import { type NamedCheck, unsure } from "firebreak";
import { type AssessedClaim, type Claim, quotesStand, rowsSaySo } from "./claims.ts";
import { meaningsOf, type TableProfile } from "./columns.ts";
import { type FitAnswer, pointMeanings } from "./curves.ts";
import type { RuleTexts, TextFile } from "./data.ts";
import type { Finding } from "./finding.ts";
import { agreement, completeFits, leastSquares } from "./gates.ts";
import type { FitInput, Plan, PlanInput } from "./jobs/analyst.ts";
import type { RefitInput, TestClaimsInput } from "./jobs/checker.ts";
import { type Deliverables, type ReportInput, untraced } from "./report.ts";
import { readingsHold } from "./readings.ts";
import { readRules } from "./rules.ts";
import type { Tables } from "./tables.ts";
import { verdictsHold } from "./verdicts.ts";

/** Names texts by their content: a gate over other data is another gate. */
export function versionOf(files: readonly TextFile[]): string {
  const hash = createHash("sha256");
  for (const { file, text } of files) hash.update(`${file}\n${text}\n`);
  return hash.digest("hex").slice(0, 16);
}

export function quotesStandIn(papers: readonly TextFile[]): NamedCheck<readonly Claim[]> {
  const run = (claims: readonly Claim[]): readonly Finding[] => quotesStand(claims, papers);
  return { kind: "check", name: "quotes stand in their files", version: versionOf(papers), run };
}

/** The same for an agent's answer. */
export function answerStandsIn(
  papers: readonly TextFile[],
): NamedCheck<{ readonly claims: readonly Claim[] }> {
  return { ...quotesStandIn(papers), run: ({ claims }) => quotesStand(claims, papers) };
}

/** The plan is about a table that is there, by columns it has, for the assays of the rules, and reads them as the data say. */
export function planHolds(tables: readonly TextFile[]): NamedCheck<Plan, PlanInput> {
  return {
    kind: "check",
    name: "the plan is about these tables",
    version: versionOf(tables),
    run: (plan, { input }) => [...planFindings(plan, input), ...readingsHold(plan.readings, tables)],
  };
}

function planFindings(plan: Plan, { rules, tables }: PlanInput): Finding[] {
  const table = tables.find((it) => it.file === plan.file);
  if (table === undefined) {
    const found = tables.map((it) => it.file).join(", ");
    return [
      { message: "The plan names a table that is not there.", path: "file", claimed: plan.file, found },
    ];
  }
  const names = table.columns.map((it) => it.name);
  // Under which name the excluded points stand is the rule's to say, and shows when the program runs.
  const wrong = pointMeanings.filter((it) => it !== "excluded" && !names.includes(plan.columns[it]));
  const columns = wrong.map((it): Finding => ({
    message: `The table has no such column for ${it}.`,
    path: `columns.${it}`,
    claimed: plan.columns[it],
    found: names.join(", "),
    where: `${table.file}:1`,
  }));
  const asked = readRules(rules).shortlist.map((it) => it.field);
  const missing = asked.filter((it) => !plan.assays.includes(it));
  return [
    ...columns,
    ...missing.map((it): Finding => ({
      message: `The plan leaves out the assay ${it} of the rules.`,
      path: "assays",
    })),
  ];
}

type PointsOf<Input> = (input: Input) => string | undefined;

/** Both gates of a fit. They compute from the measured points, and tell an author where, never which value is right. */
function fitChecks<Input extends { readonly rules: RuleTexts }>(
  tables: readonly TextFile[],
  pointsIn: PointsOf<Input>,
): readonly [NamedCheck<FitAnswer, Input>, NamedCheck<FitAnswer, Input>] {
  const version = versionOf(tables);
  const over =
    (gate: typeof completeFits): NamedCheck<FitAnswer, Input>["run"] =>
    ({ fits }, { input }) => {
      const file = pointsIn(input);
      const points = tables.find((it) => it.file === file);
      if (points === undefined)
        return [{ message: `There is no table of points${file === undefined ? "" : ` ${file}`}.` }];
      return gate(fits, points, readRules(input.rules).fit);
    };
  return [
    { kind: "check", name: "every curve is accounted for", version, run: over(completeFits) },
    {
      kind: "check",
      name: "every fit is a least-squares optimum",
      version,
      independent: true,
      run: over(leastSquares),
    },
  ];
}

export const fitGate = (tables: readonly TextFile[]): ReturnType<typeof fitChecks<FitInput>> =>
  fitChecks<FitInput>(tables, ({ plan }) => plan.file);
export const refitGate = (tables: readonly TextFile[]): ReturnType<typeof fitChecks<RefitInput>> =>
  fitChecks<RefitInput>(tables, ({ tables: profiles }) => profiles.find(isPoints)?.file);

const isPoints = ({ columns }: TableProfile): boolean =>
  pointMeanings.every((it) => meaningsOf(columns).has(it));

type Assessment = { readonly claims: readonly AssessedClaim[] };

export function rowsBearOut(
  tables: readonly TextFile[],
  open: () => Tables,
): NamedCheck<Assessment, TestClaimsInput> {
  const run: NamedCheck<Assessment, TestClaimsInput>["run"] = ({ claims }, { input }) =>
    rowsSaySo(claims, input.claims, open());
  return { kind: "check", name: "the rows say so", version: versionOf(tables), run };
}

/** Each verdict is decided again by the rules, over the same tables; the author is told where, not which verdict is right. */
export function verdictsDecided(
  tables: readonly TextFile[],
  open: () => Tables,
): NamedCheck<Assessment, TestClaimsInput> {
  const name = "the verdicts are those the data decide";
  const run: NamedCheck<Assessment, TestClaimsInput>["run"] = ({ claims }, { input }) => {
    const held = verdictsHold(claims, input.tables, open());
    if (held.wrong.length > 0 || held.open.length === 0) return held.wrong;
    const problems = held.open.map((it) => ({ ...it, check: name }));
    return unsure("no rule can decide every claim that was given a verdict", problems);
  };
  return { kind: "check", name, version: versionOf(tables), independent: true, run };
}

/** The fits of both computations. */
export interface Pair {
  readonly first: FitAnswer;
  readonly second: FitAnswer;
}

/** The rule `agreement` of the case. */
export function agrees(rules: RuleTexts): NamedCheck<Pair> {
  const run = ({ first, second }: Pair): readonly Finding[] =>
    agreement(first.fits, second.fits, readRules(rules));
  return { kind: "check", name: "the two computations agree", version: rules["agreement"] ?? "", run };
}

/** What the report is written from, as values that can be recorded. */
export interface WriteInput extends Omit<ReportInput, "rules"> {
  readonly papers: readonly TextFile[];
}

export const everythingTraced: NamedCheck<Deliverables, WriteInput> = {
  kind: "check",
  name: "every number and quotation is traced",
  version: "1",
  run: (written, { input }) => tracedFindings(written["report.md"], input),
};

/** The same for a report that a person has edited. */
export function reportTraced(input: WriteInput): NamedCheck<string> {
  return { ...everythingTraced, run: (report) => tracedFindings(report, input) };
}

const tracedFindings = (report: string, { papers, ...input }: WriteInput): readonly Finding[] =>
  untraced(report, { ...input, rules: readRules(input.ruleTexts) }, papers);
