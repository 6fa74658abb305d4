// A snapshot could be slow, could miss that a file changed, or could vouch for code that never ran. Provoked with
// files that are written again, before and after they were loaded.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sha } from "../../src/base/values.ts";
import { byteLimit, type Manifest, moduleLimit, readManifest } from "../../src/code/code.ts";
import { identifyWorks } from "../../src/code/identify-works.ts";
import { scanImports } from "../../src/code/scan-imports.ts";
import { snapshotCode } from "../../src/code/snapshot.ts";
import { type Files, project, removeProjects, stored, workOf } from "./project.ts";

after(removeProjects);

const files: Files = {
  "main.ts": `import { a } from "./a.ts";\nexport const work = () => a;\nexport const alone = () => 1;\n`,
  "a.ts": "export const a = 1;\n",
};

function manifestOf(file: string, options: Parameters<typeof snapshotCode>[1] = {}): Manifest {
  const snapshot = snapshotCode(file, options);
  assert.ok(snapshot);
  const manifest = readManifest(stored(snapshot).manifest);
  assert.ok(manifest);
  return manifest;
}

describe("a snapshot", () => {
  test("keeps each module's text by content, and names them relative to the project", async () => {
    const { file, snapshot, folder } = await project(files);
    const manifest = manifestOf(file);
    assert.deepEqual(Object.keys(manifest.modules), ["a.ts", "main.ts"]);
    assert.deepEqual(manifest.modules["main.ts"]?.imports, { "./a.ts": "a.ts" });
    assert.equal(manifest.entry, "main.ts");
    for (const { hash, bytes } of snapshot.blobs) assert.equal(hash, sha(bytes));
    assert.equal(snapshot.blobs[0]?.hash, snapshot.hash);
    const { hash } = (await project(files)).snapshot;
    assert.equal(hash, snapshot.hash, `two folders, one code: ${folder}`);
  });

  test("I5: is the very same the next time, with no file asked for within a second", async () => {
    const { file, folder } = await project(files);
    let now = 1_000_000;
    const take = () => snapshotCode(file, { now: () => now });
    now += 2_000;
    const first = take();
    writeFileSync(join(folder, "a.ts"), "export const a = 22;\n");
    assert.equal(take(), first);
    now += 1_001;
    assert.notEqual(take()?.hash, first?.hash);
  });

  test("sees a file written again in the same length, by its time", async () => {
    const { file, folder } = await project(files);
    const before = snapshotCode(file, { now: () => 5_000 });
    const path = join(folder, "a.ts");
    const { mtimeMs } = statSync(path);
    writeFileSync(path, "export const a = 2;\n");
    utimesSync(path, mtimeMs / 1000 + 10, mtimeMs / 1000 + 10);
    assert.notEqual(snapshotCode(file, { now: () => 9_000 })?.hash, before?.hash);
  });

  test("I3: makes works unknown that use a file written after it was loaded, and no others", async () => {
    const { file, folder, work, loaded } = await project(files);
    const { mtimeMs } = statSync(join(folder, "main.ts"));
    utimesSync(join(folder, "a.ts"), mtimeMs / 1000 + 60, mtimeMs / 1000 + 60);
    const snapshot = snapshotCode(file, { loadedAt: mtimeMs + 30_000, now: () => 0 });
    assert.ok(snapshot);
    const { manifest, read } = stored(snapshot);
    const works = await identifyWorks(manifest, read);
    const found = works(work(loaded["work"]));
    assert.ok(found.unknown && found.why.includes("a.ts was written after"));
    assert.equal(works(work(loaded["alone"])).unknown, undefined);
  });

  test("I3: of a project that is too large says so, and no work of it is known", async () => {
    const many = Object.fromEntries(
      Array.from({ length: moduleLimit }, (_, n) => [`m${n}.ts`, `import "./m${n + 1}.ts";`]),
    );
    const { file, works, snapshot } = await project(
      { "main.ts": `import "./m0.ts";`, ...many },
      { load: false },
    );
    assert.match(manifestOf(file).cut ?? "", /more than 2000 modules/);
    assert.equal(snapshot.blobs.length, 1);
    const found = works("0123456789abcdef");
    assert.ok(found.unknown && found.why.includes("more than"));
    const large = await project(
      { "main.ts": `import "./a.js";`, "a.js": " ".repeat(byteLimit) },
      { load: false },
    );
    assert.match(manifestOf(large.file).cut ?? "", /bytes/);
  });

  test("of a file that is not there is none", () => {
    assert.equal(snapshotCode("/nowhere/at-all.ts"), undefined);
  });

  test("I3: whose texts or manifest are gone or foreign gives unknown works, not an error", async () => {
    const { manifest } = await project(files);
    const works = await identifyWorks(manifest, () => Promise.reject(new Error("gone")));
    assert.ok(works("0123456789abcdef").unknown);
    const bytes = new TextEncoder().encode("[1]");
    assert.ok(
      (await identifyWorks(bytes, () => Promise.reject(new Error("gone"))))("0123456789abcdef").unknown,
    );
  });
});

describe("names of modules", () => {
  test("are found wherever they stand in quotes, data only where it is imported", () => {
    const text = `import a from "./a.ts";\nimport b from './b.json';\nexport * from "pkg/sub";\nconst c = require("./c");\nawait import(\`../d.mjs\`);\nnew Worker("./e.js");\nreadFileSync("./data.csv");\nimport "#f";\n`;
    assert.deepEqual(scanImports(text), {
      relative: ["./a.ts", "./c", "../d.mjs", "./e.js", "./b.json"],
      bare: ["pkg/sub", "#f"],
    });
  });
});

describe("a workflow", () => {
  const declaring = `import { workflow } from "${pathToFileURL(join(import.meta.dirname, "../../src/workflow/workflow.ts")).href}";\nexport default workflow({ name: "w", run: async () => 1 });\n`;

  test("knows the file that declared it", async () => {
    const { file, loaded } = await project({ "main.ts": declaring });
    assert.equal((loaded["default"] as { source?: string }).source, file);
  });

  test("knows it also behind a function of the project, and when loaded under a query", async () => {
    const at = await project({ "main.ts": `export { default } from "./flow.ts";\n`, "flow.ts": declaring });
    assert.equal((at.loaded["default"] as { source?: string }).source, join(at.folder, "flow.ts"));
    const again = (await import(`${pathToFileURL(join(at.folder, "flow.ts")).href}?again=1`)) as {
      default: { source?: string };
    };
    assert.equal(again.default.source, join(at.folder, "flow.ts"));
  });

  test("I3: is taken as loaded when it was declared: what is written later did not run", async () => {
    const at = await project({
      "main.ts": `import { a } from "./a.ts";\nexport const work = () => a;\n${declaring}`,
      "a.ts": "export const a = 1;",
    });
    utimesSync(join(at.folder, "a.ts"), Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    const snapshot = snapshotCode(at.file, { now: () => 0 });
    assert.ok(snapshot);
    const { manifest, read } = stored(snapshot);
    assert.ok((await identifyWorks(manifest, read))(workOf(at.loaded["work"])).unknown);
  });
});
