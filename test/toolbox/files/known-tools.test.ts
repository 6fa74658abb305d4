// What could go wrong: what a toolbox's tool wrote cannot be undone, since nobody knows the tool by its name, or it is undone
// in another folder than it was written to. Provoked with a rerun that no longer asks for a file, and with two folders.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { open, workflow } from "firebreak";
import { writeFileTool } from "../../../src/toolbox/files/files.ts";

const roots = [0, 1].map(() => mkdtempSync(join(tmpdir(), "firebreak-files-")));
after(() => roots.forEach((it) => rmSync(it, { recursive: true })));
const [one, two] = roots as [string, string];

test("a file that a rerun no longer asks for is taken back, by the tool of its name", async () => {
  const write = writeFileTool({ root: one, name: "write-known" });
  const definition = workflow({
    name: "known",
    run: (ctx, path) => ctx.call(write, { path: path as string, text: "x" }),
  });
  const fb = await open({ journal: ":memory:" });
  const first = await fb.start(definition, "a.txt");
  await first.result();
  const again = await fb.rerun(first.id, { input: "b.txt" });
  assert.equal((await again.settled()).status, "completed");
  assert.deepEqual([existsSync(join(one, "a.txt")), existsSync(join(one, "b.txt"))], [false, true]);
  await fb.close();
});

test("with two folders under one name nothing is undone by guess: a person is asked", async () => {
  const tools = [one, two].map((root) => writeFileTool({ root, name: "write-twice" }));
  const definition = workflow({
    name: "twice",
    run: (ctx, path) => ctx.call(tools[0]!, { path: path as string, text: "x" }),
  });
  const fb = await open({ journal: ":memory:" });
  const first = await fb.start(definition, "c.txt");
  await first.result();
  const again = await fb.rerun(first.id, { input: "d.txt" });
  assert.equal((await again.settled()).status, "waiting");
  assert.equal(existsSync(join(one, "c.txt")), true);
  await fb.close();
});
