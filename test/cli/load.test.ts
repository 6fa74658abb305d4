// Loading could blame the wrong file, hide a user's error, take the wrong export, or refuse TypeScript that Node
// does not strip. Provoked with files written to a folder of their own.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { loadConfig, loadWorkflow } from "../../src/cli/load.ts";

const folder = mkdtempSync(join(tmpdir(), "firebreak-load-"));
after(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const workflow = (name: string): string => `{ kind: "workflow", name: ${JSON.stringify(name)} }`;

describe("loading a workflow", () => {
  test("takes the default export of a typed file, and its default input", async () => {
    write({
      "plain.ts": `interface In { n: number }\nexport default ${workflow("plain")};\nexport const input: In = { n: 1 };`,
    });
    const loaded = await loadWorkflow("plain.ts", folder);
    assert.deepEqual({ ...loaded.workflow }, { kind: "workflow", name: "plain" });
    assert.deepEqual(
      [loaded.input, loaded.exportName, loaded.file],
      [{ n: 1 }, "default", join(folder, "plain.ts")],
    );
  });

  test("calls an exported input that is a function, and takes the only workflow exported by name", async () => {
    write({
      "named.ts": `export const audit = ${workflow("audit")};\nexport const input = async () => ({ rows: 2 });`,
    });
    const loaded = await loadWorkflow("named.ts", folder);
    assert.deepEqual([loaded.exportName, loaded.input], ["audit", { rows: 2 }]);
  });

  test("finds a workflow by its name", async () => {
    write({ "workflows/monthly.ts": `export default ${workflow("monthly")};` });
    assert.equal((await loadWorkflow("monthly", folder)).file, join(folder, "workflows/monthly.ts"));
  });

  test("says where it looked for a file that is missing", async () => {
    await assert.rejects(loadWorkflow("nowhere.ts", folder), {
      code: "WORKFLOW_FILE_MISSING",
      details: {
        given: "nowhere.ts",
        looked: "nowhere.ts, workflows/nowhere.ts, src/nowhere.ts, examples/nowhere.ts",
      },
    });
    await assert.rejects(loadWorkflow("no/where.ts", folder), { code: "WORKFLOW_FILE_MISSING" });
  });

  test("names file and line of an error thrown while loading", async () => {
    write({
      "throws.ts": `const rows: number[] = [];\nif (rows.length === 0) throw new Error("no rows");\nexport default ${workflow("x")};`,
    });
    await assert.rejects(loadWorkflow("throws.ts", folder), {
      code: "WORKFLOW_FILE_FAILED",
      details: { file: "throws.ts", reason: "no rows", where: "throws.ts:2" },
    });
  });

  test("names a package that is not installed", async () => {
    write({ "needs.ts": `import "a-package-nobody-has";\nexport default ${workflow("x")};` });
    await assert.rejects(loadWorkflow("needs.ts", folder), (error: Error) => {
      assert.match(error.message, /WORKFLOW_FILE_FAILED.*a-package-nobody-has/);
      return true;
    });
  });

  test("refuses a file without a workflow, and one with two of which none is the default", async () => {
    write({
      "none.ts": "export const rows = [1];",
      "two.ts": `export const a = ${workflow("a")};\nexport const b = ${workflow("b")};`,
    });
    await assert.rejects(loadWorkflow("none.ts", folder), {
      code: "WORKFLOW_NOT_EXPORTED",
      details: { file: "none.ts", exports: "rows" },
    });
    await assert.rejects(loadWorkflow("two.ts", folder), {
      code: "WORKFLOW_SEVERAL",
      fix: "Name one: two.ts#a.",
    });
    assert.equal((await loadWorkflow("two.ts#b", folder)).workflow.name, "b");
    await assert.rejects(loadWorkflow("two.ts#c", folder), { code: "WORKFLOW_NOT_EXPORTED" });
  });

  const beyond: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "an enum": { "enum.ts": `enum Kind { A = "a" }\nexport default { kind: "workflow", name: Kind.A };` },
    "a parameter property": {
      "property.ts": `class P { constructor(readonly name: string) {} kind = "workflow" }\nexport default { ...new P("p") };`,
    },
    "an import without extension": {
      "bare.ts": `import { name } from "./lib/name";\nexport default { kind: "workflow", name };`,
      "lib/name.ts": `export const name: string = "n";`,
    },
    "an import of .js that means .ts": {
      "js.ts": `import { name } from "./lib/other.js";\nexport default { kind: "workflow", name };`,
      "lib/other.ts": `export const name: string = "n";`,
    },
    "a path of tsconfig.json": {
      "paths.ts": `import { name } from "@lib/name";\nexport default { kind: "workflow", name };`,
      "lib/name.ts": `export const name: string = "n";`,
      "tsconfig.json": `{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }`,
    },
    "a type imported as a value": {
      "type.ts": `import { Row, name } from "./lib/row.ts";\nconst row: Row = { name };\nexport default { kind: "workflow", name: row.name };`,
      "lib/row.ts": `export interface Row { name: string }\nexport const name = "r";`,
    },
  };
  for (const [what, files] of Object.entries(beyond)) {
    test(`falls back for ${what}`, async () => {
      write(files);
      const loaded = await loadWorkflow(Object.keys(files)[0] ?? "", folder);
      assert.equal(loaded.workflow.kind, "workflow");
    });
  }
});

describe("the configuration", () => {
  test("is looked for beside the workflow and above", async () => {
    write({
      "project/firebreak.config.ts": "export default { models: { fast: 'baseline' } };",
      "project/deep/er/w.ts": "",
    });
    const loaded = await loadConfig(join(folder, "project/deep/er"));
    assert.equal(loaded.file, join(folder, "project/firebreak.config.ts"));
    assert.deepEqual(loaded.config, { models: { fast: "baseline" } });
  });

  test("is empty when there is none, and an error when it exports nothing", async () => {
    assert.deepEqual((await loadConfig(join(folder, "lib"))).config, {});
    write({ "bad/firebreak.config.ts": "export const models = {};" });
    await assert.rejects(loadConfig(join(folder, "bad")), { code: "CONFIG_FAILED" });
  });
});
