// Two values beside each other on the page: what differs, part by part.

import { diffValues, type ValueChange } from "../journal/trace-diff.ts";
import type { Value } from "../base/values.ts";
import type { StepView } from "../journal/view.ts";
import { decodedOutput } from "../journal/view.ts";
import { contrasted, type Html, markup } from "./html-text.ts";
import { valueText } from "./render-value.ts";

/** Parts that are shown; the rest is counted. */
const rowLimit = 12;
/** Longest text of one side of a row. */
const cellLimit = 600;
/** Longest of what is no text: its first members say what it is. */
const dataLimit = 200;

/** A table of what differs; nothing when the values are equal. */
export function changesHtml(
  changes: readonly ValueChange[],
  heads: readonly [before: string, after: string],
): Html | undefined {
  if (changes.length === 0) return undefined;
  const told = changes.flatMap(byLines);
  const rows = told.slice(0, rowLimit).map((it) => {
    const [before, after] = contrasted(cell(it.before), cell(it.after));
    return markup`<div class="row"><code>${it.path === "" ? "the whole" : it.path}</code><div class="pair">${side("claimed", heads[0], it.before, before)}${side("found", heads[1], it.after, after)}</div></div>`;
  });
  const more = told.length - rowLimit;
  return markup`<div class="changes">${rows}${more > 0 && markup`<p class="quiet">… ${more} more parts differ</p>`}</div>`;
}

function side(kind: "claimed" | "found", head: string, value: Value | undefined, text: Html): Html {
  return markup`<div class="${kind}"><b>${head}</b>${value === undefined ? markup`<span class="quiet">nothing</span>` : markup`<q dir="auto">${text}</q>`}</div>`;
}

function cell(value: Value | undefined): string {
  if (value === undefined) return "";
  const [text, limit] = typeof value === "string" ? [value, cellLimit] : [valueText(value), dataLimit];
  return text.length <= limit ? text : `${text.slice(0, limit)} …`;
}

/** Of two texts the lines that differ: what is equal need not be read. */
function byLines(it: ValueChange): readonly ValueChange[] {
  const { before, after, path } = it;
  if (typeof before !== "string" || typeof after !== "string") return [it];
  if (!before.includes("\n") || !after.includes("\n")) return [it];
  return diffValues(before.split("\n"), after.split("\n")).map((line) => {
    const number = Number(/^\[(\d+)\]/.exec(line.path)?.[1] ?? 0) + 1;
    return { ...line, path: `${path}${path === "" ? "" : ", "}line ${number}` };
  });
}

/** For a step with attempts that were rejected: each beside what was accepted in the end. */
export function rejectedHtml(step: StepView): Html | undefined {
  const attempts = step.children.filter((it) => it.kind === "attempt");
  const rejected = attempts.filter((it) => it.state === "rejected");
  const accepted = decodedOutput(step);
  if (rejected.length === 0 || accepted === undefined) return undefined;
  const parts = rejected.flatMap((it): Html[] => {
    const output = decodedOutput(it);
    const changes = output === undefined ? undefined : diffValues(output, accepted);
    const table = changes === undefined ? undefined : changesHtml(changes, ["rejected", "accepted"]);
    const says =
      table ??
      markup`<p class="quiet">${output === undefined ? "It gave no output." : "The same value was accepted in the end."}</p>`;
    return [markup`<h4>${it.name}, beside what was accepted</h4>${says}`];
  });
  return markup`<section class="verdict">${parts}</section>`;
}
