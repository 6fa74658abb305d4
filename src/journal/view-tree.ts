// Puts steps below each other by their scopes.
//
// The record of a composite step names the scope its children stand in, and comes after theirs. Children whose
// composite has not ended yet, or whose scope is no step of its own (an item of a map), get a group made from
// the scope's text, whose last part is `name~hash`.

import type { StepKind } from "./events.ts";
import type { RunStatus } from "./journal.ts";
import type { DraftStep, StepState, StepView, TokenUsage } from "./view-shape.ts";

export const noUsage: TokenUsage = { inputTokens: 0, outputTokens: 0 };

export function addUsage(sum: TokenUsage, more: TokenUsage | undefined): TokenUsage {
  if (more === undefined) return sum;
  return {
    inputTokens: sum.inputTokens + more.inputTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
  };
}

/** All of these steps and those below, each before its children. */
export function* flatten(steps: readonly StepView[]): Generator<StepView> {
  for (const step of steps) {
    yield step;
    yield* flatten(step.children);
  }
}

interface Node {
  readonly step: DraftStep;
  readonly below: Node[];
}

interface Growing {
  readonly roots: Node[];
  /** Composite steps by the scope of their children, in order of their records. */
  readonly composites: Map<string, Node[]>;
  readonly groups: Map<string, Node>;
}

/** The steps of a run as a tree, siblings in order of their start. */
export function buildTree(drafts: readonly DraftStep[], status: RunStatus): readonly StepView[] {
  const growing: Growing = { roots: [], composites: new Map(), groups: new Map() };
  const nodes = drafts.map((step): Node => ({ step, below: [] }));
  for (const node of nodes) {
    const inner = node.step.innerScope;
    if (inner !== undefined && inner !== node.step.scope) {
      growing.composites.set(inner, [...(growing.composites.get(inner) ?? []), node]);
    }
  }
  for (const node of nodes) siblingsOf(growing, node.step.scope, node.step.seq ?? 0).push(node);
  const readers = readersOf(drafts);
  return finish(growing.roots, { above: [], closed: isEnded(status), readers });
}

function siblingsOf(growing: Growing, scope: string, seq: number): Node[] {
  if (scope === "") return growing.roots;
  const composite = growing.composites.get(scope)?.find((it) => (it.step.seq ?? 0) > seq);
  if (composite !== undefined) return composite.below;
  const known = growing.groups.get(scope);
  if (known !== undefined) return known.below;
  const cut = scope.lastIndexOf("/");
  const group: Node = { step: groupStep(scope, cut), below: [] };
  growing.groups.set(scope, group);
  siblingsOf(growing, Math.max(cut, 0) === 0 ? "" : scope.slice(0, cut), seq).push(group);
  return group.below;
}

function groupStep(scope: string, cut: number): DraftStep {
  const name = nameIn(scope.slice(cut + 1));
  const spent = { calls: 0, costUsd: 0, usage: noUsage };
  return {
    id: scope,
    scope: scope.slice(0, Math.max(cut, 0)),
    innerScope: scope,
    name,
    kind: "group",
    identity: scope,
    state: "running",
    path: [],
    startedAt: 0,
    failedTries: [],
    total: spent,
    verdicts: [],
    problems: [],
    reads: [],
    mayRead: 0,
    readers: [],
    warnings: [],
    children: [],
  };
}

