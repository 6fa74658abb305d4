// What rests on something, for a terminal: the counts first, then what went out, then run by run.

import type { ImpactEffect, ImpactReport, ImpactRun, ImpactStep, Resting } from "../impact.ts";
import { fit, oneLine } from "./plain-text.ts";
import type { Screen } from "./screen.ts";
import { clockTime, plural } from "./units.ts";

/** Runs that are listed unless all are asked for. */
const runLimit = 20;
/** Steps of one run that are listed unless all are asked for. */
const stepLimit = 25;

/** The report's lines. `all` lists every run and what was merely issued afterwards. */
export function renderImpact(screen: Screen, it: ImpactReport, all: boolean): string[] {
  const { counts } = it;
  const split = (certain: number, possible: number, one: string): string =>
    `${plural(certain, one)} for certain${possible === 0 ? "" : `, ${possible} more possibly`}`;
  const lines = [
    screen.style("bold", oneLine(`What rests on ${it.target}`)),
    `  ${split(counts.certainRuns, counts.runs - counts.certainRuns, "run")} (of ${it.looked} looked at)`,
    `  ${split(counts.certainSteps, counts.possibleSteps, "step")}`,
    `  ${split(counts.certainOutputs, counts.possibleOutputs, "delivered output")}`,
    `  ${split(counts.certainEffects, counts.possibleEffects, "effect")}`,
  ];
  const effects = it.runs.flatMap((run) => run.effects);
  if (effects.length > 0)
    lines.push("", screen.style("bold", "Effects"), ...effects.map((each) => effectLine(screen, each)));
  const shown = all ? it.runs : it.runs.slice(-runLimit);
  for (const run of shown.toReversed()) lines.push("", ...runLines(screen, run, all));
  if (it.runs.length > shown.length)
    lines.push("", screen.style("dim", `… ${plural(it.runs.length - shown.length, "older run")} (--all)`));
  return lines;
}

function effectLine(screen: Screen, it: ImpactEffect): string {
  const receipt = it.receipt === undefined ? "" : `  receipt ${JSON.stringify(it.receipt)}`;
  const text = `${markOf(it)} ${it.tool} ${it.key}  ${it.state}  ${it.run}:${it.intent}${receipt}`;
  return screen.style(
    it.certainty === "certain" ? "red" : "yellow",
    `  ${fit(oneLine(text), screen.width - 2)}`,
  );
}

function markOf(it: Resting): string {
  return it.certainty === "certain" ? "!" : "?";
}

function runLines(screen: Screen, it: ImpactRun, all: boolean): string[] {
  const kin = [
    it.rerunOf === undefined ? "" : `a rerun of ${it.rerunOf}`,
    it.parent === undefined ? "" : `started by ${it.parent}`,
  ].filter((text) => text !== "");
  const head = `${it.workflow}  ${it.run}  ${it.status}  ${clockTime(it.startedAt)}${kin.length === 0 ? "" : `  (${kin.join(", ")})`}`;
  const lines = [screen.style("bold", fit(oneLine(head), screen.width))];
  for (const target of it.targets.slice(0, 5))
    lines.push(fit(`  asked about: ${oneLine(target)}`, screen.width));
  if (it.targets.length > 5) lines.push(screen.style("dim", `  … and ${it.targets.length - 5} more`));
  if (it.output !== undefined)
    lines.push(fit(`  ${markOf(it.output)} its output, delivered${restingText(it.output)}`, screen.width));
  const listed = it.steps.filter((step) => !step.isInner);
  const certain = listed.filter((step) => step.certainty === "certain");
  const values = listed.filter((step) => step.through === "values");
  const order = listed.filter((step) => step.through === "order");
  const known = [...certain, ...values];
  for (const step of all ? known : known.slice(0, stepLimit)) lines.push(stepLine(screen, step));
  if (!all && known.length > stepLimit)
    lines.push(screen.style("dim", `  … ${plural(known.length - stepLimit, "more step")} (--all)`));
  if (order.length > 0) lines.push(...orderLines(screen, order, all));
  return lines;
}

function orderLines(screen: Screen, order: readonly ImpactStep[], all: boolean): string[] {
  if (all) return order.map((step) => stepLine(screen, step));
  const names = [...new Set(order.map((step) => step.path.split(" › ").at(-1) ?? step.path))];
  const shown = names.slice(0, 8).join(", ") + (names.length > 8 ? `, … ${names.length - 8} more` : "");
  return [
    screen.style(
      "dim",
      `  ${fit(oneLine(`. issued afterwards, read nothing of it: ${shown}`), screen.width - 2)}`,
    ),
  ];
}

function stepLine(screen: Screen, it: ImpactStep): string {
  const mark = it.through === "order" ? "." : markOf(it);
  const state = it.state === "done" ? "" : `  ${it.state}`;
  const line = fit(oneLine(`${mark} ${it.path} #${it.seq}${state}${restingText(it)}`), screen.width - 2);
  return `  ${screen.style(it.through === "reads" ? "bold" : it.through === "values" ? "yellow" : "dim", line)}`;
}

/** Parts that are told one by one; of more only how many. */
const partsListed = 3;

function restingText(it: Resting): string {
  const why =
    it.through === "values"
      ? ": holds values of unknown origin"
      : it.through === "order"
        ? ": issued afterwards"
        : "";
  if (it.parts === undefined) return why;
  const parts = it.parts.filter((part) => part !== "");
  return `${why}, in ${parts.length > partsListed ? `${parts.length} parts` : parts.join(", ")}`;
}
