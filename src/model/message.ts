// From what was recorded of an answer back to what the next call must send.
// Providers check it: reasoning needs its signature, every tool call its result.

import type {
  LanguageModelV4Message,
  LanguageModelV4ToolResultOutput,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import type { Json } from "../base/values.ts";
import type { ModelAnswer, ModelPart, ModelPrompt } from "./model.ts";

type AssistantMessage = Extract<LanguageModelV4Message, { role: "assistant" }>;
type AssistantPart = AssistantMessage["content"][number];
type ToolMessage = Extract<LanguageModelV4Message, { role: "tool" }>;
/** JSON as the AI SDK types it: ours is the same, but readonly. */
type ForeignJson = Extract<LanguageModelV4ToolResultOutput, { type: "json" }>["value"];

/**
 * What came of one tool call: one of `result`, `error` (text for the model) and `denied` (why it was not
 * run).
 */
export interface ToolOutcome {
  /** Id of the call, as the model gave it. */
  readonly id: string;
  readonly name: string;
  readonly result?: Json;
  readonly error?: string;
  readonly denied?: string;
}

/**
 * The answer as the message to send back: no message for an answer without content. A tool call whose input
 * is not a
 * JSON object goes back as `{ invalidJson: text }`, so that the model sees what it wrote. Sources and what
 * only
 * people look at are left out.
 */
export function toPromptMessages(answer: ModelAnswer): ModelPrompt {
  const content = answer.parts.flatMap(assistantParts);
  return content.length === 0 ? [] : [{ role: "assistant", content }];
}

/**
 * The results of a turn's tool calls, in the order of the calls, as one message. Every call of the turn
 * must be there.
 */
export function toolResultMessage(outcomes: readonly ToolOutcome[]): ToolMessage {
  return {
    role: "tool",
    content: outcomes.map((it) => ({
      type: "tool-result",
      toolCallId: it.id,
      toolName: it.name,
      output: outputOf(it),
    })),
  };
}

function outputOf(outcome: ToolOutcome): LanguageModelV4ToolResultOutput {
  if (outcome.denied !== undefined) return { type: "execution-denied", reason: outcome.denied };
  if (outcome.error !== undefined) return { type: "error-text", value: outcome.error };
  if (typeof outcome.result === "string") return { type: "text", value: outcome.result };
  return { type: "json", value: (outcome.result ?? null) as ForeignJson };
}

function assistantParts(part: ModelPart): AssistantPart[] {
  const options = part.type === "other" ? {} : optionsOf(part.meta);
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [{ type: "text", text: part.text, ...options }];
    case "reasoning":
      return [{ type: "reasoning", text: part.text, ...options }];
    case "tool-call": {
      const executed = part.providerExecuted ? { providerExecuted: true } : {};
      return [
        {
          type: "tool-call",
          toolCallId: part.id,
          toolName: part.name,
          input: toolInput(part.input),
          ...executed,
          ...options,
        },
      ];
    }
    case "tool-result": {
      const output = {
        type: part.isError ? "error-json" : "json",
        value: part.result as ForeignJson,
      } as const;
      return [{ type: "tool-result", toolCallId: part.id, toolName: part.name, output, ...options }];
    }
    case "other":
      return otherPart(part.part);
  }
}

/** Providers want an object. Some models write nothing at all for a tool without parameters. */
function toolInput(text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  try {
    const input: unknown = JSON.parse(text);
    if (typeof input === "object" && input !== null && !Array.isArray(input))
      return input as Record<string, unknown>;
  } catch {
    // Falls through: the tool's own parsing tells the model what was wrong.
  }
  return { invalidJson: text };
}

function otherPart(part: Json): AssistantPart[] {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return [];
  const { type, meta, ...rest } = part as { readonly [key: string]: Json };
  if (type !== "file" && type !== "custom" && type !== "reasoning-file") return [];
  return [{ type, ...rest, ...optionsOf(meta) } as unknown as AssistantPart];
}

function optionsOf(meta: Json | undefined): { providerOptions?: SharedV4ProviderOptions } {
  if (typeof meta !== "object" || meta === null) return {};
  return { providerOptions: meta as unknown as SharedV4ProviderOptions };
}
