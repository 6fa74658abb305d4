// Which step a step is. Paths hold names, hashes of inputs and the number
// among equals, never an index or the order of completion.

import { sha } from "../base/values.ts";
import { FirebreakError } from "../base/errors.ts";
import type { StepIdentity, StepKind } from "../journal/events.ts";

/** Longest name of a step, in characters. */
export const nameLimit = 200;

/** Text that is equal for equal identities of one run. Generations are left out: an invalidated record is simply gone. */
export function identityKey(it: StepIdentity): string {
  return `${it.scope}\n${it.kind}\n${it.name}\n${it.in}\n${it.n ?? 0}`;
}

/** The same without the number among equals. */
export function equalKey(scope: string, kind: StepKind, name: string, input: string): string {
  return `${scope}\n${kind}\n${name}\n${input}`;
}

/** Text that is equal for steps of the same names, kind and input, whatever the inputs of the steps around them. */
export function namesKey(it: StepIdentity): string {
  return JSON.stringify([scopeNames(it.scope), it.kind, it.name, it.in]);
}

/** The scope that a composite step opens. */
export function childScope(it: StepIdentity): string {
  const name = encodeURIComponent(it.name).replaceAll("~", "%7E");
  const number = it.n ? `~${it.n}` : "";
  return `${it.scope}/${name}~${sha(it.in).slice(0, 10)}${number}`;
}

const named = new Map<string, readonly string[]>();
/** Scopes whose names are remembered: a plan asks for those of each of its steps several times. */
const rememberedScopes = 10_000;

/** The names on a scope path, for people and for reruns. */
export function scopeNames(scope: string): readonly string[] {
  if (scope === "") return [];
  const known = named.get(scope);
  if (known !== undefined) return known;
  const names = scope
    .slice(1)
    .split("/")
    .map((part) => decodeURIComponent(part.slice(0, part.indexOf("~"))));
  if (named.size >= rememberedScopes) named.clear();
  named.set(scope, names);
  return names;
}

/** A step's name with the names around it: `analyst › attempt 1 › model`. */
export function stepPath(scope: string, name: string): string {
  return [...scopeNames(scope), name].join(" › ");
}

/** @throws STEP_NAME */
export function checkName(name: unknown): string {
  if (typeof name === "string" && name.length > 0 && name.length <= nameLimit && name.isWellFormed())
    return name;
  throw new FirebreakError("STEP_NAME", { given: String(name).slice(0, 60) });
}

const identities = new Map<string, string>();
/** Source texts whose identity is remembered; closures made anew have the same text. */
const rememberedSources = 1_000;

/** Identity of a function: its source text. Local variables it captures are not part of it. */
export function workIdentity(work: object, version?: string): string {
  if (version !== undefined) return `v:${version}`;
  const source = String(work);
  let known = identities.get(source);
  if (known === undefined) {
    known = sha(source).slice(0, 16);
    if (identities.size >= rememberedSources) identities.clear();
    identities.set(source, known);
  }
  return known;
}
