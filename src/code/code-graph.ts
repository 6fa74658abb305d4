// What a piece of code reaches by name. Parts are declarations, statements, whole modules and packages; an edge leads
// from a part to what one of its names stands for. An identity is a hash over all that is reached, numbered in the
// order of the walk, so that neither the place of a file nor a circle of declarations matters.

import { isBuiltin } from "node:module";
import { sha } from "../base/values.ts";
import type { Manifest } from "./code.ts";
import { freeUses, type Imported, type Item, type ModuleItems, textsIn } from "./module-items.ts";
import type { NameUse } from "./name-scopes.ts";
import { meaningOf, type Tree } from "./parse-module.ts";

/** A piece of code, and what it reaches at once. */
export interface Part {
  /** For people, and the same in two versions of a project: ``limits.ts: declaration `cutoff` ``. */
  readonly says: string;
  /** What it is itself: a hash of its code, or a name. */
  readonly own: string;
  /** Why what it stands for is not known. */
  readonly doubt?: string;
  readonly edges: () => readonly Edge[];
}

export type Edge = readonly [label: string, part: Part];

/** The modules of one manifest, as far as they could be read. */
export interface ReadModules {
  readonly manifest: Manifest;
  readonly read: ReadonlyMap<string, ModuleItems>;
  /** Meaning of the modules that are not read as code: data, JSX, syntax that cannot be stripped. */
  readonly unread: ReadonlyMap<string, string>;
}

/** Parts of a module that matter to whoever uses one of its names. */
interface Touching {
  /** Statements that mention a name, and whatever changes what it stands for. */
  readonly byName: ReadonlyMap<string, readonly Item[]>;
  /** Statements that change something global. */
  readonly global: readonly Item[];
}

export class CodeGraph {
  readonly #code: ReadModules;
  readonly #parts = new Map<string, Part>();
  readonly #items = new Map<Item, Part>();
  readonly #touching = new Map<string, Touching>();

  constructor(code: ReadModules) {
    this.#code = code;
  }

