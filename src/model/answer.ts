// What a provider answered, aggregated into our own record. The record holds
// what the next call must send back (signatures, item ids) and nothing of the
// HTTP exchange.
//
//   M7. A stream without its end is no answer: it throws, and nothing of it is kept.
//   M8. An end that the provider did not name is never taken for a finished answer (M1).

import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { Json } from "../base/values.ts";
import type { Finish, ModelPart, Usage } from "./model.ts";

/** One call's outcome, whichever way it came. */
export interface Collected {
  readonly parts: readonly ModelPart[];
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
  readonly warnings: readonly SharedV4Warning[];
}

/** Thrown for a stream that ended without its end (M7). Made a MODEL_CALL of class "cut" by the caller. */
export class CutStream extends Error {
  override readonly name = "CutStream";
}

/** Most parts of one answer; a provider that sends more is broken. */
const partLimit = 10_000;

/** A part that is still growing. */
interface Growing {
  readonly type: "text" | "reasoning";
  text: string[];
  meta: SharedV4ProviderMetadata | undefined;
}

/**
 * Reads a stream to its end. Text goes to `onDelta` as it comes.
 *
 * @throws CutStream (M7); what the stream itself reports as an error.
 */
export async function collectStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  onDelta: (text: string) => void,
): Promise<Collected> {
  const parts: (Growing | ModelPart)[] = [];
  const growing = new Map<string, Growing>();
  let warnings: readonly SharedV4Warning[] = [];
  let finish: Extract<LanguageModelV4StreamPart, { type: "finish" }> | undefined;
  for await (const part of stream) {
    if (part.type === "error") throw part.error;
    if (part.type === "stream-start") warnings = part.warnings;
    else if (part.type === "finish") finish = part;
    else if (!grow(part, parts, growing, onDelta)) parts.push(...contentParts(part));
    if (parts.length > partLimit) throw new Error(`the answer has more than ${partLimit} parts`);
  }
  if (finish === undefined || isCut(finish.finishReason))
    throw new CutStream("the stream ended before the answer did");
  return { parts: parts.map(grown), finishReason: finish.finishReason, usage: finish.usage, warnings };
}

/** A stream whose provider package made up an end for it names no reason of the provider's own. */
function isCut(reason: LanguageModelV4FinishReason): boolean {
  return reason.unified === "interrupted" || (reason.unified === "other" && reason.raw === undefined);
}

/** Takes the parts of a text or reasoning block. False for everything else. */
function grow(
  part: LanguageModelV4StreamPart,
  parts: (Growing | ModelPart)[],
  growing: Map<string, Growing>,
  onDelta: (text: string) => void,
): boolean {
  const match = /^(text|reasoning)-(start|delta|end)$/.exec(part.type);
  if (match === null) return false;
  const it = part as {
    readonly id: string;
    readonly delta?: string;
    readonly providerMetadata?: SharedV4ProviderMetadata;
  };
  const type = match[1] as "text" | "reasoning";
  const key = `${type}:${it.id}`;
  let block = growing.get(key);
  // Some servers reuse an id for the next block, others send a delta before a start.
  if (block === undefined || match[2] === "start") {
    block = { type, text: [], meta: undefined };
    growing.set(key, block);
    parts.push(block);
  }
  block.meta = merged(block.meta, it.providerMetadata);
  if (it.delta !== undefined && it.delta !== "") {
    block.text.push(it.delta);
    if (type === "text") onDelta(it.delta);
  }
  return true;
}

/** Providers spread one block's metadata over its start, deltas and end (a signature comes last). */
function merged(
  first: SharedV4ProviderMetadata | undefined,
  second: SharedV4ProviderMetadata | undefined,
): SharedV4ProviderMetadata | undefined {
  if (first === undefined || second === undefined) return second ?? first;
  const all = { ...first };
  for (const [provider, values] of Object.entries(second)) all[provider] = { ...all[provider], ...values };
  return all;
}

function grown(part: Growing | ModelPart): ModelPart {
  if (!("text" in part) || typeof part.text === "string") return part as ModelPart;
  return { type: part.type, text: part.text.join(""), ...metaOf((part as Growing).meta) };
}

