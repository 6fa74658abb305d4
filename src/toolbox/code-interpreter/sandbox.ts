// The port: a place where a program that a model wrote runs without reaching
// anything but the files it was given.
//
// Invariants, which test/spec/sandbox.spec.ts checks for every level:
//
//   X1. A program sees its input files and nothing else of the host: no other
//       file, no environment, no network, no process.
//   X2. A program ends: by itself, at its time limit, at its memory limit, at
//       its output limit, or by the caller's abort. None of them harms the caller.
//   X3. What comes out is bounded: text, number of files, bytes of files. Only
//       plain files come out; a link or a device is refused and named.
//   X4. Runs share nothing: two at a time, or one after the other.
//   X5. A level that was asked for by name is used or refused, never replaced.

export type SandboxLevel = "bubblewrap" | "quickjs";
export type CodeLanguage = "javascript" | "python";

/** A file the program finds under this name. Names are plain: letters, digits, `.`, `_`, `-` and blanks, no folder. */
export interface CodeFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

export interface CodeRun {
  readonly language: CodeLanguage;
  /** At most 256 kB. */
  readonly code: string;
  /** At most 64 files, 64 MB together. */
  readonly files: readonly CodeFile[];
  /** Wall clock, 30,000 ms unless said, at most 300,000. */
  readonly timeoutMs?: number;
  /** Memory of the program, 256 MB unless said, 32 to 2,048. */
  readonly memoryMb?: number;
  readonly abort?: AbortSignal;
}

/**
 * How a program ended. `ok`: by itself, exit code 0. `error`: it threw, did not parse, or left with another code.
 * `killed`: by the caller's abort, or by a signal nobody here sent.
 */
export type CodeExit = "ok" | "error" | "timeout" | "memory" | "killed" | "output-limit";

export interface CodeResult {
  readonly level: SandboxLevel;
  readonly exit: CodeExit;
  /** Null when the program was stopped from outside. */
  readonly exitCode: number | null;
  /** The first 256 kB of what it printed. */
  readonly stdout: string;
  readonly stderr: string;
  /** True when output was left out. */
  readonly truncated: boolean;
  /** Files it wrote, or changed, in order of name; none of a program that was stopped. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** What it left that was not taken, and why. */
  readonly refused: readonly { readonly name: string; readonly why: string }[];
  /** Wall clock from start to end, sandbox included. */
  readonly ms: number;
}

export interface Sandbox {
  readonly level: SandboxLevel;
  /** What it can run. */
  readonly languages: readonly CodeLanguage[];
  /** One sentence: why this level, for people. */
  readonly reason: string;
  /**
   * Runs one program. What the program does wrong is in the result; a crash of the caller leaves nothing running.
   *
   * @throws SANDBOX_LANGUAGE, SANDBOX_INPUT for a run that cannot be started; SANDBOX_FAILED when the sandbox itself broke.
   */
  run(run: CodeRun): Promise<CodeResult>;
}

/** One escape that was tried. `held` is true when the sandbox stopped it. */
export interface Probe {
  readonly name: string;
  readonly held: boolean;
  readonly detail: string;
}
