import { type ErrorRow, row } from "./error-row.ts";

interface TestingErrors {
  readonly TEST_REVIEW_OPEN: ErrorRow<{ step: string; statements: string }>;
  readonly TEST_STUCK: ErrorRow<{ runId: string; waits: string }>;
  readonly TEST_MODEL_MISSING: ErrorRow<{ step: string; models: string; given: string }>;
  readonly TEST_KILL_MISSED: ErrorRow<{ step: string }>;
  readonly TEST_STEP_UNKNOWN: ErrorRow<{ given: string; known: string }>;
  readonly STEP_NOT_AWAITED: ErrorRow<{ steps: string }>;
  readonly REPLAY_MISSED: ErrorRow<{ runId: string; what: string }>;
}

export const testingErrors: TestingErrors = {
  TEST_REVIEW_OPEN: row({
    retryable: false,
    message: (it) => `the test does not answer the review "${it.step}":\n${it.statements}\n`,
    fix: () => 'Answer it: reviews: ["approve"], or reviews: (item) => … ("silence" lets it expire).',
  }),
  TEST_STUCK: row({
    retryable: false,
    message: (it) => `run ${it.runId} waits for something the test does not give: ${it.waits}`,
    fix: () =>
      "Give the signals it waits for in signals: [{ name, payload }], in the order in which it waits.",
  }),
  TEST_MODEL_MISSING: row({
    retryable: false,
    message: (it) =>
      `step "${it.step}" would call ${it.models}, and the test has no stand-in for it (it has ${it.given})`,
    fix: (it) =>
      `Give one: models: { ${JSON.stringify(it.step)}: scripted([…]) }. To call real models, give env and config.`,
  }),
  TEST_KILL_MISSED: row({
    retryable: false,
    message: (it) => `the run ended, and no step "${it.step}" was recorded after which to end the engine`,
    fix: () => "Name a step that this run records: by its name, or by its path (a › b).",
  }),
  TEST_STEP_UNKNOWN: row({
    retryable: false,
    message: (it) => `the run has no step "${it.given}"; it has ${it.known}`,
    fix: () => "Name a step by its name, or by its path (a › b).",
  }),
  STEP_NOT_AWAITED: row({
    retryable: false,
    message: (it) => `the run ended before steps that nobody awaited: ${it.steps}`,
    fix: () => "Await the promise of every step, or return it: what is not awaited is cancelled.",
  }),
  REPLAY_MISSED: row({
    retryable: false,
    message: (it) => `a replay of run ${it.runId} from its own journal does not come to the same: ${it.what}`,
    fix: () =>
      "Take what differs between two executions (clock, random numbers, module state, files) from ctx, or move it into a step.",
  }),
};
