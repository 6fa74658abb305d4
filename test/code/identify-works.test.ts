// An edit could go unseen, so that a stale result stands, or a harmless one could cost a rerun. Provoked with pairs
// of small projects, each loaded by Node itself, so that the text of the function is what a step would record.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { sameWork } from "../../src/code/identify-works.ts";
import {
  assertChanged,
  assertSame,
  type Files,
  identity,
  project,
  removeProjects,
  workOf,
} from "./project.ts";

after(removeProjects);

const main = (text: string): Files => ({ "main.ts": text });
const base = `import { limit } from "./limits.ts";
const factor = 2;
const unused = 3;
export const work = (i: number) => i * factor + limit;
`;
const limits = "export const cutoff = 5;\nexport const limit = cutoff + 1;\nexport const other = 9;\n";
const two = (text: string, other: string): Files => ({ "main.ts": text, "limits.ts": other });

describe("I2: an identity is the same after", () => {
  const kept: readonly (readonly [what: string, before: string, after: string])[] = [
    [
      "comments",
      "export const work = (i) => i + 1;",
      "/* a */ export const work = (i) => /* b */ i + 1; // c",
    ],
    [
      "line breaks",
      "export const work = (i) => { return i + 1; };",
      "export const work = (i) => {\n  return i +\n 1;\n};",
    ],
    ["quotes and parentheses", `export const work = (i) => i + "a";`, "export const work = i => (i + 'a')"],
    [
      "trailing commas",
      "export const work = (i) => [i, 1];",
      "export const work = (\n  i,\n) => [\n  i,\n  1,\n];",
    ],
    [
      "empty statements",
      "export const work = (i) => { return i; };",
      "export const work = (i) => { ; return i;; };",
    ],
    [
      "types",
      "export const work = (i) => i + 1;",
      "export const work = (i: number): number => (i as number) + 1;",
    ],
    [
      "generics and satisfies",
      "export const work = (i) => [i];",
      "type Row<T> = { a: T };\nexport const work = <T extends Row<string>>(i: T): T[] => [i] satisfies T[];",
    ],
    [
      "interfaces",
      "export const work = (i) => i;",
      "interface A { b: string }\nexport const work = (i: A) => i!;",
    ],
    [
      "unrelated declarations",
      "const a = 1;\nexport const work = (i) => i;",
      "const a = 2;\nfunction b() {}\nexport const work = (i) => i;",
    ],
    [
      "the order of declarations",
      "const a = 1, b = 2;\nexport const work = () => a + b;",
      "const b = 2;\nexport const work = () => a + b;\nconst a = 1;",
    ],
    [
      "var to let elsewhere",
      "const a = 1;\nexport const work = () => a;",
      "let a = 1;\nexport const work = () => a;",
    ],
    [
      "an unrelated workflow beside it",
      "export const work = () => 1;",
      "export const work = () => 1;\nexport const flow = { run: async () => work() };",
    ],
  ];
  for (const [what, before, later] of kept) test(what, async () => assertSame(main(before), main(later)));

  test("an edit of another export of an imported module", async () => {
    await assertSame(two(base, limits), two(base, limits.replace("other = 9", "other = 10")));
  });

  test("types imported from a module that changed", async () => {
    const text = `import type { A } from "./limits.ts";\nimport { type B } from "./limits.ts";\nexport const work = (i: A & B) => i;\n`;
    await assertSame(
      two(text, "export type A = 1;\nexport type B = 1;"),
      two(text, "export type A = 2;\nexport type B = 3;\nexport const n = 1;"),
    );
  });

  test("moving what it uses to another file", async () => {
    const one = main("const a = { b: [1] };\nexport const work = () => a.b;");
    const other = two(
      `import { a } from "./limits.ts";\nexport const work = () => a.b;`,
      "export const a = { b: [1] };",
    );
    await assertSame(one, other);
  });

  test("formatting of imported data", async () => {
    const text = `import data from "./d.json" with { type: "json" };\nexport const work = () => data.a;\n`;
    await assertSame(
      { "main.ts": text, "d.json": '{"a":1}' },
      { "main.ts": text, "d.json": '{\n  "a": 1\n}\n' },
    );
  });
});

