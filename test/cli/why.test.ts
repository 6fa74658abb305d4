// What a person reads of lineage could be wrong although the fold is right: a mark that means something else, a value
// that is cut, a missing name told as a crash. Provoked with a real run and with paths that lead nowhere.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { place, projectFolder } from "./spawn-cli.ts";

const here = place();
after(() => here.remove());
const note = join(projectFolder, "note.ts");

before(async () => {
  const { code, out } = await here.cli(["run", note, "--yes", "--sabotage", "quoter=misquote"]);
  assert.equal(code, 0, out);
});

describe("why", () => {
  test("leads from a part of the output over the person and the agent to the bytes of the input", async () => {
    const { code, out } = await here.cli(["why", "last", "output.quote"]);
    assert.equal(code, 0, out);
    const lines = out.split("\n");
    assert.match(lines[0] ?? "", /^output\.quote {2}"The pump failed at 80 bar\."$/);
    assert.match(out, /^= Is this the quote\?\.quote$|^= \S.*\.quote\n {2}approved by --yes \(a flag\)/m);
    assert.match(
      out,
      /^= quoter\.quote\n {2}answered by baseline:\S+ \(no language model\), attempt 2 \(1 rejected before\)/m,
    );
    const bytes = /bytes (\d+) to (\d+): “(.*)”/.exec(out);
    assert.equal(bytes?.[3], "The pump failed at 80 bar.");
    assert.match(out, /given to the run as its input: \d+ bytes/);
  });

  test("of a computed number tells what it was made from", async () => {
    const { out } = await here.cli(["why", "last", "count"]);
    assert.match(out, /^count {2}\d+\nmade by a function · event 3$/m);
    assert.match(out, /^ {2}← text: input\.text/m);
  });

  test("as JSON holds the same tree", async () => {
    const { out } = await here.cli(["why", "last", "quoter.quote", "--json"]);
    const node = JSON.parse(out) as {
      step: string;
      attempt: number;
      sources: { tie: string; step: string }[];
    };
    assert.equal(node.step, "quoter");
    assert.equal(node.attempt, 2);
    assert.deepEqual(
      node.sources.map((it) => [it.tie, it.step]),
      [["evidence", "input"]],
    );
  });

  test("of a place that is not there says what is, and fails", async () => {
    const step = await here.cli(["why", "last", "qouter.quote"]);
    assert.equal(step.code, 1);
    assert.match(
      step.err,
      /STEP_UNKNOWN: run \S+ has no step "qouter\.quote"\.\nIts steps are count, quoter/,
    );
    const part = await here.cli(["why", "last", "output.qoute"]);
    assert.match(
      part.err,
      /VALUE_PATH_UNKNOWN: there is nothing at "output\.qoute"\.\noutput has lines, quote\./,
    );
    const depth = await here.cli(["why", "last", "output", "--depth", "no"]);
    assert.equal(depth.code, 2);
  });
});
