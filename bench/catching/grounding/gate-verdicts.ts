// `grounded` as a predictor: what it fails is predicted faulty. What it is unsure of is taken both ways, and
// both are reported, because which is right was fixed before anything was measured: neither.

import type { Check } from "../../../src/check/check.ts";
import { contextOf } from "./carriers.ts";
import type { Case } from "./labelled.ts";
import { judge, type Judgement } from "./planted.ts";

/** The gate's word on each text, as written beside its source. */
export async function verdictsOn(
  gate: Check,
  seen: Case,
  texts: readonly string[],
): Promise<readonly Judgement[]> {
  const carrier = { name: "response", output: "", context: contextOf(seen) };
  const verdicts: Judgement[] = [];
  for (const it of texts) verdicts.push((await judge(gate, it, carrier)).result);
  return verdicts;
}
