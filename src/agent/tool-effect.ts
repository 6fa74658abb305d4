// A tool's effect as the runtime sends it: the same for a call of the workflow,
// a call of a model, and for undoing what an earlier run sent.

import { FirebreakError } from "../base/errors.ts";
import type { Value } from "../base/values.ts";
import type { EffectCall, EffectSpec } from "../runtime/effect-spec.ts";
import type { RetryPolicy } from "../runtime/leaf.ts";
import type { Scope } from "../runtime/scope.ts";
import { toolContext } from "../tool/tool-context.ts";
import type { Effect, Tool, ToolContext } from "../tool/tool.ts";

export interface EffectLimits {
  readonly retry?: RetryPolicy | undefined;
  /** Instead of the tool's own. */
  readonly timeoutMs?: number | undefined;
}

export function toolEffect(
  scope: Scope,
  it: Tool,
  effect: Effect<unknown, unknown>,
  { retry, timeoutMs = it.timeoutMs }: EffectLimits = {},
): EffectSpec {
  const { probe, deduplicates, amend, compensate } = effect;
  const context = (call: EffectCall): ToolContext =>
    toolContext({
      abort: () => call.abort,
      attempt: call.attempt,
      idempotencyKey: call.idempotencyKey,
      keep: call.keep,
      bytes: (hash) => scope.replay.host.blob(hash),
    });
  return {
    tool: it.name,
    key: (args) => keyOf(it, effect, args),
    send: async (call) => it.run(call.input, context(call)),
    ...(probe === undefined
      ? {}
      : { probe: (args: Value | undefined, key, action) => probe(args, key, action) }),
    ...(deduplicates === undefined ? {} : { deduplicates }),
    ...(amend === undefined
      ? {}
      : {
          amend: async (call, { input, receipt }) =>
            amend(call.input, { args: input, receipt }, call.idempotencyKey, context(call)),
        }),
    ...(compensate === undefined
      ? {}
      : {
          compensate: async (call, { receipt }) =>
            compensate(call.input, receipt, call.idempotencyKey, context(call)),
        }),
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function keyOf(it: Tool, effect: Effect<unknown, unknown>, args: Value | undefined): string {
  const key: unknown = effect.key(args);
  if (typeof key === "string" && key !== "") return key;
  throw new FirebreakError("DEFINITION_INVALID", {
    what: `the key of tool "${it.name}" is ${key === "" ? "empty" : typeof key}`,
    mend: "Return text that names what is done, such as the number of an order.",
  });
}
