// Changes of files below one folder, each under a key. Before a file is
// touched, what it was and what it will be stand in `.firebreak-effects/`; so
// after a crash the key tells whether the change happened.

import { Buffer } from "node:buffer";
import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readFile, realpath, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { EffectNotSent } from "../../runtime/effect-spec.ts";

/** Hashes of the content before and after; null for no file. */
export interface Change {
  readonly before: string | null;
  readonly after: string | null;
  /** What was there before the change that this one amends: undoing goes back to there. */
  readonly origin?: string | null;
}

const ownFolder = ".firebreak-effects";

export class FolderChanges {
  readonly #root: string;
  readonly #maxBytes: number;

  constructor(root: string, maxBytes: number) {
    this.#root = resolve(root);
    this.#maxBytes = maxBytes;
  }

  /**
   * Changes a file. @throws EffectNotSent where nothing was touched: a path that leaves the folder, too much content,
   * what is no plain file, or what `next` throws.
   *
   * @param amended The change that this one takes the place of. If the file is as that left it, undoing undoes both.
   */
  async change(
    key: string,
    path: string,
    next: (before: Buffer | null) => Buffer | null,
    amended?: Change,
  ): Promise<Change> {
    const { file, before, after, change } = await certainly(async () => {
      const at = await this.#locate(path);
      const old = await contentOf(at);
      const made = next(old);
      if (made !== null && made.length > this.#maxBytes)
        throw new EffectNotSent(`the content is longer than ${this.#maxBytes} bytes`);
      const before = hashOf(old);
      const goesOn = amended !== undefined && amended.after === before;
      const record = { before, after: hashOf(made), ...(goesOn ? { origin: amended.before } : {}) };
      await this.#keep(key, record, old);
      return { file: at, before: old, after: made, change: record };
    });
    await replace(file, after, before !== null);
    return change;
  }

  /** The change of a key, if it happened. @throws when somebody else changed the file too: it cannot be told (F2). */
  async happened(key: string, path: string): Promise<Change | undefined> {
    const record = await this.#recorded(key);
    if (record === undefined) return undefined;
    const now = hashOf(await contentOf(await this.#locate(path)));
    if (now === record.after) return record;
    if (now === record.before) return undefined;
    throw new Error(`${path} was changed by somebody else meanwhile`);
  }

  /** Restores what was there. @throws EffectNotSent when the file is not as the change left it (F4) */
  async undo(key: string, path: string, done: Change): Promise<Change> {
    const old = done.before === null ? null : await certainly(() => this.#content(done.before!));
    return this.change(key, path, (now) => {
      if (hashOf(now) === done.after) return old;
      throw new EffectNotSent(`${path} was changed since: it is not undone`);
    });
  }

  /** The place of a path. No part of it may be a symbolic link, or lead out of the folder (F3). */
  async #locate(path: string): Promise<string> {
    const refuse = (why: string): never => {
      throw new EffectNotSent(`"${path}" ${why}`);
    };
    if (path === "" || path.includes("\0") || path.includes("\\") || isAbsolute(path))
      refuse("is no path below a folder");
    const parts = path.split("/");
    if (parts.some((it) => it === "" || it === "." || it === "..")) refuse("leads out of the folder");
    if (parts[0] === ownFolder) refuse("is kept for what changes need");
    await mkdir(this.#root, { recursive: true });
    const root = await realpath(this.#root);
    const file = join(root, ...parts);
    await mkdir(dirname(file), { recursive: true });
    const parent = await realpath(dirname(file));
    if (parent !== dirname(file) || relative(root, parent).split(sep)[0] === "..")
      refuse("goes through a link");
    return file;
  }

  async #keep(key: string, change: Change, before: Buffer | null): Promise<void> {
    const folder = join(await realpath(this.#root), ownFolder);
    await mkdir(folder, { recursive: true });
    if (before !== null) await replace(join(folder, `${change.before}.content`), before, false);
    await replace(join(folder, `${nameOf(key)}.json`), Buffer.from(JSON.stringify(change)), false);
  }

  async #recorded(key: string): Promise<Change | undefined> {
    const text = await unlessMissing(readFile(join(this.#root, ownFolder, `${nameOf(key)}.json`), "utf8"));
    return text === undefined ? undefined : (JSON.parse(text) as Change);
  }

  async #content(hash: string): Promise<Buffer> {
    const bytes = await readFile(join(this.#root, ownFolder, `${hash}.content`));
    if (hashOf(bytes) !== hash) throw new Error("what was there before was damaged");
    return bytes;
  }
}

/** Until the file is renamed nothing has happened: whatever goes wrong before is certain. */
async function certainly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (EffectNotSent.is(error)) throw error;
    throw new EffectNotSent((error as Error).message, { cause: error });
  }
}

async function contentOf(file: string): Promise<Buffer | null> {
  const found = await unlessMissing(lstat(file));
  if (found === undefined) return null;
  if (!found.isFile()) throw new EffectNotSent("it is no plain file");
  return readFile(file);
}

/** Puts content in place in one step, durable before it is told (F1); null takes the file away. */
async function replace(file: string, content: Buffer | null, isThere: boolean): Promise<void> {
  if (content === null) {
    if (isThere) await rm(file);
    return syncFolder(dirname(file));
  }
  const fresh = join(dirname(file), `.${randomUUID()}.new`);
  const handle = await open(fresh, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
  await syncFolder(dirname(file));
}

async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, "r");
  } catch {
    // Some systems open no folders; their renames are durable by themselves.
    return;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function hashOf(content: Uint8Array | null): string | null {
  return content === null ? null : createHash("sha256").update(content).digest("hex");
}

/** Keys are hashes already; this holds them to file names whatever they are. */
function nameOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 40);
}
