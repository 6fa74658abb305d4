// A workflow as an engine sees it: a name, the identity of its code, and a
// function over the run's scope.

import type { AgentEnv } from "../agent/agent-env.ts";
import { FirebreakError } from "../base/errors.ts";
import { parseWith } from "../base/schema.ts";
import type { Json, Value } from "../base/values.ts";
import { Cap, type CapLimits, defaultCap } from "../runtime/cap.ts";
import type { KeptCode, Program } from "../runtime/engine.ts";
import { fromStored } from "../runtime/store.ts";
import type { Replay } from "../runtime/replay.ts";
import { definedTool } from "../tool/define.ts";
import type { Tool } from "../tool/tool.ts";
import { Context } from "./context.ts";
import { settleOrphans } from "./settle-effects.ts";
import type { AnyWorkflow, Workflow } from "./workflow.ts";

/** What a run's options may say; kept with the run, and used again when it is resumed. */
export interface RunOptions {
  /** Replaces every agent's models. */
  readonly model?: string;
  /** Faults planted on purpose: `step=fault[:first|model|always]`. */
  readonly sabotage?: readonly string[];
  readonly cap?: Partial<CapLimits>;
}

/** What the steps of one run are given from outside. */
export interface ProgramEnv {
  readonly agents: AgentEnv;
  readonly file?: string | undefined;
  readonly options?: Json | undefined;
  readonly keep?: ((definition: AnyWorkflow) => KeptCode | undefined) | undefined;
}

/** Makes the environment of a run from the options it was started with. */
export type MakeAgentEnv = (options: RunOptions) => AgentEnv;

export function makeProgram(
  definition: AnyWorkflow,
  makeEnv: MakeAgentEnv,
  keep?: (definition: AnyWorkflow) => KeptCode | undefined,
): Program {
  const it = definition as unknown as Workflow;
  return {
    ...(keep === undefined ? {} : { kept: () => keep(definition) }),
    name: it.name,
    code: it.code,
    run: async (scope, started) => {
      const { replay } = scope;
      const options = (started.options ?? {}) as RunOptions;
      replay.cap = new Cap(replay, { ...defaultCap, ...it.cap, ...options.cap });
      const env: ProgramEnv = {
        agents: makeEnv(options),
        file: started.file,
        options: started.options,
        keep,
      };
      const stored = await replay.busy(() => fromStored(started.input, (hash) => replay.host.blob(hash)));
      // The input counts as delivered by the run's first event.
      const input = replay.lineage.deliver(1, stored);
      replay.delivered = Math.max(replay.delivered, 1);
      const { guard } = replay.host;
      const execute = (): Promise<unknown> => it.run(new Context(scope, env), input);
      const output = await (guard === undefined ? execute() : guard.workflow(execute));
      const value = await parseOutput(replay, it, output);
      await settleOrphans(scope, { started, tool: (name) => knownTool(env, name) });
      return value;
    },
  };
}

/** @throws SCHEMA_MISMATCH */
async function parseOutput(replay: Replay, it: Workflow, output: unknown): Promise<unknown> {
  if (it.output === undefined) return output;
  const schema = it.output;
  const parsed = await replay.busy(() => parseWith(schema, output));
  if (parsed.ok) return parsed.value;
  const issues = parsed.issues.map((issue) => `${issue.path} ${issue.message}`.trim()).join("; ");
  throw new FirebreakError("SCHEMA_MISMATCH", { what: `the output of workflow "${it.name}"`, issues });
}

function knownTool(env: ProgramEnv, name: string): Tool | undefined {
  const it = definedTool(name);
  return it === undefined ? undefined : (env.agents.tool?.(it) ?? it);
}

/** Parses what a run is started with. @throws WORKFLOW_INPUT */
export async function parseWorkflowInput(definition: AnyWorkflow, input: unknown): Promise<Value> {
  const it = definition as unknown as Workflow;
  if (it.input === undefined) return (input ?? null) as Value;
  const parsed = await parseWith(it.input, input);
  if (parsed.ok) return parsed.value as Value;
  const issues = parsed.issues.map((issue) => `${issue.path} ${issue.message}`.trim()).join("; ");
  throw new FirebreakError("WORKFLOW_INPUT", { workflow: it.name, issues });
}
