// A review as the seven statements a person decides on.

import type { ReviewItem } from "../open.ts";
import { oneLine, wrap } from "./plain-text.ts";
import { renderValue } from "./render-value.ts";
import type { Screen } from "./screen.ts";

/** All lines of a review: what is shown first, then the seven statements, then the commands that decide it. */
export function renderReview(screen: Screen, it: ReviewItem): string[] {
  const name = `${it.run}:${it.asked}`;
  return [
    screen.style(
      "bold",
      `Review ${name}  ${oneLine(it.workflow)} › ${oneLine(it.step)}${it.to === undefined ? "" : `  (to ${oneLine(it.to)})`}`,
    ),
    ...renderValue(screen, it.shown).map((line) => `  │ ${line}`),
    ...statements(it).flatMap(([label, text]) => statement(screen, label, text)),
  ];
}

/** The seven statements, each with its label. */
export function statements(it: ReviewItem): readonly (readonly [label: string, text: string])[] {
  const problems = it.problems.map((problem) => {
    const says =
      problem.claimed === undefined
        ? ""
        : ` It says “${problem.claimed}”${problem.found === undefined ? "" : `, the source “${problem.found}”`}`;
    return `${problem.check}: ${problem.message.replace(/[.\s]+$/, "")}.${says}${problem.where === undefined ? "" : ` (${problem.where})`}`;
  });
  return [
    ["Asked", it.ask],
    ["Why you", [it.why, ...problems].join("\n")],
    ["Rests on", it.restsOn.length === 0 ? "nothing this run recorded" : it.restsOn.join("\n")],
    ["On yes", it.onYes],
    ["On no", it.onNo],
    ["No answer", it.onSilence],
    ["Send back", it.onSendBack],
  ];
}

const labelWidth = 11;

function statement(screen: Screen, label: string, text: string): string[] {
  const lines = wrap(text, screen.width - labelWidth - 2);
  return lines.map(
    (line, at) => `  ${screen.style("cyan", (at === 0 ? label : "").padEnd(labelWidth))}${line}`,
  );
}
