// What the baseline does for the checker: fits again by another optimiser, and tests claims by queries. It is given the
// data and the rules, never a word of the analyst's. No language model.

import { type BaselineJob, baselineJob, type ToolReply, useAll } from "firebreak/standin";
import type { AssessedClaim, Claim, QueryEvidence } from "../claims.ts";
import { meaningsOf, type TableProfile } from "../columns.ts";
import { type Fit, pointColumns, pointMeanings } from "../curves.ts";
import type { RuleTexts } from "../data.ts";
import { readRules } from "../rules.ts";
import type { QueryRows } from "../tables.ts";
import { type Ruling, rulingOf } from "./claim-rules.ts";
import { refitFile, refitProgram } from "./refit-program.ts";
import { runCode, sandboxName } from "./run-code.ts";

export interface RefitInput {
  readonly rules: RuleTexts;
  readonly tables: readonly TableProfile[];
}

export const refit: BaselineJob = baselineJob<RefitInput>({
  agent: "refit",
  *run({ rules: texts, tables }) {
    const table = tables.find((it) => pointMeanings.every((meaning) => meaningsOf(it.columns).has(meaning)));
    if (table === undefined)
      return { cannot: `no table has columns that I can tell to be ${pointMeanings.join(", ")}` };
    const columns = pointColumns(
      meaningsOf(table.columns),
      table.file,
      table.columns.map((it) => it.name),
    );
    const ended = yield* runCode(refitProgram(sandboxName(table.file), columns, readRules(texts).fit));
    const written = ended.files.get(refitFile);
    if (!ended.ok || written === undefined)
      return { cannot: `the program for ${table.file} failed: ${ended.message.trim()}` };
    return {
      answer: {
        method: "Nelder-Mead from the lows of a coarse map, golden-section polish",
        fits: JSON.parse(written) as Fit[],
      },
    };
  },
});

export interface TestClaimsInput {
  readonly claims: readonly Claim[];
  readonly tables: readonly TableProfile[];
}

export const testClaims: BaselineJob = baselineJob<TestClaimsInput>({
  agent: "test-claims",
  *run({ claims, tables }) {
    const rulings = claims.map((claim) => rulingOf(claim, tables));
    const queries = [...new Set(rulings.flatMap((it) => (it.kind === "test" ? it.queries : [])))];
    const replies = yield* useAll(queries.map((sql) => ({ tool: "query", args: { sql } })));
    const answers = new Map(queries.map((query, index) => [query, replies[index]]));
    const assessed = claims.map((claim, index) => assess(claim, rulings[index], answers));
    return { answer: { claims: assessed } };
  },
});

/** Lets a ruling decide over the rows of its queries. A query that failed decides nothing. */
function assess(
  claim: Claim,
  ruling: Ruling | undefined,
  answers: ReadonlyMap<string, ToolReply | undefined>,
): AssessedClaim {
  if (ruling?.kind !== "test") {
    return { ...claim, verdict: "not verifiable", why: ruling?.why ?? "No rule reaches it.", evidence: [] };
  }
  const evidence: QueryEvidence[] = [];
  for (const query of ruling.queries) {
    const reply = answers.get(query);
    if (reply?.ok !== true) {
      const why = `A query could not be asked: ${reply?.error ?? "no reply"}`;
      return { ...claim, verdict: "not verifiable", why, evidence: [] };
    }
    evidence.push({ query, rows: reply.value as unknown as QueryRows });
  }
  return { ...claim, ...ruling.decide(evidence.map((it) => it.rows)), evidence };
}
