// Gives the works of a snapshot their identities. Only a rerun, a dry run or lint asks: a run does not (I5).

import { sha } from "../base/values.ts";
import { CodeGraph, type Edge, type Reached, reach } from "./code-graph.ts";
import {
  type Manifest,
  type ReadBlob,
  readManifest,
  type WorkIdentities,
  type WorkIdentity,
} from "./code.ts";
import {
  capturesOf,
  deliveredCapturesOf,
  type FoundFunction,
  functionsIn,
  isInWorkflow,
  itemAround,
  usesOwnThis,
} from "./find-works.ts";
import { type FoundModules, isBeyondStripping, readModules } from "./read-modules.ts";

/** A work with all it reaches. */
export interface KnownWork extends Reached {
  readonly captures: readonly string[];
  readonly delivered: readonly string[];
}

/** Every work of a snapshot, by what a step records of it. */
export type FindWork = (work: string) => readonly KnownWork[] | { readonly why: string };

/** Digits of a function's hash that a step records: 16, and 12 of a check. */
const shortest = 12;

/**
 * Reads a snapshot. Parses all of its modules: some milliseconds for each ten. Code that cannot be read gives unknown
 * works, not an error.
 */
export async function identifyWorks(manifest: Uint8Array, read: ReadBlob): Promise<WorkIdentities> {
  const find = await findWorks(manifest, read);
  const known = new Map<string, WorkIdentity>();
  return (work) => {
    const found = known.get(work) ?? combine(find(work));
    known.set(work, found);
    return found;
  };
}

/** Functions of equal text in several places are one work: what any of them reaches counts for it. */
function combine(found: ReturnType<FindWork>): WorkIdentity {
  if ("why" in found) return { unknown: true, why: found.why };
  const doubt = found.find((it) => it.doubt !== undefined)?.doubt;
  if (doubt !== undefined) return { unknown: true, why: doubt };
  const identities = [...new Set(found.map((it) => it.identity))].sort();
  return {
    identity: identities.length === 1 ? identities[0]! : sha(identities.join()),
    captures: [...new Set(found.flatMap((it) => it.captures))].sort(),
    delivered: [...new Set(found.flatMap((it) => it.delivered))].sort(),
  };
}

/**
 * Whether two recorded works are the same. `captures`: they are, as far as the code goes, but they use local variables
 * of the workflow's function,
 * so a record holds only while everything delivered before it is unchanged. `unknown` counts as changed.
 */
export function sameWork(
  old: WorkIdentities,
  oldWork: string,
  now: WorkIdentities,
  newWork: string,
): "same" | "changed" | "captures" | "unknown" {
  if (oldWork.startsWith("v:") || newWork.startsWith("v:")) return oldWork === newWork ? "same" : "changed";
  const [before, after] = [old(oldWork), now(newWork)];
  if (before.unknown || after.unknown) return "unknown";
  if (before.identity !== after.identity) return "changed";
  return before.delivered.length + after.delivered.length > 0 ? "captures" : "same";
}

/** Reads a snapshot, for looking up works with all that they reach. */
export async function findWorks(bytes: Uint8Array, read: ReadBlob): Promise<FindWork> {
  const manifest = readManifest(bytes);
  if (manifest === undefined)
    return notFound("what the code was is not recorded in a form this version reads");
  if (manifest.cut !== undefined) return notFound(`the project has ${manifest.cut}`);
  const modules = await readModules(manifest, read);
  if (modules.missing !== undefined) return notFound(modules.missing);
  const first = findIn(manifest, modules);
  const second = isBeyondStripping(manifest, modules)
    ? findIn(manifest, await readModules(manifest, read, "jiti"))
    : undefined;
  return (work) => first(work) ?? second?.(work) ?? { why: "no function of the project has its text" };
}

function notFound(why: string): FindWork {
  return () => ({ why });
}

function findIn(
  manifest: Manifest,
  { read, unread }: FoundModules,
): (work: string) => readonly KnownWork[] | undefined {
  const graph = new CodeGraph({ manifest, read, unread });
  const byHash = new Map<string, FoundFunction[]>();
  for (const it of [...read.values()].flatMap(functionsIn)) {
    const key = sha(it.text).slice(0, shortest);
    byHash.set(key, [...(byHash.get(key) ?? []), it]);
  }
  return (work) => {
    const found = (byHash.get(work.slice(0, shortest)) ?? []).filter((it) => sha(it.text).startsWith(work));
    return work.length < shortest || found.length === 0 ? undefined : found.map((it) => knowWork(graph, it));
  };
}

function knowWork(graph: CodeGraph, it: FoundFunction): KnownWork {
  const captures = capturesOf(it);
  const item = itemAround(it);
  const beside: Edge[] = [];
  if (captures.length > 0 && !isInWorkflow(it)) beside.push(["captured", graph.everything()]);
  else if (item !== undefined && (captures.length > 0 || usesOwnThis(it)))
    beside.push(["around", graph.item(it.module, item)]);
  return { ...reach(graph.work(it.module, it.node, beside)), captures, delivered: deliveredCapturesOf(it) };
}
