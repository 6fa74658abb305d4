// Lint could blame code that is no work, or miss a work that captures. Provoked with the ways to hand over a work.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { capturingWorks } from "../../src/code/capturing-works.ts";
import { project, removeProjects } from "./project.ts";

after(removeProjects);

async function found(body: string, head = ""): Promise<string[]> {
  const main = `${head}\nexport async function run(ctx, input) {\nconst local = 1;\n${body}\n}\n`;
  const { snapshot } = await project({ "main.ts": main }, { load: false });
  const works = await capturingWorks(snapshot);
  return works.map((it) => `${it.line} ${it.kind} ${it.name ?? "?"}: ${it.captures.join()}`);
}

const tools = `import { tool as made } from "firebreak";`;

describe("I4: lint blames", () => {
  const blamed: readonly (readonly [what: string, body: string, expected: string, head?: string])[] = [
    ["a step's work", `ctx.step("s", input, (i) => i + local);`, "4 step s: local"],
    ["each name once", `ctx.step("s", 0, () => [local, local, input]);`, "4 step s: input,local"],
    [
      "a local function by its name",
      `function w() { return local; }\nctx.step("s", 0, w);`,
      "4 step s: local",
    ],
    ["a local arrow by its name", `const w = () => local;\nctx.step("s", 0, w);`, "4 step s: local"],
    [
      "a step in the work of another",
      `ctx.step("o", input, (i, { ctx }) => ctx.step("s", 0, () => i));`,
      "4 step s: i",
    ],
    ["a step in a map", `ctx.map([1], (x, c) => c.step("s", 0, () => x));`, "4 step s: x"],
    ["a tool made in a function", `made({ name: "t", run: () => local });`, "4 tool t: local", tools],
    ["a tool's method", `made({ name: "t", async run() { return local; } });`, "4 tool t: local", tools],
    [
      "a typed work",
      `ctx.step("s", input as string, async (i: string): Promise<string> => i + String(local));`,
      "4 step s: local",
    ],
  ];
  for (const [what, body, expected, head] of blamed)
    test(what, async () => assert.deepEqual(await found(body, head), [expected]));
});

describe("lint leaves alone", () => {
  const fine: readonly (readonly [what: string, body: string, head?: string])[] = [
    ["a work that takes its input", `ctx.step("s", { local }, (i) => i.local);`],
    ["a work at the top of the module", `ctx.step("s", 0, top);`, "const n = 1;\nconst top = () => n;"],
    [
      "bodies of map, branch, loop and first",
      `ctx.map([1], () => local);\nctx.branch("b", () => local);\nctx.loop("l", 0, () => local);\nctx.first(1, { a: () => local });`,
    ],
    [
      "a version by hand",
      `ctx.step("s", 0, () => local, { version: "2" });\nmade({ name: "t", version: "1", run: () => local });`,
      tools,
    ],
    ["a step of something else", `motor.step("s", 0, () => local);`, "const motor = { step() {} };"],
    ["a function of another name", `other({ name: "t", run: () => local });`, "const other = (it) => it;"],
  ];
  for (const [what, body, head] of fine)
    test(what, async () => assert.deepEqual(await found(body, head), []));
});
