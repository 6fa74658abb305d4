// What the tests of this example share: the real case, the baseline's answers to it (made once), and small edits of it.

import type { Claim, AssessedClaim } from "./claims.ts";
import { profileTables, type TableProfile } from "./columns.ts";
import type { Fit } from "./curves.ts";
import { type LeadCase, loadCase, type TextFile } from "./data.ts";
import { faults } from "./faults.ts";
import { fitCurves, planAnalysis } from "./jobs/analyst.ts";
import { refit, testClaims } from "./jobs/checker.ts";
import { extractClaims } from "./jobs/scout.ts";
import { play, type Played } from "./rig.ts";
import { searchPapers, vocabularyOf } from "./search.ts";

export const dataFolder: string = new URL("data", import.meta.url).pathname;
export const expectedFolder: string = new URL("data/expected", import.meta.url).pathname;
export const realCase: LeadCase = loadCase(dataFolder);

export const pointsOf = (of: LeadCase): TextFile =>
  of.tables.find((it) => it.file.endsWith("curve_points.csv")) as TextFile;
export const profilesOf = (of: LeadCase): TableProfile[] => profileTables(of.tables);
const filesOf = (of: LeadCase): TextFile[] => [...of.papers, ...of.tables];

/** The case with one of its texts changed. */
export function edited(of: LeadCase, file: string, edit: (text: string) => string): LeadCase {
  const change = (it: TextFile): TextFile => (it.file.endsWith(file) ? { ...it, text: edit(it.text) } : it);
  return { ...of, papers: of.papers.map(change), tables: of.tables.map(change) };
}

/** What a job answered, or the error that says why it could not. */
export function answerOf(played: Played): unknown {
  if ("answer" in played.end) return played.end.answer;
  throw new Error(`cannot: ${played.end.cannot}`);
}

export const refusalOf = (played: Played): string => ("cannot" in played.end ? played.end.cannot : "");

export const playScout = (of: LeadCase): Played =>
  play(
    extractClaims,
    { question: of.question, papers: searchPapers(of.question, of.papers, vocabularyOf(of.tables)) },
    filesOf(of),
  );
export const playPlan = (of: LeadCase, tables: readonly TableProfile[] = profilesOf(of)): Played =>
  play(planAnalysis, { question: of.question, rules: of.rules, tables }, filesOf(of));
/** `tables` may be a stale profile: what the plan was made from, where the data have changed since. */
export const playFits = (of: LeadCase, tables?: readonly TableProfile[]): Played =>
  play(fitCurves, { rules: of.rules, plan: answerOf(playPlan(of, tables)) }, filesOf(of));
export const playRefit = (of: LeadCase): Played =>
  play(refit, { rules: of.rules, tables: profilesOf(of) }, filesOf(of));
export const playClaims = (of: LeadCase, claims: readonly Claim[]): Played =>
  play(testClaims, { claims, tables: profilesOf(of) }, filesOf(of));

export const fitsIn = (played: Played): readonly Fit[] => (answerOf(played) as { fits: readonly Fit[] }).fits;
export const claimsIn = (played: Played): readonly AssessedClaim[] =>
  (answerOf(played) as { claims: readonly AssessedClaim[] }).claims;

/** The case with the points of a few compounds only, for tests that need fits but not all of them. */
export function smallCase(compounds: number): LeadCase {
  return edited(realCase, "curve_points.csv", (text) => {
    const [head = "", ...rows] = text.trim().split("\n");
    const ids = new Set([...new Set(rows.map((row) => row.split(",")[0]))].slice(0, compounds));
    return [head, ...rows.filter((row) => ids.has(row.split(",")[0]))].join("\n");
  });
}

/** The answer with a fault planted. */
export function plant(name: string, answer: unknown): unknown {
  const fault = faults[name];
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  return fault(answer, {});
}
