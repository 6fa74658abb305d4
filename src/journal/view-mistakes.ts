// What was caught: each verdict that did not pass, with what the output claimed, what the source says, what
// happened next, and who had read the value by then. A value that passed no check should have no reader (E5);
// here that is counted from what the steps recorded, never assumed.

import { decode } from "../base/values.ts";
import type { Problem } from "./events.ts";
import type { RunView, StepView, VerdictView } from "./view-shape.ts";
import { flatten } from "./view-tree.ts";

export interface CaughtMistake {
  /** Name of the step whose output did not pass, and its path. */
  readonly step: string;
  readonly path: readonly string[];
  readonly seq: number;
  readonly attempt?: number;
  readonly model?: string;
  readonly check: string;
  readonly result: "fail" | "unsure";
  /** What the output said. */
  readonly claimed: string;
  /** What the source says. */
  readonly found: string;
  /** `file:line`, or the place within the output. */
  readonly where: string;
  /** What followed, in words. */
  readonly next: string;
  /** Sequences of steps known to have read the value before it was caught, or after without a person's approval. */
  readonly readBy: readonly number[];
  /** Sequences of steps that were issued after the value was given out, and may have read it. */
  readonly mayHaveReadBy: readonly number[];
  readonly problems: readonly Problem[];
  /** True when it was caught in the run this one reruns, and its record taken over. */
  readonly isTakenOver: boolean;
}

/** The mistakes a run's checks caught, in order. */
export function caughtMistakes(view: RunView): readonly CaughtMistake[] {
  const parents = parentsOf(view.steps);
  const caught: CaughtMistake[] = [];
  for (const step of flatten(view.steps)) {
    for (const verdict of step.verdicts) {
      if (verdict.result === "pass" || isToldElsewhere(view, parents, step, verdict)) continue;
      caught.push(describe(view, parents, step, verdict));
    }
  }
  return caught.sort((a, b) => a.seq - b.seq);
}

type Parents = ReadonlyMap<StepView, StepView>;

function parentsOf(steps: readonly StepView[]): Parents {
  const parents = new Map<StepView, StepView>();
  for (const step of flatten(steps)) for (const child of step.children) parents.set(child, step);
  return parents;
}

/** True for a check whose verdict is also told by the step it judged, or by the attempt around it. */
function isToldElsewhere(view: RunView, parents: Parents, step: StepView, verdict: VerdictView): boolean {
  if (step.kind !== "check") return false;
  const above = parents.get(step);
  const same = (other: VerdictView): boolean =>
    other.check === verdict.check && JSON.stringify(other.problems) === JSON.stringify(verdict.problems);
  if (above?.verdicts.some(same) === true) return true;
  return [...flatten(view.steps)].some(
    (it) => it !== step && it.verdicts.some((other) => other.seq === verdict.seq && same(other)),
  );
}

function describe(view: RunView, parents: Parents, step: StepView, verdict: VerdictView): CaughtMistake {
  const problem = verdict.problems[0];
  const owner = ownerOf(parents, step);
  const named = step.kind === "attempt" || step.kind === "model" ? owner : step;
  const readers = readersOf(view, parents, step, owner, verdict);
  const model = step.model ?? modelBelow(step);
  return {
    step: named.name,
    path: named.path,
    seq: verdict.seq,
    ...(step.attempt === undefined ? {} : { attempt: step.attempt }),
    ...(model === undefined ? {} : { model }),
    check: verdict.check,
    result: verdict.result === "fail" ? "fail" : "unsure",
    claimed: problem?.claimed ?? problem?.path ?? "(the whole output)",
    found: problem?.found ?? problem?.message ?? verdict.note ?? "",
    where: problem?.where ?? problem?.path ?? named.path.join(" / "),
    next: whatFollowed(view, parents, step, owner),
    ...readers,
    problems: verdict.problems,
    isTakenOver: isTakenOver(step),
  };
}

function isTakenOver(step: StepView): boolean {
  return step.reusedFrom !== undefined || (step.children.length > 0 && step.children.every(isTakenOver));
}

/** The step whose output this would have become: an agent for its attempts, a gate for its checks. */
function ownerOf(parents: Parents, step: StepView): StepView {
  let at = step;
  for (let above = parents.get(at); above !== undefined; above = parents.get(at)) {
    const inner =
      at.kind === "attempt" || at.kind === "model" || (at.kind === "check" && above.kind === "gate");
    if (!inner) break;
    at = above;
  }
  return at;
}

function modelBelow(step: StepView): string | undefined {
  return [...flatten(step.children)].find((it) => it.model !== undefined)?.model;
}

const onlookers: ReadonlySet<string> = new Set(["check", "gate", "review"]);

