// Where a project's runs are kept, and how they are opened from the command line.
//
// The journal lies in `.firebreak/` of the nearest folder, from here upwards, that has a package.json or a journal
// already; else here. A configuration may name another place.

import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Config } from "../config.ts";
import type { Journal } from "../journal/journal.ts";
import type { Firebreak } from "../open.ts";
import type { AnyWorkflow } from "../workflow/workflow.ts";
import { loadConfig, loadWorkflow } from "./load.ts";

export interface Project {
  readonly fb: Firebreak;
  readonly config: Config;
  readonly journalPath: string;
}

/** Opens the project of this folder. `near` is where the configuration is looked for: beside a workflow's file. */
export async function openProject(near: string = process.cwd()): Promise<Project> {
  const { config, file } = await loadConfig(near);
  const journalPath = journalOf(config, file);
  const { open } = await import("../open.ts");
  const fb = await open({
    journal: journalPath,
    config,
    drive: "own",
    load: async (path) => [(await loadWorkflow(path)).workflow as AnyWorkflow],
  });
  return { fb, config, journalPath };
}

/** Opens the project with the configuration that stands beside the file a run came from. */
export async function openProjectOf(run: string): Promise<Project> {
  const project = await openProject();
  const file = await project.fb.run(run).then(
    async (handle) => (await handle.head()).file,
    async (error: unknown) => {
      await project.fb.close();
      throw error;
    },
  );
  if (file === undefined || !existsSync(file)) return project;
  const beside = await loadConfig(dirname(file));
  if (beside.file === (await loadConfig(process.cwd())).file) return project;
  await project.fb.close();
  return openProject(dirname(file));
}

/** True when a journal is here: asking about runs makes none. */
export async function hasJournal(): Promise<boolean> {
  const { config, file } = await loadConfig(process.cwd());
  return existsSync(journalOf(config, file));
}

function journalOf(config: Config, file: string | undefined): string {
  const named: string | Journal | undefined = config.journal;
  if (typeof named === "string")
    return isAbsolute(named) ? named : join(dirname(file ?? resolve("x")), named);
  return join(projectFolder(process.cwd()), ".firebreak", "journal.db");
}

function projectFolder(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) || existsSync(join(folder, ".firebreak"))) return folder;
    if (dirname(folder) === folder) return from;
  }
}
