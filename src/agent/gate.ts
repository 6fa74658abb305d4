// The gate: an output's checks, as one recorded step with a verdict each.

import { canonical, hashOf, sha, type Json, type Value } from "../base/values.ts";
import type { AnySchema } from "../base/schema.ts";
import { toJsonSchema } from "../base/schema.ts";
import type { Check, CheckContext, Source, Verdict } from "../check/check.ts";
import { runChecks, problemsOf } from "../check/judge-checks.ts";
import { saidLess } from "../check/said-less.ts";
import { leafWork } from "../runtime/leaf.ts";
import type { Scope } from "../runtime/scope.ts";

/** Longest time of a gate, ms. */
const gateTimeoutMs = 600_000;

export interface Judged {
  readonly output: Value;
  readonly input: Value | undefined;
  readonly read: readonly Source[];
  readonly previous?: { readonly output: Value; readonly verdicts: readonly Verdict[] } | undefined;
}

/** Runs the checks of a gate on an output and records their verdicts. No check gives no verdict. */
export async function runGate(
  scope: Scope,
  gate: { readonly checks?: unknown; readonly output?: unknown },
  it: Judged,
): Promise<readonly Verdict[]> {
  const checks = (gate.checks ?? []) as readonly Check[];
  if (checks.length === 0 && it.previous === undefined) return [];
  scope.replay.options.onGate?.({ scope: scope.path, gate, judged: it });
  const readHash = sha(it.read.map((source) => `${source.name}:${hashOf(source.value)}`).join("\n"));
  const input = { output: it.output, read: readHash };
  const work = leafWork(scope.replay, {
    identity: { work: gate as object, version: checks.map(checkIdentity).join(" ") },
    timeoutMs: gateTimeoutMs,
    run: async (call) => {
      const schema =
        gate.output === undefined ? {} : { schema: toJsonSchema(gate.output as AnySchema, "output") };
      const context: CheckContext = { input: it.input, read: it.read, ...schema };
      const verdicts = await runChecks(checks, it.output, context);
      const all = it.previous === undefined ? verdicts : [...verdicts, ...lessSaid(it.output, it.previous)];
      call.note({ verdicts: canonical(all, "verdicts").json as Json });
      return all;
    },
  });
  return (await scope.replay.issue(scope, "check", "checks", input, work)) as readonly Verdict[];
}

function lessSaid(output: Value, previous: NonNullable<Judged["previous"]>): readonly Verdict[] {
  const problems = saidLess(previous.output, output, problemsOf(previous.verdicts));
  if (problems.length === 0) return [];
  return [{ check: "said less", result: "unsure", problems, note: "what no check had named was left out" }];
}

function checkIdentity(check: Check): string {
  if (typeof check === "function") return sha(String(check)).slice(0, 12);
  return `${check.name}@${check.version ?? sha(String(check.run)).slice(0, 12)}`;
}
