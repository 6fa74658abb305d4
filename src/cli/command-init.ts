// init: writes a project to begin with.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { FirebreakError } from "../base/errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Screen } from "./screen.ts";

/** The template beside `src/` or `dist/`. */
const template = join(import.meta.dirname, "../../template");

/** Copies the template into a folder that is new or empty. @throws FOLDER_NOT_EMPTY */
export function init(screen: Screen, given: string): ExitCode {
  const folder = resolve(given);
  const found = existsSync(folder) ? readdirSync(folder) : [];
  if (found.length > 0) {
    const some = found.slice(0, 3).join(", ");
    throw new FirebreakError("FOLDER_NOT_EMPTY", {
      folder: given,
      found: found.length > 3 ? `${some} and ${found.length - 3} more` : some,
    });
  }
  mkdirSync(folder, { recursive: true });
  cpSync(template, folder, { recursive: true });
  // npm leaves a file named .gitignore out of packages.
  if (existsSync(join(folder, "gitignore")))
    renameSync(join(folder, "gitignore"), join(folder, ".gitignore"));
  nameProject(folder);
  const there = relative(process.cwd(), folder) || ".";
  screen.print(
    `${screen.style("green", "✓")} ${there}: a workflow that reconciles 12 invoices with 12 bank lines, its test and its data`,
    "",
    "Next:",
    ...(there === "." ? [] : [`  cd ${there}`]),
    "  npm install",
    "  npx firebreak run reconcile.ts",
    "",
    "Then try: change a row of data/bank.csv and `npx firebreak rerun last`;",
    "`npx firebreak run reconcile.ts --sabotage clerk=misquote`; the same with `clerk=misquote:always`,",
    "Ctrl-C when it asks you, and `npx firebreak resume`.",
  );
  return exitCodes.ok;
}

function nameProject(folder: string): void {
  const file = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "");
  writeFileSync(file, `${JSON.stringify({ ...manifest, name: name === "" ? "my-app" : name }, null, 2)}\n`);
}
