// Pages that show code and say what it prints go stale without a word. What finds
// that out is tested here with pages and outputs that are wrong in one way each;
// docs/errors.md is held to the catalogue it is made from.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { errorPage } from "../scripts/error-page.ts";
import { difference, expectedOutput } from "../scripts/expected-output.ts";
import { figures, readme } from "../scripts/readme-figures.ts";
import { snippetsOf } from "../scripts/snippets.ts";
import { errorCatalogue } from "../src/base/error-catalogue.ts";

describe("snippets of a page", () => {
  test("are the ts blocks, each with the page's line numbers", () => {
    const [only, ...others] = snippetsOf("# A\n\n```ts\nconst a = 1;\nconst b = 2;\n```\n\n```sh\nls\n```\n");
    assert.deepEqual(others, []);
    assert.equal(only?.text, "const a = 1;\nconst b = 2;\nexport {};\n");
    assert.deepEqual(only?.lines, [4, 5, 0]);
  });

  test("leave out what is only shown", () => {
    assert.deepEqual(snippetsOf("```ts nocheck\nconst a = ;\n```\n"), []);
  });

  test("go on where the one before ended when they say so", () => {
    const [only] = snippetsOf("```ts\nconst a = 1;\n```\ntext\n```ts continued\na + 1;\n```\n");
    assert.equal(only?.text, "const a = 1;\na + 1;\nexport {};\n");
    assert.deepEqual(only?.lines, [2, 6, 0]);
  });

  test("can have a file name that later ones import", () => {
    assert.equal(snippetsOf("```ts file=order.ts\nexport const a = 1;\n```\n")[0]?.name, "order.ts");
  });

  test("cannot continue what is not there", () => {
    assert.throws(() => snippetsOf("```ts continued\na;\n```\n"), /nothing to continue/);
  });
});

describe("an example's output", () => {
  test("is the block of comments at its end", () => {
    assert.deepEqual(expectedOutput('say("a");\n\n// Output:\n// a\n//   b\n'), ["a", "  b"]);
  });

  test("is missing when there is no block, or code follows it", () => {
    assert.equal(expectedOutput('say("a");\n'), undefined);
    assert.equal(expectedOutput('// Output:\n// a\nsay("a");\n'), undefined);
  });

  test("may differ only where … stands", () => {
    assert.equal(difference(["run … took … ms (1.0)"], "run r_7 took 12 ms (1.0)\n"), undefined);
    assert.match(difference(["run … took 1 ms"], "run r_7 took 2 ms\n") ?? "", /line 1/);
    assert.match(difference(["a", "b"], "a\n") ?? "", /line 2 is missing: b/);
    assert.match(difference(["a"], "a\nb\n") ?? "", /line 2 was not expected: b/);
  });
});

describe("docs/errors.md", () => {
  test("has one heading for each code, in the catalogue's order", async () => {
    const headings = (await errorPage()).match(/^### .*$/gm)?.map((it) => it.slice(4));
    assert.deepEqual(headings, Object.keys(errorCatalogue));
  });

  test("shows details by name and never as code", async () => {
    const page = await errorPage();
    assert.match(page, /‹runId›/);
    assert.doesNotMatch(page, /\bundefined\b|\bNaN\b|\[object |Proxy/);
  });

  test("is what the catalogue gives now", async () => {
    const committed = readFileSync(join(import.meta.dirname, "../docs/errors.md"), "utf8");
    assert.ok(committed === (await errorPage()), "stale: run `npm run docs:errors`");
  });
});

describe("the README's figures", () => {
  test("are those that the last whole bench printed", () => {
    const { now, due } = readme();
    assert.equal(now, due, "npm run docs:figures");
  });

  test("say what was missed", () => {
    const row = { id: "W2", what: "runs", unit: "steps/s", floor: 10, ours: 2, ratio: 0.2, bar: "≥ 0.4" };
    const page = figures({ machine: "here", at: "2026-01-01T00:00:00Z", rows: [{ ...row, met: false }] });
    assert.match(page, /\| W2: runs \| 10\.0 steps\/s \| 2\.00 steps\/s \| 0\.20 × \| ≥ 0\.4 \| missed \|/);
    assert.match(page, /0 of 1 bars are met/);
  });
});
