// The bench must run where the data is not, and on data it has not seen. Provoked with no folder, an empty one, a
// folder of synthetic rows made up here, and rows that do not have the stated form.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../bench/catching/grounding/grounding.ts";
import { ragtruth } from "../../bench/catching/grounding/labelled.ts";

function inData(write: (folder: string) => void, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "firebreak-data-"));
  write(folder);
  return use(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
}

function writeRows(folder: string, set: string, file: string, rows: readonly unknown[]): void {
  mkdirSync(join(folder, set), { recursive: true });
  writeFileSync(join(folder, set, file), rows.map((it) => `${JSON.stringify(it)}\n`).join(""));
}

const source =
  "The Severn rises on Plynlimon at 610 metres. It runs 354 kilometres to the sea. On 12 May 1998 the bridge opened.";

const answers = Array.from({ length: 12 }, (_, at) => ({
  id: `synthetic-${at}`,
  source_id: `s${at}`,
  question: "how long is the severn",
  source: `passage 1:${source} Text ${at}.`,
  response:
    at % 3 === 0
      ? "The Severn was dug by Roman engineers for shipping wine across Europe."
      : "The Severn rises on Plynlimon and runs 354 kilometres to the sea.",
  spans: at % 3 === 0 ? [{ start: 0, end: 60 }] : [],
  hallucinated: at % 3 === 0,
}));

test("without data it skips in words and names the sets", async () => {
  for (const data of [undefined, join(tmpdir(), "firebreak-no-such-folder")]) {
    const { rows, notes } = await run({ data, seed: 1, quick: true });
    assert.deepEqual(rows, []);
    assert.match(notes.join(), /skipped: .*RAGTruth, FActScore and FaithBench/);
  }
});

test("one set alone is measured: faults planted in what is right, and scorers against labels", () =>
  inData(
    (folder) => writeRows(folder, "grounding-ragtruth-qa", "responses.jsonl", answers),
    async (data) => {
      const { rows } = await run({ data, seed: 1, quick: true });
      const row = (name: string): (typeof rows)[number] => {
        const found = rows.find((it) => it.name === name);
        assert.ok(found, `${name} is not among ${rows.map((it) => it.name).join("; ")}`);
        return found;
      };
      assert.equal(row("false alarms: RAGTruth QA").n, 8);
      assert.equal(row("false alarms: RAGTruth QA").value, 0);
      const numbers = row("planted number caught");
      assert.ok(numbers.n >= 8 && numbers.value === 1, JSON.stringify(numbers));
      const scorer = row("RAGTruth QA, response F1: support scorer");
      assert.equal(scorer.n, answers.length);
      assert.equal(scorer.constant, 0.5);
      assert.equal(scorer.value, 1);
      assert.ok(rows.every((it) => !it.name.startsWith("FActScore")));
    },
  ));

test("the same seed gives the same rows", () =>
  inData(
    (folder) => writeRows(folder, "grounding-ragtruth-qa", "responses.jsonl", answers),
    async (data) => {
      const options = { data, seed: 3, quick: true };
      assert.deepEqual(await run(options), await run(options));
    },
  ));

test("a row without its label is refused by name, not counted as right", () =>
  inData(
    (folder) =>
      writeRows(folder, "grounding-ragtruth-qa", "responses.jsonl", [
        { id: "a", source_id: "s", question: "", source: "", response: "", spans: [] },
      ]),
    async (data) => {
      await Promise.resolve();
      assert.throws(() => ragtruth(data), /no true or false at "hallucinated"/);
    },
  ));
