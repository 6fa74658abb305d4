// Exactness of reruns: random programs and edits, each rerun held against a
// reference that executes the program from scratch, with the works counted in a
// ledger outside; and how long a rerun of a 5,000-step run takes to plan.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tryCase } from "../../sim/rerun/try-case.ts";
import { wilson } from "../../src/testing.ts";
import type { PartOptions, PartResult, PartRow } from "./part.ts";

/** Programs and edits; every second one is cut off by kills. */
const cases = { whole: 5_000, quick: 200 };
/** Steps of the run that is planned. */
const planned = { whole: 5_000, quick: 500 };
/** Plans measured in one process; the first is the one of a fresh process. */
const plans = 9;

const shapes = { chain: "a chain, its second step overruled", wide: "a map, the step before it overruled" };

export async function run({ seed, quick }: PartOptions): Promise<PartResult> {
  const size = quick ? "quick" : "whole";
  const tried = await tryAll(seed, cases[size]);
  const rows = [...tried.rows, ...planRows(planned[size])];
  const notes = [
    "A deviation is any of: a work done that a record could have stood for, one not done that had to be; an output or a result other than from scratch in the order the journal shows; a step planned as certain and not done; one done that was not planned as possible, as far as the old run had it; a plan that wrote or did work; recorded work done again after a kill.",
    ...tried.notes,
  ];
  return { part: "exactness", rows, notes };
}

async function tryAll(from: number, count: number) {
  const total = { failed: [0, 0], n: [0, 0], kills: 0, steps: 0, reused: 0, capturing: 0 };
  const notes: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const kind = at % 2;
    const it = await tryCase(String(from * 100_000 + at), kind === 1);
    total.n[kind]! += 1;
    total.kills += it.kills;
    total.steps += it.steps;
    total.reused += it.reused;
    total.capturing += it.capturing;
    if (it.problems.length === 0) continue;
    total.failed[kind]! += 1;
    notes.push(`seed ${it.seed}: ${it.problems[0]}`);
  }
  const { steps, reused, capturing, kills } = total;
  const row = (name: string, kind: number, note: string): PartRow => {
    const { n, rate, low, high } = wilson(total.failed[kind]!, total.n[kind]!);
    return { name, n, value: rate, low, high, note };
  };
  return {
    notes,
    rows: [
      row("deviations, reruns left to end", 0, "part of the cases"),
      row("deviations, reruns killed at random appends", 1, `part of the cases; ${kills} kills`),
      {
        name: "steps taken over",
        n: steps,
        value: reused / steps,
        low: wilson(reused, steps).low,
        high: wilson(reused, steps).high,
        note: `part of the steps of all reruns; ${capturing} of works that capture`,
      },
    ],
  };
}

/** Plans in a process of its own, on a journal on disk. */
function planRows(steps: number): readonly PartRow[] {
  const folder = mkdtempSync(join(tmpdir(), "firebreak-plan-"));
  const script = fileURLToPath(new URL("planning-process.ts", import.meta.url));
  const tell = (...given: readonly string[]): string => {
    const args = ["--conditions=firebreak-source", script, ...given];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  try {
    return Object.entries(shapes).flatMap(([shape, what]) => {
      const journal = join(folder, shape, "journal.db");
      const id = tell(journal, shape, String(steps)).trim();
      const [fresh, ...warm] = JSON.parse(tell(journal, shape, String(steps), id, String(plans))) as number[];
      warm.sort((a, b) => a - b);
      const [low, middle, high] = [warm[0]!, warm[Math.floor(warm.length / 2)]!, warm.at(-1)!];
      return [
        { name: `planning ${what}, first in a process`, n: 1, value: fresh!, low: fresh!, high: fresh! },
        { name: `planning ${what}, later`, n: warm.length, value: middle, low, high },
      ].map((row) => ({ ...row, note: `ms of ${steps} steps; median, least and most` }));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
