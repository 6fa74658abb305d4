// Type-checks every ```ts block of the README and the docs, as a reader would
// paste it. The blocks are written to .snippets/, one folder a page, inside the
// package, so that "firebreak" in them is this package.

import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Snippet, snippetsOf } from "./snippets.ts";

const root = join(import.meta.dirname, "..");
const out = join(root, ".snippets");
const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/**/*.md"];

/** What a snippet may leave out that the sources may not: declared types on exports, since nobody imports them. */
const options = { isolatedDeclarations: false, declaration: false };

function write(): Map<string, { page: string; snippet: Snippet }> {
  const written = new Map<string, { page: string; snippet: Snippet }>();
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const page of globSync(pages, { cwd: root })) {
    for (const snippet of snippetsOf(readFileSync(join(root, page), "utf8"))) {
      const path = join(out, page.replace(/\.md$/, ""), snippet.name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, snippet.text);
      written.set(relative(root, path), { page, snippet });
    }
  }
  const config = { extends: "../tsconfig.json", compilerOptions: options, include: ["**/*.ts"] };
  writeFileSync(join(out, "tsconfig.json"), JSON.stringify(config));
  return written;
}

const written = write();
let problems = 0;
if (written.size > 0) {
  const tsc = join(root, "node_modules/.bin/tsc");
  const args = ["-p", join(out, "tsconfig.json"), "--noEmit", "--pretty", "false"];
  const checked = spawnSync(tsc, args, { cwd: root, encoding: "utf8" });
  for (const line of `${checked.stdout}${checked.stderr}`.split("\n").filter(Boolean)) {
    const [, path = "", at = "", rest = ""] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    const from = written.get(path);
    console.log(
      from === undefined ? line : `${from.page}:${from.snippet.lines[Number(at) - 1] ?? 0} ${rest}`,
    );
  }
  problems = checked.status === 0 ? 0 : 1;
}
rmSync(out, { recursive: true, force: true });
console.log(`${written.size} snippets ${problems === 0 ? "are right" : "were checked, with problems"}.`);
process.exitCode = problems;
