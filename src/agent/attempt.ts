// One attempt of an agent: the turn loop and the gate. Each model call and each
// tool call is a step; their records together are the transcript, so no step
// holds the transcript itself.

import { type AnySchema, toJsonSchema } from "../base/schema.ts";
import { canonical, hashOf, type Json, type Value } from "../base/values.ts";
import type { Action, Question, Source, Verdict } from "../check/check.ts";
import type { Outcome } from "../journal/events.ts";
import { nextAfter } from "../model/classify.ts";
import { toPromptMessages, toolResultMessage, type ToolOutcome } from "../model/message.ts";
import type { Model, ModelAnswer, ModelPart, ModelPrompt, ModelRequest, ModelTool } from "../model/model.ts";
import type { Scope } from "../runtime/scope.ts";
import { toMs } from "../base/duration.ts";
import { type Agent, defaultTurns } from "./agent.ts";
import type { AgentEnv } from "./agent-env.ts";
import { runGate } from "./gate.ts";
import { type CallFailed, modelWork } from "./model-step.ts";
import { outputShape } from "./output-shape.ts";
import { readAnswer } from "./read-answer.ts";
import { assemblePrompt, type Feedback, promptVersion } from "./prompt.ts";
import { heldActions, holdAlso, type HeldCall } from "./held.ts";
import { callTool, type ToolAnswer } from "./tool-call.ts";

/** How one attempt ended: recorded as the value of its step, whether it passed or not. */
export interface AttemptResult {
  readonly ok: boolean;
  readonly output?: Value;
  /** The answer as the model wrote it. */
  readonly answer: string;
  readonly outcome?: Outcome;
  readonly message?: string;
  /** Why no further attempt by this model makes sense. */
  readonly skipRetry?: boolean;
  /** No further attempt by any model: the call was stopped from outside. */
  readonly stop?: boolean;
  /** True when a person sent it back: the next output may say less. */
  readonly mayShrink?: boolean;
  readonly verdicts: readonly Verdict[];
  /** What a rejected attempt read from its tools: an edit of its output is judged against it. */
  readonly read?: readonly Source[];
  /** Calls to tools with an effect that wait for the gate. Those of a rejected attempt are dropped. */
  readonly held?: readonly HeldCall[];
}

/** What the tools of an attempt were asked for. */
interface Called {
  readonly read: Source[];
  readonly actions: Action[];
  held: readonly HeldCall[];
}

export interface AttemptSpec<Input, Output> {
  readonly agent: Agent<Input, Output>;
  /** Name of the agent's step. */
  readonly step: string;
  readonly model: Model;
  readonly env: AgentEnv;
  /** From 1, over all models. */
  readonly number: number;
  readonly input: Value | undefined;
  readonly feedback: Feedback | undefined;
  /** The candidate before, when it was rejected: a retry must not pass by saying less. */
  readonly previous: { readonly output: Value; readonly verdicts: readonly Verdict[] } | undefined;
}

