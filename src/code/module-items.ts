// What a module consists of: its declarations and statements, one item each, what it imports and what it exports.

import type * as Acorn from "acorn";
import { boundNames, declarationOf, type ModuleNames, namesOf, type NameUse } from "./name-scopes.ts";
import { childrenOf, type ParsedModule, type Tree } from "./parse-module.ts";

/** A declaration or a statement at the top of a module. */
export interface Item {
  readonly node: Tree;
  /** Names it declares; `default` alone for an unnamed default export; none for a statement. */
  readonly names: readonly string[];
}

/** A name that stands for something of another module. */
export interface Imported {
  readonly specifier: string;
  /** The name it is exported by; `*` for the module itself. */
  readonly name: string;
}

export interface ModuleItems {
  readonly path: string;
  readonly parsed: ParsedModule;
  readonly names: ModuleNames;
  readonly items: readonly Item[];
  readonly byName: ReadonlyMap<string, Item>;
  readonly imported: ReadonlyMap<string, Imported>;
  /** Exported name → local name, or a name of another module. */
  readonly exported: ReadonlyMap<string, string | Imported>;
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
  /** Specifiers of imports without names: they run for what they do. */
  readonly bareImports: readonly string[];
}

/** Sorts out a module. */
export function itemsOf(path: string, parsed: ParsedModule): ModuleItems {
  const items: Item[] = [];
  const imported = new Map<string, Imported>();
  const exported = new Map<string, string | Imported>();
  const stars: string[] = [];
  const bareImports: string[] = [];
  for (const it of parsed.program.body) {
    if (it.type === "ImportDeclaration") {
      // `import {} from` is what stripping leaves of a type's import.
      if (isBareImport(it, parsed.text)) bareImports.push(String(it.source.value));
      for (const one of it.specifiers) imported.set(one.local.name, importedBy(it, one));
    } else if (it.type === "ExportAllDeclaration") {
      const specifier = String(it.source.value);
      if (it.exported === null || it.exported === undefined) stars.push(specifier);
      else exported.set(wordOf(it.exported), { specifier, name: "*" });
    } else items.push(...itemsIn(it, exported));
  }
  compiledImports(items, imported);
  compiledExports(items, exported);
  // What stands for a module is followed there, not taken for a declaration.
  const byName = new Map(
    items.flatMap((it) => it.names.map((name) => [name, it] as const)).filter(([it]) => !imported.has(it)),
  );
  return {
    path,
    parsed,
    names: namesOf(parsed.program),
    items,
    byName,
    imported,
    exported,
    stars,
    bareImports,
  };
}

/** `var x = await jitiImport("…")` is what jiti makes of an import. */
function compiledImports(items: readonly Item[], imported: Map<string, Imported>): void {
  for (const { node, names } of items) {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || names[0] === undefined)
      continue;
    const call = node.init?.type === "AwaitExpression" ? node.init.argument : undefined;
    if (call?.type !== "CallExpression" || call.callee.type !== "Identifier") continue;
    const [from] = call.arguments;
    if (call.callee.name === "jitiImport" && from?.type === "Literal")
      imported.set(names[0], { specifier: String(from.value), name: "*" });
  }
}

/** `exports.name = local` and `var local = exports.name = …` are what an export becomes. */
function compiledExports(items: readonly Item[], exported: Map<string, string | Imported>): void {
  for (const { node, names } of items) {
    let at: Tree | null | undefined = node;
    if (node.type === "VariableDeclarator") at = node.init;
    if (node.type === "ExpressionStatement") at = node.expression;
    const found: string[] = [];
    while (at?.type === "AssignmentExpression") {
      const name = exportedBy(at.left);
      if (name !== undefined) found.push(name);
      at = at.right;
    }
    const local = names[0] ?? (at?.type === "Identifier" ? at.name : undefined);
    if (local !== undefined) for (const name of found) exported.set(name, local);
  }
}

function exportedBy(left: Tree): string | undefined {
  if (left.type !== "MemberExpression" || left.computed || left.object.type !== "Identifier")
    return undefined;
  const isExport = left.object.name === "exports" && left.property.type === "Identifier";
  return isExport ? wordOf(left.property as Acorn.Identifier) : undefined;
}

function isBareImport(it: Acorn.ImportDeclaration, text: string): boolean {
  return it.specifiers.length === 0 && !text.slice(it.start, it.source.start).includes("{");
}

function importedBy(
  from: Acorn.ImportDeclaration,
  it: Acorn.ImportDeclaration["specifiers"][number],
): Imported {
  const specifier = String(from.source.value);
  if (it.type === "ImportDefaultSpecifier") return { specifier, name: "default" };
  if (it.type === "ImportNamespaceSpecifier") return { specifier, name: "*" };
  return { specifier, name: wordOf(it.imported) };
}

/** A name in an import or export list, which may be a string. */
function wordOf(it: Acorn.Identifier | Acorn.Literal): string {
  return it.type === "Identifier" ? it.name : String(it.value);
}

function itemsIn(statement: Tree, exported: Map<string, string | Imported>): Item[] {
  if (statement.type === "ExportNamedDeclaration" && statement.declaration === null) {
    for (const it of statement.specifiers) {
      const local = wordOf(it.local);
      const specifier = statement.source?.value;
      const target = specifier === undefined ? local : { specifier: String(specifier), name: local };
      exported.set(wordOf(it.exported), target);
    }
    return [];
  }
  const declared = declarationOf(statement);
  if (statement.type === "ExportDefaultDeclaration") {
    const name = declared?.type === "FunctionDeclaration" || declared?.type === "ClassDeclaration";
    const local = name ? declared.id.name : "default";
    exported.set("default", local);
    return [{ node: statement.declaration, names: [local] }];
  }
  const items = declared === undefined ? [] : declaredItems(declared);
  if (statement.type === "ExportNamedDeclaration")
    for (const it of items) for (const name of it.names) exported.set(name, name);
  if (declared !== undefined) return items;
  return statement.type === "EmptyStatement" ? [] : [{ node: statement, names: [] }];
}

function declaredItems(it: Acorn.Declaration): Item[] {
  if (it.type === "VariableDeclaration")
    return it.declarations.map((one) => ({ node: one, names: boundNames(one.id) }));
  return [{ node: it, names: [it.id.name] }];
}

/** The uses of names in a stretch of a module that are bound outside it. */
export function freeUses(module: ModuleItems, range: Tree): readonly NameUse[] {
  return module.names.uses.filter(
    (it) => it.start >= range.start && it.start < range.end && !isBoundIn(it, module, range),
  );
}

function isBoundIn(it: NameUse, module: ModuleItems, range: Tree): boolean {
  const scope = it.boundIn;
  if (scope === undefined || scope === module.names.scope) return false;
  return scope.node.start >= range.start && scope.node.end <= range.end;
}

/** Every text in quotes below a node, and whether it imports what only the running program knows. */
export function textsIn(node: Tree): { readonly texts: readonly string[]; readonly computed: boolean } {
  const texts = new Set<string>();
  let computed = false;
  const look = (it: Tree): void => {
    if (it.type === "Literal" && typeof it.value === "string") texts.add(it.value);
    if (it.type === "TemplateLiteral" && it.expressions.length === 0)
      texts.add(it.quasis[0]?.value.cooked ?? "");
    if (it.type === "ImportExpression" && !isText(it.source)) computed = true;
    for (const child of childrenOf(it)) look(child);
  };
  look(node);
  return { texts: [...texts], computed };
}

function isText(it: Tree): boolean {
  return it.type === "Literal" || (it.type === "TemplateLiteral" && it.expressions.length === 0);
}
