// A caught mistake in five lines.

import type { CaughtMistake } from "../journal/view.ts";
import { fit, oneLine } from "./plain-text.ts";
import type { Screen } from "./screen.ts";
import { plural } from "./units.ts";

const pipeWidth = 240;

/** Five lines: what was claimed, what the source says, where, what happened next, how many steps had read it. */
export function renderMistake(screen: Screen, it: CaughtMistake): string[] {
  const tried = it.attempt === undefined ? "" : `, attempt ${it.attempt}`;
  // A pipe wraps nothing: there a long quotation stays readable.
  const width = screen.isTerminal ? screen.width : pipeWidth;
  const caught = it.result === "fail" ? "claimed" : "unsure ";
  const line = (label: string, text: string): string =>
    `  ${label}  ${fit(oneLine(text), width - label.length - 4)}`;
  return [
    screen.style("yellow", line(caught, `${it.path.slice(-2).join(" › ")}${tried}: ${it.claimed}`)),
    line("source ", it.found),
    line("where  ", `${it.where} (${it.check})`),
    line("next   ", it.next),
    line("read by", readers(it)),
  ];
}

/** How many steps had read the rejected value, in words. */
export function readers(it: CaughtMistake): string {
  const further = it.mayHaveReadBy.filter((seq) => !it.readBy.includes(seq)).length;
  const known = `${plural(it.readBy.length, "step")} had read it`;
  return further === 0 ? known : `${known}; ${further} more were issued after it and may have`;
}
