// node planning-process.ts JOURNAL SHAPE STEPS [RUN TIMES]
//
// Without RUN: makes a run of so many steps and prints its id. With it: plans a
// rerun of it with an early step overruled, and prints how long each took, ms.

import { open, workflow } from "../../src/index.ts";
import type { AnyWorkflow, Context } from "../../src/index.ts";

const [journal, shape, count, run, times] = process.argv.slice(2);
const steps = Number(count);

const chain = workflow({
  name: "planned-chain",
  run: async (ctx: Context) => {
    let value = await ctx.step("s0", null, () => ({ n: 0 }));
    for (let at = 1; at < steps; at += 1)
      value = await ctx.step(`s${at}`, value, (it) => ({ n: it.n + 1 }), { version: "1" });
    return value;
  },
});

const wide = workflow({
  name: "planned-wide",
  run: async (ctx: Context) => {
    const first = ctx.step("s1", null, () => ({ n: 0 }), { version: "1" });
    const items = Array.from({ length: steps - 2 }, (_, at) => at);
    const all = await ctx.map(items, (item, inner) => inner.step("one", item, (it) => it, { version: "1" }), {
      key: String,
    });
    return ctx.step("sum", { first: await first, all }, (it) => it.all.length, { version: "1" });
  },
});

const definition = (shape === "chain" ? chain : wide) as unknown as AnyWorkflow;
const fb = await open({ journal: journal!, env: {}, workflows: [definition] });
if (run === undefined) {
  const started = await fb.start(definition as never, null as never);
  await started.result();
  console.log(started.id);
} else {
  const took: number[] = [];
  for (let at = 0; at < Number(times); at += 1) {
    const began = performance.now();
    const plan = await fb.plan(run, { redo: ["s1"] });
    took.push(Math.round(performance.now() - began));
    if (plan.certain.length !== 1) throw new Error(`${plan.certain.length} steps are certain, one is`);
  }
  console.log(JSON.stringify(took));
}
await fb.close();
