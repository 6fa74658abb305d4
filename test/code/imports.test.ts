// A change could hide behind an import: re-exported, renamed, taken as a namespace, loaded late, imported for what it
// does, or in a package. Provoked with one project for each way to import, changed at its far end.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { sha } from "../../src/base/values.ts";
import { assertChanged, assertSame, type Files, project, removeProjects, workOf } from "./project.ts";

after(removeProjects);

/** The value that a work reaches is `a`; `b` is an export beside it. */
const far = (a: number, b = 0): string =>
  `export const a = ${a};\nexport const b = ${b};\nexport default class { n = ${a}; }\nexport function f() { return ${a}; }\n`;

const ways: readonly (readonly [what: string, main: string, between?: Files])[] = [
  ["a named import", `import { a } from "./far.ts";\nexport const work = () => a;`],
  ["a renamed import", `import { a as x } from "./far.ts";\nexport const work = () => x;`],
  ["a default import", `import X from "./far.ts";\nexport const work = () => new X();`],
  ["a namespace's member", `import * as far from "./far.ts";\nexport const work = () => far.f();`],
  ["a module without types", `import { a } from "./far.ts";\nconst c = { a };\nexport const work = () => c;`],
  [
    "a re-export",
    `import { a } from "./mid.ts";\nexport const work = () => a;`,
    { "mid.ts": `export { a } from "./far.ts";` },
  ],
  [
    "a renamed re-export of the default",
    `import { X } from "./mid.ts";\nexport const work = () => new X();`,
    { "mid.ts": `export { default as X } from "./far.ts";` },
  ],
  [
    "a star re-export behind another",
    `import { a } from "./mid.ts";\nexport const work = () => a;`,
    {
      "mid.ts": `export * from "./mid2.ts";`,
      "mid2.ts": `export * from "./empty.ts";\nexport * from "./far.ts";`,
      "empty.ts": "export {};",
    },
  ],
  [
    "an import that is exported again",
    `import { x } from "./mid.ts";\nexport const work = () => x;`,
    { "mid.ts": `import { a as y } from "./far.ts";\nexport { y as x };` },
  ],
  [
    "re-exports in a circle",
    `import { a } from "./mid.ts";\nexport const work = () => a;`,
    {
      "mid.ts": `export * from "./mid2.ts";\nexport * from "./far.ts";`,
      "mid2.ts": `export * from "./mid.ts";`,
    },
  ],
];

/** Ways that take the whole module: what of it is used is not known. */
const wholes: readonly (readonly [what: string, main: string, between?: Files])[] = [
  ["a namespace as a value", `import * as far from "./far.ts";\nexport const work = () => Object.keys(far);`],
  ["an import at run time", `export const work = async () => (await import("./far.ts")).a;`],
  ["an import for what it does", `import "./far.ts";\nexport const work = () => 1;`],
  [
    "an import for what it does, in a module beside",
    `import { g } from "./mid.ts";\nexport const h = g;\nexport const work = () => 1;`,
    { "mid.ts": `import "./far.ts";\nexport const g = 1;` },
  ],
  ["a worker's file", `export const work = () => new URL("./far.ts", import.meta.url).href;`],
  [
    "a namespace exported under a name",
    `import { far } from "./mid.ts";\nexport const work = () => far;`,
    { "mid.ts": `export * as far from "./far.ts";` },
  ],
];

describe("I1: a change is seen through", () => {
  for (const [what, main, between = {}] of ways) {
    test(`${what}, and one beside it is not`, async () => {
      const files = (a: number, b: number): Files => ({ "main.ts": main, ...between, "far.ts": far(a, b) });
      await assertChanged(files(1, 1), files(2, 1));
      await assertSame(files(1, 1), files(1, 2));
    });
  }
  for (const [what, main, between = {}] of wholes) {
    test(what, async () => {
      const files = (a: number): Files => ({ "main.ts": main, ...between, "far.ts": far(a) });
      await assertChanged(files(1), files(2));
      await assertSame(files(1), { ...files(1), "unused.ts": "export {};" });
    });
  }

  test("imported data", async () => {
    const files = (a: number): Files => ({
      "main.ts": `import data from "./d.json" with { type: "json" };\nexport const work = () => data.a;\n`,
      "d.json": `{"a":${a}}`,
    });
    await assertChanged(files(1), files(2));
  });

  test("a CommonJS module", async () => {
    const files = (a: number): Files => ({
      "main.ts": `import far from "./far.cjs";\nexport const work = () => far.a;\n`,
      "far.cjs": `const { a } = require("./deep.cjs");\nmodule.exports = { a };\n`,
      "deep.cjs": `module.exports = { a: ${a} };\n`,
    });
    await assertChanged(files(1), files(2));
  });

  test("an #import of package.json", async () => {
    const files = (a: number): Files => ({
      "package.json": '{"type":"module","imports":{"#far":"./lib/far.ts"}}',
      "main.ts": `import { a } from "#far";\nexport const work = () => a;\n`,
      "lib/far.ts": far(a),
    });
    await assertChanged(files(1), files(2));
  });
});

