// A whole run, and one step of it, as lines.

import {
  type CaughtMistake,
  caughtMistakes,
  decodedInput,
  decodedOutput,
  type RunView,
  type StepView,
} from "../journal/view.ts";
import { failurePlace } from "./failure-place.ts";
import { clean, fit, oneLine, wrap } from "./plain-text.ts";
import { renderMistake } from "./render-mistake.ts";
import { columnsFor, rowsOf, stepLine } from "./render-step.ts";
import { renderValue } from "./render-value.ts";
import type { Screen } from "./screen.ts";
import { clockTime, count, length, money, plural } from "./units.ts";

/** Most caught mistakes printed in full. */
const mistakeLimit = 10;

/** Head line, tree of steps, what was caught, how it ended. */
export function renderRun(screen: Screen, view: RunView, now: number): string[] {
  const rows = rowsOf(view.steps, (step) => step.kind !== "attempt" || step.state === "failed");
  const widths = columnsFor(rows, screen.width);
  return [
    ...renderHead(screen, view),
    "",
    ...rows.map((row) => stepLine(screen, row, widths, now)),
    ...renderCaught(screen, view),
    ...renderEnd(screen, view),
  ];
}

/** Name, state, times, cost, and whether a language model was used. */
export function renderHead(screen: Screen, view: RunView): string[] {
  const took = view.endedAt === undefined ? `for ${length(view.ms)}` : `in ${length(view.ms)}`;
  const spent =
    view.models.length === 0
      ? ""
      : ` · ${count(view.usage.inputTokens + view.usage.outputTokens)} tokens · ${money(view.costUsd)}`;
  const lines = [
    `${screen.style("bold", oneLine(view.workflow))}  ${view.run}  ${screen.style(statusStyle(view.status), view.status)} ${took}`,
    `${clockTime(view.startedAt)} · ${plural(view.calls, "model call")}${spent}`,
    ...wrap(modelsLine(view), screen.width),
  ];
  if (view.rerunOf !== undefined) lines.push(`a rerun of ${view.rerunOf}`);
  const options = startedWith(view);
  if (options !== "") lines.push(fit(`started with ${options}`, screen.width));
  return lines.map((line, at) => (at === 0 ? line : screen.style("dim", line)));
}

/** The options a run was started with, as they are typed. */
function startedWith(view: RunView): string {
  const { model, sabotage, cap } = (view.options ?? {}) as {
    readonly model?: string;
    readonly sabotage?: readonly string[];
    readonly cap?: { readonly usd?: number };
  };
  const planted = (sabotage ?? []).map((it) => `--sabotage ${it}`);
  return oneLine(
    [
      ...(model === undefined ? [] : [`--model ${model}`]),
      ...planted,
      ...(cap?.usd === undefined ? [] : [`--cap ${cap.usd}`]),
    ].join(" "),
  );
}

/** Says which language models answered, or that none did. */
export function modelsLine(view: RunView): string {
  const standins = view.standins.map(oneLine).join("; ");
  if (view.models.length > 0)
    return `language models: ${view.models.map(oneLine).join(", ")}${standins === "" ? "" : `; stand-ins: ${standins}`}`;
  return standins === ""
    ? "no language model was used"
    : `no language model was used; stand-ins: ${standins}`;
}

export function statusStyle(status: RunView["status"]): "green" | "red" | "yellow" | "blue" | "dim" {
  return (
    {
      completed: "green",
      failed: "red",
      halted: "red",
      waiting: "yellow",
      running: "blue",
      cancelled: "dim",
    } as const
  )[status];
}

/** The mistakes that were caught, five lines each. Nothing when there were none. @param told The run as it was when they were told last. */
export function renderCaught(screen: Screen, view: RunView, told?: RunView): string[] {
  const all = caughtMistakes(view);
  const own = all.filter((it) => !it.isTakenOver);
  const before = all.length - own.length;
  const known = new Set(told === undefined ? [] : caughtMistakes(told).map(asTold));
  const caught = own.filter((it) => !known.has(asTold(it)));
  const shown = caught.slice(0, mistakeLimit);
  const more = caught.length - shown.length;
  const lines: string[] = [];
  if (caught.length > 0) lines.push("", screen.style("bold", `${plural(caught.length, "mistake")} caught`));
  for (const [at, it] of shown.entries()) lines.push(...(at === 0 ? [] : [""]), ...renderMistake(screen, it));
  if (more > 0) lines.push(screen.style("dim", `  … ${more} more: firebreak show ${view.run} --html`));
  if (caught.length < own.length)
    lines.push("", screen.style("dim", `${plural(own.length - caught.length, "mistake")} told before`));
  if (before > 0)
    lines.push(
      "",
      screen.style("dim", `${plural(before, "mistake")} caught before, in ${view.rerunOf ?? "another run"}`),
    );
  return lines;
}

