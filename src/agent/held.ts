// Effects inside an agent. What a model asks for is held until the gate has
// passed its answer; a rejected attempt drops what it held.
//
//   H1. Nothing an attempt held is sent unless its output passed, or a person said yes to these very arguments.
//   H2. Of two calls of one effect in one attempt the later one is sent: nothing of the earlier one has happened yet.
//   H3. What is held is sent in the order in which it was asked for, each with its own intent and receipt.

import { parseWith } from "../base/schema.ts";
import type { Json, Value } from "../base/values.ts";
import type { Action } from "../check/check.ts";
import { effectWork } from "../runtime/effect.ts";
import type { Work } from "../runtime/issue.ts";
import { leafWork } from "../runtime/leaf.ts";
import type { Scope } from "../runtime/scope.ts";
import { StepEnd, StepError } from "../runtime/step-error.ts";
import { reviewWork } from "../runtime/wait.ts";
import { statesEffect } from "../tool/define.ts";
import type { Tool } from "../tool/tool.ts";
import { toolEffect } from "./tool-effect.ts";

/** A call that waits for the gate: recorded with its attempt. */
export interface HeldCall {
  readonly tool: string;
  readonly key: string;
  readonly args: Value;
}

/** What an accepted output rests on, as far as its effects go. */
export interface Accepted {
  readonly held: readonly HeldCall[];
  /** Why a person is asked before anything is sent; undefined when every check passed. */
  readonly ask: string | undefined;
}

/** True for a tool whose calls are held. */
export function isHeld(it: Tool): boolean {
  return it.effect !== "none" && it.effect.immediate === undefined;
}

/** What a model is told of a call that is held. */
function told(tool: string): { readonly held: true; readonly note: string } {
  const note =
    `Held: "${tool}" has not been carried out. It will be, once your answer has passed its checks. Do not say that it ` +
    `is done. Calling it again for the same thing replaces this call.`;
  return { held: true, note };
}

/** Work of a step that holds a call. Nothing is sent. */
export function holdWork(scope: Scope, it: Tool): Work {
  if (!statesEffect(it))
    scope.replay.warnings.push(
      `tool "${it.name}" does not say what it changes, so its calls were held until the answer had passed: say effect: "none" if it only looks`,
    );
  return leafWork(scope.replay, {
    identity: { work: told, version: "held 1" },
    run: (call) => {
      call.note({ held: true });
      return { ok: true, value: told(it.name) };
    },
  });
}

/** The call as it is held. Its key is looked at now: what has none is the model's to mend. */
export function heldCall(it: Tool, args: Value): HeldCall {
  const key = it.effect === "none" ? "" : it.effect.key(args);
  return { tool: it.name, key, args };
}

/** The later of two calls of one effect, where the earlier stood (H2). */
export function holdAlso(held: readonly HeldCall[], call: HeldCall): HeldCall[] {
  const others = held.filter((it) => it.tool !== call.tool || it.key !== call.key);
  return [...others, call];
}

export function heldActions(held: readonly HeldCall[]): readonly Action[] {
  return held.map(({ tool, args }) => ({ tool, args, held: true }));
}

/**
 * Sends what an accepted output held, one after the other (H3). Where a check did not pass, or a person wrote or approved
 * the output, each is asked about with its exact arguments (H1).
 *
 * @throws StepError of the first that was certainly not sent.
 */
export async function sendHeld(
  scope: Scope,
  step: string,
  tools: readonly Tool[],
  { held, ask }: Accepted,
): Promise<{ readonly [key: string]: Json }> {
  let sent = 0;
  for (const call of held) {
    const it = tools.find((tool) => tool.name === call.tool);
    if (it === undefined || it.effect === "none") continue;
    const args = ask === undefined ? call.args : await askFor(scope, step, it, call.args, ask);
    if (args === undefined) continue;
    await scope.replay.issue(
      scope,
      "tool",
      it.name,
      args,
      effectWork(scope.replay, toolEffect(scope, it, it.effect)),
    );
    sent += 1;
  }
  return held.length === 0 ? {} : { held: held.length, sent };
}

/** The arguments a person said yes to, or undefined when they said no. */
async function askFor(scope: Scope, step: string, it: Tool, args: Value, ask: string): Promise<unknown> {
  const work = reviewWork(scope.replay, {
    ask: `Carry out "${it.name}" with these arguments?`,
    mode: "review",
    why: ask,
    onYes: `"${it.name}" is carried out with exactly these arguments, or as you edit them.`,
    onNo: `"${it.name}" is not carried out. The output of step "${step}" stands.`,
  });
  let given: unknown;
  try {
    given = await scope.replay.issue(scope, "review", `carry out ${it.name}`, args, work);
  } catch (error) {
    if (StepError.is(error, "rejected") || StepError.is(error, "expired")) return undefined;
    throw error;
  }
  // A person's edit is held to the tool's schema like anybody's arguments (T1).
  const parsed = await scope.replay.busy(() => parseWith(it.input, given));
  if (parsed.ok) return parsed.value;
  const issues = parsed.issues.map((issue) => `${issue.path} ${issue.message}`.trim()).join("; ");
  throw new StepEnd("rejected", `the edited arguments do not fit the tool "${it.name}": ${issues}`);
}
