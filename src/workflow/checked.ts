// Gates of the workflow itself: over a value nobody made here, and over what a
// step's function gives.

import type { AgentEnv } from "../agent/agent-env.ts";
import { besides } from "../agent/alongside.ts";
import type { AttemptResult } from "../agent/attempt.ts";
import { inputSources } from "../agent/attempt.ts";
import type { Brake } from "../agent/brake.ts";
import { runGate } from "../agent/gate.ts";
import { climb } from "../agent/ladder.ts";
import type { Rung } from "../agent/rung.ts";
import type { Value } from "../base/values.ts";
import type { Check, Verdict } from "../check/check.ts";
import { problemsOf } from "../check/judge-checks.ts";
import { compositeWork } from "../runtime/composite.ts";
import type { Work } from "../runtime/issue.ts";
import type { Replay } from "../runtime/replay.ts";
import type { Scope } from "../runtime/scope.ts";

export interface CheckedSpec {
  /** Checks that run beside what follows. */
  readonly alongside?: readonly Check<never, never>[] | undefined;
  readonly name: string;
  readonly checks: readonly Check<never, never>[];
  readonly rungs: readonly Rung<never>[];
  readonly brake: Brake | undefined;
  /** Models for checks that ask one. */
  readonly env: AgentEnv;
}

/** A gate over a value. It has no author here, so its rungs are people. */
export function valueGate(replay: Replay, { name, checks, rungs, brake, env }: CheckedSpec): Work {
  return compositeWork(replay, {
    body: async ({ scope, identity, input }) => {
      const given = input ?? null;
      const judge = (at: Scope, it: Value): Promise<readonly Verdict[]> =>
        runGate(at, { checks }, { output: it, input, read: inputSources(input) }, { env });
      return climb(scope, {
        identity,
        step: name,
        rungs: rungs.filter((it) => it.rung === "review"),
        models: 1,
        author: () => `The value "${name}"`,
        describe: () => ({ value: given }),
        attempt: async (at) => attemptOf(given, await judge(at, given)),
        judge,
        brake,
      });
    },
  });
}

/** A function whose output is checked: `make` gives the work of one attempt. */
export function checkedWork(
  replay: Replay,
  { name, checks, rungs, brake, env, alongside = [] }: CheckedSpec,
  make: () => Work,
): Work {
  return compositeWork(replay, {
    ...(alongside.length === 0 ? {} : { finish: besides(replay, { checks: alongside, env }) }),
    body: ({ scope, identity, input }) => {
      const judge = (at: Scope, output: Value): Promise<readonly Verdict[]> =>
        runGate(at, { checks }, { output, input, read: inputSources(input) }, { env });
      return climb(scope, {
        identity,
        step: name,
        rungs,
        models: 1,
        author: () => `Step ${name}`,
        describe: () => ({}),
        attempt: async (at) => {
          const output = (await replay.issue(at, "function", "work", input, make())) as Value;
          return attemptOf(output, await judge(at, output));
        },
        judge,
        brake,
      });
    },
  });
}

function attemptOf(output: Value, verdicts: readonly Verdict[]): AttemptResult {
  if (verdicts.every((it) => it.result === "pass")) return { ok: true, output, answer: "", verdicts };
  const said = problemsOf(verdicts)
    .map((it) => it.message)
    .join("; ");
  const note = verdicts.find((it) => it.result !== "pass")?.note;
  const message = said || (note ?? "a check did not pass");
  const unsure = verdicts.every((it) => it.result !== "fail");
  const rejected = { ok: false, output, answer: "", verdicts, outcome: "failed", message } as const;
  return unsure || verdicts.some((it) => it.skipRetry === true) ? { ...rejected, skipRetry: true } : rejected;
}
