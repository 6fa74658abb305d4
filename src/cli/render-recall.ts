// What a recall would do, and what it did.

import type { ImpactEffect } from "../impact.ts";
import type { Recall, Recalled, RecallItem } from "../recall.ts";
import { fit, oneLine } from "./plain-text.ts";
import { renderChanges } from "./render-changes.ts";
import type { Screen } from "./screen.ts";
import { length, money, plural } from "./units.ts";

/** Steps of one plan that are named. */
const named = 8;

/** Which runs are done again, and what of each. */
export function recallPlanLines(screen: Screen, it: Recall, isDry: boolean): string[] {
  const { report, items } = it;
  const again = isDry ? "would be done again" : items.length === 1 ? "is done again" : "are done again";
  const lines = [
    screen.style("bold", oneLine(`Recall of ${report.target}`)),
    `  ${plural(report.counts.certainRuns, "run")} for certain and ${report.counts.runs - report.counts.certainRuns} possibly rest on it; ${plural(items.length, "run")} ${again}`,
  ];
  for (const { run, by } of it.superseded)
    lines.push(screen.style("dim", `  ${run} was done again already, as ${by}`));
  if (it.leftOut > 0)
    lines.push(
      screen.style(
        "dim",
        `  ${plural(it.leftOut, "run")} left out that rest on it only possibly (--possible)`,
      ),
    );
  for (const item of items) lines.push("", ...itemLines(screen, item));
  return lines;
}

function itemLines(screen: Screen, it: RecallItem): string[] {
  const lines = [
    screen.style(
      "bold",
      oneLine(`${it.workflow} ${it.run}${it.certainty === "possible" ? " (possibly)" : ""}`),
    ),
  ];
  if (it.refused !== undefined)
    lines.push(`  ${fit(oneLine(`cannot be done again: ${it.refused}`), screen.width - 2)}`);
  const { plan } = it;
  if (plan === undefined) return lines;
  const { cost } = plan;
  if (it.isInput) lines.push("  its input holds the source, and is read again where it came from a file");
  lines.push(
    `  done again for sure: ${plural(plan.certain.length, "step")}, ${length(cost.certainMs)}, ${money(cost.certainUsd)} by what they took before`,
    ...pathLines(
      screen,
      plan.certain.map((step) => step.path),
    ),
    `  at most: ${plural(plan.possible.length, "step")}, ${length(cost.possibleMs)}, ${money(cost.possibleUsd)}; taken over: ${plan.reused}`,
  );
  if (it.effects.length > 0)
    lines.push("  effects that rest on it:", ...it.effects.map((each) => effectText(screen, each)));
  return lines;
}

function pathLines(screen: Screen, paths: readonly string[]): string[] {
  const shown = paths.slice(0, named).map((path) => fit(oneLine(path), screen.width - 4));
  const more = paths.length - shown.length;
  return [...shown, ...(more > 0 ? [`… ${more} more`] : [])].map((line) =>
    screen.style("dim", `    ${line}`),
  );
}

function effectText(screen: Screen, it: ImpactEffect): string {
  const certainty = it.certainty === "certain" ? "" : " (possibly)";
  const text = `${it.tool} ${it.key}: ${it.state}${certainty}, ${it.run}:${it.intent}`;
  return `    ${fit(oneLine(text), screen.width - 4)}`;
}

/** What came of one run: what is different now, and what is left to a person. */
export function recalledLines(screen: Screen, it: Recalled): string[] {
  const { diff, toPutRight } = it;
  const { counts } = diff;
  const lines = [
    screen.style("bold", oneLine(`${it.item.workflow} ${it.item.run} → ${it.rerun}: ${it.status}`)),
    `  ${plural(counts.reused, "step")} taken over, ${counts.equal} done again with the same output, ${counts.changed} changed, ${counts.removed} gone, ${counts.added} new`,
    ...outputLines(screen, it),
  ];
  if (it.status === "waiting") lines.push(`  It waits for an answer: firebreak resume ${it.rerun}`);
  if (toPutRight.length > 0)
    lines.push(
      screen.style(
        "red",
        `  ${plural(toPutRight.length, "effect")} went out and ${toPutRight.length === 1 ? "was" : "were"} not made again: put ${toPutRight.length === 1 ? "it" : "them"} right by hand`,
      ),
      ...toPutRight.map((each) => effectText(screen, each)),
    );
  lines.push(screen.style("dim", `  firebreak diff ${it.item.run} ${it.rerun}`));
  return lines;
}

function outputLines(screen: Screen, { status, diff }: Recalled): string[] {
  if (status !== "completed") return [];
  if (diff.output.length === 0) return ["  its output is the same"];
  return ["  its output changed:", ...renderChanges(screen, diff.output, "    ")];
}
