// rerun: a new run that takes over what a change does not touch; with --dry-run
// what it would do, without doing it.

import { FirebreakError } from "../base/errors.ts";
import type { PlannedStep, RerunOptions, RerunPlan, RunOptions } from "../open.ts";
import type { AnyWorkflow } from "../workflow/workflow.ts";
import { attend } from "./attend.ts";
import { announce, attention, closing, type Recorded, recorded, type RunFlags, tell } from "./command-run.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { givenValue, whoActs } from "./given.ts";
import { loadWorkflow } from "./load.ts";
import { openProjectOf, type Project } from "./project.ts";
import { renderTable } from "./render-table.ts";
import type { Screen } from "./screen.ts";
import { length, money, plural } from "./units.ts";

export interface RerunFlags extends RunFlags {
  readonly step?: readonly string[];
  readonly set?: readonly string[];
  readonly because?: string;
  readonly dryRun?: boolean;
}

type Asked = Recorded & RerunOptions;

/** Most lines of a plan of one kind: steps done again first, and groups of those that may follow. */
const printed = 40;

export async function rerun(screen: Screen, given: string, flags: RerunFlags): Promise<ExitCode> {
  const project = await openProjectOf(given);
  return closing(project, async () => {
    const asked = await askedFor(project, given, flags);
    if (flags.dryRun === true) return dryRun(screen, project, asked, flags);
    announce(screen, project, asked.options, flags);
    const handle = await project.fb.rerun(asked.run, asked.options);
    const again = asked.options.inputFrom === "file" ? "; its input was read again" : "";
    tell(screen, flags, `rerun ${handle.id} of ${asked.run}${again}`);
    return attend(screen, project.fb, handle, attention(flags, asked.summary));
  });
}

async function askedFor(project: Project, given: string, flags: RerunFlags) {
  const old = await project.fb.view(given);
  const before = (old.options ?? {}) as Recorded;
  // Faults planted in the old run are not planted again: a rerun is how they are got rid of.
  const { sabotage: _planted, inputFrom, ...kept } = before;
  const loaded = old.file === undefined ? undefined : await loadWorkflow(old.file);
  const readAgain = inputFrom === "file" && flags.input === undefined;
  const input = flags.input === undefined ? (readAgain ? loaded?.input : undefined) : givenValue(flags.input);
  const options: Asked = {
    ...kept,
    ...recorded(flags),
    ...(input === undefined ? {} : { input }),
    ...(readAgain ? { inputFrom: "file" as const } : {}),
    ...(loaded === undefined ? {} : { workflow: loaded.workflow as AnyWorkflow }),
    ...(flags.step === undefined || flags.step.length === 0 ? {} : { redo: flags.step }),
    ...(flags.set === undefined || flags.set.length === 0 ? {} : { set: givenSets(flags.set) }),
    ...(flags.because === undefined ? {} : { because: flags.because }),
    by: whoActs(),
  };
  return { run: old.run, options, summary: loaded?.summary };
}

/** `STEP=@file` or `STEP=<json>`, several times. @throws OPTION_INVALID, INPUT_UNREADABLE */
function givenSets(all: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    all.map((text) => {
      const at = text.indexOf("=");
      if (at < 1)
        throw new FirebreakError("OPTION_INVALID", {
          option: "--set",
          given: text,
          mend: "Say which step gets which output: --set STEP=@file.json, or --set 'STEP={…}'.",
        });
      return [text.slice(0, at), givenValue(text.slice(at + 1))] as const;
    }),
  );
}

async function dryRun(
  screen: Screen,
  project: Project,
  asked: { readonly run: string; readonly options: RunOptions },
  flags: RerunFlags,
): Promise<ExitCode> {
  const plan = await project.fb.plan(asked.run, asked.options);
  if (flags.json === true) screen.print(JSON.stringify(plan, null, 2));
  else screen.print(...renderPlan(screen, plan));
  return exitCodes.ok;
}

/** A plan, for people. */
export function renderPlan(screen: Screen, plan: RerunPlan): readonly string[] {
  const { certain, possible, reused, cost, effects, changed } = plan;
  const lines = [screen.style("bold", `A rerun of run ${plan.run} would:`)];
  if (changed.length > 0) lines.push(`  code      ${changed.join("; ")}`);
  if (certain.length === 0 && possible.length === 0)
    return [...lines, `  do nothing again: all ${plural(reused, "record")} stay.`];
  lines.push(
    `  certain   do ${plural(certain.length, "step")} again first (${priced(cost.certainUsd, cost.certainMs)})`,
    `  possible  do at most ${plural(possible.length, "step")} again, if what the first give differs (${priced(cost.possibleUsd, cost.possibleMs)})`,
    `  stays     ${plural(reused, "record")} whatever they give`,
  );
  if (effects.length > 0)
    lines.push(
      `  effects   ${effects.map((it) => `${it.tool} ${it.key}`).join(", ")}: kept if asked for again, else put right`,
    );
  const head = ["", "record", "step", "why"];
  return [...lines, "", ...renderTable(screen, head, stepRows(certain, possible))];
}

function stepRows(certain: readonly PlannedStep[], possible: readonly PlannedStep[]): readonly string[][] {
  const first = new Set(certain);
  const rows = certain.slice(0, printed).map((it) => ["certain", recordOf(it), it.path, it.why]);
  if (certain.length > printed)
    rows.push(["", "", `… and ${plural(certain.length - printed, "step")} more`, ""]);
  const groups = new Map<string, PlannedStep[]>();
  for (const it of possible) {
    if (first.has(it)) continue;
    const name = it.path.split(" › ")[0]!;
    groups.set(name, [...(groups.get(name) ?? []), it]);
  }
  for (const [name, steps] of [...groups].slice(0, printed)) {
    const ms = steps.reduce((sum, it) => sum + it.ms, 0);
    rows.push([
      "possible",
      rangeOf(steps),
      name,
      `${plural(steps.length, "record")}, ${length(ms)} the last time`,
    ]);
  }
  if (groups.size > printed) rows.push(["", "", `… and ${plural(groups.size - printed, "step")} more`, ""]);
  return rows;
}

function recordOf({ seq }: PlannedStep): string {
  return seq === undefined ? "new" : `#${seq}`;
}

function rangeOf(steps: readonly PlannedStep[]): string {
  const all = steps.flatMap((it) => it.seq ?? []);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return low === high ? `#${low}` : `#${low}–${high}`;
}

function priced(dollars: number, ms: number): string {
  return `${dollars > 0 ? `${money(dollars)}, ` : ""}${length(ms)} the last time`;
}
