// Finds what a module may import by looking at its text for quoted names. It reads no syntax: a name in a comment is
// found as well, which only keeps a module too many.

import { extname } from "node:path";

export interface FoundNames {
  /** Relative names, anywhere in quotes. */
  readonly relative: readonly string[];
  /** Names of packages, `#names` and built-in modules, where an import may stand. */
  readonly bare: readonly string[];
}

/** Longest name that is looked at, in characters. */
const quoted = /(["'`])(\.{1,2}\/[^"'`\n\\$]{1,400})\1/g;
const imported = /\b(?:from|import|require\s*\(|import\s*\(|resolve\s*\()\s*(["'`])([^"'`\n\\$]{1,400})\1/g;

/** Every name in a module's text that may be one of a module. */
export function scanImports(text: string): FoundNames {
  const relative = new Set<string>();
  const bare = new Set<string>();
  for (const [, , name = ""] of text.matchAll(quoted)) if (mayBeCode(name)) relative.add(name);
  for (const [, , name = ""] of text.matchAll(imported)) {
    if (/^\.{1,2}(?:\/|$)/.test(name)) relative.add(name);
    else bare.add(name);
  }
  return { relative: [...relative], bare: [...bare] };
}

/** Data that a work opens by its path is no module: it belongs in the step's input. */
function mayBeCode(name: string): boolean {
  const end = extname(name);
  return end === "" || codeEnds.has(end) || !/^\.\w{1,5}$/.test(end);
}

/** Ends of the files that are read as modules. */
export const codeEnds: ReadonlySet<string> = new Set([
  ".ts",
  ".mts",
  ".cts",
  ".js",
  ".mjs",
  ".cjs",
  ".tsx",
  ".jsx",
]);
