// Keeps what a workflow's code was when a run starts: reads and hashes files, parses nothing (I5).

import { readFileSync, statSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { redactBytes } from "../base/secrets.ts";
import { sha } from "../base/values.ts";
import { isOwnModule, loadedAt } from "./caller-file.ts";
import {
  byteLimit,
  type CodeSnapshot,
  type Manifest,
  type ModuleEntry,
  moduleLimit,
  type PackageEntry,
} from "./code.ts";
import { findLockfile, findPackage, type FoundPackage, type Lockfile } from "./find-package.ts";
import { codeEnds, type FoundNames, scanImports } from "./scan-imports.ts";

/** A file as it was when last read. */
interface ReadFile {
  readonly mtimeMs: number;
  readonly size: number;
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly names: FoundNames;
}

interface Kept {
  /** When the files were last asked for, in milliseconds. */
  lookedAt: number;
  readonly snapshot: CodeSnapshot;
  readonly loaded: number | undefined;
  /** Every file that the snapshot rests on, with the time and size it had. */
  readonly files: readonly (readonly [path: string, mtimeMs: number, size: number])[];
}

const kept = new Map<string, Kept>();
const filesRead = new Map<string, ReadFile>();
/** Entries and files that are remembered in one process. */
const rememberedEntries = 1_000;
const rememberedFiles = 20_000;

/** Milliseconds during which a snapshot is given again without asking for its files. */
const trustedMs = 1_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The code that a workflow's file, an absolute path, stands for: every project module it reaches by relative imports
 * and the packages they name. A project of more than 2,000 modules or 32 MB gives a manifest that says it was cut.
 * Remembered for the process: the next call asks only for the times and sizes of the files, and at most once a second.
 *
 * @param options.loadedAt when the file was loaded, in milliseconds since 1970; default: when it last declared a
 * workflow. Modules written later are marked: what ran is not known.
 * @returns undefined when the file cannot be read.
 */
export function snapshotCode(
  file: string,
  options: { readonly loadedAt?: number; readonly now?: () => number } = {},
): CodeSnapshot | undefined {
  const loaded = options.loadedAt ?? loadedAt(file);
  const now = (options.now ?? Date.now)();
  const before = kept.get(file);
  if (before !== undefined && before.loaded === loaded) {
    if (Math.abs(now - before.lookedAt) < trustedMs) return before.snapshot;
    before.lookedAt = now;
    if (before.files.every(isUnchanged)) return before.snapshot;
  }
  const found = new Walk(file, loaded, now).snapshot();
  if (found === undefined) return undefined;
  if (kept.size >= rememberedEntries) kept.clear();
  kept.set(file, found);
  return found.snapshot;
}

function isUnchanged([path, mtimeMs, size]: readonly [string, number, number]): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.mtimeMs === mtimeMs && now.size === size;
}

/** One walk over the modules that an entry reaches. */
class Walk {
  readonly #entry: string;
  readonly #loaded: number | undefined;
  readonly #now: number;
  readonly #files = new Map<string, string | undefined>();
  readonly #names = new Map<string, string>();
  readonly #found = new Map<string, FoundPackage>();
  readonly #root: string;
  readonly #lock: Lockfile | undefined;
  readonly #modules = new Map<string, ReadFile>();
  readonly #imports = new Map<string, Record<string, string>>();
  readonly #packages = new Map<string, PackageEntry>();
  #bytes = 0;

  constructor(entry: string, loaded: number | undefined, now: number) {
    this.#entry = entry;
    this.#now = now;
    this.#loaded = loaded;
    this.#root = projectFolder(dirname(entry));
    this.#lock = findLockfile(dirname(entry));
  }

