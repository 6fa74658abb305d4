// Measuring: percentiles, interleaved rounds, and what machine it was.

import { spawn, spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

export const root: string = join(import.meta.dirname, "..");
const work = join(root, ".firebreak", "bench");
const tmpfs = 0x0102_1994;
const childTimeoutMs = 120_000;

/** Middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** A new folder on the disk that is measured (not the system's temporary one, which may be memory), removed afterwards. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result> | Result): Promise<Result> {
  mkdirSync(work, { recursive: true });
  const folder = mkdtempSync(join(work, "w-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One figure of the floor and one of ours, taken one after the other. */
export interface Round {
  readonly floor: number;
  readonly ours: number;
}

/**
 * Measures floor and ours in turn, the first of the two alternating, so that what the machine does besides meets both.
 * Each gets a folder of its own a round. One round before is not counted.
 */
export async function interleaved(
  rounds: number,
  floor: (folder: string) => Promise<number>,
  ours: (folder: string) => Promise<number>,
): Promise<Round[]> {
  const measured: Round[] = [];
  for (let at = 0; at <= rounds; at += 1) {
    const floorFirst = at % 2 === 0;
    const before = floorFirst ? await inFolder(floor) : undefined;
    const ourFigure = await inFolder(ours);
    const floorFigure = before ?? (await inFolder(floor));
    if (at > 0) measured.push({ floor: floorFigure, ours: ourFigure });
  }
  return measured;
}

/** Median of the ratios ours / floor, each within its round. */
export function ratioOf(rounds: readonly Round[]): number {
  return median(rounds.map((it) => it.ours / it.floor));
}

/** Bytes of all files of a folder. */
export function bytesIn(folder: string): number {
  const files = globSync(["**/*", "**/.*", "**/.*/**/*"], { cwd: folder });
  return files.reduce(
    (sum, it) => sum + (statSync(join(folder, it)).isFile() ? statSync(join(folder, it)).size : 0),
    0,
  );
}

/** Runs `main` with at most `width` in flight. */
export async function pooled(
  count: number,
  width: number,
  main: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await main(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}

export interface Child {
  /** What it printed as its last line of JSON; undefined when it printed none. */
  readonly said: unknown;
  /** Milliseconds since 1970 just before it was spawned, in fractions. */
  readonly spawnedAt: number;
  readonly signal: string | null;
}

/** Runs a script of bench/child/ in a process of its own. @throws with what it printed when it fails and was not killed. */
export async function child(
  script: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<Child> {
  const path = script.startsWith("/") ? script : join(root, "bench/child", script);
  const spawnedAt = performance.timeOrigin + performance.now();
  const started = spawn(process.execPath, [...flags, path, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: childTimeoutMs,
    env: { ...process.env, FIREBREAK_LIVE_MODELS: "0" },
  });
  let out = "";
  let err = "";
  started.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  started.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    started.on("close", (code, signal) => resolve({ code, signal })),
  );
  if (code !== 0 && signal !== "SIGKILL")
    throw new Error(`${script} ended with ${code ?? signal}\n${out}${err}`);
  const last = out
    .trimEnd()
    .split("\n")
    .findLast((it) => it.startsWith("{"));
  return { said: last === undefined ? undefined : JSON.parse(last), spawnedAt, signal };
}

/** Says the one line of figures a child is run for. */
export function say(figures: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/** Milliseconds since 1970, in fractions: comparable between processes. */
export function instant(): number {
  return performance.timeOrigin + performance.now();
}

/** Counts fsync and fdatasync of a child with strace; undefined where there is no strace. */
export function syncsOf(script: string, args: readonly string[]): number | undefined {
  const path = join(root, "bench/child", script);
  const traced = spawnSync(
    "strace",
    ["-f", "-c", "-e", "trace=fsync,fdatasync", process.execPath, path, ...args],
    { cwd: root, encoding: "utf8", timeout: childTimeoutMs },
  );
  if (traced.error !== undefined || traced.status !== 0) return undefined;
  const rows = traced.stderr.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$/gm);
  return [...rows].reduce((sum, it) => sum + Number(it[1]), 0);
}

/** Cores, memory, Node, kernel, and whether the disk is one. */
export function machine(): string {
  const [cpu] = cpus();
  mkdirSync(work, { recursive: true });
  const disk = statfsSync(work).type === tmpfs ? "MEMORY, not a disk: syncs cost nothing" : "disk";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model ?? "unknown CPU"}, ${memory} GiB, Node ${process.versions.node}, ${process.platform} ${release()}, ${disk}`;
}
