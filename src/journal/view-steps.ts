// Reads events as steps, each by itself; who is below whom comes after (view-tree.ts).

import { type Json, sha } from "../base/values.ts";
import type { AnyEvent, JournalEvent, StepIdentity } from "./events.ts";
import type { RunStatus } from "./journal.ts";
import {
  defined,
  type DraftStep,
  type ReviewView,
  type StepState,
  type StepView,
  type TokenUsage,
  type VerdictView,
} from "./view-shape.ts";

/** What the kinds of steps record beside their output. Every member is optional and read with care (VIEW1). */
interface StepMore {
  /** Scope of the steps below a composite step. */
  readonly scope?: string;
  readonly attempt?: number;
  readonly model?: string;
  readonly standin?: string;
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
  readonly warnings?: readonly string[];
  readonly verdicts?: readonly Omit<VerdictView, "seq">[];
  /** On a check: sequence of the step whose output it judged. */
  readonly judged?: number;
  /** On an attempt: false when its output was not used. */
  readonly accepted?: boolean;
}

const nothingSpent: StepView["total"] = { calls: 0, costUsd: 0, usage: { inputTokens: 0, outputTokens: 0 } };

interface Folding {
  readonly steps: DraftStep[];
  readonly reviews: ReviewView[];
  readonly bySeq: Map<number, DraftStep>;
  /** Steps that began and have not ended, by identity. */
  readonly open: Map<string, DraftStep>;
  readonly tries: Map<string, string[]>;
}

/** All steps of a run in order of their events, and its reviews. */
export function foldSteps(
  events: readonly AnyEvent[],
  status: RunStatus,
): { steps: DraftStep[]; reviews: ReviewView[] } {
  const folding: Folding = { steps: [], reviews: [], bySeq: new Map(), open: new Map(), tries: new Map() };
  for (const event of events) foldEvent(folding, event);
  markRejected(folding);
  if (status === "cancelled" || status === "failed" || status === "completed") {
    for (const step of folding.steps)
      if (step.state === "waiting" || step.state === "running") step.state = "cancelled";
  }
  return { steps: folding.steps, reviews: folding.reviews };
}

function foldEvent(folding: Folding, event: AnyEvent): void {
  switch (event.kind) {
    case "step.completed":
    case "step.failed":
      return ended(folding, event);
    case "step.attempted": {
      const key = identityOf(event.data);
      folding.tries.set(key, [...(folding.tries.get(key) ?? []), event.data.message]);
      return;
    }
    case "step.invalidated": {
      const step = folding.bySeq.get(event.data.seq);
      if (step !== undefined)
        Object.assign(step, {
          state: "invalidated",
          invalidated: { because: event.data.because, by: event.data.by },
        });
      return;
    }
    case "effect.intended":
      return begin(folding, event, {
        state: "running",
        effect: { tool: event.data.tool, key: event.data.key, state: "intended" },
        input: event.data.input,
      });
    case "effect.received":
    case "effect.settled": {
      const step = folding.bySeq.get(event.data.intent);
      if (step?.effect !== undefined)
        step.effect = { ...step.effect, state: event.kind === "effect.received" ? "sent" : "settled" };
      return;
    }
    case "review.asked":
      return asked(folding, event);
    case "review.decided":
      return decided(folding, event);
    case "timer.set":
      return begin(folding, event, { state: "waiting", wakeAt: event.data.wakeAt, mayRead: event.data.may });
    case "timer.fired":
      return close(folding, event.data.set, event.at, { state: "done" });
    case "child.started": {
      const { child, may, reads = [], input } = event.data;
      return begin(folding, event, {
        state: "running",
        childRun: child,
        mayRead: may,
        reads,
        ...(input === undefined ? {} : { input }),
      });
    }
    case "child.ended":
      return childEnded(folding, event);
    default:
      return;
  }
}

function identityOf(it: StepIdentity): string {
  return `${it.scope}\n${it.kind}\n${it.name}\n${it.in}\n${it.n ?? 0}`;
}

