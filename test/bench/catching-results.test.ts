// The entry and what it keeps: figures that are lost when one part is measured alone, a part that broke taking the
// others with it, and a bench that fails where there is no data are what could go wrong.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { keep, printed } from "../../bench/catching/results.ts";

const row = { name: "figure", n: 10, value: 0.5, low: 0.25, high: 0.75 };
const entry = join(import.meta.dirname, "../../bench/catching/catching.ts");

function bench(...args: readonly string[]): { status: number | null; out: string; err: string } {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== "FIREBREAK_DATA"));
  const flags = ["--conditions=firebreak-source", entry, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8", env });
  return { status, out: stdout, err: stderr };
}

test("a part measured alone leaves the others' figures as they were, and one without rows changes nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "catching-"));
  const file = join(folder, "results.json");
  const part = { rows: [row], notes: [], seconds: 1 };
  keep(
    [
      { ...part, part: "one" },
      { ...part, part: "two" },
    ],
    1,
    file,
  );
  keep([{ ...part, part: "two", rows: [{ ...row, value: 0.7 }] }], 2, file);
  keep([{ ...part, part: "one", rows: [] }], 3, file);
  const kept = JSON.parse(readFileSync(file, "utf8")) as Record<
    string,
    { seed: number; rows: (typeof row)[] }
  >;
  rmSync(folder, { recursive: true });
  assert.deepEqual([kept["one"]?.seed, kept["one"]?.rows[0]?.value], [1, 0.5]);
  assert.deepEqual([kept["two"]?.seed, kept["two"]?.rows[0]?.value], [2, 0.7]);
});

test("a table shows value, interval, constant and reference; a part without rows its notes", () => {
  const measured = {
    part: "p",
    rows: [{ ...row, constant: 0.3, reference: "0.6" }],
    notes: ["why"],
    seconds: 2,
  };
  assert.match(printed(measured), /figure \| 10 \| 0\.5000 \| 0\.2500 – 0\.7500 \| 0\.3000\s+\| 0\.6/);
  assert.match(printed({ ...measured, rows: [] }), /## p \(2 s\)\s+- why$/);
});

test("without data a part that needs it is skipped in words, and that is no failure", () => {
  const { status, out } = bench("--part", "agreement", "--part", "mistakes", "--quick", "--json");
  assert.equal(status, 0);
  const parts = JSON.parse(out) as { part: string; notes: string[] }[];
  assert.deepEqual(
    parts.map((it) => it.part),
    ["agreement", "mistakes"],
  );
  for (const it of parts) assert.match(it.notes.join(), /^Skipped/);
});

test("a part that does not exist is refused with the names of those that do", () => {
  const { status, err } = bench("--part", "nothing");
  assert.equal(status, 2);
  assert.match(err, /no part "nothing". Known: compounding, /);
});
