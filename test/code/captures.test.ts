// A captured variable could be missed, and so a stale result reused, or a name blamed that is bound inside. Provoked
// with works made in functions, one for each way to bind a name.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { sameWork } from "../../src/code/identify-works.ts";
import { captures, project, removeProjects, workOf } from "./project.ts";

after(removeProjects);

/** A work made within a function that has the locals a, b and c. */
const within = (work: string, more = ""): string =>
  `const top = 1;\nexport function make(a = 1, { b } = { b: 2 }) {\n  const c = 3;\n  ${more}\n  return ${work};\n}\n`;

const cases: readonly (readonly [what: string, main: string, captured: readonly string[]])[] = [
  ["locals of every kind", within("(i) => i + a + b + c + top"), ["a", "b", "c"]],
  ["nothing of the module or the world", within("(i) => Math.max(i, top)"), []],
  ["a parameter of its own", within("(a, { b, ...c }) => [a, b, c]"), []],
  ["a local of its own", within("() => { const a = 1; let b; var c; return [a, b, c]; }"), []],
  ["a var declared later, in a block", within("() => { a = 1; if (top) { var a; } return a; }"), []],
  ["a let that is bound in another block", within("() => { { let a; } return a; }"), ["a"]],
  ["a default that the body cannot bind", within("(x = a) => { var a = 2; return [x, a]; }"), ["a"]],
  ["a name in a nested function", within("(i) => i.map((x) => x + c)"), ["c"]],
  ["a name that a nested function binds", within("(i) => i.map((c) => c + 1)"), []],
  [
    "a member's name, a key and a label",
    within("(i) => { a: for (;;) { break a; } return { b: i.c }; }"),
    [],
  ],
  ["a short property", within("() => ({ a })"), ["a"]],
  ["a computed key", within("({ [a]: x }) => x"), ["a"]],
  ["what it assigns", within("() => { c2 = 1; a.x = 2; return 0; }", "let c2 = 0;"), ["a", "c2"]],
  [
    "a function of the function around it",
    within("() => inner()", "function inner() { return a; }"),
    ["inner"],
  ],
  ["its own name", within("function own(n) { return n ? own(n - 1) : 0; }"), []],
  ["a caught error's name", within("() => { try { return top; } catch (a) { return a; } }"), []],
  [
    "a loop's variable",
    within("(i) => { for (const a of i) for (let b = 0; b < a; b++) return a + b; }"),
    [],
  ],
  ["a template and a tag", within("() => a`${b}`"), ["a", "b"]],
  [
    "a class's parts",
    within("() => class A extends a { [b] = c; #p = 1; go() { return this.#p; } }"),
    ["a", "b", "c"],
  ],
  ["this, of an arrow", "export function make() { return () => this; }", ["this"]],
  ["arguments, of an arrow", "export function make() { return () => arguments.length; }", ["arguments"]],
  ["this, of a method of its own", within("({ go() { return this; } }).go"), []],
  [
    "a switch's constant",
    within("(i) => { switch (i) { case 1: const a = 1; return a; default: return b; } }"),
    ["b"],
  ],
  [
    "a destructured assignment",
    within("(i) => { [a, ...c2] = i; ({ x: b = c } = i); }", "let c2;"),
    ["a", "b", "c", "c2"],
  ],
];

describe("I4: a work's captures are", () => {
  for (const [what, main, captured] of cases)
    test(what, async () => assert.deepEqual(await captures(main), captured));
});

const flow = (step: string, local = "1", elsewhere = "1"): string =>
  `export const other = ${elsewhere};\nconst workflow = (it) => it;\nexport default workflow({\n  name: "f",\n  async run(ctx, input) {\n    const local = ${local};\n    return ctx.step("s", input, ${step});\n  },\n});\n`;

const stepWork = async (main: string) => {
  const at = await project({ "main.ts": main });
  let work: unknown;
  const ctx = { step: async (_: string, __: unknown, given: unknown) => (work = given) };
  const { run } = at.loaded["default"] as { run: (ctx: unknown, input: unknown) => Promise<unknown> };
  await run(ctx, 1);
  return { works: at.works, work: workOf(work) };
};

describe("a work that captures", () => {
  test("is told apart from one that does not", async () => {
    const one = await stepWork(flow("(i) => i + local"));
    assert.equal(sameWork(one.works, one.work, one.works, one.work), "captures");
    const other = await stepWork(flow("(i) => i + other"));
    assert.equal(sameWork(other.works, other.work, other.works, other.work), "same");
  });

  test("I1: changes with the workflow around it, and not with what that does not reach", async () => {
    const before = await stepWork(flow("(i) => i + local"));
    const later = await stepWork(flow("(i) => i + local", "2"));
    const beside = await stepWork(flow("(i) => i + local", "1", "2"));
    assert.equal(sameWork(before.works, before.work, later.works, later.work), "changed");
    assert.equal(sameWork(before.works, before.work, beside.works, beside.work), "captures");
  });

  test("I1: changes with anything, when who calls the function around it is not known", async () => {
    const main = (n: number): string =>
      `const make = (k) => (i) => i * k;\nexport const work = make(${n});\n`;
    const [one, two] = [await project({ "main.ts": main(1) }), await project({ "main.ts": main(2) })];
    const work = workOf(one.loaded["work"]);
    assert.equal(work, workOf(two.loaded["work"]));
    assert.equal(sameWork(one.works, work, two.works, work), "changed");
    assert.equal(sameWork(one.works, work, one.works, work), "captures");
  });

  test("I1: a method changes with the object it is of, when it uses this", async () => {
    const main = (n: number): string =>
      `const tool = (it) => it;\nexport const it = tool({ n: ${n}, run() { return this.n; } });\nexport const work = it.run;\n`;
    const [one, two] = [await project({ "main.ts": main(1) }), await project({ "main.ts": main(2) })];
    const work = workOf(one.loaded["work"]);
    assert.equal(sameWork(one.works, work, two.works, work), "changed");
    assert.equal(sameWork(one.works, work, one.works, work), "same");
  });
});
