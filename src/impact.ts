// `firebreak impact`: what rests on something, over all runs: a step of a run, a source, a tool, a model.
//
// One pass over each run. Runs are read family by family (a run with its child runs), older ones first, so that what
// a rerun took over from an older run is known there already.

import { FirebreakError } from "./base/errors.ts";
import type { RunId } from "./base/ids.ts";
import type { Json } from "./base/values.ts";
import type { Journal, RunHead, RunStatus } from "./journal/journal.ts";
import {
  type Impact,
  impactOf,
  isAsStrong,
  type Seeds,
  type Through,
  type Touched,
} from "./journal/trace-impact.ts";
import { effectsIn } from "./journal/trace-effects.ts";
import { findPlace, type Place } from "./journal/trace-place.ts";
import { sourceSeeds, sourcesIn } from "./journal/trace-sources.ts";
import { pathText, type Trace, type TracedStep, traceRun } from "./journal/trace.ts";
import { keysText } from "./journal/trace-values.ts";
import { loadValues, type StepState } from "./journal/view.ts";

/** What is asked about. `path` is a step of the run, or a part of what it gave: `scout.claims[2]`. */
export type ImpactTarget =
  | { readonly kind: "step"; readonly run: RunId; readonly path: string }
  | { readonly kind: "source"; readonly name: string }
  | { readonly kind: "tool"; readonly name: string }
  | { readonly kind: "model"; readonly id: string };

export interface ImpactOptions {
  /** Only runs of this workflow. */
  readonly workflow?: string;
}

/**
 * `certain`: known to hold it. `possible`: `values` when it holds scalars of unknown origin and was issued after it,
 * `order` when it was merely issued after it (the code may have looked).
 */
export interface Resting {
  readonly certainty: "certain" | "possible";
  readonly through: Through;
  /** Parts that rest on it, when not all does. */
  readonly parts?: readonly string[];
}

export interface ImpactStep extends Resting {
  readonly seq: number;
  readonly path: string;
  readonly kind: string;
  readonly state: StepState;
  /** True for a step inside one that is listed itself, as an agent's attempts are. */
  readonly isInner: boolean;
}

export interface ImpactEffect extends Resting {
  readonly run: RunId;
  readonly intent: number;
  readonly path: string;
  readonly tool: string;
  readonly key: string;
  readonly state: string;
  readonly receipt?: Json;
}

export interface ImpactRun {
  readonly run: RunId;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly parent?: RunId;
  readonly rerunOf?: RunId;
  /** What of this run was asked about: steps, or parts of its input. */
  readonly targets: readonly string[];
  /** The same by the sequences that gave the values out; 1 is the input. */
  readonly seeds: readonly { readonly seq: number; readonly path: string }[];
  readonly steps: readonly ImpactStep[];
  readonly effects: readonly ImpactEffect[];
  /** The run's output, when it was delivered and rests on it. */
  readonly output?: Resting;
}

export interface ImpactReport {
  readonly target: string;
  readonly looked: number;
  readonly counts: {
    readonly runs: number;
    readonly certainRuns: number;
    readonly certainSteps: number;
    readonly possibleSteps: number;
    readonly certainEffects: number;
    readonly possibleEffects: number;
    readonly certainOutputs: number;
    readonly possibleOutputs: number;
  };
  readonly runs: readonly ImpactRun[];
}

/** Most runs that are looked at. */
export const impactRunLimit = 100_000;

/**
 * Everything that rests on the target.
 *
 * @throws STEP_UNKNOWN, VALUE_PATH_UNKNOWN for a place a run does not have; TARGET_UNKNOWN when no run holds it.
 */
export async function impact(
  journal: Journal,
  target: ImpactTarget,
  options: ImpactOptions = {},
): Promise<ImpactReport> {
  const heads = (await journal.heads({ limit: impactRunLimit })).toSorted(
    (a, b) => a.createdAt - b.createdAt || (a.run < b.run ? -1 : 1),
  );
  const made = target.kind === "step" ? await madeIn(journal, target) : undefined;
  const asked = made?.target ?? target;
  const looked = await relevant(journal, heads, asked);
  const search: Search = {
    journal,
    target: asked,
    ...(made === undefined ? {} : { place: made.place }),
    asked: new Map(),
    followed: new Map(),
    known: new Set(),
    read: reader(journal),
  };
  const runs: ImpactRun[] = [];
  for (const family of familiesOf(looked)) runs.push(...(await impactOfFamily(search, family)));
  if (search.asked.size === 0) throw unknownTarget(target, search.known);
  const kept = runs
    .filter((it) => options.workflow === undefined || it.workflow === options.workflow)
    .map((it) => withFollowers(search, it));
  return { target: targetText(target), looked: looked.length, counts: countsOf(kept), runs: kept };
}

