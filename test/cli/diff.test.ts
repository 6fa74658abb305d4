// Two runs beside each other could be matched wrongly, or a change be lost between what was taken over and what was
// done again. Provoked with a rerun on another input, and one that changes nothing.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { place, projectFolder } from "./spawn-cli.ts";

const here = place();
after(() => here.remove());
const note = join(projectFolder, "note.ts");
let first = "";
let second = "";

before(async () => {
  first = await started(["run", note, "--yes"]);
  second = await started([
    "rerun",
    "last",
    "--yes",
    "--input",
    '{"text":"One line.\\nThe fan failed at 20 bar.\\n"}',
  ]);
});

async function started(args: readonly string[]): Promise<string> {
  const { code, out } = await here.cli([...args, "--json"]);
  assert.equal(code, 0, out);
  return (JSON.parse(out) as { run: string }).run;
}

describe("diff", () => {
  test("shows input, steps and output that changed, each by path", async () => {
    const { code, out } = await here.cli(["diff", first, second]);
    assert.equal(code, 0, out);
    assert.match(out, new RegExp(`^note: ${first} → ${second} \\(its rerun\\)$`, "m"));
    assert.match(out, /\nInput\n {2}text/);
    assert.match(
      out,
      /~ quoter #\d+ → #\d+ another output\n {6}quote: "The pump failed at 80 bar\." → "The fan failed at 20 bar\."/,
    );
    assert.match(
      out,
      /\nOutput\n(.*\n)*? {2}quote: "The pump failed at 80 bar\." → "The fan failed at 20 bar\."/,
    );
  });

  test("of a run with itself finds nothing", async () => {
    const { out } = await here.cli(["diff", first, first]);
    assert.match(out, /0 changed, 0 gone, 0 new/);
    assert.match(out, /\nOutput\n {2}the same\n$/);
  });

  test("as JSON counts every step once, and matches steps inside agents too", async () => {
    const { out } = await here.cli(["diff", first, second, "--json"]);
    const found = JSON.parse(out) as {
      counts: Record<string, number>;
      steps: { path: string; change: string }[];
    };
    const total = Object.values(found.counts).reduce((sum, it) => sum + it, 0);
    assert.equal(total, found.steps.length);
    assert.ok(found.steps.some((it) => it.path === "quoter › attempt 1 › model" && it.change === "changed"));
  });

  test("of a run that is not there fails in words", async () => {
    const { code, err } = await here.cli(["diff", first, "r0nothing"]);
    assert.equal(code, 1);
    assert.match(err, /RUN_UNKNOWN/);
  });
});
