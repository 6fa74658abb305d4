// What rests on a value: forward over one run, once, in the order in which values were given out.
//
//   TRACE3. What rests on it for certain is among what may rest on it; each step is told with the strongest of: it read
//           it, it holds values of unknown origin and was issued after it, it was merely issued after it.
//   TRACE4. A function that hands a part of its input through unchanged passes on that part and no other.

import type { Json, Value } from "../base/values.ts";
import {
  givenBy,
  inputOf,
  isComposite,
  makersOf,
  outputSeq,
  partKeys,
  partOf,
  surroundings,
  type Trace,
  type TracedStep,
  valueOf,
} from "./trace.ts";
import { foundBefore, looseParts } from "./trace-content.ts";
import {
  contentOf,
  contentsOf,
  isHolder,
  isTellingScalar,
  type Keys,
  overlap,
  partAt,
  partsOf,
} from "./trace-values.ts";

/** `reads`: known to hold it. `values`: holds scalars of unknown origin. `order`: was issued after it. */
export type Through = "reads" | "values" | "order";

const strength = { reads: 3, values: 2, order: 1 } as const satisfies Record<Through, number>;

/** How a value rests on what was asked about; `parts` are the parts that do, absent when all of it does. */
export interface Touched {
  readonly through: Through;
  readonly parts?: readonly Keys[];
}

/** Most parts of one value that are told apart. */
const partsLimit = 500;

/** What is asked about, in one run: values by the sequence that gave them out, and parts of them. */
export type Seeds = ReadonlyMap<number, Touched>;

export interface Impact {
  /** By the sequence that gave the value out; the seeds are among them. */
  readonly touched: ReadonlyMap<number, Touched>;
  readonly output?: Touched;
}

/** What of a child run's output is touched, given what of its input is. */
export type ChildImpact = (child: string, input: Touched | undefined) => Touched | undefined;

/** Follows values forward. `child` is asked for each child run; without it a child's output rests on its input. */
export function impactOf(trace: Trace, seeds: Seeds, child: ChildImpact = () => undefined): Impact {
  const touched = new Map<number, Touched>(seeds);
  const first = Math.min(...seeds.keys());
  for (const it of trace.steps) {
    const found = touchedBy(trace, touched, it, first, child);
    const known = touched.get(it.seq);
    const both = known === undefined ? found : found === undefined ? known : stronger(known, found);
    if (both !== undefined) touched.set(it.seq, both);
  }
  const output = outputOf(trace, touched);
  return { touched, ...(output === undefined ? {} : { output }) };
}

/** True when the first rests on what was asked about at least as surely as the second. */
export function isAsStrong(one: Touched, other: Touched): boolean {
  return strength[one.through] >= strength[other.through];
}

function stronger(one: Touched, other: Touched): Touched {
  if (strength[one.through] !== strength[other.through])
    return strength[one.through] > strength[other.through] ? one : other;
  if (one.parts === undefined || other.parts === undefined) return { through: one.through };
  return { through: one.through, parts: [...one.parts, ...other.parts] };
}

type TouchedMap = ReadonlyMap<number, Touched>;

function touchedBy(
  trace: Trace,
  touched: TouchedMap,
  it: TracedStep,
  first: number,
  child: ChildImpact,
): Touched | undefined {
  const input = inputTouched(trace, touched, it);
  const inside = it.step.childRun === undefined ? undefined : child(it.step.childRun, input);
  if (inside !== undefined) return inside;
  const made = isComposite(it) ? madeOf(trace, touched, it) : undefined;
  const passed = input === undefined ? undefined : passedOn(trace, touched, it, input);
  const both = made === undefined ? passed : passed === undefined ? made : stronger(made, passed);
  if (both?.through === "reads") return both;
  const after = orderOf(trace, it, first);
  if (both === undefined) return after;
  return after === undefined || strength[both.through] > strength[after.through] ? both : after;
}

