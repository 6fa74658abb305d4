// npm run sim:rerun -- [--seed N] [--cases 5000]
//
// Random programs and edits from a seed on, each held against the reference;
// every second rerun is cut off by kills. A seed that fails is printed with the
// command that repeats it alone; exit code 1 then.

import { parseArgs } from "node:util";
import { tryCase } from "./try-case.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    cases: { type: "string" },
    show: { type: "boolean", default: false },
  },
});
const from = Number(values.seed);
const cases = Number(values.cases ?? (process.argv.some((it) => it.startsWith("--seed")) ? 1 : 5_000));
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(cases) || cases < 1) {
  console.error("Give whole numbers: npm run sim:rerun -- --seed 1 --cases 5000");
  process.exit(2);
}

const began = performance.now();
const total = { kills: 0, steps: 0, reused: 0, capturing: 0, failed: 0 };
for (let seed = from; seed < from + cases; seed += 1) {
  const it = await tryCase(String(seed), seed % 2 === 0);
  total.kills += it.kills;
  total.steps += it.steps;
  total.reused += it.reused;
  total.capturing += it.capturing;
  if (values.show) console.log(JSON.stringify(it.program, null, 1), it.what);
  if (it.problems.length === 0) continue;
  total.failed += 1;
  console.log(`seed ${seed} (${it.what.join("; ")}; ${it.kills} kills): npm run sim:rerun -- --seed ${seed}`);
  for (const problem of it.problems.slice(0, 5)) console.log(`  ${problem}`);
}
const seconds = (performance.now() - began) / 1_000;
console.log(
  `${cases} cases from seed ${from}: ${total.failed} failed; ${total.steps} steps of reruns, ${total.reused} taken over, ${total.capturing} of works that capture; ${total.kills} kills, ${seconds.toFixed(1)} s`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
