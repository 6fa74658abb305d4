// What a run gives to its agents: models, and how they are called here.

import type { Model, ModelRef } from "../model/model.ts";
import type { Tool } from "../tool/tool.ts";

export interface AgentEnv {
  /**
   * The models of a step, in order, ready to be called: aliases resolved, a run's own choice and planted faults applied.
   * @throws MODEL_UNKNOWN, MODEL_KEY_MISSING and the registry's other errors.
   */
  models(step: string, refs: readonly ModelRef[]): readonly Model[];
  /** What stands for a tool in this run: the same, outside of tests. */
  readonly tool?: (it: Tool) => Tool;
}
