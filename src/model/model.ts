// The model port: what an agent asks of a language model, and what is recorded
// of its answer. Adapters are the AI SDK's provider packages; nothing above
// this folder sees their types.
//
//   M1. An answer that was cut off, refused, filtered or empty is never taken for a finished one.
//   M2. What is recorded (ModelAnswer) is enough to go on without the provider: replays call no model.
//   M3. No error, warning or record holds a key.
//   M4. A stand-in says that it is one, in every answer.

import type {
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4,
  LanguageModelV4Prompt,
} from "@ai-sdk/provider";
import type { Json } from "../base/values.ts";

/** A model object of the AI SDK. V2 and V3 are adapted by the optional package `ai`. */
export type ForeignModel = LanguageModelV2 | LanguageModelV3 | LanguageModelV4;

/**
 * `"provider:model"`, an alias of firebreak.config.ts, a model object of the AI SDK, or a Model (a stand-
 * in).
 */
export type ModelRef = string | ForeignModel | Model;

export type ModelPrompt = LanguageModelV4Prompt;

export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, draft-07. */
  readonly inputSchema: Json;
}

export interface ModelRequest {
  readonly prompt: ModelPrompt;
  readonly tools: readonly ModelTool[];
  readonly toolChoice?: "auto" | "none" | "required";
  /** JSON Schema (draft-07) of the answer; absent for free text. */
  readonly outputSchema?: Json;
  readonly outputName?: string;
  /** Default `defaultOutputTokens`; always sent, since the worst case is reckoned with it. */
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
  /** Where the call stands: read by stand-ins, ignored by providers. */
  readonly caller: {
    readonly agent: string;
    readonly attempt: number;
    readonly turn: number;
    readonly input: Json;
  };
}

/** Tokens of one call, as the provider reported them; estimated, with a warning, where it reported none. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of `inputTokens`. */
  readonly cacheReadTokens?: number;
  /** Part of `inputTokens`. */
  readonly cacheWriteTokens?: number;
  /** Part of `outputTokens`. */
  readonly reasoningTokens?: number;
}

export type ModelPart =
  | { readonly type: "text"; readonly text: string; readonly meta?: Json }
  | { readonly type: "reasoning"; readonly text: string; readonly meta?: Json }
  | {
      readonly type: "tool-call";
      readonly id: string;
      readonly name: string;
      /** JSON text as the model wrote it. */ readonly input: string;
      readonly providerExecuted?: boolean;
      readonly meta?: Json;
    }
  | {
      readonly type: "tool-result";
      readonly id: string;
      readonly name: string;
      readonly result: Json;
      readonly isError?: boolean;
      readonly meta?: Json;
    }
  | { readonly type: "other"; readonly part: Json };

/** How an answer ended. Only `stop` and `tool-calls` are whole answers. */
export type Finish = "stop" | "tool-calls" | "truncated" | "refused" | "filtered" | "error" | "empty";

/** What is recorded of one model call. */
export interface ModelAnswer {
  /** Form of this record. Absent: 1, the only one so far. */
  readonly form?: number;
  /** `provider:model` that answered. */
  readonly model: string;
  readonly parts: readonly ModelPart[];
  readonly finish: Finish;
  readonly usage: Usage;
  /** At declared prices; absent for stand-ins. */
  readonly costUsd?: number;
  /** Set when this was no language model: its name and what it is. */
  readonly standin?: string;
  readonly warnings?: readonly string[];
}

/** Why a call gave no answer at all. */
export type ModelErrorClass =
  | "auth"
  | "quota"
  | "overload"
  | "rate-limit"
  | "timeout"
  | "refusal"
  | "filter"
  | "context"
  | "cut"
  | "network"
  | "invalid"
  | "no-capability"
  | "aborted"
  | "unknown";

/** One model, ready to be called. */
export interface Model {
  /** `provider:model`. */
  readonly id: string;
  /** Set for stand-ins (baseline, scripted, saboteur): what they are, in words. They cost nothing. */
  readonly standin?: string;
  /** USD of the worst case of this request; 0 for stand-ins; undefined when the price is not known. */
  worstCaseUsd(request: ModelRequest): number | undefined;
  /**
   * Calls the model once, without retries. Text deltas go to `onDelta` as they come; they are void when this
   * throws.
   * A crash during the call loses the answer: what was spent is not known, so its worst case stays reserved.
   * @throws MODEL_CALL with a ModelErrorClass; `retryAfterMs` in its details when the provider said so.
   * @throws LIVE_MODELS_FORBIDDEN, MODEL_ADAPTER_MISSING
   */
  call(
    request: ModelRequest,
    options: { abort: AbortSignal; onDelta?: (text: string) => void },
  ): Promise<ModelAnswer>;
}

/** Finds models by what authors write. */
export interface ModelRegistry {
  /**
   * Loads and calls nothing yet: provider packages are loaded at the first call.
   * @throws MODEL_UNKNOWN, MODEL_ALIAS_CIRCULAR, MODEL_KEY_MISSING, MODEL_PROVIDER_UNKNOWN,
   * LIVE_MODELS_FORBIDDEN
   */
  resolve(ref: ModelRef): Model;
}