/** The parts of an answer that came in one piece. */
export function collectContent(content: readonly LanguageModelV4Content[]): readonly ModelPart[] {
  return content.slice(0, partLimit).flatMap(contentParts);
}

function contentParts(part: LanguageModelV4Content | LanguageModelV4StreamPart): ModelPart[] {
  switch (part.type) {
    case "text":
    case "reasoning":
      return [{ type: part.type, text: part.text, ...metaOf(part.providerMetadata) }];
    case "tool-call": {
      const executed = part.providerExecuted ? { providerExecuted: true } : {};
      const call = { type: part.type, id: part.toolCallId, name: part.toolName, input: part.input } as const;
      return [{ ...call, ...executed, ...metaOf(part.providerMetadata) }];
    }
    case "tool-result": {
      if (part.preliminary) return [];
      const result = {
        type: part.type,
        id: part.toolCallId,
        name: part.toolName,
        result: jsonOf(part.result),
      } as const;
      return [{ ...result, ...(part.isError ? { isError: true } : {}), ...metaOf(part.providerMetadata) }];
    }
    case "custom":
      // A mark of streams only, which no next call needs: without it both ways give one record.
      return part.kind.endsWith(".message_start") ? [] : [otherPart(part)];
    case "file":
    case "reasoning-file":
    case "source":
    case "tool-approval-request":
      return [otherPart(part)];
    default:
      return [];
  }
}

function otherPart(part: {
  readonly type: string;
  readonly providerMetadata?: SharedV4ProviderMetadata;
}): ModelPart {
  const { providerMetadata, ...rest } = part;
  return { type: "other", part: jsonOf({ ...rest, ...metaOf(providerMetadata) }) };
}

function metaOf(metadata: SharedV4ProviderMetadata | undefined): { meta?: Json } {
  return metadata === undefined ? {} : { meta: jsonOf(metadata) };
}

/** Plain JSON: bytes as base64, undefined members dropped. */
function jsonOf(value: unknown): Json {
  function bytes(this: Record<string, unknown>, key: string, json: unknown): unknown {
    const it = this[key];
    return it instanceof Uint8Array ? Buffer.from(it).toString("base64") : json;
  }
  return JSON.parse(JSON.stringify(value, bytes) ?? "null") as Json;
}

/** How an answer ended, from the provider's reason and from what is really there (M1, M8). */
export function finishOf({ unified, raw }: LanguageModelV4FinishReason, parts: readonly ModelPart[]): Finish {
  if (unified === "length" || raw === "pause_turn") return "truncated";
  // Packages say content-filter for a model's own refusal too; the provider's word tells them apart.
  if (unified === "content-filter") return isRefusal(raw) ? "refused" : "filtered";
  if (unified === "error" || unified === "interrupted") return "error";
  // Some local servers say "stop" after a tool call.
  if (parts.some((part) => part.type === "tool-call" && !part.providerExecuted)) return "tool-calls";
  if (!parts.some((part) => part.type === "text" && part.text.trim() !== "")) return "empty";
  return unified === "stop" ? "stop" : "error";
}

function isRefusal(raw: string | undefined): boolean {
  return raw === undefined || raw === "refusal" || raw === "stop" || raw === "tool_calls";
}

/** Usage in our words; undefined when the provider reported none. */
export function usageOf(usage: LanguageModelV4Usage): Usage | undefined {
  const { inputTokens: input, outputTokens: output } = usage;
  if (input?.total === undefined || output?.total === undefined) return undefined;
  // No call takes nothing: a zero for both is a server that does not count.
  if (input.total === 0 && output.total === 0) return undefined;
  return {
    inputTokens: input.total,
    outputTokens: output.total,
    ...(input.cacheRead ? { cacheReadTokens: input.cacheRead } : {}),
    ...(input.cacheWrite ? { cacheWriteTokens: input.cacheWrite } : {}),
    ...(output.reasoning ? { reasoningTokens: output.reasoning } : {}),
  };
}

/** A warning as one line of text. */
export function warningText(warning: SharedV4Warning): string {
  switch (warning.type) {
    case "unsupported":
    case "compatibility":
      return `${warning.type}: ${warning.feature}${warning.details === undefined ? "" : ` (${warning.details})`}`;
    case "deprecated":
      return `deprecated: ${warning.setting} (${warning.message})`;
    case "other":
      return warning.message;
  }
}
