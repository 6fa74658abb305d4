// Two runs beside each other, for a terminal.

import type { RunDiff, StepDiff } from "../diff-runs.ts";
import { plainJson } from "./plain-json.ts";
import { fit, oneLine } from "./plain-text.ts";
import { changeLines, renderChanges } from "./render-changes.ts";
import type { Screen, Style } from "./screen.ts";
import { length, money, plural } from "./units.ts";

const looks = {
  reused: { mark: "=", style: "cyan", says: "taken over" },
  equal: { mark: "✓", style: "green", says: "done again, same output" },
  changed: { mark: "~", style: "yellow", says: "another output" },
  removed: { mark: "-", style: "red", says: "only in the first" },
  added: { mark: "+", style: "green", says: "only in the second" },
} as const satisfies Record<StepDiff["change"], { mark: string; style: Style; says: string }>;

/** Changes that are listed when all are asked for. */
const allLines = 200;

/** The lines of a diff. `all` lists the steps inside agents too, and every change. */
export function renderDiff(screen: Screen, it: RunDiff, all: boolean): string[] {
  const { before, after, counts } = it;
  const isRerun = after.rerunOf === before.run;
  const limit = all ? allLines : changeLines;
  const lines = [
    screen.style(
      "bold",
      oneLine(`${before.workflow}: ${before.run} → ${after.run}${isRerun ? " (its rerun)" : ""}`),
    ),
    ...sideLines(it),
    fit(
      `  ${counts.reused} steps taken over, ${counts.equal} ${isRerun ? "done again" : "in both"} with the same output, ${counts.changed} changed, ${counts.removed} gone, ${counts.added} new`,
      screen.width,
    ),
  ];
  if (it.input.length > 0)
    lines.push("", screen.style("bold", "Input"), ...renderChanges(screen, it.input, "  ", limit));
  lines.push("", screen.style("bold", "Steps"), ...stepLines(screen, it, all));
  if (it.effects.length > 0)
    lines.push(
      "",
      screen.style("bold", "Effects"),
      ...it.effects.map(
        (each) =>
          `  ${fit(oneLine(`${effectWords[each.change]}: ${each.tool} ${each.key}`), screen.width - 2)}`,
      ),
    );
  lines.push("", screen.style("bold", "Output"), ...outputLines(screen, it, limit));
  return lines;
}

const effectWords = {
  same: "stands as it was",
  changed: "sent with other arguments",
  removed: "only in the first",
  added: "only in the second",
} as const;

function sideLines({ before, after }: RunDiff): string[] {
  const row = (name: string, one: string, other: string): string =>
    one === other ? `  ${name} ${one}` : `  ${name} ${one} → ${other}`;
  return [
    `${row("status", before.status, after.status)},${row("took", length(before.ms), length(after.ms)).slice(1)},${row("calls", String(before.calls), String(after.calls)).slice(1)},${row("cost", money(before.costUsd), money(after.costUsd)).slice(1)}`,
  ];
}

function stepLines(screen: Screen, it: RunDiff, all: boolean): string[] {
  const shown = it.steps.filter((step) => all || !step.isInner);
  const calm = shown.filter((step) => isCalm(step));
  let before = "";
  const lines = shown
    .filter((step) => !isCalm(step))
    .flatMap((step) => {
      // A branch and the review in it give the same value: it is told once.
      const changes = JSON.stringify(step.changes, plainJson);
      const isTold = step.changes.length > 0 && changes === before;
      before = changes;
      return stepText(screen, isTold ? { ...step, changes: [] } : step, all ? allLines : changeLines);
    });
  for (const change of ["reused", "equal"] as const) {
    const names = calm
      .filter((step) => step.change === change && !step.path.includes(" › "))
      .map((step) => step.path);
    if (names.length === 0) continue;
    const look = looks[change];
    const says = change === "equal" && it.after.rerunOf !== it.before.run ? "same output" : look.says;
    const listed =
      all || names.length <= 12
        ? names.join(", ")
        : `${names.slice(0, 12).join(", ")} and ${names.length - 12} more`;
    lines.push(fit(oneLine(`${look.mark} ${says}: ${listed}`), screen.width - 2));
  }
  const inside = it.steps.filter((step) => step.isInner && !isCalm(step)).length;
  if (!all && inside > 0)
    lines.push(screen.style("dim", `  … ${plural(inside, "difference")} inside agents and gates (--all)`));
  return lines.map((line) => (line.startsWith(" ") ? line : `  ${line}`));
}

/** Nothing to say of it but that it is the same. */
function isCalm(it: StepDiff): boolean {
  return (
    (it.change === "reused" || it.change === "equal") &&
    it.verdicts.length === 0 &&
    it.models === undefined &&
    it.states === undefined
  );
}

function stepText(screen: Screen, it: StepDiff, limit: number): string[] {
  const look = looks[it.change];
  const says = [
    look.says,
    it.states === undefined ? "" : `${it.states[0]} → ${it.states[1]}`,
    it.models === undefined ? "" : `${it.models[0]} → ${it.models[1]}`,
    it.change === "changed" && !it.isInputChanged ? "from the same input" : "",
    ...it.verdicts.map(
      (verdict) => `${verdict.check}: ${verdict.before ?? "not judged"} → ${verdict.after ?? "not judged"}`,
    ),
  ].filter((text) => text !== "");
  const numbers = [it.before, it.after]
    .map((seq) => (seq === undefined ? "" : `#${seq}`))
    .filter((text) => text !== "");
  const head = oneLine(`${it.path} ${numbers.join(" → ")}  ${says.join(" · ")}`);
  return [
    `  ${screen.style(look.style, look.mark)} ${fit(head, screen.width - 4)}`,
    ...renderChanges(screen, it.changes, "      ", limit),
  ];
}

function outputLines(screen: Screen, it: RunDiff, limit: number): string[] {
  if (it.output.length > 0) return renderChanges(screen, it.output, "  ", limit);
  return [
    it.before.status === "completed" && it.after.status === "completed"
      ? "  the same"
      : "  nothing to compare",
  ];
}