describe("I1: an identity changes with", () => {
  const changed: readonly (readonly [what: string, before: string, after: string])[] = [
    ["its own code", "export const work = (i) => i + 1;", "export const work = (i) => i + 2;"],
    ["a text it holds", "export const work = () => `a b`;", "export const work = () => `a  b`;"],
    [
      "a pattern it holds",
      "export const work = (i) => /a/g.test(i);",
      "export const work = (i) => /a/i.test(i);",
    ],
    ["a big number", "export const work = () => 1n;", "export const work = () => 2n;"],
    ["a default value", "export const work = (i = 1) => i;", "export const work = (i = 2) => i;"],
    [
      "a constant it uses",
      "const a = 1;\nexport const work = () => a;",
      "const a = 2;\nexport const work = () => a;",
    ],
    [
      "a constant in a default",
      "const a = 1;\nexport const work = (i = a) => i;",
      "const a = 2;\nexport const work = (i = a) => i;",
    ],
    [
      "a computed key",
      "const k = 'a';\nexport const work = ({ [k]: x }) => x;",
      "const k = 'b';\nexport const work = ({ [k]: x }) => x;",
    ],
    [
      "a function it calls through another",
      "const a = () => 1;\nfunction b() { return a(); }\nexport const work = () => b();",
      "const a = () => 2;\nfunction b() { return a(); }\nexport const work = () => b();",
    ],
    [
      "a class it makes",
      "class A { go() { return 1; } }\nexport const work = () => new A().go();",
      "class A { go() { return 2; } }\nexport const work = () => new A().go();",
    ],
    [
      "the class that one extends",
      "class B { n = 1 }\nclass A extends B {}\nexport const work = () => new A();",
      "class B { n = 2 }\nclass A extends B {}\nexport const work = () => new A();",
    ],
    [
      "a destructured constant",
      "const [a, { b }] = [1, { b: 2 }];\nexport const work = () => b;",
      "const [a, { b }] = [1, { b: 3 }];\nexport const work = () => b;",
    ],
    [
      "a tagged template",
      "const t = () => 1;\nexport const work = () => t`x`;",
      "const t = () => 2;\nexport const work = () => t`x`;",
    ],
    [
      "a statement that sets a constant's member",
      "const a = {};\na.b = 1;\nexport const work = () => a.b;",
      "const a = {};\na.b = 2;\nexport const work = () => a.b;",
    ],
    [
      "a declaration that fills a collection",
      "const a = new Map();\nconst b = a.set(1, 2);\nexport const work = () => a;",
      "const a = new Map();\nconst b = a.set(1, 3);\nexport const work = () => a;",
    ],
    [
      "a function that assigns a variable it uses",
      "let a = 0;\nexport const put = () => { a = 1; };\nexport const work = () => a;",
      "let a = 0;\nexport const put = () => { a = 2; };\nexport const work = () => a;",
    ],
    [
      "a statement that changes a global",
      "globalThis.x = 1;\nexport const work = () => 1;",
      "globalThis.x = 2;\nexport const work = () => 1;",
    ],
    [
      "the name of a global",
      "export const work = (i) => parseInt(i);",
      "export const work = (i) => parseFloat(i);",
    ],
    ["async", "export const work = () => 1;", "export const work = async () => 1;"],
    [
      "a constant used in a nested function",
      "const a = 1;\nexport const work = () => [1].map(() => a);",
      "const a = 2;\nexport const work = () => [1].map(() => a);",
    ],
    [
      "a label's loop",
      "export const work = () => { x: for (;;) break x; return 1; };",
      "export const work = () => { x: for (;;) break x; return 2; };",
    ],
  ];
  for (const [what, before, later] of changed)
    test(what, async () => assertChanged(main(before), main(later)));

  test("a constant that an imported one is made of", async () => {
    await assertChanged(two(base, limits), two(base, limits.replace("cutoff = 5", "cutoff = 6")));
  });

  test("what a name means, when a local constant takes the place of a global", async () => {
    await assertChanged(
      main("export const work = () => String(1);"),
      main("const String = () => 2;\nexport const work = () => String(1);"),
    );
  });

  test("one of two declarations that call each other", async () => {
    const text = (n: number): Files =>
      main(
        `function even(n) { return n === 0 ? ${n} : odd(n - 1); }\nfunction odd(n) { return n === 0 ? 0 : even(n - 1); }\nexport const work = (i) => odd(i);`,
      );
    await assertChanged(text(1), text(2));
    await assertSame(text(1), text(1));
  });
});

