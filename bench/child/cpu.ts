// One measurement of CPU time: `cpu.ts FOLDER WORKLOAD` runs a workload with the built package in FOLDER and prints the
// milliseconds of CPU, user and system, that it took after a warm-up.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

type Package = typeof import("firebreak");

const [folder, workload] = process.argv.slice(2) as [string, keyof typeof workloads];
const { open, workflow } = (await import(pathToFileURL(join(folder, "dist", "index.js")).href)) as Package;

const steps = (count: number) =>
  workflow({
    name: `steps-${count}`,
    async run(ctx) {
      for (let at = 0; at < count; at += 1)
        await ctx.step(`step-${at}`, at, (n) => ({ n, text: `step ${n}` }));
      return count;
    },
  });

const twelve = steps(12);
const thousands = steps(5_000);
const place = mkdtempSync(join(tmpdir(), "firebreak-cpu-"));
const fb = await open({ journal: join(place, "journal.db"), workflows: [twelve, thousands] as never });

/** Runs, one after the other. */
async function oneByOne(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await (await fb.start(twelve, null)).result();
}

/** Runs, so many at once. */
async function together(count: number, width: number): Promise<void> {
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      await (await fb.start(twelve, null)).result();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

const workloads = {
  W1: () => oneByOne(60),
  W2: () => together(500, 64),
  W3: async () => void (await (await fb.start(thousands, null)).result()),
};

await together(100, 16);
const before = process.cpuUsage();
await workloads[workload]();
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1_000);
await fb.close();
rmSync(place, { recursive: true, force: true });
