// Loads a workflow's file and the project's configuration as Node runs them, by stripping types. What stripping
// cannot do (enums, parameter properties, imports without extension, paths of tsconfig.json) goes through jiti.

import { existsSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { FirebreakError } from "../base/errors.ts";
import type { Config } from "../config.ts";

/** What the command line needs to know of a definition. */
export interface WorkflowDefinition {
  readonly kind: "workflow";
  readonly name: string;
}

export interface LoadedWorkflow {
  readonly workflow: WorkflowDefinition;
  /** Absolute path. */
  readonly file: string;
  readonly exportName: string;
  /** The exported default input, when there is one; a function was called. */
  readonly input?: unknown;
  /** The exported `summary`, when there is one: says an output in the workflow's own words. */
  readonly summary?: (output: unknown) => unknown;
}

export interface LoadedConfig {
  /** Absolute path; absent when there is none. */
  readonly file?: string;
  readonly config: Config;
}

const extensions = [".ts", ".mts", ".js", ".mjs", ".cts", ".cjs", ".tsx"];
/** Folders in which a workflow is looked for by its name. */
const folders = [".", "workflows", "src", "src/workflows", "examples"];
const configNames = [
  "firebreak.config.ts",
  "firebreak.config.mts",
  "firebreak.config.js",
  "firebreak.config.mjs",
];

/**
 * Loads the workflow that `given` names: a file, `file#export`, or a name looked for in this folder.
 *
 * @throws WORKFLOW_FILE_MISSING, WORKFLOW_FILE_FAILED, WORKFLOW_NOT_EXPORTED, WORKFLOW_SEVERAL
 */
export async function loadWorkflow(given: string, folder: string = process.cwd()): Promise<LoadedWorkflow> {
  const hash = given.lastIndexOf("#");
  const [path, wanted] = hash > 0 ? [given.slice(0, hash), given.slice(hash + 1)] : [given, undefined];
  const file = findFile(path, folder);
  const exported = await importFile(file, folder);
  const { exportName, workflow } = pick(exported, relative(folder, file), wanted);
  const exportedInput = exported["input"];
  const input: unknown =
    typeof exportedInput === "function"
      ? await callInput(exportedInput as () => unknown, file)
      : exportedInput;
  const summary = exported["summary"];
  return {
    workflow,
    file,
    exportName,
    ...(input === undefined ? {} : { input }),
    ...(typeof summary === "function" ? { summary: summary as (output: unknown) => unknown } : {}),
  };
}

/** Everything a file exports. @throws WORKFLOW_FILE_FAILED */
export function importExports(file: string): Promise<Readonly<Record<string, unknown>>> {
  return importFile(file, process.cwd());
}

/** The configuration beside a file or in a folder above it; empty when there is none. @throws CONFIG_FAILED */
export async function loadConfig(near: string): Promise<LoadedConfig> {
  let folder = resolve(near);
  for (let above = dirname(folder); ; above = dirname(folder)) {
    const file = configNames.map((it) => join(folder, it)).find((it) => existsSync(it));
    if (file !== undefined) return { file, config: await importConfig(file) };
    if (above === folder) return { config: {} };
    folder = above;
  }
}

async function importConfig(file: string): Promise<LoadedConfig["config"]> {
  let exported: Exports;
  try {
    exported = await importFile(file, dirname(file));
  } catch (error) {
    throw new FirebreakError("CONFIG_FAILED", { file, reason: reasonOf(error) }, { cause: error });
  }
  const config = exported["default"];
  if (typeof config === "object" && config !== null) return config as LoadedConfig["config"];
  throw new FirebreakError("CONFIG_FAILED", { file, reason: "it has no default export" });
}

function findFile(given: string, folder: string): string {
  const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const direct = resolve(folder, given);
  if (isFile(direct)) return direct;
  const isName = !/[\\/]/.test(given);
  const places = isName
    ? folders.flatMap((it) => [join(it, given), join(it, given, basename(given))])
    : [given];
  const tried =
    extname(given) === "" ? places.flatMap((it) => extensions.slice(0, 4).map((end) => it + end)) : places;
  const found = tried.find((it) => isFile(resolve(folder, it)));
  if (found !== undefined) return resolve(folder, found);
  const end = extname(given) === "" ? ".ts" : "";
  const looked = isName
    ? `${given}${end}, workflows/${given}${end}, src/${given}${end}, examples/${given}${end}`
    : direct;
  throw new FirebreakError("WORKFLOW_FILE_MISSING", { given, looked });
}

type Exports = Readonly<Record<string, unknown>>;

/** What Node's own loader says when jiti can do more. */
const beyondStripping: ReadonlySet<string> = new Set([
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_INVALID_TYPESCRIPT_SYNTAX",
  "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING",
  "ERR_MODULE_NOT_FOUND",
  "ERR_UNSUPPORTED_DIR_IMPORT",
  "ERR_UNKNOWN_FILE_EXTENSION",
]);

async function importFile(file: string, folder: string): Promise<Exports> {
  try {
    return (await import(pathToFileURL(file).href)) as Exports;
  } catch (error) {
    if (!isBeyondStripping(error)) throw loadFailed(file, folder, error);
    return importWithJiti(file, folder, error);
  }
}

function isBeyondStripping(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A type imported without the word `type` is looked for as a value.
  if (error instanceof SyntaxError && error.message.includes("does not provide an export named")) return true;
  return "code" in error && beyondStripping.has(String(error.code));
}

async function importWithJiti(file: string, folder: string, first: unknown): Promise<Exports> {
  const { createJiti } = await import("jiti");
  try {
    const jiti = createJiti(pathToFileURL(file).href, { tsconfigPaths: true, interopDefault: false });
    return await jiti.import<Exports>(file);
  } catch (error) {
    // What is missing for both is told as Node tells it.
    const isMissing =
      error instanceof Error && "code" in error && /MODULE_NOT_FOUND/.test(String(error.code));
    throw loadFailed(file, folder, isMissing ? first : error);
  }
}

function loadFailed(file: string, folder: string, error: unknown): unknown {
  if (FirebreakError.any(error)) return error;
  const where = placeOf(error, folder);
  return new FirebreakError(
    "WORKFLOW_FILE_FAILED",
    { file: relative(folder, file) || file, reason: reasonOf(error), where },
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error);
}

/** The first place in the user's own files that a stack names. */
function placeOf(error: unknown, folder: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const found = /(?:file:\/\/)?(\/[^\s()]+?\.[cm]?[jt]sx?):(\d+)/g;
  for (const [, path = "", line] of stack.matchAll(found)) {
    if (!path.includes("/node_modules/")) return `${relative(folder, decodeURI(path))}:${line}`;
  }
  return "";
}

function isWorkflow(it: unknown): it is WorkflowDefinition {
  return (
    typeof it === "object" &&
    it !== null &&
    "kind" in it &&
    it.kind === "workflow" &&
    "name" in it &&
    typeof it.name === "string"
  );
}

function pick(
  exported: Exports,
  file: string,
  wanted: string | undefined,
): { workflow: WorkflowDefinition; exportName: string } {
  const found = Object.keys(exported).filter((it) => isWorkflow(exported[it]));
  const named =
    wanted === undefined
      ? undefined
      : found.find((it) => it === wanted || (exported[it] as WorkflowDefinition).name === wanted);
  const distinct = new Set(found.map((it) => exported[it]));
  const exportName =
    wanted === undefined
      ? found.includes("default")
        ? "default"
        : distinct.size === 1
          ? found[0]
          : undefined
      : named;
  if (exportName !== undefined) return { workflow: exported[exportName] as WorkflowDefinition, exportName };
  if (found.length === 0 || wanted !== undefined) {
    const exports = Object.keys(exported).join(", ") || "nothing";
    throw new FirebreakError("WORKFLOW_NOT_EXPORTED", {
      file: wanted === undefined ? file : `${file}#${wanted}`,
      exports,
    });
  }
  throw new FirebreakError("WORKFLOW_SEVERAL", { file, exports: found.join(", "), first: found[0] ?? "" });
}

async function callInput(input: () => unknown, file: string): Promise<unknown> {
  try {
    return await input();
  } catch (error) {
    throw loadFailed(file, dirname(file), error);
  }
}
