// Effects under fire: real processes killed with SIGKILL around effects on
// receivers in other processes, judged by a checker that is no part of the
// engine.
//
//   npm run sim:fire                       2,000 kills
//   npm run sim:fire -- --kills 200        so many
//   npm run sim:fire -- --seed 7           other scenarios, and other places to kill at
//   npm run sim:fire -- --lanes 1          so many journals at once (default 2)
//   npm run sim:fire -- --stops 0.5        share of kills after SIGSTOP and a forced takeover (default 0.1)
//
// Seeds fix the scenarios and where kills aim; where they land is up to the machine, so no run is repeated exactly.
// The folder of a batch with a violation is kept and named. Exit code 1 when there was one.

import { parseArgs } from "node:util";
import { printed } from "./totals.ts";
import { underFire } from "./under-fire.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    lanes: { type: "string", default: "2" },
    stops: { type: "string", default: "0.1" },
  },
});
const began = performance.now();
const seconds = (): number => (performance.now() - began) / 1000;
const totals = await underFire({
  kills: Number(values.kills),
  seed: Number(values.seed),
  lanes: Number(values.lanes),
  stops: Number(values.stops),
  onBatch: (done, problems) =>
    console.error(`  ${done} kills, ${seconds().toFixed(0)} s, ${problems} violations`),
});
console.log(printed(totals, seconds()));
process.exitCode = totals.problems.length > 0 ? 1 : 0;
