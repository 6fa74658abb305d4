// Many batches of kills, some at once, each on a journal and on ledgers of its own.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkBatch } from "./check-fire.ts";
import { runBatch } from "./harness.ts";
import { type Judged, type Totals, totalsOf } from "./totals.ts";

/** Kills on one journal. */
const killsPerBatch = 50;

export interface FireOptions {
  readonly kills: number;
  readonly seed: number;
  /** Batches at once. */
  readonly lanes: number;
  /** Share of the kills that follow a SIGSTOP and a forced takeover. */
  readonly stops: number;
  readonly onBatch?: (kills: number, problems: number) => void;
}

/** Kills so many processes and judges what they left. Folders without a violation are removed. */
export async function underFire(options: FireOptions): Promise<Totals> {
  const { kills, lanes, seed } = options;
  const home = mkdtempSync(join(tmpdir(), "firebreak-fire-"));
  const sizes = Array.from({ length: Math.ceil(kills / killsPerBatch) }, (_, at) =>
    Math.min(killsPerBatch, kills - at * killsPerBatch),
  );
  const judged: Judged[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < sizes.length) {
      const at = next;
      next += 1;
      judged.push(await batch(join(home, `batch-${at + 1}`), sizes[at]!, seed * 1_000 + at, options, home));
      const total = totalsOf(judged);
      options.onBatch?.(total.kills, total.problems.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, sizes.length) }, lane));
  const totals = totalsOf(judged);
  if (totals.problems.length === 0) rmSync(home, { recursive: true, force: true });
  return totals;
}

async function batch(
  folder: string,
  kills: number,
  seed: number,
  { stops }: FireOptions,
  home: string,
): Promise<Judged> {
  const done = await runBatch({ folder, kills, seed, stops, cache: join(home, "code") });
  const found = await checkBatch(done);
  if (found.problems.length === 0) rmSync(folder, { recursive: true, force: true });
  const problems = found.problems.map((it) => `${it} (${folder})`);
  return { batch: done, findings: { ...found, problems } };
}