/** The scope that a composite step opens: what the runtime's childScope makes of the same identity. */
export function scopeBelow(it: StepIdentity): string {
  const name = encodeURIComponent(it.name).replaceAll("~", "%7E");
  return `${it.scope}/${name}~${sha(it.in).slice(0, 10)}${it.n ? `~${it.n}` : ""}`;
}

function draft(event: { readonly seq: number; readonly at: number }, it: StepIdentity): DraftStep {
  return {
    id: String(event.seq),
    seq: event.seq,
    scope: it.scope,
    name: it.name,
    kind: it.kind,
    innerScope: scopeBelow(it),
    identity: identityOf(it),
    state: "running",
    path: [],
    startedAt: event.at,
    failedTries: [],
    total: nothingSpent,
    verdicts: [],
    problems: [],
    reads: [],
    mayRead: 0,
    readers: [],
    warnings: [],
    children: [],
  };
}

function add(folding: Folding, step: DraftStep): DraftStep {
  folding.steps.push(step);
  if (step.seq !== undefined) folding.bySeq.set(step.seq, step);
  return step;
}

type Beginning = "effect.intended" | "timer.set" | "child.started" | "review.asked";

function begin(folding: Folding, event: JournalEvent<Beginning>, members: Partial<DraftStep>): void {
  const step = add(folding, Object.assign(draft(event, event.data), members));
  folding.open.set(step.identity, step);
}

function close(folding: Folding, began: number, at: number, members: Partial<DraftStep>): void {
  const step = folding.bySeq.get(began);
  if (step === undefined) return;
  Object.assign(step, { ms: Math.max(0, at - step.startedAt) }, members);
  folding.open.delete(step.identity);
}

function ended(folding: Folding, event: JournalEvent<"step.completed"> | JournalEvent<"step.failed">): void {
  const { data } = event;
  const key = identityOf(data);
  // A step that was seen beginning (an effect, a timer, a child, a question) ends in place.
  const seen = folding.open.get(key);
  folding.open.delete(key);
  const step = seen ?? add(folding, draft(event, data));
  if (seen !== undefined) {
    folding.bySeq.set(event.seq, step);
    Object.assign(step, { id: String(event.seq), seq: event.seq });
    if (step.effect !== undefined && "out" in data) step.effect = { ...step.effect, state: "sent" };
  }
  const more = readMore(data.more);
  Object.assign(step, {
    startedAt: data.at,
    ms: data.ms,
    mayRead: data.may,
    reads: data.reads ?? [],
    failedTries: folding.tries.get(key) ?? [],
    warnings: more.warnings ?? [],
    verdicts: (more.verdicts ?? []).map((it) => ({ ...it, problems: it.problems ?? [], seq: event.seq })),
    ...defined({
      input: data.input,
      tries: data.tries,
      innerScope: more.scope,
      attempt: more.attempt,
      judged: more.judged,
    }),
    ...modelFacts(step, more, "out" in data ? data.out : undefined),
  });
  if ("out" in data) completed(step, data, more);
  else
    Object.assign(step, {
      state: "failed",
      outcome: data.outcome,
      message: data.message,
      problems: data.problems ?? [],
      ...defined({ stack: data.stack }),
    });
  folding.tries.delete(key);
}

function completed(step: DraftStep, data: JournalEvent<"step.completed">["data"], more: StepMore): void {
  Object.assign(step, {
    state: data.reused === undefined ? "done" : "reused",
    output: data.out,
    outputHash: data.hash,
    ...defined({ reusedFrom: data.reused }),
  });
  if (more.accepted === false) step.state = "rejected";
  const members = membersOf(data.out);
  if (step.kind === "attempt" && "answer" in members) Object.assign(step, attemptFacts(members));
  if (step.kind === "tool" && typeof members["ok"] === "boolean") Object.assign(step, toolFacts(members));
  const failed = step.kind === "model" ? membersOf(members["failed"]) : {};
  if (typeof failed["message"] === "string")
    Object.assign(step, { state: "failed", outcome: "failed", message: failed["message"] });
}

type Members = { readonly [key: string]: Json };

function membersOf(json: Json | undefined): Members {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Members) : {};
}

