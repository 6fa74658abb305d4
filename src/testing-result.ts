// What a test run became: its end, its steps, its journal.

import { FirebreakError } from "./base/errors.ts";
import type { RunId } from "./base/ids.ts";
import type { AnyEvent } from "./journal/events.ts";
import { endings, type Journal, type RunStatus } from "./journal/journal.ts";
import { loadValues, type RunView, type StepView, viewRun } from "./journal/view.ts";
import { fromStored } from "./runtime/store.ts";
import { Bench } from "./testing-bench.ts";
import { findStep } from "./testing-steps.ts";
import type { TestOptions, TestResult } from "./testing.ts";
import type { AnyWorkflow } from "./workflow/workflow.ts";

interface Facts {
  readonly run: RunId;
  readonly view: RunView;
  readonly events: readonly AnyEvent[];
  readonly output: unknown;
  readonly error: Error | undefined;
}

export class TestRunResult implements TestResult<unknown> {
  readonly run: RunId;
  readonly status: RunStatus;
  readonly steps: readonly StepView[];
  readonly view: RunView;
  readonly events: readonly AnyEvent[];
  readonly error: Error | undefined;
  readonly #bench: Bench;
  readonly #output: unknown;

  constructor(bench: Bench, { run, view, events, output, error }: Facts) {
    this.#bench = bench;
    this.#output = output;
    this.run = run;
    this.view = view;
    this.events = events;
    this.error = error;
    this.status = view.status;
    this.steps = view.steps;
  }

  static async play(bench: Bench, begin: Parameters<Bench["play"]>[0]): Promise<TestRunResult> {
    const run = await bench.play(begin);
    const { journal } = bench;
    const events = await journal.read(run);
    const view = viewRun(await loadValues(events, (hash) => journal.blob(hash)));
    const end = events.findLast((it) => it.kind in endings)!;
    const output =
      end.kind === "run.completed"
        ? (await fromStored(end.data.output, (hash) => journal.blob(hash))).value
        : undefined;
    return new TestRunResult(bench, { run, view, events, output, error: errorOf(run, end) });
  }

  get journal(): Journal {
    return this.#bench.journal;
  }

  get output(): unknown {
    if (this.error !== undefined) throw this.error;
    return this.#output;
  }

  step(path: string): StepView {
    return findStep(this.steps, path);
  }

  rerun(
    options: TestOptions & { readonly input?: unknown; readonly workflow?: AnyWorkflow } = {},
  ): Promise<TestRunResult> {
    const { input, workflow, model, sabotage, cap } = options;
    const given = {
      ...(input === undefined ? {} : { input }),
      ...(workflow === undefined ? {} : { workflow }),
      ...(model === undefined ? {} : { model }),
      ...(sabotage === undefined ? {} : { sabotage }),
      ...(cap === undefined ? {} : { cap }),
    };
    return TestRunResult.play(this.#again(options), (fb) => fb.rerun(this.run, given));
  }

  resume(
    options: TestOptions & { readonly accept?: boolean; readonly workflow?: AnyWorkflow } = {},
  ): Promise<TestRunResult> {
    const accept = options.accept === undefined ? {} : { accept: options.accept };
    return TestRunResult.play(this.#again(options), (fb) => fb.resume(this.run, { ...accept, by: "test" }));
  }

  #again({ workflow, ...options }: TestOptions & { readonly workflow?: AnyWorkflow }): Bench {
    const { killAfter: _, model: __, sabotage: ___, cap: ____, ...kept } = this.#bench.options;
    return new Bench(workflow ?? this.#bench.definition, { ...kept, ...options });
  }
}

function errorOf(runId: RunId, end: AnyEvent): Error | undefined {
  switch (end.kind) {
    case "run.failed":
      return new FirebreakError("RUN_FAILED", { runId, outcome: end.data.outcome, reason: end.data.message });
    case "run.cancelled":
      return new FirebreakError("RUN_CANCELLED", { runId, by: end.data.by });
    case "run.halted":
      return new FirebreakError("RUN_HALTED", { runId, reason: end.data.message, mend: end.data.fix });
    default:
      return undefined;
  }
}
