// Everything a change must pass, in one command, the same here and in CI.
//
//   npm run check                 all parts
//   npm run check -- --no-tests   without the test suite, where it has just run
//   npm run check -- types lint   only these parts
//
// Parts run one after another, cheapest first; a failing part does not hide the
// ones after it. Exit code 1 when any part failed.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const root = join(import.meta.dirname, "..");
const node = process.execPath;
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const script = (name: string, ...args: string[]): string[] => [node, join(root, "scripts", name), ...args];

/** A part that hangs is a failure, not a wait. */
const timeoutMs = 15 * 60_000;

const parts: Readonly<Record<string, readonly string[]>> = {
  format: [bin("oxfmt"), "--check"],
  lint: [bin("oxlint"), "--type-aware", "--deny-warnings"],
  types: [bin("tsc"), "-p", "tsconfig.json", "--noEmit"],
  tidy: [node, "--test", "test/tidy.test.ts"],
  unused: [bin("knip"), "--no-progress"],
  errors: script("generate-errors.ts", "--check"),
  snippets: script("check-snippets.ts"),
  examples: script("check-examples.ts"),
  tests: ["npm", "test"],
};

function chosen(args: readonly string[]): string[] {
  const named = args.filter((it) => !it.startsWith("--"));
  const unknown = named.find((it) => !(it in parts));
  if (unknown !== undefined) {
    console.error(`There is no part "${unknown}". Parts: ${Object.keys(parts).join(", ")}.`);
    process.exit(2);
  }
  const all = named.length > 0 ? named : Object.keys(parts);
  return args.includes("--no-tests") ? all.filter((it) => it !== "tests") : all;
}

interface Result {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: string;
}

function run(name: string): Result {
  const [command = "", ...args] = parts[name] ?? [];
  const began = performance.now();
  const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` };
  const ended = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: "utf8",
    timeout: timeoutMs,
    maxBuffer: 1 << 28,
  });
  const passed = ended.status === 0;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (!passed)
    console.log(`\n--- ${name}\n${ended.stdout ?? ""}${ended.stderr ?? ""}${ended.error?.message ?? ""}`);
  console.log(`${passed ? "pass" : "FAIL"}  ${name.padEnd(10)} ${seconds.padStart(6)} s`);
  return { name, passed, seconds };
}

const results = chosen(process.argv.slice(2)).map(run);
const failed = results.filter((it) => !it.passed).map((it) => it.name);
console.log(failed.length === 0 ? `\n${results.length} parts pass.` : `\nFailed: ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
