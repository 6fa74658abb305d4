// What changed between two snapshots, in words for the plan of a rerun.

import { type Manifest, type ReadBlob, readManifest } from "./code.ts";
import { findWorks, type KnownWork } from "./identify-works.ts";

export interface CodeChanges {
  /** Modules, by their paths within the project. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly packages: readonly PackageChange[];
  /** Versions of Node, when they differ. No work is done again for that. */
  readonly node?: { readonly from: string; readonly to: string };
  /**
   * Why a work is not the same any more, at most 20 reasons: `its function changed`, ``limits.ts: declaration `cutoff`
   * changed``. Empty when nothing it reaches changed.
   */
  readonly reasons: (oldWork: string, newWork: string) => readonly string[];
}

export interface PackageChange {
  readonly name: string;
  /** `1.2.3`, or several versions with commas; absent when it is new. */
  readonly from?: string;
  readonly to?: string;
}

/** Most reasons that are given for one work. */
const reasonLimit = 20;

/** Compares two manifests. What cannot be read counts as empty. */
export async function changedCode(old: Uint8Array, now: Uint8Array, read: ReadBlob): Promise<CodeChanges> {
  const [before, after] = [readManifest(old) ?? nothing, readManifest(now) ?? nothing];
  const [oldWorks, newWorks] = [await findWorks(old, read), await findWorks(now, read)];
  const [from, to] = [before.modules, after.modules];
  return {
    added: Object.keys(to).filter((it) => from[it] === undefined),
    removed: Object.keys(from).filter((it) => to[it] === undefined),
    changed: Object.keys(to).filter(
      (it) => from[it] !== undefined && from[it].text.$blob !== to[it]?.text.$blob,
    ),
    packages: packageChanges(before, after),
    ...(before.node === after.node ? {} : { node: { from: before.node, to: after.node } }),
    reasons: (oldWork, newWork) => {
      if (oldWork.startsWith("v:") || newWork.startsWith("v:"))
        return oldWork === newWork ? [] : ["its version changed"];
      const [was, is] = [oldWorks(oldWork), newWorks(newWork)];
      if ("why" in was) return [`what it was is not known: ${was.why}`];
      if ("why" in is) return [`what it is is not known: ${is.why}`];
      return reasonsBetween(was, is, packageChanges(before, after)).slice(0, reasonLimit);
    },
  };
}

const nothing: Manifest = { form: 1, entry: "", node: "", modules: {}, packages: {} };

function packageChanges(before: Manifest, after: Manifest): PackageChange[] {
  const [from, to] = [versionsOf(before), versionsOf(after)];
  return [...new Set([...from.keys(), ...to.keys()])].sort().flatMap((name): PackageChange[] => {
    const [was, is] = [from.get(name), to.get(name)];
    if (was?.entries === is?.entries) return [];
    return [
      {
        name,
        ...(was === undefined ? {} : { from: was.versions }),
        ...(is === undefined ? {} : { to: is.versions }),
      },
    ];
  });
}

function versionsOf(manifest: Manifest): Map<string, { versions: string; entries: string }> {
  const found = new Map<string, { versions: string; entries: string }>();
  for (const [key, it] of Object.entries(manifest.packages)) {
    const name = key.slice(0, key.lastIndexOf("@"));
    const before = found.get(name);
    const versions = before === undefined ? it.version : `${before.versions}, ${it.version}`;
    found.set(name, { versions, entries: `${before?.entries ?? ""} ${JSON.stringify(it)}` });
  }
  return found;
}

function reasonsBetween(
  was: readonly KnownWork[],
  is: readonly KnownWork[],
  packages: readonly PackageChange[],
): string[] {
  const doubt = [...was, ...is].find((it) => it.doubt !== undefined)?.doubt;
  if (doubt !== undefined) return [doubt];
  const [before, after] = [partsOf(was), partsOf(is)];
  const reasons = new Set<string>();
  for (const says of new Set([...before.keys(), ...after.keys()])) {
    const [one, other] = [before.get(says), after.get(says)];
    if (one === other) continue;
    const name = /^package (.+)@[^@:]+/.exec(says)?.[1];
    if (name !== undefined) reasons.add(packageReason(name, packages));
    else if (one === undefined) reasons.add(`it now uses ${says}`);
    else if (other === undefined) reasons.add(`it no longer uses ${says}`);
    else reasons.add(`${says} changed`);
  }
  if (reasons.size === 0 && was[0]?.identity !== is[0]?.identity)
    reasons.add("a name it uses stands for something else");
  // What it is itself comes first; then what it uses, as it was met.
  return [...reasons];
}

function packageReason(name: string, packages: readonly PackageChange[]): string {
  const it = packages.find((one) => one.name === name);
  if (it?.from === undefined || it.to === undefined) return `it uses another version of package ${name}`;
  if (it.from === it.to) return `package ${name} ${it.to} depends on other versions, or is another build`;
  return `package ${name}: ${it.from} → ${it.to}`;
}

function partsOf(works: readonly KnownWork[]): Map<string, string> {
  const parts = new Map<string, string>();
  for (const it of works)
    for (const [says, own] of it.parts) parts.set(says, `${parts.get(says) ?? ""}${own}`);
  return parts;
}
