// What steps a run had, and how to expect them.

import { AssertionError } from "node:assert";
import { FirebreakError } from "./base/errors.ts";
import type { StepView } from "./journal/view.ts";
import { flatten } from "./journal/view-tree.ts";

const joint = " › ";

/** A step's name with the names around it, as in `scout › attempt 1 › model`. */
export function pathOfStep(step: StepView): string {
  return step.path.join(joint);
}

/** The first step of a name or path. @throws TEST_STEP_UNKNOWN */
export function findStep(steps: readonly StepView[], given: string): StepView {
  const all = [...flatten(steps)];
  const found = all.find((it) => pathOfStep(it) === given) ?? all.find((it) => it.name === given);
  if (found !== undefined) return found;
  const known = all.slice(0, 30).map(pathOfStep).join("; ") || "none";
  throw new FirebreakError("TEST_STEP_UNKNOWN", { given, known });
}

/**
 * Expects these steps, by path from the top (`scout`, `scout › attempt 1`), in this order.
 *
 * The steps at the top must be exactly those named. Of a step whose inside is named too, the steps inside must be exactly
 * those named; other insides are not looked at. `anyOrder` compares without order.
 *
 * @throws AssertionError with a line for each step that is missing (-) or was not expected (+).
 */
export function expectSteps(
  result: { readonly steps: readonly StepView[] },
  expected: readonly string[],
  options: { readonly anyOrder?: boolean } = {},
): void {
  const opened = new Set(
    expected.flatMap((it) => (it.includes(joint) ? [it.slice(0, it.lastIndexOf(joint))] : [])),
  );
  let actual = listed(result.steps, opened);
  let wanted = [...expected];
  if (options.anyOrder) {
    actual = actual.toSorted();
    wanted = wanted.toSorted();
  }
  const lines = diff(wanted, actual);
  if (lines.every((it) => it.startsWith("  "))) return;
  const message = `the steps differ (- expected, + found):\n${lines.join("\n")}`;
  throw new AssertionError({
    message,
    actual,
    expected: wanted,
    operator: "expectSteps",
    stackStartFn: expectSteps,
  });
}

function listed(steps: readonly StepView[], opened: ReadonlySet<string>): string[] {
  return steps.flatMap((it) => {
    const path = pathOfStep(it);
    return [path, ...(opened.has(path) ? listed(it.children, opened) : [])];
  });
}

/** Longest lists that are compared line by line; longer ones are shown whole. */
const diffLimit = 1_000;

function diff(wanted: readonly string[], actual: readonly string[]): string[] {
  if (wanted.length > diffLimit || actual.length > diffLimit) {
    const equal = wanted.length === actual.length && wanted.every((it, index) => it === actual[index]);
    return equal ? [] : [...wanted.map((it) => `- ${it}`), ...actual.map((it) => `+ ${it}`)];
  }
  const common = commonLengths(wanted, actual);
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < wanted.length || j < actual.length) {
    if (i < wanted.length && j < actual.length && wanted[i] === actual[j]) {
      lines.push(`  ${wanted[i]}`);
      i += 1;
      j += 1;
    } else if (j >= actual.length || (i < wanted.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push(`- ${wanted[i]}`);
      i += 1;
    } else {
      lines.push(`+ ${actual[j]}`);
      j += 1;
    }
  }
  return lines;
}

/** Length of the longest common rest, from each place of both lists. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i]![j] =
        a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}
