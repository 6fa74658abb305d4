// Which package a bare name means, and what the lockfile says of it.

import { readFileSync, realpathSync } from "node:fs";
import { createRequire, findPackageJSON, isBuiltin } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { sha } from "../base/values.ts";
import type { PackageEntry } from "./code.ts";

/** A package of the registry, the file of one that is linked into the project, or nothing to keep. */
export type FoundPackage =
  | { readonly kind: "package"; readonly name: string; readonly entry: PackageEntry }
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "builtin" | "missing" };

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dependencies?: { readonly [name: string]: string };
  readonly optionalDependencies?: { readonly [name: string]: string };
  readonly peerDependencies?: { readonly [name: string]: string };
}

/** A lockfile and the folder it stands in. */
export interface Lockfile {
  readonly file: string;
  readonly folder: string;
  readonly packages: { readonly [place: string]: LockEntry };
}

/** Folders above a file that are looked at for a lockfile. */
const depthLimit = 64;

/** The lockfile beside a folder or above it. */
export function findLockfile(near: string): Lockfile | undefined {
  let folder = near;
  for (let depth = 0; depth < depthLimit; depth += 1) {
    for (const name of ["npm-shrinkwrap.json", "package-lock.json"]) {
      const found = readJson(join(folder, name)) as { packages?: Lockfile["packages"] } | undefined;
      if (found?.packages !== undefined)
        return { file: join(folder, name), folder, packages: found.packages };
    }
    const above = dirname(folder);
    if (above === folder) return undefined;
    folder = above;
  }
  return undefined;
}

/** What `specifier` means in the module `importer`, an absolute path. */
export function findPackage(specifier: string, importer: string, lock: Lockfile | undefined): FoundPackage {
  if (isBuiltin(specifier)) return { kind: "builtin" };
  if (specifier.startsWith("#")) return resolveFile(specifier, importer) ?? { kind: "missing" };
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
  const home = name === undefined ? undefined : packageHome(specifier, importer);
  if (name === undefined || home === undefined) return { kind: "missing" };
  const own = readJson(home) as { name?: string; version?: string; exports?: unknown } | undefined;
  const isInstalled = realPath(home).includes(`${sep}node_modules${sep}`);
  // This library counts by its version, also where its own examples import it by name.
  if (!isInstalled && own?.name !== "firebreak")
    return resolveFile(specifier, importer) ?? resolveExport(specifier, name, home, own?.exports);
  const version = own?.version ?? "0";
  const place = lock === undefined ? undefined : placeOf(name, dirname(importer), lock);
  const locked = place === undefined ? undefined : lock?.packages[place];
  // What is installed is what runs; the lockfile's word counts only while both agree.
  if (lock === undefined || place === undefined || locked === undefined || locked.version !== version)
    return { kind: "package", name, entry: { version } };
  const { integrity } = locked;
  const below = hashBelow(place, lock);
  return {
    kind: "package",
    name,
    entry: {
      version,
      ...(integrity === undefined ? {} : { integrity }),
      ...(below === undefined ? {} : { below }),
    },
  };
}

function packageHome(specifier: string, importer: string): string | undefined {
  try {
    return findPackageJSON(specifier, importer);
  } catch {
    return undefined;
  }
}

function resolveFile(specifier: string, importer: string): FoundPackage | undefined {
  try {
    return { kind: "file", file: createRequire(importer).resolve(specifier) };
  } catch {
    return undefined;
  }
}

/** A linked package that only `import` may load. */
function resolveExport(specifier: string, name: string, home: string, exported: unknown): FoundPackage {
  const wanted = `.${specifier.slice(name.length)}`;
  const table = typeof exported === "object" && exported !== null ? exported : { ".": exported };
  const at = Object.hasOwn(table, wanted) ? (table as Record<string, unknown>)[wanted] : undefined;
  const target = pickTarget(wanted === "." && at === undefined ? table : at, 0);
  return target === undefined ? { kind: "missing" } : { kind: "file", file: join(dirname(home), target) };
}

function pickTarget(target: unknown, depth: number): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null || depth > 8) return undefined;
  for (const [condition, below] of Object.entries(target)) {
    if (!["node", "import", "module-sync", "default"].includes(condition)) continue;
    const found = pickTarget(below, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where in the lockfile a package stands as seen from a folder: the nearest one above it. */
function placeOf(name: string, from: string, lock: Lockfile): string | undefined {
  let place = relative(lock.folder, from).replaceAll("\\", "/");
  for (let depth = 0; depth < depthLimit; depth += 1) {
    const here = `${place === "" ? "" : `${place}/`}node_modules/${name}`;
    if (Object.hasOwn(lock.packages, here)) return here;
    if (place === "" || place === ".." || place.startsWith("../")) return undefined;
    place = place.includes("/") ? place.slice(0, place.lastIndexOf("/")) : "";
  }
  return undefined;
}

/** Most packages below one that are followed. */
const belowLimit = 5_000;

/** Hash over what the lockfile says of all packages that one depends on. */
function hashBelow(place: string, lock: Lockfile): string | undefined {
  const seen = new Set([place]);
  const lines: string[] = [];
  for (const at of seen) {
    const { version, integrity, dependencies, optionalDependencies, peerDependencies } =
      lock.packages[at] ?? {};
    if (at !== place) lines.push(`${at} ${version} ${integrity}`);
    if (seen.size > belowLimit) break;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const next = placeOf(name, join(lock.folder, at), lock);
      if (next !== undefined) seen.add(next);
    }
  }
  return lines.length === 0 ? undefined : sha(lines.sort().join("\n")).slice(0, 16);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
