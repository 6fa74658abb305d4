// The lint could miss what a replay trips over, or blame what is fine: time and chance inside a step, words in strings
// and comments, steps that are awaited in other ways. Provoked with functions as text.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lintSource } from "../../src/cli/lint-source.ts";
import { place, projectFolder } from "./spawn-cli.ts";

const found = (source: string): string[] => lintSource(source).map((it) => `${it.line} ${it.message}`);

describe("lint", () => {
  test("names clock, chance, timers, the outside world and the environment outside a step, by line", () => {
    const source = `async run(ctx, input) {
  const at = Date.now();
  const n = Math.random();
  setTimeout(() => {}, 5);
  const page = await fetch(input.url);
  return process.env;
}`;
    assert.deepEqual(found(source), [
      "2 the clock is read outside a step: Date.now()",
      "3 chance is used outside a step: Math.random()",
      "4 a timer is used outside a step: setTimeout()",
      "5 the outside world is reached outside a step: fetch()",
      "6 the environment is read outside a step: process.env",
    ]);
  });

  test("leaves alone what stands in a step, a string or a comment", () => {
    const source = `async (ctx) => {
  // Date.now() is for steps
  const text = "fetch(url) and Math.random()";
  const page = await ctx.step("get", { text }, async () => (await fetch(\`x\${Date.now()}\`)).text());
  return [page, ctx.now(), new Date(page)];
}`;
    assert.deepEqual(found(source), []);
  });

  test("names a step that nobody awaits, and no step that somebody does", () => {
    const source = `async (c, input) => {
  c.step("lost", {}, work);
  const later = c.call(agent, input);
  const [a, b] = await Promise.all([c.step("a", {}, work), c.step("b", {}, work)]);
  c.log("fine");
  return later.then(() => c.sleep("1s"));
}`;
    assert.deepEqual(found(source), ["2 nobody awaits c.step(…): it is cancelled when the workflow ends"]);
  });

  test("as a command names file and line, and exits with 1 for an error", async () => {
    const here = place();
    const fine = await here.cli(["lint", join(projectFolder, "note.ts")]);
    assert.equal(fine.code, 0, fine.out);
    assert.match(fine.out, /nothing found in workflow "note"/);
    writeFileSync(
      join(here.folder, "bad.ts"),
      `// A head.\nexport default {\n  kind: "workflow",\n  name: "bad",\n  async run(ctx: unknown) {\n    return Math.random();\n  },\n};\n`,
    );
    const { code, out } = await here.cli(["lint", "bad.ts"]);
    assert.equal(code, 1);
    assert.match(
      out,
      /^bad\.ts:6 {2}error {2}chance is used outside a step: Math\.random\(\)\. Use ctx\.random\(\)\.\n1 finding\n$/,
    );
    here.remove();
  });

  test("I4: names works that capture local variables, in the modules that the workflow reaches, by file and line", async () => {
    const here = place();
    writeFileSync(
      join(here.folder, "flow.ts"),
      `import { part } from "./part.ts";
export default {
  kind: "workflow",
  name: "flow",
  async run(ctx: any, input: number) {
    const factor = await ctx.step("factor", input, (it: number) => it + 1);
    await ctx.map([1], (one: number, ctx: any) => ctx.step("fine", { one, factor }, (it: unknown) => it));
    await ctx.step("by hand", input, (it: number) => it * factor, { version: "1" });
    return part(ctx, await ctx.step("bad", input, (it: number) => it * factor));
  },
};
`,
    );
    writeFileSync(
      join(here.folder, "part.ts"),
      "export async function part(ctx: any, n: number) {\n  const local = (it: number) => it + n;\n  return ctx.step(`part`, 1, local);\n}\n",
    );
    const { code, out } = await here.cli(["lint", "flow.ts"]);
    assert.equal(code, 1);
    const mend = "Pass it in the input, move it to the top of the module, or give version.";
    const captures = (place: string, what: string, name: string): string =>
      `${place}  error  the work of ${what} captures "${name}": a rerun cannot see when that changes. ${mend}`;
    assert.deepEqual(out.trimEnd().split("\n"), [
      captures("flow.ts:9", 'step "bad"', "factor"),
      captures("part.ts:2", "a step", "n"),
      "2 findings",
    ]);
    here.remove();
  });
});