/** Nothing is known of what it read; but it was issued when the value had been given out. */
function orderOf(trace: Trace, it: TracedStep, first: number): Touched | undefined {
  if (it.may < first || it.seq <= first) return undefined;
  return { through: isOpen(it) && hasUnknown(trace, it) ? "values" : "order" };
}

function hasUnknown(trace: Trace, it: TracedStep): boolean {
  return looseParts(trace, it).some(({ keys, value }) => foundBefore(trace, it, value, keys) === undefined);
}

// ---- Inputs ----------------------------------------------------------------------------

/** What of a step's input is touched: places in the input, or all of it. */
function inputTouched(trace: Trace, touched: TouchedMap, it: TracedStep): Touched | undefined {
  let found: Touched | undefined;
  const add = (more: Touched): void => {
    found = found === undefined ? more : stronger(found, more);
  };
  for (const part of it.parts) {
    const source = touched.get(part.seq);
    if (source === undefined) continue;
    const parts = within(source.parts, source.parts === undefined ? [] : partKeys(trace, part));
    if (parts === "none") continue;
    const places = parts?.map((keys) => [...part.at, ...keys]) ?? [part.at];
    add(isWhole(places) ? { through: source.through } : { through: source.through, parts: places });
  }
  for (const seq of it.whole) {
    const source = touched.get(seq);
    if (source !== undefined) add({ through: source.through });
  }
  const around = surroundings(it);
  for (const before of around.before) {
    const source = touched.get(before.seq);
    if (source !== undefined) add({ through: source.through });
  }
  const agent = around.agent === undefined ? undefined : inputTouched(trace, touched, around.agent);
  if (agent !== undefined) add({ through: agent.through });
  for (const { at, seq, keys } of found === undefined || found.through !== "reads"
    ? looselyRead(trace, it)
    : []) {
    const source = touched.get(seq);
    const parts = source === undefined ? "none" : within(source.parts, keys);
    if (source === undefined || parts === "none") continue;
    add({ through: source.through, parts: parts?.map((below) => [...at, ...below]) ?? [at] });
  }
  if (found === undefined || found.through !== "reads") {
    const equal = sameValueAsInput(trace, touched, it);
    if (equal !== undefined) add(equal);
  }
  return found;
}

interface LooselyRead {
  readonly at: Keys;
  readonly seq: number;
  readonly keys: Keys;
}

/** Scalars in an input that are found, by content, in what was given out before. */
function looselyRead(trace: Trace, it: TracedStep): readonly LooselyRead[] {
  if (!isOpen(it)) return [];
  return looseParts(trace, it).flatMap(({ keys: at, value }): LooselyRead[] => {
    const place = foundBefore(trace, it, value, at);
    return place === undefined ? [] : [{ at, ...place }];
  });
}

/** True for a step whose input code put together: what an agent puts into its own steps is known. */
function isOpen(it: TracedStep): boolean {
  return it.isLoose && it.parent?.step.kind !== "attempt" && it.step.kind !== "attempt";
}

/** Parts of a value seen from a part of it; "none" when none of them is in it. */
function within(parts: readonly Keys[] | undefined, at: Keys): readonly Keys[] | undefined | "none" {
  if (parts === undefined) return undefined;
  const inside = parts.filter((keys) => overlap(keys, at)).map((keys) => keys.slice(at.length));
  return inside.length === 0 ? "none" : isWhole(inside) ? undefined : inside;
}

function isWhole(parts: readonly Keys[]): boolean {
  return parts.some((keys) => keys.length === 0) || parts.length > partsLimit;
}

/** A text that stands alone as an input is known by its hash alone: it is the output of the step before. */
function sameValueAsInput(trace: Trace, touched: TouchedMap, it: TracedStep): Touched | undefined {
  if (it.parts.length > 0 || it.inputHash.length !== 32 || it.inputHash.includes('"')) return undefined;
  const source = stepsByHash(trace)
    .get(it.inputHash)
    ?.findLast((other) => other.seq <= it.may);
  return source === undefined ? undefined : touched.get(source.seq);
}