/** Runs one attempt in its own scope. */
export async function runAttempt<Input, Output>(
  scope: Scope,
  spec: AttemptSpec<Input, Output>,
): Promise<AttemptResult> {
  const called: Called = { read: inputSources(spec.input), actions: [], held: [] };
  const conversed = await converse(scope, spec, called);
  if (!("said" in conversed)) return conversed;
  const { read, held } = called;
  const { said, question } = conversed;
  const answer = textOf(said.parts);
  if (said.finish !== "stop") return notWhole(said.finish, answer);
  const parsed = await readAnswer(scope.replay, spec.agent.output as AnySchema | undefined, answer);
  if (!parsed.ok)
    return {
      ok: false,
      answer,
      outcome: "failed",
      message: parsed.message,
      verdicts: [schemaVerdict(parsed.message)],
    };
  const empty = emptiness(parsed.value);
  if (empty !== undefined)
    return { ok: false, answer, outcome: "empty", message: empty, verdicts: [schemaVerdict(empty)] };
  const output = canonical(parsed.value, "output").value;
  const { model, step, number } = spec;
  const judged = {
    output,
    input: spec.input,
    read,
    previous: spec.previous,
    actions: [...called.actions, ...heldActions(held)],
    question,
  };
  const verdicts = await runGate(scope, spec.agent, judged, {
    env: spec.env,
    author: { model, step, number, output: spec.agent.output },
  });
  const passed = verdicts.every(
    (it) => it.result === "pass" || (it.result === "unsure" && spec.agent.unsure === "accept"),
  );
  const unsure = !passed && verdicts.every((it) => it.result !== "fail");
  return {
    ok: passed,
    output,
    answer,
    verdicts,
    ...(held.length === 0 ? {} : { held }),
    ...(passed
      ? spec.agent.alongside === undefined
        ? {}
        : { read: read.slice(inputSources(spec.input).length) }
      : {
          outcome: "failed",
          message: messageOf(verdicts),
          read: read.slice(inputSources(spec.input).length),
        }),
    ...(unsure || verdicts.some((it) => it.skipRetry === true) ? { skipRetry: true } : {}),
  };
}

/** The last answer, and what it answers. */
interface Conversed {
  readonly said: ModelAnswer;
  readonly question: Question;
}

/** The turn loop: the last answer, or why there is none. */
async function converse<Input, Output>(
  scope: Scope,
  spec: AttemptSpec<Input, Output>,
  called: Called,
): Promise<Conversed | AttemptResult> {
  const { agent } = spec;
  const messages: ModelPrompt = assemblePrompt(agent, spec.input as Input, spec.feedback);
  const fixed = fixedRequest(agent);
  let chain = hashOf([
    promptVersion,
    spec.model.id,
    spec.model.standin ?? "",
    messages as unknown as Json,
    fixed as unknown as Json,
  ]);
  const turns = agent.maxTurns ?? defaultTurns;
  for (let turn = 1; turn <= turns; turn += 1) {
    const shown =
      turn === 1
        ? { prompt: messages as unknown as Json, ...(fixed as unknown as { [key: string]: Json }) }
        : {};
    // What was sent can be put together again from the first turn's input and the records since.
    const input = { model: spec.model.id, turn, request: chain, ...shown };
    const request: ModelRequest = {
      ...fixed,
      prompt: [...messages],
      caller: { agent: spec.step, attempt: spec.number, turn, input: canonical(spec.input ?? null).json },
    };
    const answer = (await scope.replay.issue(
      scope,
      "model",
      "model",
      input,
      modelWork(scope.replay, {
        model: spec.model,
        request,
        number: spec.number,
        ...(agent.timeout === undefined ? {} : { timeoutMs: toMs(agent.timeout) }),
      }),
    )) as ModelAnswer | CallFailed;
    if ("failed" in answer) return callFailed(answer.failed);
    const calls = answer.parts.filter((it) => it.type === "tool-call" && it.providerExecuted !== true);
    if (answer.finish !== "tool-calls" || calls.length === 0)
      return { said: answer, question: questionOf(request) };
    const results = await callAll(scope, agent, calls as ToolCallPart[], called);
    messages.push(...toPromptMessages(answer), toolResultMessage(results));
    chain = hashOf([chain, answer as unknown as Json, results as unknown as Json]);
  }
  const message = `no answer within ${turns} model calls`;
  return { ok: false, answer: "", outcome: "limit", message, verdicts: [] };
}

