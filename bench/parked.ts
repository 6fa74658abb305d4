// W6: 2,000 runs that wait for a person, then are released: what a waiting run
// holds in memory and on disk, and how many decisions a second become finished runs.

import { child, median } from "./measure.ts";
import type { Row } from "./report.ts";
import type { Workload } from "./workload.ts";

/** What bench/child/parked.ts says. */
interface Parked {
  readonly heapBytes: number;
  readonly diskBytes: number;
  readonly releasesPerSecond: number;
}

export const parked: Workload = {
  id: "W6",
  async measure({ rounds, quick }) {
    const runs = quick ? 200 : 2000;
    const measured: { floor: Parked; ours: Parked }[] = [];
    for (let at = 0; at < Math.min(rounds, 3); at += 1) {
      measured.push({ floor: await one("floor", runs), ours: await one("ours", runs) });
    }
    const of = (side: "floor" | "ours", part: keyof Parked): number =>
      median(measured.map((it) => it[side][part]));
    const row = (what: string, unit: string, part: keyof Parked, scale: number): Row => ({
      id: "W6",
      what: `${runs} runs parked: ${what}`,
      unit,
      floor: of("floor", part) * scale,
      ours: of("ours", part) * scale,
    });
    const heap = row("heap a run", "KB", "heapBytes", 1 / 1000);
    const disk = row("disk a run", "KB", "diskBytes", 1 / 1000);
    const releases = row("from decision to finished run", "runs/s", "releasesPerSecond", 1);
    return [
      { ...heap, bar: "≤ 0.2 KB", met: heap.ours <= 0.2 },
      { ...disk, bar: "≤ 1 KB", met: disk.ours <= 1 },
      { ...releases, bar: "≥ 10,000", met: releases.ours >= 10_000 },
    ];
  },
};

async function one(side: string, runs: number): Promise<Parked> {
  return (await child("parked.ts", [side, String(runs)], ["--expose-gc"])).said as Parked;
}
