// recall: every run that rests on something is done again from there on.

import { planItem, planRecall, type Recall, type Recalled, recallRun, type RecallItem } from "../recall.ts";
import type { Firebreak, RerunOptions, RunHandle } from "../open.ts";
import type { RunHead } from "../journal/journal.ts";
import type { AnyWorkflow } from "../workflow/workflow.ts";
import { codeOf } from "./attend.ts";
import { givenTarget, type TargetFlags } from "./command-impact.ts";
import { closing } from "./command-run.ts";
import { complain } from "./complain.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { whoActs } from "./given.ts";
import { loadWorkflow } from "./load.ts";
import { plainJson } from "./plain-json.ts";
import { openProject, openProjectOf } from "./project.ts";
import { recalledLines, recallPlanLines } from "./render-recall.ts";
import type { Screen } from "./screen.ts";

export interface RecallFlags extends TargetFlags {
  readonly workflow?: string;
  readonly possible?: boolean;
  readonly dryRun?: boolean;
  readonly because?: string;
  readonly withModel?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Reruns what rests on a target, run by run; with --dry-run only says what that would do. @throws what `impact` throws */
export async function recall(
  screen: Screen,
  given: string | undefined,
  flags: RecallFlags,
): Promise<ExitCode> {
  const found = await planned(given, flags);
  if (flags.json !== true) screen.print(...recallPlanLines(screen, found, flags.dryRun === true));
  if (flags.dryRun === true) {
    if (flags.json === true) screen.print(JSON.stringify(found, plainJson, 2));
    return exitCodes.ok;
  }
  const done: Recalled[] = [];
  let code: ExitCode = exitCodes.ok;
  for (const item of found.items) {
    const it = await recalled(screen, item, flags);
    const ended = it === undefined ? exitCodes.failed : codeOf(it.status);
    if (code === exitCodes.ok) code = ended;
    if (it === undefined) continue;
    done.push(it);
    if (flags.json !== true) screen.print("", ...recalledLines(screen, it));
  }
  if (flags.json === true) screen.print(JSON.stringify({ ...found, recalled: done }, plainJson, 2));
  return code;
}

async function planned(given: string | undefined, flags: RecallFlags): Promise<Recall> {
  const project = await openProject();
  const found = await closing(project, async () => {
    const target = await givenTarget(project.fb, given, flags);
    return planRecall(project.fb, target, {
      ...(flags.possible === true ? { possible: true } : {}),
      ...(flags.workflow === undefined ? {} : { workflow: flags.workflow }),
    });
  });
  const items: RecallItem[] = [];
  for (const item of found.items) items.push(await plannedItem(item, flags));
  return { ...found, items };
}

async function plannedItem(item: RecallItem, flags: RecallFlags): Promise<RecallItem> {
  const project = await openProjectOf(item.run);
  return closing(project, async () =>
    planItem(project.fb, item, await optionsOf(project.fb, item.run, flags)),
  );
}

/** What the run was started with, without faults that were planted; its input read again where it came from a file. */
async function optionsOf(fb: Firebreak, run: string, flags: RecallFlags): Promise<RerunOptions> {
  const old = await fb.view(run);
  const {
    sabotage: _planted,
    inputFrom,
    ...kept
  } = (old.options ?? {}) as RerunOptions & { inputFrom?: "file" };
  const loaded = old.file === undefined ? undefined : await loadWorkflow(old.file);
  const options = {
    ...kept,
    ...(inputFrom === "file" && loaded !== undefined ? { input: loaded.input, inputFrom } : {}),
    ...(loaded === undefined ? {} : { workflow: loaded.workflow as AnyWorkflow }),
    ...(flags.withModel === undefined ? {} : { model: flags.withModel }),
    ...(flags.because === undefined ? {} : { because: flags.because }),
    by: whoActs(),
  };
  return options;
}

/** Each run with the configuration beside its own file. A run that cannot be done again is told, and the rest goes on. */
async function recalled(screen: Screen, item: RecallItem, flags: RecallFlags): Promise<Recalled | undefined> {
  const project = await openProjectOf(item.run);
  return closing(project, async () => {
    try {
      const options = await optionsOf(project.fb, item.run, flags);
      return await recallRun(project.fb, item, options, (handle) => untilSettled(project.fb, handle, flags));
    } catch (error) {
      complain(screen, error, false);
      return undefined;
    }
  });
}

/** Waits until the rerun ends or asks something. --yes approves what a workflow asks, as it does for `run`. */
async function untilSettled(fb: Firebreak, handle: RunHandle, flags: RecallFlags): Promise<RunHead> {
  for (;;) {
    const head = await handle.settled();
    if (head.status !== "waiting" || flags.yes !== true) return head;
    const [item] = (await fb.reviews.list({ run: handle.id })).filter((it) => it.mode === "review");
    if (item === undefined) return head;
    const { run, asked, shownHash } = item;
    await fb.reviews.decide({ run, asked, shownHash, decision: "approve", by: "--yes", auto: true });
  }
}
