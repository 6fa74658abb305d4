// Files below one folder, changed by effects: write, append, delete. Each keeps
// what it needs to be asked about and to be undone beside the files, in
// `.firebreak-effects/`, before it touches any of them.
//
//   F1. A reader sees the old content or the new, never a part: new content is synced and renamed into place.
//   F2. What was recorded for a change tells after a crash whether it happened; where somebody else changed the file too,
//       it says that it cannot tell.
//   F3. Nothing outside the folder is read or written: no `..`, no absolute path, no symbolic link on the way.
//   F4. A change is undone only while the file is as the change left it.

import { Buffer } from "node:buffer";
import { resolve } from "node:path";
import { EffectNotSent } from "../../runtime/effect-spec.ts";
import { declareTool } from "../../tool/define.ts";
import type { Tool, ToolContext } from "../../tool/tool.ts";
import { type Change, FolderChanges } from "./folder-changes.ts";
import { textMembers } from "./text-members.ts";

export interface FileToolOptions {
  /** The folder. Made when it is missing. */
  readonly root: string;
  /** Longest content of a file, in bytes; default 10,000,000. */
  readonly maxBytes?: number;
  /** Name of the tool; default `write-file`, `append-file`, `delete-file`. */
  readonly name?: string;
}

/** What a change did: the proof, and what undoing it needs. */
export interface FileReceipt {
  readonly path: string;
  /** SHA-256 of the content before and after; null for no file. Of an amendment: before the change that it amends. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface WriteFileArguments {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface AppendFileArguments extends WriteFileArguments {
  /** Names what is appended: the same entry of the same file is appended once. */
  readonly entry: string;
}

export interface DeleteFileArguments {
  readonly path: string;
}

const defaultMaxBytes = 10_000_000;

/** A tool that writes a whole text file. Its slot is the path: other content is amended to; undoing restores what was there. */
export function writeFileTool(options: FileToolOptions): Tool<WriteFileArguments, FileReceipt> {
  const next: Next<WriteFileArguments> = (_, { text }) => Buffer.from(text);
  return fileTool(options, {
    name: "write-file",
    description: "Writes a text file, in place of what is there.",
    input: textMembers<WriteFileArguments>({
      path: "Where, below the folder.",
      text: "The whole content.",
    }),
    key: ({ path }) => path,
    next,
    amends: true,
  });
}

/** A tool that appends text to a file, once per entry. Undone while nothing else was appended after it. */
export function appendFileTool(options: FileToolOptions): Tool<AppendFileArguments, FileReceipt> {
  return fileTool(options, {
    name: "append-file",
    description: "Appends text to a file, once per entry. The text brings its own line ends.",
    input: textMembers<AppendFileArguments>({
      path: "Where, below the folder.",
      entry: "Names what is appended, so that it is appended once: a number, a date.",
      text: "What is appended.",
    }),
    key: ({ path, entry }) => JSON.stringify([path, entry]),
    next: (before, { text }) => Buffer.concat([before ?? Buffer.alloc(0), Buffer.from(text)]),
  });
}

/** A tool that deletes a file. Undoing restores it. */
export function deleteFileTool(options: FileToolOptions): Tool<DeleteFileArguments, FileReceipt> {
  return fileTool(options, {
    name: "delete-file",
    description: "Deletes a file.",
    input: textMembers<DeleteFileArguments>({ path: "Which, below the folder." }),
    key: ({ path }) => path,
    next: (before) => {
      if (before === null) throw new EffectNotSent("there is no such file");
      return null;
    },
  });
}

/** The content after a change; null for no file. */
type Next<Args> = (before: Buffer | null, args: Args) => Buffer | null;

interface FileToolSpec<Args extends { readonly path: string }> {
  readonly name: string;
  readonly description: string;
  readonly input: Tool<Args, FileReceipt>["input"];
  readonly key: (args: Args) => string;
  readonly next: Next<Args>;
  readonly amends?: boolean;
}

function fileTool<Args extends { readonly path: string }>(
  { root, name, maxBytes = defaultMaxBytes }: FileToolOptions,
  spec: FileToolSpec<Args>,
): Tool<Args, FileReceipt> {
  const folder = new FolderChanges(root, maxBytes);
  const apply = async (args: Args, key: string, amended?: FileReceipt): Promise<FileReceipt> =>
    receiptOf(args.path, await folder.change(key, args.path, (before) => spec.next(before, args), amended));
  const made: Tool<Args, FileReceipt> = {
    kind: "tool",
    name: name ?? spec.name,
    description: spec.description,
    input: spec.input,
    effect: {
      key: spec.key,
      probe: async ({ path }, key) => {
        const change = await folder.happened(key, path);
        return change === undefined ? undefined : receiptOf(path, change);
      },
      ...(spec.amends ? { amend: (args, { receipt }, key) => apply(args, key, receipt) } : {}),
      compensate: async ({ path }, receipt, key) => receiptOf(path, await folder.undo(key, path, receipt)),
    },
    run: (args, context: ToolContext) => apply(args, context.idempotencyKey ?? ""),
  };
  return declareTool(made, `files below ${resolve(root)}`);
}

function receiptOf(path: string, { before, after, origin = before }: Change): FileReceipt {
  return { path, before: origin, after };
}
