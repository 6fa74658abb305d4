// The public surface, name by name.

export { workflow } from "./workflow/workflow.ts";
export type { AnyWorkflow, Workflow, WorkflowOptions } from "./workflow/workflow.ts";
export type { Context, Settled, WorkContext } from "./workflow/context.ts";
export type { MapOptions } from "./workflow/map.ts";
export type { RetryOptions, StepOptions } from "./workflow/options.ts";
export type { ReviewOptions } from "./workflow/review-options.ts";
export { again, done } from "./workflow/loop.ts";
export type { LoopTurn } from "./workflow/loop.ts";
export { agent } from "./agent/agent.ts";
export type { Agent, AgentOptions, PromptPart } from "./agent/agent.ts";
export { nextModel, retry, review } from "./agent/rung.ts";
export type { ReviewRung, Rung } from "./agent/rung.ts";
export { tool } from "./tool/define.ts";
export type { AiSdkTool, ToolOptions } from "./tool/define.ts";
export type { Artifact, Effect, EffectKind, Previous, Tool, ToolContext } from "./tool/tool.ts";
export { EffectNotSent } from "./runtime/effect-spec.ts";
export { unsure } from "./check/check.ts";
export type {
  Action,
  Answered,
  Ask,
  Check,
  CheckContext,
  CheckFunction,
  CheckResult,
  Evidence,
  NamedCheck,
  Problem,
  Source,
  Verdict,
} from "./check/check.ts";
export { check } from "./check/judge-checks.ts";
export { agreement, agrees } from "./check/agrees.ts";
export type { AgreementOptions, AgreesOptions, AnswerGroup } from "./check/agrees.ts";
export { arithmetic } from "./check/arithmetic.ts";
export type { DeclaredTotal } from "./check/arithmetic.ts";
export { complete } from "./check/complete.ts";
export type { CompleteOptions } from "./check/complete.ts";
export { fresh } from "./check/fresh.ts";
export type { FreshOptions } from "./check/fresh.ts";
export { judge } from "./check/judge.ts";
export type { Criterion, JudgeOptions } from "./check/judge.ts";
export { noProgress } from "./check/no-progress.ts";
export { receipts } from "./check/receipts.ts";
export type { DeclaredClaim, ReceiptsOptions } from "./check/receipts.ts";
export { reconciles } from "./check/reconciles.ts";
export type { ReconcilesOptions } from "./check/reconciles.ts";
export type { RowsAt } from "./check/rows.ts";
export { unique } from "./check/unique.ts";
export type { UniqueOptions } from "./check/unique.ts";
export { grounded } from "./check/grounded.ts";
export type { GroundedKind, GroundedOptions } from "./check/grounded.ts";
export { recomputed } from "./check/recomputed.ts";
export { traced } from "./check/traced.ts";
export { open } from "./open.ts";
export type {
  Compat,
  Decision,
  Firebreak,
  LiveEvent,
  OpenOptions,
  PlannedStep,
  RerunOptions,
  RerunPlan,
  ReviewItem,
  RunHandle,
  RunOptions,
  StartOptions,
} from "./open.ts";
export { why } from "./why.ts";
export type { WhyNode, WhyOptions } from "./why.ts";
export { impact } from "./impact.ts";
export type { ImpactOptions, ImpactReport, ImpactTarget } from "./impact.ts";
export { planItem, planRecall, recallRun } from "./recall.ts";
export type { Recall, Recalled, RecallItem, RecallOptions } from "./recall.ts";
export { diffRuns } from "./diff-runs.ts";
export type { RunDiff, StepDiff } from "./diff-runs.ts";
export { diffValues } from "./journal/trace-diff.ts";
export type { ValueChange } from "./journal/trace-diff.ts";
export { defineConfig } from "./config.ts";
export type { Config } from "./config.ts";
export { secret } from "./base/secrets.ts";
export { FirebreakError } from "./base/errors.ts";
export type { ErrorCode } from "./base/errors.ts";
export { StepError } from "./runtime/step-error.ts";
export type { Duration } from "./base/duration.ts";
export type { Value } from "./base/values.ts";
export type { Model, ModelAnswer, ModelPart, ModelRef, ModelRequest } from "./model/model.ts";
export type { AnyEvent, EventKind, Outcome, StepKind } from "./journal/events.ts";
export type { Journal, RunFilter, RunHead, RunStatus } from "./journal/journal.ts";
export { MemoryJournal } from "./journal/memory.ts";
export type { RunView, StepView } from "./journal/view.ts";
