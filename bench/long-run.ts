// W3: one run of 5,000 steps. Later steps cost what the first ones do, a record
// is kept once, and memory does not grow with the history's copies.

import { child } from "./measure.ts";
import type { Row } from "./report.ts";
import type { Workload } from "./workload.ts";

/** What bench/child/long-run.ts says. */
export interface LongRun {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly keptBytes: number;
  readonly rssMb: number;
}

const flat = 1.1;
const keptKb = 1.3;
const rssMb = 150;

/** [kind, what, is it the bar's case, most steps]. A list passed to every step costs its length each time. */
const kinds = [
  ["constant", "200 B results", true, 5000],
  ["transcript", "agent, +1 KB a step", true, 5000],
  ["growing", "user array, +1 KB a step", false, 1000],
] as const;

export const longRun: Workload = {
  id: "W3",
  async measure({ quick }) {
    const rows: Row[] = [];
    for (const [kind, what, isBar, most] of kinds) {
      const steps = quick ? 300 : most;
      const floor = await one("floor", kind, steps);
      const ours = await one("ours", kind, steps);
      rows.push(...rowsOf(`${steps} steps, ${what}`, floor, ours, isBar));
    }
    return rows;
  },
};

async function one(side: string, kind: string, steps: number): Promise<LongRun> {
  return (await child("long-run.ts", [side, kind, String(steps)])).said as LongRun;
}

function rowsOf(what: string, floor: LongRun, ours: LongRun, isBar: boolean): Row[] {
  const row = (name: string, unit: string, of: (it: LongRun) => number, limit: number, bar: string): Row => {
    const value = of(ours);
    const base = { id: "W3", what: `${what}: ${name}`, unit, floor: of(floor), ours: value };
    return isBar ? { ...base, bar, met: value <= limit } : base;
  };
  return [
    row("last 100 / first 100", "", (it) => it.lastMs / it.firstMs, flat, `≤ ${flat}`),
    row("kept a step", "KB", (it) => it.keptBytes / 1000, keptKb, `≤ ${keptKb} KB`),
    row("RSS", "MB", (it) => it.rssMb, rssMb, `≤ ${rssMb} MB`),
    { id: "W3", what: `${what}: a step, last 100`, unit: "ms", floor: floor.lastMs, ours: ours.lastMs },
  ];
}
