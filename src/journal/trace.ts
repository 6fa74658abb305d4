// What a run's steps read and what they made: one pure fold over its events, for questions about lineage.
//
// Steps are those of the run's view. A value is named by the sequence that gave it out: 1 is the run's input, a review
// gives out its value with the decision, a child run with its end.
//
//   TRACE1. A source that is certain was recorded (`reads`, a reference in the input), follows from how an agent works
//           (its prompt is made from its input, its answer from its prompt and its tools' results), or is the same
//           value by content.
//   TRACE2. Nothing is decoded before someone asks for it.

import { decode, type Json, type Value } from "../base/values.ts";
import type { AnyEvent, JournalEvent } from "./events.ts";
import type { Keys } from "./trace-values.ts";
import { isHolder, partAt, readKeys } from "./trace-values.ts";
import { type RunView, type StepView, viewRun } from "./view.ts";

/** A part of an input that is a part of a value given out before. */
export interface InputPart {
  /** Place in the step's input. */
  readonly at: Keys;
  /** The value it is part of, and the place there. */
  readonly seq: number;
  readonly path: string;
}

export interface TracedStep {
  readonly step: StepView;
  /** The sequence that gave its value out, or that ended it. */
  readonly seq: number;
  readonly parent?: TracedStep;
  /** Steps directly below; groups are looked through. */
  readonly below: readonly TracedStep[];
  readonly parts: readonly InputPart[];
  /** Sequences read without a known place: declared with `from`. */
  readonly whole: readonly number[];
  /** Its input also holds scalars of unknown origin. */
  readonly isLoose: boolean;
  /** Everything delivered up to this sequence may have been read. */
  readonly may: number;
  readonly out?: Json;
  readonly hash?: string;
  /** Hash of its input. */
  readonly inputHash: string;
}

export interface Trace {
  readonly view: RunView;
  readonly events: readonly AnyEvent[];
  /** In order of what they gave out. */
  readonly steps: readonly TracedStep[];
  /** By every sequence that stands for the step. */
  readonly bySeq: ReadonlyMap<number, TracedStep>;
  readonly inputHash?: string;
  readonly outputHash?: string;
}

type Ended = JournalEvent<
  "step.completed" | "step.failed" | "review.asked" | "child.started" | "effect.intended"
>;
type Draft = { -readonly [K in keyof TracedStep]: TracedStep[K] } & { below: TracedStep[] };

/** Folds a run's events. @throws TypeError when the first event is not run.started. */
export function traceRun(events: readonly AnyEvent[]): Trace {
  const view = viewRun(events);
  const facts = new Map<number, Ended>();
  const given = new Map<number, { seq: number; out?: Json; hash?: string }>();
  for (const event of events) collect(event, facts, given);
  const bySeq = new Map<number, TracedStep>();
  const steps: TracedStep[] = [];
  const visit = (list: readonly StepView[], parent: Draft | undefined): TracedStep[] =>
    list.flatMap((step) => {
      if (step.seq === undefined) return visit(step.children, parent);
      const made = draft(step, step.seq, parent, facts.get(step.seq), given.get(step.seq));
      steps.push(made);
      bySeq.set(step.seq, made);
      bySeq.set(made.seq, made);
      made.below = visit(step.children, made);
      return [made];
    });
  visit(view.steps, undefined);
  steps.sort((a, b) => a.seq - b.seq);
  const completed = events.findLast((it) => it.kind === "run.completed");
  return {
    view,
    events,
    steps,
    bySeq,
    ...(completed === undefined ? {} : { outputHash: completed.data.hash }),
  };
}

function collect(
  event: AnyEvent,
  facts: Map<number, Ended>,
  given: Map<number, { seq: number; out?: Json; hash?: string }>,
): void {
  switch (event.kind) {
    case "step.completed":
    case "step.failed":
    case "review.asked":
    case "child.started":
    case "effect.intended":
      facts.set(event.seq, event);
      if (event.kind === "child.started") children.set(event, event.data.child);
      return;
    case "review.decided": {
      const asked = facts.get(event.data.asked);
      const shown = asked?.kind === "review.asked" ? (asked.data as { shown?: Json }).shown : undefined;
      const out = event.data.value ?? shown;
      given.set(event.data.asked, {
        seq: event.seq,
        ...(out === undefined ? {} : { out }),
        hash: event.data.hash ?? event.data.shownHash,
      });
      return;
    }
    case "child.ended": {
      const began = [...facts.values()].findLast(
        (it) => it.kind === "child.started" && children.get(it) === event.data.child,
      );
      const { output, hash } = event.data;
      if (began !== undefined)
        given.set(began.seq, {
          seq: event.seq,
          ...(output === undefined ? {} : { out: output }),
          ...(hash === undefined ? {} : { hash }),
        });
      return;
    }
    case "timer.fired":
      given.set(event.data.set, { seq: event.seq });
      return;
    default:
      return;
  }
}

