// The style guide, as far as a machine can read it. When a rule here is in your
// way, change the rule in the same commit and say why.
//
// It looks at source text only and knows the project's shape from the tables
// below. test/tidy.test.ts runs it over the tree, and over planted faults.

import { parseSync } from "oxc-parser";
import { dirname, join } from "node:path/posix";

/** A file of the tree: path from the root with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Lowest first. A folder may import folders of a smaller layer, never one of its own layer; files directly in src are composition roots. */
const layers: readonly (readonly string[])[] = [
  ["base"],
  ["policy", "code"],
  ["journal", "model", "tool"],
  ["runtime"],
  ["check", "review", "router"],
  ["agent"],
  ["workflow"],
  ["pattern", "engine", "toolbox", "standin"],
  ["server"],
  ["*.ts", "cli"],
];

/** Folders that hold parts, one folder each: siblings of one another. */
const nests = new Set(["engine", "toolbox"]);
/** Folders without a port, and so without a file of their own name. */
const withoutPort = new Set(["src/base"]);
const forbiddenFolders = new Set(["utils", "util", "helpers", "helper", "common", "types", "shared", "misc"]);
const linesPerFile = 500;
const linesPerFunction = 70;

/** Files older than the rule they break. This list only ever gets shorter. */
const exempt: ReadonlySet<string> = new Set<string>();

/** Everything in these files that the style guide forbids, as `path:line what is wrong; what to do`. */
export function complaintsAbout(files: readonly SourceFile[]): string[] {
  const source = files.filter((it) => it.path.startsWith("src/") && it.path.endsWith(".ts"));
  const read = source.filter((it) => !exempt.has(it.path)).map(parse);
  return [
    ...read.flatMap(aboutFile),
    ...read.flatMap((it) => aboutImports(it, new Set(source.map((file) => file.path)))),
    ...aboutFolders(source.map((it) => it.path)),
    ...aboutCycles(read),
    ...aboutInvariants(files),
  ];
}

interface Import {
  readonly line: number;
  readonly target: string;
  /** A type's import or an `import()`: counts for direction; a cycle through it cannot bite at load. */
  readonly late: boolean;
}

interface Parsed extends SourceFile {
  readonly imports: readonly Import[];
  readonly program: unknown;
  readonly lineAt: (offset: number) => number;
}

