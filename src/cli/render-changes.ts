// What differs between two values, a line for each part: path: before → after.

import { diffValues, type ValueChange } from "../journal/trace-diff.ts";
import { columns, fit, oneLine } from "./plain-text.ts";
import { valueText } from "./render-value.ts";
import type { Screen } from "./screen.ts";
import { count, plural } from "./units.ts";

/** Changes of one value that are listed unless more are asked for. */
export const changeLines = 8;

/** The changes' lines, at most `limit` and one that says how many more there are. */
export function renderChanges(
  screen: Screen,
  changes: readonly ValueChange[],
  indent: string,
  limit: number = changeLines,
): string[] {
  const lines = changes.slice(0, limit).flatMap((it) => changeText(screen, it, indent));
  if (changes.length > limit)
    lines.push(screen.style("dim", `${indent}… ${plural(changes.length - limit, "more change")}`));
  return lines;
}

function changeText(screen: Screen, it: ValueChange, indent: string): string[] {
  const path = it.path === "" ? "" : `${fit(oneLine(it.path), 60)}: `;
  const { before: old, after: now } = it;
  if (typeof old === "string" && typeof now === "string" && old.includes("\n") && now.includes("\n"))
    return [...(path === "" ? [] : [`${indent}${path.trimEnd()}`]), ...lineChanges(screen, old, now, indent)];
  const [before, after] = [shown(old, now), shown(now, old)];
  const line = `${indent}${path}${before} → ${after}`;
  if (columns(line) <= screen.width) return [line];
  return [...(path === "" ? [] : [`${indent}${path.trimEnd()}`]), ...beside(screen, before, after, indent)];
}

function beside(
  screen: Screen,
  before: string | undefined,
  after: string | undefined,
  indent: string,
): string[] {
  const wide = screen.width - indent.length - 4;
  return [
    ...(before === undefined ? [] : [`${indent}  ${screen.style("red", `- ${fit(before, wide)}`)}`]),
    ...(after === undefined ? [] : [`${indent}  ${screen.style("green", `+ ${fit(after, wide)}`)}`]),
  ];
}

/** Lines of a text that are listed. */
const textLines = 4;

/** Of two texts the lines that differ. */
function lineChanges(screen: Screen, before: string, after: string, indent: string): string[] {
  const changes = diffValues(before.split("\n"), after.split("\n"));
  const line = (value: ValueChange["before"], other: ValueChange["before"]): string | undefined =>
    typeof value === "string"
      ? oneLine(typeof other === "string" ? excerpt(value, other) : value)
      : undefined;
  const lines = changes
    .slice(0, textLines)
    .flatMap((it) => beside(screen, line(it.before, it.after), line(it.after, it.before), indent));
  if (changes.length > textLines)
    lines.push(screen.style("dim", `${indent}  … ${plural(changes.length - textLines, "more line")}`));
  return lines;
}

/** Longest text that is shown whole; of two longer ones what differs. */
const wholeText = 80;
const around = 24;

function shown(value: ValueChange["before"], other: ValueChange["before"]): string {
  if (value === undefined) return "(nothing)";
  if (typeof value === "string" && typeof other === "string" && value.length > wholeText)
    return JSON.stringify(excerpt(value, other));
  if (typeof value === "string" && value.length > wholeText * 4)
    return `text of ${count(value.length)} characters`;
  return oneLine(typeof value === "string" ? JSON.stringify(value) : valueText(value));
}

/** The part of a text that the other has not, with a little around it. */
function excerpt(text: string, other: string): string {
  let from = 0;
  while (from < Math.min(text.length, other.length) && text[from] === other[from]) from += 1;
  let end = 0;
  while (end < Math.min(text.length, other.length) - from && text.at(-1 - end) === other.at(-1 - end))
    end += 1;
  const start = Math.max(0, from - around);
  const stop = Math.min(text.length, text.length - end + around);
  return `${start > 0 ? "…" : ""}${text.slice(start, stop)}${stop < text.length ? "…" : ""}`;
}