const children = new WeakMap<object, string>();

function draft(
  step: StepView,
  seq: number,
  parent: TracedStep | undefined,
  event: Ended | undefined,
  given: { seq: number; out?: Json; hash?: string } | undefined,
): Draft {
  const data = (event?.data ?? {}) as {
    readonly loose?: true;
    readonly out?: Json;
    readonly hash?: string;
    readonly in?: string;
  };
  const parts = step.input === undefined ? [] : inputParts(step.input);
  const placed = new Set(parts.map((it) => it.seq));
  const out = given?.out ?? data.out;
  const hash = given?.hash ?? (event?.kind === "step.completed" ? data.hash : undefined);
  return {
    step,
    seq: given?.seq ?? seq,
    ...(parent === undefined ? {} : { parent }),
    below: [],
    parts,
    whole: step.reads.filter((it) => !placed.has(it)),
    isLoose: data.loose === true,
    may: step.mayRead,
    ...(out === undefined ? {} : { out }),
    ...(hash === undefined ? {} : { hash }),
    inputHash: data.in ?? "",
  };
}

/** The references in an input as it is recorded. */
function inputParts(input: Json): readonly InputPart[] {
  const parts: InputPart[] = [];
  const visit = (json: Json, at: Keys): void => {
    if (typeof json !== "object" || json === null) return;
    if (Array.isArray(json)) return json.forEach((it: Json, index) => visit(it, [...at, String(index)]));
    const members = json as { readonly [key: string]: Json };
    const seq = members["$step"];
    const path = members["path"];
    if (typeof seq === "number") {
      parts.push({ at, seq, path: typeof path === "string" ? path : "" });
      return;
    }
    const inner = Object.keys(members).length === 1 ? members["$value"] : undefined;
    if (inner !== undefined) return visit(inner, at);
    for (const [key, value] of Object.entries(members)) visit(value, [...at, key]);
  };
  visit(input, []);
  return parts;
}

// ---- Values ----------------------------------------------------------------------------

const decoded = new WeakMap<object, Value | undefined>();

function decodeOnce(json: Json): Value {
  if (typeof json !== "object" || json === null) return json;
  if (!decoded.has(json)) decoded.set(json, decode(json).value);
  return decoded.get(json)!;
}

/** Stands for the run's output where a sequence stands for a value. */
export const outputSeq = 0;

/** The value that a sequence gave out; undefined when it gave none or the value is not at hand. */
export function valueOf(trace: Trace, seq: number): Value | undefined {
  if (seq === 1) return decodeOnce(trace.view.input);
  if (seq === outputSeq) return trace.view.output === undefined ? undefined : decodeOnce(trace.view.output);
  const found = trace.bySeq.get(seq);
  const out = found?.out;
  if (found === undefined || out === undefined) return undefined;
  // What a person approved is what was shown, references and all.
  return found.step.review === undefined ? decodeOnce(out) : filled(trace, out);
}

/** A step's input with its references filled in. */
export function inputOf(trace: Trace, it: TracedStep): Value | undefined {
  return it.step.input === undefined ? undefined : filled(trace, it.step.input);
}

const filledInputs = new WeakMap<object, Value>();

function filled(trace: Trace, json: Json): Value {
  if (typeof json !== "object" || json === null) return json;
  const known = filledInputs.get(json);
  if (known !== undefined) return known;
  const value = decodeOnce(fill(trace, json));
  filledInputs.set(json, value);
  return value;
}

function fill(trace: Trace, json: Json): Json {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((it: Json) => fill(trace, it));
  const members = json as { readonly [key: string]: Json };
  const seq = members["$step"];
  if (typeof seq === "number") {
    const out = seq === 1 ? trace.view.input : trace.bySeq.get(seq)?.out;
    const whole = out === undefined ? undefined : fill(trace, out);
    const path = members["path"];
    if (whole === undefined || typeof path !== "string") return whole ?? json;
    return jsonAt(whole, path) ?? json;
  }
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, fill(trace, value)]));
}

