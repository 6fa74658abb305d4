// A project of a user in a folder of its own, and the built command line in it, each command in a process of its own.
// `npm test` builds before; npm run build does for one file.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { collect, type Ended } from "../cli/spawn-cli.ts";

export const root: string = join(import.meta.dirname, "../..");
export const bin: string = join(root, "bin/firebreak.mjs");

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export type Environment = Readonly<Record<string, string>>;

export interface Project {
  readonly folder: string;
  readonly journal: string;
  /** Writes a file of the project. */
  write(name: string, text: string): void;
  /** Runs a command to its end. `command` stands before Node, as `strace` does. */
  firebreak(args: readonly string[], env?: Environment, command?: readonly string[]): Promise<Ended>;
  start(args: readonly string[], env?: Environment, command?: readonly string[]): Running;
  /** What the steps of the workflows here wrote when they truly worked: one line each. */
  worked(): readonly string[];
  /** `ls --json`, newest first. */
  runs(): Promise<readonly { readonly run: string; readonly workflow: string; readonly status: string }[]>;
  /** Names of the steps that are on record and done, in order. */
  done(run?: string): Promise<readonly string[]>;
  /** Changes the journal's file behind everybody's back. */
  sql<T>(work: (database: DatabaseSync) => T): T;
}

/** First lines of a workflow's file: `mark` writes into the ledger, so that a test can count what truly worked. */
const head = `import { appendFileSync, existsSync } from "node:fs";
import { agent, workflow } from "firebreak";
import { z } from "zod";
const mark = (line: string): string => (appendFileSync(process.env["LEDGER"]!, line + "\\n"), line);
`;

/** The text of a workflow's file. `before` stands above it: agents and schemas. */
export function workflowFile(name: string, body: string, before = ""): string {
  return `${head}${before}\nexport default workflow({\n  name: "${name}",\n  async run(ctx) {\n${body}\n  },\n});\n`;
}

export function project(t: TestContext): Project {
  assert.ok(existsSync(join(root, "dist/cli/cli.js")), "the command line is not built: npm run build");
  const folder = mkdtempSync(join(tmpdir(), "firebreak-user-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/firebreak"));
  symlinkSync(join(root, "node_modules/zod"), join(folder, "node_modules/zod"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const [ledger, journal] = [join(folder, "ledger"), join(folder, ".firebreak/journal.db")];
  writeFileSync(ledger, "");
  const start: Project["start"] = (args, env = {}, command = []) => {
    const [program = "", ...rest] = [...command, process.execPath, bin, ...args];
    const child = spawn(program, rest, {
      cwd: folder,
      env: { ...inherited(), LEDGER: ledger, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { child, ended: collect(child) };
  };
  const firebreak: Project["firebreak"] = (args, env, command) => start(args, env, command).ended;
  return {
    folder,
    journal,
    start,
    firebreak,
    write: (name, text) => writeFileSync(join(folder, name), text),
    worked: () => readFileSync(ledger, "utf8").split("\n").slice(0, -1),
    runs: async () =>
      JSON.parse((await firebreak(["ls", "--json"])).out) as Awaited<ReturnType<Project["runs"]>>,
    async done(run = "last") {
      const shown = JSON.parse((await firebreak(["show", run, "--json"])).out) as {
        readonly steps: readonly { readonly name: string; readonly state: string }[];
      };
      return shown.steps.filter((it) => it.state === "done").map((it) => it.name);
    },
    sql(work) {
      const database = new DatabaseSync(journal);
      try {
        return work(database);
      } finally {
        database.close();
      }
    },
  };
}

/** The machine's environment without its keys, and without what the test runner tells its children. */
function inherited(): Record<string, string | undefined> {
  const left = /_API_KEY$|_BASE_URL$|^FIREBREAK_|^NODE_TEST|^NODE_OPTIONS$|^NO_COLOR$|^FORCE_COLOR$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !left.test(name)));
}

/** One error told on standard error: code, sentence and mend, in whatever lines they are broken into. */
export function told(ended: Ended): string {
  return ended.err.replace(/\s+/g, " ").trim();
}