/** An attempt records how it ended as its value: what people want to see is the candidate in it. */
function attemptFacts(it: Members): Partial<DraftStep> {
  const message = it["message"];
  return {
    ...defined({ output: it["output"] ?? it["answer"], ...(typeof message === "string" ? { message } : {}) }),
    ...(it["ok"] === false ? { state: "rejected" } : {}),
  };
}

/** A tool called by a model records an error as its value, since the model is told of it. */
function toolFacts(it: Members): Partial<DraftStep> {
  if (it["ok"] === true) return defined({ output: it["value"] });
  return {
    state: "failed",
    outcome: "failed",
    message: typeof it["error"] === "string" ? it["error"] : "failed",
  };
}

/** Model, usage and cost: recorded beside a step, or in the answer a model step gave. */
function modelFacts(step: DraftStep, more: StepMore, out: Json | undefined): Partial<DraftStep> {
  const answer: StepMore = step.kind === "model" ? { ...readMore(out), ...more } : more;
  const { model, standin, usage, costUsd, warnings } = answer;
  return defined({
    model,
    standin,
    warnings,
    usage: usage && { inputTokens: usage.inputTokens ?? 0, outputTokens: usage.outputTokens ?? 0 },
    costUsd,
  });
}

function readMore(more: Json | undefined): StepMore {
  return membersOf(more) as StepMore;
}

function asked(folding: Folding, event: JournalEvent<"review.asked">): void {
  const { data } = event;
  const review: ReviewView = { asked: event.seq, askedAt: event.at, step: data.name, question: data };
  folding.reviews.push(review);
  begin(folding, event, {
    state: "waiting",
    review,
    mayRead: data.may,
    reads: data.reads ?? [],
    problems: data.problems ?? [],
    ...defined({ input: data.shown }),
  });
}

const refusals: ReadonlySet<string> = new Set(["reject", "expire"]);

function decided(folding: Folding, event: JournalEvent<"review.decided">): void {
  const { data } = event;
  const at = folding.reviews.findIndex((it) => it.asked === data.asked);
  const asked = folding.reviews[at];
  const step = folding.bySeq.get(data.asked);
  if (asked === undefined || step === undefined) return;
  const review: ReviewView = { ...asked, decided: { ...data, seq: event.seq, at: event.at } };
  folding.reviews[at] = review;
  folding.bySeq.set(event.seq, step);
  const state: StepState = refusals.has(data.decision) ? "failed" : "done";
  close(folding, data.asked, event.at, {
    state,
    review,
    ...defined({ output: data.value ?? step.input, outputHash: data.hash ?? data.shownHash }),
  });
  if (state === "failed")
    Object.assign(step, {
      outcome: data.decision === "expire" ? "expired" : "rejected",
      ...defined({ message: data.because }),
    });
}

function childEnded(folding: Folding, event: JournalEvent<"child.ended">): void {
  const { child, output, hash, outcome, message, problems } = event.data;
  const step = folding.steps.findLast((it) => it.childRun === child);
  if (step?.seq === undefined) return;
  folding.bySeq.set(event.seq, step);
  const state: StepState = outcome === undefined ? "done" : outcome === "cancelled" ? "cancelled" : "failed";
  close(folding, step.seq, event.at, {
    state,
    ...defined({ output, outputHash: hash, outcome, message, problems }),
  });
}

/** A check of another step: its verdicts are shown there, and what failed it was not used. */
function markRejected(folding: Folding): void {
  for (const check of folding.steps) {
    const judged = check.judged === undefined ? undefined : folding.bySeq.get(check.judged);
    if (judged === undefined) continue;
    judged.verdicts = [...judged.verdicts, ...check.verdicts];
  }
  for (const step of folding.steps) {
    const refused = step.verdicts.some((it) => it.result !== "pass");
    if (refused && step.state === "done" && (step.kind === "attempt" || step.kind === "model"))
      step.state = "rejected";
    if (step.kind === "attempt" && step.state === "failed" && (refused || step.outcome === "rejected"))
      step.state = "rejected";
  }
}
