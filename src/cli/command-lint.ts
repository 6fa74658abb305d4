// lint: what can be said of a workflow before its first run.

import { dirname, relative, resolve } from "node:path";
import { readFileSync } from "node:fs";
import { capturingWorks } from "../code/capturing-works.ts";
import { readManifest } from "../code/code.ts";
import { snapshotCode } from "../code/snapshot.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type Finding, lintSource } from "./lint-source.ts";
import { importExports, loadWorkflow } from "./load.ts";
import { oneLine } from "./plain-text.ts";
import type { Screen } from "./screen.ts";
import { plural } from "./units.ts";

/** Loads a file, which proves its definitions, and reads its workflow for what a replay would trip over. */
export async function lint(
  screen: Screen,
  given: string,
  flags: { readonly json?: boolean },
): Promise<ExitCode> {
  const loaded = await loadWorkflow(given);
  const file = relative(process.cwd(), loaded.file);
  const { run } = loaded.workflow as unknown as { readonly run: unknown };
  const source = String(run);
  const first = lineOf(readFileSync(loaded.file, "utf8"), source);
  const findings: Finding[] = [
    ...lintSource(source).map((it) => ({ ...it, line: it.line + first - 1 })),
    ...(await capturing(loaded.file)),
    ...(await unchecked(loaded.file)),
  ];
  if (flags.json === true)
    screen.print(
      JSON.stringify(
        findings.map((it) => ({ file, ...it })),
        null,
        2,
      ),
    );
  else {
    for (const it of findings) {
      const style = it.severity === "error" ? "red" : "yellow";
      screen.print(
        `${it.file ?? file}:${it.line}  ${screen.style(style, it.severity)}  ${oneLine(it.message)}. ${it.mend}`,
      );
    }
    screen.print(
      findings.length === 0
        ? `${file}: nothing found in workflow "${oneLine(loaded.workflow.name)}"`
        : plural(findings.length, "finding"),
    );
  }
  return findings.some((it) => it.severity === "error") ? exitCodes.failed : exitCodes.ok;
}

/** Line on which a function begins in its file; 1 when another form of it was loaded. */
function lineOf(text: string, source: string): number {
  const word = /^\S+/.exec(source)?.[0] ?? "";
  for (let at = text.indexOf(word); at >= 0 && word !== ""; at = text.indexOf(word, at + 1)) {
    if (isSameStripped(text, at, source)) return text.slice(0, at).split("\n").length;
  }
  return 1;
}

/** Types were replaced by spaces when the file was loaded: all else stands where it stood. */
function isSameStripped(text: string, at: number, source: string): boolean {
  for (let index = 0; index < source.length; index += 1) {
    const char = source[index];
    if (char !== " " && char !== text[at + index]) return false;
  }
  return true;
}

/** Works that take local variables with them, in every module that the workflow's file reaches. */
async function capturing(file: string): Promise<Finding[]> {
  const snapshot = snapshotCode(file);
  const manifest = snapshot?.blobs[0] === undefined ? undefined : readManifest(snapshot.blobs[0].bytes);
  if (snapshot === undefined || manifest === undefined) return [];
  return (await capturingWorks(snapshot)).map((it): Finding => {
    const path = resolve(dirname(file), relative(dirname(manifest.entry), it.module));
    const names = it.captures.map((name) => `"${name}"`).join(", ");
    const what = it.name === undefined ? `a ${it.kind}` : `${it.kind} "${it.name}"`;
    return {
      // A tool is often made around a client: its results are then only not used again as often.
      severity: it.kind === "step" ? "error" : "warning",
      file: relative(process.cwd(), path),
      line: it.line,
      message: `the work of ${what} captures ${names}: a rerun cannot see when that changes`,
      mend: "Pass it in the input, move it to the top of the module, or give version.",
    };
  });
}

interface AgentLike {
  readonly kind: "agent";
  readonly name: string;
  readonly unchecked?: string;
}

/** Agents of the file that say they have no checks. */
async function unchecked(file: string): Promise<Finding[]> {
  const exported = Object.values(await importExports(file));
  const agents = exported.filter(
    (it): it is AgentLike => typeof it === "object" && it !== null && "kind" in it && it.kind === "agent",
  );
  return agents.flatMap((it): Finding[] => {
    if (it.unchecked === undefined) return [];
    const message = `agent "${it.name}" is unchecked: ${it.unchecked}`;
    return [
      {
        severity: "warning",
        line: 1,
        message,
        mend: "Give it checks when what it says can be held against something.",
      },
    ];
  });
}
