// Runs every one-file example offline and compares what it prints with the
// `// Output:` block at its end. Examples in folders bring their own tests.

import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { difference, expectedOutput } from "./expected-output.ts";

const root = join(import.meta.dirname, "..");
const timeoutMs = 60_000;

/** Runs one in an empty folder; says what is wrong, or nothing. */
function complaint(example: string): string | undefined {
  const path = join(root, example);
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

const examples = globSync("examples/*.ts", { cwd: root, exclude: ["**/*.test.ts"] }).toSorted();
const wrong = examples.filter((example) => {
  const found = complaint(example);
  if (found !== undefined) console.log(`${example}: ${found}`);
  return found !== undefined;
});
console.log(`${examples.length - wrong.length} of ${examples.length} examples print what they say.`);
process.exitCode = wrong.length === 0 ? 0 : 1;
