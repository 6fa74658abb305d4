// Reads a conversation as a stand-in needs it: what the present attempt has
// asked of tools and got, and what it was told of the attempt before.
//
// The present attempt begins after the last message of the user: whether the
// attempts share one conversation or each starts a new one, what was asked of
// tools before that message belongs to an attempt that is over.

import type { ModelPrompt, ModelRequest } from "../model/model.ts";
import type { Value } from "../base/values.ts";
import type { PastTurn, ToolReply } from "./job.ts";

type Message = ModelPrompt[number];
type ToolMessage = Extract<Message, { role: "tool" }>;
type ToolResult = Extract<ToolMessage["content"][number], { type: "tool-result" }>;

/** The turns of the present attempt, in order. A call without a result counts as failed. */
export function pastTurns(prompt: ModelPrompt): readonly PastTurn[] {
  const begin = prompt.findLastIndex((it) => it.role === "user") + 1;
  const messages = prompt.slice(begin);
  const results = new Map(messages.flatMap(resultsOf).map((it) => [it.toolCallId, replyOf(it)]));
  return messages.flatMap((message): PastTurn[] => {
    if (message.role !== "assistant") return [];
    const calls = message.content.filter((it) => it.type === "tool-call");
    if (calls.length === 0) return [];
    return [
      {
        asks: calls.map((it) => ({ tool: it.toolName, args: it.input })),
        replies: calls.map(
          (it) => results.get(it.toolCallId) ?? { ok: false, error: "the call has no result" },
        ),
      },
    ];
  });
}

/** What the last message of the user says when it is not the first: the checks' words on the attempt before. */
export function feedbackOf(request: ModelRequest): string | undefined {
  const users = request.prompt.filter((it) => it.role === "user");
  const last = users.at(-1);
  if (last === undefined || (users.length === 1 && request.caller.attempt === 1)) return undefined;
  const texts = last.content.flatMap((it) => (it.type === "text" ? [it.text] : []));
  // A new conversation holds the task and the feedback in one message: the feedback is its last part.
  return users.length === 1 ? texts.at(-1) : texts.join("\n");
}

function resultsOf(message: Message): readonly ToolResult[] {
  return message.role === "tool" ? message.content.filter((it) => it.type === "tool-result") : [];
}

function replyOf(result: ToolResult): ToolReply {
  const { output } = result;
  switch (output.type) {
    case "text":
      return { ok: true, value: output.value };
    case "json":
      return { ok: true, value: output.value as Value };
    case "content":
      return {
        ok: true,
        value: output.value.flatMap((it) => (it.type === "text" ? [it.text] : [])).join("\n"),
      };
    case "error-text":
      return { ok: false, error: output.value };
    case "error-json":
      return { ok: false, error: JSON.stringify(output.value) };
    case "execution-denied":
      return { ok: false, error: output.reason ?? "the call was denied" };
  }
}