/** The target in words. */
export function targetText(target: ImpactTarget): string {
  if (target.kind === "step") return `${target.path} of ${target.run}`;
  return target.kind === "model" ? `model ${target.id}` : `${target.kind} ${target.name}`;
}

interface Search {
  readonly journal: Journal;
  readonly target: ImpactTarget;
  /** The place that a step's path names, once it is found. */
  readonly place?: Place;
  /** What was asked about, by run and by the identity of the step: a rerun looks here for what it took over. */
  readonly asked: Map<string, ReadonlyMap<string, Touched>>;
  /** Effects that were amended or undone later, by `run:intent`. */
  readonly followed: Map<string, string>;
  /** What could have been meant. */
  readonly known: Set<string>;
  readonly read: (hash: string) => Promise<Uint8Array>;
}

type StepTarget = Extract<ImpactTarget, { readonly kind: "step" }>;

/** The run that made the value: a rerun that took a step over rests on it no more than the run it comes from. */
async function madeIn(
  journal: Journal,
  given: StepTarget,
): Promise<{ readonly target: StepTarget; readonly place: Place }> {
  const read = async (run: RunId): Promise<Trace> =>
    traceRun(await loadValues(await journal.read(run), (hash) => journal.blob(hash)));
  let trace = await read(given.run);
  let place = findPlace(trace, given.path);
  for (;;) {
    const { rerunOf } = trace.view;
    const step = trace.bySeq.get(place.seq);
    const isKept = step?.step.state === "reused" && rerunOf !== undefined;
    if (!isKept || (await journal.head(rerunOf)) === undefined) break;
    const old = await read(rerunOf);
    const made = old.steps.find((it) => identityOf(it) === identityOf(step));
    if (made === undefined) break;
    trace = old;
    place = { seq: made.seq, keys: place.keys };
  }
  return { target: { ...given, run: trace.view.run }, place };
}

/** A step of one run concerns its own family and the reruns of it, which share its root. */
async function relevant(
  journal: Journal,
  heads: readonly RunHead[],
  target: ImpactTarget,
): Promise<readonly RunHead[]> {
  if (target.kind !== "step") return heads;
  const own = heads.find((it) => it.run === target.run) ?? (await journal.head(target.run));
  if (own === undefined) throw new FirebreakError("RUN_UNKNOWN", { given: target.run });
  const top = topOf(new Map(heads.map((it) => [it.run, it])), own);
  const roots = new Set<string>([own.root, top.root]);
  const family = new Set<string>();
  for (const it of heads)
    if (roots.has(it.root) || (it.parent !== undefined && family.has(it.parent))) family.add(it.run);
  return heads.filter((it) => family.has(it.run));
}

function topOf(heads: ReadonlyMap<string, RunHead>, it: RunHead): RunHead {
  const parent = it.parent === undefined ? undefined : heads.get(it.parent);
  return parent === undefined ? it : topOf(heads, parent);
}

function familiesOf(heads: readonly RunHead[]): readonly (readonly RunHead[])[] {
  const byRun = new Map(heads.map((it) => [it.run, it]));
  const families = new Map<string, RunHead[]>();
  for (const it of heads) {
    const top = topOf(byRun, it).run;
    families.set(top, [...(families.get(top) ?? []), it]);
  }
  return [...families.values()];
}

/** Bytes of values that several runs share are read once, up to a limit. */
const cacheLimit = 64_000_000;

function reader(journal: Journal): Search["read"] {
  const kept = new Map<string, Uint8Array>();
  let size = 0;
  return async (hash) => {
    const known = kept.get(hash);
    if (known !== undefined) return known;
    const bytes = await journal.blob(hash);
    if (size + bytes.length <= cacheLimit) {
      kept.set(hash, bytes);
      size += bytes.length;
    }
    return bytes;
  };
}

// ---- One family ------------------------------------------------------------------------