const byHash = new WeakMap<Trace, Map<string, TracedStep[]>>();

function stepsByHash(trace: Trace): ReadonlyMap<string, readonly TracedStep[]> {
  const known = byHash.get(trace);
  if (known !== undefined) return known;
  const made = new Map<string, TracedStep[]>();
  for (const it of trace.steps) {
    if (it.hash === undefined) continue;
    const list = made.get(it.hash);
    if (list === undefined) made.set(it.hash, [it]);
    else list.push(it);
  }
  byHash.set(trace, made);
  return made;
}

// ---- Outputs ---------------------------------------------------------------------------

/** What of an output is touched when parts of the input are: parts that were handed through are told apart. */
function passedOn(trace: Trace, touched: TouchedMap, it: TracedStep, input: Touched): Touched {
  if (input.parts === undefined || !isPassing(it) || !holdsUntouched(touched, it))
    return { through: input.through };
  const given = inputOf(trace, it);
  const made = givenBy(it, valueOf(trace, it.seq));
  if (given === undefined || made.value === undefined) return { through: input.through };
  const parts = touchedParts(made.value, given, input.parts);
  if (isWhole(parts)) return { through: input.through };
  return { through: input.through, parts: parts.map((keys) => [...made.below, ...keys]) };
}

/** False when all that an input holds is touched but for scalars that nobody could find again. */
function holdsUntouched(touched: TouchedMap, it: TracedStep): boolean {
  const isUntouched = (seq: number): boolean => {
    const source = touched.get(seq);
    return source === undefined || source.parts !== undefined;
  };
  if (it.parts.some((part) => isUntouched(part.seq))) return true;
  const isTelling = (json: Json): boolean => {
    if (typeof json !== "object" || json === null) return isTellingScalar(json);
    return !Object.hasOwn(json, "$step") && Object.values(json).some((part: Json) => isTelling(part));
  };
  return it.step.input !== undefined && isTelling(it.step.input);
}

const passing: ReadonlySet<string> = new Set(["function", "review", "gate", "tool"]);

function isPassing(it: TracedStep): boolean {
  return passing.has(it.step.kind);
}

/** Parts of an output that are not, as they stand, parts of the input that are untouched. */
function touchedParts(output: Value, input: Value, touched: readonly Keys[]): readonly Keys[] {
  const untouched = new Set<string>();
  const collect = (value: Value, keys: Keys): void => {
    const near = touched.filter((it) => overlap(it, keys));
    const content = contentOf(value);
    if (near.length === 0 && content !== undefined) untouched.add(content);
    if (near.some((it) => it.length <= keys.length)) return;
    if (isHolder(value)) for (const [key, part] of partsOf(value)) collect(part, [...keys, key]);
  };
  collect(input, []);
  const parts: Keys[] = [];
  const visit = (value: Value, keys: Keys): boolean => {
    const content = contentOf(value);
    if (content !== undefined && untouched.has(content)) return false;
    if (content === undefined && isSameBeside(value, keys, input, touched)) return false;
    if (!isHolder(value) || Object.keys(value).length === 0 || parts.length > partsLimit) {
      parts.push(keys);
      return true;
    }
    const before = parts.length;
    const below = partsOf(value).map(([key, part]) => visit(part, [...keys, key]));
    if (!below.every(Boolean)) return false;
    parts.length = before;
    parts.push(keys);
    return true;
  };
  visit(output, []);
  return parts;
}

/** A short scalar at the same place of input and output was handed through with what is around it. */
function isSameBeside(value: Value, keys: Keys, input: Value, touched: readonly Keys[]): boolean {
  return (
    keys.length > 0 &&
    partAt(input, keys) === value &&
    !touched.some((it) => it.every((key, at) => keys[at] === key))
  );
}

