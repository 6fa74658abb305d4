// What the code behind a run was, and whether a function is still the same work after an edit.
//
// A run keeps a snapshot: the text of every project module that its workflow's file reaches, and which packages
// they use. When a rerun asks, both snapshots are read, and each work gets an identity out of its own code and of
// all that it reaches by name.
//
//   I1. Two works share an identity only when their code, what they reach by name in the project, and the packages
//       they reach are equal.
//   I2. Comments, formatting and types are no part of an identity, nor are declarations that a work does not reach.
//   I3. In doubt a work is unknown, never the same: not found, cut, edited after it was loaded, a computed import.
//   I4. Every local variable that a work captures is named.
//   I5. A run that merely runs parses nothing: a snapshot reads and hashes, and the next one only asks for times.

import type { Json } from "../base/values.ts";

/** What `run.started` keeps of the code. */
export interface CodeSnapshot {
  /** Hash of the manifest's bytes, which is the name of its blob. */
  readonly hash: string;
  /** The manifest first, then the text of each module: to be committed with the run's first event. */
  readonly blobs: readonly { readonly hash: string; readonly bytes: Uint8Array }[];
}

/** One project module of a manifest. */
export interface ModuleEntry {
  /** Its text, kept once by content. */
  readonly text: { readonly $blob: string };
  /** Specifier as written → path of a module of this manifest, or `npm:name@version`. Built-in modules are not listed. */
  readonly imports: { readonly [specifier: string]: string };
  /** The file was written after it had been loaded: what ran is not known. */
  readonly edited?: true;
}

/** A package as the lockfile has it. */
export interface PackageEntry {
  readonly version: string;
  readonly integrity?: string;
  /** Hash over the lockfile's entries of all packages it depends on. */
  readonly below?: string;
}

/** What a workflow's code was. Paths are relative to the project's folder, with forward slashes. */
export interface Manifest {
  readonly form: 1;
  readonly entry: string;
  /** Version of Node, for people; no part of an identity. */
  readonly node: string;
  /** Why nothing is listed, when the project is larger than the limits: every work of it counts as changed. */
  readonly cut?: string;
  readonly modules: { readonly [path: string]: ModuleEntry };
  /** By `name@version`. */
  readonly packages: { readonly [key: string]: PackageEntry };
}

/** Reads a blob of the journal. */
export type ReadBlob = (hash: string) => Promise<Uint8Array>;

/** What is known of one work. */
export type WorkIdentity =
  | {
      readonly identity: string;
      /** Names of local variables of enclosing functions, sorted; `this` when an arrow takes it from outside. */
      readonly captures: readonly string[];
      /** Of these, what may hold values that were delivered to the run. */
      readonly delivered: readonly string[];
      readonly unknown?: undefined;
    }
  | { readonly unknown: true; readonly why: string };

/** Looks up a work by what its step recorded: the first 16 hexadecimal digits of the hash of its source text. */
export type WorkIdentities = (work: string) => WorkIdentity;

/** Most modules of a project that a snapshot keeps. */
export const moduleLimit = 2_000;
/** Most bytes of modules that a snapshot keeps. */
export const byteLimit = 32 * 1024 * 1024;

const decoder = new TextDecoder();

/** The manifest that a snapshot's first blob holds; undefined when the bytes are none. */
export function readManifest(bytes: Uint8Array): Manifest | undefined {
  let json: Json;
  try {
    json = JSON.parse(decoder.decode(bytes)) as Json;
  } catch {
    return undefined;
  }
  const isManifest = typeof json === "object" && json !== null && "form" in json && json["form"] === 1;
  return isManifest ? (json as unknown as Manifest) : undefined;
}
