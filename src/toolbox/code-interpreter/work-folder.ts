// The folder of one run: made before, harvested once every process of the run
// is gone, removed always. What a program left there is hostile: a name may be
// a link to a file of the host, a device, a pipe that blocks, or a tree that
// never ends.

import { execFile } from "node:child_process";
import { constants, type Dirent } from "node:fs";
import {
  chown,
  type FileHandle,
  lstat,
  mkdir,
  mkdtemp,
  open,
  opendir,
  realpath,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { isPlainName, limits } from "./limits.ts";
import type { CodeFile, CodeResult } from "./sandbox.ts";

/** The user a program runs as on the host; undefined: the user of this process. */
export type Owner = { readonly uid: number; readonly gid: number } | undefined;

export interface WorkFolder {
  /** Seen inside as /work, writable. */
  readonly work: string;
  /** Seen inside as /program, read-only. */
  readonly program: string;
  /** What it holds on disk now; counting stops past the limits. */
  size(): Promise<{ entries: number; bytes: number }>;
  /** Call it when no process of the run is left. */
  harvest(): Promise<Pick<CodeResult, "files" | "refused">>;
  remove(): Promise<void>;
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
/** How many refused names are listed. */
const refusedListed = 20;

/** Makes the folder below the system's place for temporary files, with the input files and the program's files in it. */
export async function makeWorkFolder(
  inputs: readonly CodeFile[],
  programs: readonly CodeFile[],
  owner: Owner,
): Promise<WorkFolder> {
  const base = await mkdtemp(join(await realpath(tmpdir()), "firebreak-sandbox-"));
  const [work, program] = [join(base, "work"), join(base, "program")];
  const remove = (): Promise<void> => removeTree(base);
  try {
    await mkdir(work, { mode: 0o700 });
    await mkdir(program, { mode: 0o755 });
    await Promise.all(
      programs.map((file) => writeFile(join(program, file.name), file.content, { mode: 0o644 })),
    );
    await Promise.all(inputs.map((file) => writeFile(join(work, file.name), file.content, { mode: 0o644 })));
    if (owner) {
      const owned = [base, work, ...inputs.map((file) => join(work, file.name))];
      await Promise.all(owned.map((path) => chown(path, owner.uid, owner.gid)));
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { work, program, remove, size: () => sizeOf(work), harvest: () => harvest(work, inputs) };
}

/** Counts without following a link. The folder may change meanwhile; what vanishes is not counted. */
async function sizeOf(work: string): Promise<{ entries: number; bytes: number }> {
  const left = [work];
  let [entries, bytes] = [0, 0];
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name);
      const it = await lstat(path).catch(() => undefined);
      entries += 1;
      bytes += (it?.blocks ?? 0) * 512;
      if (it?.isDirectory()) left.push(path);
      if (entries > limits.folderEntries || bytes > limits.folderBytes) return { entries, bytes };
    }
  }
  return { entries, bytes };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const found: Dirent[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      found.push(entry);
      if (found.length > limits.folderEntries) break;
    }
  } catch {
    // Gone, or made unreadable by the program: nothing more to count or take.
  }
  return found;
}

/** Takes plain files of the top folder that are new or changed, opened below the folder's handle and never through a link (X3). */
async function harvest(
  work: string,
  inputs: readonly CodeFile[],
): Promise<Pick<CodeResult, "files" | "refused">> {
  const files: { name: string; bytes: Uint8Array }[] = [];
  const refused: { name: string; why: string }[] = [];
  const folder = await open(work, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    let total = 0;
    const entries = (await entriesOf(work)).sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const { name } of entries) {
      const taken = await take(folder, name, files.length, total);
      if (typeof taken === "string") {
        if (refused.length < refusedListed) refused.push({ name, why: taken });
      } else if (
        !isUnchanged(
          taken,
          inputs.find((input) => input.name === name),
        )
      ) {
        files.push({ name, bytes: taken });
        total += taken.byteLength;
      }
    }
  } finally {
    await folder.close();
  }
  return { files, refused };
}

/** The bytes of one entry, or why it is not taken. */
async function take(
  folder: FileHandle,
  name: string,
  count: number,
  total: number,
): Promise<Uint8Array | string> {
  if (!isPlainName(name)) return "its name is not a plain file name";
  // A path below a handle: the folder itself cannot be swapped for another.
  const path = `/proc/self/fd/${folder.fd}/${name}`;
  const seen = await lstat(path);
  if (seen.isSymbolicLink()) return "it is a link";
  if (seen.isDirectory()) return "it is a folder";
  if (!seen.isFile()) return "it is not a file";
  if (count >= limits.outputFiles) return `more than ${limits.outputFiles} files`;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return "it cannot be read";
  try {
    const it = await file.stat();
    if (!it.isFile()) return "it is not a file";
    if (it.nlink !== 1) return "it has a second name";
    if (it.size > limits.outputFileBytes) return `larger than ${limits.outputFileBytes} bytes`;
    if (total + it.size > limits.outputTotalBytes)
      return `more than ${limits.outputTotalBytes} bytes in all files`;
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

function isUnchanged(bytes: Uint8Array, input: CodeFile | undefined): boolean {
  if (input === undefined) return false;
  return Buffer.from(typeof input.content === "string" ? Buffer.from(input.content) : input.content).equals(
    bytes,
  );
}

/** Removes a tree whatever its modes, depth and names are. */
async function removeTree(base: string): Promise<void> {
  try {
    await rm(base, { recursive: true, force: true });
  } catch {
    // Folders without rights, or paths too long for one call: the system's tools walk by handle.
    const run = promisify(execFile);
    await run("chmod", ["-R", "u+rwX", "--", base]).catch(() => undefined);
    await run("rm", ["-rf", "--", base]);
  }
}
