// What the next attempt is told: built from problems, never from a person's or another step's work.

import type { Problem, Verdict } from "./check.ts";
import { clip } from "./fold-text.ts";

/** Most problems told to one attempt; the rest are counted. */
export const toldLimit = 20;

/** Longest text told of a claim or a passage, in characters. */
const partLimit = 300;

/**
 * Text for the next attempt: what was claimed, what is wrong, where to look.
 * Of an independent check it tells the place only, never the value the other found: the two would no
 * longer be independent. Empty when there is no problem.
 */
export function feedbackText(verdicts: readonly Verdict[]): string {
  const told = verdicts.flatMap((verdict) =>
    verdict.problems.map((problem) => tell(problem, verdict.independent === true)),
  );
  if (told.length === 0) return "";
  const shown = told.slice(0, toldLimit).map((it, index) => `${index + 1}. ${it}`);
  const rest = told.length > toldLimit ? [`… and ${told.length - toldLimit} more of the kind.`] : [];
  return [
    "Your previous answer was not accepted.",
    ...shown,
    ...rest,
    "Correct these and give the whole answer again.",
  ].join("\n");
}

function tell(problem: Problem, isIndependent: boolean): string {
  const at = problem.path === undefined || problem.path === "" ? "" : `At ${problem.path}: `;
  // The sentence of an independent check may hold the other's value, so it is not passed on.
  const message = isIndependent
    ? "an independent check does not agree with this"
    : clip(problem.message, partLimit);
  const lines = [`${at}${message} (${problem.check}).`];
  if (problem.claimed !== undefined) lines.push(`   You gave: ${clip(problem.claimed, partLimit)}`);
  if (!isIndependent && problem.found !== undefined) {
    lines.push(
      `   Found${problem.where === undefined ? "" : ` at ${problem.where}`}: ${clip(problem.found, partLimit)}`,
    );
  } else if (!isIndependent && problem.where !== undefined) lines.push(`   Where: ${problem.where}`);
  return lines.join("\n");
}
