// A tool called by the workflow. Without an effect it is a step like any other;
// with one its intent is durable before it is sent.

import { toolEffect } from "../agent/tool-effect.ts";
import { FirebreakError } from "../base/errors.ts";
import { parseWith } from "../base/schema.ts";
import { canonical, type Value } from "../base/values.ts";
import { effectWork } from "../runtime/effect.ts";
import type { Work } from "../runtime/issue.ts";
import { leafWork } from "../runtime/leaf.ts";
import type { Scope } from "../runtime/scope.ts";
import { toolContext } from "../tool/tool-context.ts";
import type { Tool } from "../tool/tool.ts";
import type { Context } from "./context.ts";
import { retryPolicy, type StepOptions } from "./options.ts";
import { toMs } from "../base/duration.ts";

export async function callToolStep(
  ctx: Context,
  scope: Scope,
  it: Tool,
  name: string,
  args: unknown,
  options: StepOptions<never>,
): Promise<unknown> {
  const { replay } = scope;
  let input = await parseArguments(scope, it, args);
  if (options.approve !== undefined) {
    const why = `The tool "${it.name}" is about to be called with exactly these arguments.`;
    const approved = await ctx.review(options.approve, input, { name: `approve ${name}`, why });
    // A person's edit is held to the tool's schema like anybody's arguments (T1).
    input = approved === input ? input : await parseArguments(scope, it, approved);
  }
  if (it.effect === "none")
    return replay.issue(scope, "tool", name, input, pureWork(scope, it, options), options.from);
  refuseTwin(scope, name, input);
  const retry = retryPolicy(options.retry);
  const timeoutMs = options.timeout === undefined ? undefined : toMs(options.timeout);
  const work = effectWork(replay, toolEffect(scope, it, it.effect, { retry, timeoutMs }));
  return replay.issue(scope, "tool", name, input, work, options.from);
}

/** @throws SCHEMA_MISMATCH */
async function parseArguments(scope: Scope, it: Tool, args: unknown): Promise<unknown> {
  const parsed = await scope.replay.busy(() => parseWith(it.input, args));
  if (parsed.ok) return keepGiven(parsed.value, args);
  const issues = parsed.issues.map((issue) => `${issue.path} ${issue.message}`.trim()).join("; ");
  throw new FirebreakError("SCHEMA_MISMATCH", { what: `the arguments of tool "${it.name}"`, issues });
}

function pureWork(scope: Scope, it: Tool, options: StepOptions<never>): Work {
  const retry = retryPolicy(options.retry);
  const timeoutMs = options.timeout === undefined ? it.timeoutMs : toMs(options.timeout);
  const version = options.version ?? it.version;
  return leafWork(scope.replay, {
    identity: { work: it.run, ...(version === undefined ? {} : { version }) },
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    run: (call) =>
      it.run(
        call.input,
        toolContext({
          abort: () => call.abort,
          attempt: call.attempt,
          keep: call.keep,
          bytes: (hash) => scope.replay.host.blob(hash),
        }),
      ),
  });
}

/** Two equal effects open at once in one scope: which receipt would be whose? */
function refuseTwin(scope: Scope, name: string, input: unknown): void {
  const { hash } = canonical(input);
  for (const issue of scope.open) {
    const it = issue.identity;
    if (it.kind === "tool" && it.name === name && it.in === hash)
      throw new FirebreakError("STEP_AMBIGUOUS", { kind: "effect", name });
  }
}

/** The arguments as given, when parsing changed nothing: delivered values keep their origin. */
function keepGiven(parsed: unknown, given: unknown): unknown {
  if (given === undefined) return parsed as Value;
  return canonical(parsed).hash === canonical(given).hash ? given : parsed;
}
