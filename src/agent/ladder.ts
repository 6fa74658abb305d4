// The ladder: attempts of an author, its gate, and what follows when the gate
// does not pass. Authors are agents, functions with checks, and values nobody
// made here; the ladder is the same.

import { canonical, decode, hashOf, type Json, type Value } from "../base/values.ts";
import { toMs } from "../base/duration.ts";
import type { Problem, Verdict } from "../check/check.ts";
import type { StepIdentity } from "../journal/events.ts";
import { feedbackText } from "../check/feedback.ts";
import { problemsOf } from "../check/judge-checks.ts";
import { compositeWork } from "../runtime/composite.ts";
import { stepPath } from "../runtime/identity.ts";
import type { Scope } from "../runtime/scope.ts";
import { StepEnd } from "../runtime/step-error.ts";
import { reviewWork } from "../runtime/wait.ts";
import type { AttemptResult } from "./attempt.ts";
import { Against, afterSendBack, SentBack, sentBack, sentBackOr } from "./against.ts";
import type { Brake } from "./brake.ts";
import type { Feedback } from "./prompt.ts";
import { movesOf, problemText, type ReviewRung, type Rung } from "./rung.ts";

export interface AttemptPlan {
  /** From 1, over all models. */
  readonly number: number;
  readonly model: number;
  readonly feedback: Feedback | undefined;
  readonly previous: { readonly output: Value; readonly verdicts: readonly Verdict[] } | undefined;
}

export interface LadderSpec {
  /** Which step it is: what was said against its earlier outputs, and what a person gave for it, is known by it. */
  readonly identity: StepIdentity;
  /** Name of the step, for questions and errors. */
  readonly step: string;
  readonly rungs: readonly Rung<never>[];
  /** How many models there are; 1 for authors without models. */
  readonly models: number;
  /** What the author is called in a question: "agent scout, model fast". */
  readonly author: (model: number) => string;
  /** Input of the attempt's step: what tells one attempt from another. */
  readonly describe: (plan: AttemptPlan) => { readonly [key: string]: unknown };
  readonly attempt: (scope: Scope, plan: AttemptPlan) => Promise<AttemptResult>;
  /** Judges a value a person edited. */
  readonly judge: (
    scope: Scope,
    value: Value,
    last: AttemptResult | undefined,
  ) => Promise<readonly Verdict[]>;
  readonly brake?: Brake | undefined;
  /** Told of the attempt whose output is accepted. */
  readonly accepted?: (result: AttemptResult, plan: AttemptPlan) => void;
  /** Told of the last attempt, where a person approved its output or gave another. */
  readonly approved?: (last: AttemptResult | undefined) => void;
}

/** Times a person's edit may fail the checks before the step ends. */
const editLimit = 5;

/**
 * Climbs until a gate passes or a person answers.
 * @returns the output. @throws StepEnd with the last attempt's outcome, or rejected, or expired.
 */
export async function climb(scope: Scope, spec: LadderSpec): Promise<Value> {
  const given = scope.replay.options.past?.given(spec.identity);
  if (given !== undefined) return acceptGiven(scope, spec.step, given.value, spec.judge);
  const against = new Against(scope.replay.records.overruled(spec.identity));
  const moves = [...movesOf(spec.rungs, spec.models)];
  let last: AttemptResult | undefined;
  let number = 0;
  let lastModel = 0;
  for (let move = moves.shift(); move !== undefined; move = moves.shift()) {
    if (move.kind === "review") {
      const value = await askPerson(scope, spec, move.rung, last, lastModel);
      if (value instanceof SentBack) {
        last = sentBack(last, value);
        moves.unshift(afterSendBack(lastModel), move);
        continue;
      }
      const said = against.saidByPerson(value);
      if (said === undefined) {
        spec.approved?.(last);
        return value;
      }
      last = said.result;
      if (said.isNew) moves.unshift(afterSendBack(lastModel), move);
      continue;
    }
    if (last !== undefined && (last.stop || (move.why === "retry" && last.skipRetry))) continue;
    number += 1;
    lastModel = move.model;
    const plan: AttemptPlan = {
      number,
      model: move.model,
      feedback: move.told ? feedbackOf(last) : undefined,
      previous: previousOf(last),
    };
    const result = await attemptStep(scope, spec, plan);
    const said = result.ok ? against.said(result) : undefined;
    if (result.ok && said === undefined) {
      spec.accepted?.(result, plan);
      return result.output ?? null;
    }
    if (said?.isNew && said.byPerson) moves.unshift(afterSendBack(lastModel));
    last = said?.result ?? result;
    spec.brake?.note(last.verdicts);
  }
  throw new StepEnd(
    last?.outcome ?? "failed",
    last?.message ?? "no attempt was made",
    problemsOf(last?.verdicts ?? []),
  );
}

/**
 * The output a person gave for a step that is done again: held to the step's checks like any other.
 * @throws StepEnd of outcome `rejected`.
 */
export async function acceptGiven(
  scope: Scope,
  step: string,
  given: Json,
  judge: LadderSpec["judge"],
): Promise<Value> {
  const { value } = decode(given);
  const verdicts = await judge(scope, value, undefined);
  if (verdicts.every((it) => it.result !== "fail")) return value;
  const problems = problemsOf(verdicts);
  throw new StepEnd(
    "rejected",
    `the value given for "${step}" does not pass its checks: ${problemText(problems)}`,
    problems,
  );
}

