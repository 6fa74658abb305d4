// What makes a compound dissolve? One agent writes a program, runs it in the sandbox and reports a least-squares fit; one
// gate does the computation again from the data and fails whatever is not that fit, a published equation included.
//
//   npx firebreak run examples/solubility/solubility.ts
//   npx firebreak run examples/solubility/solubility.ts --sabotage analyst=recited

import { agent, nextModel, retry, review, workflow } from "firebreak";
import { codeTool } from "firebreak/toolbox/code-interpreter";
import { z } from "zod";
import { loadCase, readTable, type SolubilityCase, type TextFile } from "./case.ts";
import { equation, type Fit, type Finding, leastSquares } from "./gate.ts";

const Text = z.object({ file: z.string(), text: z.string() });
const Case = z.object({ question: z.string(), table: Text, papers: z.array(Text) });
const FitShape = z.object({
  rows: z.number().int(),
  intercept: z.number(),
  terms: z.array(z.object({ column: z.string(), coefficient: z.number() })),
  r2: z.number().describe("1 - residual / total sum of squares"),
  rmse: z.number().describe("root of the mean squared residual"),
  mae: z.number(),
});
const Report = z.object({ equation: z.string(), fit: FitShape, text: z.string() });

const isLeastSquares = {
  kind: "check",
  name: "least squares",
  version: "1",
  // The gate computed the fit itself: a retry is told that it is wrong, never what is right.
  independent: true,
  run: (fit: Fit, { input }: { readonly input: SolubilityCase }): readonly Finding[] =>
    leastSquares(fit, input),
} as const;

/** Rows of the table that the model is shown; its programs read all of them. */
const shownRows = 4;

const analyst = ({ file, text }: TextFile) =>
  agent({
    name: "analyst",
    input: Case,
    instructions:
      "Answer the question by running a program on the table. Report what it computed, unrounded; report nothing from memory.",
    prompt: ({ question, table, papers }) => [
      question,
      { title: `${table.file}: first rows`, text: table.text.split("\n", shownRows + 1).join("\n") },
      ...papers.map((it) => ({ title: it.file, text: it.text })),
    ],
    models: ["fast", "strong"],
    tools: [codeTool({ files: [{ name: file.split("/").at(-1) ?? file, content: text }] })],
    output: FitShape,
    checks: [isLeastSquares],
    onFail: [
      retry(2),
      nextModel(),
      review({ to: "science", ask: "No fit passed its gate. What shall be reported?" }),
    ],
  });

/** Read again by every run and rerun: an edited table is another input. */
export const input = loadCase;

export default workflow({
  name: "solubility",
  input: Case,
  output: Report,
  async run(ctx, it) {
    const fit = await ctx.call(analyst(it.table), it);
    return ctx.step("report", { fit, compounds: readTable(it.table.text).rows.length }, writeReport);
  },
});

function writeReport({
  fit,
  compounds,
}: {
  fit: z.infer<typeof FitShape>;
  compounds: number;
}): z.infer<typeof Report> {
  const formula = equation(
    { intercept: fit.intercept, slopes: fit.terms.map((it) => it.coefficient) },
    fit.terms.map((it) => it.column),
  );
  const quality = `r2 ${fit.r2.toFixed(4)}, rmse ${fit.rmse.toFixed(3)}, mean error ${fit.mae.toFixed(3)} log units`;
  return {
    equation: formula,
    fit,
    text: `${formula}\nover ${fit.rows} of ${compounds} compounds: ${quality}`,
  };
}
