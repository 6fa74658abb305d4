// The scripted model: answers written in a test, given one after the other.

import { FirebreakError } from "../base/errors.ts";
import type { Finish, Model, ModelAnswer, ModelErrorClass, ModelPart, ModelRequest } from "../model/model.ts";

/** One scripted answer. What is none of the special forms is the answer itself: text as it is, all else as JSON. */
export type ScriptedEntry =
  | string
  | {
      readonly toolCalls: readonly { readonly name: string; readonly args: unknown }[];
      readonly text?: string;
    }
  | { readonly finish: Finish; readonly text?: string }
  | { readonly error: ModelErrorClass; readonly retryAfterMs?: number }
  | ((request: ModelRequest) => ScriptedEntry)
  | object;

export interface ScriptedModel extends Model {
  /** What was asked so far, in order: only calls that were really made, so a replay adds none. */
  readonly requests: readonly ModelRequest[];
}

/**
 * A model that gives these answers in the order of the calls. A call that was recorded is not made again after a
 * crash, so a script goes on where it was; an answer that was given and lost in the crash is spent.
 *
 * @throws from `call`: SCRIPT_ENDED when there is no answer left; MODEL_CALL for an `{ error }` entry.
 */
export function scripted(
  entries: readonly ScriptedEntry[],
  options: { readonly id?: string } = {},
): ScriptedModel {
  const id = options.id ?? "scripted:test";
  const requests: ModelRequest[] = [];
  return {
    id,
    standin: scriptedLabel,
    requests,
    worstCaseUsd: () => 0,
    async call(request, { abort, onDelta }) {
      if (abort.aborted) throw failure(id, "aborted");
      const entry = entries[requests.length];
      if (entry === undefined) {
        const { agent: step, attempt, turn } = request.caller;
        throw new FirebreakError("SCRIPT_ENDED", { model: id, entries: entries.length, step, attempt, turn });
      }
      requests.push(request);
      const answer = answerOf(id, entry, request);
      for (const part of answer.parts) if (part.type === "text") onDelta?.(part.text);
      return answer;
    },
  };
}

const scriptedLabel = "scripted: answers written in a test";

const finishes: ReadonlySet<unknown> = new Set<Finish>([
  "stop",
  "tool-calls",
  "truncated",
  "refused",
  "filtered",
  "error",
  "empty",
]);

function answerOf(id: string, entry: ScriptedEntry, request: ModelRequest): ModelAnswer {
  if (isFunction(entry)) return answerOf(id, entry(request), request);
  if (typeof entry === "string") return answer(id, [text(entry)], entry === "" ? "empty" : "stop");
  if (isToolCalls(entry)) {
    const calls = entry.toolCalls.map((it, index) => call(it, request, index));
    return answer(id, [...(entry.text === undefined ? [] : [text(entry.text)]), ...calls], "tool-calls");
  }
  if (isFinish(entry)) return answer(id, entry.text === undefined ? [] : [text(entry.text)], entry.finish);
  if (isError(entry)) throw failure(id, entry.error, entry.retryAfterMs);
  return answer(id, [text(JSON.stringify(entry))], "stop");
}

function isFunction(entry: ScriptedEntry): entry is (request: ModelRequest) => ScriptedEntry {
  return typeof entry === "function";
}

function isToolCalls(entry: object): entry is Extract<ScriptedEntry, { toolCalls: unknown }> {
  return "toolCalls" in entry && Array.isArray(entry.toolCalls);
}

function isFinish(entry: object): entry is Extract<ScriptedEntry, { finish: unknown }> {
  return "finish" in entry && finishes.has(entry.finish);
}

function isError(entry: object): entry is Extract<ScriptedEntry, { error: unknown }> {
  return "error" in entry && Object.keys(entry).every((it) => it === "error" || it === "retryAfterMs");
}

function text(it: string): ModelPart {
  return { type: "text", text: it };
}

function call(it: { name: string; args: unknown }, request: ModelRequest, index: number): ModelPart {
  const { attempt, turn } = request.caller;
  const input = typeof it.args === "string" ? it.args : JSON.stringify(it.args);
  return { type: "tool-call", id: `call-${attempt}-${turn}-${index + 1}`, name: it.name, input };
}

function answer(model: string, parts: readonly ModelPart[], finish: Finish): ModelAnswer {
  return { model, parts, finish, usage: { inputTokens: 0, outputTokens: 0 }, standin: scriptedLabel };
}

function failure(model: string, errorClass: ModelErrorClass, retryAfterMs?: number): FirebreakError {
  const details = { model, class: errorClass, message: "a scripted failure" };
  return new FirebreakError("MODEL_CALL", {
    ...details,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