async function impactOfFamily(search: Search, family: readonly RunHead[]): Promise<readonly ImpactRun[]> {
  const traces = new Map<string, Trace>();
  for (const head of family) traces.set(head.run, await readTrace(search, head));
  const own = new Map([...traces].map(([run, it]) => [run, seedsOf(search, it)]));
  if ([...own.values()].every((it) => it.size === 0)) return [];
  if (search.target.kind !== "source")
    for (const head of family) traces.set(head.run, await readTrace(search, head, true));
  for (const [run, seeds] of own)
    if (seeds.size > 0) search.asked.set(run, byIdentity(traces.get(run), seeds));
  const impacts = new Map<string, Impact>();
  const follow = (run: string, input: Touched | undefined): Impact | undefined => {
    const trace = traces.get(run);
    const seeds = new Map(own.get(run));
    if (input !== undefined && !seeds.has(1)) seeds.set(1, input);
    if (trace === undefined || (seeds.size === 0 && !hasChildren(trace))) return undefined;
    const made = impactOf(trace, seeds, (child, given) => follow(child, given)?.output);
    impacts.set(run, made);
    return made;
  };
  for (const head of family)
    if (head.parent === undefined || !traces.has(head.parent)) follow(head.run, undefined);
  return family.flatMap((head) => {
    const [trace, made] = [traces.get(head.run), impacts.get(head.run)];
    const seeds = own.get(head.run) ?? new Map();
    return trace === undefined || made === undefined || made.touched.size === 0
      ? []
      : [reportOf(search, head, trace, made, seeds)];
  });
}

function hasChildren(trace: Trace): boolean {
  return trace.steps.some((it) => it.step.childRun !== undefined);
}

async function readTrace(search: Search, head: RunHead, withValues = false): Promise<Trace> {
  const events = await search.journal.read(head.run);
  const isWhole = withValues || search.target.kind === "source" || isAbout(search.target, head);
  return traceRun(isWhole ? await loadValues(events, search.read) : events);
}

function isAbout(target: ImpactTarget, head: RunHead): boolean {
  return target.kind === "step" && target.run === head.run;
}

/** What of this run was asked about, or was taken over from a run where it was. */
function seedsOf(search: Search, trace: Trace): Seeds {
  const seeds = new Map<number, Touched>(ownSeeds(search, trace));
  const old = search.asked.get(trace.view.rerunOf ?? "");
  for (const it of old === undefined ? [] : trace.steps) {
    const taken = it.step.state === "reused" ? old?.get(identityOf(it)) : undefined;
    if (taken !== undefined && !seeds.has(it.seq)) seeds.set(it.seq, taken);
  }
  return seeds;
}

function byIdentity(trace: Trace | undefined, seeds: Seeds): ReadonlyMap<string, Touched> {
  return new Map(
    [...seeds].flatMap(([seq, touched]): [string, Touched][] => {
      const it = trace?.bySeq.get(seq);
      return it === undefined ? [] : [[identityOf(it), touched]];
    }),
  );
}

/** Equal for a step and for what a rerun took over of it: a composite's own record is written anew. */
function identityOf({ step, inputHash, hash }: TracedStep): string {
  return [step.scope, step.kind, step.name, inputHash, hash ?? ""].join("\n");
}

function ownSeeds(search: Search, trace: Trace): Seeds {
  const { target, known } = search;
  if (target.kind === "source") {
    const found = sourceSeeds(trace, target.name);
    if (found.size === 0) for (const it of sourcesIn(trace)) known.add(it);
    return found;
  }
  if (target.kind === "step") {
    if (target.run !== trace.view.run) return new Map();
    const { seq, keys } = search.place ?? findPlace(trace, target.path);
    return new Map([[seq, { through: "reads", ...(keys.length === 0 ? {} : { parts: [keys] }) }]]);
  }
  const seeds = new Map<number, Touched>();
  for (const it of trace.steps) {
    const names = target.kind === "tool" ? toolNames(it) : modelNames(it);
    for (const name of names.slice(0, 1)) known.add(name);
    if (names.includes(target.kind === "tool" ? target.name : target.id))
      seeds.set(it.seq, { through: "reads" });
  }
  return seeds;
}

function toolNames({ step }: TracedStep): readonly string[] {
  if (step.effect !== undefined) return [step.effect.tool];
  return step.kind === "tool" ? [step.name] : [];
}

/** `provider:model`, and the same without its provider. */
function modelNames({ step }: TracedStep): readonly string[] {
  const { model } = step;
  if (step.kind !== "model" || model === undefined) return [];
  return [model, model.slice(model.indexOf(":") + 1)];
}

