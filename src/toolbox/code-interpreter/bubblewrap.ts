// Programs below bubblewrap: their own namespaces, no network, no user of the
// host, /usr and the input files to read, one folder to write. JavaScript runs
// in the node of this process, Python in the system's python3.
//
// The launcher is started with an empty environment: inside, /proc/1/environ is
// the launcher's. As root it is started as a user of its own, because limits on
// processes do not bind root.

import { existsSync } from "node:fs";
import { FirebreakError } from "../../base/errors.ts";
import {
  bubblewrapArguments,
  findTools,
  nodeInside,
  type ProcessLimits,
  type Tools,
} from "./bubblewrap-command.ts";
import { BubblewrapProcess, type Ended } from "./bubblewrap-process.ts";
import { type CheckedRun, checkRun } from "./limits.ts";
import { nodeRunner, runnerName } from "./node-runner.ts";
import { outOfMemory, programName } from "./program-api.ts";
import type { CodeExit, CodeFile, CodeResult, Sandbox } from "./sandbox.ts";
import { seccompFilter } from "./seccomp.ts";
import { makeWorkFolder, type Owner } from "./work-folder.ts";

const python = "/usr/bin/python3";
const mebibyte = 1_048_576;
/** What V8 maps for itself before a program's first object, bytes of private writable memory. */
const nodeOwnBytes = 512 * mebibyte;
/** What an idle node holds in memory, bytes; the watch allows it on top of the program's memory. */
const nodeIdleBytes = 64 * mebibyte;
/** Users for programs when this process is root: a range that systems reserve and give to nobody. */
const [firstUid, uidCount] = [65_000, 500];

/** A program as files and a command; the level's own form, which its probes use as well. */
export interface Launch {
  readonly programs: readonly CodeFile[];
  readonly command: readonly string[];
  readonly rlimits: ProcessLimits;
  /** The watch ends the run above this. */
  readonly watchBytes: number;
}

/** The bubblewrap level. @throws SANDBOX_UNAVAILABLE with the reason when it does not work here. */
export async function bubblewrapSandbox(): Promise<Sandbox> {
  const found = await detectBubblewrap();
  if (typeof found === "string")
    throw new FirebreakError("SANDBOX_UNAVAILABLE", { level: "bubblewrap", reason: found });
  const hasPython = existsSync(python);
  const filter = seccompFilter() === undefined ? ", without a system-call filter for this processor" : "";
  return {
    level: "bubblewrap",
    languages: hasPython ? ["javascript", "python"] : ["javascript"],
    reason: `${found.bwrap} works here${filter}`,
    run(run) {
      if (run.language === "python" && !hasPython) {
        throw new FirebreakError("SANDBOX_LANGUAGE", { level: "bubblewrap", language: run.language });
      }
      const checked = checkRun(run);
      return launch(
        found,
        checked,
        run.language === "python" ? pythonLaunch(checked) : javaScriptLaunch(checked),
      );
    },
  };
}

let detected: Promise<Tools | string> | undefined;

/** The tools when bubblewrap works here, else why not. Tried once: a node inside must answer with its version. */
export function detectBubblewrap(): Promise<Tools | string> {
  detected ??= detect();
  return detected;
}

async function detect(): Promise<Tools | string> {
  const tools = findTools();
  if (typeof tools === "string") return tools;
  const run = checkRun({ language: "javascript", code: "", files: [], timeoutMs: 20_000 });
  const result = await launch(tools, run, { ...javaScriptLaunch(run), command: [nodeInside, "--version"] });
  if (result.stdout.trim() === process.version) return tools;
  return result.stderr.trim().split("\n")[0] || `node did not start inside it (${result.exit})`;
}

function javaScriptLaunch(run: CheckedRun): Launch {
  const bytes = run.memoryMb * mebibyte;
  return {
    programs: [
      { name: programName, content: run.code },
      { name: runnerName, content: nodeRunner },
    ],
    command: [nodeInside, `--max-old-space-size=${run.memoryMb}`, `/program/${runnerName}`],
    rlimits: { cpuSeconds: cpuSeconds(run), dataBytes: bytes + nodeOwnBytes },
    watchBytes: bytes + nodeIdleBytes,
  };
}

