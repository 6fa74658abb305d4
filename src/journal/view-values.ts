// Values inside a view: decoding, following references, finding steps.

import { decode, type Json, type Value } from "../base/values.ts";
import type { RunView, StepView } from "./view-shape.ts";
import { flatten } from "./view-tree.ts";

/** Deepest chain of references from input to input that is followed. */
const referenceLimit = 50;

/** A step's output as the workflow received it; undefined when it has none. */
export function decodedOutput(step: StepView): Value | undefined {
  return step.output === undefined ? undefined : decode(step.output).value;
}

/** A step's input with references to other steps filled in; undefined when it has none. */
export function decodedInput(view: RunView, step: StepView): Value | undefined {
  return step.input === undefined ? undefined : decode(fillReferences(view, step.input)).value;
}

/** The same JSON with every { "$step": seq, "path"?: … } replaced by what it stands for. Unknown ones stay as they are. */
export function fillReferences(view: RunView, json: Json, depth = 0): Json {
  if (typeof json !== "object" || json === null || depth > referenceLimit) return json;
  if (Array.isArray(json)) return json.map((it: Json) => fillReferences(view, it, depth));
  const record = json as { readonly [key: string]: Json };
  const seq = record["$step"];
  if (typeof seq === "number") {
    const found = at(view.bySeq.get(seq)?.output ?? (seq <= 1 ? view.input : undefined), record["path"]);
    return found === undefined ? json : fillReferences(view, found, depth + 1);
  }
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, fillReferences(view, value, depth)]),
  );
}

/** A part of a value: `path` is a list of keys, or text such as `claims[2].quote`. */
function at(json: Json | undefined, path: Json | undefined): Json | undefined {
  const keys = Array.isArray(path)
    ? path.map(String)
    : typeof path === "string"
      ? path.split(/[.[\]]+/).filter(Boolean)
      : [];
  let found: Json | undefined = json;
  for (const key of keys) {
    if (typeof found !== "object" || found === null) return undefined;
    const part: unknown = (found as { readonly [key: string]: Json })["$value"] ?? found;
    found = Object.hasOwn(part as object, key) ? (part as { readonly [key: string]: Json })[key] : undefined;
  }
  return found;
}

/** The step someone means: a sequence, or a name, or names from the top joined by "/". The last of several. */
export function findStep(view: RunView, wanted: string): StepView | undefined {
  return findSteps(view, wanted).at(-1);
}

/** All steps someone may mean, in order. */
export function findSteps(view: RunView, wanted: string): readonly StepView[] {
  const number = /^\d+$/.test(wanted) ? view.bySeq.get(Number(wanted)) : undefined;
  if (number !== undefined) return [number];
  const all = [...flatten(view.steps)];
  const named = all.filter((it) => it.name === wanted);
  return named.length > 0 ? named : all.filter((it) => it.path.join("/").endsWith(wanted));
}
