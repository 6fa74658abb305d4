// One step as one line, and a tree of them. Names, models and messages are cleaned here.

import type { StepState, StepView, VerdictView } from "../journal/view.ts";
import { columns, fit, oneLine, pad } from "./plain-text.ts";
import type { Screen, Style } from "./screen.ts";
import { length, money, plural } from "./units.ts";

interface Look {
  readonly mark: string;
  readonly style: Style;
}

const looks: Readonly<Record<StepState, Look>> = {
  done: { mark: "✓", style: "green" },
  reused: { mark: "=", style: "cyan" },
  running: { mark: "●", style: "blue" },
  waiting: { mark: "?", style: "yellow" },
  rejected: { mark: "✗", style: "yellow" },
  failed: { mark: "✗", style: "red" },
  invalidated: { mark: "~", style: "dim" },
  cancelled: { mark: "-", style: "dim" },
};

/** Columns of the name, time and model, for lines that stand below each other. */
export interface StepColumns {
  readonly name: number;
  readonly time: number;
  readonly model: number;
}

/** A step at its depth. */
export interface Row {
  readonly step: StepView;
  readonly depth: number;
  /** Said in place of a step: what was left out. */
  readonly note?: string;
}

const nameLimits = { least: 14, most: 34 };
const timeWidth = 9;
const modelLimit = 22;

/** Widths that fit these rows. The rest of a line belongs to what the step says of itself. */
export function columnsFor(rows: readonly Row[], width: number): StepColumns {
  const names = rows.map((it) => it.depth * 2 + 2 + columns(oneLine(it.step.name)));
  const name = Math.min(Math.max(nameLimits.least, ...names), nameLimits.most, Math.floor(width / 2));
  const models = rows.map((it) => columns(modelName(it.step)));
  return { name, time: timeWidth, model: Math.min(Math.max(0, ...models), modelLimit) };
}

/** One line within the screen's width. `now` is the time for steps that run. */
export function stepLine(screen: Screen, row: Row, at: StepColumns, now: number): string {
  const { step, depth } = row;
  const indent = "  ".repeat(depth);
  if (row.note !== undefined) return screen.style("dim", fit(`${indent}  ${row.note}`, screen.width));
  const look = looks[step.state];
  const name = fit(oneLine(step.name), at.name - indent.length - 2);
  const time =
    step.ms ??
    (step.state === "running" || step.state === "waiting" ? Math.max(0, now - step.startedAt) : undefined);
  const head = `${indent}${screen.style(look.style, look.mark)} ${pad(name, at.name - indent.length - 2)}`;
  const timed = pad(time === undefined ? "" : length(time), at.time);
  const model = at.model === 0 ? "" : ` ${pad(fit(modelName(step), at.model), at.model)}`;
  const left = screen.width - at.name - at.time - (at.model === 0 ? 0 : at.model + 1) - 2;
  const says = left < 8 ? "" : fit(saying(step), left);
  return `${head} ${screen.style("dim", timed)}${screen.style("dim", model)} ${screen.style(sayingStyle(step), says)}`.trimEnd();
}

function modelName(step: StepView): string {
  if (step.standin !== undefined) return oneLine(step.model ?? "stand-in");
  if (step.model !== undefined) return oneLine(step.model);
  return step.kind === "attempt"
    ? oneLine(step.children.find((it) => it.model !== undefined)?.model ?? "")
    : "";
}

function sayingStyle(step: StepView): Style {
  if (step.state === "failed") return "red";
  return step.state === "rejected" || step.state === "waiting" ? "yellow" : "dim";
}

/** What a step says of itself in a few words: its state where it is not the usual one, verdicts, cost. */
function saying(step: StepView): string {
  const parts = [stateWords(step), ...verdictWords(step.verdicts)];
  if (step.total.costUsd > 0 && step.kind !== "model") parts.push(money(step.total.costUsd));
  if (step.tries !== undefined && step.tries > 1) parts.push(`${step.tries} tries`);
  return parts.filter((it) => it !== "").join(" · ");
}

function stateWords(step: StepView): string {
  if (step.state === "waiting") return waitingWords(step);
  if (step.state === "failed") return oneLine(`${step.outcome ?? "failed"}: ${step.message ?? ""}`);
  // No check judged it: what happened instead is all there is to say.
  if (step.state === "rejected" && step.verdicts.length === 0 && step.message !== undefined)
    return oneLine(`rejected: ${step.message}`);
  if (step.state === "invalidated") return oneLine(`undone: ${step.invalidated?.because ?? ""}`);
  const decided = step.review?.decided;
  if (decided !== undefined)
    return oneLine(`${decided.decision} by ${decided.by}${decided.auto === true ? " (a flag)" : ""}`);
  return step.state === "done" || step.state === "running" ? "" : step.state;
}

function waitingWords(step: StepView): string {
  if (step.review !== undefined)
    return oneLine(`asks ${step.review.question.to ?? "a person"}: ${step.review.question.ask}`);
  if (step.wakeAt !== undefined)
    return `until ${new Date(step.wakeAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return "waiting";
}

function verdictWords(verdicts: readonly VerdictView[]): string[] {
  const bad = verdicts.filter((it) => it.result !== "pass");
  const passed = verdicts.length - bad.length;
  const words = bad.map((it) => `${shortCheck(it)} ${it.result === "fail" ? "failed" : "is unsure"}`);
  return passed === 0
    ? words
    : [
        ...words,
        bad.length === 0 && passed === 1
          ? `${shortCheck(verdicts[0])} passed`
          : `${plural(passed, "check")} passed`,
      ];
}

/** A check's name without what it was set up with. */
function shortCheck(it: VerdictView | undefined): string {
  return oneLine(it?.check.split("(")[0] ?? "");
}

/** Most children of one step that a tree lists. */
const childLimit = 40;

/** All rows of a tree, each step before what is below it; `open` says whose children are shown. */
export function rowsOf(steps: readonly StepView[], open: (step: StepView) => boolean, depth = 0): Row[] {
  const shown = steps.slice(0, childLimit);
  const rows = shown.flatMap((step): Row[] => [
    { step, depth },
    ...(open(step) ? rowsOf(step.children, open, depth + 1) : []),
  ]);
  const last = shown.at(-1);
  if (last !== undefined && steps.length > shown.length)
    rows.push({ step: last, depth, note: `… ${steps.length - shown.length} more` });
  return rows;
}
