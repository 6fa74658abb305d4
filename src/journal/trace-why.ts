// One step back from a value: what it was made of, or where it was taken from.
//
//   TRACE5. A value is followed to the part of an input that it equals, when there is one; only else to all of it.
//   TRACE6. Steps that hand a value on unchanged (branches, gates, loops) are passed, and named.

import type { Value } from "../base/values.ts";
import { type Evidenced, evidenceFor, evidenceLinks, type Given, passagesIn } from "./trace-evidence.ts";
import { foundBefore, isSeen, looseParts } from "./trace-content.ts";
import type { Link, Place } from "./trace-place.ts";
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
import { contentOf, isHolder, type Keys, keysText, partAt, partsOf, placeIn } from "./trace-values.ts";

/** A value and what is one step behind it. */
export interface Origin {
  readonly place: Place;
  /** The step that made it; absent for the run's own input and output. */
  readonly step?: TracedStep;
  readonly value?: Value;
  /** Steps it came through unchanged, the nearest first. */
  readonly through: readonly TracedStep[];
  readonly evidence: readonly Evidenced[];
  readonly links: readonly Link[];
  /** What the step was also given, when the value was found in a part of it. */
  readonly besides: readonly Link[];
  /** Scalars in the input are of unknown origin: these steps had been delivered and may have been read. */
  readonly mayRest: readonly TracedStep[];
}

/** Most sources of one value that are told. */
export const linkLimit = 60;

/** What is one step behind a place. */
export function originOf(trace: Trace, given: Place): Origin {
  const { place, through } = settle(trace, given);
  const step = trace.bySeq.get(place.seq);
  const value = partOf(trace, place.seq, place.keys);
  const found = step === undefined ? fromRun(trace, place, value) : fromStep(trace, step, place, value);
  const evidence = [...through, ...(step === undefined ? [] : [step])].flatMap((it) =>
    evidenceFor(it, place.keys),
  );
  return {
    place,
    ...(step === undefined ? {} : { step }),
    ...(value === undefined ? {} : { value }),
    through,
    evidence: distinct(evidence),
    links: found.links.slice(0, linkLimit),
    besides: (found.besides ?? []).slice(0, linkLimit),
    mayRest: found.links.length > 0 && found.links.every(isFound) ? [] : mayRest(trace, step),
  };
}

interface Found {
  readonly links: readonly Link[];
  readonly besides?: readonly Link[];
}

function isFound(it: Link): boolean {
  return it.tie === "content" || it.tie === "evidence";
}

function distinct(evidence: readonly Evidenced[]): readonly Evidenced[] {
  const seen = new Map(evidence.map((it) => [`${it.path}\n${it.where}\n${it.text}`, it]));
  return [...seen.values()];
}

// ---- Passing what hands a value on --------------------------------------------------------

const handsOn: ReadonlySet<string> = new Set(["gate", "branch", "loop", "first", "map"]);
/** Longest chain of steps that hand one value on. */
const throughLimit = 50;

function settle(trace: Trace, given: Place): { place: Place; through: readonly TracedStep[] } {
  const through: TracedStep[] = [];
  let place = given;
  while (through.length < throughLimit) {
    const step = trace.bySeq.get(place.seq);
    const next = step === undefined ? undefined : handedOn(trace, step, place);
    if (step === undefined || next === undefined) break;
    through.push(step);
    place = next;
  }
  return { place, through };
}

/** Where the same value stands one step behind, when this step made nothing of it. */
function handedOn(trace: Trace, it: TracedStep, place: Place): Place | undefined {
  if (it.step.kind === "attempt") return attemptHandsOn(trace, it, place);
  if (!handsOn.has(it.step.kind)) return undefined;
  if (it.step.kind === "gate") {
    const attempt = makersOf(it).makers[0];
    if (attempt?.step.kind === "attempt") return inAttempt(trace, attempt, place.keys);
    return attempt === undefined ? undefined : { seq: attempt.seq, keys: place.keys };
  }
  const value = partOf(trace, place.seq, place.keys);
  const content = contentOf(value);
  if (content === undefined) return undefined;
  for (const maker of it.below.filter((below) => below.step.kind !== "check").toReversed()) {
    const keys = placeIn(valueOf(trace, maker.seq), content, place.keys);
    if (keys !== undefined) return { seq: maker.seq, keys };
  }
  return undefined;
}

