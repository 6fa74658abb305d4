// Matches invoices with bank lines. Code settles what it can; the rest goes to an agent, and nothing
// it says is used before its quotes were found in what it read and its sums were done again.

import { agent, grounded, nextModel, retry, review, workflow } from "firebreak";
import {
  addsUp,
  Books,
  Finding,
  match,
  Question,
  readBooks,
  Report,
  sortLines,
  usedOnce,
  writeReport,
} from "./books.ts";

export const clerk = agent({
  name: "clerk",
  input: Question,
  instructions:
    "Say which bank lines pay this invoice and what is still open. Quote what shows it, word for word.",
  models: ["fast", "strong"],
  output: Finding,
  checks: [grounded("quotes[]", { optional: true }), addsUp],
  onFail: [
    retry(2),
    nextModel(),
    review({ to: "bookkeeper", ask: "The clerk's finding failed a check. What holds?" }),
  ],
});

export const input = readBooks;
export { summary } from "./books.ts";

export default workflow({
  name: "reconcile",
  input: Books,
  output: Report,
  async run(ctx, { invoices, bank, mail }) {
    const { pairs, loose } = await ctx.step("sort", { invoices, bank }, sortLines);
    const findings = await ctx.map(
      pairs,
      async (pair, ctx) => {
        const found = await ctx.step("match", pair, match);
        return found.open === 0 ? found : ctx.call(clerk, { ...pair, loose, mail });
      },
      { key: (pair) => pair.invoice.number },
    );
    await ctx.check("every payment is used once", findings, [usedOnce]);
    return ctx.step("report", { findings, bank }, writeReport);
  },
});
