// Sources by name: a file, a page or an artifact that a run was given, read with a tool, or found evidence in.

import type { Value } from "../base/values.ts";
import { inputOf, type Trace, type TracedStep, valueOf } from "./trace.ts";
import type { Touched } from "./trace-impact.ts";
import { isHolder, type Keys, partLimit, partsOf, readKeys } from "./trace-values.ts";

/** Members of a value that name what it is. */
const namingKeys: ReadonlySet<string> = new Set([
  "file",
  "name",
  "path",
  "url",
  "uri",
  "source",
  "title",
  "id",
  "hash",
]);

/** The values of a run that are a source, or hold it, or cite it as evidence. */
export function sourceSeeds(trace: Trace, name: string): ReadonlyMap<number, Touched> {
  const seeds = new Map<number, Touched>();
  const inInput = namedParts(valueOf(trace, 1), name);
  if (inInput.length > 0) seeds.set(1, { through: "reads", parts: inInput });
  for (const it of trace.steps) {
    const found = partsFrom(trace, it, name);
    if (found !== undefined) seeds.set(it.seq, found);
  }
  return seeds;
}

/** What of a step's value comes from the source itself: a tool read it, or it is an artifact, or evidence says so. */
function partsFrom(trace: Trace, it: TracedStep, name: string): Touched | undefined {
  if (it.step.kind === "artifact" && namedParts(valueOf(trace, it.seq), name).length > 0)
    return { through: "reads" };
  if (it.step.kind === "tool") {
    const asked = isNamedIn(inputOf(trace, it), name);
    const parts = namedParts(valueOf(trace, it.seq), name);
    if (asked || parts.length > 0)
      return asked || parts.length === 0 ? { through: "reads" } : { through: "reads", parts };
  }
  const cited = (it.step.kind === "check" ? [] : it.step.verdicts).flatMap((verdict) =>
    (verdict.evidence ?? []).filter((place) => isName(fileOf(place.where), name)),
  );
  if (cited.length === 0) return undefined;
  const below: Keys = it.step.kind === "attempt" ? ["output"] : [];
  const value = valueOf(trace, it.seq);
  const parts = cited.flatMap((place): Keys[] => {
    const keys = readKeys(value, [...below, place.path].join("."));
    return Array.isArray(keys) ? [keys as Keys] : [];
  });
  return parts.length === 0 ? { through: "reads" } : { through: "reads", parts };
}

/** `file` of `file:12`. */
export function fileOf(where: string): string {
  return where.replace(/:\d+(?:[-:–]\d+)*$/, "");
}

/** True for the same name, or a path that ends with it. */
export function isName(given: string, name: string): boolean {
  return given === name || given.endsWith(`/${name}`);
}

/** Holders of the name: the object whose `file` it is; a text that is the name itself stands for its list or object. */
function namedParts(value: Value | undefined, name: string): readonly Keys[] {
  const found: Keys[] = [];
  walk(value, (part, keys, holder) => {
    if (typeof part !== "string" || !isName(part, name)) return;
    const key = keys.at(-1) ?? "";
    const isOwner = isHolder(holder) && !Array.isArray(holder) && namingKeys.has(key);
    found.push(isOwner ? keys.slice(0, -1) : keys);
  });
  return found;
}

function isNamedIn(value: Value | undefined, name: string): boolean {
  let found = false;
  walk(value, (part) => {
    found ||= typeof part === "string" && isName(part, name);
  });
  return found;
}

type Visit = (part: Value, keys: Keys, holder: Value | undefined) => void;

function walk(value: Value | undefined, visit: Visit): void {
  let left = partLimit;
  const go = (part: Value, keys: Keys, holder: Value | undefined): void => {
    if ((left -= 1) < 0) return;
    visit(part, keys, holder);
    if (isHolder(part)) for (const [key, below] of partsOf(part)) go(below, [...keys, key], part);
  };
  if (value !== undefined) go(value, [], undefined);
}

/** Names of sources in a run, for who asked for one that is not there. */
export function sourcesIn(trace: Trace): readonly string[] {
  const names = new Set<string>();
  const add = (value: Value | undefined): void =>
    walk(value, (part, keys) => {
      const key = keys.at(-1) ?? "";
      if (
        typeof part === "string" &&
        key !== "id" &&
        key !== "hash" &&
        namingKeys.has(key) &&
        part.length <= 120
      )
        names.add(part);
    });
  add(valueOf(trace, 1));
  for (const it of trace.steps) {
    if (it.step.kind === "tool" || it.step.kind === "artifact") add(valueOf(trace, it.seq));
    for (const verdict of it.step.verdicts)
      for (const place of verdict.evidence ?? []) names.add(fileOf(place.where));
  }
  return [...names];
}
