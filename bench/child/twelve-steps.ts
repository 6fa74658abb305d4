// N runs of 12 steps, floor or ours, for counting what the process does: twelve-steps.ts SIDE N

import { floorRun, FloorJournal, stepResult } from "../floor.ts";
import { inFolder } from "../measure.ts";

const [side, count] = process.argv.slice(2);
const runs = Number(count);

await inFolder(async (folder) => {
  if (side === "floor") {
    const journal = new FloorJournal(folder, "each");
    for (let run = 0; run < runs; run += 1) await floorRun(journal, run, 12, stepResult);
    journal.close();
    return;
  }
  const { openOurs, sequence } = await import("../ours.ts");
  const flow = sequence(12);
  const fb = await openOurs(folder, [flow]);
  for (let run = 0; run < runs; run += 1) await (await fb.start(flow, undefined)).result();
  await fb.close();
});