function questionOf({ prompt, outputSchema, outputName, maxOutputTokens }: ModelRequest): Question {
  return {
    prompt,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(outputName === undefined ? {} : { outputName }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}

type ToolCallPart = Extract<ModelPart, { type: "tool-call" }>;

async function callAll<Input, Output>(
  scope: Scope,
  agent: Agent<Input, Output>,
  calls: readonly ToolCallPart[],
  called: Called,
): Promise<ToolOutcome[]> {
  const answers = await Promise.all(calls.map((it) => callTool(scope, agent.bound, it)));
  return answers.map((it: ToolAnswer, index) => {
    called.read.push(...it.sources);
    if (it.action !== undefined) called.actions.push(it.action);
    if (it.held !== undefined) called.held = holdAlso(called.held, it.held);
    const { id, name } = calls[index]!;
    return it.ok ? { id, name, result: canonical(it.value).json } : { id, name, error: it.error };
  });
}

function fixedRequest<Input, Output>(agent: Agent<Input, Output>): Omit<ModelRequest, "prompt" | "caller"> {
  const tools: ModelTool[] = agent.bound.map((it) => ({
    name: it.name,
    description: it.description,
    inputSchema: toJsonSchema(it.input, "input"),
  }));
  return {
    tools,
    ...(agent.output === undefined
      ? {}
      : { outputSchema: outputShape(agent.output).schema, outputName: agent.name }),
    ...(agent.maxOutputTokens === undefined ? {} : { maxOutputTokens: agent.maxOutputTokens }),
    ...(agent.temperature === undefined ? {} : { temperature: agent.temperature }),
  };
}

function callFailed(failed: CallFailed["failed"]): AttemptResult {
  const outcome: Outcome = failed.class === "refusal" || failed.class === "filter" ? "refused" : "failed";
  const stop = nextAfter(failed.class) === "stop";
  return {
    ok: false,
    answer: "",
    outcome,
    message: failed.message,
    skipRetry: true,
    verdicts: [],
    ...(stop ? { stop } : {}),
  };
}

function notWhole(finish: ModelAnswer["finish"], answer: string): AttemptResult {
  const outcomes: Partial<Record<ModelAnswer["finish"], Outcome>> = {
    truncated: "truncated",
    refused: "refused",
    filtered: "refused",
    empty: "empty",
  };
  const outcome = outcomes[finish] ?? "failed";
  const said = answer === "" ? "" : `: ${answer.slice(0, 300)}`;
  return {
    ok: false,
    answer,
    outcome,
    message: `the answer was ${finish}${said}`,
    ...(outcome === "refused" ? { skipRetry: true } : {}),
    verdicts: [],
  };
}

function textOf(parts: readonly ModelPart[]): string {
  return parts.flatMap((it) => (it.type === "text" ? [it.text] : [])).join("");
}

function schemaVerdict(message: string): Verdict {
  return { check: "schema", result: "fail", problems: [{ check: "schema", message }] };
}

function messageOf(verdicts: readonly Verdict[]): string {
  const wrong = verdicts.filter((it) => it.result !== "pass");
  return wrong.map((it) => `${it.check}: ${it.problems[0]?.message ?? it.note ?? it.result}`).join("; ");
}

/** Why an output counts as empty; undefined when it says something, or says why it does not. */
function emptiness(value: unknown): string | undefined {
  if (value === null || value === undefined || value === "") return "the answer says nothing";
  if (typeof value !== "object" || value instanceof Date || value instanceof Uint8Array) return undefined;
  const members = Object.values(value);
  const blank = (it: unknown): boolean =>
    it === null || it === undefined || it === "" || (Array.isArray(it) && it.length === 0);
  if (members.every(blank))
    return "the answer is empty and gives no reason: when there is nothing to say, a text member must say why";
  return undefined;
}

/** What a step reads by its input: each top-level part is a source under its key. */
export function inputSources(input: Value | undefined): Source[] {
  if (input === undefined || input === null) return [];
  if (
    typeof input !== "object" ||
    Array.isArray(input) ||
    input instanceof Date ||
    input instanceof Uint8Array
  )
    return [{ name: "input", value: input, ...textMember(input) }];
  return Object.entries(input).map(([name, value]) => ({
    name,
    value: value as Value,
    ...textMember(value as Value),
  }));
}

function textMember(value: Value): { text?: string } {
  return typeof value === "string" ? { text: value } : {};
}
