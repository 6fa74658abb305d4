// W8: waking a run that has parked often and recorded much. What is not needed
// again (a closed scope) is not read again.

import { child } from "./measure.ts";
import type { Workload } from "./workload.ts";

/** What bench/child/wake.ts says. */
interface Wakes {
  readonly p50Ms: number;
}

const wakeMs = 80;
const growth = 1.2;

export const wake: Workload = {
  id: "W8",
  async measure({ quick }) {
    const [parks, between] = quick ? [10, 20] : [100, 50];
    const few = Math.max(2, parks / 10);
    const open = await one("open", parks, between);
    const closed = await one("closed", parks, between);
    const short = await one("closed", few, between);
    const ratio = closed.p50Ms / short.p50Ms;
    const what = `${parks * between} records, ${parks} parks`;
    return [
      {
        id: "W8",
        what: `${what}: wake, p50`,
        unit: "ms",
        ours: open.p50Ms,
        bar: `≤ ${wakeMs} ms`,
        met: open.p50Ms <= wakeMs,
      },
      {
        id: "W8",
        what: `${what}, scopes closed: wake against ${few * between} records`,
        unit: "ms",
        floor: short.p50Ms,
        ours: closed.p50Ms,
        ratio,
        bar: `≤ ${growth} × the short run`,
        met: ratio <= growth,
      },
    ];
  },
};

async function one(scopes: string, parks: number, between: number): Promise<Wakes> {
  return (await child("wake.ts", [scopes, String(parks), String(between)])).said as Wakes;
}
