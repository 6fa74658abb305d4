// Reference workflows in which a record is undone while the run goes on: a
// value is sent back, or a check that ran beside what followed finds it wrong.

import { z } from "zod";
import { agent, check, retry, workflow } from "../../src/index.ts";
import type { World } from "../../sim/world.ts";
import { effectTools, make, type Reference, says, tableModel } from "./reference-workflows.ts";

const Count = z.object({ n: z.number() });

const counter = (world: World, name: string, more: object) =>
  agent({
    name,
    instructions: "Count.",
    models: [tableModel(world, name, (attempt) => says({ n: attempt }))],
    output: Count,
    checks: [(it: { n: number }) => it.n > 0 || "none"],
    onFail: [retry(2)],
    ...more,
  });

const sentBack: Reference = {
  name: "sent back",
  make(world) {
    const clerk = counter(world, "clerk", {});
    const { mail } = effectTools(world);
    return [
      workflow({
        name: "ref-sent-back",
        run: async (ctx) => {
          const other = await make(world, ctx, "other", 1, () => ({ n: 10 }));
          const found = await ctx.call(clerk, { topic: "x" });
          const sum = await ctx.step("sum", { found, other }, (it) => ({ n: it.found.n + it.other.n }));
          await ctx.review("Right?", sum);
          await ctx.call(mail, { q: `total ${sum.n}` });
          return make(world, ctx, "end", sum, () => sum.n);
        },
      }),
    ];
  },
  output: 13,
  answer: (item) =>
    (item.shown as { n: number }).n < 13
      ? { decision: "send-back", because: "more than that" }
      : { decision: "approve" },
};

const late: Reference = {
  name: "found wrong beside",
  make(world) {
    const isEnough = check("enough", (it: { n: number }) => it.n >= 2 || `${it.n} is too few`);
    const clerk = counter(world, "clerk", { alongside: [isEnough] });
    return [
      workflow({
        name: "ref-late",
        run: async (ctx) => {
          const found = await ctx.map(["a", "b"], (id, inner) =>
            id === "a"
              ? inner.call(clerk, { topic: id })
              : make(world, inner, `other ${id}`, id, () => ({ n: 5 })),
          );
          // What rests on the first answer may run before it is found wrong, or not: that depends on the schedule.
          const sum = await ctx.step("sum", found, (all) => all.reduce((total, it) => total + it.n, 0));
          await ctx.review("Right?", { sum });
          return make(world, ctx, "end", sum, () => sum);
        },
      }),
    ];
  },
  output: 7,
  free: /^sum$/,
};

export const undoneReferences: readonly Reference[] = [sentBack, late];
