// Kills drivers with SIGKILL, again and again, on one journal: at a place in
// the window where a process is held, or at any moment; now and then a driver
// is stopped with SIGSTOP, its runs are taken by force, and it goes on and is
// killed. After the last kill everything must come to its end by itself.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import type { RunId } from "../../src/base/ids.ts";
import { settledIntent } from "../../src/journal/effect-slot.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import {
  type FromDriver,
  type FromReceivers,
  type Go,
  type Hold,
  pause,
  senderStages,
  type Stage,
  stages,
} from "./deed.ts";

export interface BatchOptions {
  /** Empty, or not there yet. */
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  /** Share of the kills that a SIGSTOP and a takeover by force come before; default 0.1. */
  readonly stops?: number;
  /** Where compiled code is kept between processes. */
  readonly cache?: string;
  readonly onKill?: (kill: Kill) => void;
}

/** An intent without a receipt, in the journal of a dead process. */
export interface OpenIntent {
  readonly run: RunId;
  readonly seq: number;
  readonly tool: string;
}

export interface Kill {
  readonly at: number;
  readonly pid: number;
  /** Where a process was held, or "any" for a moment of its own. */
  readonly stage: Stage | "any";
  /** It was stopped, and its runs were taken by force, before it was killed. */
  readonly stopped: boolean;
  /** When it was stopped. */
  readonly stoppedAt?: number;
  /** Intents without a receipt at that time: for a stopped process when it was stopped. */
  readonly open: readonly OpenIntent[];
}

export interface Batch {
  readonly folder: string;
  readonly seed: number;
  readonly kills: readonly Kill[];
  /** From the last kill until everything had ended, ms. */
  readonly drainMs: number;
}

/** Longest a kill waits for a process to come to where it is to be held, ms. */
const reachMs = 1_500;
/** Longest time from the last kill to the end of everything, ms. */
const drainLimitMs = 60_000;
/** How long a stopped process goes on beside the one that took its runs, ms. */
const besideMs = 60;

const [driverFile, receiversFile] = ["driver.ts", "receivers.ts"].map((it) =>
  join(import.meta.dirname, it),
) as [string, string];

export async function runBatch(options: BatchOptions): Promise<Batch> {
  const harness = new Harness(options);
  try {
    await harness.begin();
    while (harness.kills.length < options.kills) await harness.round();
    const drainMs = await harness.drain();
    return { folder: options.folder, seed: options.seed, kills: harness.kills, drainMs };
  } finally {
    harness.close();
  }
}

interface Driver {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly exited: Promise<unknown>;
  done: boolean;
}

class Harness {
  readonly kills: Kill[] = [];
  readonly #options: BatchOptions;
  readonly #random: () => number;
  readonly #children = new Set<ChildProcess>();
  #receivers!: ChildProcess;
  #ports = { http: 0, smtp: 0 };
  #driver!: Driver;
  #standby!: Driver;
  #held: (stage: Stage) => void = () => undefined;
  #snapshots = 0;

  constructor(options: BatchOptions) {
    this.#options = options;
    this.#random = seededRandom(`harness ${options.seed}`);
  }

  async begin(): Promise<void> {
    const { folder } = this.#options;
    mkdirSync(join(folder, "files"), { recursive: true });
    this.#receivers = this.#fork(receiversFile, [folder]);
    const [ports] = (await once(this.#receivers, "message")) as [{ http: number; smtp: number }];
    this.#ports = ports;
    this.#receivers.on("message", (said: FromReceivers) => {
      if ("held" in said) this.#held(said.held);
    });
    this.#driver = this.#spawn();
    this.#standby = this.#spawn();
  }

