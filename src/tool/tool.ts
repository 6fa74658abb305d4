// Declaring a tool: what a model or a workflow may call.
//
//   T1. Arguments are parsed by the tool's schema before the tool sees them.
//   T2. A tool that does not state its effect counts as having one.
//   T3. What a tool throws goes back to the model as an error text, never out of the loop.

import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

/** A schema that validates and that can say itself as JSON Schema. zod 4 and arktype are; valibot through its converter. */
export type Schema<Output = unknown, Input = unknown> = StandardSchemaV1<Input, Output>;
export type SchemaOutput<S> = S extends StandardSchemaV1<unknown, infer Output> ? Output : never;
export type { StandardJSONSchemaV1, StandardSchemaV1 };

/** A file a run made or read, kept once by its content beside the journal. */
export interface Artifact {
  readonly artifact: true;
  readonly name: string;
  readonly mediaType: string;
  readonly hash: string;
  readonly size: number;
}

/** What a tool is given besides its arguments. */
export interface ToolContext {
  readonly abort: AbortSignal;
  readonly attempt: number;
  /** For tools with an effect: the key under which the receiver can tell a repeat. */
  readonly idempotencyKey?: string;
  /** Keeps bytes beside the journal. */
  artifact(name: string, mediaType: string, bytes: Uint8Array | string): Promise<Artifact>;
  /** Bytes of an artifact. */
  bytes(artifact: Artifact): Promise<Uint8Array>;
}

/** What is done to the receiver of an effect. */
export type EffectKind = "send" | "amend" | "compensate";

/** What was sent before, when it is to be changed. */
export interface Previous<Args = unknown, Result = unknown> {
  readonly args: Args;
  readonly receipt: Result;
}

/**
 * What a tool changes outside the run. An effect belongs to a slot: the tool and the key, shared by a run, its reruns and
 * all their child runs. The hash of the arguments is its revision. Per slot and revision it is sent at most once.
 */
export interface Effect<Args = unknown, Result = unknown> {
  /** Names the slot: two calls with the same key are the same effect. */
  readonly key: (args: Args) => string;
  /**
   * Looks at the receiver, after a crash or an error between intent and receipt: the receipt if this arrived there,
   * undefined if it did not and is not on its way. Throw when that cannot be told: the run halts in doubt.
   *
   * @param action What was done: sending, amending or compensating. Each has an idempotencyKey of its own.
   */
  readonly probe?: (args: Args, idempotencyKey: string, action: EffectKind) => Promise<Result | undefined>;
  /** True when the receiver drops a repeat with the same idempotencyKey. */
  readonly deduplicates?: boolean;
  /**
   * Changes what was sent to the new arguments, where the same key is called with others. Without it what was sent is
   * compensated and the new is sent; without that too a person decides.
   *
   * @returns the receipt that stands from now on.
   */
  readonly amend?: (
    args: Args,
    previous: Previous<Args, Result>,
    idempotencyKey: string,
    context: ToolContext,
  ) => Promise<Result> | Result;
  /**
   * Undoes what was sent, or makes up for it: when its key is called with other arguments, and when a rerun does not ask
   * for it any more. Sent at most once, like the effect itself.
   *
   * @returns the proof of it.
   */
  readonly compensate?: (
    args: Args,
    receipt: Result,
    idempotencyKey: string,
    context: ToolContext,
  ) => unknown;
  /** Why an agent may send it before its answer has passed its checks. Without a reason it is held until then. */
  readonly immediate?: string;
}

/** An effect whose types do not matter. */
export interface AnyEffect {
  readonly key: (args: never) => string;
  readonly probe?: (args: never, idempotencyKey: string, action: EffectKind) => Promise<unknown>;
  readonly deduplicates?: boolean;
  readonly amend?: (
    args: never,
    previous: Previous<never, never>,
    idempotencyKey: string,
    context: ToolContext,
  ) => unknown;
  readonly compensate?: (
    args: never,
    receipt: never,
    idempotencyKey: string,
    context: ToolContext,
  ) => unknown;
  readonly immediate?: string;
}

export interface Tool<Args = unknown, Result = unknown> {
  readonly kind: "tool";
  readonly name: string;
  readonly description: string;
  readonly input: Schema<Args>;
  readonly effect: "none" | Effect<Args, Result>;
  readonly run: (args: Args, context: ToolContext) => Promise<Result> | Result;
  /** Longest time of one call, ms. */
  readonly timeoutMs?: number;
  /** Names its identity for reruns; default: its source. */
  readonly version?: string;
  /** How a result reads as sources for checks: default the result itself under the tool's name. */
  readonly sources?: (
    args: Args,
    result: Result,
  ) => readonly { readonly name: string; readonly text: string }[];
}
