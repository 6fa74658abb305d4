// One program in QuickJS, in a worker thread of its own: a fresh WebAssembly
// module, one run, then the parent ends the thread. Nothing is disposed of and
// nothing is used twice: after a stack overflow inside the module its state is
// not to be trusted (X4).

import { parentPort, workerData } from "node:worker_threads";
import releaseSync from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { outOfMemory, programApi, programName } from "./program-api.ts";

/** Its declaration names the module's namespace where the default export is meant. */
const syncVariant = releaseSync as unknown as QuickJSSyncVariant;

/** What the parent gives. */
export interface QuickJsJob {
  readonly code: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly outputBytes: number;
  readonly outputFiles: number;
  readonly outputFileBytes: number;
  readonly outputTotalBytes: number;
}

/** What the parent hears: `ready` once, printed text in pieces, `done` last. */
export type QuickJsMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "print"; readonly stream: 1 | 2; readonly text: string }
  | {
      readonly kind: "done";
      readonly exit: "ok" | "error" | "timeout" | "memory" | "output-limit";
      readonly truncated: boolean;
      readonly files: readonly { readonly name: string; readonly text: string }[];
    };

/**
 * QuickJS counts its own stack, and the host's stack fills faster than that count. Half a megabyte (some 2,800 calls)
 * within the 64 MB the parent gives this thread ends a recursion with an error before the host's stack does.
 */
const stackBytes = 524_288;
/** Printed text is posted when this much has gathered, or this much time has passed, so that a stopped program is not mute. */
const postBytes = 8_192;
const postMs = 100;
/** WebAssembly counts memory in pages; the module is built to start with 16 MB. */
const pageBytes = 65_536;
const initialPages = 256;
/** Rounds of pending promise jobs; each round takes up to 10,000. */
const jobRounds = 10_000;

