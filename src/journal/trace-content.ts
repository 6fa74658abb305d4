// Values found again by their content among all that a run gave out: how a text that was taken out of an object, and
// so carries no reference, is tied to where it was taken from.

import type { Value } from "../base/values.ts";
import type { Place } from "./trace-place.ts";
import { inputOf, type Trace, type TracedStep, valueOf } from "./trace.ts";
import { contentOf, contentsOf, isHolder, type Keys, keysText, partsOf, placeIn } from "./trace-values.ts";

/** Most loose scalars of one input that are looked at. */
export const looseLimit = 200;

interface LoosePart {
  readonly keys: Keys;
  readonly value: Value;
}

/** Scalars in an input that are no part of a value given out; null carries nothing. */
export function looseParts(trace: Trace, it: TracedStep): readonly LoosePart[] {
  const input = it.isLoose || it.parts.length === 0 ? inputOf(trace, it) : undefined;
  const known = new Set(it.parts.map((part) => keysText(part.at)));
  const loose: LoosePart[] = [];
  const visit = (value: Value, keys: Keys): void => {
    if (loose.length > looseLimit || known.has(keysText(keys))) return;
    if (isHolder(value)) for (const [key, part] of partsOf(value)) visit(part, [...keys, key]);
    else if (value !== null) loose.push({ keys, value });
  };
  if (input !== undefined) visit(input, []);
  return loose;
}

/** The value among what the step may have read: the nearest that was given out in a scope it can see. */
export function foundBefore(
  trace: Trace,
  it: TracedStep,
  value: Value | undefined,
  wanted: Keys = [],
): Place | undefined {
  const content = contentOf(value);
  const seqs = content === undefined ? undefined : indexOf(trace).get(content);
  const seq = seqs?.findLast(
    (other) => other === 1 || (other <= it.may && isSeen(trace.bySeq.get(other), it)),
  );
  const keys = seq === undefined ? undefined : placeIn(valueOf(trace, seq), content, wanted);
  return seq === undefined || keys === undefined ? undefined : { seq, keys };
}

/** True when a step's value was delivered to code that could use it in the other's input. */
export function isSeen(other: TracedStep | undefined, it: TracedStep): boolean {
  if (other === undefined || other === it) return false;
  const { scope } = other.step;
  return scope === "" || it.step.scope === scope || it.step.scope.startsWith(`${scope}/`);
}

const indexes = new WeakMap<Trace, ReadonlyMap<string, readonly number[]>>();

/** Which sequences gave out a value that holds some content, in order. Made once for each run, when it is asked for. */
function indexOf(trace: Trace): ReadonlyMap<string, readonly number[]> {
  const known = indexes.get(trace);
  if (known !== undefined) return known;
  const made = new Map<string, number[]>();
  for (const seq of [1, ...trace.steps.map((it) => it.seq)]) {
    const value = valueOf(trace, seq);
    for (const content of value === undefined ? [] : contentsOf(value).keys()) {
      const list = made.get(content);
      if (list === undefined) made.set(content, [seq]);
      else list.push(seq);
    }
  }
  indexes.set(trace, made);
  return made;
}
