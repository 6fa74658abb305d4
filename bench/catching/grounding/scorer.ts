// User-level scorers that say how likely a response, or a claim of it, goes beyond its source. They are small
// regressions over `supportFeatures`; they see no label. What they learned lies in frozen.json.

import { logit, type Logistic, sigmoid } from "./logistic.ts";
import type { Case } from "./labelled.ts";
import { type ReadySource, readySource } from "./ready-source.ts";
import { claimStatements, type Statement, statementsOf } from "./statement.ts";
import { askedStems, supportFeatures } from "./support.ts";

/** What is looked up of one response, once: one row of features a statement. */
export interface Looked {
  readonly statements: readonly Statement[];
  readonly features: readonly (readonly number[])[];
}

/** Two stages for claims: each on its own, then among the others of its response. */
export interface ClaimModel {
  readonly alone: Logistic;
  readonly among: Logistic;
}

/** Stands for a response without a sentence: nothing is said, so nothing is wrong. */
const nothingSaid = -20;

/** Features of the sentences of a response. */
export function lookUpSentences(seen: Case): Looked {
  return lookUp(statementsOf(seen.response), seen);
}

/** Features of claims taken out of a response. */
export function lookUpClaims(claims: readonly string[], seen: Case): Looked {
  return lookUp(claimStatements(claims), seen);
}

function lookUp(statements: readonly Statement[], seen: Case): Looked {
  const source = ready(seen.source);
  const asked = askedStems(seen.question);
  return { statements, features: statements.map((it) => supportFeatures(it, source, asked)) };
}

const sources = new Map<string, ReadySource>();

function ready(text: string): ReadySource {
  const known = sources.get(text) ?? readySource(text);
  sources.set(text, known);
  return known;
}

/** A response is as doubtful as its most doubtful sentence: log odds. */
export function responseScore(model: Logistic, looked: Looked): number {
  return Math.max(nothingSaid, ...looked.features.map((it) => logit(model, it)));
}

/**
 * How doubtful the sentences are together: minus the log of the chance that all are right, were they
 * independent. For summaries, where many small liberties make a fault.
 */
export function gatheredScore(model: Logistic, looked: Looked): number {
  return looked.features.reduce((total, it) => total - Math.log(sigmoid(-logit(model, it)) + leastChance), 0);
}

/** Keeps the log of a chance finite. */
const leastChance = 1e-9;

/** Log odds of each claim. */
export function claimScores(model: ClaimModel, looked: Looked): readonly number[] {
  return amongOthers(
    looked.features.map((it) => logit(model.alone, it)),
    looked.features,
  ).map((it) => logit(model.among, it));
}

/**
 * A claim's features among the others of its response: who knows little of a subject is wrong about it
 * often, and claims side by side come from one sentence.
 */
export function amongOthers(
  scores: readonly number[],
  features: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const count = scores.length;
  const total = scores.reduce((sum, it) => sum + it, 0);
  const middle = total / Math.max(1, count);
  const sorted = scores.toSorted((a, b) => a - b);
  const beside = (at: number, reach: number): number =>
    ((scores[at - reach] ?? middle) + (scores[at + reach] ?? middle)) / 2;
  return features.map((own, at) => [
    scores[at]!,
    (total - scores[at]!) / Math.max(1, count - 1),
    beside(at, 1),
    beside(at, 2),
    count,
    sorted[Math.floor(count / 4)] ?? 0,
    sorted[Math.floor((count * 3) / 4)] ?? 0,
    ...own,
  ]);
}
