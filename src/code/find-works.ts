// The functions of a module: what each gives as text, what it captures, and what stands around it.

import { freeUses, type Item, type ModuleItems } from "./module-items.ts";
import { type FunctionTree, isFunction } from "./name-scopes.ts";
import { childrenOf, type Tree } from "./parse-module.ts";

/** A function of a module. */
export interface FoundFunction {
  readonly module: ModuleItems;
  readonly node: FunctionTree;
  /** What String(fn) gives: a method's text begins with its name. */
  readonly text: string;
  /** From the module inwards. */
  readonly around: readonly Tree[];
}

/** Every function of a module, the inner ones too. */
export function functionsIn(module: ModuleItems): FoundFunction[] {
  const found: FoundFunction[] = [];
  const around: Tree[] = [];
  const look = (node: Tree): void => {
    if (isFunction(node))
      found.push({ module, node, text: textOf(module, node, around.at(-1)), around: [...around] });
    around.push(node);
    for (const child of childrenOf(node)) look(child);
    around.pop();
  };
  look(module.parsed.program);
  return found;
}

function textOf(module: ModuleItems, node: Tree, parent: Tree | undefined): string {
  const { text } = module.parsed;
  const isMethod =
    (parent?.type === "Property" && (parent.method || parent.kind !== "init")) ||
    parent?.type === "MethodDefinition";
  if (!isMethod || parent === undefined) return text.slice(node.start, node.end);
  return text.slice(parent.start, parent.end).replace(/^static\s+(?!\()/, "");
}

/** Names of local variables that a function takes from the functions around it, sorted (I4). */
export function capturesOf({ module, node }: FoundFunction): readonly string[] {
  const captured = freeUses(module, node).filter(
    (it) => it.boundIn !== undefined && it.boundIn !== module.names.scope,
  );
  return [...new Set(captured.map((it) => it.name))].sort();
}

/**
 * Those of its captures that may hold what was delivered to the run. What is bound outside of the workflow's own function
 * was there before the run: only where no such function stands around it may any capture hold anything.
 */
export function deliveredCapturesOf(found: FoundFunction): readonly string[] {
  const { module, node, around } = found;
  const run = around.find(
    (it, at) => isFunction(it) && isWorkflowMember(around.slice(Math.max(0, at - 3), at)),
  );
  const held = freeUses(module, node).filter(
    ({ boundIn }) =>
      boundIn !== undefined &&
      boundIn !== module.names.scope &&
      (run === undefined || (run.start <= boundIn.node.start && boundIn.node.end <= run.end)),
  );
  return [...new Set(held.map((it) => it.name))].sort();
}

/** Uses `this` of its own, and so the object it is a method of. */
export function usesOwnThis({ module, node }: FoundFunction): boolean {
  return module.names.uses.some((it) => it.name === "this" && it.boundIn?.node === node);
}

/** The declaration or statement at the top of the module that a function stands in. */
export function itemAround({ module, node }: FoundFunction): Item | undefined {
  return module.items.find((it) => it.node.start <= node.start && node.end <= it.node.end);
}

/**
 * Stands in the function of a workflow: all that it can capture follows from the code of that declaration and from what
 * was delivered to the run. Of any other function the callers are not known.
 */
export function isInWorkflow({ around }: FoundFunction): boolean {
  const at = around.findIndex(isFunction);
  return isWorkflowMember(around.slice(Math.max(0, at - 3), at));
}

function isWorkflowMember([call, options, property]: readonly Tree[]): boolean {
  return (
    call?.type === "CallExpression" &&
    call.callee.type === "Identifier" &&
    call.callee.name === "workflow" &&
    options?.type === "ObjectExpression" &&
    property?.type === "Property"
  );
}