function inAttempt(trace: Trace, attempt: TracedStep, keys: Keys): Place {
  return { seq: attempt.seq, keys: [...givenBy(attempt, valueOf(trace, attempt.seq)).below, ...keys] };
}

/** The attempt of a gate over a value hands that value on. */
function attemptHandsOn(trace: Trace, it: TracedStep, place: Place): Place | undefined {
  if (it.below.some((below) => below.step.kind !== "check")) return undefined;
  const { below } = givenBy(it, valueOf(trace, it.seq));
  const inValue = ["value", ...place.keys.slice(below.length)];
  return (
    behindInput(trace, it, inValue)?.place ??
    contentLink(trace, it, partOf(trace, it.seq, place.keys), place.keys)?.place
  );
}

// ---- By kind -----------------------------------------------------------------------------

function fromRun(trace: Trace, place: Place, value: Value | undefined): Found {
  if (place.seq !== outputSeq) return { links: [] };
  const tops = trace.steps.filter((it) => it.parent === undefined && it.hash !== undefined);
  const links = foundIn(trace, value, place.keys, tops);
  if (links.length > 0) return { links };
  const read = new Set(tops.flatMap((it) => [...it.parts.map((part) => part.seq), ...it.whole]));
  const ends = tops.filter((it) => !read.has(it.seq));
  return { links: ends.map((it) => ({ place: { seq: it.seq, keys: [] }, tie: "may" })) };
}

function fromStep(trace: Trace, it: TracedStep, place: Place, value: Value | undefined): Found {
  const { step } = it;
  if (step.review !== undefined || step.kind === "review") return fromReview(trace, it, place, value);
  if (step.childRun !== undefined) return { links: [] };
  if (step.kind === "tool") return fromTool(trace, it, place, value);
  if (step.kind === "model") return { links: promptLinks(trace, it) };
  if (step.kind === "attempt") return fromAttempt(trace, it, place, value);
  const attempt = attemptOf(it);
  if (attempt !== undefined) {
    const inside = inAttempt(trace, attempt, place.keys);
    return attempt.step.kind === "attempt"
      ? fromAttempt(trace, attempt, inside, value)
      : { links: [{ place: { seq: attempt.seq, keys: place.keys }, tie: "content" }] };
  }
  if (isComposite(it)) return fromParts(trace, it, place.keys, value);
  return fromInput(trace, it, place.keys, value);
}

/** The accepted attempt, or the decision that took its place. */
function attemptOf(it: TracedStep): TracedStep | undefined {
  const hasAttempts = it.below.some((below) => below.step.kind === "attempt");
  return hasAttempts ? makersOf(it).makers[0] : undefined;
}

function fromReview(trace: Trace, it: TracedStep, place: Place, value: Value | undefined): Found {
  const shown = behindInput(trace, it, place.keys);
  const before = shown === undefined ? undefined : partOf(trace, shown.place.seq, shown.place.keys);
  if (shown !== undefined && contentHash(before) === contentHash(value))
    return { links: [{ ...shown, tie: "content" }] };
  const read = it.whole.flatMap((seq) => trace.bySeq.get(seq) ?? []);
  const found = foundIn(trace, value, place.keys, read);
  if (found.length > 0) return { links: found };
  // A person changed it: what was shown is what it was changed from.
  const links = [...(shown === undefined ? [] : [shown]), ...it.whole.map((seq) => whole(seq))];
  return { links: links.map((link) => ({ ...link, tie: "may" })) };
}

function contentHash(value: Value | undefined): string | undefined {
  return contentOf(value) ?? JSON.stringify(value);
}

function whole(seq: number): Link {
  return { place: { seq, keys: [] }, tie: "reads" };
}

/** A tool's result came from outside, unless it is found in what was there before. */
function fromTool(trace: Trace, it: TracedStep, place: Place, value: Value | undefined): Found {
  const found = contentLink(trace, it, value, place.keys);
  const asked = surroundings(it).before.at(-1);
  if (asked === undefined)
    return found === undefined
      ? { links: inputLinks(trace, it) }
      : { links: [found], besides: inputLinks(trace, it) };
  const besides: readonly Link[] = [{ place: { seq: asked.seq, keys: [] }, tie: "asked" }];
  return { links: found === undefined ? [] : [found], besides };
}

