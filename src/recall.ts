// `firebreak recall`: something was wrong; every run that rests on it is done again from there on.
//
// Of runs that share a root only the latest is done again: it is the one whose output counts. A child run is done
// again with the run that started it.

import { FirebreakError } from "./base/errors.ts";
import type { RunId } from "./base/ids.ts";
import { diffRuns, type RunDiff } from "./diff-runs.ts";
import {
  impact,
  type ImpactEffect,
  type ImpactReport,
  type ImpactRun,
  type ImpactTarget,
  isCertain,
} from "./impact.ts";
import type { RunHead, RunStatus } from "./journal/journal.ts";
import type { Firebreak, RerunOptions, RerunPlan, RunHandle } from "./open.ts";

/** A run that is to be done again. */
export interface RecallItem {
  readonly run: RunId;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly certainty: "certain" | "possible";
  /** What of it is done again whatever is recorded: paths of names, for `rerun`. */
  readonly redo: readonly string[];
  /** Its input holds the source: it is read again where the run read it from a file. */
  readonly isInput: boolean;
  /** Effects that rest on the target, of this run and of its child runs. */
  readonly effects: readonly ImpactEffect[];
  /** What the rerun would do, once `planItem` found it; `refused` says why there can be none. */
  readonly plan?: RerunPlan;
  readonly refused?: string;
}

export interface Recall {
  readonly report: ImpactReport;
  readonly items: readonly RecallItem[];
  /** Runs that rest on it and were done again since, and the run that took their place. */
  readonly superseded: readonly { readonly run: RunId; readonly by: RunId }[];
  /** Runs that rest on it only possibly, and were left out. */
  readonly leftOut: number;
}

export interface RecallOptions {
  /** Also runs that rest on it only possibly. Default false. */
  readonly possible?: boolean;
  /** Only runs of this workflow. */
  readonly workflow?: string;
}

/** Which runs a recall would do again. Nothing is run or written. @throws what `impact` throws */
export async function planRecall(
  fb: Firebreak,
  target: ImpactTarget,
  options: RecallOptions = {},
): Promise<Recall> {
  const { workflow } = options;
  const report = await impact(fb.journal, target, workflow === undefined ? {} : { workflow });
  const heads = new Map((await fb.list({ limit: 100_000 })).map((it) => [it.run, it]));
  const families = familiesOf(report.runs, heads);
  const superseded: { run: RunId; by: RunId }[] = [];
  const items: RecallItem[] = [];
  let leftOut = 0;
  for (const [top, runs] of families) {
    const by = latestOf(heads, top);
    if (by.run !== top.run) {
      superseded.push({ run: top.run, by: by.run });
      continue;
    }
    const certainty = runs.some(isCertain) ? "certain" : "possible";
    if (certainty === "possible" && options.possible !== true) leftOut += 1;
    else items.push(await itemOf(fb, top, runs, certainty));
  }
  return { report, items, superseded, leftOut };
}

type Heads = ReadonlyMap<RunId, RunHead>;

function familiesOf(runs: readonly ImpactRun[], heads: Heads): ReadonlyMap<RunHead, readonly ImpactRun[]> {
  const families = new Map<RunHead, ImpactRun[]>();
  for (const it of runs) {
    let top = heads.get(it.run);
    for (let up = top; up !== undefined; up = up.parent === undefined ? undefined : heads.get(up.parent))
      top = up;
    if (top !== undefined) families.set(top, [...(families.get(top) ?? []), it]);
  }
  return families;
}

/** The newest run of the same root that was not started by another. */
function latestOf(heads: Heads, it: RunHead): RunHead {
  let latest = it;
  for (const other of heads.values())
    if (other.root === it.root && other.parent === undefined && other.createdAt > latest.createdAt)
      latest = other;
  return latest;
}

async function itemOf(
  fb: Firebreak,
  top: RunHead,
  runs: readonly ImpactRun[],
  certainty: RecallItem["certainty"],
): Promise<RecallItem> {
  const view = await fb.view(top.run);
  const callers = new Map(
    [...view.bySeq.values()].flatMap((it) =>
      it.childRun === undefined ? [] : [[it.childRun, it.path.join(" › ")]],
    ),
  );
  const redo = runs.flatMap((it) =>
    it.seeds.flatMap(({ seq, path }) => {
      if (seq <= 1) return [];
      if (it.run === top.run) return [`#${seq}`];
      const caller = callers.get(it.run);
      return caller === undefined ? [] : [`${caller} › ${path}`];
    }),
  );
  return {
    run: top.run,
    workflow: top.workflow,
    status: top.status,
    certainty,
    redo: [...new Set(redo)],
    isInput: runs.some((it) => it.run === top.run && it.seeds.some((seed) => seed.seq === 1)),
    effects: runs.flatMap((it) => it.effects),
  };
}

/** The item with what its rerun would do. `fb` is configured as the run's own file wants it. */
export async function planItem(
  fb: Firebreak,
  item: RecallItem,
  options: RerunOptions = {},
): Promise<RecallItem> {
  try {
    return { ...item, plan: await fb.plan(item.run, { ...options, redo: item.redo }) };
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error;
    return { ...item, refused: `${error.sentence}. ${error.fix}` };
  }
}

/** What became of one run. */
export interface Recalled {
  readonly item: RecallItem;
  readonly rerun: RunId;
  readonly status: RunStatus;
  readonly diff: RunDiff;
  /** Effects of the old run that the rerun neither took over as they stand nor replaced: to be put right by a person. */
  readonly toPutRight: readonly ImpactEffect[];
}

/**
 * Does one run again, and compares. `attend` waits for the rerun, and answers its questions or leaves them.
 *
 * @throws what `rerun` throws: RERUN_OPEN, WORKFLOW_UNKNOWN, …
 */
export async function recallRun(
  fb: Firebreak,
  item: RecallItem,
  options: RerunOptions,
  attend: (handle: RunHandle) => Promise<RunHead> = (handle) => handle.settled(),
): Promise<Recalled> {
  const handle = await fb.rerun(item.run, { ...options, redo: item.redo });
  const head = await attend(handle);
  const diff = await diffRuns(fb.journal, item.run, handle.id);
  const kept = new Set(
    diff.effects.filter((it) => it.change !== "removed").map((it) => `${it.tool}\n${it.key}`),
  );
  return {
    item,
    rerun: handle.id,
    status: head.status,
    diff,
    toPutRight: item.effects.filter((it) => isOut(it) && !kept.has(`${it.tool}\n${it.key}`)),
  };
}

/** True for an effect that stands outside, or may. */
function isOut(it: ImpactEffect): boolean {
  return it.state !== "not sent" && !it.state.includes("undone");
}
