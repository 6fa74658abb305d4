// The operators, in the order of their reports.

import { FirebreakError } from "../../base/errors.ts";
import type { Operator } from "./mutation.ts";
import { citationOperators } from "./plant-citations.ts";
import { languageOperators } from "./plant-language.ts";
import { nameOperators } from "./plant-names.ts";
import { numberOperators } from "./plant-numbers.ts";
import { quoteOperator } from "./plant-quotes.ts";
import { rowOperators } from "./plant-rows.ts";
import { timeOperators } from "./plant-time.ts";
import { unitOperator } from "./plant-units.ts";

/** Every kind of fault that can be planted. None knows a workflow: they go by the form of values and texts. */
export const operators: readonly Operator[] = [
  ...numberOperators,
  unitOperator,
  quoteOperator,
  ...citationOperators,
  ...nameOperators,
  ...rowOperators,
  ...timeOperators,
  ...languageOperators,
];

/** The operators of these names; all where none is given. @throws OPERATOR_UNKNOWN */
export function operatorsNamed(names: readonly string[] | undefined): readonly Operator[] {
  if (names === undefined || names.length === 0) return operators;
  return [...new Set(names)].map((name) => {
    const found = operators.find((it) => it.name === name);
    if (found !== undefined) return found;
    throw new FirebreakError("OPERATOR_UNKNOWN", {
      given: name,
      known: operators.map((it) => it.name).join(", "),
    });
  });
}
