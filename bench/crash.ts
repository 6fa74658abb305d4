// W4: kill -9 in the middle of a run whose steps never yield to the event loop;
// the time from the restart to the next step, and no finished step again.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { child, inFolder, median } from "./measure.ts";
import type { Row } from "./report.ts";
import type { Workload } from "./workload.ts";

/** What bench/child/crash.mjs says after the restart. */
interface Restarted {
  /** First step body, in ms since 1970. */
  readonly nextStepAt: number;
  /** From the journal's opening to that step: what the engine takes, without loading code. */
  readonly engineMs: number;
}

interface Recovery {
  readonly toNextStepMs: number;
  readonly engineMs: number;
  readonly again: number;
}

export const crash: Workload = {
  id: "W4",
  async measure({ rounds, quick }) {
    const [short, long] = quick ? [50, 100] : [500, 1900];
    const many = await repeated(rounds, "ours", short);
    const floor = await repeated(rounds, "floor", short);
    const longest = await repeated(Math.min(rounds, 3), "ours", long);
    const of = (list: readonly Recovery[], part: keyof Recovery): number =>
      median(list.map((it) => it[part]));
    const again = Math.max(...[...many, ...longest].map((it) => it.again));
    const killed = `killed at step ${short}`;
    const rows: Row[] = [
      timeRow(
        `${killed}: restart to the next step`,
        of(floor, "toNextStepMs"),
        of(many, "toNextStepMs"),
        140,
      ),
      timeRow(`${killed}: of which engine`, of(floor, "engineMs"), of(many, "engineMs"), 10),
      timeRow(`killed at step ${long}: of which engine`, undefined, of(longest, "engineMs"), 30),
      { id: "W4", what: "finished steps done again", unit: "", ours: again, bar: "0", met: again === 0 },
    ];
    return rows;
  },
};

function timeRow(what: string, floor: number | undefined, ours: number, limitMs: number): Row {
  const base = { id: "W4", what, unit: "ms", ours, bar: `≤ ${limitMs} ms`, met: ours <= limitMs };
  return floor === undefined ? base : { ...base, floor };
}

async function repeated(rounds: number, side: string, killAt: number): Promise<Recovery[]> {
  const all: Recovery[] = [];
  for (let at = 0; at < rounds; at += 1) all.push(await inFolder((folder) => once(folder, side, killAt)));
  return all;
}

async function once(folder: string, side: string, killAt: number): Promise<Recovery> {
  const args = [side, folder, String(killAt)];
  const killed = await child("crash.mjs", ["first", ...args]);
  if (killed.signal !== "SIGKILL") throw new Error("the process was not killed");
  const restarted = await child("crash.mjs", ["again", ...args]);
  const { nextStepAt, engineMs } = restarted.said as Restarted;
  return { toNextStepMs: nextStepAt - restarted.spawnedAt, engineMs, again: doneAgain(folder, killAt) };
}

/** Counts from a ledger outside the journal, written by the steps themselves. The step that was killed runs twice. */
function doneAgain(folder: string, killAt: number): number {
  const ran = readFileSync(join(folder, "ledger.txt"), "utf8").trim().split("\n").map(Number);
  const missing = Array.from({ length: killAt * 2 }, (_, at) => at).filter((at) => !ran.includes(at));
  if (missing.length > 0) throw new Error(`steps never ran: ${missing.slice(0, 5).join(", ")}`);
  return ran.length - new Set(ran).size - 1;
}
