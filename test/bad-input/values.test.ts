// What a user gives is missing, throws, or cannot be kept: a file, a workflow, a value. Provoked by the built command
// line in a project of its own. Each time: a code or an outcome, a sentence, a mend and an exit code; what was
// recorded before is still there, and once the cause is mended the run goes on without doing it again.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { collect } from "../cli/spawn-cli.ts";
import { bin, project, root, told, workflowFile } from "./project.ts";

test("a missing file: it says where it looked and starts nothing", async (t) => {
  const user = project(t);
  const ended = await user.firebreak(["run", "missing.ts"]);
  assert.equal(ended.code, 2);
  assert.match(
    told(ended),
    /^WORKFLOW_FILE_MISSING: there is no workflow "missing\.ts" here \(looked at missing\.ts, /,
  );
  assert.match(told(ended), /Give the path of the file that exports the workflow/);
  assert.ok(!existsSync(user.journal));
});

test("a missing file of a run that waits: the run is kept, and goes on when the file is back", async (t) => {
  const user = project(t);
  const text = workflowFile(
    "waits",
    '    const a = await ctx.step("first", {}, () => mark("first"));\n    return [a, await ctx.signal("go", z.string())];',
  );
  user.write("waits.ts", text);
  assert.equal((await user.firebreak(["run", "waits.ts"])).code, 3);
  rmSync(join(user.folder, "waits.ts"));
  const lost = await user.firebreak(["signal", "last", "go", "--payload", '"now"']);
  assert.equal(lost.code, 2, lost.out + lost.err);
  assert.match(told(lost), /^WORKFLOW_FILE_MISSING: .*Give the path of the file/);
  assert.deepEqual(await user.done(), ["first"]);
  user.write("waits.ts", text);
  const ended = await user.firebreak(["resume", "last"]);
  assert.equal(ended.code, 0, ended.out + ended.err);
  assert.deepEqual(user.worked(), ["first"]);
});

test("a workflow that throws: the outcome, its words, the line, and the command that goes on once it is mended", async (t) => {
  const user = project(t);
  const body = (end: string): string =>
    `    const a = await ctx.step("first", {}, () => mark("first"));\n    ${end}\n    return a;`;
  user.write(
    "throws.ts",
    workflowFile("throws", body('if (a !== "") throw new TypeError("the price is missing");')),
  );
  const { code, out } = await user.firebreak(["run", "throws.ts"]);
  assert.equal(code, 1);
  assert.match(
    out,
    /\nfailed: the price is missing\nat throws\.ts:10\nMend the cause, then: firebreak resume r\w+\n/,
  );
  assert.deepEqual(await user.done(), ["first"]);
  user.write("throws.ts", workflowFile("throws", body("")));
  const resumed = await user.firebreak(["resume"]);
  assert.equal(resumed.code, 0, resumed.out);
  assert.deepEqual(user.worked(), ["first"]);
});

test("a value that cannot be kept: the step fails by code, path and mend; mended, the run goes on", async (t) => {
  const user = project(t);
  const body = (value: string): string =>
    `    await ctx.step("first", {}, () => mark("first"));\n    return ctx.step("rows", {}, () => ({ rows: [1, ${value}] }) as never);`;
  user.write("rows.ts", workflowFile("rows", body("{ seen: new Map([[1, 2]]) }")));
  const { code, out } = await user.firebreak(["run", "rows.ts"]);
  assert.equal(code, 1);
  const words =
    /failed: VALUE_UNSUPPORTED: output\.rows\[1\]\.seen is a Map, which cannot be recorded\. Pass a plain object/;
  assert.match(out, words);
  assert.match(out, /Mend the cause, then: firebreak resume r\w+/);
  assert.deepEqual(await user.done(), ["first"]);
  user.write("rows.ts", workflowFile("rows", body("{ seen: [[1, 2]] }")));
  assert.equal((await user.firebreak(["resume"])).code, 0);
  assert.deepEqual(user.worked(), ["first"]);
});

test("a value that cannot be kept, as an input: refused by its path before anything is done on it", async (t) => {
  const user = project(t);
  user.write(
    "given.ts",
    workflowFile("given", '    return ctx.step("ask", { to: () => 1 } as never, () => mark("ask"));'),
  );
  const { code, out } = await user.firebreak(["run", "given.ts"]);
  assert.equal(code, 1);
  assert.match(out, /VALUE_UNSUPPORTED: input\.to is a function, which cannot be recorded/);
  assert.deepEqual(user.worked(), []);
});

test("a signal without a schema is refused by its code; the process does not end over it", async (t) => {
  const user = project(t);
  user.write(
    "bare.ts",
    workflowFile(
      "bare",
      '    await ctx.step("first", {}, () => mark("first"));\n    return (ctx as never as { signal(name: string): unknown }).signal("go");',
    ),
  );
  const { code, out, err } = await user.firebreak(["run", "bare.ts"]);
  assert.equal(code, 1, err);
  assert.match(out, /SCHEMA_UNKNOWN: undefined is not a schema\. Give a schema of zod 4/);
  assert.deepEqual(await user.done(), ["first"]);
});

test("an older Node: it says which one it needs and where to get it, and exits with 2", async (t) => {
  const [old] = ["/usr/bin/node", "/usr/local/bin/node"].filter((it) => isOlder(it));
  const preload =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.11.1'}})";
  if (old === undefined) t.diagnostic("no older Node is installed here: its version is made up");
  const command = old === undefined ? [process.execPath, "--import", preload] : [old];
  const user = project(t);
  user.write("fine.ts", workflowFile("fine", '    return ctx.step("first", {}, () => mark("first"));'));
  for (const args of [["--help"], ["run", "fine.ts"]]) {
    const child = spawn(command[0]!, [...command.slice(1), bin, ...args], { cwd: user.folder });
    const ended = await collect(child);
    assert.equal(ended.code, 2, ended.err);
    assert.match(
      told(ended),
      /^Firebreak needs Node 24\.15 or newer; this is \d+\.\d+\.\d+\. Install it from https:\/\/nodejs\.org, or put a pinned one into the project: npm install -D node@24$/,
    );
  }
  assert.ok(!existsSync(user.journal) && user.worked().length === 0);
  assert.equal((await user.firebreak(["run", "fine.ts"])).code, 0, "with the Node it names, it runs");
});

test("a new project pins no Node: the command line says which it needs", async (t) => {
  const user = project(t);
  assert.equal((await user.firebreak(["init", "app"])).code, 0);
  const manifest = JSON.parse(readFileSync(join(user.folder, "app/package.json"), "utf8")) as {
    readonly engines?: object;
    readonly dependencies: object;
    readonly devDependencies: object;
  };
  assert.equal(manifest.engines, undefined);
  assert.ok(!("node" in manifest.dependencies) && !("node" in manifest.devDependencies));
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { engines: { node: string } };
  assert.equal(own.engines.node, ">=24.15");
});

function isOlder(path: string): boolean {
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  const [, major = "99", minor = "0"] = /^v(\d+)\.(\d+)/.exec(stdout ?? "") ?? [];
  return Number(major) >= 12 && (Number(major) < 24 || (Number(major) === 24 && Number(minor) < 15));
}
