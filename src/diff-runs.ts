// `firebreak diff`: two runs beside each other, step by step.
//
// Steps are matched by names, kind and input; those left over by names and kind alone, in order.

import type { RunId } from "./base/ids.ts";
import type { Value } from "./base/values.ts";
import type { Journal, RunStatus } from "./journal/journal.ts";
import { diffValues, type ValueChange } from "./journal/trace-diff.ts";
import {
  givenBy,
  outputSeq,
  pathText,
  type Trace,
  type TracedStep,
  traceRun,
  valueOf,
} from "./journal/trace.ts";
import { loadValues, type StepView } from "./journal/view.ts";

/**
 * `reused`: taken over. `equal`: done again (or in both runs), with the same output. `changed`: another output, or it
 * ended in another way. `removed`, `added`: only in the first run, only in the second.
 */
export type StepChange = "reused" | "equal" | "changed" | "removed" | "added";

export interface StepDiff {
  readonly path: string;
  readonly kind: string;
  readonly change: StepChange;
  /** Sequences in the first and the second run. */
  readonly before?: number;
  readonly after?: number;
  /** True for a step inside another that is part of the diff. */
  readonly isInner: boolean;
  readonly isInputChanged: boolean;
  /** States, when they differ. */
  readonly states?: readonly [before: string, after: string];
  readonly models?: readonly [before: string, after: string];
  readonly verdicts: readonly VerdictDiff[];
  /** Parts of the output that differ. */
  readonly changes: readonly ValueChange[];
}

export interface VerdictDiff {
  readonly check: string;
  /** Absent in a run in which the check did not judge. */
  readonly before?: string;
  readonly after?: string;
}

export interface RunSide {
  readonly run: RunId;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly calls: number;
  readonly costUsd: number;
  readonly ms: number;
  readonly rerunOf?: RunId;
}

export interface EffectDiff {
  readonly tool: string;
  readonly key: string;
  /** `same`: equal arguments. `changed`: other arguments in the second run. */
  readonly change: "same" | "changed" | "removed" | "added";
}

export interface RunDiff {
  readonly before: RunSide;
  readonly after: RunSide;
  readonly counts: Readonly<Record<StepChange, number>>;
  readonly input: readonly ValueChange[];
  readonly steps: readonly StepDiff[];
  readonly effects: readonly EffectDiff[];
  readonly output: readonly ValueChange[];
}

/** What differs between two runs. @throws RUN_UNKNOWN, EVENT_CORRUPT */
export async function diffRuns(journal: Journal, before: RunId, after: RunId): Promise<RunDiff> {
  const read = async (run: RunId): Promise<Trace> =>
    traceRun(await loadValues(await journal.read(run), (hash) => journal.blob(hash)));
  return diffTraces(await read(before), await read(after));
}

/** The same of runs that are read already. */
export function diffTraces(before: Trace, after: Trace): RunDiff {
  const steps = pairs(before, after).map(([old, now]) => stepDiff(before, after, old, now));
  const counts = { reused: 0, equal: 0, changed: 0, removed: 0, added: 0 };
  for (const it of steps) counts[it.change] += 1;
  return {
    before: sideOf(before),
    after: sideOf(after),
    counts,
    input: diffValues(valueOf(before, 1), valueOf(after, 1)),
    steps,
    effects: effectDiffs(before, after),
    output: diffValues(valueOf(before, outputSeq), valueOf(after, outputSeq)),
  };
}

function sideOf({ view }: Trace): RunSide {
  const { run, workflow, status, startedAt, calls, costUsd, ms, rerunOf } = view;
  return {
    run,
    workflow,
    status,
    startedAt,
    calls,
    costUsd,
    ms,
    ...(rerunOf === undefined ? {} : { rerunOf }),
  };
}

// ---- Matching --------------------------------------------------------------------------

type Pair = readonly [before: TracedStep | undefined, after: TracedStep | undefined];

/** Steps of both runs in the order of the second; what only the first has comes after what stood before it there. */
function pairs(before: Trace, after: Trace): readonly Pair[] {
  const found = new Map<TracedStep, TracedStep>();
  match(before.steps, after.steps, found, (it) => `${nameKey(it)}\n${it.inputHash}`);
  match(before.steps, after.steps, found, nameKey);
  const taken = new Set(found.values());
  const gone = before.steps.filter((it) => !taken.has(it));
  const list: Pair[] = [];
  let next = 0;
  for (const now of after.steps) {
    const old = found.get(now);
    for (
      let it = gone[next];
      old !== undefined && it !== undefined && it.seq < old.seq;
      it = gone[(next += 1)]
    )
      list.push([it, undefined]);
    list.push([old, now]);
  }
  return [...list, ...gone.slice(next).map((it): Pair => [it, undefined])];
}

function nameKey({ step }: TracedStep): string {
  return `${step.path.join("\n")}\n${step.kind}`;
}

