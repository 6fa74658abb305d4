// A module's text as a syntax tree. Types are stripped the way Node strips them when it runs the file: positions stay,
// and so the text of a function is what String(fn) gives.

import type * as Acorn from "acorn";
import { stripTypeScriptTypes } from "node:module";
import { extname } from "node:path";

/** Any node of the tree. */
export type Tree = Acorn.AnyNode;

export interface ParsedModule {
  readonly text: string;
  readonly program: Acorn.Program;
}

export type Parser = (path: string, text: string) => ParsedModule | { readonly problem: string };

/** Loads the parser, which is not loaded before something has to be read. */
export async function loadParser(): Promise<Parser> {
  const { parse } = await import("acorn");
  return (path, text) => {
    const end = extname(path);
    if (end === ".tsx" || end === ".jsx") return { problem: `${path} holds JSX, which is not read` };
    if (end === ".json") return { problem: `${path} is data` };
    try {
      const stripped = end.endsWith("ts") ? stripTypes(text) : text;
      const isScript = end === ".cjs" || end === ".cts";
      const program = parse(stripped, {
        ecmaVersion: "latest",
        sourceType: isScript ? "script" : "module",
        allowReturnOutsideFunction: isScript,
        allowHashBang: true,
      });
      return { text: stripped, program };
    } catch (error) {
      return { problem: `${path} cannot be read: ${(error as Error).message.split("\n")[0]}` };
    }
  };
}

/**
 * Parses what jiti makes of a TypeScript module: enums, parameter properties and imports without an end go through it,
 * and with them every module that is loaded from there. Loads jiti's compiler.
 */
export async function loadJitiParser(): Promise<Parser> {
  const { parse } = await import("acorn");
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false });
  return (path, source) => {
    if (!/\.[cm]?tsx?$/.test(path)) return { problem: `${path} is not loaded by jiti` };
    try {
      const text = jiti.transform({ source, filename: `/${path}`, ts: true, async: true });
      const program = parse(text, {
        ecmaVersion: "latest",
        sourceType: "script",
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
      });
      return { text, program };
    } catch (error) {
      return { problem: `${path} cannot be read: ${(error as Error).message.split("\n")[0]}` };
    }
  };
}

/** Node calls its own stripping experimental, once a process, on stderr: that is no news to who asks for a rerun. */
function stripTypes(text: string): string {
  const before = Object.getOwnPropertyDescriptor(process, "emitWarning");
  Object.defineProperty(process, "emitWarning", { ...before, value: () => {} });
  try {
    return stripTypeScriptTypes(text);
  } finally {
    if (before !== undefined) Object.defineProperty(process, "emitWarning", before);
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The nodes directly below one, in the order of the text as far as the grammar goes. */
export function childrenOf(node: Tree): Tree[] {
  const found: Tree[] = [];
  for (const it of Object.values(node) as unknown[]) {
    if (Array.isArray(it)) for (const one of it as unknown[]) if (isTree(one)) found.push(one);
    if (isTree(it)) found.push(it);
  }
  return found;
}

const places: ReadonlySet<string> = new Set(["start", "end", "raw"]);

/** A text that is equal for trees that mean the same: without places, comments, parentheses, quotes and semicolons. */
export function meaningOf(tree: unknown): string {
  const parts: string[] = [];
  write(tree, parts);
  return parts.join("");
}

function write(value: unknown, parts: string[]): void {
  if (Array.isArray(value)) {
    parts.push("[");
    for (const it of value) write(it, parts);
    parts.push("]");
  } else if (value instanceof RegExp || typeof value === "bigint") {
    parts.push(String(value), ";");
  } else if (typeof value === "object" && value !== null) {
    parts.push("{");
    const isTemplate = "type" in value && value.type === "TemplateElement";
    for (const [name, it] of Object.entries(value)) {
      if (places.has(name) && !isTemplate) continue;
      if (isTemplate && (name === "start" || name === "end")) continue;
      if (isEmptyStatement(it)) continue;
      parts.push(name, ":");
      write(Array.isArray(it) ? it.filter((one) => !isEmptyStatement(one)) : it, parts);
    }
    parts.push("}");
  } else parts.push(JSON.stringify(value) ?? String(value), ";");
}

function isEmptyStatement(value: unknown): boolean {
  return isTree(value) && value.type === "EmptyStatement";
}
