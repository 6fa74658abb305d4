// run, resume, rerun: what starts work, or goes on with it.

import { dirname, relative } from "node:path";
import { FirebreakError } from "../base/errors.ts";
import type { RunView } from "../journal/view.ts";
import type { Firebreak, RunHandle, RunOptions, StartOptions } from "../open.ts";
import type { Workflow } from "../workflow/workflow.ts";
import { attend, stepCounts } from "./attend.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { givenAmount, givenValue, whoActs } from "./given.ts";
import { loadWorkflow } from "./load.ts";
import { announceKeys, announceModels } from "./models-line.ts";
import { openProject, openProjectOf, type Project } from "./project.ts";
import type { Screen } from "./screen.ts";
import { plural } from "./units.ts";

export interface RunFlags {
  readonly input?: string;
  readonly key?: string;
  readonly model?: string;
  readonly sabotage?: readonly string[];
  readonly cap?: string;
  readonly yes?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Options that are recorded with a run. `inputFrom` tells a rerun to read the file's own input again. */
export type Recorded = RunOptions & { readonly inputFrom?: "file" };

export function recorded(flags: RunFlags): Recorded {
  return {
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.sabotage === undefined || flags.sabotage.length === 0 ? {} : { sabotage: flags.sabotage }),
    ...(flags.cap === undefined ? {} : { cap: { usd: givenAmount("--cap", flags.cap) } }),
  };
}

/** Starts a run and stays with it. */
export async function run(screen: Screen, given: string, flags: RunFlags): Promise<ExitCode> {
  const loaded = await loadWorkflow(given);
  const options = recorded(flags);
  const project = await openProject(dirname(loaded.file));
  return closing(project, async () => {
    announce(screen, project, options, flags);
    const input = flags.input === undefined ? loaded.input : givenValue(flags.input);
    const start: StartOptions & Recorded = {
      ...options,
      file: loaded.file,
      ...(flags.key === undefined ? {} : { key: flags.key }),
      ...(flags.input === undefined && loaded.input !== undefined ? { inputFrom: "file" as const } : {}),
    };
    const handle = await project.fb.start(loaded.workflow as unknown as Workflow, input, start);
    tell(
      screen,
      flags,
      `${loaded.workflow.name}, run ${handle.id} (${relative(process.cwd(), loaded.file)})`,
    );
    return attend(screen, project.fb, handle, attention(flags, loaded.summary));
  });
}

export interface ResumeFlags extends RunFlags {
  readonly accept?: boolean;
  readonly force?: boolean;
}

/** Goes on with a run, by default the last one that can. */
export async function resume(
  screen: Screen,
  given: string | undefined,
  flags: ResumeFlags,
): Promise<ExitCode> {
  const wanted = given ?? (await lastOpen());
  if (wanted === undefined) {
    screen.print("Nothing to resume: every run has completed or was cancelled.");
    return exitCodes.ok;
  }
  const project = await openProjectOf(wanted);
  return closing(project, async () => {
    const before = await viewToGoOn(project.fb, wanted);
    announce(screen, project, (before.options ?? {}) as RunOptions, flags);
    const options = {
      by: whoActs(),
      ...(flags.accept === true ? { accept: true } : {}),
      ...(flags.force === true ? { force: true } : {}),
    };
    const handle = await project.fb.resume(wanted, options);
    tell(screen, flags, `resuming run ${handle.id}: ${plural(stepCounts(before).done, "step")} on record`);
    return attend(screen, project.fb, handle, { ...attention(flags, await summaryOf(handle)), before });
  });
}

/** Goes on with a run after something was decided, and stays with it. Nothing when another process does. */
export async function goOn(
  screen: Screen,
  project: Project,
  run: RunHandle["id"],
  flags: RunFlags,
): Promise<ExitCode> {
  const head = await (await project.fb.run(run)).head();
  if (head.status !== "waiting" || !head.ready) {
    screen.print(`Run ${run} is ${head.status}.`);
    return head.status === "waiting" ? exitCodes.waiting : exitCodes.ok;
  }
  const before = await viewToGoOn(project.fb, run);
  const handle = await project.fb.resume(run);
  return attend(screen, project.fb, handle, { ...attention(flags, await summaryOf(handle)), before });
}

export function attention(flags: RunFlags, summary: ((output: unknown) => unknown) | undefined) {
  return {
    ...(flags.yes === true ? { yes: true } : {}),
    ...(flags.watch === true ? { watch: true } : {}),
    ...(flags.json === true ? { json: true } : {}),
    ...(summary === undefined ? {} : { summary }),
  };
}

export function announce(screen: Screen, project: Project, options: RunOptions, flags: RunFlags): void {
  tell(screen, flags, screen.style("bold", announceModels(project.config, options)));
  const keys = announceKeys(project.config, options, process.env);
  if (keys !== undefined) tell(screen, flags, keys);
}

/** With --json standard output belongs to the JSON alone. */
export function tell(screen: Screen, flags: RunFlags, line: string): void {
  if (flags.json !== true) screen.print(line);
}

async function summaryOf(handle: RunHandle): Promise<((output: unknown) => unknown) | undefined> {
  const { file } = await handle.head();
  if (file === undefined) return undefined;
  return (await loadWorkflow(file).catch(() => undefined))?.summary;
}

/** The run as it stands. One that cannot be read is given to its engine all the same, which sets it aside. */
async function viewToGoOn(fb: Firebreak, run: string): Promise<RunView> {
  try {
    return await fb.view(run);
  } catch (error) {
    if (FirebreakError.is(error, "EVENT_CORRUPT"))
      await fb.resume(run).then(
        (it) => it.settled(),
        () => undefined,
      );
    throw error;
  }
}

async function lastOpen(): Promise<string | undefined> {
  const project = await openProject();
  return closing(project, async () => {
    const open = await project.fb.list({ status: ["running", "waiting", "failed", "halted"], limit: 1_000 });
    const own = open.filter((it) => it.parent === undefined);
    // What a crash or Ctrl-C left comes before what failed or waits for someone.
    return (own.find((it) => it.status === "running" || it.ready) ?? own[0])?.run;
  });
}

/** Closes the project whatever happens. */
export async function closing<T>(project: Project, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await project.fb.close();
  }
}
