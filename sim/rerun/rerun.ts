// npm run sim:rerun -- [--seed N] [--cases 5000] [--live] [--show]
//
// Random programs and edits from a seed on, each held against the reference;
// every second rerun is cut off by kills. --live: values sent back in a run that
// goes on, in place of reruns. --show prints the programs. A seed that fails is
// printed with the command that repeats it alone; exit code 1 then.

import { parseArgs } from "node:util";
import { tryCase } from "./try-case.ts";
import { tryLive } from "./try-live.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    cases: { type: "string" },
    live: { type: "boolean", default: false },
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
const failed = values.live ? await sendBack() : await rerun();
process.exitCode = failed > 0 ? 1 : 0;

async function rerun(): Promise<number> {
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
    tell(`seed ${seed} (${it.what.join("; ")}; ${it.kills} kills)`, seed, it.problems);
  }
  console.log(
    `${cases} cases from seed ${from}: ${total.failed} failed; ${total.steps} steps of reruns, ${total.reused} taken over, ${total.capturing} of works that capture; ${total.kills} kills, ${seconds()} s`,
  );
  return total.failed;
}

async function sendBack(): Promise<number> {
  const total = { sentBack: 0, done: 0, failed: 0 };
  for (let seed = from; seed < from + cases; seed += 1) {
    const it = await tryLive(String(seed));
    total.sentBack += it.sentBack;
    total.done += it.done;
    if (it.problems.length === 0) continue;
    total.failed += 1;
    tell(`seed ${seed}`, seed, it.problems);
  }
  console.log(
    `${cases} cases from seed ${from}: ${total.failed} failed; ${total.sentBack} values sent back, ${total.done} works done, ${seconds()} s`,
  );
  return total.failed;
}

function tell(what: string, seed: number, problems: readonly string[]): void {
  console.log(`${what}: npm run sim:rerun --${values.live ? " --live" : ""} --seed ${seed}`);
  for (const problem of problems.slice(0, 5)) console.log(`  ${problem}`);
}

function seconds(): string {
  return ((performance.now() - began) / 1_000).toFixed(1);
}
