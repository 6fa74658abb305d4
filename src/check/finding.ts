import type { Evidence, Problem } from "./check.ts";

/** What was found at one place of an output. */
export interface Finding {
  readonly problems: readonly Omit<Problem, "check">[];
  readonly doubts: readonly string[];
  readonly evidence: readonly Evidence[];
  /** How many quotations or numbers were looked for. */
  readonly count: number;
}
