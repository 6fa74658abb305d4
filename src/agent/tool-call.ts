// A tool called by a model. What goes wrong goes back to the model as text (T3);
// each call is a step, so a crash between two of them repeats neither.

import { parseWith } from "../base/schema.ts";
import { canonical, type Value } from "../base/values.ts";
import type { Action, Source } from "../check/check.ts";
import type { ModelPart } from "../model/model.ts";
import { effectWork } from "../runtime/effect.ts";
import { leafWork, messageOf } from "../runtime/leaf.ts";
import { StepEnd } from "../runtime/step-error.ts";
import type { Work } from "../runtime/issue.ts";
import type { Scope } from "../runtime/scope.ts";
import { limited } from "../runtime/time-limit.ts";
import type { Effect, Tool } from "../tool/tool.ts";
import { toolContext } from "../tool/tool-context.ts";
import { type HeldCall, heldCall, holdWork, isHeld } from "./held.ts";
import { toolEffect } from "./tool-effect.ts";

export type ToolAnswer = {
  readonly sources: readonly Source[];
  /** A call to a tool with an effect that has been made, whatever came of it. */
  readonly action?: Action;
  /** One that waits for the gate. */
  readonly held?: HeldCall;
} & ({ readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: string });

/** Longest time of one tool call when the tool does not say, ms. */
const toolTimeoutMs = 300_000;

/** Calls one tool as a model asked for it. */
export async function callTool(
  scope: Scope,
  tools: readonly Tool[],
  part: Extract<ModelPart, { type: "tool-call" }>,
): Promise<ToolAnswer> {
  const it = tools.find((tool) => tool.name === part.name);
  if (it === undefined)
    return wrong(
      `there is no tool "${part.name}"; there is ${tools.map((tool) => tool.name).join(", ") || "none"}`,
    );
  const args = await readArguments(scope, it, part.input);
  if (!args.ok) return wrong(args.error);
  if (it.effect !== "none") return callEffect(scope, it, it.effect, args.value);
  const found = (await scope.replay.issue(scope, "tool", it.name, args.value, toolWork(scope, it))) as
    | { ok: true; value: Value }
    | { ok: false; error: string };
  if (!found.ok) return wrong(found.error);
  return { ok: true, value: found.value, sources: sourcesOf(it, args.value, found.value) };
}

/** Holds the call until the gate has passed, or sends it at once where the tool says why it may be (T2). */
async function callEffect(
  scope: Scope,
  it: Tool,
  effect: Effect<unknown, unknown>,
  given: unknown,
): Promise<ToolAnswer> {
  const args = canonical(given ?? null, "arguments").value;
  const { replay } = scope;
  try {
    if (isHeld(it)) {
      const held = heldCall(it, args);
      const found = (await replay.issue(scope, "tool", it.name, args, holdWork(scope, it))) as {
        readonly value: Value;
      };
      return { ok: true, value: found.value, sources: [], held };
    }
    const work = effectWork(replay, toolEffect(scope, it, effect));
    const receipt = (await replay.issue(scope, "tool", it.name, args, work)) as Value;
    const action = { tool: it.name, args, receipt };
    return { ok: true, value: receipt, sources: sourcesOf(it, args, receipt), action };
  } catch (error) {
    if (error instanceof StepEnd) throw error;
    // It was certainly not sent, or it has no key: the model is told, as of any tool that fails (T3).
    return { ...wrong(messageOf(error)), action: { tool: it.name, args } };
  }
}

function wrong(error: string): ToolAnswer {
  return { ok: false, error, sources: [] };
}

async function readArguments(
  scope: Scope,
  tool: Tool,
  text: string,
): Promise<{ ok: true; value: unknown } | { ok: false; error: string }> {
  let json: unknown;
  try {
    json = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    return { ok: false, error: `the arguments are not JSON: ${(error as Error).message}` };
  }
  const parsed = await scope.replay.busy(() => parseWith(tool.input, json));
  if (parsed.ok) return parsed;
  const issues = parsed.issues.map((it) => `${it.path} ${it.message}`.trim()).join("; ");
  return { ok: false, error: `the arguments do not fit the tool: ${issues}` };
}

function toolWork(scope: Scope, it: Tool): Work {
  const { host } = scope.replay;
  return leafWork(scope.replay, {
    identity: { work: it.run, ...(it.version === undefined ? {} : { version: it.version }) },
    run: async (call) => {
      try {
        // The tool's own limit ends it with a text for the model, not the step with a failure.
        const value = await limited(
          host.clock,
          it.timeoutMs ?? toolTimeoutMs,
          () => call.abort,
          (limit) =>
            it.run(
              call.input,
              toolContext({
                abort: () => limit.abort,
                attempt: call.attempt,
                keep: call.keep,
                bytes: (hash) => host.blob(hash),
              }),
            ),
          call.onCancel,
        );
        // A result that cannot be recorded goes back as well: the next call may give one that can.
        return { ok: true, value: canonical(value ?? null, "the result").value };
      } catch (error) {
        if (error instanceof StepEnd) throw error;
        // Recorded as a value for the model; for a rerun it is a failure all the same.
        call.note({ failed: true });
        return { ok: false, error: messageOf(error) };
      }
    },
  });
}

/** How a tool's result reads as sources for checks. */
function sourcesOf(it: Tool, args: unknown, value: Value): readonly Source[] {
  if (it.sources !== undefined)
    return it.sources(args, value).map((source) => ({ ...source, value: source.text }));
  return [{ name: it.name, value, ...(typeof value === "string" ? { text: value } : {}) }];
}