function parse(file: SourceFile): Parsed {
  const { program, module, errors } = parseSync(file.path, file.text);
  if (errors[0] !== undefined) throw new Error(`${file.path} does not parse: ${errors[0].message}`);
  const lineAt = (offset: number): number => file.text.slice(0, offset).split("\n").length;
  const found: Import[] = [];
  const add = (offset: number, target: string, isLazy: boolean): void => {
    const late = isLazy || /^(?:import|export) type\b/.test(file.text.slice(offset));
    if (target.startsWith("."))
      found.push({ line: lineAt(offset), target: join(dirname(file.path), target), late });
  };
  for (const it of module.staticImports) add(it.start, it.moduleRequest.value, false);
  for (const it of module.staticExports) {
    const from = it.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
    if (from) add(it.start, from.value, false);
  }
  for (const it of module.dynamicImports) {
    const { start, end } = it.moduleRequest;
    const literal = /^["'`]([^"'`$]+)["'`]$/.exec(file.text.slice(start, end))?.[1];
    if (literal !== undefined) add(it.start, literal, true);
  }
  return { ...file, imports: found, program, lineAt };
}

/** What a file belongs to: `src/journal`, `src/engine/embedded`, or a file directly in src. */
function partOf(path: string): string {
  const [, first = "", second = ""] = path.split("/");
  return nests.has(first) && !second.endsWith(".ts") ? `src/${first}/${second}` : `src/${first}`;
}

function layerOf(path: string): number {
  const [, second = "", ...below] = path.split("/");
  const first = below.length === 0 ? "*.ts" : second;
  return layers.findIndex((it) => it.includes(first));
}

function aboutFile(file: Parsed): string[] {
  const found: string[] = [];
  const lines = file.text.split("\n").length - 1;
  if (layerOf(file.path) < 0) found.push(`${file.path}:1 is in a folder the layer list does not name`);
  if (lines > linesPerFile) {
    found.push(
      `${file.path}:1 has ${lines} lines, more than ${linesPerFile}; split it by what changes together`,
    );
  }
  const ignored = /@ts-(?:ignore|nocheck|expect-error)/.exec(file.text);
  if (ignored) {
    found.push(
      `${file.path}:${file.lineAt(ignored.index)} switches the type checker off; narrow the type instead`,
    );
  }
  walk(file.program, (node) => {
    if (node.type === "TSAnyKeyword") {
      found.push(`${file.path}:${file.lineAt(node.start)} says any; use unknown and narrow it`);
    }
    if (!functionTypes.has(node.type)) return;
    const length = ownLines(node, file.lineAt);
    if (length <= linesPerFunction) return;
    const where = `${file.path}:${file.lineAt(node.start)}`;
    found.push(
      `${where} starts a function of ${length} lines, more than ${linesPerFunction}; move the branchless parts out`,
    );
  });
  return found;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const functionTypes = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value && "end" in value;
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((it: unknown) => (Array.isArray(it) ? it : [it]).filter(isNode));
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (!isNode(value)) return;
  visit(value);
  for (const child of childrenOf(value)) walk(child, visit);
}

/** Lines of a function without those of the functions inside it: a factory is as long as what it does itself. */
function ownLines(node: Node, lineAt: (offset: number) => number): number {
  let inner = 0;
  const look = (child: Node): void => {
    if (functionTypes.has(child.type)) inner += lineAt(child.end) - lineAt(child.start);
    else for (const it of childrenOf(child)) look(it);
  };
  for (const child of childrenOf(node)) look(child);
  return lineAt(node.end) - lineAt(node.start) + 1 - inner;
}

function aboutImports(file: Parsed, known: ReadonlySet<string>): string[] {
  return file.imports.flatMap(({ line, target }) => {
    const where = `${file.path}:${line} imports ${target}`;
    if (!target.startsWith("src/"))
      return target === "package.json" ? [] : [`${where}, which is outside src`];
    if (!known.has(target)) return [`${where}, which does not exist`];
    const [from, to] = [partOf(file.path), partOf(target)];
    if (from === to) return [];
    const [own, other] = [layerOf(file.path), layerOf(target)];
    if (other > own) return [`${where} from a higher layer; turn it round with a port`];
    const isComposition = own === layers.length - 1;
    if (other === own && !isComposition)
      return [`${where}, a sibling of its layer; let workflow/ pass it in`];
    return [];
  });
}

function aboutFolders(paths: readonly string[]): string[] {
  const found: string[] = [];
  for (const path of paths) {
    const folder = path
      .split("/")
      .slice(0, -1)
      .find((it) => forbiddenFolders.has(it));
    if (folder !== undefined)
      found.push(`${path}:1 is in a folder named ${folder}; name it for what it does`);
    if (path.endsWith("/index.ts") && path !== "src/index.ts") {
      found.push(`${path}:1 is an index; name it like its folder and import what is meant`);
    }
  }
  const parts = new Set(paths.map(partOf).filter((it) => !it.endsWith(".ts") && !withoutPort.has(it)));
  for (const part of parts) {
    const port = `${part}/${part.split("/").at(-1)}.ts`;
    if (!nests.has(part.split("/").at(-1) ?? "") && !paths.includes(port)) {
      found.push(`${part} has no ${port}: the file that holds its port and its invariants`);
    }
  }
  return found;
}

function aboutCycles(files: readonly Parsed[]): string[] {
  const edges = new Map(
    files.map((it) => [it.path, it.imports.filter((one) => !one.late).map((one) => one.target)]),
  );
  const found = new Map<string, string>();
  const state = new Map<string, "open" | "done">();
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      const ring = trail.slice(trail.indexOf(path));
      found.set(
        [...ring].sort().join(),
        `${ring.join(" -> ")} -> ${path} is a cycle; move what both need below them`,
      );
      return;
    }
    state.set(path, "open");
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of edges.keys()) visit(path, []);
  return [...found.values()];
}

/** Its faults name invariants without testing them. */
const planted = "test/tidy.test.ts";
const numbered = /^(?:\/\/ +|\| *|[-*] +)\**([A-Z]{1,6}\d{1,2})\**(?:\.| *\|)/gm;

/** Every invariant stated in a module head or in ARCHITECTURE.md is named by a test. */
function aboutInvariants(files: readonly SourceFile[]): string[] {
  const isTest = (path: string): boolean => path.startsWith("test/") || path.endsWith(".test.ts");
  const tests = files.filter((it) => isTest(it.path) && it.path !== planted);
  const named = new Set(tests.flatMap((it) => it.text.match(/\b[A-Z]{1,6}\d{1,2}\b/g) ?? []));
  const stating = files.filter((it) => it.path === "ARCHITECTURE.md" || it.path.startsWith("src/"));
  const stated = new Map(
    stating.map((it) => [it.path, [...headOf(it).matchAll(numbered)].map((one) => one[1] ?? "")]),
  );
  const unnamed = [...stated].flatMap(([path, numbers]) =>
    numbers.filter((it) => !named.has(it)).map((it) => `${path} states ${it}, which no test names`),
  );
  return [...unnamed, ...aboutTwins(stated)];
}

/** A number that two folders state names nothing. The page may repeat a module's, a module its folder's. */
function aboutTwins(stated: ReadonlyMap<string, readonly string[]>): string[] {
  const owner = new Map<string, string>();
  return [...stated].flatMap(([path, numbers]) =>
    numbers.flatMap((it) => {
      if (path.endsWith(".md")) return [];
      const first = owner.get(it);
      if (first !== undefined && partOf(first) !== partOf(path))
        return [`${path} states ${it}, which ${first} states as well; take another letter`];
      owner.set(it, path);
      return [];
    }),
  );
}

function headOf(file: SourceFile): string {
  if (file.path.endsWith(".md")) return file.text;
  return /^(?:\/\/.*\n)*/.exec(file.text)?.[0] ?? "";
}
