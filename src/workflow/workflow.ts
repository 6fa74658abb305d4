// Declaring a workflow: an ordinary async function over `ctx`, with a name and
// schemas. This folder is the only façade over the runtime, the agents, the
// checks and the reviews.
//
//   W1. What a workflow sees of the outside it sees through ctx; a replay then sees the same.
//   W2. The input is parsed before a run is made, the output before the run is completed.

import type { AnySchema } from "../base/schema.ts";
import { FirebreakError } from "../base/errors.ts";
import { sha } from "../base/values.ts";
import { callerFile } from "../code/caller-file.ts";
import type { CapLimits } from "../runtime/cap.ts";
import type { SchemaOutput } from "../tool/tool.ts";
import type { Context } from "./context.ts";

export interface WorkflowOptions<Input, Output> {
  /** Names it in the journal. Two workflows of one project have two names. */
  readonly name: string;
  readonly input?: AnySchema<Input>;
  readonly output?: AnySchema<Output>;
  /** Names its code by hand; default: the function's source text. */
  readonly version?: string;
  /** What a run may spend on paid model calls. Default 1.00 USD and 200 calls. */
  readonly cap?: Partial<CapLimits>;
  /**
   * The workflow. Contract: it may be executed any number of times for one run; it takes everything from outside
   * through `ctx` and awaits only what `ctx` gives.
   */
  readonly run: (ctx: Context, input: Input) => Promise<Output>;
}

export interface Workflow<Input = unknown, Output = unknown> extends WorkflowOptions<Input, Output> {
  readonly kind: "workflow";
  /** Identity of its code. */
  readonly code: string;
  /** Absolute path of the file that declared it; absent for evaluated code. */
  readonly source?: string;
}

/** A workflow whose types do not matter. */
export interface AnyWorkflow extends Omit<WorkflowOptions<never, unknown>, "input" | "output"> {
  readonly kind: "workflow";
  readonly code: string;
  readonly source?: string;
  readonly input?: AnySchema;
  readonly output?: AnySchema;
}

type InputOf<S> = S extends AnySchema ? SchemaOutput<S> : unknown;

const defined = new Map<string, AnyWorkflow>();

/**
 * Declares a workflow.
 * @throws DEFINITION_INVALID, CAP_INVALID
 */
export function workflow<
  const I extends AnySchema | undefined = undefined,
  const O extends AnySchema | undefined = undefined,
  R = unknown,
>(
  options: { readonly input?: I; readonly output?: O } & Omit<
    WorkflowOptions<InputOf<I>, O extends AnySchema ? SchemaOutput<O> : R>,
    "input" | "output"
  >,
): Workflow<InputOf<I>, O extends AnySchema ? SchemaOutput<O> : R> {
  const it = options as unknown as WorkflowOptions<InputOf<I>, O extends AnySchema ? SchemaOutput<O> : R>;
  if (typeof it.name !== "string" || !/^[\w.-]{1,100}$/.test(it.name)) {
    const what = `"${it.name}" cannot name a workflow`;
    throw new FirebreakError("DEFINITION_INVALID", {
      what,
      mend: "Use letters, digits, dots, _ and -, at most 100.",
    });
  }
  if (typeof it.run !== "function") {
    throw new FirebreakError("DEFINITION_INVALID", {
      what: `workflow "${it.name}" has no run function`,
      mend: "Give it: run: async (ctx, input) => { … }.",
    });
  }
  checkCap(it.cap);
  const code = it.version ?? sha(String(it.run));
  const source = callerFile();
  const made = { ...it, kind: "workflow" as const, code, ...(source === undefined ? {} : { source }) };
  defined.set(it.name, made);
  return made;
}

/** @throws CAP_INVALID */
export function checkCap(cap: Partial<CapLimits> | undefined): void {
  for (const [what, given] of Object.entries(cap ?? {})) {
    if (typeof given !== "number" || !Number.isFinite(given) || given <= 0)
      throw new FirebreakError("CAP_INVALID", { what, given: String(given) });
  }
}

/** The workflow of a name that was declared last in this process: child runs find theirs by it. */
export function definedWorkflow(name: string): AnyWorkflow | undefined {
  return defined.get(name);
}
