// What could go wrong with files that an effect changes: a reader sees half of
// one, a path leads out of the folder, a repeat appends twice, or undoing takes
// somebody else's change with it. Provoked with links and paths, changes cut off
// at their record, and a second hand on the same file.

import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { EffectNotSent, workflow } from "firebreak";
import { testRun } from "firebreak/testing";
import {
  appendFileTool,
  deleteFileTool,
  type FileReceipt,
  writeFileTool,
} from "../../../src/toolbox/files/files.ts";
import type { Effect, Tool, ToolContext } from "../../../src/tool/tool.ts";

const made: string[] = [];
function folder(): string {
  const root = mkdtempSync(join(tmpdir(), "firebreak-files-"));
  made.push(root);
  return root;
}
after(() => {
  for (const root of made) rmSync(root, { recursive: true });
});

const context = (idempotencyKey: string): ToolContext =>
  ({ abort: new AbortController().signal, attempt: 1, idempotencyKey }) as ToolContext;
const effectOf = <Args>(it: Tool<Args, FileReceipt>): Effect<Args, FileReceipt> =>
  it.effect as Effect<Args, FileReceipt>;
const visible = (root: string): string[] => readdirSync(root).filter((it) => !it.startsWith("."));

describe("file tools in a run", () => {
  test("write, change, append once and delete, and leave no part files (F1)", async () => {
    const root = folder();
    const [write, append, remove] = [
      writeFileTool({ root }),
      appendFileTool({ root }),
      deleteFileTool({ root }),
    ];
    const line = { path: "log/day.txt", entry: "1", text: "one\n" };
    const result = await testRun(
      workflow({
        name: "files",
        run: async (ctx) => {
          await ctx.call(write, { path: "a.txt", text: "first" });
          await ctx.call(write, { path: "a.txt", text: "second" });
          await ctx.call(append, line);
          await ctx.branch("again", (inner) => inner.call(append, line));
          await ctx.call(append, { ...line, entry: "2" });
          await ctx.call(write, { path: "b.txt", text: "short-lived" });
          return ctx.call(remove, { path: "b.txt" });
        },
      }),
      null,
    );
    assert.equal((result.output as FileReceipt).after, null);
    assert.equal(readFileSync(join(root, "a.txt"), "utf8"), "second");
    assert.equal(readFileSync(join(root, "log/day.txt"), "utf8"), "one\none\n");
    assert.deepEqual(visible(root), ["a.txt", "log"]);
    assert.deepEqual(readdirSync(join(root, "log")), ["day.txt"]);
    assert.ok(!readdirSync(join(root, ".firebreak-effects")).some((it) => it.endsWith(".new")));
  });
});

describe("a path", () => {
  test("that leads out of the folder, or through a link, is refused before anything is touched (F3)", async () => {
    const [root, outside] = [folder(), folder()];
    symlinkSync(outside, join(root, "link"));
    writeFileSync(join(outside, "file"), "theirs");
    symlinkSync(join(outside, "file"), join(root, "filelink"));
    mkdirSync(join(root, "dir"));
    const write = writeFileTool({ root, maxBytes: 10 });
    const paths = [
      "../x",
      "a/../../x",
      "/etc/x",
      "link/x",
      "filelink",
      "",
      "a//b",
      "./a",
      "a\0b",
      "a\\b",
      "dir",
    ];
    for (const path of [...paths, ".firebreak-effects/x"])
      await assert.rejects(async () => write.run({ path, text: "mine" }, context("k")), EffectNotSent, path);
    await assert.rejects(
      async () => write.run({ path: "big", text: "x".repeat(11) }, context("k")),
      EffectNotSent,
    );
    assert.deepEqual(readdirSync(outside), ["file"]);
    assert.equal(readFileSync(join(outside, "file"), "utf8"), "theirs");
  });
});

describe("a change of a file", () => {
  test("is found by its key when it happened, and not when it was cut off before (F2)", async () => {
    const root = folder();
    const write = writeFileTool({ root });
    const args = { path: "a.txt", text: "new" };
    assert.equal(await effectOf(write).probe!(args, "k1", "send"), undefined);
    const receipt = await write.run(args, context("k1"));
    assert.deepEqual(await effectOf(write).probe!(args, "k1", "send"), receipt);
    assert.equal(await effectOf(write).probe!(args, "k2", "send"), undefined);
    // As a crash between the record and the rename leaves it.
    rmSync(join(root, "a.txt"));
    assert.equal(await effectOf(write).probe!(args, "k1", "send"), undefined);
    writeFileSync(join(root, "a.txt"), "somebody else's");
    await assert.rejects(effectOf(write).probe!(args, "k1", "send"), /changed by somebody else/);
  });

  test("is undone to what was there, also to no file, but never over somebody else's change (F4)", async () => {
    const root = folder();
    const write = writeFileTool({ root });
    const file = join(root, "a.txt");
    const undo = async (receipt: FileReceipt, key: string): Promise<unknown> =>
      effectOf(write).compensate!({ path: "a.txt", text: "" }, receipt, key, context(key));
    const first = await write.run({ path: "a.txt", text: "one" }, context("1"));
    const second = await write.run({ path: "a.txt", text: "two" }, context("2"));
    await undo(second, "u2");
    assert.equal(readFileSync(file, "utf8"), "one");
    assert.notEqual(await effectOf(write).probe!({ path: "a.txt", text: "" }, "u2", "compensate"), undefined);
    writeFileSync(file, "theirs");
    await assert.rejects(undo(first, "u1"), EffectNotSent);
    assert.equal(readFileSync(file, "utf8"), "theirs");
    writeFileSync(file, "one");
    await undo(first, "u1");
    assert.deepEqual(visible(root), []);
  });
});