class Output {
  readonly #limit: number;
  readonly #pending: Record<1 | 2, string> = { 1: "", 2: "" };
  readonly #bytes: Record<1 | 2, number> = { 1: 0, 2: 0 };
  #postedAt = 0;
  full = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  print(stream: 1 | 2, text: string): void {
    const left = this.#limit - this.#bytes[stream];
    const bytes = Buffer.byteLength(text);
    if (bytes > left) this.full = true;
    const kept =
      bytes > left
        ? Buffer.from(text)
            .subarray(0, left)
            .toString()
            .replace(/\uFFFD+$/, "")
        : text;
    this.#bytes[stream] += Math.min(bytes, left);
    this.#pending[stream] += kept;
    if (this.#pending[stream].length >= postBytes) this.post();
  }

  tick(now: number): void {
    if (now - this.#postedAt >= postMs) this.post(now);
  }

  post(now: number = Date.now()): void {
    this.#postedAt = now;
    for (const stream of [1, 2] as const) {
      if (this.#pending[stream] === "") continue;
      post({ kind: "print", stream, text: this.#pending[stream] });
      this.#pending[stream] = "";
    }
  }
}

class Files {
  readonly #job: QuickJsJob;
  readonly #texts: Map<string, string>;
  readonly #written = new Map<string, number>();

  constructor(job: QuickJsJob) {
    this.#job = job;
    this.#texts = new Map(job.files.map((file) => [file.name, file.text]));
  }

  read(name: string): string | undefined {
    return this.#texts.get(name);
  }

  names(): string {
    return [...this.#texts.keys()].join(", ") || "none";
  }

  save(name: string, text: string): string {
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#job.outputFileBytes) return `larger than ${this.#job.outputFileBytes} bytes`;
    if (!this.#written.has(name) && this.#written.size >= this.#job.outputFiles)
      return `more than ${this.#job.outputFiles} files`;
    const others = [...this.#written].reduce((sum, [other, size]) => (other === name ? sum : sum + size), 0);
    if (others + bytes > this.#job.outputTotalBytes)
      return `more than ${this.#job.outputTotalBytes} bytes in all files`;
    this.#texts.set(name, text);
    this.#written.set(name, bytes);
    return "";
  }

  written(): { name: string; text: string }[] {
    return [...this.#written.keys()].map((name) => ({ name, text: this.#texts.get(name) ?? "" }));
  }
}

/** The one part of WebAssembly's interface that is used; the language's own libraries do not declare it. */
interface WithWebAssembly {
  readonly WebAssembly: { readonly Memory: new (size: { initial: number; maximum: number }) => ModuleMemory };
}
type ModuleMemory = ReturnType<QuickJSWASMModule["getWasmMemory"]>;

function post(message: QuickJsMessage): void {
  parentPort?.postMessage(message, []);
}

/** The object the API's source takes: text in, text out, nothing of the host by reference. */
function hostObject(context: QuickJSContext, files: Files, output: Output): QuickJSHandle {
  const host = context.newObject();
  const give = (name: string, work: (...handles: QuickJSHandle[]) => QuickJSHandle): void => {
    context.newFunction(name, work).consume((handle) => context.setProp(host, name, handle));
  };
  give("read", (name) => {
    const text = files.read(context.getString(name!));
    return text === undefined ? context.undefined : context.newString(text);
  });
  give("names", () => context.newString(files.names()));
  give("save", (name, text) =>
    context.newString(files.save(context.getString(name!), context.getString(text!))),
  );
  give("print", (stream, text) => {
    output.print(context.getNumber(stream!) === 2 ? 2 : 1, context.getString(text!).toWellFormed());
    return context.undefined;
  });
  return host;
}

/**
 * The engine's own memory limit counts allocations, not their sizes, in this build, so the bound is the module's
 * linear memory: what does not fit is an "out of memory" error inside.
 */
function boundedMemory(bytes: number): ModuleMemory {
  const { WebAssembly } = globalThis as unknown as WithWebAssembly;
  return new WebAssembly.Memory({
    initial: initialPages,
    maximum: Math.max(initialPages, Math.floor(bytes / pageBytes)),
  });
}

function runPendingJobs(runtime: QuickJSRuntime, stopped: () => boolean): QuickJSHandle | undefined {
  for (let round = 0; round < jobRounds && runtime.hasPendingJob() && !stopped(); round += 1) {
    const jobs = runtime.executePendingJobs(10_000);
    if (jobs.error) return jobs.error;
  }
  return undefined;
}

/** Runs the program and its promise jobs; the error it ended with, if any. */
function execute(
  context: QuickJSContext,
  runtime: QuickJSRuntime,
  code: string,
  stopped: () => boolean,
): QuickJSHandle | undefined {
  const ended = context.evalCode(code, programName, { type: "global" });
  if (ended.error) return ended.error;
  const failed = runPendingJobs(runtime, stopped);
  if (failed) return failed;
  if (context.typeof(ended.value) !== "object") return undefined;
  const state = context.getPromiseState(ended.value);
  return state.type === "rejected" ? state.error : undefined;
}

async function main(job: QuickJsJob): Promise<void> {
  const quickjs = await newQuickJSWASMModuleFromVariant(
    newVariant(syncVariant, { wasmMemory: boundedMemory(job.memoryBytes) }),
  );
  const runtime = quickjs.newRuntime();
  runtime.setMaxStackSize(stackBytes);
  const context = runtime.newContext();
  const output = new Output(job.outputBytes);
  const files = new Files(job);
  const setUp = context.unwrapResult(context.evalCode(programApi, "api.js", { type: "global" }));
  const report = context.unwrapResult(
    context.callFunction(setUp, context.undefined, hostObject(context, files, output)),
  );
  post({ kind: "ready" });
  const deadline = Date.now() + job.timeoutMs;
  let late = false;
  runtime.setInterruptHandler(() => {
    const now = Date.now();
    output.tick(now);
    late ||= now > deadline;
    return late || output.full;
  });
  const finish = (exit: (QuickJsMessage & { kind: "done" })["exit"]): void => {
    const truncated = output.full;
    output.post();
    const ended = truncated ? "output-limit" : late ? "timeout" : exit;
    post({
      kind: "done",
      exit: ended,
      truncated,
      files: ended === "ok" || ended === "error" ? files.written() : [],
    });
  };
  try {
    const error = execute(context, runtime, job.code, () => late || output.full);
    if (error === undefined) return finish("ok");
    if (late || output.full) return finish("error");
    const line = context.callFunction(report, context.undefined, error);
    return finish(line.error || outOfMemory.test(context.getString(line.value)) ? "memory" : "error");
  } catch (error) {
    // The module itself gave up: the host's stack or the module's memory ended.
    const why =
      error instanceof RangeError ? "the stack overflowed" : `the interpreter stopped (${String(error)})`;
    output.print(2, `InternalError: ${why}; recursion or nesting was too deep\n`);
    finish("error");
  }
}

await main(workerData as QuickJsJob);
