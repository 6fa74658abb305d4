// Which of these molecules are worth making next, and which claims of the papers do the data bear out? Real assay data,
// twelve steps, two people. Every answer of an agent meets a gate before anything is built on it, and the numbers are
// computed twice, by two agents that do not see each other.
//
//   npm run demo
//   npm run demo -- --sabotage fit-curves=wrong-fit

import { join } from "node:path";
import { again, type Context, done, review, workflow } from "firebreak";
import { teamFor } from "./agents.ts";
import { agrees, everythingTraced, type Pair, quotesStandIn, reportTraced } from "./checks.ts";
import { loadCase } from "./data.ts";
import type { Deliverables } from "./report.ts";
import { CaseShape, DeliverablesShape } from "./shapes.ts";
import { admitCase, findPapers, profile, write } from "./steps.ts";

/** Read again by every run and rerun: an edited file is another input. */
export const input = (): ReturnType<typeof loadCase> => loadCase(join(import.meta.dirname, "data"));

export { summary } from "./summary.ts";

export default workflow({
  name: "lead-finding",
  input: CaseShape,
  output: DeliverablesShape,
  async run(ctx, given) {
    const { question, rules, papers, tables } = await ctx.step("load-case", given, admitCase);
    const { scout, analyst, checker } = teamFor({ ...given, question, rules, papers, tables });

    const found = await ctx.step("search-papers", { question, papers, tables }, findPapers);
    const extracted = await ctx.call(scout, { question, papers: found }, { name: "extract-claims" });
    const claims = await ctx.branch("review-claims", (at) =>
      at.review("Are these the claims to test against the data?", extracted.claims, {
        name: "claims",
        to: "science",
        why: "From here on the run tests these claims and no others.",
        onNo: "The run ends; nothing is fitted and nothing is reported.",
        checks: [quotesStandIn(papers)],
      }),
    );

    const profiles = await ctx.step("profile-tables", tables, profile);
    // The tools of these agents hold the tables: so their answers rest on them, whatever their inputs are.
    const from = [tables];
    const plan = await ctx.call(
      analyst.plan,
      { question, rules, tables: profiles },
      { name: "plan-analysis", from },
    );
    const compute = async (at: Context): Promise<Pair> => {
      const fits = at.call(analyst.fit, { rules, plan }, { name: "fit-curves", from });
      const second = at.call(checker.refit, { rules, tables: profiles }, { name: "refit", from });
      return { first: await fits, second: await second };
    };
    const computed = await compute(ctx);
    // Two computations that disagree are both done again, once, neither told of the other. Then a person decides.
    const { fits } = await ctx.loop(
      "compare",
      { pair: computed, last: false },
      async ({ pair, last }, at) => {
        const checks = [agrees(rules)];
        if (last) return done((await at.check("agreement", pair, checks, { onFail: [askWhich] })).first);
        const agreed = await at.settle(() => at.check("agreement", pair, checks));
        return agreed.ok ? done(agreed.value.first) : again({ pair: await compute(at), last: true });
      },
    );

    const tested = await ctx.call(checker.test, { claims, tables: profiles }, { name: "test-claims", from });
    const facts = { question, ruleTexts: rules, fits, claims: tested.claims, papers };
    const written = await ctx.step("write-report", facts, write, { checks: [everythingTraced] });
    const report = await ctx.branch("review-release", (at) =>
      at.review("May this report and its shortlist be released?", written["report.md"], {
        name: "report",
        to: "science",
        why: "What is released is acted on: the shortlist names compounds to be made and tested.",
        onNo: "The run ends; nothing is released.",
        from: [written],
        checks: [reportTraced(facts)],
      }),
    );
    return { ...written, "report.md": report } satisfies Deliverables;
  },
});

const askWhich = review<Pair>({
  to: "science",
  ask: (_, problems) =>
    `Two independent computations disagree, twice. Approve to go on with the first, or edit. ${problems.slice(0, 600)}`,
});
