// npm run sim -- [--seed N] [--schedules 1000]
//
// Simulates histories from a seed on and judges each. A seed that fails is
// printed with the command that repeats it alone; exit code 1 then.

import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, schedules: { type: "string" } },
});
const from = Number(values.seed);
const schedules = Number(
  values.schedules ?? (process.argv.some((it) => it.startsWith("--seed")) ? 1 : 1_000),
);
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(schedules) || schedules < 1) {
  console.error("Give whole numbers: npm run sim -- --seed 1 --schedules 1000");
  process.exit(2);
}

const began = performance.now();
const total = { kills: 0, commits: 0, events: 0, failed: 0 };
for (let seed = from; seed < from + schedules; seed += 1) {
  const it = await simulate(String(seed));
  total.kills += it.kills;
  total.commits += it.commits;
  total.events += it.events;
  if (it.problems.length === 0) continue;
  total.failed += 1;
  console.log(
    `seed ${seed} (${it.workflows.join(", ")}; ${it.kills} kills): repeat with npm run sim -- --seed ${seed}`,
  );
  for (const problem of it.problems) console.log(`  ${problem}`);
}
const seconds = (performance.now() - began) / 1000;
console.log(
  `${schedules} schedules from seed ${from}: ${total.failed} failed; ${total.kills} kills, ${total.commits} commits, ${total.events} events, ${seconds.toFixed(1)} s`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
