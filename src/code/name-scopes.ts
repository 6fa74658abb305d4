// Which names a module's code uses, and where each of them is bound.

import type * as Acorn from "acorn";
import { childrenOf, type Tree } from "./parse-module.ts";

/** A stretch of code in which names are bound. */
export interface NameScope {
  readonly node: Tree;
  readonly parent: NameScope | undefined;
  /** Holds `this` and `arguments` of its own. */
  readonly isOwnThis: boolean;
  readonly names: Set<string>;
}

/** One use of a name. */
export interface NameUse {
  readonly name: string;
  readonly start: number;
  readonly node: Tree;
  /** The member taken of it, as in `name.member`; undefined when the thing itself is used. */
  readonly member: string | undefined;
  readonly isWrite: boolean;
  /** Where it is bound; undefined for a global. */
  readonly boundIn: NameScope | undefined;
}

export interface ModuleNames {
  readonly scope: NameScope;
  readonly uses: readonly NameUse[];
}

type RawUse = Omit<NameUse, "boundIn"> & { readonly from: NameScope };

/** What CommonJS and jiti give to each module: no globals, and no part of what a module means. */
const moduleNames: ReadonlySet<string> = new Set(["exports", "module", "require", "jitiImport"]);

/** All uses of names in a program, in no order. */
export function namesOf(program: Acorn.Program): ModuleNames {
  const walk = new ScopeWalk(program);
  const uses = walk.uses
    .map(({ from, ...it }): NameUse => ({ ...it, boundIn: scopeOf(it.name, from) }))
    .filter((it) => it.boundIn !== undefined || !moduleNames.has(it.name));
  return { scope: walk.module, uses };
}

function scopeOf(name: string, from: NameScope): NameScope | undefined {
  for (let at: NameScope | undefined = from; at !== undefined; at = at.parent)
    if (at.names.has(name)) return at;
  return undefined;
}

