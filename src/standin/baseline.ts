// The baseline: rules where a language model would stand. It does the jobs
// registered for agents by name, and for the rest what a few rules without any
// domain can do. It says in every answer that it is no language model, and
// says what it cannot do.

import { FirebreakError } from "../base/errors.ts";
import { decode, type Value } from "../base/values.ts";
import type { Finish, Model, ModelAnswer, ModelPart, ModelRequest } from "../model/model.ts";
import { feedbackOf, pastTurns } from "./conversation.ts";
import { coreAnswer } from "./core-rules.ts";
import { advance, type BaselineJob, type JobContext, type NextMove } from "./job.ts";

/** What every answer of the baseline is labelled with. */
export const baselineLabel = "baseline: rules, no language model";

export interface BaselineOptions {
  /** One job an agent. Of two for one agent the later stands. */
  readonly jobs?: readonly BaselineJob[];
  /** Told apart where a step has several models: `strong` gives the id `baseline:strong`. Default: `rules`. */
  readonly name?: string;
}

/**
 * The rule-based stand-in. Costs nothing, uses no tokens, calls nobody.
 * What it cannot do ends as `refused`, with a text that says why.
 *
 * @throws STANDIN_DIVERGED, STANDIN_ENDLESS from `call`, when a job is no pure function or does not end.
 */
export function baselineModel(options: BaselineOptions = {}): Model {
  const jobs = new Map((options.jobs ?? []).map((it) => [it.agent, it]));
  const id = `baseline:${options.name ?? "rules"}`;
  return {
    id,
    standin: baselineLabel,
    worstCaseUsd: () => 0,
    async call(request, { abort, onDelta }) {
      if (abort.aborted)
        throw new FirebreakError("MODEL_CALL", { model: id, class: "aborted", message: "aborted" });
      const answer = answerOf(id, request, nextMove(jobs, request));
      for (const part of answer.parts) if (part.type === "text") onDelta?.(part.text);
      return answer;
    },
  };
}

function nextMove(jobs: ReadonlyMap<string, BaselineJob>, request: ModelRequest): NextMove {
  const { agent, attempt } = request.caller;
  const input = decode(request.caller.input).value;
  const job = jobs.get(agent);
  if (job === undefined) return coreAnswer(input as Value, request.outputSchema, agent);
  const feedback = feedbackOf(request);
  const context: JobContext = {
    attempt,
    ...(feedback === undefined ? {} : { feedback }),
    tools: request.tools.map((it) => it.name),
  };
  return advance(job, input, context, pastTurns(request.prompt));
}

function answerOf(id: string, request: ModelRequest, move: NextMove): ModelAnswer {
  if ("asks" in move) return answer(id, toolCalls(request, move.asks), "tool-calls");
  if ("cannot" in move) {
    return answer(
      id,
      [{ type: "text", text: `I cannot do this without a language model: ${move.cannot}` }],
      "refused",
    );
  }
  const isText = typeof move.answer === "string" && request.outputSchema === undefined;
  const text = isText ? (move.answer as string) : JSON.stringify(move.answer ?? null);
  return answer(id, [{ type: "text", text }], text.length === 0 ? "empty" : "stop");
}

function toolCalls(
  request: ModelRequest,
  asks: readonly { tool: string; args: unknown }[],
): readonly ModelPart[] {
  const { attempt, turn } = request.caller;
  return asks.map((it, index) => ({
    type: "tool-call",
    id: `call-${attempt}-${turn}-${index + 1}`,
    name: it.tool,
    input: JSON.stringify(it.args),
  }));
}

function answer(model: string, parts: readonly ModelPart[], finish: Finish): ModelAnswer {
  return { model, parts, finish, usage: { inputTokens: 0, outputTokens: 0 }, standin: baselineLabel };
}
