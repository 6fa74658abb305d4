// What Node's loader does not take is loaded by jiti, which writes other text: its works could all be unknown, or be
// taken for the same after an edit. Provoked with enums and imports without an end, loaded by jiti as the command
// line does.

import { createJiti } from "jiti";
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { sameWork } from "../../src/code/identify-works.ts";
import { type Files, type Project, project, removeProjects, workOf } from "./project.ts";

after(removeProjects);

interface Loaded extends Project {
  readonly of: (name: string) => string;
}

async function loaded(files: Files): Promise<Loaded> {
  const at = await project(files, { load: false });
  const jiti = createJiti(pathToFileURL(at.file).href, { tsconfigPaths: true, interopDefault: false });
  const exported = await jiti.import<Record<string, unknown>>(at.file);
  return { ...at, of: (name) => workOf(exported[name]) };
}

const files = (blue = 2, limit = 5, other = 6): Files => ({
  "main.ts": `import { limit } from "./limits";\nimport type { T } from "./limits";\nenum Color { Red = 1, Blue = ${blue} }\nexport const work = (i: T): number => i * Color.Blue;\nexport const near = (i: number): number => i + limit;\nexport default { async run(ctx: unknown) { return [ctx, other()]; } };\nexport function other() { return ${other}; }\n`,
  "limits.ts": `export type T = number;\nexport const limit = ${limit};\nexport const beside = ${other};\n`,
});

describe("works that jiti loaded", () => {
  test("I1, I2: are found, and change with what they reach only", async () => {
    const before = await loaded(files());
    const same = (later: Loaded, name: string): string =>
      sameWork(before.works, before.of(name), later.works, later.of(name));
    for (const name of ["work", "near", "other"]) assert.equal(same(before, name), "same", name);
    const enumEdited = await loaded(files(3));
    assert.deepEqual([same(enumEdited, "work"), same(enumEdited, "near")], ["changed", "same"]);
    const farEdited = await loaded(files(2, 7));
    assert.deepEqual([same(farEdited, "work"), same(farEdited, "near")], ["same", "changed"]);
    const besideEdited = await loaded(files(2, 5, 8));
    assert.deepEqual([same(besideEdited, "near"), same(besideEdited, "other")], ["same", "changed"]);
  });

  test("are found behind imports without an end, where every module could be stripped", async () => {
    const at = await loaded({
      "main.ts": `import { limit } from "./lib";\nexport const work = () => limit;\n`,
      "lib/index.ts": "export const limit: number = 1;\n",
    });
    assert.equal(sameWork(at.works, at.of("work"), at.works, at.of("work")), "same");
  });
});
