// Three gates for the command line's own tests: one over each item of a map, one that looks at half of what it should,
// and one in a child run. `FORGETS=1` makes the first forget what it looked at, as an edit would.

import { type CheckFunction, workflow } from "firebreak";
import { z } from "zod";

const Part = z.object({ id: z.string(), grams: z.number() });
const Parts = z.array(Part);
type Part = z.infer<typeof Part>;

const doubled: CheckFunction<{ total: number }, Part> = ({ total }, { input }) =>
  process.env["FORGETS"] === "1" || total === input.grams * 2 || "the total is not that of the part";

const summed: CheckFunction<{ grams: number }, readonly Part[]> = ({ grams }, { input }) =>
  grams === input.reduce((sum, it) => sum + it.grams, 0) || "another sum";

const hasIds: CheckFunction<readonly { id: string }[]> = (rows) =>
  new Set(rows.map((it) => it.id)).size === 3 || "there are three parts";

const child = workflow({
  name: "weigh-all",
  input: Parts,
  output: z.object({ grams: z.number() }),
  run: (ctx, parts) =>
    ctx.step("sum", parts, (all) => ({ grams: all.reduce((sum, it) => sum + it.grams, 0) }), {
      checks: [summed],
    }),
});

export const input: readonly Part[] = [
  { id: "P-1", grams: 120 },
  { id: "P-2", grams: 450 },
  { id: "P-3", grams: 75 },
];

export default workflow({
  name: "gates",
  input: Parts,
  async run(ctx, parts) {
    const totals = await ctx.map(
      parts,
      (part, at) =>
        at.step("double", part, (it) => ({ id: it.id, total: it.grams * 2 }), { checks: [doubled] }),
      { key: (it) => it.id, name: "parts" },
    );
    const checked = await ctx.check("three parts", totals, [hasIds]);
    const all = await ctx.call(child, parts);
    if (process.env["WAITS"] === "1") await ctx.review("Is this all?", all);
    return { checked, all };
  },
});