  snapshot(): Kept | undefined {
    const first = readModule(this.#entry);
    if (first === undefined) return undefined;
    this.#modules.set(this.#entry, first);
    // A Map gives what is added while it is walked.
    for (const [path, { bytes, names }] of this.#modules) {
      this.#bytes += bytes.length;
      if (this.#modules.size > moduleLimit) return this.#cut(`more than ${moduleLimit} modules`);
      if (this.#bytes > byteLimit) return this.#cut(`modules of more than ${byteLimit} bytes`);
      this.#imports.set(path, this.#importsOf(path, names));
    }
    const modules = [...this.#modules].map(
      ([path, it]) => [this.#name(path), this.#entryOf(path, it)] as const,
    );
    return this.#keep(Object.fromEntries(modules.sort(byName)), [...this.#modules.values()]);
  }

  #cut(cut: string): Kept {
    return this.#keep({}, [], cut);
  }

  #keep(modules: Manifest["modules"], texts: readonly ReadFile[], cut?: string): Kept {
    const manifest: Manifest = {
      form: 1,
      entry: this.#name(this.#entry),
      node: process.versions.node,
      ...(cut === undefined ? {} : { cut }),
      modules,
      packages: Object.fromEntries([...this.#packages].sort(byName)),
    };
    const bytes = encoder.encode(JSON.stringify(manifest));
    const blobs = new Map([[sha(bytes), bytes], ...texts.map((it) => [it.hash, it.bytes] as const)]);
    const files = [...this.#modules].map(([path, it]) => [path, it.mtimeMs, it.size] as const);
    return {
      lookedAt: this.#now,
      snapshot: { hash: sha(bytes), blobs: [...blobs].map(([hash, of]) => ({ hash, bytes: of })) },
      loaded: this.#loaded,
      files: [...files, ...this.#lockStat()],
    };
  }

  #lockStat(): Kept["files"] {
    if (this.#lock === undefined) return [];
    const { mtimeMs, size } = statSync(this.#lock.file);
    return [[this.#lock.file, mtimeMs, size]];
  }

  #entryOf(path: string, it: ReadFile): ModuleEntry {
    const imports = Object.fromEntries(Object.entries(this.#imports.get(path) ?? {}).sort(byName));
    const isEdited = this.#loaded !== undefined && it.mtimeMs > this.#loaded;
    return { text: { $blob: it.hash }, imports, ...(isEdited ? { edited: true } : {}) };
  }

  #importsOf(path: string, names: FoundNames): Record<string, string> {
    const found: Record<string, string> = {};
    const add = (specifier: string, file: string): void => {
      const read = this.#modules.get(file) ?? readModule(file);
      if (read === undefined) return;
      this.#modules.set(file, read);
      found[specifier] = this.#name(file);
    };
    for (const specifier of names.relative) {
      const file = this.#file(join(dirname(path), specifier));
      if (file === undefined) continue;
      if (isOwnModule(file)) found[specifier] = ownPackage;
      else add(specifier, file);
    }
    for (const specifier of names.bare) {
      const it = this.#package(specifier, path);
      if (it.kind === "file") add(specifier, it.file);
      if (it.kind !== "package") continue;
      const key = `${it.name}@${it.entry.version}`;
      this.#packages.set(key, it.entry);
      found[specifier] = `npm:${key}`;
    }
    return found;
  }

  #file(path: string): string | undefined {
    if (this.#modules.has(path)) return path;
    const known = this.#files.has(path) ? this.#files.get(path) : resolveRelative(path);
    this.#files.set(path, known);
    return known;
  }

  #package(specifier: string, path: string): FoundPackage {
    const key = `${dirname(path)}\n${specifier}`;
    const known = this.#found.get(key) ?? findPackage(specifier, path, this.#lock);
    this.#found.set(key, known);
    return known;
  }

  #name(path: string): string {
    const known = this.#names.get(path) ?? relative(this.#root, path).replaceAll("\\", "/");
    this.#names.set(path, known);
    return known;
  }
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

/** The nearest folder with a package.json; the file's own when there is none. */
function projectFolder(near: string): string {
  for (let folder = near; ; folder = dirname(folder)) {
    if (statSync(join(folder, "package.json"), { throwIfNoEntry: false })?.isFile() === true) return folder;
    if (dirname(folder) === folder) return near;
  }
}

/** The file that a path means to one of the loaders: as written, as the source of what tsc would write, or without its end. */
function resolveRelative(path: string): string | undefined {
  const end = extname(path);
  const source = path.replace(/\.([cm]?)jsx?$/, ".$1ts");
  const tried =
    end !== "" && (codeEnds.has(end) || isFile(path))
      ? [path, ...(source === path ? [] : [source, `${source}x`])]
      : [...codeEnds]
          .flatMap((it) => [path + it])
          .concat([...codeEnds].map((it) => join(path, `index${it}`)));
  return tried.find(isFile);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readModule(path: string): ReadFile | undefined {
  try {
    const { mtimeMs, size } = statSync(path);
    const before = filesRead.get(path);
    if (before !== undefined && before.mtimeMs === mtimeMs && before.size === size) return before;
    if (size > byteLimit) return { mtimeMs, size, hash: "", bytes: new Uint8Array(size), names: none };
    // A secret written into code is no more to be kept than one in a value; a work that holds one is then not found.
    const bytes = redactBytes(Uint8Array.from(readFileSync(path)));
    const names = codeEnds.has(extname(path)) ? scanImports(decoder.decode(bytes)) : none;
    const read: ReadFile = { mtimeMs, size, hash: sha(bytes), bytes, names };
    if (filesRead.size >= rememberedFiles) filesRead.clear();
    filesRead.set(path, read);
    return read;
  } catch {
    return undefined;
  }
}

/** What an import of this package's own modules by path is called. */
const ownPackage = "npm:firebreak@own";

const none: FoundNames = { relative: [], bare: [] };