/** Most names that an error lists. */
const listed = 12;

function unknownTarget(target: ImpactTarget, known: ReadonlySet<string>): FirebreakError {
  const names = [...known].slice(0, listed);
  const more = known.size > listed ? `, … ${known.size - listed} more` : "";
  return new FirebreakError("TARGET_UNKNOWN", {
    target: targetText(target),
    known: `${names.join(", ")}${more}`,
  });
}

// ---- The report ------------------------------------------------------------------------

function reportOf(search: Search, head: RunHead, trace: Trace, made: Impact, seeds: Seeds): ImpactRun {
  const { view } = trace;
  const steps = trace.steps.flatMap((it): ImpactStep[] => {
    const touched = made.touched.get(it.seq);
    if (touched === undefined) return [];
    const { kind, state } = it.step;
    return [
      { seq: it.seq, path: pathText(it), kind, state, isInner: isInner(it, made), ...resting(touched) },
    ];
  });
  return {
    run: view.run,
    workflow: view.workflow,
    status: head.status,
    startedAt: view.startedAt,
    ...(view.parent === undefined ? {} : { parent: view.parent }),
    ...(view.rerunOf === undefined ? {} : { rerunOf: view.rerunOf }),
    targets: [...seeds].map(([seq, it]) => seedText(trace, seq, it)),
    seeds: [...seeds.keys()].map((seq) => ({ seq, path: pathOf(trace, seq) })),
    steps,
    effects: effectsOf(search, trace, made),
    ...(made.output === undefined ? {} : { output: resting(made.output) }),
  };
}

function isInner(it: TracedStep, made: Impact): boolean {
  const above = it.parent === undefined ? undefined : made.touched.get(it.parent.seq);
  const own = made.touched.get(it.seq);
  return above !== undefined && own !== undefined && isAsStrong(above, own);
}

function pathOf(trace: Trace, seq: number): string {
  const of = trace.bySeq.get(seq);
  return of === undefined ? "input" : pathText(of);
}

function seedText(trace: Trace, seq: number, it: Touched): string {
  const name = pathOf(trace, seq);
  const parts = it.parts?.map(keysText).filter((text) => text !== "") ?? [];
  return parts.length === 0
    ? name
    : `${name}: ${parts.slice(0, 3).join(", ")}${parts.length > 3 ? ", …" : ""}`;
}

function resting(it: Touched): Resting {
  return {
    certainty: it.through === "reads" ? "certain" : "possible",
    through: it.through,
    ...(it.parts === undefined ? {} : { parts: it.parts.map(keysText) }),
  };
}

/** Effects that went out, or may have, and rest on it. */
function effectsOf(search: Search, trace: Trace, made: Impact): readonly ImpactEffect[] {
  const { sent, followed } = effectsIn(trace);
  for (const [place, state] of followed) search.followed.set(place, state);
  return sent.flatMap(({ step, ...effect }): ImpactEffect[] => {
    const touched = made.touched.get(step.seq);
    if (touched === undefined) return [];
    return [{ run: trace.view.run, path: pathText(step), ...effect, ...resting(touched) }];
  });
}

function withFollowers(search: Search, run: ImpactRun): ImpactRun {
  const effects = run.effects.map((it) => {
    const followed = search.followed.get(`${it.run}:${it.intent}`);
    return followed === undefined ? it : { ...it, state: `${it.state}, ${followed}` };
  });
  return { ...run, effects };
}

function countsOf(runs: readonly ImpactRun[]): ImpactReport["counts"] {
  const steps = runs.flatMap((it) => it.steps);
  const effects = runs.flatMap((it) => it.effects);
  const outputs = runs.flatMap((it) => it.output ?? []);
  const certain = (list: readonly Resting[]): number =>
    list.filter((it) => it.certainty === "certain").length;
  return {
    runs: runs.length,
    certainRuns: runs.filter(isCertain).length,
    certainSteps: certain(steps),
    possibleSteps: steps.length - certain(steps),
    certainEffects: certain(effects),
    possibleEffects: effects.length - certain(effects),
    certainOutputs: certain(outputs),
    possibleOutputs: outputs.length - certain(outputs),
  };
}

/** True for a run in which more than order alone ties something to the target. */
export function isCertain(it: ImpactRun): boolean {
  return it.steps.some((step) => step.certainty === "certain");
}
