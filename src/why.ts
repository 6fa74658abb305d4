// `firebreak why`: from a value back to the bytes it rests on, through steps, people, models, tools and other runs.

import type { RunId } from "./base/ids.ts";
import { canonical, type Value } from "./base/values.ts";
import type { Journal } from "./journal/journal.ts";
import type { Evidenced } from "./journal/trace-evidence.ts";
import { findPlace, type Link, type Place, type Span, type Tie } from "./journal/trace-place.ts";
import {
  givenBy,
  inputOf,
  isComposite,
  makersOf,
  outputSeq,
  partKeys,
  pathText,
  type Trace,
  type TracedStep,
  traceRun,
  valueOf,
} from "./journal/trace.ts";
import { originOf } from "./journal/trace-why.ts";
import { isHolder, type Keys, keysText, partAt } from "./journal/trace-values.ts";
import { loadValues, type StepState } from "./journal/view.ts";

export interface WhyOptions {
  /** Steps back that are followed; default 25. */
  readonly depth?: number;
}

/** Deepest chain that is followed unless asked otherwise. */
export const whyDepth = 25;
/** Most places of one answer. */
export const whyLimit = 300;

/** A place in a value, and what it rests on. */
export interface WhyNode {
  readonly run: RunId;
  /** Event that gave the value out; 1 is the run's input, 0 its output. */
  readonly seq: number;
  /** Names of the step from the top; `input` and `output` are the run's own. */
  readonly step: string;
  readonly kind: string;
  readonly state?: StepState;
  /** The part of the step's value. */
  readonly path: string;
  readonly value?: Value;
  /** Content hash of the value, and its length as JSON, in characters. */
  readonly hash?: string;
  readonly size?: number;
  /** How it is tied to the place above; absent at the top. */
  readonly tie?: Tie;
  readonly as?: string;
  /** `certain` along what was read, found or proven; `possible` from the first tie on that may be none. */
  readonly certainty: "certain" | "possible";
  /** Bytes of this text that matter. */
  readonly span?: Span;
  /** File it is the text of, as it is named beside it. */
  readonly file?: string;
  /** Steps it came through unchanged. */
  readonly through: readonly string[];
  readonly model?: string;
  readonly standin?: string;
  readonly attempt?: number;
  /** Attempts that were rejected before. */
  readonly rejected?: number;
  readonly arguments?: Value;
  readonly decided?: {
    readonly decision: string;
    readonly by: string;
    readonly isFlag: boolean;
    readonly because?: string;
  };
  readonly childRun?: RunId;
  readonly reusedFrom?: number;
  readonly artifact?: { readonly hash: string; readonly size: number; readonly mediaType: string };
  readonly passed: readonly string[];
  /** Checks that it did not pass, failed or unsure: a person let it stand. */
  readonly failed: readonly string[];
  readonly evidence: readonly Evidenced[];
  /** True for a place that is told above already. */
  readonly isRepeated?: true;
  /** True where the limits ended it. */
  readonly isCut?: true;
  readonly sources: readonly WhyNode[];
  /** What the step was also given, by name. */
  readonly besides: readonly string[];
  /** Steps whose values a scalar of unknown origin may come from. */
  readonly mayRest: readonly string[];
}

/**
 * What the value at a path of a run rests on. Nothing is run or changed; runs that the value came through (child runs,
 * the run that started this one) are read too.
 *
 * @throws RUN_UNKNOWN, STEP_UNKNOWN, VALUE_PATH_UNKNOWN, EVENT_CORRUPT
 */
export async function why(
  journal: Journal,
  run: RunId,
  path: string,
  options: WhyOptions = {},
): Promise<WhyNode> {
  const asking: Asking = {
    journal,
    traces: new Map(),
    told: new Set(),
    depth: options.depth ?? whyDepth,
    left: whyLimit,
  };
  const trace = await traceOf(asking, run);
  return tell(asking, trace, { place: findPlace(trace, path) }, 0);
}

interface Asking {
  readonly journal: Journal;
  readonly traces: Map<string, Trace>;
  readonly told: Set<string>;
  readonly depth: number;
  left: number;
}

async function traceOf(asking: Asking, run: RunId): Promise<Trace> {
  const known = asking.traces.get(run);
  if (known !== undefined) return known;
  const events = await loadValues(await asking.journal.read(run), (hash) => asking.journal.blob(hash));
  const made = traceRun(events);
  asking.traces.set(run, made);
  return made;
}

interface Asked extends Partial<Link> {
  readonly place: Place;
  readonly isPossible?: boolean;
}

