// The steps of a run while it runs: redrawn in a terminal, one line an ended step in a pipe (CLI1).

import { flatten, type RunView, type StepView } from "../journal/view.ts";
import { oneLine } from "./plain-text.ts";
import { columnsFor, type Row, rowsOf, stepLine } from "./render-step.ts";
import type { Screen } from "./screen.ts";

/** A step that was seen starting and has no record yet. */
export interface RunningStep {
  readonly scope: string;
  readonly name: string;
  readonly attempt: number;
  readonly at: number;
  /** Scope of the steps below it, when it can have some. */
  readonly innerScope?: string;
  readonly model?: string;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
/** Fixed widths for lines in a pipe, where later names are not known yet. */
const pipeColumns = { name: 38, time: 9, model: 16 };

export class LiveView {
  readonly #screen: Screen;
  #drawn = 0;
  readonly #said = new Set<string>();
  #logged = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** True where times go on between events, so that it is worth showing again. */
  get isMoving(): boolean {
    return this.#screen.isTerminal;
  }

  /** In a pipe: what is there already is not said again. */
  skip(view: RunView): void {
    this.#logged = view.logs.length;
    for (const step of flatten(view.steps)) this.#said.add(keyOf(step));
  }

  /** Shows the state of the run now. In a pipe it prints only what is new. */
  update(view: RunView, running: readonly RunningStep[], now: number): void {
    if (this.#screen.isTerminal) this.#redraw(view, running, now);
    else this.#say(view, now);
  }

  /** Leaves the last state standing, so that other lines can follow. Safe to call twice. */
  stop(): void {
    if (this.#drawn > 0) this.#screen.draw(showCursor);
    this.#drawn = 0;
  }

  #redraw(view: RunView, running: readonly RunningStep[], now: number): void {
    const rows = running.reduce(withRunning, liveRows(view.steps));
    const widths = columnsFor(rows, this.#screen.width);
    let lines = rows.map((row) => stepLine(this.#screen, row, widths, now));
    const room = Math.max(3, this.#screen.height - 2);
    const hidden = lines.length - room;
    if (hidden > 0)
      lines = [this.#screen.style("dim", `… ${hidden + 1} lines above`), ...lines.slice(hidden + 1)];
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : hideCursor;
    const log = this.#newLogs(view)
      .map((it) => `${it}\n`)
      .join("");
    this.#screen.draw(`${up}\r\u001b[0J${log}${lines.map((it) => `${it}\n`).join("")}`);
    this.#drawn = lines.length;
  }

  #say(view: RunView, now: number): void {
    this.#screen.print(...this.#newLogs(view));
    for (const step of flatten(view.steps)) {
      const depth = step.path.length - 1;
      const isNews =
        depth === 0 || step.kind === "attempt" || step.kind === "review" || step.state === "rejected";
      const key = keyOf(step);
      if (!isNews || step.state === "running" || step.kind === "group" || this.#said.has(key)) continue;
      this.#said.add(key);
      this.#screen.print(
        stepLine(this.#screen, { step: named(step), depth: Math.min(depth, 1) }, pipeColumns, now),
      );
    }
  }

  #newLogs(view: RunView): string[] {
    const lines = view.logs
      .slice(this.#logged)
      .map((it) => `  ${it.level === "info" ? "" : `${it.level}: `}${oneLine(it.message)}`);
    this.#logged = view.logs.length;
    return lines;
  }
}

/** Without a tree around it a step below another is named with those above, the nearest last. */
function named(step: StepView): StepView {
  const { path } = step;
  return path.length < 3 ? step : { ...step, name: path.slice(1).slice(-3).join(" › ") };
}

function keyOf(step: StepView): string {
  return `${step.scope}\n${step.name}\n${step.startedAt}\n${step.state}`;
}

/** What is going on and what went wrong; what is done and went well stands as one line. */
function liveRows(steps: readonly StepView[]): Row[] {
  const isBusy = (it: StepView): boolean => it.state === "running" || it.state === "waiting";
  const hasRejected = (it: StepView): boolean => it.children.some((child) => child.state === "rejected");
  return rowsOf(steps, (it) => it.kind !== "attempt" && (isBusy(it) || hasRejected(it)));
}

/** A running step goes below the step whose scope it stands in, after what is there. One that has a row already gets no other. */
function withRunning(rows: Row[], it: RunningStep): Row[] {
  if (
    rows.some(
      ({ step }) =>
        step.scope === it.scope &&
        step.name === it.name &&
        (step.state === "running" || step.state === "waiting"),
    )
  )
    return rows;
  const parent = rows.findIndex(({ step }) => it.scope !== "" && step.innerScope === it.scope);
  if (parent < 0 && it.scope !== "") return rows;
  const depth = parent < 0 ? 0 : (rows[parent]?.depth ?? 0) + 1;
  const next = rows.findIndex((row, at) => at > parent && row.depth < depth);
  return rows.toSpliced(next < 0 ? rows.length : next, 0, { step: runningStep(it), depth });
}

function runningStep(it: RunningStep): StepView {
  const spent = { calls: 0, costUsd: 0, usage: { inputTokens: 0, outputTokens: 0 } };
  return {
    id: `${it.scope}/${it.name}`,
    scope: it.scope,
    ...(it.innerScope === undefined ? {} : { innerScope: it.innerScope }),
    name: it.name,
    kind: "function",
    state: "running",
    path: [it.name],
    startedAt: it.at,
    ...(it.model === undefined ? {} : { model: it.model }),
    failedTries: [],
    total: spent,
    verdicts: [],
    problems: [],
    reads: [],
    mayRead: 0,
    readers: [],
    warnings: [],
    children: [],
  };
}