function match(
  before: readonly TracedStep[],
  after: readonly TracedStep[],
  found: Map<TracedStep, TracedStep>,
  key: (it: TracedStep) => string,
): void {
  const taken = new Set(found.values());
  const free = new Map<string, TracedStep[]>();
  for (const it of before) {
    if (taken.has(it)) continue;
    const list = free.get(key(it));
    if (list === undefined) free.set(key(it), [it]);
    else list.push(it);
  }
  for (const now of after) {
    const old = found.has(now) ? undefined : free.get(key(now))?.shift();
    if (old !== undefined) found.set(now, old);
  }
}

// ---- One step --------------------------------------------------------------------------

function stepDiff(
  before: Trace,
  after: Trace,
  old: TracedStep | undefined,
  now: TracedStep | undefined,
): StepDiff {
  const it = (now ?? old)!;
  const change = changeOf(old, now);
  return {
    path: pathText(it),
    kind: it.step.kind,
    change,
    ...(old === undefined ? {} : { before: old.seq }),
    ...(now === undefined ? {} : { after: now.seq }),
    isInner: it.parent !== undefined && isDerived(it),
    isInputChanged: old !== undefined && now !== undefined && old.inputHash !== now.inputHash,
    ...differing("states", old?.step.state, now?.step.state, ["done", "reused"]),
    ...differing("models", modelOf(old), modelOf(now), []),
    verdicts: old === undefined || now === undefined ? [] : verdictDiffs(old.step, now.step),
    changes: change === "changed" ? changesOf(given(before, old), given(after, now)) : [],
  };
}

/** Of a step that gave a value only once its state says more than the value. */
function changesOf(old: Value | undefined, now: Value | undefined): readonly ValueChange[] {
  return old === undefined || now === undefined ? [] : diffValues(old, now);
}

const derived: ReadonlySet<string> = new Set(["attempt", "model", "tool", "check"]);

/** Steps that an agent or a gate made for itself. */
function isDerived(it: TracedStep): boolean {
  return (
    it.step.kind === "attempt" ||
    (derived.has(it.step.kind) && it.parent?.step.kind === "attempt") ||
    it.step.name === "work"
  );
}

function given(trace: Trace, it: TracedStep | undefined): Value | undefined {
  return it === undefined ? undefined : givenBy(it, valueOf(trace, it.seq)).value;
}

function changeOf(old: TracedStep | undefined, now: TracedStep | undefined): StepChange {
  if (old === undefined) return "added";
  if (now === undefined) return "removed";
  const isSame = old.hash === now.hash && old.step.outcome === now.step.outcome;
  if (!isSame) return "changed";
  return now.step.state === "reused" ? "reused" : "equal";
}

/** A pair of texts that differ; texts that mean the same are no difference. */
function differing<Name extends string>(
  name: Name,
  old: string | undefined,
  now: string | undefined,
  same: readonly string[],
): { readonly [key in Name]?: readonly [string, string] } {
  if (old === undefined || now === undefined || old === now || (same.includes(old) && same.includes(now)))
    return {};
  return { [name]: [old, now] } as unknown as { readonly [key in Name]: readonly [string, string] };
}

function modelOf(it: TracedStep | undefined): string | undefined {
  if (it === undefined) return undefined;
  const attempt =
    it.step.kind === "attempt" ? it : it.below.findLast((below) => below.step.kind === "attempt");
  return it.step.model ?? attempt?.below.findLast((below) => below.step.model !== undefined)?.step.model;
}

function verdictDiffs(old: StepView, now: StepView): readonly VerdictDiff[] {
  const results = (step: StepView): Map<string, string> =>
    new Map(step.verdicts.map((it) => [it.check, it.result]));
  const [before, after] = [results(old), results(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((check): VerdictDiff[] => {
    const [was, is] = [before.get(check), after.get(check)];
    if (was === is) return [];
    return [
      { check, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) },
    ];
  });
}

function effectDiffs(before: Trace, after: Trace): readonly EffectDiff[] {
  const [old, now] = [slotsOf(before), slotsOf(after)];
  return [...new Map([...old, ...now]).values()].map(({ tool, key, slot }): EffectDiff => {
    const [was, is] = [old.get(slot), now.get(slot)];
    if (was === undefined) return { tool, key, change: "added" };
    if (is === undefined) return { tool, key, change: "removed" };
    return { tool, key, change: was.revision === is.revision ? "same" : "changed" };
  });
}

interface Slot {
  readonly slot: string;
  readonly tool: string;
  readonly key: string;
  readonly revision: string;
}

/** What stands in each effect's slot at the end of a run. */
function slotsOf(trace: Trace): ReadonlyMap<string, Slot> {
  const slots = new Map<string, Slot>();
  for (const event of trace.events) {
    if (event.kind !== "effect.intended" && event.kind !== "effect.adopted") continue;
    const { tool, key, revision } = event.data;
    const slot = `${tool}\n${key}`;
    if (event.kind === "effect.intended" && event.data.action === "compensate") slots.delete(slot);
    else slots.set(slot, { slot, tool, key, revision });
  }
  return slots;
}
