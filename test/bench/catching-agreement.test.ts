// Agreement is only worth what its comparison is worth: forms of one number that are told apart throw right
// answers away, and different answers that are taken for one let wrong ones through.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { answerValue } from "../../bench/catching/agreement-answer.ts";
import { accept, run } from "../../bench/catching/agreement.ts";

const same: readonly (readonly string[])[] = [
  ["1200", "1,200", "$1200.00", String.raw`\$1,200`, String.raw`1200 \text{ dollars}`, "1200 dollars."],
  ["3.5", String.raw`\frac{7}{2}`, "7/2", String.raw`3\frac{1}{2}`],
  ["None", "'None'", String.raw`\text{None}`, "none", "N/A"],
  ["5%", String.raw`5\%`, "5"],
  ["2h + 4", "2H+4"],
  ["-4", "-4.0"],
];

for (const forms of same)
  test(`${forms[0]}: ${forms.length} ways to write it are one answer`, () => {
    assert.equal(new Set(forms.map(answerValue)).size, 1, forms.map(answerValue).join(" | "));
  });

test("answers that differ stay apart", () => {
  const different = ["12", "1.2", "-12", "x - 12", "12x", "None", "1/12", "12,5", "2h + 4", "2h - 4"];
  assert.equal(new Set(different.map(answerValue)).size, different.length);
});

test("no answer agrees with nothing, not with another that is missing", () => {
  assert.equal(answerValue("  "), undefined);
  const missing = { value: undefined, correct: false };
  assert.deepEqual(accept([missing, missing], 2), { accepted: false, wrong: false });
});

test("an answer is accepted when enough runs give it, and no other as often", () => {
  const a = { value: 1, correct: true };
  const b = { value: 2, correct: false };
  assert.deepEqual(accept([a, a, b], 2), { accepted: true, wrong: false });
  assert.deepEqual(accept([b, b, a], 2), { accepted: true, wrong: true });
  assert.deepEqual(accept([a, b], 2), { accepted: false, wrong: false });
  assert.deepEqual(accept([a, a, b, b], 2), { accepted: false, wrong: false });
  assert.deepEqual(accept([a, a, b], 3), { accepted: false, wrong: false });
});

test("runs that agree and are judged differently count as wrong", () => {
  const runs = [true, false].map((correct) => ({ value: "x - 21", correct }));
  assert.deepEqual(accept(runs, 2), { accepted: true, wrong: true });
});

test("without data the part says so and has no rows", async () => {
  const { rows, notes } = await run({ data: undefined, seed: 1, quick: true });
  assert.deepEqual(rows, []);
  assert.match(notes.join(), /^Skipped/);
});

test("every pairing of set-ups and seeds is reported, and counts what its runs say", async () => {
  const data = mkdtempSync(join(tmpdir(), "agreement-"));
  const folder = join(data, "agents-ag2-gsmplus");
  mkdirSync(folder);
  const rows = ["one", "two"].flatMap((id) =>
    ["orig", "impr"].flatMap((prompt) =>
      [1, 2].map((seed) => {
        const isWrong = id === "two";
        return {
          id,
          model: "m",
          prompt,
          topology: "t",
          seed,
          given: isWrong ? "7" : "5.0",
          correct: !isWrong,
        };
      }),
    ),
  );
  writeFileSync(join(folder, "runs.jsonl"), rows.map((it) => JSON.stringify(it)).join("\n"));
  const found = await run({ data, seed: 1, quick: true });
  rmSync(data, { recursive: true });
  const of = (name: string): readonly [number, number] | undefined =>
    found.rows.filter((it) => it.name.startsWith(name)).map((it) => [it.n, it.value] as const)[0];
  assert.deepEqual(of("no gate"), [8, 0.5]);
  assert.deepEqual(of("2 agree: every pair"), [12, 0.5]);
  assert.deepEqual(of("2 seeds of m/orig/t"), [2, 0.5]);
  assert.deepEqual(of("m/impr/t with m/orig/t"), [4, 0.5]);
  assert.match(found.notes.join(), /6 single pairings/);
});
