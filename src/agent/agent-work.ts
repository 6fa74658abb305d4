// An agent's step: the ladder over its models.

import { FirebreakError } from "../base/errors.ts";
import { parseWith } from "../base/schema.ts";
import type { Value } from "../base/values.ts";
import type { Source } from "../check/check.ts";
import { compositeWork } from "../runtime/composite.ts";
import type { Work } from "../runtime/issue.ts";
import type { Scope } from "../runtime/scope.ts";
import type { Agent } from "./agent.ts";
import type { AgentEnv } from "./agent-env.ts";
import { besides, keepRead } from "./alongside.ts";
import { type AttemptResult, inputSources, runAttempt } from "./attempt.ts";
import type { Brake } from "./brake.ts";
import { runGate } from "./gate.ts";
import { type Accepted, sendHeld } from "./held.ts";
import { climb } from "./ladder.ts";
import { defaultRungs, type Rung } from "./rung.ts";

/** Work of an agent's step. The input was parsed by the agent's schema before. */
export function agentWork(
  scope: Scope,
  given: Agent<never, never>,
  step: string,
  env: AgentEnv,
  brake: Brake | undefined,
): Work {
  const it = env.tool === undefined ? given : { ...given, bound: given.bound.map(env.tool) };
  return compositeWork(scope.replay, {
    body: async (call) => {
      const models = env.models(step, it.models);
      let accepted: Accepted = { held: [], ask: undefined };
      const output = await climb(call.scope, {
        identity: call.identity,
        step,
        rungs: (it.onFail ?? defaultRungs) as readonly Rung<never>[],
        models: models.length,
        author: (model) => `Agent ${it.name} (${models[model]!.standin ?? models[model]!.id})`,
        describe: (plan) => ({ model: models[plan.model]!.id }),
        attempt: (inner, plan) =>
          runAttempt(inner, { ...plan, agent: it, step, env, model: models[plan.model]!, input: call.input }),
        judge: (inner, value, last) =>
          judgeEdit(inner, { it, env, input: call.input }, value, last?.read ?? []),
        brake,
        accepted: (result, plan) => {
          accepted = acceptedBy(it.name, result);
          if (it.alongside !== undefined) keepRead(call, result, models[plan.model]!.id);
        },
        approved: (last) => (accepted = approvedBy(it.name, last)),
      });
      call.note(await sendHeld(call.scope, step, it.bound, accepted));
      if (it.unchecked !== undefined) call.note({ unchecked: it.unchecked });
      return output;
    },
    ...(it.alongside === undefined || it.alongside.length === 0
      ? {}
      : {
          finish: besides(scope.replay, {
            checks: it.alongside,
            ...(it.output === undefined ? {} : { output: it.output }),
            env,
          }),
        }),
  });
}

/** Unsure is not passed: what was let through marked never goes into an effect by itself. */
function acceptedBy(agent: string, { held = [], verdicts }: AttemptResult): Accepted {
  const open = verdicts.filter((it) => it.result !== "pass").map((it) => it.check);
  if (open.length === 0) return { held, ask: undefined };
  return {
    held,
    ask: `Agent ${agent} asked for it, and its answer was accepted although unsure: ${open.join(", ")}.`,
  };
}

function approvedBy(agent: string, last: AttemptResult | undefined): Accepted {
  const ask = `Agent ${agent} asked for it with an answer that did not pass; a person decided on that answer, not on this.`;
  return { held: last?.held ?? [], ask };
}

async function judgeEdit(
  scope: Scope,
  {
    it,
    env,
    input,
  }: {
    readonly it: Agent<never, never>;
    readonly env: AgentEnv;
    readonly input: Value | undefined;
  },
  value: Value,
  read: readonly Source[],
) {
  const schema = it.output;
  if (schema !== undefined) {
    const parsed = await scope.replay.busy(() => parseWith(schema, value));
    if (!parsed.ok) {
      const message = parsed.issues.map((issue) => `${issue.path} ${issue.message}`.trim()).join("; ");
      return [{ check: "schema", result: "fail" as const, problems: [{ check: "schema", message }] }];
    }
  }
  const judged = { output: value, input, read: [...inputSources(input), ...read] };
  return runGate(scope, it, judged, { env, writer: "person" });
}

/** Parses what an agent is called with. @throws SCHEMA_MISMATCH */
export async function parseAgentInput(it: Agent<never, never>, input: unknown): Promise<unknown> {
  if (it.input === undefined) return input;
  const parsed = await parseWith(it.input, input);
  if (parsed.ok) return parsed.value;
  const issues = parsed.issues.map((issue) => `${issue.path} ${issue.message}`.trim()).join("; ");
  throw new FirebreakError("SCHEMA_MISMATCH", { what: `the input of agent "${it.name}"`, issues });
}
