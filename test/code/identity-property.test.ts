// An edit of a kind nobody thought of could go unseen or cost a rerun. Provoked with projects made at random: a tree of
// declarations over two modules, of which the work reaches some; one declaration is edited.

import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { sha } from "../../src/base/values.ts";
import type { Manifest } from "../../src/code/code.ts";
import { identifyWorks } from "../../src/code/identify-works.ts";

/** One declaration: how it is written, and which later ones it uses. */
interface Made {
  readonly shape: number;
  readonly uses: readonly number[];
  /** Stands in the second module. */
  readonly isFar: boolean;
}

const work = "(i) => [i, d0]";
const shapes: readonly ((name: string, body: string) => string)[] = [
  (name, body) => `const ${name} = ${body};`,
  (name, body) => `function ${name}() { return ${body}; }`,
  (name, body) => `class ${name} { go() { return ${body}; } }`,
  (name, body) => `const { ${name} = () => ${body} } = {};`,
  (name, body) => `const ${name} = async (x = ${body}) => { for (const y of x) await y; };`,
  (name, body) => `const ${name} = {};\n${name}.member = () => ${body};`,
  (name, body) => `let ${name};\nfunction set${name}() { ${name} = ${body}; }`,
];

const project = fc.array(
  fc.record({
    shape: fc.nat(shapes.length - 1),
    uses: fc.array(fc.nat(9), { maxLength: 3 }),
    isFar: fc.boolean(),
  }),
  { minLength: 1, maxLength: 10 },
);

/** The two modules, with the number that the edited declaration holds. */
function write(all: readonly Made[], edited: number, noise: number): { main: string; far: string } {
  const texts = { main: [] as string[], far: [] as string[] };
  const spaces = " ".repeat(noise);
  for (const [at, it] of all.entries()) {
    const used = it.uses.filter((one) => one < all.length).map((one) => `() => d${one}`);
    const text =
      shapes[it.shape]?.(`d${at}`, `${spaces}[${at === edited ? 100 : at}, ${used.join(", ")}]`) ?? "";
    texts[it.isFar ? "far" : "main"].push(`${text} ${noise > 0 ? "// noise" : ""}`);
  }
  const named = (isFar: boolean): string =>
    all.flatMap((it, at) => (it.isFar === isFar ? [`d${at}`] : [])).join(", ");
  const join = (own: string[], isFar: boolean): string =>
    `import { ${named(!isFar)} } from "./${isFar ? "main" : "far"}.ts";\n${own.join("\n")}\nexport { ${named(isFar)} };\n`;
  return { main: `${join(texts.main, false)}export const work = ${work};\n`, far: join(texts.far, true) };
}

async function identify(all: readonly Made[], edited: number, noise = 0): Promise<string> {
  const { main, far } = write(all, edited, noise);
  const manifest: Manifest = {
    form: 1,
    entry: "main.ts",
    node: "24",
    modules: {
      "main.ts": { text: { $blob: "main" }, imports: { "./far.ts": "far.ts" } },
      "far.ts": { text: { $blob: "far" }, imports: { "./main.ts": "main.ts" } },
    },
    packages: {},
  };
  const encoder = new TextEncoder();
  const works = await identifyWorks(encoder.encode(JSON.stringify(manifest)), async (hash) =>
    encoder.encode(hash === "main" ? main : far),
  );
  const found = works(sha(work).slice(0, 16));
  assert.ok(found.unknown === undefined, "why" in found ? found.why : "");
  return found.identity;
}

/** Declarations that the work reaches, by the project's own rules. */
function reached(all: readonly Made[]): ReadonlySet<number> {
  const found = new Set([0]);
  for (const at of found) for (const one of all[at]?.uses ?? []) if (one < all.length) found.add(one);
  return found;
}

test("I1, I2: an edit changes the identity exactly when the work reaches what was edited", async () => {
  await fc.assert(
    fc.asyncProperty(project, fc.nat(9), async (all, pick) => {
      const edited = pick % all.length;
      const isSame = (await identify(all, -1)) === (await identify(all, edited));
      assert.equal(isSame, !reached(all).has(edited));
    }),
    { numRuns: 150 },
  );
});

test("I2: spaces and comments never change it", async () => {
  await fc.assert(
    fc.asyncProperty(project, fc.integer({ min: 1, max: 5 }), async (all, noise) => {
      assert.equal(await identify(all, -1), await identify(all, -1, noise));
    }),
    { numRuns: 50 },
  );
});
