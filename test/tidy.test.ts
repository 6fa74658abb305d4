// The source keeps the style guide (scripts/tidy.ts). A gate that cannot fail is
// worth nothing, so each rule is first shown a fault it must catch, one at a time.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { test } from "node:test";
import { complaintsAbout, type SourceFile } from "../scripts/tidy.ts";

const root = join(import.meta.dirname, "..");

function tree(): SourceFile[] {
  const paths = globSync(["src/**/*.ts", "test/**/*.ts", "examples/**/*.ts", "ARCHITECTURE.md"], {
    cwd: root,
  });
  return paths.map((path) => ({
    path: path.split(sep).join("/"),
    text: readFileSync(join(root, path), "utf8"),
  }));
}

/** A small tree without a fault. */
const sound: Readonly<Record<string, string>> = {
  "src/base/ids.ts": "export type Id = string;\n",
  "src/journal/journal.ts":
    '// The journal.\n//\n//   J1. No gap.\n\nimport type { Id } from "../base/ids.ts";\nexport type A = Id;\n',
  "src/model/model.ts": "export const model = 1;\n",
  "src/runtime/runtime.ts": 'import { model } from "../model/model.ts";\nexport const runtime = model;\n',
  "src/engine/embedded/embedded.ts": "export const embedded = 1;\n",
  "test/journal.test.ts": "// J1\n",
};

function withFault(fault: Readonly<Record<string, string>>): string[] {
  return complaintsAbout(Object.entries({ ...sound, ...fault }).map(([path, text]) => ({ path, text })));
}

const longBody = "  run();\n".repeat(80);

const faults: readonly (readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  complaint: RegExp,
])[] = [
  [
    "an import from a higher layer",
    { "src/base/ids.ts": 'import "../runtime/runtime.ts";\n' },
    /ids\.ts:1 .*higher layer/,
  ],
  [
    "a higher layer's type",
    { "src/base/ids.ts": '\nimport type { M } from "../model/model.ts";\n' },
    /ids\.ts:2 .*higher/,
  ],
  [
    "a re-export from a higher layer",
    { "src/base/ids.ts": 'export * from "../runtime/runtime.ts";\n' },
    /higher layer/,
  ],
  [
    "a lazy import from a higher layer",
    { "src/base/ids.ts": 'await import("../runtime/runtime.ts");\n' },
    /higher layer/,
  ],
  ["an import of a sibling", { "src/model/model.ts": 'import "../journal/journal.ts";\n' }, /sibling/],
  [
    "a part that imports another part of its nest",
    { "src/engine/restate/restate.ts": 'import "../embedded/embedded.ts";\n' },
    /sibling/,
  ],
  ["a file that is not there", { "src/base/ids.ts": 'import "./gone.ts";\n' }, /does not exist/],
  [
    "an import from outside src",
    { "src/base/ids.ts": 'import "../../test/journal.test.ts";\n' },
    /outside src/,
  ],
  ["a folder nobody placed", { "src/stray/stray.ts": "\n" }, /layer list does not name/],
  ["a folder named utils", { "src/base/utils/text.ts": "\n" }, /named utils/],
  ["an index inside a folder", { "src/base/index.ts": "\n" }, /is an index/],
  ["a folder without a port", { "src/tool/run.ts": "\n" }, /src\/tool has no src\/tool\/tool\.ts/],
  [
    "a cycle inside a folder",
    { "src/base/a.ts": 'import "./b.ts";\n', "src/base/b.ts": 'import "./a.ts";\n' },
    /a\.ts -> src\/base\/b\.ts -> src\/base\/a\.ts is a cycle/,
  ],
  [
    "two modules that state one number",
    { "src/model/model.ts": "//   J1. Other.\n\nexport const model = 1;\n" },
    /J1, which src\/journal\/journal\.ts states as well/,
  ],
  ["a long file", { "src/base/ids.ts": "\n".repeat(501) }, /501 lines/],
  ["a long function", { "src/base/ids.ts": `export function run(): void {\n${longBody}}\n` }, /82 lines/],
  ["any", { "src/base/ids.ts": "export const id = (1 as unknown) as any;\n" }, /says any/],
  [
    "a silenced type error",
    { "src/base/ids.ts": "// @ts-ignore\nexport const id: number = 'a';\n" },
    /type checker off/,
  ],
  ["an invariant that no test names", { "test/journal.test.ts": "\n" }, /states J1, which no test names/],
  [
    "an invariant of ARCHITECTURE.md that no test names",
    { "ARCHITECTURE.md": "| E9 | At most once. |\n" },
    /states E9/,
  ],
];

test("a sound tree gives no complaint", () => {
  assert.deepEqual(withFault({}), []);
});

for (const [what, files, complaint] of faults) {
  test(`is noticed: ${what}`, () => {
    const complaints = withFault(files);
    assert.equal(complaints.length, 1, complaints.join("\n"));
    assert.match(complaints[0] ?? "", complaint);
  });
}

test("a ring closed by a type's import is no cycle: nothing of it is left when it runs", () => {
  const ring = {
    "src/base/a.ts": 'import "./b.ts";\n',
    "src/base/b.ts": 'import type { A } from "./a.ts";\nexport type B = A;\n',
  };
  assert.deepEqual(withFault(ring), []);
});

test("functions inside a function count for themselves, not for it", () => {
  const nested = `export function make(): void {\n  function one(): void {\n${"  run();\n".repeat(60)}  }\n${"  run();\n".repeat(30)}}\n`;
  assert.deepEqual(withFault({ "src/base/ids.ts": nested }), []);
});

test("the source keeps the style guide", () => {
  const complaints = complaintsAbout(tree());
  assert.ok(complaints.length === 0, `\n${complaints.join("\n")}\n`);
});