function readersOf(
  view: RunView,
  parents: Parents,
  step: StepView,
  owner: StepView,
  verdict: VerdictView,
): Pick<CaughtMistake, "readBy" | "mayHaveReadBy"> {
  const inside = new Set<StepView>(flatten([owner]));
  const parts = owner.kind === "gate" || owner.kind === "check" ? owner.reads : [];
  // What a gate judged together is its makers' business: only others count as readers.
  for (const it of flatten(parts.flatMap((seq) => view.bySeq.get(seq) ?? []))) inside.add(it);
  for (let above = parents.get(owner); above !== undefined; above = parents.get(above)) inside.add(above);
  const others = [...flatten(view.steps)].filter(
    (it) => it.seq !== undefined && !inside.has(it) && !onlookers.has(it.kind),
  );
  const values = valuesOf(step, owner);
  const approved = approvedAt(step, owner, parents);
  const counts = (it: StepView): boolean => (it.seq ?? 0) < verdict.seq || (it.seq ?? 0) < approved;
  const sequences = (steps: readonly StepView[]): number[] => steps.map((it) => it.seq ?? 0);
  const given = Math.min(...values.given);
  const readPart = (it: StepView): boolean =>
    (it.seq ?? 0) < verdict.seq && it.reads.some((read) => parts.includes(read));
  return {
    readBy: sequences(
      others.filter((it) => readPart(it) || (counts(it) && it.reads.some((read) => values.read.has(read)))),
    ),
    mayHaveReadBy: sequences(
      others.filter((it) => counts(it) && it.startedAt >= step.startedAt && it.mayRead >= given),
    ),
  };
}

/** The sequences under which the value could be read, and from where on it was given out. */
function valuesOf(step: StepView, owner: StepView): { read: ReadonlySet<number>; given: readonly number[] } {
  const own = [step.seq, step.review?.decided?.seq].filter((it) => it !== undefined);
  if (step === owner && step.kind !== "check" && step.kind !== "gate")
    return { read: new Set(own), given: own };
  // The value left its owner only when the owner ended with the very same value.
  const released = owner !== step && owner.state === "done" && isSame(step, owner);
  const given = released && owner.seq !== undefined ? [owner.seq] : [];
  return { read: new Set([...own, ...given]), given };
}

function isSame(candidate: StepView, owner: StepView): boolean {
  return (
    candidate.output !== undefined &&
    owner.outputHash !== undefined &&
    decode(candidate.output).hash === owner.outputHash
  );
}

/** Sequence of the decision by which a person let the value through; Infinity when none did. */
function approvedAt(step: StepView, owner: StepView, parents: Parents): number {
  const near = [...flatten([owner]), ...(parents.get(owner)?.children ?? [])];
  const decisions = near.flatMap((it) => it.review?.decided ?? []);
  const approval = decisions.find((it) => it.decision === "approve" && it.seq > (step.seq ?? 0));
  return approval?.seq ?? Infinity;
}

function whatFollowed(view: RunView, parents: Parents, step: StepView, owner: StepView): string {
  const siblings =
    step === owner ? (parents.get(owner)?.children ?? view.steps) : (parents.get(step)?.children ?? []);
  const later = siblings.slice(siblings.indexOf(step) + 1);
  const next = later.find(
    (it) => it.kind === "attempt" || it.kind === "review" || (it.name === step.name && it.kind === step.kind),
  );
  if (next?.kind === "review") return askedNext(next);
  if (next !== undefined) return triedNext(step, next);
  if (owner.state === "running" || owner.state === "waiting") return "the step goes on";
  if (view.status === "failed")
    return `the run failed: ${view.failure?.message ?? owner.message ?? owner.outcome ?? ""}`.trim();
  if (owner.state === "failed")
    return `the step failed (${owner.outcome ?? "failed"}), and the workflow went on without it`;
  return owner.state === "rejected" || owner.state === "invalidated"
    ? "its output was not used"
    : "the workflow was told, and decided";
}

function askedNext(review: StepView): string {
  const to = review.review?.question.to;
  const decided = review.review?.decided;
  const who = to === undefined ? "a person was asked" : `${to} was asked`;
  if (decided === undefined) return `${who}; no answer yet`;
  if (decided.auto === true) return `${who}; a flag answered: ${decided.decision}`;
  return `${who}; ${decided.by} answered: ${decided.decision}`;
}

function triedNext(step: StepView, next: StepView): string {
  const [was, is] = [step.model ?? modelBelow(step), next.model ?? modelBelow(next)];
  const how = is !== undefined && was !== is ? `next model, ${is}` : "retried with this feedback";
  const state: Partial<Record<StepView["state"], string>> = {
    done: "passed",
    reused: "passed",
    rejected: "did not pass either",
    failed: "failed",
  };
  const number = next.attempt === undefined ? "the next try" : `attempt ${next.attempt}`;
  return `${how}; ${number} ${state[next.state] ?? "is under way"}`;
}
