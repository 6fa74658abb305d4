// Builds model requests as an agent's loop sends them, and answers tool calls as it does.

import type { Json } from "../../src/base/values.ts";
import type { Model, ModelAnswer, ModelPrompt, ModelRequest } from "../../src/model/model.ts";

type Told = Partial<ModelRequest["caller"]> & { prompt?: ModelPrompt; outputSchema?: Json };

export const task: ModelPrompt = [
  { role: "system", content: "Do the work." },
  { role: "user", content: [{ type: "text", text: "The task." }] },
];

export function request({ prompt = task, outputSchema, ...caller }: Told = {}): ModelRequest {
  return {
    prompt,
    tools: [],
    ...(outputSchema === undefined ? {} : { outputSchema }),
    caller: { agent: "worker", attempt: 1, turn: 1, input: {}, ...caller },
  };
}

export function ask(model: Model, told: Told = {}): Promise<ModelAnswer> {
  return model.call(request(told), { abort: new AbortController().signal });
}

export function textOf(answer: ModelAnswer): string {
  return answer.parts.flatMap((it) => (it.type === "text" ? [it.text] : [])).join("");
}

/** The answer of a model as JSON. */
export function valueOf(answer: ModelAnswer): unknown {
  return JSON.parse(textOf(answer));
}

type Results = (name: string, args: Json) => { value: Json } | { error: string };

/** The conversation after the tool calls of an answer were made. */
export function afterTools(prompt: ModelPrompt, answer: ModelAnswer, results: Results): ModelPrompt {
  const calls = answer.parts.flatMap((it) => (it.type === "tool-call" ? [it] : []));
  return [
    ...prompt,
    {
      role: "assistant",
      content: calls.map((it) => ({
        type: "tool-call",
        toolCallId: it.id,
        toolName: it.name,
        input: JSON.parse(it.input) as unknown,
      })),
    },
    {
      role: "tool",
      // In another order than asked: results belong to calls by id.
      content: calls.toReversed().map((it) => {
        const result = results(it.name, JSON.parse(it.input) as Json);
        const output =
          "error" in result
            ? ({ type: "error-text", value: result.error } as const)
            : ({ type: "json", value: result.value as never } as const);
        return { type: "tool-result", toolCallId: it.id, toolName: it.name, output };
      }),
    },
  ];
}

/** Asks until the model has no more tool calls. Returns the last answer and the names called. */
export async function converse(
  model: Model,
  results: Results,
  told: Told = {},
): Promise<{ answer: ModelAnswer; called: readonly string[]; prompt: ModelPrompt }> {
  let prompt = told.prompt ?? task;
  const called: string[] = [];
  for (let turn = 1; turn <= 20; turn += 1) {
    const answer = await ask(model, { ...told, prompt, turn });
    if (answer.finish !== "tool-calls") return { answer, called, prompt };
    called.push(...answer.parts.flatMap((it) => (it.type === "tool-call" ? [it.name] : [])));
    prompt = afterTools(prompt, answer, results);
  }
  throw new Error("the model does not end");
}