/** A part of a recorded value, still in its recorded form. */
function jsonAt(json: Json, path: string): Json | undefined {
  const keys = readKeys(decodeOnce(json), path);
  if (!Array.isArray(keys)) return undefined;
  let found: Json | undefined = json;
  for (const key of keys as Keys) {
    if (typeof found !== "object" || found === null) return undefined;
    const record = found as { readonly [key: string]: Json };
    const inner = Object.keys(record).length === 1 ? record["$value"] : undefined;
    found = ((inner as typeof record | undefined) ?? record)[key];
  }
  return found;
}

/** The keys of a part within the value it is part of. */
export function partKeys(trace: Trace, part: InputPart): Keys {
  const keys = readKeys(valueOf(trace, part.seq), part.path);
  return Array.isArray(keys) ? (keys as Keys) : [];
}

/** What an attempt or a tool called by a model gave, without what says how it went. */
export function givenBy(it: TracedStep, value: Value | undefined): { value: Value | undefined; below: Keys } {
  if (!isHolder(value) || Array.isArray(value)) return { value, below: [] };
  const members = value as { readonly [key: string]: Value };
  if (it.step.kind === "tool" && members["ok"] === true && "value" in members)
    return { value: members["value"], below: ["value"] };
  if (it.step.kind === "attempt" && "answer" in members) {
    const key = "output" in members ? "output" : "answer";
    return { value: members[key], below: [key] };
  }
  return { value, below: [] };
}

/** The part of what a sequence gave out. */
export function partOf(trace: Trace, seq: number, keys: Keys): Value | undefined {
  return partAt(valueOf(trace, seq), keys);
}

// ---- How composite steps and agents work -------------------------------------------------

const composites: ReadonlySet<string> = new Set([
  "agent",
  "attempt",
  "gate",
  "map",
  "branch",
  "loop",
  "first",
]);

/** True for a step whose output is made of the steps below it. */
export function isComposite(it: TracedStep): boolean {
  return it.below.length > 0 || composites.has(it.step.kind);
}

/**
 * The steps below a composite whose values its own is made of. Of an agent, a gate and a function with checks that is
 * the attempt that was accepted, or the person's decision; of an attempt its last answer; of any other all steps.
 */
export function makersOf(it: TracedStep): {
  readonly makers: readonly TracedStep[];
  readonly isCertain: boolean;
} {
  const makers = it.below.filter((below) => below.step.kind !== "check" && isValid(below));
  if (it.step.kind === "attempt") {
    const answers = makers.filter((below) => below.step.kind === "model");
    return { makers: answers.length > 0 ? answers.slice(-1) : makers, isCertain: true };
  }
  const attempts = makers.filter((below) => below.step.kind === "attempt");
  if (attempts.length > 0) {
    const decided = makers.findLast((below) => below.step.review?.decided !== undefined);
    const accepted = attempts.findLast((below) => below.step.state !== "rejected");
    const last = decided !== undefined && decided.seq > (accepted?.seq ?? 0) ? decided : accepted;
    return { makers: [last ?? attempts.at(-1)!], isCertain: true };
  }
  return { makers, isCertain: it.step.kind === "map" };
}

/**
 * Steps whose values were put into this one's input by the agent around it: the answers and tool results before it in
 * the same attempt, the attempt that was rejected before. And the agent (or gate) whose input the prompt is made from.
 */
export function surroundings(it: TracedStep): {
  readonly before: readonly TracedStep[];
  readonly agent?: TracedStep;
} {
  const { kind } = it.step;
  const attempt = kind === "attempt" ? it : it.parent?.step.kind === "attempt" ? it.parent : undefined;
  if (attempt === undefined) return { before: [] };
  const agent = attempt.parent;
  const rejected = agent?.below.findLast(
    (other) => other.seq < attempt.seq && other.step.kind === "attempt" && isValid(other),
  );
  if (it === attempt || it.seq === attempt.below[0]?.seq)
    return { before: rejected === undefined ? [] : [rejected], ...(agent === undefined ? {} : { agent }) };
  const earlier = attempt.below.filter((other) => other.seq < it.seq && other.step.kind !== "check");
  const asked = kind === "tool" || kind === "check" ? earlier.filter(isAnswer).slice(-1) : earlier;
  const isPrompt = kind === "model" && agent !== undefined;
  return {
    before: isPrompt && rejected !== undefined ? [...asked, rejected] : asked,
    ...(isPrompt ? { agent } : {}),
  };
}

function isValid(it: TracedStep): boolean {
  return it.step.state !== "invalidated";
}

function isAnswer(it: TracedStep): boolean {
  return it.step.kind === "model" || it.step.kind === "function";
}

/** The names of a step from the top, as text. */
export function pathText(it: TracedStep): string {
  return it.step.path.join(" › ");
}
