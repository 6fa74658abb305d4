// What the command line prints when a run has ended well: the report, where its files are, and how it compares with the
// answer key. Nothing of this is an input of the run.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { AssessedClaim } from "./claims.ts";
import type { Deliverables, Summary } from "./report.ts";
import { score } from "./score.ts";

/** Writes the deliverables beside the journal and says so. */
export function summary(output: Deliverables): string {
  const folder = join(process.cwd(), ".firebreak", "out", "lead-finding");
  mkdirSync(folder, { recursive: true });
  const files = Object.entries(output).map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return `  ${relative(process.cwd(), path)}`;
  });
  return [output["report.md"].trimEnd(), "", "Files:", ...files, "", scoreOf(output)].join("\n");
}

/** One line: how the released numbers and verdicts compare with the answer key. */
export function scoreOf(output: Deliverables): string {
  const numbers = JSON.parse(output["summary.json"]) as Summary;
  const claims = JSON.parse(output["claims.json"]) as AssessedClaim[];
  const { line, differences } = score(numbers, claims, join(import.meta.dirname, "data", "expected"));
  return [line, ...differences.map((it) => `  ${it}`)].join("\n");
}
