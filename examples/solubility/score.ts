// How a result compares with the answer key. Only tests and the last line of a report use it.

import { columnsOf, type Descriptor } from "./case.ts";
import type { Fit } from "./gate.ts";

/** The part of expected/answers.json that is compared. */
export interface AnswerKey {
  readonly n: number;
  readonly ols_on_this_file: Readonly<
    Record<"intercept" | "clogp" | "mw" | "rotors" | "aromatic_proportion" | "r2" | "rmse" | "mae", number>
  >;
}

const keyNames = { clogp: "clogp", weight: "mw", rotors: "rotors", aromatic: "aromatic_proportion" } as const;

/** Relative. The key has six digits, and its last differs from exact arithmetic over the file's rounded descriptors. */
const tolerance = 5e-5;

/** `9 of 9 figures agree with the answer key`, and those that do not. */
export function score(
  fit: Fit,
  key: AnswerKey,
): { readonly right: number; readonly of: number; readonly text: string } {
  const expected = key.ols_on_this_file;
  const columns = columnsOf(["measured_logS", ...fit.terms.map((it) => it.column)]);
  const coefficient = (meaning: Descriptor): number | undefined =>
    fit.terms.find((it) => it.column === columns.get(meaning))?.coefficient;
  const pairs: [string, number | undefined, number][] = [
    ["rows", fit.rows, key.n],
    ["intercept", fit.intercept, expected.intercept],
    ...(Object.keys(keyNames) as Descriptor[]).map((it): [string, number | undefined, number] => [
      it,
      coefficient(it),
      expected[keyNames[it]],
    ]),
    ...(["r2", "rmse", "mae"] as const).map((it): [string, number, number] => [it, fit[it], expected[it]]),
  ];
  const wrong = pairs.filter(
    ([, ours, theirs]) => !(Math.abs((ours ?? Number.NaN) - theirs) <= Math.abs(theirs) * tolerance),
  );
  const right = pairs.length - wrong.length;
  const list = wrong
    .map(([name, ours, theirs]) => `${name}: ${ours ?? "missing"}, expected ${theirs}`)
    .join("; ");
  const text = `${right} of ${pairs.length} figures agree with the answer key${list === "" ? "" : ` (${list})`}`;
  return { right, of: pairs.length, text };
}
