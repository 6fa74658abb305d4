// A project in a folder of its own: written, loaded by Node as a run would load it, and identified.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { sha } from "../../src/base/values.ts";
import type { CodeSnapshot, ReadBlob, WorkIdentities } from "../../src/code/code.ts";
import { identifyWorks } from "../../src/code/identify-works.ts";
import { snapshotCode } from "../../src/code/snapshot.ts";

/** Path → text. The entry is `main.ts`, or the first file when there is none of that name. */
export type Files = Readonly<Record<string, string>>;

export interface Project {
  readonly folder: string;
  readonly file: string;
  readonly snapshot: CodeSnapshot;
  readonly manifest: Uint8Array;
  readonly read: ReadBlob;
  readonly works: WorkIdentities;
  /** What a step records of a function. */
  readonly work: (fn: unknown) => string;
  /** What the entry exports. */
  readonly loaded: Readonly<Record<string, unknown>>;
}

const folders: string[] = [];

/** Writes a project and reads it back through its snapshot. Removed by `removeProjects`. */
export async function project(files: Files, options: { load?: boolean } = {}): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "firebreak-code-"));
  folders.push(folder);
  for (const [path, text] of Object.entries({ "package.json": '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const file = join(folder, "main.ts" in files ? "main.ts" : (Object.keys(files)[0] ?? ""));
  const snapshot = snapshotCode(file);
  assert.ok(snapshot);
  const { manifest, read } = stored(snapshot);
  const works = await identifyWorks(manifest, read);
  const loaded =
    options.load === false ? {} : ((await import(pathToFileURL(file).href)) as Record<string, unknown>);
  return { folder, file, snapshot, manifest, read, works, work: workOf, loaded };
}

/** What a journal would give back of a snapshot. */
export function stored(snapshot: CodeSnapshot): { manifest: Uint8Array; read: ReadBlob } {
  const blobs = new Map(snapshot.blobs.map((it) => [it.hash, it.bytes]));
  const read: ReadBlob = async (hash) => {
    const bytes = blobs.get(hash);
    if (bytes === undefined) throw new Error(`no blob ${hash}`);
    return bytes;
  };
  const manifest = blobs.get(snapshot.hash);
  assert.ok(manifest);
  return { manifest, read };
}

export function workOf(fn: unknown): string {
  assert.equal(typeof fn, "function");
  return sha(String(fn)).slice(0, 16);
}

/** The identity of what the entry exports as `work`. */
export async function identity(files: Files): Promise<string> {
  const { works, loaded } = await project(files);
  const found = works(workOf(loaded["work"]));
  assert.ok(found.unknown === undefined, "why" in found ? found.why : "");
  return found.identity;
}

/** What the function exported as `work` captures; a function that makes one is called first. */
export async function captures(main: string): Promise<readonly string[]> {
  const { works, loaded } = await project({ "main.ts": main });
  const made = loaded["make"];
  const found = works(workOf(typeof made === "function" ? (made as () => unknown)() : loaded["work"]));
  assert.ok(found.unknown === undefined, "why" in found ? found.why : "");
  return found.captures;
}

export async function assertSame(before: Files, after: Files): Promise<void> {
  assert.equal(await identity(before), await identity(after));
}

export async function assertChanged(before: Files, after: Files): Promise<void> {
  assert.notEqual(await identity(before), await identity(after));
}

export function removeProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