async function tell(asking: Asking, trace: Trace, asked: Asked, depth: number): Promise<WhyNode> {
  const origin = originOf(trace, asked.place);
  const { place, step, value } = origin;
  const isPossible = asked.isPossible === true || asked.tie === "may";
  const judges = [...origin.through, ...(step === undefined ? [] : [step])];
  const facts: WhyNode = {
    ...placeFacts(trace, place, step, value),
    ...stepFacts(trace, step),
    ...(asked.tie === undefined ? {} : { tie: asked.tie }),
    ...(asked.as === undefined ? {} : { as: asked.as }),
    ...(asked.span === undefined ? {} : { span: asked.span }),
    certainty: isPossible ? "possible" : "certain",
    through: origin.through.map(pathText),
    passed: judgedBy(judges, (result) => result === "pass"),
    failed: judgedBy(judges, (result) => result !== "pass"),
    evidence: origin.evidence,
    besides: namesOf(trace, origin.besides),
    mayRest: origin.mayRest.filter((it) => it.parent === undefined).map(pathText),
    sources: [],
  };
  const key = `${trace.view.run} ${place.seq} ${keysText(place.keys)}`;
  if (asking.told.has(key)) return { ...facts, evidence: [], besides: [], mayRest: [], isRepeated: true };
  asking.told.add(key);
  const links = await linksFrom(asking, trace, origin.links, asked, place, step);
  asking.left -= links.length;
  if (links.length > 0 && (depth >= asking.depth || asking.left < 0)) return { ...facts, isCut: true };
  const sources: WhyNode[] = [];
  for (const link of links) {
    // The bytes go with the text for as long as it is the same text.
    const span = link.span ?? (link.tie === "content" ? asked.span : undefined);
    const next: Asked = { ...link, ...(span === undefined ? {} : { span }), isPossible };
    sources.push(await tell(asking, link.trace, next, depth + 1));
  }
  return { ...facts, sources };
}

// ---- Facts ---------------------------------------------------------------------------------

type PlaceFacts = Pick<
  WhyNode,
  "run" | "seq" | "step" | "kind" | "path" | "value" | "hash" | "size" | "file"
>;

function placeFacts(
  trace: Trace,
  place: Place,
  step: TracedStep | undefined,
  value: Value | undefined,
): PlaceFacts {
  const below = step === undefined ? [] : givenBy(step, valueOf(trace, step.seq)).below;
  const isInside = below.every((key, at) => place.keys[at] === key);
  const it = value === undefined ? undefined : canonical(value);
  const file = fileAround(trace, place);
  return {
    run: trace.view.run,
    seq: place.seq,
    step: step === undefined ? (place.seq === outputSeq ? "output" : "input") : pathText(step),
    kind: step?.step.kind ?? "run",
    path: keysText(isInside ? place.keys.slice(below.length) : place.keys),
    ...(it === undefined ? {} : { value: it.value, hash: it.hash, size: it.size }),
    ...(file === undefined ? {} : { file }),
  };
}

/** The name that stands beside a text as its file. */
function fileAround(trace: Trace, { seq, keys }: Place): string | undefined {
  const holder = partAt(valueOf(trace, seq), keys.slice(0, -1));
  if (keys.length === 0 || !isHolder(holder) || Array.isArray(holder)) return undefined;
  const members = holder as { readonly [key: string]: Value };
  const named = ["file", "path", "url", "name"].map((key) =>
    keys.at(-1) === key ? undefined : members[key],
  );
  const file = named.find((it) => typeof it === "string");
  return typeof file === "string" ? file : undefined;
}

type StepFacts = Pick<
  WhyNode,
  | "state"
  | "model"
  | "standin"
  | "attempt"
  | "rejected"
  | "arguments"
  | "decided"
  | "childRun"
  | "reusedFrom"
  | "artifact"
>;

function stepFacts(trace: Trace, it: TracedStep | undefined): StepFacts {
  if (it === undefined) return {};
  const { step } = it;
  const args = step.kind === "tool" ? inputOf(trace, it) : undefined;
  return {
    state: step.state,
    ...answerFacts(it),
    ...(args === undefined ? {} : { arguments: args }),
    ...decisionFacts(it),
    ...(step.childRun === undefined ? {} : { childRun: step.childRun }),
    ...(step.reusedFrom === undefined ? {} : { reusedFrom: step.reusedFrom }),
    ...artifactFacts(trace, it),
  };
}