/** An answer: what a check found it in, what of its prompt or of a tool's result it repeats, or all of that. */
function fromAttempt(trace: Trace, attempt: TracedStep, place: Place, value: Value | undefined): Found {
  const work = attempt.below.find((it) => it.step.kind === "function");
  const { below } = givenBy(attempt, valueOf(trace, attempt.seq));
  const keys = place.keys.slice(below.length);
  if (work !== undefined) return fromInput(trace, work, keys, value);
  const answer = makersOf(attempt).makers.at(-1);
  if (answer?.step.kind !== "model") return fromParts(trace, attempt, keys, value);
  const given = promptLinks(trace, answer);
  const feedback = surroundings(answer)
    .before.filter((it) => it.step.kind === "attempt")
    .map((it): Link => ({ ...whole(it.seq), as: `what was wrong with ${it.step.name}` }));
  const sources = given.map((it) => ({ ...it, value: partOf(trace, it.place.seq, it.place.keys) }));
  const proven = evidenceLinks(attempt, keys, partAt(valueOf(trace, attempt.seq), below), sources);
  if (proven.length > 0) return { links: proven, besides: [...given, ...feedback] };
  const found = repeated(value, keys, sources);
  if (found.length === 0) return { links: given, besides: feedback };
  // Of an object some members may be taken from a source; the rest was made from all of them.
  return isCovered(value, found)
    ? { links: found, besides: [...given, ...feedback] }
    : { links: [...found, ...given], besides: feedback };
}

/** What a model's answer was made from: its agent's input, and the results of its tools. */
function promptLinks(trace: Trace, answer: TracedStep): readonly Link[] {
  const { before, agent } = surroundings(answer);
  const tools = before.filter((it) => it.step.kind === "tool");
  return [
    ...(agent === undefined ? inputLinks(trace, answer) : inputLinks(trace, agent)),
    ...tools.map((it): Link => {
      const { below } = givenBy(it, valueOf(trace, it.seq));
      return { place: { seq: it.seq, keys: below }, tie: "reads", as: it.step.name };
    }),
  ];
}

/** Values of an answer that stand, as they are, in what it was made from: as values, or as words of a text. */
function repeated(value: Value | undefined, at: Keys, sources: readonly Given[]): readonly Link[] {
  return partsFound(value, at, (part, keys) => {
    const content = contentOf(part);
    for (const source of content === undefined ? [] : sources) {
      const found = placeIn(source.value, content, keys);
      if (found !== undefined) return { place: inside(source.place, found), tie: "content" };
    }
    const isWord = typeof part === "string" || typeof part === "number";
    const words = isWord && content !== undefined ? String(part) : undefined;
    return words === undefined ? undefined : sources.flatMap((source) => passagesIn(source, words))[0];
  });
}

function inside(place: Place, keys: Keys): Place {
  return { seq: place.seq, keys: [...place.keys, ...keys] };
}

/** A composite that code wrote: the steps below that its value stands in, else all of them. */
function fromParts(trace: Trace, it: TracedStep, at: Keys, value: Value | undefined): Found {
  const makers = it.below.filter((below) => below.step.kind !== "check" && below.hash !== undefined);
  const found = foundIn(trace, value, at, makers);
  if (found.length > 0) return { links: found, besides: inputLinks(trace, it) };
  return {
    links: [
      ...makers.map((maker): Link => ({ place: { seq: maker.seq, keys: [] }, tie: "may" })),
      ...inputLinks(trace, it),
    ],
  };
}

/** A function: the part of its input that it handed on, else all of its input. */
function fromInput(trace: Trace, it: TracedStep, at: Keys, value: Value | undefined): Found {
  const input = inputOf(trace, it);
  const all = inputLinks(trace, it);
  const keys = placeIn(input, contentOf(value), at);
  if (keys === undefined) return { links: all };
  const behind = behindInput(trace, it, keys);
  const found =
    behind === undefined ? contentLink(trace, it, value, keys) : { ...behind, tie: "content" as const };
  return found === undefined ? { links: all } : { links: [found], besides: all };
}

// ---- Finding values ------------------------------------------------------------------------

/** Largest value whose parts are looked for one by one: what is larger was made, not put together. */
const membersLimit = 12;

type Find = (part: Value, keys: Keys) => Link | undefined;

