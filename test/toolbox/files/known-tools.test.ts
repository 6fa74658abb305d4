// What could go wrong: what a toolbox's tool wrote cannot be undone, since nobody knows the tool by its name; it is undone in part,
// or in another folder than it was written to. Provoked with a rerun that no longer asks for a file, and with two folders.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
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

test("a file that was amended and is then no longer asked for is away, not back at its first text", async () => {
  const write = writeFileTool({ root: one, name: "write-amended" });
  const definition = workflow({
    name: "amended",
    run: (ctx, it) => ctx.call(write, it as { path: string; text: string }),
  });
  const fb = await open({ journal: ":memory:" });
  let run = await fb.start(definition, { path: "e.txt", text: "first" });
  await run.result();
  const later = async (path: string, text: string): Promise<void> => {
    run = (await fb.rerun(run.id, { input: { path, text } })) as typeof run;
    assert.equal((await run.settled()).status, "completed");
  };
  await later("e.txt", "second");
  await later("e.txt", "third");
  assert.equal(readFileSync(join(one, "e.txt"), "utf8"), "third");
  await later("f.txt", "third");
  assert.deepEqual([existsSync(join(one, "e.txt")), existsSync(join(one, "f.txt"))], [false, true]);
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