describe("every kind of function is found by its text", () => {
  const kinds: readonly (readonly [what: string, text: string])[] = [
    ["an arrow", "const work = async (i) => i;"],
    ["a function declaration", "function work(i) { return i; }"],
    ["a generator", "async function* work(i) { yield i; }"],
    ["a named function expression", "const work = function again(i) { return i ? again(i - 1) : 0; };"],
    ["a method", "const work = { async run(i) { return i; } }.run;"],
    ["a method with a computed name", "const work = { ['a' + 1](i) { return i; } }.a1;"],
    [
      "a getter's function",
      "const work = Object.getOwnPropertyDescriptor({ get a() { return 1; } }, 'a').get;",
    ],
    ["a class's method", "class A { go() { return 1; } }\nconst work = A.prototype.go;"],
    ["a static method", "class A { static async go() { return 1; } }\nconst work = A.go;"],
    ["a class field's arrow", "class A { go = () => 1; }\nconst work = new A().go;"],
    [
      "a typed arrow",
      "const work = <T,>(i: { a: T }, { b = 1 }: { b?: number } = {}): T | number => i.a ?? b;",
    ],
  ];
  for (const [what, text] of kinds)
    test(what, async () => assert.match(await identity(main(`${text}\nexport { work };`)), /^[0-9a-f]{32}$/));

  test("a default export without a name", async () => {
    const { works, loaded } = await project(main("export default async function (i: number) { return i; }"));
    assert.equal(works(workOf(loaded["default"])).unknown, undefined);
  });

  test("in a module that is reached, not only in the entry", async () => {
    const at = await project({
      "main.ts": `export { work } from "./a/b.ts";\n`,
      "a/b.ts": `import { c } from "../c.js";\nexport const work = () => c;\n`,
      "c.js": "export const c = 1;\n",
    });
    assert.equal(at.works(workOf(at.loaded["work"])).unknown, undefined);
  });
});

describe("two snapshots are compared", () => {
  test("I1: by what the recorded function reaches, also when its text differs", async () => {
    const before = await project(two(base, limits));
    const typed = await project(two(base.replace("(i: number)", "(i: number): number"), limits));
    const moved = await project(two(base, limits.replace("cutoff = 5", "cutoff = 6")));
    const works = [before, typed, moved].map((it) => workOf(it.loaded["work"]));
    const [first = "", second = "", third = ""] = works;
    assert.notEqual(first, second);
    assert.equal(first, third);
    assert.equal(sameWork(before.works, first, typed.works, second), "same");
    assert.equal(sameWork(before.works, first, moved.works, third), "changed");
  });

  test("by the version, where one is given by hand", async () => {
    const { works } = await project(main("export const work = () => 1;"));
    assert.equal(sameWork(works, "v:1", works, "v:1"), "same");
    assert.equal(sameWork(works, "v:1", works, "v:2"), "changed");
    assert.equal(sameWork(works, "v:1", works, "0123456789abcdef"), "changed");
  });

  test("I3: and a function of no project module is unknown", async () => {
    const { works } = await project(main("export const work = () => 1;"));
    const found = works("0123456789abcdef");
    assert.ok(found.unknown && found.why.includes("no function"));
    assert.equal(sameWork(works, "0123456789abcdef", works, "0123456789abcdef"), "unknown");
    assert.ok(works("").unknown);
  });

  test("I3: a function of equal text in two places changes when either of them does", async () => {
    const text = (a: number, b: number): Files => ({
      "main.ts": `import { work as other } from "./b.ts";\nexport { other };\nconst n = ${a};\nexport const work = () => n;\n`,
      "b.ts": `const n = ${b};\nexport const work = () => n;\n`,
    });
    await assertChanged(text(1, 2), text(1, 3));
    await assertChanged(text(1, 2), text(2, 2));
  });

  test("and a work is found by the first twelve digits too, as a check's verdict records it", async () => {
    const { works, loaded } = await project(main("export const work = () => 1;"));
    const work = workOf(loaded["work"]);
    assert.deepEqual(works(work.slice(0, 12)), works(work));
    assert.ok(works(work.slice(0, 11)).unknown);
  });
});