/** Which model answered, at which attempt. */
function answerFacts(it: TracedStep): Pick<WhyNode, "model" | "standin" | "attempt" | "rejected"> {
  const attempts = it.below.filter((below) => below.step.kind === "attempt");
  const attempt =
    it.step.kind === "attempt" ? it : attempts.length === 0 ? undefined : makersOf(it).makers[0];
  const answer =
    it.step.kind === "model" ? it : attempt?.below.findLast((below) => below.step.kind === "model");
  const rejected = attempts.filter((each) => each.step.state === "rejected").length;
  return {
    ...(answer?.step.model === undefined ? {} : { model: answer.step.model }),
    ...(answer?.step.standin === undefined ? {} : { standin: answer.step.standin }),
    ...(attempt?.step.attempt === undefined ? {} : { attempt: attempt.step.attempt }),
    ...(rejected === 0 ? {} : { rejected }),
  };
}

function decisionFacts(it: TracedStep): Pick<WhyNode, "decided"> {
  const decided = it.step.review?.decided;
  if (decided === undefined) return {};
  const { decision, by, auto, because } = decided;
  return { decided: { decision, by, isFlag: auto === true, ...(because === undefined ? {} : { because }) } };
}

function artifactFacts(trace: Trace, it: TracedStep): Pick<WhyNode, "artifact"> {
  const value = it.step.kind === "artifact" ? valueOf(trace, it.seq) : undefined;
  if (!isHolder(value) || Array.isArray(value)) return {};
  const { hash, size, mediaType } = value as { readonly [key: string]: Value };
  return typeof hash === "string" && typeof size === "number" && typeof mediaType === "string"
    ? { artifact: { hash, size, mediaType } }
    : {};
}

/** Checks that judged it on the way, each once. */
function judgedBy(steps: readonly TracedStep[], is: (result: string) => boolean): readonly string[] {
  const all = steps.flatMap((it) => [it, ...(isComposite(it) ? it.below.filter(isAccepted) : [])]);
  return [
    ...new Set(all.flatMap((it) => it.step.verdicts.filter((each) => is(each.result))).map((it) => it.check)),
  ];
}

function isAccepted(it: TracedStep): boolean {
  return it.step.kind === "attempt" && it.step.state !== "rejected";
}

function namesOf(trace: Trace, links: readonly Link[]): readonly string[] {
  const names = links.map(({ place, as }) => {
    const step = trace.bySeq.get(place.seq);
    const path = keysText(place.keys);
    if (step?.step.kind === "tool") return step.step.name;
    return as ?? (step === undefined ? dotted("input", path) : dotted(step.step.name, path));
  });
  return [...new Set(names)];
}

function dotted(name: string, path: string): string {
  return path === "" || path.startsWith("[") ? `${name}${path}` : `${name}.${path}`;
}

// ---- Other runs ----------------------------------------------------------------------------

type RunLink = Link & { readonly trace: Trace };

/** What is one step behind; through the end of a child run, or the start of this one, in another run. */
async function linksFrom(
  asking: Asking,
  trace: Trace,
  links: readonly Link[],
  asked: Asked,
  place: Place,
  step: TracedStep | undefined,
): Promise<readonly RunLink[]> {
  const child = step?.step.childRun;
  if (child !== undefined && links.length === 0) {
    const inside = await readable(asking, child);
    return inside === undefined
      ? []
      : [{ place: { seq: outputSeq, keys: place.keys }, tie: "content", trace: inside }];
  }
  const parent = trace.view.parent;
  if (place.seq === 1 && parent !== undefined) {
    const above = await readable(asking, parent);
    const call = above?.steps.find((it) => it.step.childRun === trace.view.run);
    const behind = above === undefined || call === undefined ? [] : behindCall(above, call, place.keys);
    const span = asked.span === undefined ? {} : { span: asked.span };
    if (above !== undefined && behind.length > 0)
      return behind.map((it) => ({ ...it, ...(it.tie === "content" ? span : {}), trace: above }));
  }
  return links.map((it) => ({ ...it, trace }));
}

/** A run that was pruned is not there any more: what is known ends here. */
async function readable(asking: Asking, run: RunId): Promise<Trace | undefined> {
  return (await asking.journal.head(run)) === undefined ? undefined : traceOf(asking, run);
}

/** The part of the caller's values that a part of the child's input is; of an input put together all that are in it. */
function behindCall(above: Trace, call: TracedStep, keys: Keys): readonly Link[] {
  const whole = call.parts.find((it) => it.at.every((key, at) => keys[at] === key));
  if (whole !== undefined) {
    const rest = keys.slice(whole.at.length);
    return [{ place: { seq: whole.seq, keys: [...partKeys(above, whole), ...rest] }, tie: "content" }];
  }
  return call.parts
    .filter((it) => keys.every((key, at) => it.at[at] === key))
    .map((it) => ({
      place: { seq: it.seq, keys: partKeys(above, it) },
      tie: "reads",
      as: keysText(it.at.slice(keys.length)),
    }));
}
