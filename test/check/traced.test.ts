// What could go wrong: a report states a number nobody computed, or a quotation nobody wrote.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Source, Verdict } from "../../src/check/check.ts";
import { runChecks } from "../../src/check/judge-checks.ts";
import { traceNumbers } from "../../src/check/trace-numbers.ts";
import { traced, type TracedOptions } from "../../src/check/traced.ts";

const read: readonly Source[] = [
  { name: "protocol.md", text: "Intro.\n885 hits were re-tested in three runs.", value: null },
];
const facts = {
  pearson: 0.87721,
  rows: [
    { id: "MAT-1", ic50_uM: 0.412 },
    { id: "MAT-2", ic50_uM: 12.31 },
  ],
};
const judge = (text: unknown, options: TracedOptions = {}, input: unknown = facts): Verdict =>
  (runChecks([traced(options)], text, { input, read }) as Verdict[])[0]!;

describe("a traced report", () => {
  test("passes with every number rounded from a computed value and every quotation in a file", () => {
    const verdict = judge(
      '# Report\n\nr = 0.877 over 2 compounds; MAT-1 has 0.41 µM.\nThe protocol says "885 hits were re-tested in three runs".',
    );
    assert.equal(verdict.result, "pass", JSON.stringify(verdict));
    assert.deepEqual(
      verdict.evidence!.map((it) => it.where),
      ["pearson", "rows.length", "rows[0].ic50_uM", "protocol.md:2"],
    );
  });

  test("names the bytes of the report and of the file they rest on", () => {
    const text = 'Größe: 0.41 µM. Es heißt "885 hits were re-tested".';
    const [number, quotation] = judge({ text }, { text: "text" }).evidence!;
    const cut = (whole: string, at: { start?: number; end?: number }): string =>
      Buffer.from(whole).subarray(at.start, at.end).toString();
    assert.deepEqual(
      [number!.path, number!.where, cut(text, number!.claimed!)],
      ["text", "rows[0].ic50_uM", "0.41 µM"],
    );
    assert.equal(cut(text, quotation!.claimed!), '"885 hits were re-tested"');
    assert.equal(cut(read[0]!.text!, quotation!), "885 hits were re-tested");
  });

  test("fails for a number nobody computed, with its line", () => {
    const { result, problems } = judge("r = 0.877.\n\nThe best is 0.52 µM.");
    assert.deepEqual([result, problems.length, problems[0]!.where], ["fail", 1, "line 3"]);
    assert.match(problems[0]!.message, /no computed value gives "0\.52 µM"/);
  });

  test("fails for a unit other than the one the value's name states", () => {
    assert.match(judge("MAT-1 has 0.41 mM.").problems[0]!.message, /another unit/);
    assert.equal(judge("MAT-1 has 412 nM.").result, "pass");
  });

  test("fails for a quotation that stands nowhere, with the nearest passage", () => {
    const [problem] = judge("It says “886 hits were re-tested in three runs”.").problems;
    assert.equal(problem!.where, "protocol.md:2");
    assert.match(problem!.found!, /885 hits were re-tested/);
  });

  test("leaves terms between marks alone, and reads block quotes", () => {
    assert.equal(judge('A "confirmed hit" is meant.').result, "pass");
    assert.equal(judge("> 885 hits were re-tested in three runs.").result, "pass");
    assert.equal(judge("> 885 hits were tested in three runs.").result, "fail");
  });

  test("finds text and values at the paths given, in the input first, then in the output", () => {
    const output = { text: "r = 0.93", found: { r: 0.93 } };
    assert.equal(judge(output, { text: "text", numbers: "found" }).result, "pass");
    assert.equal(judge(output, { text: "text", numbers: "pearson" }).result, "fail");
    assert.equal(judge(output, { text: "text", numbers: () => [0.93] }).result, "pass");
    assert.equal(judge(output, { text: "text", numbers: "none" }).result, "unsure");
    assert.equal(judge({ text: "" }, { text: "text" }).result, "unsure");
  });

  test("is unsure of a year and of a lost sign", () => {
    assert.equal(judge("In 2019 it began.").result, "unsure");
    assert.equal(judge("It fell by 3.5.", {}, { change: -3.5 }).result, "unsure");
  });
});

test("tracing gives each number's line and the path of its value, and leaves out names and labels", () => {
  const found = traceNumbers("Table 2: MAT-2 at\n12.3 µM, n = 2, 7.7 is not", facts);
  assert.deepEqual(
    found.map((it) => [it.number, it.line, it.tracedTo]),
    [
      ["12.3 µM", 2, "rows[1].ic50_uM"],
      ["2", 2, "rows.length"],
      ["7.7", 2, undefined],
    ],
  );
});
