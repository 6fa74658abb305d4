// Agents: a model with instructions, tools and checks. This file is what an
// author declares; attempt.ts runs one attempt, ladder.ts what follows a failed one.
//
//   A1. An agent has at least one check, or says why it has none; its schema alone does not count.
//   A2. Every model call and every tool call is a step of its own.
//   A3. A candidate is durable before its checks run (E1, E5).
//   A4. Nothing leaves an agent but an output whose gate passed, or that a person approved.
//   A5. empty, truncated, refused, limit and budget are outcomes, never outputs (E11).

import type { SchemaOutput } from "../tool/tool.ts";
import type { AnySchema } from "../base/schema.ts";
import type { Duration } from "../base/duration.ts";
import { FirebreakError } from "../base/errors.ts";
import type { Check } from "../check/check.ts";
import type { ModelRef } from "../model/model.ts";
import type { Tool } from "../tool/tool.ts";
import { checkTools, type GivenTool } from "../tool/define.ts";
import { isHeld } from "./held.ts";
import type { Rung } from "./rung.ts";

/** A part of a prompt: text, or a titled section. */
export type PromptPart = string | { readonly title: string; readonly text: string };

export interface AgentOptions<Input, Output> {
  /** Names its steps. */
  readonly name: string;
  /** Types the call. A call whose input does not fit it is a SCHEMA_MISMATCH. */
  readonly input?: AnySchema<Input>;
  /** What the model is told to do: the system message. */
  readonly instructions: string | ((input: Input) => string);
  /** What it is told of the input. Default: each top-level key becomes a titled section. */
  readonly prompt?: (input: Input) => string | readonly PromptPart[];
  /** Cheapest first. `"provider:model"`, an alias of firebreak.config.ts, or a model object. */
  readonly models: readonly [ModelRef, ...ModelRef[]];
  readonly tools?: readonly GivenTool[];
  /** Shape of the answer. Without it the output is the answer's text. */
  readonly output?: AnySchema<Output>;
  /** What must hold of every output. */
  readonly checks?: readonly [Check<Output, Input>, ...Check<Output, Input>[]];
  /** Checks that run beside what follows: a late failure undoes what was built on the output meanwhile. */
  readonly alongside?: readonly Check<Output, Input>[];
  /** Why no check is needed. Shown in the run and by lint. */
  readonly unchecked?: string;
  /** What follows when the gate does not pass. Default: one retry, then the next models. */
  readonly onFail?: readonly Rung<Output>[];
  /** "accept" lets an unsure output through, marked. It never reaches an effect. */
  readonly unsure?: "accept";
  /** Model calls of one attempt; default 50. */
  readonly maxTurns?: number;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  /** Longest time of one model call; default 10 minutes. */
  readonly timeout?: Duration;
  /** Names its identity for reruns. */
  readonly version?: string;
}

export interface Agent<Input = unknown, Output = unknown> extends AgentOptions<Input, Output> {
  readonly kind: "agent";
  readonly bound: readonly Tool[];
}

/** Model calls of one attempt when the agent does not say. */
export const defaultTurns = 50;

type InputOf<S> = S extends AnySchema ? SchemaOutput<S> : unknown;
type OutputOf<S> = S extends AnySchema ? SchemaOutput<S> : string;

type Checked<Input, Output> =
  | {
      readonly checks: readonly [Check<Output, Input>, ...Check<Output, Input>[]];
      readonly unchecked?: never;
    }
  | { readonly unchecked: string; readonly checks?: never };

type Given<Input, Output> = Omit<AgentOptions<Input, Output>, "input" | "output" | "checks" | "unchecked">;

/**
 * Declares an agent.
 *
 * @throws DEFINITION_INVALID (no check and no reason, no model, two tools of one name).
 */
export function agent<
  const I extends AnySchema | undefined = undefined,
  const O extends AnySchema | undefined = undefined,
>(
  options: { readonly input?: I; readonly output?: O } & Given<InputOf<I>, OutputOf<O>> &
    Checked<InputOf<I>, OutputOf<O>>,
): Agent<InputOf<I>, OutputOf<O>> {
  const it = options as unknown as AgentOptions<InputOf<I>, OutputOf<O>>;
  const invalid = (what: string, mend: string): never => {
    throw new FirebreakError("DEFINITION_INVALID", { what: `agent "${it.name}" ${what}`, mend });
  };
  if (typeof it.name !== "string" || it.name === "")
    invalid("has no name", "Give it a name: it names its steps.");
  if (!Array.isArray(it.models) || it.models.length === 0)
    invalid("names no model", 'Name at least one: models: ["fast"].');
  const reason = it.unchecked?.trim();
  if ((it.checks === undefined || it.checks.length === 0) && (reason === undefined || reason === "")) {
    invalid("has no check", 'Give it checks: [...], or say why none is needed: unchecked: "reason".');
  }
  const bound = checkTools(it.name, it.tools ?? []);
  const sends = bound.find(isHeld);
  if (it.alongside !== undefined && it.alongside.length > 0 && sends !== undefined)
    invalid(
      `has checks alongside and the tool "${sends.name}", which changes something outside`,
      "Move these checks into `checks`: what is sent cannot be taken back by a check that ends later.",
    );
  return { ...it, kind: "agent", bound };
}