function pythonLaunch(run: CheckedRun): Launch {
  const bytes = run.memoryMb * mebibyte;
  return {
    programs: [{ name: "program.py", content: run.code }],
    command: [python, "-I", "-B", "-X", "utf8", "/program/program.py"],
    rlimits: { cpuSeconds: cpuSeconds(run), dataBytes: bytes, addressBytes: bytes + nodeIdleBytes },
    watchBytes: bytes,
  };
}

/** A net below the wall clock: several threads may use the time of each. */
const cpuSeconds = (run: CheckedRun): number => Math.ceil(run.timeoutMs / 1_000) * 2 + 2;

const usersTaken = new Set<number>();

/** A user of its own per run, so that two programs cannot reach each other's files or share a limit. */
function takeOwner(): Owner {
  if (process.getuid?.() !== 0) return undefined;
  const start = Math.floor(Math.random() * uidCount);
  for (let step = 0; step < uidCount; step += 1) {
    const uid = firstUid + ((start + step) % uidCount);
    if (usersTaken.has(uid)) continue;
    usersTaken.add(uid);
    return { uid, gid: uid };
  }
  throw new FirebreakError("SANDBOX_FAILED", {
    level: "bubblewrap",
    reason: `${uidCount} programs run at once`,
  });
}

/** Runs a command in the sandbox from first to last: folder, process, harvest, removal. */
export async function launch(tools: Tools, run: CheckedRun, it: Launch): Promise<CodeResult> {
  const startedAt = performance.now();
  const owner = takeOwner();
  try {
    const folder = await makeWorkFolder(run.files, it.programs, owner);
    try {
      const filter = seccompFilter();
      const argv = bubblewrapArguments(tools, folder, it.rlimits, filter !== undefined, it.command);
      const child = new BubblewrapProcess({
        bwrap: tools.bwrap,
        argv,
        owner,
        filter,
        folder,
        run,
        watchBytes: it.watchBytes,
      });
      const ended = await child.ended;
      const { files, refused } = await folder.harvest();
      const result = resultOf(ended);
      // What a stopped program left may be half written.
      return {
        ...result,
        files: result.exitCode === null ? [] : files,
        refused,
        ms: performance.now() - startedAt,
      };
    } finally {
      await folder.remove();
    }
  } finally {
    if (owner) usersTaken.delete(owner.uid);
  }
}

function resultOf(ended: Ended): Omit<CodeResult, "files" | "refused" | "ms"> {
  const exit = exitOf(ended);
  const stopped = exit !== "ok" && exit !== "error";
  return {
    level: "bubblewrap",
    exit,
    exitCode: stopped ? null : ended.code,
    stdout: ended.stdout,
    stderr: withoutEngineDump(ended.stderr),
    truncated: ended.truncated,
  };
}

/** 128 and more: ended by that signal inside; 9 and 24 are the processor limit, 5 and 6 an engine that gave up. */
function exitOf({ stopped, code, stderr }: Ended): CodeExit {
  if (stopped !== undefined) return stopped;
  if (code === 0) return "ok";
  const lastLines = stderr.slice(-20_000);
  if (/heap out of memory|Fatal process out of memory|std::bad_alloc|^MemoryError/m.test(lastLines))
    return "memory";
  if (outOfMemory.test(lastLines.split("\n", 1)[0] ?? "")) return "memory";
  if (code === 128 + 9 || code === 128 + 24) return "timeout";
  return code === null || code > 128 ? "killed" : "error";
}

/** V8 prints pages about its heap when it gives up; a reader needs one line. */
function withoutEngineDump(stderr: string): string {
  const at = stderr.search(/\n<--- Last few GCs --->|\n#\n# Fatal|\nFATAL ERROR:/);
  return at === -1 ? stderr : `${stderr.slice(0, at).trimEnd()}\nout of memory\n`.trimStart();
}