async function attemptStep(scope: Scope, spec: LadderSpec, plan: AttemptPlan): Promise<AttemptResult> {
  const input = {
    number: plan.number,
    ...spec.describe(plan),
    ...(plan.feedback === undefined ? {} : { feedback: plan.feedback.text }),
  };
  const work = compositeWork(scope.replay, {
    body: async ({ scope: inner, note }) => {
      const result = await spec.attempt(inner, plan);
      // What watchers were shown of a rejected attempt is not an answer.
      if (!result.ok)
        scope.replay.host.live?.({
          kind: "live.void",
          scope: inner.path,
          name: "model",
          attempt: plan.number,
        });
      note({ accepted: result.ok, verdicts: canonical(result.verdicts, "verdicts").json as Json });
      return result;
    },
  });
  return (await scope.replay.issue(
    scope,
    "attempt",
    `attempt ${plan.number}`,
    input,
    work,
  )) as unknown as AttemptResult;
}

function feedbackOf(last: AttemptResult | undefined): Feedback | undefined {
  if (last === undefined) return undefined;
  const text = feedbackText(last.verdicts);
  return {
    answer: last.answer,
    text:
      text === ""
        ? `Your answer could not be used: ${last.message ?? "it was not whole"}. Answer again.`
        : text,
  };
}

function previousOf(last: AttemptResult | undefined): AttemptPlan["previous"] {
  return last?.output === undefined || last.mayShrink
    ? undefined
    : { output: last.output, verdicts: last.verdicts };
}

async function askPerson(
  scope: Scope,
  spec: LadderSpec,
  rung: ReviewRung<never>,
  last: AttemptResult | undefined,
  model: number,
): Promise<Value | SentBack> {
  let output = last?.output ?? null;
  let made = last?.output !== undefined;
  let problems = problemsOf(last?.verdicts ?? []);
  for (let round = 1; round <= editLimit; round += 1) {
    const answered = await ask(scope, spec, rung, { output, made, problems, model, message: last?.message });
    if (answered instanceof SentBack) return answered;
    if (!answered.edited) return approved(answered.value, made, last);
    const verdicts = await spec.judge(scope, answered.value, last);
    if (verdicts.every((it) => it.result !== "fail")) return answered.value;
    output = answered.value;
    // A person may overrule a check, never the shape that what follows relies on.
    made = !verdicts.some((it) => it.check === "schema" && it.result === "fail");
    problems = problemsOf(verdicts);
  }
  throw new StepEnd("rejected", `an edit failed the checks ${editLimit} times`, problems);
}

/** What a yes stands for. Where there is no output of the right shape, a yes makes none: the step ends as its last attempt did (E11). */
function approved(value: Value, made: boolean, last: AttemptResult | undefined): Value {
  if (made) return value;
  throw new StepEnd(
    last?.outcome ?? "failed",
    `there was nothing to approve: ${last?.message ?? "no attempt was made"}`,
  );
}

interface Shown {
  readonly output: Value;
  /** False when there is no output, or none of the right shape. */
  readonly made: boolean;
  readonly problems: readonly Problem[];
  readonly model: number;
  readonly message: string | undefined;
}

async function ask(
  scope: Scope,
  spec: LadderSpec,
  rung: ReviewRung<never>,
  it: Shown,
): Promise<{ value: Value; edited: boolean } | SentBack> {
  const text =
    typeof rung.ask === "function"
      ? rung.ask((it.output ?? undefined) as never, problemText(it.problems))
      : rung.ask;
  const failed = [...new Set(it.problems.map((problem) => problem.check))];
  const why = `${spec.author(it.model)} did not pass ${failed.length > 0 ? failed.join(", ") : (it.message ?? "its gate")}.`;
  const work = reviewWork(
    scope.replay,
    {
      ask: text,
      mode: "rung",
      why,
      problems: it.problems,
      ...(rung.to === undefined ? {} : { to: rung.to }),
      onYes: it.made
        ? "The output stands as it is shown, and what follows is built on it."
        : "There is no output to approve: the step ends as its last attempt did. An edit gives it one.",
      onNo: `Step "${spec.step}" ends as rejected.`,
      ...(rung.expires === undefined ? {} : { expiresInMs: toMs(rung.expires) }),
      ...(rung.onExpiry === undefined ? {} : { onExpiry: rung.onExpiry }),
      group: groupOf(scope, spec.step, failed),
      work: hashOf(it.problems),
    },
    sentBackOr,
  );
  const value = (await scope.replay.issue(scope, "review", "review", it.output, work)) as Value | SentBack;
  if (value instanceof SentBack) return value;
  return { value, edited: hashOf(value) !== hashOf(it.output) };
}

/** Like questions are one inbox item: the same step, wherever in a map, and the same checks. */
function groupOf(scope: Scope, step: string, checks: readonly string[]): string {
  const names = stepPath(scope.path.replace(/\/[^/]*$/, ""), step).replaceAll(/\[[^\]]*\]/g, "[]");
  return hashOf([names, checks]);
}
