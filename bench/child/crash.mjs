// A run of 2 N steps that never yield, killed in step N; then the process that
// goes on: crash.mjs first|again SIDE FOLDER N. Loads nothing it does not need:
// the time from its start is what is measured.

import { appendFileSync } from "node:fs";
import { join } from "node:path";

const [phase, side, folder, at] = process.argv.slice(2);
const killAt = Number(at);
const ledger = join(folder, "ledger.txt");
const instant = () => performance.timeOrigin + performance.now();
let nextStepAt = 0;

function body(step) {
  if (nextStepAt === 0) nextStepAt = instant();
  appendFileSync(ledger, `${step}\n`);
  if (phase === "first" && step === killAt) process.kill(process.pid, "SIGKILL");
  return {
    at: step,
    text: `Result of step ${step}: ${"abcdefghij".repeat(14)}`,
    rows: [step, step + 1, step + 2],
  };
}

const openedAt = await (side === "floor" ? floor() : ours());
console.log(JSON.stringify({ nextStepAt, engineMs: nextStepAt - openedAt }));

async function floor() {
  const { floorRun, FloorJournal } = await import("../floor.ts");
  const began = instant();
  const journal = new FloorJournal(folder, "each");
  if (phase === "first") await floorRun(journal, 1, killAt * 2, body);
  const done = journal.steps(1).length;
  for (let step = done; step < killAt * 2; step += 1) await journal.step(1, step, body(step));
  await journal.end(1);
  journal.close();
  return began;
}

async function ours() {
  const { open, workflow } = await import("firebreak");
  const flow = workflow({
    name: "sequence",
    async run(ctx) {
      for (let step = 0; step < killAt * 2; step += 1) await ctx.step(`step-${step}`, step, body);
      return killAt;
    },
  });
  const began = instant();
  const fb = await open({ journal: join(folder, "journal.db"), workflows: [flow] });
  const run = phase === "first" ? await fb.start(flow, undefined, { key: "crash" }) : await fb.resume("last");
  await run.result();
  await fb.close();
  return began;
}