/** What of a composite's output is touched, told from the steps it is made of. */
function madeOf(trace: Trace, touched: TouchedMap, it: TracedStep): Touched | undefined {
  const { makers, isCertain } = makersOf(it);
  const found = makers.flatMap((maker) => touched.get(maker.seq) ?? []);
  if (found.length === 0) return undefined;
  const strongest = found.reduce((one, other) =>
    strength[other.through] > strength[one.through] ? other : one,
  );
  const only = makers.length === 1 ? makers[0] : undefined;
  if (isCertain)
    return only?.step.kind === "attempt" ? answered(trace, only, strongest) : { through: strongest.through };
  return placed(trace, touched, it.hash, valueOf(trace, it.seq), makers) ?? weakened(strongest);
}

/** An agent gives out the candidate of its attempt. */
function answered(trace: Trace, attempt: TracedStep, it: Touched): Touched {
  if (it.parts === undefined) return it;
  const { below } = givenBy(attempt, valueOf(trace, attempt.seq));
  const parts = within(it.parts, below);
  return parts === "none" || parts === undefined ? { through: it.through } : { through: it.through, parts };
}

/** Code made it, of what it is not known: it holds values of unknown origin. */
function weakened(it: Touched): Touched {
  return { through: it.through === "order" ? "order" : "values" };
}

/** Finds the values of steps in a value by their content. Undefined when none of the touched ones is in it. */
function placed(
  trace: Trace,
  touched: TouchedMap,
  hash: string | undefined,
  value: Value | undefined,
  makers: readonly TracedStep[],
): Touched | undefined {
  const same = makers.findLast((it) => it.hash === hash && hash !== undefined && hash.length === 32);
  if (same !== undefined) return touched.get(same.seq) ?? { through: "order" };
  if (value === undefined) return undefined;
  let found: Touched | undefined;
  for (const maker of makers) {
    const source = touched.get(maker.seq);
    const parts = source === undefined ? [] : foundParts(trace, maker, source, value);
    if (source === undefined || parts.length === 0) continue;
    const more = isWhole(parts) ? { through: source.through } : { through: source.through, parts };
    found = found === undefined ? more : stronger(found, more);
  }
  return found;
}

/** Places at which touched parts of a step's value stand, the largest parts first. */
function foundParts(trace: Trace, maker: TracedStep, source: Touched, within: Value): readonly Keys[] {
  const parts: Keys[] = [];
  const visit = (value: Value | undefined): void => {
    const content = contentOf(value);
    const places = content === undefined ? undefined : contentsOf(within).get(content);
    if (places !== undefined) parts.push(...places);
    else if (isHolder(value) && parts.length <= partsLimit)
      for (const [, part] of partsOf(value)) visit(part);
  };
  for (const keys of source.parts ?? [[]]) visit(partOf(trace, maker.seq, keys));
  return parts;
}

function outputOf(trace: Trace, touched: TouchedMap): Touched | undefined {
  const { output } = trace.view;
  if (output === undefined) return undefined;
  const tops = trace.steps.filter((it) => it.parent === undefined);
  const found = tops.flatMap((it) => touched.get(it.seq) ?? []);
  if (touched.has(1)) found.push(touched.get(1)!);
  if (found.length === 0) return undefined;
  const strongest = found.reduce((one, other) =>
    strength[other.through] > strength[one.through] ? other : one,
  );
  return placedOutput(trace, touched, tops) ?? weakened(strongest);
}

function placedOutput(trace: Trace, touched: TouchedMap, tops: readonly TracedStep[]): Touched | undefined {
  const last = tops.at(-1);
  // A short scalar stands for itself: it is the last step's when that gave just this.
  if (last !== undefined && last.hash === trace.outputHash)
    return touched.get(last.seq) ?? { through: "order" };
  return placed(trace, touched, trace.outputHash, valueOf(trace, outputSeq), tops);
}