  /** The part of a work: its own code, and what it reaches. `beside` are edges of its own. */
  work(module: ModuleItems, node: Tree, beside: readonly Edge[]): Part {
    return {
      says: "its function",
      own: hashOfCode(node),
      ...this.#doubtOf(module.path, node),
      edges: () => [...this.#edgesOf(module, node, []), ...beside, ["effects", this.#effects()]],
    };
  }

  item(module: ModuleItems, item: Item): Part {
    const known = this.#items.get(item);
    if (known !== undefined) return known;
    const what = item.names.length === 0 ? "a statement" : `declaration \`${item.names.join(", ")}\``;
    const part: Part = {
      says: `${module.path}: ${what}`,
      own: hashOfCode(item.node),
      ...this.#doubtOf(module.path, item.node),
      edges: once(() => this.#edgesOf(module, item.node, item.names)),
    };
    this.#items.set(item, part);
    return part;
  }

  /** Everything: for works whose outside cannot be told from their code. */
  everything(): Part {
    const { modules, packages } = this.#code.manifest;
    return this.#part("everything", {
      own: "everything",
      edges: once(() => [
        ...Object.keys(modules).map((it): Edge => ["", this.#whole(it)]),
        ...Object.keys(packages).map((it): Edge => ["", this.#package(it)]),
      ]),
    });
  }

  #part(says: string, it: { own: string; doubt?: string | undefined; edges?: () => readonly Edge[] }): Part {
    const known = this.#parts.get(says);
    if (known !== undefined) return known;
    const { own, doubt, edges = () => [] } = it;
    const part: Part = { says, own, edges, ...(doubt === undefined ? {} : { doubt }) };
    this.#parts.set(says, part);
    return part;
  }

  #doubtOf(path: string, node?: Tree): { doubt?: string } {
    if (this.#code.manifest.modules[path]?.edited === true)
      return { doubt: `${path} was written after it had been loaded` };
    if (node !== undefined && textsIn(node).computed)
      return { doubt: `${path} imports a module whose name is computed` };
    return {};
  }

  /** A module with all it imports, for when it is not known what of it is used. */
  #whole(path: string): Part {
    const known = this.#parts.get(path);
    if (known !== undefined) return known;
    const module = this.#code.read.get(path);
    return this.#part(path, {
      own: module === undefined ? sha(this.#code.unread.get(path) ?? "") : hashOfCode(module.parsed.program),
      ...this.#doubtOf(path, module?.parsed.program),
      edges: once(() => {
        const specifiers = Object.keys(this.#code.manifest.modules[path]?.imports ?? {});
        const used = module === undefined ? specifiers : textsIn(module.parsed.program).texts;
        return [...used]
          .filter((it) => specifiers.includes(it))
          .sort()
          .map((it): Edge => [it, this.#named(path, it)]);
      }),
    });
  }

  /** What a specifier stands for in a module, as a whole. */
  #named(path: string, specifier: string): Part {
    const target = this.#code.manifest.modules[path]?.imports[specifier];
    if (target?.startsWith("npm:") === true) return this.#package(target.slice("npm:".length));
    if (target !== undefined) return this.#whole(target);
    if (isBuiltin(specifier)) return this.#part(`module ${specifier}`, { own: specifier });
    const doubt = `${path} imports ${specifier}, which was not found`;
    return this.#part(`module ${specifier} of ${path}`, { own: specifier, doubt });
  }

  #package(key: string): Part {
    const it = this.#code.manifest.packages[key];
    const name = key.slice(0, key.lastIndexOf("@"));
    const own = `${key} ${it?.integrity ?? ""} ${it?.below ?? ""}`;
    return this.#part(`package ${key}`, { own: `${name} ${own}` });
  }

  /** Imports without a name, and statements that change something global: they run for every work. */
  #effects(): Part {
    return this.#part("what modules do when they are loaded", {
      own: "effects",
      edges: once(() =>
        [...this.#code.read.values()].flatMap((module) => [
          ...module.bareImports.map((it): Edge => ["import", this.#named(module.path, it)]),
          ...this.#touchingIn(module).global.map((it): Edge => ["global", this.item(module, it)]),
        ]),
      ),
    });
  }