/** The names that a pattern binds. */
export function boundNames(pattern: Tree | null): string[] {
  if (pattern === null) return [];
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((it) => boundNames(it.type === "Property" ? it.value : it.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

const functionTypes: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

export type FunctionTree =
  | Acorn.FunctionDeclaration
  | Acorn.AnonymousFunctionDeclaration
  | Acorn.FunctionExpression
  | Acorn.ArrowFunctionExpression;
type ClassTree = Acorn.ClassDeclaration | Acorn.AnonymousClassDeclaration | Acorn.ClassExpression;

export function isFunction(node: Tree): node is FunctionTree {
  return functionTypes.has(node.type);
}

/** Methods that change what they are called on, as collections name them. */
const changing: ReadonlySet<string> = new Set(["add", "set", "push", "unshift", "splice", "register"]);

class ScopeWalk {
  readonly module: NameScope;
  readonly uses: RawUse[] = [];

  constructor(program: Acorn.Program) {
    this.module = open(program, undefined, true);
    for (const it of program.body) this.#hoistImport(it);
    this.#hoist(program.body, this.module, true);
    for (const it of program.body) this.#visit(it, this.module);
  }

  #hoistImport(it: Tree): void {
    if (it.type === "ImportDeclaration")
      for (const one of it.specifiers) this.module.names.add(one.local.name);
  }

  /** Binds what a list of statements declares; `var` climbs out of blocks, not out of functions. */
  #hoist(body: readonly Tree[], scope: NameScope, isFunctionBody: boolean): void {
    for (const statement of body) {
      const it = declarationOf(statement);
      if (it?.type === "VariableDeclaration") {
        if (it.kind !== "var" || isFunctionBody)
          for (const one of it.declarations) for (const name of boundNames(one.id)) scope.names.add(name);
      } else if (it?.type === "FunctionDeclaration" || it?.type === "ClassDeclaration") {
        if (it.id !== null) scope.names.add(it.id.name);
      }
      if (isFunctionBody) this.#hoistVars(statement, scope);
    }
  }

  #hoistVars(node: Tree, scope: NameScope): void {
    if (isFunction(node) || node.type === "ClassDeclaration" || node.type === "ClassExpression") return;
    if (node.type === "VariableDeclaration" && node.kind === "var")
      for (const one of node.declarations) for (const name of boundNames(one.id)) scope.names.add(name);
    for (const child of childrenOf(node)) this.#hoistVars(child, scope);
  }

  #use(node: Tree, name: string, from: NameScope, more: { member?: string; isWrite?: boolean } = {}): void {
    const { member, isWrite = false } = more;
    this.uses.push({ name, start: node.start, node, from, member, isWrite });
  }

  #visit(node: Tree | null | undefined, scope: NameScope): void {
    if (node === null || node === undefined) return;
    if (isFunction(node)) return this.#visitFunction(node, scope);
    switch (node.type) {
      case "Identifier":
        return this.#use(node, node.name, scope);
      case "ThisExpression":
      case "Super":
        return this.#use(node, "this", scope);
      case "MemberExpression":
        return this.#visitMember(node, scope);
      case "AssignmentExpression":
        this.#visitTarget(node.left, scope);
        return this.#visit(node.right, scope);
      case "CallExpression":
        return this.#visitCall(node, scope);
      case "UpdateExpression":
        return this.#visitTarget(node.argument, scope);
      case "UnaryExpression":
        return node.operator === "delete"
          ? this.#visitTarget(node.argument, scope)
          : this.#visit(node.argument, scope);
      case "VariableDeclarator":
        this.#visitBinding(node.id, scope);
        return this.#visit(node.init, scope);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#visitClass(node, scope);
      case "BlockStatement":
        return this.#visitBlock(node, node.body, scope);
      case "StaticBlock":
        return this.#visitBody(node.body, open(node, scope, true));
      case "CatchClause": {
        const inner = open(node, scope, false);
        for (const name of boundNames(node.param ?? null)) inner.names.add(name);
        this.#visitBinding(node.param ?? null, inner);
        return this.#visit(node.body, inner);
      }
      default:
        return this.#visitOther(node, scope);
    }
  }

  #visitOther(node: Tree, scope: NameScope): void {
    switch (node.type) {
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        return this.#visitFor(node, scope);
      case "SwitchStatement": {
        this.#visit(node.discriminant, scope);
        const inner = open(node, scope, false);
        this.#hoist(
          node.cases.flatMap((it) => it.consequent),
          inner,
          false,
        );
        return this.#visitAll(node.cases, inner);
      }
      case "Property":
      case "MethodDefinition":
        if (node.computed) this.#visit(node.key, scope);
        return this.#visit(node.value, scope);
      case "PropertyDefinition":
        if (node.computed) this.#visit(node.key, scope);
        return this.#visit(node.value, open(node, scope, true));
      case "LabeledStatement":
        return this.#visit(node.body, scope);
      case "ExportNamedDeclaration":
        return this.#visit(node.declaration, scope);
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        return;
      default:
        return this.#visitAll(childrenOf(node), scope);
    }
  }

  #visitAll(nodes: readonly Tree[], scope: NameScope): void {
    for (const it of nodes) this.#visit(it, scope);
  }

  #visitBlock(node: Tree, body: readonly Tree[], scope: NameScope): void {
    const inner = open(node, scope, false);
    this.#hoist(body, inner, false);
    this.#visitAll(body, inner);
  }

  #visitBody(body: readonly Tree[], scope: NameScope): void {
    this.#hoist(body, scope, true);
    this.#visitAll(body, scope);
  }

  /** Parameters have a scope of their own: their defaults do not see what the body declares. */
  #visitFunction(node: FunctionTree, scope: NameScope): void {
    const isArrow = node.type === "ArrowFunctionExpression";
    const outer = open(node, scope, !isArrow);
    if (!isArrow) outer.names.add("arguments");
    if (node.type === "FunctionExpression" && node.id) outer.names.add(node.id.name);
    for (const it of node.params) for (const name of boundNames(it)) outer.names.add(name);
    for (const it of node.params) this.#visitBinding(it, outer);
    if (node.body.type !== "BlockStatement") return this.#visit(node.body, outer);
    this.#visitBody(node.body.body, open(node.body, outer, false));
  }

  #visitClass(node: ClassTree, scope: NameScope): void {
    const inner = open(node, scope, false);
    if (node.id) inner.names.add(node.id.name);
    this.#visit(node.superClass, inner);
    this.#visitAll(node.body.body, inner);
  }

  #visitFor(node: Acorn.ForStatement | Acorn.ForInStatement | Acorn.ForOfStatement, scope: NameScope): void {
    const inner = open(node, scope, false);
    const first = node.type === "ForStatement" ? node.init : node.left;
    if (first?.type === "VariableDeclaration") {
      this.#hoist([first], inner, false);
      this.#visit(first, inner);
    } else if (node.type === "ForStatement") this.#visit(first, inner);
    else this.#visitTarget(first ?? null, inner);
    for (const it of childrenOf(node)) if (it !== first) this.#visit(it, inner);
  }

  #visitMember(node: Acorn.MemberExpression, scope: NameScope): void {
    const { object, property } = node;
    if (object.type === "Identifier" && !node.computed && property.type === "Identifier")
      this.#use(object, object.name, scope, { member: property.name });
    else this.#visit(object, scope);
    if (node.computed) this.#visit(property, scope);
  }

  /** A call that changes what it is called on, or its first argument, is a write. */
  #visitCall(node: Acorn.CallExpression, scope: NameScope): void {
    const { callee, arguments: given } = node;
    const called = callee.type === "MemberExpression" && !callee.computed ? callee : undefined;
    const name = called?.property.type === "Identifier" ? called.property.name : "";
    const isAssign = name === "assign" || name === "defineProperty" || name === "defineProperties";
    if (called !== undefined && called.object.type === "Identifier" && changing.has(name))
      this.#use(called.object, called.object.name, scope, { member: name, isWrite: true });
    else this.#visit(callee, scope);
    const [first, ...rest] = given;
    if (isAssign && first !== undefined) this.#visitTarget(first, scope);
    this.#visitAll(isAssign ? rest : given, scope);
  }

  /** What is assigned to: the name a chain of members begins with is changed. */
  #visitTarget(node: Tree | null, scope: NameScope): void {
    switch (node?.type) {
      case "Identifier":
        return this.#use(node, node.name, scope, { isWrite: true });
      case "MemberExpression":
        if (node.computed) this.#visit(node.property, scope);
        return this.#visitTarget(node.object, scope);
      case "ChainExpression":
        return this.#visitTarget(node.expression, scope);
      case "ObjectPattern":
      case "ArrayPattern":
      case "AssignmentPattern":
      case "RestElement":
        return this.#visitPattern(node, scope, (it) => this.#visitTarget(it, scope));
      default:
        return this.#visit(node, scope);
    }
  }

  /** What is declared: its names are bound already, its defaults and computed keys are code. */
  #visitBinding(node: Tree | null, scope: NameScope): void {
    if (node === null || node.type === "Identifier") return;
    this.#visitPattern(node, scope, (it) => this.#visitBinding(it, scope));
  }

  #visitPattern(node: Tree, scope: NameScope, part: (it: Tree | null) => void): void {
    if (node.type === "ArrayPattern") for (const it of node.elements) part(it);
    else if (node.type === "RestElement") part(node.argument);
    else if (node.type === "AssignmentPattern") {
      part(node.left);
      this.#visit(node.right, scope);
    } else if (node.type === "ObjectPattern") {
      for (const it of node.properties) {
        if (it.type === "Property" && it.computed) this.#visit(it.key, scope);
        part(it.type === "Property" ? it.value : it);
      }
    }
  }
}

function open(node: Tree, parent: NameScope | undefined, isOwnThis: boolean): NameScope {
  return { node, parent, isOwnThis, names: new Set(isOwnThis ? ["this"] : []) };
}

/** What a statement declares, also when it is exported. */
export function declarationOf(statement: Tree): Acorn.Declaration | undefined {
  const it =
    statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration"
      ? statement.declaration
      : statement;
  if (it?.type === "VariableDeclaration") return it;
  if ((it?.type === "FunctionDeclaration" || it?.type === "ClassDeclaration") && it.id !== null)
    return it as Acorn.FunctionDeclaration | Acorn.ClassDeclaration;
  return undefined;
}
