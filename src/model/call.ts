// One call of one model: our request in the AI SDK's words, its answer in ours.
//
//   L1. maxOutputTokens is always sent, so that worstCaseUsd is about what is sent.
//   L2. Nothing is kept at the provider that a later call would need (M2): OpenAI is asked not to store.

import type {
  JSONSchema7,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  SharedV4ProviderOptions,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { Json } from "../base/values.ts";
import {
  type Collected,
  collectContent,
  collectStream,
  CutStream,
  finishOf,
  usageOf,
  warningText,
} from "./answer.ts";
import { classify, modelCall } from "./classify.ts";
import type { ModelAnswer, ModelPart, ModelRequest, Usage } from "./model.ts";
import { defaultOutputTokens, estimateTokens, type PriceOf, upperTokens } from "./price.ts";
import { redactKeys } from "./redact.ts";

export interface CallOptions {
  readonly abort: AbortSignal;
  readonly onDelta?: (text: string) => void;
}

/** What is known of the model besides its object. */
export interface CallTarget {
  /** `provider:model`. */
  readonly id: string;
  readonly price: PriceOf;
}

/** @throws MODEL_CALL */
export async function callModel(
  model: LanguageModelV4,
  target: CallTarget,
  request: ModelRequest,
  { abort, onDelta }: CallOptions,
): Promise<ModelAnswer> {
  const asked = callOptions(model, request, abort);
  try {
    abort.throwIfAborted();
    const told = onDelta === undefined ? generate(model, asked) : stream(model, asked, onDelta);
    const { collected, body } = await untilAborted(told, abort);
    return answerOf(target, request, collected, body);
  } catch (error) {
    const options = { model: target.id, abort };
    if (error instanceof CutStream && !abort.aborted) throw modelCall(options, "cut", error.message);
    throw classify(error, options);
  }
}

/** Collected answer and the body that was really sent, where the package tells it. */
interface Told {
  readonly collected: Collected;
  readonly body: unknown;
}

async function generate(model: LanguageModelV4, asked: LanguageModelV4CallOptions): Promise<Told> {
  const result = await model.doGenerate(asked);
  const parts = collectContent(result.content);
  const { finishReason, usage, warnings } = result;
  return { collected: { parts, finishReason, usage, warnings }, body: result.request?.body };
}

async function stream(
  model: LanguageModelV4,
  asked: LanguageModelV4CallOptions,
  onDelta: (text: string) => void,
): Promise<Told> {
  const result = await model.doStream(asked);
  // After a stop, a model that does not listen to it must not be heard any more.
  const heard = (text: string): void => {
    if (!asked.abortSignal?.aborted) onDelta(text);
  };
  return { collected: await collectStream(result.stream, heard), body: result.request?.body };
}

/** A model that does not listen to the signal is left behind. */
async function untilAborted<T>(work: Promise<T>, abort: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(abort.reason);
  // A model may have stopped the call itself while it was being called.
  if (abort.aborted) stop();
  else abort.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    abort.removeEventListener("abort", stop);
    // Whoever waited has been answered by the abort: what the call still says is heard by nobody.
    work.catch(() => undefined);
  }
}

function callOptions(
  model: LanguageModelV4,
  request: ModelRequest,
  abort: AbortSignal,
): LanguageModelV4CallOptions {
  const { outputSchema, outputName, tools, toolChoice, temperature, seed } = request;
  return {
    prompt: request.prompt,
    maxOutputTokens: request.maxOutputTokens ?? defaultOutputTokens,
    abortSignal: abort,
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
    ...(tools.length === 0
      ? {}
      : { tools: tools.map(functionTool), toolChoice: { type: toolChoice ?? "auto" } }),
    ...(outputSchema === undefined
      ? {}
      : {
          responseFormat: {
            type: "json",
            schema: outputSchema as JSONSchema7,
            ...(outputName === undefined ? {} : { name: outputName }),
          },
        }),
    ...providerOptions(model.provider, outputSchema),
  };
}