  #edgesOf(module: ModuleItems, node: Tree, declared: readonly string[]): Edge[] {
    const edges: Edge[] = [];
    const touched = new Set(declared);
    for (const [name, uses] of groupByName(freeUses(module, node))) {
      if (uses[0]?.boundIn === undefined) edges.push([name, this.#part(`global ${name}`, { own: name })]);
      if (uses[0]?.boundIn !== module.names.scope || name === "this") continue;
      if (module.imported.has(name)) touched.add(name);
      edges.push(...this.#targets(module, name, uses));
    }
    for (const name of touched) {
      for (const it of this.#touchingIn(module).byName.get(name) ?? [])
        if (it.node !== node) edges.push([`${name} touched`, this.item(module, it)]);
    }
    const specifiers = this.#code.manifest.modules[module.path]?.imports ?? {};
    for (const text of textsIn(node).texts)
      if (Object.hasOwn(specifiers, text)) edges.push([text, this.#named(module.path, text)]);
    return edges;
  }

  #targets(module: ModuleItems, name: string, uses: readonly NameUse[]): Edge[] {
    const imported = module.imported.get(name);
    const members = new Set(uses.map((it) => it.member));
    if (imported?.name !== "*" || members.has(undefined)) return [[name, this.#local(module, name, [])]];
    return [...members].map((member = ""): Edge => {
      const target = this.#outside(module, { specifier: imported.specifier, name: member }, []);
      return [`${name}.${member}`, target];
    });
  }

  /** What a name at the top of a module stands for. `trail` are the exports already followed. */
  #local(module: ModuleItems, name: string, trail: readonly string[]): Part {
    const item = module.byName.get(name);
    if (item !== undefined) return this.item(module, item);
    const imported = module.imported.get(name);
    return imported === undefined ? this.#whole(module.path) : this.#outside(module, imported, trail);
  }

  /** What an import of a module stands for. */
  #outside(module: ModuleItems, { specifier, name }: Imported, trail: readonly string[]): Part {
    const target = this.#code.manifest.modules[module.path]?.imports[specifier];
    const whole = this.#named(module.path, specifier);
    if (target === undefined || target.startsWith("npm:")) {
      const says = `${whole.says}: ${name}`;
      return this.#part(says, { own: name, edges: () => [["", whole]] });
    }
    return name === "*" ? whole : (this.#export(target, name, trail) ?? whole);
  }

  /** What a module exports by a name; undefined when it is not found there. */
  #export(path: string, name: string, trail: readonly string[]): Part | undefined {
    const module = this.#code.read.get(path);
    const step = `${path}#${name}`;
    if (module === undefined || trail.includes(step)) return undefined;
    const next = [...trail, step];
    const local = module.exported.get(name);
    if (local !== undefined)
      return typeof local === "string"
        ? this.#local(module, local, next)
        : this.#outside(module, local, next);
    if (name === "default") return undefined;
    for (const specifier of module.stars) {
      const target = this.#code.manifest.modules[path]?.imports[specifier];
      if (target === undefined || target.startsWith("npm:")) continue;
      const found = this.#export(target, name, next);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #touchingIn(module: ModuleItems): Touching {
    const known = this.#touching.get(module.path) ?? touchingOf(module);
    this.#touching.set(module.path, known);
    return known;
  }
}

function hashOfCode(node: Tree): string {
  return sha(meaningOf(node));
}

function touchingOf(module: ModuleItems): Touching {
  const byName = new Map<string, Item[]>();
  const global = new Set<Item>();
  for (const use of module.names.uses) {
    const item = module.items.find((it) => use.start >= it.node.start && use.start < it.node.end);
    if (item === undefined || item.names.includes(use.name)) continue;
    const isStatement = item.names.length === 0;
    if (use.boundIn === undefined && use.isWrite && isStatement) global.add(item);
    // An assignment reads what stands on its right, as a declaration does; any other statement may change what it names.
    const mayChange = use.isWrite || (isStatement && !isAssignment(item.node));
    if (use.boundIn !== module.names.scope || !mayChange) continue;
    const known = byName.get(use.name) ?? [];
    if (!known.includes(item)) known.push(item);
    byName.set(use.name, known);
  }
  return { byName, global: [...global] };
}

function isAssignment(node: Tree): boolean {
  return node.type === "ExpressionStatement" && node.expression.type === "AssignmentExpression";
}

function groupByName(uses: readonly NameUse[]): [string, NameUse[]][] {
  const groups = new Map<string, NameUse[]>();
  for (const it of uses) groups.set(it.name, [...(groups.get(it.name) ?? []), it]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** All that a part reaches. */
export interface Reached {
  readonly identity: string;
  readonly doubt?: string;
  /** What each part says → its own meaning, to tell what changed between two versions. */
  readonly parts: ReadonlyMap<string, string>;
}

/** Walks everything that a part reaches. Parts are numbered as they are met: equal graphs give equal lines. */
export function reach(from: Part): Reached {
  const numbers = new Map<Part, number>([[from, 0]]);
  const lines: string[] = [];
  const parts = new Map<string, string>();
  let doubt: string | undefined;
  for (const [part] of numbers) {
    doubt ??= part.doubt;
    parts.set(part.says, `${parts.get(part.says) ?? ""}${part.own}`);
    const edges = part.edges().map(([label, to]) => {
      if (!numbers.has(to)) numbers.set(to, numbers.size);
      return `${label}>${numbers.get(to)}`;
    });
    lines.push(part.own, ...edges);
  }
  return { identity: sha(lines.join("\n")), parts, ...(doubt === undefined ? {} : { doubt }) };
}
