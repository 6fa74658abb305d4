// A workflow with time to interrupt it.

import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { workflow } from "firebreak";

export default workflow({
  name: "slow",
  async run(ctx) {
    const done: number[] = [];
    for (const n of [1, 2, 3, 4, 5]) {
      done.push(
        await ctx.step(`part ${n}`, { n }, async (it) => {
          const ledger = process.env["LEDGER"];
          if (ledger !== undefined) appendFileSync(ledger, `${it.n}\n`);
          await sleep(Number(process.env["PART_MS"] ?? 100));
          return it.n;
        }),
      );
    }
    return { done };
  },
});
