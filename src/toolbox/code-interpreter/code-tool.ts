// The code interpreter as a tool for an agent. What the program may read is the
// author's to give; the model gives the code alone.

import { sha } from "../../base/values.ts";
import type { Artifact, Schema, StandardJSONSchemaV1, Tool, ToolContext } from "../../tool/tool.ts";
import { limits } from "./limits.ts";
import { openSandbox } from "./open-sandbox.ts";
import type { CodeExit, CodeFile, CodeLanguage, CodeResult, Sandbox, SandboxLevel } from "./sandbox.ts";

export interface CodeToolArguments {
  readonly code: string;
  readonly language?: CodeLanguage;
}

export interface CodeToolResult {
  readonly exit: CodeExit;
  readonly exitCode: number | null;
  /** At most 16,000 characters of each; the middle of longer output is left out and said. */
  readonly stdout: string;
  readonly stderr: string;
  readonly files: readonly Artifact[];
  readonly refused: CodeResult["refused"];
  readonly level: SandboxLevel;
}

/** A file by its content, or one the run keeps already. */
export type ToolFile = CodeFile | Artifact;

export interface CodeToolOptions {
  /** "run_code" unless said. */
  readonly name?: string;
  /** What programs find in their folder. */
  readonly files?: readonly ToolFile[] | (() => readonly ToolFile[] | Promise<readonly ToolFile[]>);
  /** JavaScript alone unless said: it runs on every level. Python only where bubblewrap works. */
  readonly languages?: readonly [CodeLanguage, ...CodeLanguage[]];
  /** "auto" unless said; opened at the first call. */
  readonly level?: "auto" | SandboxLevel;
  /** A sandbox that is open already, instead of a level. */
  readonly sandbox?: Sandbox;
  /** Of one program, ms. */
  readonly timeoutMs?: number;
  readonly memoryMb?: number;
}

const shownCharacters = 16_000;
const shownAtEnd = 4_000;
/** Time the sandbox may take besides the program, ms. */
const allowanceMs = 20_000;

/**
 * A tool that runs a program in a sandbox. It changes nothing outside: what the program writes comes back as artifacts.
 * A program that fails is a result with its error text, for the model to mend; only a sandbox that cannot be opened,
 * or a language it does not have, is thrown.
 */
export function codeTool(options: CodeToolOptions = {}): Tool<CodeToolArguments, CodeToolResult> {
  const languages = options.languages ?? ["javascript"];
  const timeoutMs = options.timeoutMs ?? limits.timeoutMs.default;
  const memoryMb = options.memoryMb ?? limits.memoryMb.default;
  let opened: Promise<Sandbox> | undefined;
  const sandbox = (): Promise<Sandbox> => {
    opened ??= options.sandbox
      ? Promise.resolve(options.sandbox)
      : openSandbox({ level: options.level ?? "auto" });
    return opened;
  };
  return {
    kind: "tool",
    name: options.name ?? "run_code",
    description: describe(options, languages, timeoutMs, memoryMb),
    input: argumentsSchema(languages),
    effect: "none",
    timeoutMs: timeoutMs + allowanceMs,
    version: versionOf(options, languages, timeoutMs, memoryMb),
    async run({ code, language }, context) {
      const files = await inputFiles(options, context);
      const run = {
        language: language ?? languages[0],
        code,
        files,
        timeoutMs,
        memoryMb,
        abort: context.abort,
      };
      return resultOf(await (await sandbox()).run(run), context);
    },
    sources: (_, result) => [{ name: "stdout", text: result.stdout }],
  };
}

async function resultOf(result: CodeResult, context: ToolContext): Promise<CodeToolResult> {
  const { exit, exitCode, refused, level } = result;
  const files: Artifact[] = [];
  for (const { name, bytes } of result.files)
    files.push(await context.artifact(name, mediaTypeOf(name), bytes));
  return {
    exit,
    exitCode,
    stdout: shown(result.stdout),
    stderr: shown(result.stderr),
    files,
    refused,
    level,
  };
}

