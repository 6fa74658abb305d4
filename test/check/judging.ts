// One check on one output, as a verdict.

import type { Check, CheckContext, Verdict } from "../../src/check/check.ts";
import { runChecks } from "../../src/check/judge-checks.ts";

/** The verdict of a check that returns no promise. */
export function verdictOf(check: Check, output: unknown, context: Partial<CheckContext> = {}): Verdict {
  const found = runChecks([check], output, { input: null, read: [], ...context });
  if (found instanceof Promise) throw new Error("the check returned a promise");
  return found[0]!;
}

/** The verdict of any check. */
export async function settledVerdict(
  check: Check,
  output: unknown,
  context: Partial<CheckContext> = {},
): Promise<Verdict> {
  return (await runChecks([check], output, { input: null, read: [], ...context }))[0]!;
}