function functionTool(tool: ModelRequest["tools"][number]): LanguageModelV4FunctionTool {
  const { name, description, inputSchema } = tool;
  return { type: "function", name, description, inputSchema: inputSchema as JSONSchema7 };
}

/**
 * OpenAI's strict mode refuses a schema with optional members, so it is asked for only where the schema
 * allows it.
 */
function providerOptions(
  provider: string,
  schema: Json | undefined,
): { providerOptions?: SharedV4ProviderOptions } {
  const strict = schema === undefined ? {} : { strictJsonSchema: isStrict(schema) };
  const name = provider.split(".")[0]!;
  if (name === "openai" || name === "azure")
    return { providerOptions: { [name]: { store: false, ...strict } } };
  if (provider.endsWith(".chat") && schema !== undefined)
    return { providerOptions: { openaiCompatible: strict } };
  return {};
}

/** True when every object in a schema requires all of its members and no others. */
export function isStrict(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (typeof schema !== "object" || schema === null) return true;
  const { type, properties, required, additionalProperties } = schema as { readonly [key: string]: Json };
  if (type === "object" || properties !== undefined) {
    const names = Object.keys((properties ?? {}) as object);
    const needed = Array.isArray(required) ? required : [];
    if (additionalProperties !== false || !names.every((name) => needed.includes(name))) return false;
  }
  return Object.values(schema).every(isStrict);
}

function answerOf(
  target: CallTarget,
  request: ModelRequest,
  collected: Collected,
  body: unknown,
): ModelAnswer {
  const { parts, finishReason } = collected;
  const reported = usageOf(collected.usage);
  const usage = reported ?? estimatedUsage(request, parts);
  const warnings = [
    ...collected.warnings.map((it) => (isNoSchema(it) ? noSchema : warningText(it))),
    ...ownWarnings(request, body, reported === undefined),
  ];
  const costUsd = target.price(reported ?? upperUsage(request, usage));
  return {
    model: target.id,
    parts,
    finish: finishOf(finishReason, parts),
    usage,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map(redactKeys) }),
  };
}

/** A provider's package did not send the schema: the prompt says it in words as well, and the answer is parsed. */
const noSchema: string =
  "the output's schema was not sent (responseFormat): the shape was asked for in words, and is checked. " +
  "If the server takes schemas, say structuredOutput: true of its endpoint in firebreak.config.ts";

function isNoSchema(warning: SharedV4Warning): boolean {
  return warning.type === "unsupported" && warning.feature === "responseFormat";
}

function ownWarnings(request: ModelRequest, body: unknown, isEstimated: boolean): string[] {
  const warnings: string[] = [];
  const asked = request.maxOutputTokens ?? defaultOutputTokens;
  const sent = sentOutputTokens(body);
  if (sent !== undefined && sent > asked) {
    warnings.push(
      `the provider's package asked for up to ${sent} output tokens instead of ${asked}, for reasoning`,
    );
  }
  if (isEstimated)
    warnings.push("the provider reported no usage: tokens are estimated, and the cost is the upper bound");
  return warnings;
}

/** What was really asked for: packages raise the limit for reasoning, and an estimate must not hide it. */
function sentOutputTokens(body: unknown): number | undefined {
  const sent = typeof body === "string" ? (JSON.parse(body) as unknown) : body;
  if (typeof sent !== "object" || sent === null) return undefined;
  const { max_tokens, max_output_tokens, max_completion_tokens } = sent as Record<string, unknown>;
  return [max_tokens, max_output_tokens, max_completion_tokens].find((it) => typeof it === "number") as
    | number
    | undefined;
}

function estimatedUsage(request: ModelRequest, parts: readonly ModelPart[]): Usage {
  return {
    inputTokens: estimateTokens(JSON.stringify(request.prompt)),
    outputTokens: estimateTokens(JSON.stringify(parts)),
  };
}

function upperUsage(request: ModelRequest, estimated: Usage): Usage {
  return {
    inputTokens: Math.max(upperTokens(request), estimated.inputTokens),
    outputTokens: request.maxOutputTokens ?? defaultOutputTokens,
  };
}
