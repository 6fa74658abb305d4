// The command line of the bubblewrap level: what a program sees, and what it may use.

import { accessSync, constants, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { limits } from "./limits.ts";

export interface Tools {
  readonly bwrap: string;
  readonly prlimit: string;
  /** The node that runs this process, the same version inside. */
  readonly node: string;
}

/** Where node is inside. */
export const nodeInside = "/runtime/node";
/** File descriptors bubblewrap is given besides output: its report of the first process, and the filter. */
export const infoFd = 3;
export const filterFd = 4;

/** An executable on PATH or in the system's usual places. */
export function findExecutable(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/bin"];
  return folders
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What one program may use: set inside, where the kernel counts processes for this sandbox alone. */
export interface ProcessLimits {
  readonly cpuSeconds: number;
  /** Private writable memory of one process, bytes. V8 itself maps some 450 MB of it. */
  readonly dataBytes: number;
  /** Address space of one process, bytes; V8 does not start under one. */
  readonly addressBytes?: number;
}

/** Namespaces of its own for everything, no rights, no environment, /usr to read. */
const isolation: readonly string[] = [
  ...words(
    "--unshare-all --unshare-user --disable-userns --die-with-parent --new-session --clearenv --cap-drop ALL",
  ),
  ...words(
    "--uid 1000 --gid 1000 --hostname sandbox --setenv PATH /usr/bin --setenv HOME /work --setenv LANG C.UTF-8",
  ),
  ...words("--ro-bind /usr /usr"),
];

/** File systems in memory, which no rlimit counts: each is read-only or has a size. */
const memoryFileSystems: readonly string[] = [
  ...words(`--proc /proc --dev /dev --size ${limits.sharedMemoryBytes} --tmpfs /dev/shm --remount-ro /dev`),
  ...words(`--size ${limits.scratchBytes} --tmpfs /tmp`),
];

function words(line: string): string[] {
  return line.split(" ");
}

/** Arguments of bwrap that run `command` in /work with nothing but /usr, node and the two folders. */
export function bubblewrapArguments(
  tools: Tools,
  folder: { readonly work: string; readonly program: string },
  rlimits: ProcessLimits,
  filtered: boolean,
  command: readonly string[],
): string[] {
  const { work, program } = folder;
  return [
    ...isolation,
    ...systemLinks(),
    ...memoryFileSystems,
    ...["--ro-bind", tools.node, nodeInside, "--ro-bind", program, "/program", "--bind", work, "/work"],
    ...["--chdir", "/work", "--remount-ro", "/", "--info-fd", String(infoFd)],
    ...(filtered ? ["--seccomp", String(filterFd)] : []),
    ...["--", tools.prlimit, ...limitFlags(rlimits), ...command],
  ];
}

function limitFlags(rlimits: ProcessLimits): string[] {
  return [
    `--nproc=${limits.processes}`,
    `--nofile=${limits.openFiles}`,
    `--fsize=${limits.fileBytes}`,
    "--core=0",
    `--cpu=${rlimits.cpuSeconds}`,
    `--data=${rlimits.dataBytes}`,
    ...(rlimits.addressBytes === undefined ? [] : [`--as=${rlimits.addressBytes}`]),
  ];
}

/** /lib and its like: links into /usr on most systems, folders on some. */
function systemLinks(): string[] {
  return ["lib", "lib64", "lib32", "bin", "sbin"].flatMap((name) => {
    const kind = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (kind?.isSymbolicLink()) return ["--symlink", readlinkSync(`/${name}`), `/${name}`];
    return kind?.isDirectory() ? ["--ro-bind", `/${name}`, `/${name}`] : [];
  });
}

/** The tools this level needs, or what is missing, as a sentence's end. */
export function findTools(): Tools | string {
  if (process.platform !== "linux") return `it needs Linux, and this is ${process.platform}`;
  const bwrap = findExecutable("bwrap");
  if (bwrap === undefined) return "bwrap is not installed";
  const prlimit = findExecutable("prlimit");
  if (prlimit === undefined || !realpathSync(prlimit).startsWith("/usr/"))
    return "prlimit (util-linux) is not installed below /usr";
  return { bwrap, prlimit: realpathSync(prlimit), node: realpathSync(process.execPath) };
}
