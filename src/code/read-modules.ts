// The modules of a snapshot as syntax trees.

import { basename } from "node:path/posix";
import type { Manifest, ReadBlob } from "./code.ts";
import { itemsOf, type ModuleItems } from "./module-items.ts";
import { loadJitiParser, loadParser } from "./parse-module.ts";

const decoder = new TextDecoder();

/** What could be read of a manifest's modules. */
export interface FoundModules {
  readonly read: ReadonlyMap<string, ModuleItems>;
  /** Path → what stands in a module that is not read as code: data, JSX, syntax that cannot be stripped. */
  readonly unread: ReadonlyMap<string, string>;
  /** Why nothing can be told, when a text is gone. */
  readonly missing?: string;
}

/** Reads and parses every module of a manifest, as Node or as jiti would load it. */
export async function readModules(
  manifest: Manifest,
  read: ReadBlob,
  loader: "node" | "jiti" = "node",
): Promise<FoundModules> {
  const [parse, other] =
    loader === "node" ? [await loadParser(), undefined] : [await loadJitiParser(), await loadParser()];
  const modules = new Map<string, ModuleItems>();
  const unread = new Map<string, string>();
  for (const [path, { text }] of Object.entries(manifest.modules)) {
    let bytes: Uint8Array;
    try {
      bytes = await read(text.$blob);
    } catch {
      return { read: modules, unread, missing: `the text of ${path} is no longer kept` };
    }
    const source = decoder.decode(bytes);
    const first = parse(path, source);
    const parsed = "problem" in first && other !== undefined ? other(path, source) : first;
    if ("problem" in parsed) unread.set(path, path.endsWith(".json") ? dataOf(source) : source);
    else modules.set(path, itemsOf(path, parsed));
  }
  return { read: modules, unread };
}

/** Formatting is no part of data either. */
function dataOf(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** Holds what Node's own loader does not take: all of it may have been loaded by jiti instead. */
export function isBeyondStripping(manifest: Manifest, { unread }: FoundModules): boolean {
  const isUnread = [...unread.keys()].some((it) => /\.[cm]?tsx?$/.test(it));
  const isShort = (specifier: string, path: string): boolean =>
    /^\.{1,2}(?:\/|$)/.test(specifier) && basename(specifier) !== basename(path);
  const imports = Object.values(manifest.modules).flatMap((it) => Object.entries(it.imports));
  return isUnread || imports.some(([specifier, path]) => isShort(specifier, path));
}
