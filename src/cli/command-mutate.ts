// mutate: tries the gates of recorded runs on planted faults.

import { dirname } from "node:path";
import { FirebreakError } from "../base/errors.ts";
import type { RunHead } from "../journal/journal.ts";
import { type GateMeasurement, keylessEnv, mutateRuns, type RecordedRun } from "../mutate.ts";
import { agentEnvOf } from "../open.ts";
import { type AnyWorkflow, definedWorkflow } from "../workflow/workflow.ts";
import { closing } from "./command-run.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { loadConfig, loadWorkflow } from "./load.ts";
import { openProjectOf, type Project } from "./project.ts";
import { renderGate } from "./render-gate.ts";
import type { Screen } from "./screen.ts";
import { plural } from "./units.ts";

export interface MutateFlags {
  readonly step?: string;
  readonly operator?: readonly string[];
  readonly perOperator?: string;
  readonly seed?: string;
  readonly threshold?: string;
  readonly maxFalseAlarms?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Most faults of one operator at one gate that may be asked for. */
const mostPerOperator = 10_000;
/** Most runs that are tried at once, child runs included. */
const runLimit = 1_000;

/** Measures the gates of runs, and exits with 1 where one is below what was demanded. */
export async function mutate(
  screen: Screen,
  given: readonly string[],
  flags: MutateFlags,
): Promise<ExitCode> {
  const demands = demandsOf(flags);
  const perOperator = wholeNumber("--per-operator", flags.perOperator ?? "20", mostPerOperator);
  const project = await openProjectOf(given[0] ?? "last");
  return closing(project, async () => {
    const runs = await recordedRuns(project, given);
    const gates = await mutateRuns(project.fb.journal, runs, {
      perOperator,
      seed: flags.seed ?? "1",
      operators: flags.operator,
      step: flags.step,
      onGate: (step) => screen.draw(`\r\u001b[2K${step} …`),
    });
    screen.draw("\r\u001b[2K");
    const below = gates.flatMap((it) => shortfalls(it, demands));
    if (flags.json === true) screen.print(JSON.stringify({ gates, below }, null, 2));
    else screen.print(...report(screen, runs, gates, flags), ...verdict(screen, gates, below, demands));
    return below.length === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

async function recordedRuns(project: Project, given: readonly string[]): Promise<readonly RecordedRun[]> {
  const heads = new Map<string, RunHead>();
  for (const id of given.length === 0 ? ["last"] : given) {
    const next = [await (await project.fb.run(id)).head()];
    // Gates of child runs are in their own journals.
    while (next.length > 0 && heads.size < runLimit) {
      const head = next.shift()!;
      heads.set(head.run, head);
      next.push(...(await project.fb.journal.heads({ parent: head.run })));
    }
  }
  return Promise.all([...heads.values()].map(recordedRun));
}

async function recordedRun(head: RunHead): Promise<RecordedRun> {
  const loaded = head.file === undefined ? undefined : await loadWorkflow(head.file);
  const own = loaded?.workflow.name === head.workflow ? (loaded.workflow as AnyWorkflow) : undefined;
  const definition = own ?? definedWorkflow(head.workflow);
  if (definition === undefined)
    throw new FirebreakError("WORKFLOW_UNKNOWN", {
      workflow: head.workflow,
      runId: head.run,
      known: loaded?.workflow.name ?? "",
    });
  const { config } = await loadConfig(head.file === undefined ? process.cwd() : dirname(head.file));
  return { head, definition, env: agentEnvOf(config, keylessEnv(process.env), {}) };
}

interface Demands {
  /** Least share of planted faults that a gate must catch. */
  readonly caught: number | undefined;
  /** Largest share of recorded outputs that a gate may turn down. */
  readonly alarms: number | undefined;
}

function demandsOf({ threshold, maxFalseAlarms }: MutateFlags): Demands {
  return { caught: share("--threshold", threshold), alarms: share("--max-false-alarms", maxFalseAlarms) };
}

function share(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number <= 1) return number;
  const mend = "Give a share between 0 and 1, for example 0.9.";
  throw new FirebreakError("OPTION_INVALID", { option, given: text, mend });
}

function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= most) return number;
  const mend = `Give a whole number from 1 to ${most}.`;
  throw new FirebreakError("OPTION_INVALID", { option, given: text, mend });
}

/** Where a gate does not meet what was demanded, in words. */
function shortfalls({ step, measurement }: GateMeasurement, { caught, alarms }: Demands): readonly string[] {
  const { total, carriers } = measurement;
  const low = caught !== undefined && total.planted > 0 && total.rate.rate < caught;
  const many = alarms !== undefined && carriers.n > 0 && carriers.rate.rate > alarms;
  return [
    ...(low ? [`${step} caught ${total.caught} of ${total.planted} faults, less than ${caught}`] : []),
    ...(many
      ? [`${step} turned down ${carriers.alarms} of ${carriers.n} recorded outputs, more than ${alarms}`]
      : []),
  ];
}

function report(
  screen: Screen,
  runs: readonly RecordedRun[],
  gates: readonly GateMeasurement[],
  flags: MutateFlags,
): readonly string[] {
  const of = `${plural(gates.length, "gate")} of ${plural(runs.length, "run")}`;
  return [
    `${of}: faults planted in recorded outputs, seed ${flags.seed ?? "1"}. Nothing is started or written.`,
    ...gates.flatMap((it) => ["", ...renderGate(screen, it, flags.all === true)]),
  ];
}

function verdict(
  screen: Screen,
  gates: readonly GateMeasurement[],
  below: readonly string[],
  { caught, alarms }: Demands,
): readonly string[] {
  if (below.length > 0) return ["", ...below.map((it) => screen.style("red", `Below: ${it}.`))];
  if (caught === undefined && alarms === undefined) return [];
  return ["", `${plural(gates.length, "gate")} met what was demanded.`];
}
