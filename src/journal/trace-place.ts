// A place in a run as people write it: `scout`, `scout.claims[0].quote`, `output.total`, `input.papers[1]`, `#12.rows[3]`.

import { FirebreakError } from "../base/errors.ts";
import { givenBy, isComposite, outputSeq, type Trace, type TracedStep, valueOf } from "./trace.ts";
import { isHolder, type Keys, keysText, partAt, readKeys } from "./trace-values.ts";
import { findSteps } from "./view.ts";

/** A value of a run by the sequence that gave it out (`outputSeq` for the run's output), and a part of it. */
export interface Place {
  readonly seq: number;
  readonly keys: Keys;
}

/**
 * How a value is tied to its source. `reads`: the source was in the input. `content`: the very value is found in it.
 * `evidence`: a check found it there. `asked`: a model called the tool. `may`: it was at hand, and may have been used.
 */
export type Tie = "reads" | "content" | "evidence" | "asked" | "may";

/** Bytes of a text, UTF-8. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Link {
  readonly place: Place;
  readonly tie: Tie;
  /** What the source is to the step: its place in the input, or the evidence's. */
  readonly as?: string;
  readonly span?: Span;
}

/** @throws STEP_UNKNOWN when no step is meant, VALUE_PATH_UNKNOWN when the step's value has no such part. */
export function findPlace(trace: Trace, given: string): Place {
  for (const cut of cutsOf(given)) {
    const [name, path] = [given.slice(0, cut), given.slice(cut)];
    const step = stepNamed(trace, name);
    if (step !== undefined) return placeIn(trace, given, step, path);
    if (name === "output" || name === "input")
      return placeOf(trace, given, name === "output" ? outputSeq : 1, path);
  }
  throw new FirebreakError("STEP_UNKNOWN", {
    runId: trace.view.run,
    given,
    known: namesOf(trace),
  });
}

/** Ends of what may be a step's name, the longest first: names may hold dots and brackets too. */
function cutsOf(given: string): readonly number[] {
  const cuts = [given.length];
  for (let at = given.length - 1; at > 0; at -= 1) if (given[at] === "." || given[at] === "[") cuts.push(at);
  return cuts;
}

/**
 * The step that is meant: a name, a number, or names joined by "/" or " › ". Of several the one named in full, then one
 * that was used, then the last.
 */
function stepNamed(trace: Trace, name: string): TracedStep | undefined {
  const wanted = name.replace(/^#/, "").replaceAll(" › ", "/");
  const all = findSteps(trace.view, wanted);
  const full = all.filter((it) => it.path.join("/") === wanted);
  const found = (full.length > 0 ? full : all).flatMap((it) => trace.bySeq.get(it.seq ?? -1) ?? []);
  return (
    found.findLast((it) => it.step.state !== "rejected" && it.hash !== undefined) ??
    found.findLast((it) => it.hash !== undefined) ??
    found.at(-1)
  );
}

function placeIn(trace: Trace, given: string, step: TracedStep, path: string): Place {
  const value = valueOf(trace, step.seq);
  const { below } = givenBy(step, value);
  const inner = partAt(value, below);
  const keys = readKeys(inner, path);
  if (isKeys(keys)) return { seq: step.seq, keys: [...below, ...keys] };
  throw new FirebreakError("VALUE_PATH_UNKNOWN", {
    given,
    at: `${step.step.name}${dotted(keys.reached)}`,
    known: knownText(inner, keys.known),
  });
}

function placeOf(trace: Trace, given: string, seq: number, path: string): Place {
  const value = valueOf(trace, seq);
  const keys = readKeys(value, path);
  if (isKeys(keys) && value !== undefined) return { seq, keys };
  const name = seq === outputSeq ? "output" : "input";
  const lost = isKeys(keys) ? { reached: [], known: [] } : keys;
  const at = `${name}${dotted(lost.reached)}`;
  throw new FirebreakError("VALUE_PATH_UNKNOWN", { given, at, known: knownText(value, lost.known) });
}

function isKeys(it: ReturnType<typeof readKeys>): it is Keys {
  return Array.isArray(it);
}

function dotted(keys: Keys): string {
  const text = keysText(keys);
  return text === "" || text.startsWith("[") ? text : `.${text}`;
}

/** Most members that an error lists. */
const listed = 15;

function knownText(value: unknown, known: readonly string[]): string {
  if (value === undefined) return "no value at all";
  if (!isHolder(value) || known.length === 0) return "no parts";
  if (known.every((it) => /^\d+$/.test(it))) return `items 0 to ${known.length - 1}`;
  return known.slice(0, listed).join(", ") + (known.length > listed ? ", …" : "");
}

function namesOf(trace: Trace): string {
  const top = trace.steps.filter(
    (it) => it.parent === undefined && (it.hash !== undefined || isComposite(it)),
  );
  const names = [...new Set(top.map((it) => it.step.name))];
  return names.slice(0, listed).join(", ") + (names.length > listed ? ", …" : "");
}