/** The name in a scope's last part, `name~hash`, where the name is percent-encoded. */
function nameIn(part: string): string {
  const name = part.split("~")[0] ?? part;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function readersOf(drafts: readonly DraftStep[]): Map<number, number[]> {
  const readers = new Map<number, number[]>();
  for (const it of drafts) {
    for (const read of it.seq === undefined ? [] : it.reads) {
      const known = readers.get(read);
      if (known === undefined) readers.set(read, [it.seq!]);
      else known.push(it.seq!);
    }
  }
  return readers;
}

/** A composite step is entered anew by every replay; it began when the first of its steps did. */
function beginWithChildren(step: DraftStep): void {
  // What was taken over keeps the time of the run it was made in.
  const own = step.children.filter((it) => it.state !== "reused");
  const first = Math.min(step.startedAt, ...own.map((it) => it.startedAt));
  if (step.kind === "group" || first >= step.startedAt) return;
  if (step.ms !== undefined) step.ms += step.startedAt - first;
  step.startedAt = first;
}

interface Surroundings {
  readonly above: readonly string[];
  /** The composite above has ended, or the run has. */
  readonly closed: boolean;
  readonly readers: ReadonlyMap<number, readonly number[]>;
}

function finish(nodes: readonly Node[], around: Surroundings): readonly StepView[] {
  const steps = nodes.map(({ step, below }): DraftStep => {
    step.path = [...around.above, step.name];
    const closed =
      around.closed || (step.kind !== "group" && step.state !== "running" && step.state !== "waiting");
    step.children = finish(below, { ...around, above: step.path, closed });
    step.readers = readersAt(step, around.readers);
    if (step.kind === "attempt") liftVerdicts(step);
    beginWithChildren(step);
    if (step.kind === "group") Object.assign(step, groupFacts(step.children, closed));
    // A rerun enters a composite step again; when all that was below was taken over, so was the step.
    else if (
      step.state === "done" &&
      step.children.length > 0 &&
      step.children.every((it) => it.state === "reused")
    )
      step.state = "reused";
    step.total = totalOf(step);
    return step;
  });
  steps.sort((a, b) => a.startedAt - b.startedAt || (a.seq ?? Infinity) - (b.seq ?? Infinity));
  numberAttempts(steps);
  return steps;
}

/** An attempt is judged by the checks inside it. */
function liftVerdicts(attempt: DraftStep): void {
  if (attempt.verdicts.length > 0) return;
  attempt.verdicts = attempt.children.flatMap((it) =>
    it.kind === "check" || it.kind === "gate" ? it.verdicts : [],
  );
  if (attempt.state === "done" && attempt.verdicts.some((it) => it.result === "fail"))
    attempt.state = "rejected";
  if (attempt.state === "failed" && attempt.verdicts.some((it) => it.result !== "pass"))
    attempt.state = "rejected";
}

/** A review is read under the sequence of its decision as well as of its question. */
function readersAt(step: DraftStep, readers: ReadonlyMap<number, readonly number[]>): readonly number[] {
  const own = [step.seq, step.review?.decided?.seq].filter((it) => it !== undefined);
  return [...new Set(own.flatMap((it) => readers.get(it) ?? []))].filter((it) => it !== step.seq);
}

function groupFacts(children: readonly StepView[], closed: boolean): Partial<DraftStep> {
  const startedAt = Math.min(...children.map((it) => it.startedAt));
  const last = children.at(-1);
  const has = (state: StepState): boolean => children.some((it) => it.state === state);
  const end = Math.max(...children.map((it) => it.startedAt + (it.ms ?? 0)));
  if (has("waiting")) return { startedAt, state: "waiting" };
  if (has("running") || !closed) return { startedAt, state: "running" };
  if (children.every((it) => it.state === "reused"))
    return { startedAt, ms: end - startedAt, state: "reused" };
  return {
    startedAt,
    ms: end - startedAt,
    state: last?.state === "failed" || last?.state === "cancelled" ? last.state : "done",
  };
}

function totalOf(step: DraftStep): StepView["total"] {
  const own = step.kind === "model" && step.state !== "reused";
  let { calls, costUsd, usage } = {
    calls: own ? 1 : 0,
    costUsd: own ? (step.costUsd ?? 0) : 0,
    usage: own ? addUsage(noUsage, step.usage) : noUsage,
  };
  for (const { total } of step.children) {
    calls += total.calls;
    costUsd += total.costUsd;
    usage = addUsage(usage, total.usage);
  }
  return { calls, costUsd, usage };
}

const numbered: ReadonlySet<StepKind | "group"> = new Set(["attempt"]);

function numberAttempts(steps: readonly DraftStep[]): void {
  let count = 0;
  for (const step of steps) {
    if (!numbered.has(step.kind)) continue;
    count += 1;
    step.attempt ??= count;
  }
}

function isEnded(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}
