// What a rerun is asked for, and what it would do: the words of `firebreak rerun`.

import type { RunId } from "./base/ids.ts";
import type { StepKind } from "./journal/events.ts";
import type { AnyWorkflow } from "./workflow/workflow.ts";
import type { RunOptions } from "./workflow/program.ts";

export interface RerunOptions extends RunOptions {
  /** Another input than the run had. */
  readonly input?: unknown;
  /** Another definition than the one the run names. */
  readonly workflow?: AnyWorkflow;
  /**
   * Steps to do again whatever is recorded: a name, or a path of names (`analyst › attempt 1 › model`, also written with
   * `/`), or `#` and a sequence of the old run. Below an agent all model calls and verdicts are redone; tool results stay.
   */
  readonly redo?: readonly string[];
  /** Outputs given by a person instead of being made, by step. They pass the same checks as any output of the step. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly because?: string;
  readonly by?: string;
}

/** A step of the old run, or one that is new, as a plan names it. */
export interface PlannedStep {
  /** Names from the outside in: `analyst › attempt 1 › model`. */
  readonly path: string;
  readonly kind: StepKind;
  /** Sequence in the old run; absent for a step it did not have. */
  readonly seq?: number;
  readonly why: string;
  /** What it cost in the old run. */
  readonly usd: number;
  readonly ms: number;
}

/** What a rerun would do, found without doing any of it. */
export interface RerunPlan {
  readonly run: RunId;
  /** Done again for sure, before anything else: the first wave. Whether more follows depends on what they give. */
  readonly certain: readonly PlannedStep[];
  /** Everything the old run did that is not known to stay: the first wave, and what may follow from it. */
  readonly possible: readonly PlannedStep[];
  /** Records of the old run that stay, whatever the first wave gives. */
  readonly reused: number;
  readonly cost: {
    readonly certainUsd: number;
    readonly possibleUsd: number;
    readonly certainMs: number;
    readonly possibleMs: number;
    /** Paid model calls among the possible. */
    readonly calls: number;
  };
  /** Effects of the old run whose step is possibly done again: each is claimed again, amended, compensated or asked about. */
  readonly effects: readonly { readonly tool: string; readonly key: string; readonly path: string }[];
}
