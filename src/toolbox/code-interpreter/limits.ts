// Every limit of a run, in one place, and the checks made before a program starts.

import { FirebreakError } from "../../base/errors.ts";
import type { CodeFile, CodeRun } from "./sandbox.ts";

const mebibyte = 1_048_576;

export const limits = {
  timeoutMs: { default: 30_000, min: 50, max: 300_000 },
  memoryMb: { default: 256, min: 32, max: 2_048 },
  /** Bytes of program text. */
  codeBytes: 262_144,
  inputFiles: 64,
  inputBytes: 64 * mebibyte,
  /** Bytes kept of each of stdout and stderr; a program that prints more is stopped. */
  outputBytes: 262_144,
  outputFiles: 32,
  outputFileBytes: 16 * mebibyte,
  outputTotalBytes: 32 * mebibyte,
  /** Entries of the work folder, folders within it included; a program that makes more is stopped. */
  folderEntries: 1_000,
  /** Bytes on disk of the work folder; a program that writes more is stopped. */
  folderBytes: 192 * mebibyte,
  /** Bytes of one file, by rlimit. */
  fileBytes: 100 * mebibyte,
  /** Bytes of /tmp and of /dev/shm inside. */
  scratchBytes: 64 * mebibyte,
  sharedMemoryBytes: 16 * mebibyte,
  processes: 64,
  openFiles: 256,
} as const;

/** A run with every limit decided. */
export interface CheckedRun extends CodeRun {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** Fills in the limits of a run. @throws SANDBOX_INPUT naming what is out of bounds. */
export function checkRun(run: CodeRun): CheckedRun {
  within("the program's length in bytes", Buffer.byteLength(run.code), 0, limits.codeBytes);
  within("the number of files", run.files.length, 0, limits.inputFiles);
  const bytes = run.files.reduce((sum, file) => sum + contentBytes(file), 0);
  within("the size of all files in bytes", bytes, 0, limits.inputBytes);
  checkNames(run.files);
  const timeoutMs = run.timeoutMs ?? limits.timeoutMs.default;
  const memoryMb = run.memoryMb ?? limits.memoryMb.default;
  within("timeoutMs", timeoutMs, limits.timeoutMs.min, limits.timeoutMs.max);
  within("memoryMb", memoryMb, limits.memoryMb.min, limits.memoryMb.max);
  return { ...run, timeoutMs, memoryMb };
}

/** True for a name that is a plain file of one folder: not hidden, no separator, at most 100 characters. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._ -]{0,99}$/.test(name);
}

function checkNames(files: readonly CodeFile[]): void {
  const seen = new Set<string>();
  for (const { name } of files) {
    if (!isPlainName(name))
      throw new FirebreakError("SANDBOX_INPUT", {
        what: `the file name ${JSON.stringify(name)} is not plain`,
      });
    if (seen.has(name)) throw new FirebreakError("SANDBOX_INPUT", { what: `two files are named ${name}` });
    seen.add(name);
  }
}

function within(what: string, given: number, min: number, max: number): void {
  if (given >= min && given <= max) return;
  throw new FirebreakError("SANDBOX_INPUT", { what: `${what} is ${given}, allowed are ${min} to ${max}` });
}

const contentBytes = ({ content }: CodeFile): number =>
  typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
