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

/** What a tool changes outside the run. */
export interface Effect<Args = unknown, Result = unknown> {
  /** Names the slot: two calls with the same key are the same effect. */
  readonly key: (args: Args) => string;
  /** Looks at the receiver: the receipt if this effect arrived there, undefined if it did not. */
  readonly probe?: (args: Args, idempotencyKey: string) => Promise<Result | undefined>;
  /** True when the receiver drops a repeat with the same idempotencyKey. */
  readonly deduplicates?: boolean;
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
