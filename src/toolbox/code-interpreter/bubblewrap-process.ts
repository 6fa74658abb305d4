// One launched sandbox: its output, its clock, its watch, its end. The end is
// given only when no process of the sandbox is left, so that what is read from
// its folder afterwards stands still.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { FirebreakError } from "../../base/errors.ts";
import { type CheckedRun, limits } from "./limits.ts";
import { treeMemoryBytes } from "./memory-watch.ts";
import type { CodeExit } from "./sandbox.ts";
import type { Owner, WorkFolder } from "./work-folder.ts";

export interface Ended {
  /** Why it was stopped from outside; undefined when it ended by itself. */
  readonly stopped: Exclude<CodeExit, "ok" | "error"> | undefined;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

export interface Start {
  readonly bwrap: string;
  readonly argv: readonly string[];
  readonly owner: Owner;
  readonly filter: Buffer | undefined;
  readonly folder: WorkFolder;
  readonly run: CheckedRun;
  readonly watchBytes: number;
}

/** Time between two looks at memory, ms. */
const memoryLookMs = 50;
/** Looks at memory per look at the folder. */
const folderLookEvery = 4;
/** How long the kernel may take to clear a killed sandbox, ms. */
const clearMs = 5_000;
/** How long the launcher may take to tell of process 1, ms. */
const infoMs = 2_000;
const infoBytes = 4_096;

export class BubblewrapProcess {
  readonly ended: Promise<Ended>;
  readonly #start: Start;
  readonly #child: ChildProcess;
  readonly #chunks: Record<1 | 2, Buffer[]> = { 1: [], 2: [] };
  readonly #bytes: Record<1 | 2, number> = { 1: 0, 2: 0 };
  readonly #onAbort = (): void => this.#stop("killed");
  #info = "";
  #stopped: Ended["stopped"];
  #truncated = false;

  constructor(start: Start) {
    this.#start = start;
    const filterFile = openFilter(start);
    try {
      this.#child = spawn(start.bwrap, start.argv, {
        env: {},
        cwd: "/",
        stdio: ["ignore", "pipe", "pipe", "pipe", filterFile ?? "ignore"],
        ...start.owner,
      });
    } finally {
      if (filterFile !== undefined) closeSync(filterFile);
    }
    this.ended = this.#follow();
  }

  async #follow(): Promise<Ended> {
    const { run } = this.#start;
    const child = this.#child;
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once("exit", resolve);
      child.once("error", (error) =>
        reject(new FirebreakError("SANDBOX_FAILED", { level: "bubblewrap", reason: error.message })),
      );
    });
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    this.#gather(1, child.stdout);
    this.#gather(2, child.stderr);
    (child.stdio[3] as Readable).on("data", (chunk: Buffer) => {
      if (this.#info.length < infoBytes) this.#info += chunk.toString("latin1");
    });
    const clock = setTimeout(() => this.#stop("timeout"), run.timeoutMs);
    const watching = new AbortController();
    const watch = this.#watch(watching.signal);
    run.abort?.addEventListener("abort", this.#onAbort, { once: true });
    if (run.abort?.aborted) this.#stop("killed");
    try {
      const code = await exited;
      await this.#cleared();
      await Promise.race([closed, delay(clearMs, undefined, { ref: false })]);
      return {
        stopped: this.#stopped,
        code,
        stdout: this.#text(1),
        stderr: this.#text(2),
        truncated: this.#truncated,
      };
    } finally {
      clearTimeout(clock);
      watching.abort();
      run.abort?.removeEventListener("abort", this.#onAbort);
      await watch;
    }
  }

  #gather(stream: 1 | 2, from: Readable | null): void {
    from?.on("data", (chunk: Buffer) => {
      const left = limits.outputBytes - this.#bytes[stream];
      this.#bytes[stream] += chunk.byteLength;
      if (left > 0) this.#chunks[stream].push(chunk.subarray(0, left));
      if (chunk.byteLength <= left) return;
      this.#truncated = true;
      this.#stop("output-limit");
    });
  }

  #text(stream: 1 | 2): string {
    const text = Buffer.concat(this.#chunks[stream]).toString("utf8");
    return this.#bytes[stream] > limits.outputBytes ? text.replace(/\uFFFD+$/, "") : text;
  }

  async #watch(until: AbortSignal): Promise<void> {
    for (let look = 1; !until.aborted && this.#stopped === undefined; look += 1) {
      await delay(memoryLookMs, undefined, { signal: until }).catch(() => undefined);
      const pid = this.#firstProcess();
      if (until.aborted || pid === undefined) continue;
      if (treeMemoryBytes(pid) > this.#start.watchBytes) return this.#stop("memory");
      if (look % folderLookEvery !== 0) continue;
      const { entries, bytes } = await this.#start.folder.size();
      if (entries > limits.folderEntries || bytes > limits.folderBytes) return this.#stop("output-limit");
    }
  }

  /** The sandbox's process 1, by its number on the host. */
  #firstProcess(): number | undefined {
    const match = /"child-pid":\s*(\d+)/.exec(this.#info);
    return match === null ? undefined : Number(match[1]);
  }

  #stop(why: NonNullable<Ended["stopped"]>): void {
    if (this.#stopped !== undefined || this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    this.#stopped = why;
    void this.#kill();
  }

  /**
   * Ends process 1 of the sandbox, with which the kernel ends all others, and the launcher. A launcher killed before it
   * has told of process 1 could leave that one waiting for good, so the kill waits for that word.
   */
  async #kill(): Promise<void> {
    const until = performance.now() + infoMs;
    while (this.#firstProcess() === undefined && this.#child.exitCode === null && performance.now() < until)
      await delay(2);
    const pid = this.#firstProcess();
    try {
      if (pid !== undefined && parentOf(pid) === this.#child.pid) process.kill(pid, "SIGKILL");
    } catch {
      // It ended in this moment.
    }
    this.#child.kill("SIGKILL");
  }

  /** When the launcher dies the kernel kills process 1 of the sandbox and with it all others; waits until it is gone. */
  async #cleared(): Promise<void> {
    const pid = this.#firstProcess();
    const until = performance.now() + clearMs;
    while (performance.now() < until) {
      if (pid === undefined || !isAlive(pid)) return;
      await delay(5);
    }
    throw new FirebreakError("SANDBOX_FAILED", {
      level: "bubblewrap",
      reason: `process ${pid} does not end`,
    });
  }
}

/** A zombie has ended: the kernel ends all others of a process namespace before its first becomes one. */
function isAlive(pid: number): boolean {
  const { state } = statOf(pid);
  return state !== "" && state !== "Z" && state !== "X";
}

const parentOf = (pid: number): number => statOf(pid).parent;

function statOf(pid: number): { readonly state: string; readonly parent: number } {
  try {
    const match = /\) (\S) (\d+) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"));
    return { state: match?.[1] ?? "", parent: Number(match?.[2]) };
  } catch {
    return { state: "", parent: Number.NaN };
  }
}

/** The filter as a file that bubblewrap reads from its handle. */
function openFilter({ filter, folder }: Start): number | undefined {
  if (filter === undefined) return undefined;
  const path = join(folder.program, "..", "filter.bpf");
  writeFileSync(path, filter);
  return openSync(path, "r");
}
