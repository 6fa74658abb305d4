// Works that take local variables from the function around them: a rerun cannot tell from their input and their code
// whether they are still the same. The bodies of map, branch, loop and first are no works: they may take what they like.

import type * as Acorn from "acorn";
import { type CodeSnapshot, readManifest } from "./code.ts";
import { capturesOf, type FoundFunction, functionsIn } from "./find-works.ts";
import type { ModuleItems } from "./module-items.ts";
import { isFunction, type NameScope } from "./name-scopes.ts";
import { childrenOf, type Tree } from "./parse-module.ts";
import { readModules } from "./read-modules.ts";

/** A work that captures. */
export interface CapturingWork {
  /** Path of its module within the project. */
  readonly module: string;
  /** From 1: where the work begins. */
  readonly line: number;
  readonly kind: "step" | "tool";
  /** The step's or tool's name, where it stands as a text. */
  readonly name?: string;
  /** What it captures, sorted; at least one. */
  readonly captures: readonly string[];
}

/** Every work of a project's steps and tools that captures, and names no version by hand. */
export async function capturingWorks(snapshot: CodeSnapshot): Promise<readonly CapturingWork[]> {
  const texts = new Map(snapshot.blobs.map((it) => [it.hash, it.bytes]));
  const read = async (hash: string): Promise<Uint8Array> => texts.get(hash) ?? new Uint8Array();
  const manifest = readManifest(await read(snapshot.hash));
  if (manifest === undefined) return [];
  const modules = await readModules(manifest, read);
  return [...modules.read.values()].flatMap(capturingIn);
}

interface GivenWork {
  readonly kind: "step" | "tool";
  readonly name: Tree | undefined;
  readonly work: Tree;
}

function capturingIn(module: ModuleItems): CapturingWork[] {
  const functions = functionsIn(module);
  return worksGiven(module).flatMap(({ kind, name, work }): CapturingWork[] => {
    const it = functionMeant(module, functions, work);
    const captures = it === undefined ? [] : capturesOf(it);
    if (it === undefined || captures.length === 0) return [];
    const line = module.parsed.text.slice(0, it.node.start).split("\n").length;
    const says = name?.type === "Literal" && typeof name.value === "string" ? { name: name.value } : {};
    return [{ module: module.path, line, kind, ...says, captures }];
  });
}

/** The functions given to `ctx.step(name, input, work)` and to `tool({ run })`. */
function worksGiven(module: ModuleItems): GivenWork[] {
  const found: GivenWork[] = [];
  const look = (node: Tree): void => {
    if (node.type === "CallExpression") {
      const it = stepWork(module, node) ?? toolWork(module, node);
      if (it !== undefined) found.push(it);
    }
    for (const child of childrenOf(node)) look(child);
  };
  look(module.parsed.program);
  return found;
}

function stepWork(module: ModuleItems, call: Acorn.CallExpression): GivenWork | undefined {
  const { callee } = call;
  const [name, , work, options] = call.arguments;
  if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier") return undefined;
  const isStep = callee.property.type === "Identifier" && callee.property.name === "step" && !callee.computed;
  if (!isStep || work === undefined || memberOf(options, "version") !== undefined) return undefined;
  // A context is always given to a function; what stands at the top of a module is something else.
  const scope = boundIn(module, callee.object);
  return scope === undefined || scope === module.names.scope ? undefined : { kind: "step", name, work };
}

function toolWork(module: ModuleItems, call: Acorn.CallExpression): GivenWork | undefined {
  const [options] = call.arguments;
  if (call.callee.type !== "Identifier" || module.imported.get(call.callee.name)?.name !== "tool")
    return undefined;
  const work = memberOf(options, "run");
  if (work === undefined || memberOf(options, "version") !== undefined) return undefined;
  return { kind: "tool", name: memberOf(options, "name"), work };
}

function memberOf(object: Tree | undefined, name: string): Tree | undefined {
  if (object?.type !== "ObjectExpression") return undefined;
  for (const it of object.properties)
    if (it.type === "Property" && !it.computed && it.key.type === "Identifier" && it.key.name === name)
      return it.value;
  return undefined;
}

function boundIn(module: ModuleItems, name: Acorn.Identifier): NameScope | undefined {
  return module.names.uses.find((it) => it.start === name.start && it.name === name.name)?.boundIn;
}

/** The function that stands there, or the local one that a name stands for. */
function functionMeant(
  module: ModuleItems,
  functions: readonly FoundFunction[],
  work: Tree,
): FoundFunction | undefined {
  if (isFunction(work)) return functions.find((it) => it.node === work);
  if (work.type !== "Identifier") return undefined;
  const scope = boundIn(module, work);
  if (scope === undefined || scope === module.names.scope) return undefined;
  const { start, end } = scope.node;
  return functions.find((it) => {
    if (it.node.start < start || it.node.end > end) return false;
    const parent = it.around.at(-1);
    const isNamed = it.node.type === "FunctionDeclaration" && it.node.id?.name === work.name;
    const isAssigned =
      parent?.type === "VariableDeclarator" &&
      parent.id.type === "Identifier" &&
      parent.id.name === work.name;
    return isNamed || isAssigned;
  });
}
