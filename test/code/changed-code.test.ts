// A plan could name what did not change, or leave out what did. Provoked with two versions of one project.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { changedCode, type CodeChanges } from "../../src/code/changed-code.ts";
import { type Files, project, removeProjects, workOf } from "./project.ts";

after(removeProjects);

const files: Files = {
  "main.ts": `import { limit } from "./limits.ts";\nimport { a } from "dep";\nimport { old } from "./old.ts";\nexport const work = (i) => [i, limit, a];\nexport const idle = () => old;\n`,
  "limits.ts": "const cutoff = 1;\nexport const limit = cutoff;\n",
  "old.ts": "export const old = 1;\n",
  "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0","type":"module","exports":"./x.js"}',
  "node_modules/dep/x.js": "export const a = 1;\n",
};

/** What is said of a version with these files instead. */
async function between(
  edits: Files,
): Promise<CodeChanges & { readonly why: (name: string) => readonly string[] }> {
  const [before, later] = [await project(files), await project({ ...files, ...edits })];
  const changes = await changedCode(before.manifest, later.manifest, (hash) =>
    before.read(hash).catch(() => later.read(hash)),
  );
  const why = (name: string): readonly string[] =>
    changes.reasons(workOf(before.loaded[name]), workOf(later.loaded[name]));
  return { ...changes, why };
}

describe("what changed", () => {
  test("is nothing between equal versions", async () => {
    const { why, reasons, ...changes } = await between({});
    assert.deepEqual(changes, { added: [], removed: [], changed: [], packages: [] });
    assert.deepEqual(why("work"), []);
    assert.deepEqual(reasons("v:1", "v:1"), []);
  });

  test("names the declaration that a work reaches, and says nothing to a work that does not", async () => {
    const it = await between({ "limits.ts": "const cutoff = 2;\nexport const limit = cutoff;\n" });
    assert.deepEqual(it.changed, ["limits.ts"]);
    assert.deepEqual(it.why("work"), ["limits.ts: declaration `cutoff` changed"]);
    assert.deepEqual(it.why("idle"), []);
  });

  test("names the function itself, modules that came and went, and packages", async () => {
    const it = await between({
      "main.ts": `import { limit } from "./limits.ts";\nimport { a } from "dep";\nimport { added } from "./added.ts";\nexport const work = (i) => [i, limit, a, added];\nexport const idle = () => a;\n`,
      "added.ts": "export const added = 1;\n",
      "node_modules/dep/package.json": '{"name":"dep","version":"1.1.0","type":"module","exports":"./x.js"}',
    });
    assert.deepEqual([it.added, it.removed, it.changed], [["added.ts"], ["old.ts"], ["main.ts"]]);
    assert.deepEqual(it.packages, [{ name: "dep", from: "1.0.0", to: "1.1.0" }]);
    assert.deepEqual([...it.why("work")].sort(), [
      "it now uses added.ts: declaration `added`",
      "its function changed",
      "package dep: 1.0.0 → 1.1.0",
    ]);
    assert.equal(it.why("work")[0], "its function changed");
  });

  test("says when a version was given by hand, or a function is not known", async () => {
    const it = await between({});
    assert.deepEqual(it.reasons("v:1", "v:2"), ["its version changed"]);
    assert.match(it.reasons("0123456789abcdef", "v:1")[0] ?? "", /version/);
    assert.match(
      it.reasons("0123456789abcdef", "0123456789abcdef")[0] ?? "",
      /^what it was is not known: no function/,
    );
  });
});
