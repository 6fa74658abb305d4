// A command line could exit with 0 after an error, guess at what was mistyped, overwrite a folder, or fail on an old
// Node with a stack. Provoked by spawning it, and by the bin file with a made-up version of Node.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { collect, place, projectFolder } from "./spawn-cli.ts";

const here = place();
after(() => here.remove());
const root = join(import.meta.dirname, "../..");

describe("usage", () => {
  test("help lists every command and the table of exit codes, and exits with 0", async () => {
    const { code, out } = await here.cli(["--help"]);
    assert.equal(code, 0);
    for (const command of [
      "init",
      "run",
      "ls",
      "show",
      "logs",
      "resume",
      "rerun",
      "approve",
      "reject",
      "edit",
      "answer",
      "cancel",
      "signal",
      "settle",
      "lint",
      "mutate",
      "doctor",
      "prune",
    ]) {
      assert.match(out, new RegExp(`^  ${command} `, "m"));
    }
    assert.match(out, /Exit codes:\n {4}0 {2}done[\s\S]* 130 {2}Ctrl-C/);
  });

  test("unknown commands and options are answered with what was meant, and exit with 2", async () => {
    const command = await here.spawn(["rnu"]);
    assert.deepEqual(
      [command.code, command.err.split("\n").slice(0, 2)],
      [2, ["error: unknown command 'rnu'", "(Did you mean run?)"]],
    );
    const option = await here.cli(["run", "x.ts", "--sabotgae", "a=b"]);
    assert.equal(option.code, 2);
    assert.match(option.err, /Did you mean --sabotage\?/);
  });

  test("errors are told as code, sentence and mend, on standard error", async () => {
    const { code, out, err } = await here.cli(["run", "nowhere.ts"]);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(
      err,
      /^WORKFLOW_FILE_MISSING: there is no workflow "nowhere\.ts" here[\s\S]*\nGive the path of the file/,
    );
  });

  test("a run that is not there, or a value that is no JSON, says so", async () => {
    const unknown = await here.cli(["show", "r0000"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /^RUN_UNKNOWN: /);
    const input = await here.cli(["run", join(projectFolder, "note.ts"), "--input", "{no"]);
    assert.equal(input.code, 2);
    assert.match(input.err, /^INPUT_UNREADABLE: \{no cannot be read/);
  });

  test("--debug adds the stack, and nothing else does", async () => {
    writeFileSync(join(here.folder, "throws.ts"), "throw new Error('at load');");
    const plain = await here.cli(["run", "throws.ts"]);
    assert.equal(plain.code, 1);
    assert.match(plain.err, /WORKFLOW_FILE_FAILED: throws\.ts failed while it was loaded: at load/);
    assert.doesNotMatch(plain.err, /^ +at /m);
    assert.match((await here.cli(["--debug", "run", "throws.ts"])).err, /^ +at /m);
  });

  test("asking about runs where there are none makes no journal", async () => {
    const empty = place();
    assert.match((await empty.cli(["ls"])).out, /No runs here yet/);
    assert.equal((await empty.cli(["ls", "--json"])).out, "[]\n");
    assert.ok(!existsSync(join(empty.folder, ".firebreak")));
    empty.remove();
  });

  test("the version printed is the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    assert.equal((await here.cli(["--version"])).out.trim(), version);
  });
});

describe("init", () => {
  test("writes the template into a new folder, named after it, and says what comes next", async () => {
    const { code, out } = await here.cli(["init", "My App"]);
    assert.equal(code, 0);
    const folder = join(here.folder, "My App");
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string };
    assert.equal(manifest.name, "my-app");
    for (const file of ["reconcile.ts", "firebreak.config.ts", ".gitignore", "data/bank.csv"])
      assert.ok(existsSync(join(folder, file)), file);
    assert.match(out, /npm install\n {2}npx firebreak run reconcile\.ts/);
  });

  test("refuses a folder that is not empty and writes nothing", async () => {
    mkdirSync(join(here.folder, "full"));
    writeFileSync(join(here.folder, "full/mine.txt"), "mine");
    const { code, err } = await here.cli(["init", "full"]);
    assert.equal(code, 1);
    assert.match(err, /^FOLDER_NOT_EMPTY: full is not empty: it holds mine\.txt\.\nName a new folder/);
    assert.ok(!existsSync(join(here.folder, "full/package.json")));
  });
});

describe("the bin file", () => {
  test("says which Node it needs, on one too old to load the rest", async () => {
    const preload =
      "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.11.1'}})";
    const child = spawn(process.execPath, ["--import", preload, join(root, "bin/firebreak.mjs"), "ls"]);
    const { code, err } = await collect(child);
    assert.equal(code, 2);
    assert.match(err, /^Firebreak needs Node 24\.15 or newer; this is 20\.11\.1\./);
  });

  test("says that a source checkout is to be built", async () => {
    mkdirSync(join(here.folder, "checkout/bin"), { recursive: true });
    cpSync(join(root, "bin/firebreak.mjs"), join(here.folder, "checkout/bin/firebreak.mjs"));
    const { code, err } = await collect(
      spawn(process.execPath, [join(here.folder, "checkout/bin/firebreak.mjs")]),
    );
    assert.deepEqual([code, err.trim()], [2, "Firebreak is not built here: run npm run build first."]);
  });
});