/** A mistake, and what became of it: told again only when that has changed. */
function asTold({ path, attempt, check, claimed, where, next }: CaughtMistake): string {
  return JSON.stringify([path, attempt, check, claimed, where, next]);
}

/** Why it failed or halted and what to do, and warnings. */
export function renderEnd(screen: Screen, view: RunView): string[] {
  const lines: string[] = [];
  if (view.failure !== undefined)
    lines.push(
      "",
      screen.style("red", `${view.failure.outcome}: ${clean(view.failure.message)}`),
      ...failurePlace(view),
      `Mend the cause, then: firebreak resume ${view.run}`,
    );
  if (view.halt !== undefined)
    lines.push(
      "",
      screen.style("red", `${view.halt.code}: ${clean(view.halt.message)}`),
      clean(view.halt.fix),
    );
  if (view.cancelled !== undefined)
    lines.push(
      "",
      oneLine(
        `cancelled by ${view.cancelled.by}${view.cancelled.because === undefined ? "" : `: ${view.cancelled.because}`}`,
      ),
    );
  for (const warning of view.warnings) lines.push(screen.style("yellow", `warning: ${oneLine(warning)}`));
  return lines;
}

/** Everything recorded of one step. */
export function renderStep(screen: Screen, view: RunView, step: StepView): string[] {
  const title = `${step.path.map(oneLine).join(" › ")}  (${step.kind}, ${step.state}${step.seq === undefined ? "" : `, event ${step.seq}`})`;
  const named = (seqs: readonly number[]): string =>
    seqs.map((seq) => `${oneLine(view.bySeq.get(seq)?.name ?? "the run's input")} (${seq})`).join(", ");
  const facts: (readonly [string, string | undefined])[] = [
    ["started", clockTime(step.startedAt)],
    ["took", step.ms === undefined ? undefined : length(step.ms)],
    [
      "model",
      step.model === undefined
        ? undefined
        : `${step.model}${step.standin === undefined ? "" : ` (no language model: ${step.standin})`}`,
    ],
    [
      "tokens",
      step.usage === undefined ? undefined : `${step.usage.inputTokens} in, ${step.usage.outputTokens} out`,
    ],
    ["cost", step.costUsd === undefined ? undefined : money(step.costUsd)],
    ["failed", step.message],
    ["tries", step.failedTries.length === 0 ? undefined : step.failedTries.join("; ")],
    [
      "effect",
      step.effect === undefined ? undefined : `${step.effect.tool} ${step.effect.key}: ${step.effect.state}`,
    ],
    ["warning", step.warnings.length === 0 ? undefined : step.warnings.join("; ")],
    ["undone", step.invalidated?.because],
    ["reads", step.reads.length === 0 ? undefined : named(step.reads)],
    ["read by", step.readers.length === 0 ? undefined : named(step.readers)],
  ];
  return [
    screen.style("bold", fit(title, screen.width)),
    ...facts.flatMap(([label, text]) =>
      text === undefined ? [] : [`  ${screen.style("dim", label.padEnd(9))}${oneLine(text)}`],
    ),
    ...step.verdicts.flatMap((it) => verdictLines(screen, it)),
    ...section(screen, "input", decodedInput(view, step)),
    ...section(screen, "output", decodedOutput(step)),
    ...step.children.map(
      (it) =>
        `  ${screen.style("dim", "below    ")}${oneLine(it.name)} (${it.state}${it.seq === undefined ? "" : `, ${it.seq}`})`,
    ),
  ];
}

function verdictLines(screen: Screen, it: StepView["verdicts"][number]): string[] {
  const style = it.result === "pass" ? "green" : "yellow";
  const head = `  ${screen.style(style, it.result.padEnd(9))}${oneLine(it.check)}${it.note === undefined ? "" : `: ${oneLine(it.note)}`}`;
  const problems = it.problems.map((problem) => {
    const where = problem.where === undefined ? "" : ` (${problem.where})`;
    return `           ${oneLine(`${problem.path === undefined ? "" : `${problem.path}: `}${problem.message}${where}`)}`;
  });
  return [head, ...problems];
}

function section(screen: Screen, title: string, value: unknown): string[] {
  if (value === undefined) return [];
  return ["", screen.style("bold", title), ...renderValue(screen, value).map((line) => `  ${line}`)];
}