  /** One life of a driver, from its start to its kill. */
  async round(): Promise<void> {
    const isStop = this.#random() < (this.#options.stops ?? 0.1);
    const isAny = this.#random() < 0.25;
    const stage = stages[Math.floor(this.#random() * stages.length)]!;
    const hold: Hold = { stage, skip: Math.floor(this.#random() * 5) };
    const reached = isAny ? pause(this.#random() * 150) : this.#untilHeld();
    await this.#go(this.#driver, isAny ? undefined : hold);
    const at = (await Promise.race([reached, pause(reachMs), this.#driver.exited])) as Stage | undefined;
    this.#demandAlive();
    await (isStop ? this.#stopAndTake(at ?? "any") : this.#kill(at ?? "any"));
  }

  /** Lets everything come to its end. @throws when it does not in time. */
  async drain(): Promise<number> {
    const began = Date.now();
    await this.#go(this.#driver, undefined, { drain: true });
    const late = setTimeout(() => this.#driver.child.kill("SIGKILL"), drainLimitMs);
    await this.#driver.exited;
    clearTimeout(late);
    if (!this.#driver.done)
      throw new Error(`not everything had ended ${drainLimitMs} ms after the last kill`);
    return Date.now() - began;
  }

  close(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }

  // ---- Ends --------------------------------------------------------------------------

  async #kill(stage: Kill["stage"]): Promise<void> {
    const { child, exited } = this.#driver;
    const at = Date.now();
    child.kill("SIGKILL");
    await exited;
    this.#release();
    const journal = this.#copyJournal();
    this.#next();
    await this.#record({ at, pid: child.pid!, stage, stopped: false }, journal);
  }

  /** The driver stands still, another takes its runs, it goes on beside that one, and dies. */
  async #stopAndTake(stage: Kill["stage"]): Promise<void> {
    const stopped = this.#driver;
    stopped.child.kill("SIGSTOP");
    const stoppedAt = Date.now();
    await pause(2);
    const journal = this.#copyJournal();
    this.#release();
    this.#next();
    await this.#go(this.#driver, undefined, { force: true });
    await pause(150 + this.#random() * 150);
    // What it was held at it passes now, late.
    stopped.child.send({ release: true });
    stopped.child.kill("SIGCONT");
    await pause(besideMs);
    const at = Date.now();
    stopped.child.kill("SIGKILL");
    await stopped.exited;
    await this.#record({ at, pid: stopped.child.pid!, stage, stopped: true, stoppedAt }, journal);
    await pause(50 + this.#random() * 100);
    this.#demandAlive();
    await this.#kill("any");
  }

  async #record(kill: Omit<Kill, "open">, journal: string | undefined): Promise<void> {
    const open = journal === undefined ? [] : await openIntents(journal);
    this.kills.push({ ...kill, open });
    this.#options.onKill?.(this.kills.at(-1)!);
  }

  /** A copy of a journal that nobody writes at this time; undefined before there is one. */
  #copyJournal(): string | undefined {
    const from = join(this.#options.folder, "journal.db");
    if (!existsSync(from)) return undefined;
    this.#snapshots = (this.#snapshots + 1) % 2;
    const folder = join(this.#options.folder, `copy-${this.#snapshots}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const to = join(folder, "journal.db");
    for (const end of ["", "-wal"]) if (existsSync(from + end)) copyFileSync(from + end, to + end);
    return to;
  }

  // ---- Processes ---------------------------------------------------------------------

  async #go(driver: Driver, hold: Hold | undefined, more: Partial<Go> = {}): Promise<void> {
    await driver.ready;
    const { folder, seed } = this.#options;
    const isSender = hold !== undefined && senderStages.has(hold.stage);
    this.#receivers.send({ hold: isSender ? null : (hold ?? null) });
    const go: Go = {
      folder,
      seed,
      ...this.#ports,
      hold: isSender ? hold : null,
      together: 6,
      drain: false,
      force: false,
      ...more,
    };
    driver.child.send({ go });
  }

  #release(): void {
    this.#receivers.send({ hold: null });
  }

  #next(): void {
    this.#driver = this.#standby;
    this.#standby = this.#spawn();
  }

  #spawn(): Driver {
    const child = this.#fork(driverFile, []);
    const driver: Driver = {
      child,
      ready: once(child, "message").then(() => undefined),
      exited: once(child, "exit"),
      done: false,
    };
    child.on("message", (said: FromDriver) => {
      if ("held" in said) this.#held(said.held);
      if ("done" in said) driver.done = true;
    });
    return driver;
  }

  #fork(file: string, args: readonly string[]): ChildProcess {
    const { cache } = this.#options;
    const child = fork(file, [...args], {
      execArgv: ["--conditions=firebreak-source"],
      env: { ...process.env, ...(cache === undefined ? {} : { FIRE_CACHE: cache }) },
    });
    this.#children.add(child);
    child.on("exit", () => this.#children.delete(child));
    return child;
  }

  #untilHeld(): Promise<Stage> {
    return new Promise((resolve) => (this.#held = resolve));
  }

  #demandAlive(): void {
    const { exitCode } = this.#driver.child;
    if (exitCode === null) return;
    throw new Error(`a driver ended by itself with code ${exitCode}: see problems.txt`);
  }
}

async function openIntents(path: string): Promise<readonly OpenIntent[]> {
  const journal = openSqliteJournal(path, {});
  try {
    const found: OpenIntent[] = [];
    const open = await journal.heads({ status: ["running", "waiting", "halted"], limit: 100_000 });
    for (const { run } of open) {
      const events = await journal.read(run);
      const settled = new Set(events.map(settledIntent));
      for (const it of events)
        if (it.kind === "effect.intended" && !settled.has(it.seq))
          found.push({ run, seq: it.seq, tool: it.data.tool });
    }
    return found;
  } finally {
    await journal.close();
  }
}
