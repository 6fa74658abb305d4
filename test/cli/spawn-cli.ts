// Runs the command line from its sources in a folder of its own, printing into a pipe: in this process, which is
// quick, or in one of its own, which can be killed.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";

const runner: string = join(import.meta.dirname, "run-cli.mjs");
export const projectFolder: string = join(import.meta.dirname, "project");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Place {
  readonly folder: string;
  /** Runs a command line to its end in this process. One at a time. */
  cli(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Runs one to its end in a process of its own. */
  spawn(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Starts one that is to be interrupted. */
  start(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  remove(): void;
}

/** A new empty folder with its own journal. Keys of the machine are kept out. */
export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), "firebreak-cli-"));
  const start: Place["start"] = (args, env = {}) => {
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/_API_KEY$|^NODE_TEST|^NO_COLOR|^FORCE_COLOR/.test(name),
      ),
    );
    const child = spawn(process.execPath, ["--conditions=firebreak-source", runner, ...args], {
      cwd: folder,
      env: { ...inherited, FIREBREAK_USER: "ada", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { child, ended: collect(child) };
  };
  return {
    folder,
    start,
    cli: (args, env) => inProcess(folder, args, env),
    spawn: (args, env) => start(args, env).ended,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function inProcess(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { main } = await import("../../src/cli/cli.ts");
  const [cwd, before] = [process.cwd(), { ...process.env }];
  const [out, err] = [new PassThrough(), new PassThrough()];
  process.chdir(folder);
  Object.assign(process.env, { FIREBREAK_USER: "ada", ...env });
  try {
    const code = await main(args, { out, err });
    return { code, out: String(out.read() ?? ""), err: String(err.read() ?? "") };
  } finally {
    process.chdir(cwd);
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

export function collect(child: ChildProcess): Promise<Ended> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (it: Buffer) => (out += it.toString()));
  child.stderr?.on("data", (it: Buffer) => (err += it.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

/** Resolves when a child has printed something. */
export function printed(child: ChildProcess, text: string): Promise<void> {
  let out = "";
  return new Promise((resolve) => {
    child.stdout?.on("data", (it: Buffer) => {
      out += it.toString();
      if (out.includes(text)) resolve();
    });
  });
}
