// Runs one example offline in an empty folder and compares what it prints with the `// Output:` block at its end.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { difference, expectedOutput } from "./expected-output.ts";

const timeoutMs = 60_000;

/** Says what is wrong, or nothing. @param path Absolute. */
export function exampleComplaint(path: string): string | undefined {
  const expected = expectedOutput(readFileSync(path, "utf8"));
  if (expected === undefined) return "does not end with an // Output: block";
  const cwd = mkdtempSync(join(tmpdir(), "firebreak-example-"));
  const env = { ...process.env, FIREBREAK_LIVE_MODELS: "0", NO_COLOR: "1" };
  const args = ["--conditions=firebreak-source", path];
  const ran = spawnSync(process.execPath, args, {
    cwd,
    env,
    encoding: "utf8",
    timeout: timeoutMs,
    input: "",
  });
  rmSync(cwd, { recursive: true, force: true });
  if (ran.status !== 0) return `ended with ${ran.status ?? ran.signal}\n${ran.stdout}${ran.stderr}`;
  return difference(expected, ran.stdout);
}
