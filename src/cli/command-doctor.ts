// doctor: what works on this machine, tried out rather than assumed.

import { existsSync } from "node:fs";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { loadConfig } from "./load.ts";
import { foundKeys } from "../model/provider.ts";
import { announceModels } from "./models-line.ts";
import { oneLine, wrap } from "./plain-text.ts";
import { hasJournal, openProject } from "./project.ts";
import type { Screen } from "./screen.ts";
import { plural } from "./units.ts";

interface Diagnosis {
  readonly what: string;
  readonly state: "ok" | "note" | "problem";
  readonly says: string;
}

/** Tries everything and prints a line each. Exits with 1 when something that is needed does not work. */
export async function doctor(
  screen: Screen,
  flags: { readonly json?: boolean; readonly quick?: boolean },
): Promise<ExitCode> {
  const found: Diagnosis[] = [];
  const tell = (it: Diagnosis): void => {
    found.push(it);
    if (flags.json !== true) screen.print(...lines(screen, it));
  };
  tell({ what: "Node", state: "ok", says: process.version });
  for (const it of await models()) tell(it);
  tell(await journal());
  for (const it of await sandbox(flags.quick === true)) tell(it);
  if (flags.json === true) screen.print(JSON.stringify(found, null, 2));
  return found.some((it) => it.state === "problem") ? exitCodes.failed : exitCodes.ok;
}

const marks = { ok: ["✓", "green"], note: ["·", "yellow"], problem: ["✗", "red"] } as const;

function lines(screen: Screen, it: Diagnosis): string[] {
  const [mark, style] = marks[it.state];
  const [first = "", ...rest] = wrap(it.says, screen.width - 16);
  return [
    `${screen.style(style, mark)} ${it.what.padEnd(14)}${first}`,
    ...rest.map((line) => `${" ".repeat(16)}${line}`),
  ];
}

async function models(): Promise<Diagnosis[]> {
  const keys = foundKeys(process.env);
  const keyLine: Diagnosis = {
    what: "keys",
    state: "note",
    says:
      keys.length === 0
        ? "none found; the baseline needs none"
        : `${keys.join(", ")}: found, not used until a model is named`,
  };
  try {
    const { config, file } = await loadConfig(process.cwd());
    const says =
      file === undefined ? "none here: no aliases, the defaults" : `${file}. ${announceModels(config, {})}`;
    return [{ what: "configuration", state: "ok", says }, keyLine];
  } catch (error) {
    return [{ what: "configuration", state: "problem", says: messageOf(error) }, keyLine];
  }
}

async function journal(): Promise<Diagnosis> {
  const what = "journal";
  try {
    if (!(await hasJournal())) return { what, state: "note", says: "none here yet: the first run makes it" };
    const project = await openProject();
    try {
      const heads = await project.fb.list({ limit: 100_000 });
      const open = heads.filter((it) => it.status === "waiting" || it.status === "running").length;
      const lost = heads.filter(
        (it) => it.file !== undefined && !existsSync(it.file) && it.status !== "completed",
      ).length;
      const missing = lost === 0 ? "" : `; ${plural(lost, "run")} came from files that are gone`;
      return {
        what,
        state: "ok",
        says: `${project.journalPath}: ${plural(heads.length, "run")}, ${open} open${missing}`,
      };
    } finally {
      await project.fb.close();
    }
  } catch (error) {
    return { what, state: "problem", says: messageOf(error) };
  }
}

async function sandbox(isQuick: boolean): Promise<Diagnosis[]> {
  const what = "sandbox";
  try {
    const { openSandbox, probeSandbox } = await import("../toolbox/code-interpreter/code-interpreter.ts");
    const opened = await openSandbox();
    const level: Diagnosis = {
      what,
      state: opened.level === "bubblewrap" ? "ok" : "note",
      says: `${opened.level}${opened.reason === undefined ? "" : `: ${opened.reason}`}`,
    };
    if (isQuick) return [level];
    const probes = await probeSandbox(opened.level);
    const broken = probes.filter((it) => !it.held);
    const held: Diagnosis = {
      what: "escapes",
      state: broken.length === 0 ? "ok" : "problem",
      says: `${probes.length - broken.length} of ${probes.length} attacks were held`,
    };
    return [
      level,
      held,
      ...broken.map((it): Diagnosis => ({
        what: "not held",
        state: "problem",
        says: `${it.name}: ${it.detail}`,
      })),
    ];
  } catch (error) {
    return [{ what, state: "problem", says: messageOf(error) }];
  }
}

function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}
