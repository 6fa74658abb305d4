// One long run, floor or ours: long-run.ts SIDE KIND STEPS. Says the time a step
// takes at its beginning and end, what is kept a step, and the memory held.

import { performance } from "node:perf_hooks";
import { checkpoint, floorRun, FloorJournal, stepResult } from "../floor.ts";
import { bytesIn, inFolder, median, say } from "../measure.ts";

const [side = "", kind = "", count = "0"] = process.argv.slice(2);
const steps = Number(count);
const times: number[] = [];
const mark = (): void => void times.push(performance.now());
const kilobyte = "0123456789abcdef".repeat(60);

const body = (at: number): unknown => {
  mark();
  return kind === "constant" ? stepResult(at) : { at, kilobyte };
};

const keptBytes = await inFolder(async (folder) => {
  await (side === "floor" ? floor(folder) : ours(folder));
  return bytesIn(folder) / steps;
});

// An agent's mark is its tool: two records a turn.
const recordsPerMark = steps / times.length;
const deltas = times.slice(1).map((it, at) => (it - (times[at] ?? 0)) / recordsPerMark);
const part = Math.round(100 / recordsPerMark);
say({
  firstMs: median(deltas.slice(0, part)),
  lastMs: median(deltas.slice(-part)),
  keptBytes,
  rssMb: process.memoryUsage.rss() / 1e6,
});

async function floor(folder: string): Promise<void> {
  const journal = new FloorJournal(folder, "each");
  await floorRun(journal, 1, steps, body);
  journal.close();
}

async function ours(folder: string): Promise<void> {
  const { growing, openOurs, sequence, toolCaller } = await import("../ours.ts");
  const flows = {
    constant: () => sequence(steps, body),
    growing: () => growing(steps, body),
    transcript: () => toolCaller(Math.round(steps / 2), true, mark),
  };
  const flow = flows[kind as keyof typeof flows]();
  const fb = await openOurs(folder, [flow]);
  await (await fb.start(flow, undefined)).result();
  await fb.close();
  checkpoint(folder);
}
