// The workloads of "how fast", each beside its floor in the same round.
//
//   npm run bench                    all; prints a table, writes bench/results.json
//   npm run bench -- W1 START        only these
//   npm run bench -- --rounds 9      more rounds (default 5)
//   npm run bench -- --quick         tiny rounds: does everything work?
//
// Absolute figures move with the machine; bars with a floor are ratios to it.
// Exit code 1 when a workload could not be measured; a missed bar is said, not an error.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine, root } from "./measure.ts";
import { conclude, type Failed, type Row, table } from "./report.ts";
import type { Workload } from "./workload.ts";

/** Loaded when run: one that does not load leaves the others measured. */
const workloads: Readonly<Record<string, () => Promise<Workload>>> = {
  W1: async () => (await import("./short-runs.ts")).latency,
  W2: async () => (await import("./short-runs.ts")).throughput,
  W3: async () => (await import("./long-run.ts")).longRun,
  W4: async () => (await import("./crash.ts")).crash,
  W5: async () => (await import("./short-runs.ts")).fanOut,
  W6: async () => (await import("./parked.ts")).parked,
  W7: async () => (await import("./agent-loop.ts")).agentLoop,
  W8: async () => (await import("./wake.ts")).wake,
  START: async () => (await import("./start.ts")).start,
  install: async () => (await import("./install.ts")).install,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, rounds: { type: "string", default: "5" } },
});
const quick = values.quick;
const rounds = quick ? 1 : Number(values.rounds);
const chosen = positionals.length > 0 ? positionals : Object.keys(workloads);
const unknown = chosen.find((it) => !(it in workloads));
if (unknown !== undefined || !(rounds >= 1)) {
  const known = Object.keys(workloads).join(", ");
  console.error(
    unknown === undefined
      ? "--rounds takes a number from 1 on."
      : `There is no workload "${unknown}". Known: ${known}.`,
  );
  process.exit(2);
}
if (!existsSync(join(root, "dist/index.js")))
  console.error("START needs the compiled package: npm run build.");

console.error(`${machine()}; ${rounds} rounds.`);
const rows: Row[] = [];
const failed: Failed[] = [];
for (const id of chosen) {
  console.error(`  ${id} …`);
  try {
    rows.push(...(await (await workloads[id]!()).measure({ rounds, quick })));
  } catch (error) {
    failed.push({ id, why: error instanceof Error ? error.message : String(error) });
  }
}
console.log(`\n${table(rows)}\n`);
console.log(conclude(rows, failed, { rounds, quick, whole: !quick && positionals.length === 0 }));
process.exitCode = failed.length > 0 ? 1 : 0;
