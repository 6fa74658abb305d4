// W1: the latency of one run of 12 steps. W2: throughput of 500 such runs, 64 in
// flight. W5: one run with 200 steps at once.

import { floorRun, FloorJournal, stepResult } from "./floor.ts";
import { interleaved, median, pooled, ratioOf, type Round, syncsOf, timed } from "./measure.ts";
import { openOurs, parallel, sequence } from "./ours.ts";
import type { Row } from "./report.ts";
import type { Effort, Workload } from "./workload.ts";

const steps = 12;
const inFlight = 64;
const wide = 200;

const of = (rounds: readonly Round[], side: keyof Round): number => median(rounds.map((it) => it[side]));

export const latency: Workload = {
  id: "W1",
  async measure({ rounds, quick }) {
    const runs = quick ? 5 : 60;
    const measured = await interleaved(
      rounds,
      (folder) => floorLatency(folder, runs),
      (folder) => ourLatency(folder, runs),
    );
    const ratio = ratioOf(measured);
    const row: Row = {
      id: "W1",
      what: `one run of ${steps} sequential steps, p50`,
      unit: "ms",
      floor: of(measured, "floor"),
      ours: of(measured, "ours"),
      ratio,
      bar: "≤ 1.5 × floor",
      met: ratio <= 1.5,
    };
    return [row, ...syncRow(quick ? 5 : 20)];
  },
};

async function floorLatency(folder: string, runs: number): Promise<number> {
  const journal = new FloorJournal(folder, "each");
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1)
    times.push(await timed(() => floorRun(journal, run, steps, stepResult)));
  journal.close();
  return median(times);
}

async function ourLatency(folder: string, runs: number): Promise<number> {
  const flow = sequence(steps);
  const fb = await openOurs(folder, [flow]);
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    times.push(await timed(async () => (await fb.start(flow, undefined)).result()));
  }
  await fb.close();
  return median(times);
}

/** Syncs are counted by strace in a process of its own, less those of the same process with no run. */
function syncRow(runs: number): Row[] {
  const counts = { ours: [0, runs], floor: [0, runs] } as const;
  const perStep = (side: keyof typeof counts): number | undefined => {
    const [idle, busy] = counts[side].map((count) => syncsOf("twelve-steps.ts", [side, String(count)]));
    return idle === undefined || busy === undefined ? undefined : (busy - idle) / (runs * steps);
  };
  const [ours, floor] = [perStep("ours"), perStep("floor")];
  if (ours === undefined || floor === undefined) return [];
  return [{ id: "W1", what: "fsyncs a plain step", unit: "", floor, ours, bar: "≤ 1.2", met: ours <= 1.2 }];
}

export const throughput: Workload = {
  id: "W2",
  async measure({ rounds, quick }: Effort) {
    const runs = quick ? 64 : 500;
    const measured = await interleaved(
      rounds,
      (folder) => floorThroughput(folder, runs),
      (folder) => ourThroughput(folder, runs),
    );
    const ratio = ratioOf(measured);
    return [
      {
        id: "W2",
        what: `${runs} runs of ${steps} steps, ${inFlight} in flight`,
        unit: "steps/s",
        floor: of(measured, "floor"),
        ours: of(measured, "ours"),
        ratio,
        bar: "≥ 0.4 × group-commit floor",
        met: ratio >= 0.4,
      },
    ];
  },
};

async function floorThroughput(folder: string, runs: number): Promise<number> {
  const journal = new FloorJournal(folder, "group");
  const ms = await timed(() => pooled(runs, inFlight, (run) => floorRun(journal, run, steps, stepResult)));
  journal.close();
  return (runs * steps * 1000) / ms;
}

async function ourThroughput(folder: string, runs: number): Promise<number> {
  const flow = sequence(steps);
  const fb = await openOurs(folder, [flow]);
  const ms = await timed(() =>
    pooled(runs, inFlight, async () => (await fb.start(flow, undefined)).result()),
  );
  await fb.close();
  return (runs * steps * 1000) / ms;
}

export const fanOut: Workload = {
  id: "W5",
  async measure({ rounds, quick }) {
    const repeats = quick ? 2 : 15;
    const measured = await interleaved(
      rounds,
      (folder) => floorFanOut(folder, repeats),
      (folder) => ourFanOut(folder, repeats),
    );
    const ratio = ratioOf(measured);
    return [
      {
        id: "W5",
        what: `one run, ${wide} parallel steps`,
        unit: "ms",
        floor: of(measured, "floor"),
        ours: of(measured, "ours"),
        ratio,
        bar: "≤ 5 × floor",
        met: ratio <= 5,
      },
    ];
  },
};

async function floorFanOut(folder: string, repeats: number): Promise<number> {
  const journal = new FloorJournal(folder, "group");
  const times: number[] = [];
  for (let run = 0; run < repeats; run += 1) {
    times.push(
      await timed(async () => {
        await journal.start(run, { run });
        await Promise.all(Array.from({ length: wide }, (_, at) => journal.step(run, at, stepResult(at))));
        await journal.end(run);
      }),
    );
  }
  journal.close();
  return median(times);
}

async function ourFanOut(folder: string, repeats: number): Promise<number> {
  const flow = parallel(wide);
  const fb = await openOurs(folder, [flow]);
  const times: number[] = [];
  for (let run = 0; run < repeats; run += 1) {
    times.push(await timed(async () => (await fb.start(flow, undefined)).result()));
  }
  await fb.close();
  return median(times);
}