const lockfile = (version: string, below: string): string =>
  JSON.stringify({
    packages: {
      "node_modules/dep": { version, integrity: `sha512-${version}`, dependencies: { low: "*" } },
      "node_modules/low": { version: below, integrity: `sha512-${below}` },
      "node_modules/unused": { version: below },
    },
  });

const withPackage = (version: string, below = "1.0.0", main = usesDep): Files => ({
  "main.ts": main,
  "package-lock.json": lockfile(version, below),
  "node_modules/dep/package.json": JSON.stringify({
    name: "dep",
    version,
    type: "module",
    exports: "./x.js",
  }),
  "node_modules/dep/x.js": "export const a = 1;\nexport const b = 2;\n",
});
const usesDep = `import { a } from "dep";\nexport const work = () => a;\nexport const idle = () => 1;\n`;

describe("a package counts", () => {
  test("I1: by its version, by what it depends on, and by the name that is taken of it", async () => {
    await assertChanged(withPackage("1.0.0"), withPackage("1.0.1"));
    await assertChanged(withPackage("1.0.0"), withPackage("1.0.0", "1.0.1"));
    await assertChanged(
      withPackage("1.0.0"),
      withPackage("1.0.0", "1.0.0", usesDep.replace("{ a }", "{ b as a }")),
    );
    await assertSame(withPackage("1.0.0"), withPackage("1.0.0"));
  });

  test("I2: only for the works that use it", async () => {
    const before = await project(withPackage("1.0.0"));
    const later = await project(withPackage("2.0.0"));
    const idle = workOf(before.loaded["idle"]);
    assert.deepEqual(before.works(idle), later.works(idle));
  });

  test("by its package.json where there is no lockfile", async () => {
    const { "package-lock.json": _, ...before } = withPackage("1.0.0");
    const { "package-lock.json": __, ...later } = withPackage("1.0.1");
    await assertChanged(before, later);
    await assertSame(before, before);
  });

  test("I3: and one that is linked in as source counts by its text", async () => {
    const files = (a: number): Files => ({
      "main.ts": `import { a } from "own/part";\nexport const work = () => a;\n`,
      "package.json": '{"name":"own","type":"module","exports":{"./part":{"import":"./part.ts"}}}',
      "part.ts": far(a),
    });
    await assertChanged(files(1), files(2));
    await assertSame(files(1), files(1));
  });
});

describe("I3: a work is unknown when", () => {
  const unknowns: readonly (readonly [what: string, main: string, why: RegExp])[] = [
    ["it imports by a computed name", "export const work = (i) => import(i);", /computed/],
    ["a function it calls does", "const f = (i) => import(i);\nexport const work = () => f(1);", /computed/],
    [
      "its package is not installed",
      `import { a } from "gone";\nexport const work = () => a;`,
      /gone, which was not found/,
    ],
    [
      "a module it uses is not there",
      `import { a } from "./gone.ts";\nexport const work = () => a;`,
      /gone\.ts/,
    ],
  ];
  for (const [what, main, why] of unknowns) {
    test(what, async () => {
      const { works } = await project({ "main.ts": main }, { load: false });
      const text = /export const work = ([\s\S]*?);$/.exec(main)?.[1] ?? "";
      const found = works(sha(text).slice(0, 16));
      assert.ok(found.unknown);
      assert.match(found.why, why);
    });
  }

  test("its module holds what cannot be stripped", async () => {
    const { works } = await project(
      { "main.ts": "enum A { B }\nexport const work = () => A.B;" },
      { load: false },
    );
    assert.ok(works(workOf(() => 1)).unknown);
  });
});
