// The gate: an output's checks. Cheap ones first, all in one recorded step with
// a verdict each; dear ones only if none of these has failed, side by side, each
// as a step of its own, so that an edit to one check judges with that one anew.
//
//   A6. Verdicts stand in the order in which the checks are declared, whatever ran first.
//   A7. A dear check is not asked about an output that a cheap one has failed.

import { canonical, hashOf, sha, type Json, type Value } from "../base/values.ts";
import type { AnySchema } from "../base/schema.ts";
import { toJsonSchema } from "../base/schema.ts";
import { checkIdentity } from "../check/check-identity.ts";
import type { Action, Check, CheckContext, Question, Source, Verdict } from "../check/check.ts";
import { checkNames, isDear, problemsOf, runChecks } from "../check/judge-checks.ts";
import { saidLess } from "../check/said-less.ts";
import { compositeWork } from "../runtime/composite.ts";
import type { Work } from "../runtime/issue.ts";
import { leafWork } from "../runtime/leaf.ts";
import type { Replay } from "../runtime/replay.ts";
import type { Scope } from "../runtime/scope.ts";
import { checkModels, type GateModels } from "./check-models.ts";

/** Longest time of the cheap checks together, and of a dear one that asks no model, ms. */
const gateTimeoutMs = 600_000;
/** Dear verdicts remembered by one replay. */
const rememberedLimit = 10_000;

export interface Judged {
  readonly output: Value;
  readonly input: Value | undefined;
  readonly read: readonly Source[];
  readonly previous?: { readonly output: Value; readonly verdicts: readonly Verdict[] } | undefined;
  /** Candidates of the same step that were rejected before; default: the previous one. */
  readonly earlier?: readonly Value[] | undefined;
  /** Calls to tools with an effect; absent where nobody knows. */
  readonly actions?: readonly Action[] | undefined;
  readonly question?: Question | undefined;
}

interface Gate {
  readonly checks: readonly Check[];
  readonly names: readonly string[];
  readonly context: CheckContext;
  readonly it: Judged;
  /** The step's input: what is judged, and the hash of what was read. */
  readonly input: { readonly output: Value; readonly read: string };
  /** Hash of what verdicts may rest on besides; "" for nothing. */
  readonly basis: string;
}

/**
 * Runs the checks of a gate on an output and records their verdicts. No check gives no verdict.
 * @param models What checks that ask models ask through; without it these are unsure.
 */
export async function runGate(
  scope: Scope,
  given: { readonly checks?: unknown; readonly output?: unknown },
  it: Judged,
  models?: GateModels,
): Promise<readonly Verdict[]> {
  const checks = (given.checks ?? []) as readonly Check[];
  if (checks.length === 0 && it.previous === undefined) return [];
  scope.replay.options.onGate?.({ scope: scope.path, gate: given, judged: it });
  const gate = gateOf(scope.replay, checks, given, it, models);
  const dear = [...checks.keys()].filter((at) => isDear(checks[at]!));
  const first = dear.length < checks.length || it.previous !== undefined;
  const cheap = first ? await runCheap(scope, given, gate, dear) : [];
  if (dear.length === 0 || cheap.some((verdict) => verdict.result === "fail")) return cheap;
  const judged = await Promise.all(
    dear.map(async (at) => [at, await runDear(scope, gate, at, models)] as const),
  );
  return inOrder(cheap, checks, new Map(judged));
}

function gateOf(
  replay: Replay,
  checks: readonly Check[],
  given: { readonly output?: unknown },
  it: Judged,
  models: GateModels | undefined,
): Gate {
  const { input, read, actions, question } = it;
  const earlier = it.earlier ?? (it.previous === undefined ? [] : [it.previous.output]);
  const author = models?.author?.model.id ?? models?.writer;
  const context: CheckContext = {
    input,
    read,
    earlier,
    now: replay.now,
    ...(given.output === undefined ? {} : { schema: toJsonSchema(given.output as AnySchema, "output") }),
    ...(actions === undefined ? {} : { actions }),
    ...(question === undefined ? {} : { question }),
    ...(author === undefined ? {} : { author }),
  };
  const readHash = sha(read.map((source) => `${source.name}:${hashOf(source.value)}`).join("\n"));
  const rest = [actions ?? [], earlier].map((each) => (each.length === 0 ? "" : hashOf(each))).join(" ");
  return {
    checks,
    names: checkNames(checks),
    context,
    it,
    input: { output: it.output, read: readHash },
    basis: rest.trim(),
  };
}

