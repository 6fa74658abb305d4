// The three agents. They are made for one case: their tools hold its files, and their gates compute from them.
//
//   I1. The checker is given the data and the rules, never a word of the analyst's.

import { type Agent, agent, grounded, nextModel, retry, review, type Rung, tool } from "firebreak";
import { z } from "zod";
import {
  answerStandsIn,
  fitGate,
  planHolds,
  refitGate,
  rowsBearOut,
  verdictsDecided,
  versionOf,
} from "./checks.ts";
import type { AssessedClaim, Claim } from "./claims.ts";
import type { FitAnswer } from "./curves.ts";
import type { LeadCase } from "./data.ts";
import { type FitInput, type Plan, type PlanInput, queryTool } from "./jobs/analyst.ts";
import type { RefitInput, TestClaimsInput } from "./jobs/checker.ts";
import { readPaperTool, type ScoutInput } from "./jobs/scout.ts";
import { noteWork } from "./ledger.ts";
import { programTool } from "./program-tool.ts";
import { clearCorrelation } from "./readings.ts";
import {
  AssessedShape,
  ClaimsShape,
  FitInputShape,
  FitsShape,
  PlanInputShape,
  PlanShape,
  RefitInputShape,
  ScoutShape,
  TestClaimsShape,
} from "./shapes.ts";
import { openTables, type Tables } from "./tables.ts";

type Claims = { readonly claims: readonly Claim[] };
type Assessment = { readonly claims: readonly AssessedClaim[] };

export interface Team {
  readonly scout: Agent<ScoutInput, Claims>;
  readonly analyst: { readonly plan: Agent<PlanInput, Plan>; readonly fit: Agent<FitInput, FitAnswer> };
  readonly checker: {
    readonly refit: Agent<RefitInput, FitAnswer>;
    readonly test: Agent<TestClaimsInput, Assessment>;
  };
}

/** Makes the agents of a case. Cheap: files are parsed when a tool or a gate first needs them. */
export function teamFor(it: LeadCase): Team {
  const tables = once(() => openTables(it.tables));
  const query = queryTables(versionOf(it.tables), tables);
  const run = notedPrograms(it);
  return {
    scout: scoutFor(it),
    analyst: { plan: planner(it, query), fit: fitter(it, run) },
    checker: { refit: refitter(it, run), test: tester(it, query, tables) },
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const models = ["fast", "strong"] as const;
/** Most of a list of problems that is put in a question, characters; the person is shown all of them beside it. */
const shownProblems = 600;

const askScience = (what: string): Rung =>
  review({
    to: "science",
    ask: (_, problems) => `${what} What shall stand? ${problems.slice(0, shownProblems)}`,
  });

function scoutFor({ papers }: LeadCase): Team["scout"] {
  const readPaper = tool({
    name: readPaperTool,
    description: "The whole text of one of the papers.",
    input: z.object({ file: z.string() }),
    effect: "none",
    version: versionOf(papers),
    run({ file }) {
      noteWork("tool", readPaperTool, file);
      const paper = papers.find((it) => it.file === file);
      if (paper !== undefined) return paper;
      throw new Error(`There is no ${file}. There are: ${papers.map((it) => it.file).join(", ")}.`);
    },
    sources: (_, { file, text }) => [{ name: file, text }],
  });
  return agent({
    name: "scout",
    input: ScoutShape,
    instructions:
      "Extract the claims of the kept papers that bear on the question and that measurements could bear out. Read each " +
      "paper with read_paper. Quote word for word, one assertion a quote, and name the file.",
    models,
    tools: [readPaper],
    output: ClaimsShape,
    checks: [grounded("claims[].quote", { in: "claims[].file" }), answerStandsIn(papers)],
    onFail: [retry(1), nextModel(), askScience("The claims of the papers did not pass their gate.")],
  });
}

function queryTables(version: string, tables: () => Tables): ReturnType<typeof makeQuery> {
  return makeQuery(version, tables);
}

function makeQuery(version: string, tables: () => Tables) {
  return tool({
    name: queryTool,
    description:
      "Asks the tables of the case one SELECT in SQLite's dialect; a table is called like its file without ending.",
    input: z.object({ sql: z.string() }),
    effect: "none",
    version,
    run({ sql }) {
      noteWork("tool", queryTool, sql);
      const reply = tables().query(sql);
      if (reply.ok) return reply.value;
      throw new Error(reply.error);
    },
  });
}

/** The sandbox over the tables of the case. */
function notedPrograms({ tables }: LeadCase): ReturnType<typeof programTool> {
  const programs = programTool(tables);
  return {
    ...programs,
    run(args, context) {
      noteWork("tool", programs.name, args.code);
      return programs.run(args, context);
    },
  };
}

function planner({ tables }: LeadCase, query: ReturnType<typeof makeQuery>): Team["analyst"]["plan"] {
  return agent({
    name: "analyst",
    input: PlanInputShape,
    instructions:
      "Plan the analysis that answers the question by the rules: which table holds the measured points, which of its " +
      "columns means what, which assays are compared. Where a column could be read two ways, query the tables until the " +
      "data decide, and say how: by Spearman's rank correlation of the compounds' mean activity with their mean log10 IC50. At " +
      `${clearCorrelation} or more in size it decides, positive for residual activity; below that the column is undecided.`,
    models,
    tools: [query],
    output: PlanShape,
    checks: [planHolds(tables)],
    onFail: [retry(1), nextModel()],
  });
}

const fitInstructions =
  "Write a program that fits every curve by the rule `fit`, run it with run_code, read what comes out, and mend the program " +
  "when it fails. Answer what the program computed, every curve once, unrounded: fitted, or why not. Nothing from memory.";

function fitter({ tables }: LeadCase, run: ReturnType<typeof programTool>): Team["analyst"]["fit"] {
  return agent({
    name: "analyst",
    input: FitInputShape,
    instructions: fitInstructions,
    models,
    tools: [run],
    output: FitsShape,
    checks: fitGate(tables),
    onFail: [retry(1), nextModel(), askScience("No fit passed its gate.")],
  });
}

function refitter({ tables }: LeadCase, run: ReturnType<typeof programTool>): Team["checker"]["refit"] {
  return agent({
    name: "checker",
    input: RefitInputShape,
    instructions: `You check another's work without seeing it. ${fitInstructions} Use the rule \`second_method\`.`,
    models,
    tools: [run],
    output: FitsShape,
    checks: refitGate(tables),
    onFail: [retry(1), nextModel(), askScience("No second fit passed its gate.")],
  });
}

function tester(
  { tables }: LeadCase,
  query: ReturnType<typeof makeQuery>,
  open: () => Tables,
): Team["checker"]["test"] {
  return agent({
    name: "checker",
    input: TestClaimsShape,
    instructions:
      "Test each claim against the tables by queries, by the rule: supported when the data bear it out as stated, contradicted " +
      "when rows are against it, not verifiable when the files hold nothing to decide it. Show each query and its rows. Leave no " +
      "claim out, add none, change none.",
    models,
    tools: [query],
    output: AssessedShape,
    checks: [rowsBearOut(tables, open), verdictsDecided(tables, open)],
    onFail: [retry(1), nextModel(), askScience("The verdicts on the claims did not pass their gate.")],
  });
}
