// START: from spawning a process to the first step's body, against bare Node; and
// what importing the package takes. Runs the compiled package, as users have it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { child, inFolder, median, root } from "./measure.ts";
import type { Row } from "./report.ts";
import type { Workload } from "./workload.ts";

const startRatio = 2.2;
const importMs = 60;

export const start: Workload = {
  id: "START",
  async measure({ rounds, quick }) {
    const repeats = quick ? 2 : rounds * 4;
    const ratios: number[] = [];
    const bare: number[] = [];
    const ours: number[] = [];
    const cli: number[] = [];
    const imports: number[] = [];
    for (let at = 0; at < repeats; at += 1) {
      const floor = await spawned("bare.mjs", []);
      const figure = await inFolder((folder) => spawned("first-step.mjs", [folder]));
      bare.push(floor);
      ours.push(figure);
      ratios.push(figure / floor);
      imports.push(((await child("import.mjs", [])).said as { ms: number }).ms);
      if (at % 2 === 0) cli.push(await inFolder(throughCli));
    }
    return rowsOf(median(bare), median(ours), median(ratios), median(imports), median(cli));
  },
};

function rowsOf(floor: number, ours: number, ratio: number, imported: number, cli: number): Row[] {
  const first = { id: "START", unit: "ms", floor };
  return [
    {
      ...first,
      what: "process spawn to first step, compiled",
      ours,
      ratio,
      bar: `≤ ${startRatio} × bare Node`,
      met: ratio <= startRatio,
    },
    { ...first, what: "the same, a .ts file through the command line", ours: cli, ratio: cli / floor },
    {
      id: "START",
      what: 'import "firebreak"',
      unit: "ms",
      ours: imported,
      bar: `≤ ${importMs} ms`,
      met: imported <= importMs,
    },
  ];
}

async function spawned(script: string, args: readonly string[]): Promise<number> {
  const { said, spawnedAt } = await child(script, args);
  return (said as { at: number }).at - spawnedAt;
}

const flow = `import { writeFileSync } from "node:fs";
import { workflow } from "firebreak";
export default workflow({
  name: "first-step",
  run: (ctx) => ctx.step("first", 1, () => writeFileSync("at.txt", String(performance.timeOrigin + performance.now())) ?? 1),
});
`;

/** The project stands inside the package, so that "firebreak" is the compiled package itself. */
async function throughCli(folder: string): Promise<number> {
  writeFileSync(join(folder, "flow.ts"), flow);
  const { spawnedAt } = await child(join(root, "bench/child/command-line.mjs"), [folder]);
  return Number(readFileSync(join(folder, "at.txt"), "utf8")) - spawnedAt;
}
