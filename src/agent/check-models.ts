// How checks ask models: each question is a model step below the check, so it is
// recorded, reserved under the run's cap, and never paid twice.

import { canonical, hashOf, type Json, type Value } from "../base/values.ts";
import type { Answered, Ask, CheckContext } from "../check/check.ts";
import type { Model, ModelAnswer, ModelRequest } from "../model/model.ts";
import type { AnySchema } from "../base/schema.ts";
import type { Scope } from "../runtime/scope.ts";
import type { AgentEnv } from "./agent-env.ts";
import { type CallFailed, modelWork } from "./model-step.ts";
import { readAnswer } from "./read-answer.ts";

/** What a gate needs for checks that ask models. */
export interface GateModels {
  readonly env: AgentEnv;
  /** The model that wrote the output, and as which step, where one did. */
  readonly author?: {
    readonly model: Model;
    readonly step: string;
    readonly number: number;
    readonly output?: unknown;
  };
  /** Who wrote the output, where no model did: "person". */
  readonly writer?: string;
}

/** The members of a check's context by which it asks models. `check` names the step its models are looked up for. */
export function checkModels(
  scope: Scope,
  check: string,
  input: Value | undefined,
  { env, author }: GateModels,
): Pick<CheckContext, "ask" | "modelId" | "parse"> {
  const find = (ref: Ask["model"]): Model | undefined =>
    ref === "author" ? author?.model : env.models(check, [ref])[0];
  return {
    parse: (text) => readAnswer(scope.replay, author?.output as AnySchema | undefined, text),
    modelId: (ref) => env.models(check, [ref])[0]!.id,
    ask: async (question) => {
      const model = find(question.model);
      if (model === undefined) return { ok: false, model: "unknown", why: "no model wrote this output" };
      // The author's own model is asked as the author is: stand-ins answer by who calls and with what.
      const caller =
        question.model === "author"
          ? { agent: author!.step, attempt: author!.number, input: input ?? null }
          : { agent: check, attempt: 1, input: null };
      return ask(scope, model, question, caller);
    },
  };
}

async function ask(
  scope: Scope,
  model: Model,
  question: Ask,
  caller: { readonly agent: string; readonly attempt: number; readonly input: Value },
): Promise<Answered> {
  const { model: _, sample, prompt, ...fixed } = question;
  const turn = 1;
  const shown = { prompt: prompt as unknown as Json, ...fixed };
  const request = hashOf([model.id, model.standin ?? "", shown as unknown as Json]);
  const input = { model: model.id, turn, request, ...shown, ...(sample === undefined ? {} : { sample }) };
  const sent: ModelRequest = {
    ...fixed,
    prompt: [...prompt],
    tools: [],
    caller: { ...caller, turn, input: canonical(caller.input).json },
  };
  const work = modelWork(scope.replay, { model, request: sent, number: caller.attempt });
  const answer = (await scope.replay.issue(scope, "model", "model", input, work)) as ModelAnswer | CallFailed;
  if ("failed" in answer) return { ok: false, model: model.id, why: answer.failed.message };
  const text = answer.parts.flatMap((it) => (it.type === "text" ? [it.text] : [])).join("");
  if (answer.finish !== "stop")
    return { ok: false, model: answer.model, why: `the answer was ${answer.finish}` };
  return { ok: true, model: answer.model, text };
}