/** The value, else the members of an object, where they stand; members found side by side are one link. */
function partsFound(value: Value | undefined, at: Keys, find: Find): readonly Link[] {
  const whole = value === undefined ? undefined : find(value, at);
  if (whole !== undefined) return [whole];
  if (!isHolder(value) || Array.isArray(value) || Object.keys(value).length > membersLimit) return [];
  const links = partsOf(value).flatMap(([key, part]): Link[] => {
    const found = find(part, [...at, key]);
    return found === undefined ? [] : [{ ...found, as: keysText([key]) }];
  });
  return beside(links);
}

/** True when the value itself was found, or each of its members. */
function isCovered(value: Value | undefined, links: readonly Link[]): boolean {
  if (!isHolder(value) || links.some((it) => it.as === undefined)) return true;
  return links.flatMap((it) => it.as?.split(", ") ?? []).length >= Object.keys(value).length;
}

/** Members that were taken from one object are one link to that object. */
function beside(links: readonly Link[]): readonly Link[] {
  const groups = new Map<string, Link[]>();
  for (const link of links) {
    const { seq, keys } = link.place;
    const key =
      link.tie === "content" && link.span === undefined
        ? `${seq} ${keysText(keys.slice(0, -1))}`
        : `${link.as} alone`;
    groups.set(key, [...(groups.get(key) ?? []), link]);
  }
  return [...groups.values()].map((group): Link => {
    const [first] = group as [Link];
    if (group.length === 1) return first;
    const place = { seq: first.place.seq, keys: first.place.keys.slice(0, -1) };
    return { ...first, place, as: group.map((it) => it.as).join(", ") };
  });
}

/** The value, or its members, in the outputs of steps; the last step that has it. */
function foundIn(
  trace: Trace,
  value: Value | undefined,
  at: Keys,
  steps: readonly TracedStep[],
): readonly Link[] {
  return partsFound(value, at, (part, keys) => {
    const content = contentOf(part);
    for (const it of content === undefined ? [] : steps.toReversed()) {
      const found = placeIn(valueOf(trace, it.seq), content, keys);
      if (found !== undefined) return { place: { seq: it.seq, keys: found }, tie: "content" };
    }
    return undefined;
  });
}

/** The value among what the step may have read. */
function contentLink(
  trace: Trace,
  it: TracedStep,
  value: Value | undefined,
  wanted: Keys = [],
): Link | undefined {
  const place = foundBefore(trace, it, value, wanted);
  return place === undefined ? undefined : { place, tie: "content" };
}

/** What a place in a step's input is a part of. */
function behindInput(trace: Trace, it: TracedStep, keys: Keys): Link | undefined {
  const part = it.parts.find(
    (each) => each.at.every((key, at) => keys[at] === key) && each.at.length <= keys.length,
  );
  if (part === undefined) return undefined;
  const rest = keys.slice(part.at.length);
  return { place: { seq: part.seq, keys: [...partKeys(trace, part), ...rest] }, tie: "reads" };
}

/** All that a step's input is known to hold. */
function inputLinks(trace: Trace, it: TracedStep): readonly Link[] {
  const parts = it.parts.map((part): Link => {
    const as = keysText(part.at);
    return {
      place: { seq: part.seq, keys: partKeys(trace, part) },
      tie: "reads",
      ...(as === "" ? {} : { as }),
    };
  });
  const loose = looseParts(trace, it).flatMap(({ keys, value }): Link[] => {
    const found = contentLink(trace, it, value);
    const as = keysText(keys);
    // It is known by its content what the input held; the value above was made from it.
    return found === undefined ? [] : [{ ...found, tie: "reads", ...(as === "" ? {} : { as }) }];
  });
  return [...parts, ...it.whole.map((seq) => ({ ...whole(seq), as: "declared" })), ...loose];
}

/** Steps whose values a scalar of unknown origin may come from. */
function mayRest(trace: Trace, it: TracedStep | undefined): readonly TracedStep[] {
  const isOwn = it?.step.kind === "attempt" || it?.parent?.step.kind === "attempt";
  if (it === undefined || !it.isLoose || isOwn) return [];
  if (looseParts(trace, it).every(({ value }) => contentLink(trace, it, value) !== undefined)) return [];
  const known = new Set([...it.parts.map((part) => part.seq), ...it.whole]);
  return trace.steps.filter((other) => other.seq <= it.may && isSeen(other, it) && !known.has(other.seq));
}
