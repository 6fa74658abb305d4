import type { Outcome, Problem } from "../journal/events.ts";

const brand: unique symbol = Symbol.for("firebreak.step-error") as never;

/**
 * A step ended without a value. Recorded: after a crash the same error comes again, at the same place.
 *
 * `outcome` says why: empty, truncated, refused, limit, budget, failed, rejected, expired or cancelled.
 */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly [brand] = true;
  readonly outcome: Outcome;
  /** Name of the step, with the names of those around it. */
  readonly step: string;
  readonly problems: readonly Problem[];
  /** Sequence of the recorded failure. */
  readonly seq: number | undefined;

  constructor(it: {
    outcome: Outcome;
    step: string;
    message: string;
    problems?: readonly Problem[];
    seq?: number;
  }) {
    super(it.message);
    this.outcome = it.outcome;
    this.step = it.step;
    this.problems = it.problems ?? [];
    this.seq = it.seq;
  }

  /** True for a StepError of any copy of this package; with `outcome`, only of that outcome. */
  static is(value: unknown, outcome?: Outcome): value is StepError {
    if (typeof value !== "object" || value === null || !(brand in value)) return false;
    return outcome === undefined || ("outcome" in value && value.outcome === outcome);
  }
}

/** Thrown inside a step's work to end the step with an outcome other than `failed`, without another attempt. */
export class StepEnd extends Error {
  override readonly name = "StepEnd";
  readonly outcome: Outcome;
  readonly problems: readonly Problem[];
  readonly more: unknown;

  constructor(outcome: Outcome, message: string, problems: readonly Problem[] = [], more?: unknown) {
    super(message);
    this.outcome = outcome;
    this.problems = problems;
    this.more = more;
  }
}
