// Multistep arithmetic: an expression is taken apart into named parts, the parts are worked out one by
// one, and put together. A step is right when every expression between its equals signs has one value,
// and that value is the one the problem and the steps before give.

import { check } from "firebreak";
import { type StepCheck, type StepInput, unread } from "./trace.ts";
import { evaluate, type Names } from "./expression.ts";

const definition = /\b([A-Z])\s*=\s*([^,=]*?)(?=,|\band\b|\.?\s*$|\.\s)/g;

/** Holds a step of worked arithmetic against the values before it. */
export const multistep: StepCheck = check("each equals sign joins equal values", (step, { input }) => {
  // The first step only names the parts of the expression; what they are worth comes in the steps after.
  if (input.before.length === 0) return true;
  const [work = "", answer] = step.split(/so the answer is/i);
  const chain = chainOf(work);
  if (chain === undefined) return unread;
  const known = namesBefore(input);
  const expected = valuesOf(chain, known);
  if (expected.length === 0) return unread;
  const [first] = expected;
  const wrong = expected.find((it) => it !== first);
  if (wrong !== undefined) return `${first} is not ${wrong}`;
  const given = answer === undefined ? undefined : Number(/-?\d+(?:\.\d+)?/.exec(answer)?.[0]);
  return given === undefined || Number.isNaN(given) || given === first || `the answer is ${first}`;
});

/** The sides of the equation a step works out; undefined when it holds none. */
function chainOf(work: string): readonly string[] | undefined {
  const body = work.replace(/^[^:=]*?(?:calculate|equation is|expression is)\s*/i, "").replace(/\.\s*$/, "");
  const sides = body.split("=").map((it) => it.trim());
  return sides.length > 1 ? sides : undefined;
}

function valuesOf(sides: readonly string[], known: Names): number[] {
  return sides.flatMap((side) => {
    const value = evaluate(side, known);
    return value === undefined ? [] : [value];
  });
}

/** What the names stand for: their last stated value, or the expression the first step gave them. */
function namesBefore(input: StepInput): Names {
  const names = new Map<string, number>();
  const [parts = "", ...worked] = input.before;
  for (const [, name = "", expression = ""] of parts.replace(/^.*?\bwhere\b/i, "").matchAll(definition)) {
    const value = evaluate(expression, names);
    if (value !== undefined) names.set(name, value);
  }
  for (const step of worked) {
    const chain = chainOf(step);
    const value = chain === undefined ? undefined : valuesOf(chain, names).at(-1);
    const name = chain?.[0];
    if (name !== undefined && /^[A-Z]$/.test(name) && value !== undefined) names.set(name, value);
  }
  return names;
}
