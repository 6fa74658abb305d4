// Testing workflows: runs on a journal in memory, under a clock that stands
// still, with answers the test gives. For every test runner: it throws where
// something is wrong, and depends on none.
//
// Beside what the test itself looks at, every test run fails
//
//   - when workflow code uses the clock, random numbers, the network or a timer outside a step (IMPURE, with file and line);
//   - when a step was not awaited (STEP_NOT_AWAITED);
//   - when a review is not answered (TEST_REVIEW_OPEN, with its seven statements), or nothing it waits for comes (TEST_STUCK);
//   - when the run, replayed once against its own journal, does not come to the same (REPLAY_MISSED).

import type { RunId } from "./base/ids.ts";
import type { Config } from "./config.ts";
import type { AnyEvent } from "./journal/events.ts";
import type { Journal, RunStatus } from "./journal/journal.ts";
import type { RunView, StepView } from "./journal/view.ts";
import type { Model } from "./model/model.ts";
import type { RunOptions } from "./workflow/program.ts";
import type { AnyWorkflow, Workflow } from "./workflow/workflow.ts";
import type { ToolContext } from "./tool/tool.ts";
import type { TestReviews, TestSignal } from "./testing-answers.ts";
import { Bench } from "./testing-bench.ts";
import { TestRunResult } from "./testing-result.ts";
import type { FakeClock } from "./testing-clock.ts";

export { wilson } from "./check/mutation/interval.ts";
export type { Interval } from "./check/mutation/interval.ts";
export { measureChecks } from "./check/mutation/measure.ts";
export type { Alarm, Measurement, OperatorResult, PlaceResult, Survivor } from "./check/mutation/results.ts";
export { mutateValue } from "./check/mutation/mutate-value.ts";
export type { Dropped, Mutated } from "./check/mutation/mutate-value.ts";
export type { Carrier, Mutant, MutateOptions, Operator } from "./check/mutation/mutation.ts";
export { operators } from "./check/mutation/operators.ts";
export { scripted } from "./standin/scripted.ts";
export type { ScriptedEntry, ScriptedModel } from "./standin/scripted.ts";
export { fakeClock } from "./testing-clock.ts";
export type { FakeClock } from "./testing-clock.ts";
export { expectSteps } from "./testing-steps.ts";
export type { TestDecision, TestReviews, TestSignal } from "./testing-answers.ts";

/** What a test gives to the runs of a workflow. */
export interface TestOptions extends RunOptions {
  /**
   * Stand-ins by the name of the agent's step. One stands for each of the agent's models; a list replaces them.
   * A step without one is an error, unless its models are stand-ins themselves or `env` allows real ones.
   */
  readonly models?: { readonly [step: string]: Model | readonly [Model, ...Model[]] };
  /** What a tool does instead, by the tool's name. Its schema, effect and limits stay. */
  readonly tools?: { readonly [tool: string]: (args: never, context: ToolContext) => unknown };
  /** Answers to reviews. Without one a review fails the test. */
  readonly reviews?: TestReviews;
  /** Sent in order, each when a run waits for a signal of its name. */
  readonly signals?: readonly TestSignal[];
  /**
   * Moved to the next timer whenever the run waits for one. It does not move by itself while work goes on, so a
   * step's `timeout` is tested by a work that advances the clock.
   */
  readonly clock?: FakeClock;
  /**
   * Ends the engine right after the record of this step is durable (name, or path `a › b`), and goes on in a new one.
   * A list ends one engine after the other. What the old engine's work still does is lost.
   */
  readonly killAfter?: string | readonly string[];
  readonly config?: Config;
  /** Environment that keys and switches are read from. Default: live models are forbidden. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: one in memory. It is not closed. */
  readonly journal?: Journal;
}

/** A run as its test sees it. */
export interface TestResult<Output> {
  /** @throws the run's error, when it did not complete. */
  readonly output: Output;
  /** What `run.result()` throws: RUN_FAILED, RUN_CANCELLED or RUN_HALTED; undefined when the run completed. */
  readonly error: Error | undefined;
  readonly status: RunStatus;
  /** The steps as a tree, siblings in order of their start. */
  readonly steps: readonly StepView[];
  readonly view: RunView;
  readonly run: RunId;
  readonly journal: Journal;
  readonly events: readonly AnyEvent[];
  /** The first step of a name, or of a path (`scout › attempt 1`). @throws TEST_STEP_UNKNOWN */
  step(path: string): StepView;
  /** A new run that reuses what is recorded. Options given here replace those of the test. */
  rerun(
    options?: TestOptions & { readonly input?: unknown; readonly workflow?: AnyWorkflow },
  ): Promise<TestResult<Output>>;
  /** Goes on with a failed or halted run. Options given here replace those of the test. */
  resume(
    options?: TestOptions & { readonly accept?: boolean; readonly workflow?: AnyWorkflow },
  ): Promise<TestResult<Output>>;
}

/**
 * Runs a workflow to its end and gives what became of it. A run that fails is a result, not an error of the test.
 *
 * @throws IMPURE, STEP_NOT_AWAITED, TEST_REVIEW_OPEN, TEST_STUCK, TEST_MODEL_MISSING, TEST_KILL_MISSED, REPLAY_MISSED,
 * WORKFLOW_INPUT.
 */
export async function testRun<Input, Output>(
  workflow: Workflow<Input, Output>,
  input: NoInfer<Input>,
  options: TestOptions = {},
): Promise<TestResult<Output>> {
  const definition = workflow as unknown as AnyWorkflow;
  const bench = new Bench(definition, options);
  const { model, sabotage, cap } = options;
  const run = {
    ...(model === undefined ? {} : { model }),
    ...(sabotage === undefined ? {} : { sabotage }),
    ...(cap === undefined ? {} : { cap }),
  };
  return (await TestRunResult.play(bench, (fb) => fb.start(workflow, input, run))) as TestResult<Output>;
}