async function inputFiles({ files = [] }: CodeToolOptions, context: ToolContext): Promise<CodeFile[]> {
  const given = typeof files === "function" ? await files() : files;
  return Promise.all(
    given.map(async (file) =>
      "artifact" in file ? { name: file.name, content: await context.bytes(file) } : file,
    ),
  );
}

function shown(text: string): string {
  const whole = text.toWellFormed();
  if (whole.length <= shownCharacters) return whole;
  const left = whole.length - shownCharacters;
  const head = whole.slice(0, shownCharacters - shownAtEnd);
  return `${head}\n[${left} characters left out]\n${whole.slice(-shownAtEnd)}`.toWellFormed();
}

const mediaTypes: Readonly<Record<string, string>> = {
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  md: "text/markdown",
  png: "image/png",
  svg: "image/svg+xml",
  tsv: "text/tab-separated-values",
  txt: "text/plain",
};

const mediaTypeOf = (name: string): string =>
  mediaTypes[name.slice(name.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream";

const environment: Readonly<Record<CodeLanguage, string>> = {
  javascript:
    "JavaScript (plain ECMAScript, a script, not a module): readFile(name) returns a file's text, writeFile(name, text) " +
    "makes a file, console.log(...) prints. No require, no import, no timers, no top-level await; some engines stop " +
    "at a recursion of about 2,500 calls.",
  python:
    "Python 3 with its standard library: open(name) reads and writes files of the current folder, print(...) prints.",
};

function describe(
  options: CodeToolOptions,
  languages: readonly CodeLanguage[],
  timeoutMs: number,
  memoryMb: number,
): string {
  const { files } = options;
  const names =
    Array.isArray(files) && files.length > 0
      ? ` Files in the folder: ${files.map((it) => it.name).join(", ")}.`
      : "";
  return [
    `Runs a program and returns what it printed and the files it wrote. ${languages.map((it) => environment[it]).join(" ")}${names}`,
    "Each call starts anew: nothing of an earlier call is left but the given files.",
    `No network, no other files. Limits: ${timeoutMs / 1_000} s, ${memoryMb} MB of memory, ${limits.outputBytes / 1_024} kB of text ` +
      `(of which ${shownCharacters} characters are returned), ${limits.outputFiles} files.`,
  ].join(" ");
}

/** Names what a result depends on besides the arguments. Files given by a function are named by its source alone. */
function versionOf(options: CodeToolOptions, ...rest: readonly unknown[]): string {
  const { files = [] } = options;
  const parts = typeof files === "function" ? String(files) : files.map(nameAndHash);
  return `code-interpreter 1 ${sha(JSON.stringify([parts, ...rest]))}`;
}

const nameAndHash = (file: ToolFile): string[] => [
  file.name,
  "artifact" in file ? file.hash : sha(file.content),
];

/** The arguments' schema, written out: the tool needs no schema library. */
function argumentsSchema(
  languages: readonly [CodeLanguage, ...CodeLanguage[]],
): Schema<CodeToolArguments, CodeToolArguments> & StandardJSONSchemaV1<CodeToolArguments> {
  const json = (): Record<string, unknown> => ({
    type: "object",
    properties: {
      code: { type: "string", description: "The whole program." },
      ...(languages.length > 1
        ? { language: { type: "string", enum: [...languages], description: `Default ${languages[0]}.` } }
        : {}),
    },
    required: ["code"],
    additionalProperties: false,
  });
  return {
    "~standard": {
      version: 1,
      vendor: "firebreak",
      jsonSchema: { input: json, output: json },
      validate: (value) => {
        const { code, language } = (typeof value === "object" && value !== null ? value : {}) as Record<
          string,
          unknown
        >;
        if (typeof code !== "string" || code.trim() === "") {
          return { issues: [{ message: "code must be the text of a program", path: ["code"] }] };
        }
        if (language === undefined) return { value: { code } };
        const known = languages.find((it) => it === language);
        if (known !== undefined) return { value: { code, language: known } };
        return {
          issues: [{ message: `language must be one of ${languages.join(", ")}`, path: ["language"] }],
        };
      },
    },
  };
}
