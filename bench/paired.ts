// What is unused costs nothing: CPU time of W1 to W3 with this build beside that of another, in turns, as a ratio with
// its interval. The other is a checkout of an earlier state, built:
//
//   node bench/paired.ts --base ../firebreak-before --rounds 12

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { base: { type: "string" }, rounds: { type: "string", default: "12" } },
});
if (values.base === undefined)
  throw new Error("Say which build to compare with: --base FOLDER (with its dist).");
const folders = { before: resolve(values.base), now: resolve(import.meta.dirname, "..") };
const rounds = Number(values.rounds);
const child = resolve(import.meta.dirname, "child", "cpu.ts");

/** Resamples of which the interval is made. */
const resamples = 10_000;

function measure(folder: string, workload: string): number {
  return Number(execFileSync(process.execPath, [child, folder, workload], { encoding: "utf8" }));
}

/** One pair in each order, so that a drift of the machine falls on both. */
function pair(workload: string): number {
  const [a, b] = [measure(folders.before, workload), measure(folders.now, workload)];
  const [c, d] = [measure(folders.now, workload), measure(folders.before, workload)];
  return Math.log((b + c) / (a + d));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, it) => sum + it, 0) / numbers.length;
}

for (const workload of ["W1", "W2", "W3"]) {
  const logs = Array.from({ length: rounds }, () => pair(workload));
  const means = Array.from({ length: resamples }, () =>
    mean(logs.map(() => logs[Math.floor(Math.random() * logs.length)]!)),
  ).sort((x, y) => x - y);
  const at = (share: number): string => Math.exp(means[Math.floor(share * resamples)]!).toFixed(3);
  const ratio = Math.exp(mean(logs)).toFixed(3);
  console.log(
    `${workload}  CPU now / before ${ratio}  (95 %: ${at(0.025)} to ${at(0.975)}; ${rounds} rounds)`,
  );
}
