// JavaScript in QuickJS, compiled to WebAssembly, in a worker thread: the level
// for machines without bubblewrap. The program has no host object to reach for:
// four functions that take and give text are all that crosses.
//
// Two weaknesses of the engine are handled here. Work inside one built-in call
// may not look at the deadline for long, so the parent ends the thread by its
// own clock (X2). A recursion may end the whole module, so a module and its
// thread serve one run (X4).

import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { FirebreakError } from "../../base/errors.ts";
import { type CheckedRun, checkRun, limits } from "./limits.ts";
import type { QuickJsJob, QuickJsMessage } from "./quickjs-worker.ts";
import type { CodeExit, CodeFile, CodeResult, Sandbox } from "./sandbox.ts";

/** How long after its deadline a program may still answer by itself, ms. */
const graceMs = 250;
/** How long the thread may take to start, ms. */
const startMs = 15_000;

/** The QuickJS level. */
export function quickJsSandbox(reason: string): Sandbox {
  return {
    level: "quickjs",
    languages: ["javascript"],
    reason,
    async run(run) {
      if (run.language !== "javascript")
        throw new FirebreakError("SANDBOX_LANGUAGE", { level: "quickjs", language: run.language });
      const checked = checkRun(run);
      return checked.abort?.aborted ? neverStarted() : new QuickJsRun(checked).result;
    },
  };
}

const neverStarted = (): CodeResult => ({
  level: "quickjs",
  exit: "killed",
  exitCode: null,
  stdout: "",
  stderr: "",
  truncated: false,
  files: [],
  refused: [],
  ms: 0,
});

class QuickJsRun {
  readonly result: Promise<CodeResult>;
  readonly #run: CheckedRun;
  readonly #worker: Worker;
  readonly #startedAt = performance.now();
  readonly #printed: Record<1 | 2, string> = { 1: "", 2: "" };
  readonly #settle: PromiseWithResolvers<CodeResult> = Promise.withResolvers<CodeResult>();
  readonly #onAbort = (): void => this.#end("killed");
  #timer: NodeJS.Timeout;

  constructor(run: CheckedRun) {
    this.#run = run;
    this.result = this.#settle.promise;
    this.#worker = new Worker(new URL(`./quickjs-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: jobOf(run),
      env: {},
      argv: [],
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: 128,
        maxYoungGenerationSizeMb: 32,
        codeRangeSizeMb: 32,
        stackSizeMb: 64,
      },
    });
    this.#timer = setTimeout(() => this.#fail("the thread did not start"), startMs);
    this.#worker.on("message", (message: QuickJsMessage) => this.#hear(message));
    this.#worker.on("error", (error) => this.#broke(error));
    this.#worker.on("exit", () => this.#fail("the thread ended without an answer"));
    run.abort?.addEventListener("abort", this.#onAbort, { once: true });
  }

  #hear(message: QuickJsMessage): void {
    if (message.kind === "print") {
      this.#printed[message.stream] += message.text;
    } else if (message.kind === "ready") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#end("timeout"), this.#run.timeoutMs + graceMs);
    } else {
      this.#end(message.exit, message.files, message.truncated);
    }
  }

  #broke(error: unknown): void {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_WORKER_OUT_OF_MEMORY") return this.#end("memory");
    this.#printed[2] += `the interpreter stopped: ${String(error)}\n`;
    this.#end("error");
  }

  #end(exit: CodeExit, files: readonly { name: string; text: string }[] = [], truncated = false): void {
    this.#release();
    const encoder = new TextEncoder();
    this.#settle.resolve({
      level: "quickjs",
      exit,
      exitCode: exit === "ok" ? 0 : exit === "error" ? 1 : null,
      stdout: this.#printed[1],
      stderr: this.#printed[2],
      truncated,
      files: files
        .filter((file) => file.text !== textOf(this.#run.files.find((it) => it.name === file.name)))
        .map((file) => ({ name: file.name, bytes: encoder.encode(file.text) }))
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
      refused: [],
      ms: performance.now() - this.#startedAt,
    });
  }

  #fail(reason: string): void {
    this.#release();
    this.#settle.reject(new FirebreakError("SANDBOX_FAILED", { level: "quickjs", reason }));
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#run.abort?.removeEventListener("abort", this.#onAbort);
    void this.#worker.terminate();
  }
}

function jobOf(run: CheckedRun): QuickJsJob {
  return {
    code: run.code,
    files: run.files.map((file) => ({ name: file.name, text: textOf(file) ?? "" })),
    timeoutMs: run.timeoutMs,
    memoryBytes: run.memoryMb * 1_048_576,
    outputBytes: limits.outputBytes,
    outputFiles: limits.outputFiles,
    outputFileBytes: limits.outputFileBytes,
    outputTotalBytes: limits.outputTotalBytes,
  };
}

function textOf(file: CodeFile | undefined): string | undefined {
  if (file === undefined) return undefined;
  return typeof file.content === "string" ? file.content : new TextDecoder().decode(file.content);
}