function identities({ checks, basis, context }: Gate, which: readonly number[]): string {
  const timed = which.some((at) => isTimed(checks[at]!)) ? [`at ${context.now}`] : [];
  return [...which.map((at) => checkIdentity(checks[at]!)), ...(basis === "" ? [] : [basis]), ...timed].join(
    " ",
  );
}

function isTimed(it: Check): boolean {
  return typeof it === "object" && it.timed === true;
}

/** All cheap checks, as one step. */
async function runCheap(
  scope: Scope,
  given: object,
  gate: Gate,
  dear: readonly number[],
): Promise<readonly Verdict[]> {
  const which = [...gate.checks.keys()].filter((at) => !dear.includes(at));
  const work = leafWork(scope.replay, {
    identity: { work: given, version: identities(gate, which) },
    timeoutMs: gateTimeoutMs,
    run: async (call) => {
      const { output, previous } = gate.it;
      const found = await runChecks(gate.checks, output, gate.context, (at) => !dear.includes(at));
      const all = previous === undefined ? found : [...found, ...lessSaid(output, previous)];
      const failed = all.some((verdict) => verdict.result === "fail");
      call.note({
        verdicts: canonical(all, "verdicts").json as Json,
        ...(failed && dear.length > 0 ? { skipped: dear.map((at) => gate.names[at]!) } : {}),
      });
      return all;
    },
  });
  return (await scope.replay.issue(scope, "check", "checks", gate.input, work)) as readonly Verdict[];
}

/** One dear check, as a step of its own. Equal content is judged once in a replay. */
async function runDear(
  scope: Scope,
  gate: Gate,
  at: number,
  models: GateModels | undefined,
): Promise<Verdict> {
  const { it, context } = gate;
  const identity = identities(gate, [at]);
  const asked = [context.author ?? "", context.question ?? null, it.input ?? null];
  const key = hashOf([identity, hashOf(gate.input), hashOf(asked)]);
  const known = rememberedBy(scope.replay);
  const name = gate.names[at]!;
  const before = known.get(key);
  if (before !== undefined) return { ...before, check: name };
  const work = dearWork(scope.replay, gate, at, { identity, models, name });
  const verdict = (await scope.replay.issue(scope, "check", name, gate.input, work)) as unknown as Verdict;
  if (known.size < rememberedLimit) known.set(key, verdict);
  return verdict;
}

function dearWork(
  replay: Replay,
  gate: Gate,
  at: number,
  its: { readonly identity: string; readonly models: GateModels | undefined; readonly name: string },
): Work {
  const { output, input } = gate.it;
  const check = gate.checks[at] as Exclude<Check, (...given: never[]) => unknown>;
  const judge = async (
    context: CheckContext,
    note: (more: { readonly [key: string]: Json }) => void,
  ): Promise<Verdict> => {
    const [verdict] = await runChecks(gate.checks, output, context, (index) => index === at);
    note({ verdicts: canonical([verdict], "verdicts").json as Json, identity: its.identity });
    return verdict!;
  };
  if (check.needs !== "models") {
    return leafWork(replay, {
      identity: { work: check, version: its.identity },
      timeoutMs: gateTimeoutMs,
      run: (call) => judge(gate.context, call.note),
    });
  }
  // Code over model steps, like an agent: it is entered until its verdict is recorded, and may wait out of memory.
  return compositeWork(replay, {
    body: (call) => {
      const asking = its.models === undefined ? {} : checkModels(call.scope, its.name, input, its.models);
      return judge({ ...gate.context, ...asking }, call.note);
    },
  });
}

const remembered = new WeakMap<Replay, Map<string, Verdict>>();

function rememberedBy(replay: Replay): Map<string, Verdict> {
  const known = remembered.get(replay) ?? new Map<string, Verdict>();
  remembered.set(replay, known);
  return known;
}

/** The cheap verdicts, what a retry said less among them at the end, with the dear ones put between. */
function inOrder(
  cheap: readonly Verdict[],
  checks: readonly Check[],
  dear: ReadonlyMap<number, Verdict>,
): readonly Verdict[] {
  const rest = [...cheap];
  const ordered = checks.map((_, at) => dear.get(at) ?? rest.shift()!);
  return [...ordered, ...rest];
}

function lessSaid(output: Value, previous: NonNullable<Judged["previous"]>): readonly Verdict[] {
  const problems = saidLess(previous.output, output, problemsOf(previous.verdicts));
  if (problems.length === 0) return [];
  return [{ check: "said less", result: "unsure", problems, note: "what no check had named was left out" }];
}
