// The shapes of what goes between the steps: what a model is told to answer, and what an agent is given.

import { z } from "zod";
import type { AssessedClaim, Claim } from "./claims.ts";
import type { TableProfile } from "./columns.ts";
import { type FitAnswer, pointMeanings } from "./curves.ts";
import type { LeadCase, RuleTexts, TextFile } from "./data.ts";
import type { FitInput, Plan, PlanInput } from "./jobs/analyst.ts";
import type { RefitInput, TestClaimsInput } from "./jobs/checker.ts";
import type { ScoutInput } from "./jobs/scout.ts";
import type { Deliverables } from "./report.ts";

const Text: z.ZodType<TextFile> = z.object({ file: z.string(), text: z.string() });
const Rules: z.ZodType<RuleTexts> = z.record(z.string(), z.string());

export const CaseShape: z.ZodType<LeadCase> = z.object({
  question: z.string(),
  rules: Rules,
  columnNotes: Rules,
  papers: z.array(Text),
  tables: z.array(Text),
});

const claimMembers = {
  claim: z.string().describe("the claim in one sentence"),
  quote: z.string().describe("the passage that makes it, word for word"),
  file: z.string().describe("the paper it stands in, as named in the input"),
  context: z.string().exactOptional().describe("the passage around the quote"),
};
const ClaimShape: z.ZodType<Claim> = z.object(claimMembers);
export const ClaimsShape: z.ZodType<{ readonly claims: readonly Claim[] }> = z.object({
  claims: z.array(ClaimShape),
});

const Found = z.object({ file: z.string(), rank: z.number(), words: z.array(z.string()), kept: z.boolean() });
export const ScoutShape: z.ZodType<ScoutInput> = z.object({ question: z.string(), papers: z.array(Found) });

const Profile: z.ZodType<TableProfile> = z.object({
  name: z.string(),
  file: z.string(),
  rows: z.number(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["number", "text", "list", "empty"]),
      filled: z.number(),
      distinct: z.number(),
      min: z.number().exactOptional(),
      max: z.number().exactOptional(),
      values: z.array(z.string()).exactOptional(),
      meaning: z
        .enum([
          ...pointMeanings,
          "structure",
          "activity",
          "signal",
          "supplier",
          "catalog",
          "ic50",
          "mean",
          "spread",
          "count",
        ])
        .exactOptional(),
    }),
  ),
});

export const PlanInputShape: z.ZodType<PlanInput> = z.object({
  question: z.string(),
  rules: Rules,
  tables: z.array(Profile),
});
export const PlanShape: z.ZodType<Plan> = z.object({
  file: z.string().describe("the table of measured points"),
  columns: z.record(z.enum(pointMeanings), z.string()).describe("its column of each meaning"),
  assays: z.array(z.string()),
  method: z.string(),
  readings: z
    .array(
      z.object({
        table: z.string(),
        column: z.string(),
        reads: z.enum(["residual activity", "inhibition", "undecided"]),
        spearman: z.number().nullable(),
        compounds: z.number(),
      }),
    )
    .describe("how each column of doubtful meaning is to be read"),
});

export const FitInputShape: z.ZodType<FitInput> = z.object({ rules: Rules, plan: PlanShape });
export const RefitInputShape: z.ZodType<RefitInput> = z.object({ rules: Rules, tables: z.array(Profile) });

const curveName = { compound_id: z.string(), assay: z.string(), run: z.string() };
export const FitsShape: z.ZodType<FitAnswer> = z.object({
  method: z.string(),
  fits: z.array(
    z.discriminatedUnion("kind", [
      z.object({
        ...curveName,
        kind: z.literal("fitted"),
        ic50_uM: z.number(),
        hill: z.number(),
        r2: z.number(),
        points: z.number(),
        at_edge: z.array(z.string()),
      }),
      z.object({ ...curveName, kind: z.literal("not fitted"), why: z.string() }),
    ]),
  ),
});

export const TestClaimsShape: z.ZodType<TestClaimsInput> = z.object({
  claims: z.array(ClaimShape),
  tables: z.array(Profile),
});
const cell = z.union([z.string(), z.number(), z.null()]);
const Assessed: z.ZodType<AssessedClaim> = z.object({
  ...claimMembers,
  verdict: z.enum(["supported", "contradicted", "not verifiable"]),
  why: z.string(),
  evidence: z
    .array(z.object({ query: z.string(), rows: z.array(z.record(z.string(), cell)) }))
    .describe("the queries asked and the rows they gave"),
});
export const AssessedShape: z.ZodType<{ readonly claims: readonly AssessedClaim[] }> = z.object({
  claims: z.array(Assessed),
});

export const DeliverablesShape: z.ZodType<Deliverables> = z.object({
  "report.md": z.string(),
  "summary.json": z.string(),
  "ic50.csv": z.string(),
  "claims.json": z.string(),
});
