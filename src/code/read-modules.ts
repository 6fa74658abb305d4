// The modules of a snapshot as syntax trees.

import type { Manifest, ReadBlob } from "./code.ts";
import { itemsOf, type ModuleItems } from "./module-items.ts";
import { loadParser } from "./parse-module.ts";

const decoder = new TextDecoder();

/** What could be read of a manifest's modules. */
export interface FoundModules {
  readonly read: ReadonlyMap<string, ModuleItems>;
  /** Path → what stands in a module that is not read as code: data, JSX, syntax that cannot be stripped. */
  readonly unread: ReadonlyMap<string, string>;
  /** Why nothing can be told, when a text is gone. */
  readonly missing?: string;
}

/** Reads and parses every module of a manifest. */
export async function readModules(manifest: Manifest, read: ReadBlob): Promise<FoundModules> {
  const parse = await loadParser();
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
    const parsed = parse(path, source);
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
