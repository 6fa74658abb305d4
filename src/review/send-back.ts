// Sending a value back to whoever made it: the maker's record is undone in the
// commit that decides, so the run goes on by doing that step again, told why,
// and everything that rests on it. What does not rest on it stays.

import { FirebreakError } from "../base/errors.ts";
import type { AnyEvent, JournalEvent, NewEvent } from "../journal/events.ts";
import { scopeNames, stepPath } from "../runtime/identity.ts";
import {
  demandPatience,
  invalidated,
  invalidationOf,
  sendBackLimit,
  type StepEnded,
} from "../runtime/invalidation.ts";
import { matchStep } from "../runtime/step-match.ts";

type Asked = JournalEvent<"review.asked">;

export interface SendBack {
  readonly by: string;
  /** What is to be better: the author is told this. */
  readonly because: string;
  /** Which step is to do its work again, where the value has more than one author. */
  readonly step?: string;
}

/**
 * The events that undo the maker of what a question shows.
 * @param events All of the run. @param decided Sequence that the decision will have: it is spent with it.
 * @throws SEND_BACK_TARGET, SEND_BACK_LIMIT
 */
export function sendBackEvents(
  events: readonly AnyEvent[],
  asked: Asked,
  decided: number,
  it: SendBack,
): readonly NewEvent[] {
  if (asked.data.mode === "rung") {
    demandRoom(events, asked);
    return [];
  }
  const target = targetOf(events, asked, it.step);
  demandPatience(events, target);
  const { by, because } = it;
  const spent = [asked.seq, decided].map((seq): NewEvent => ({
    kind: "step.invalidated",
    data: { seq, because: "the decision is spent", by, cut: true },
  }));
  return [...invalidationOf(events, target, { by, because: "sent back", feedback: because }), ...spent];
}

/** What a send-back of this question would do again, for a person to read. */
export function sendBackLine(events: readonly AnyEvent[], asked: Asked): string {
  const { mode } = asked.data;
  if (mode === "form" || mode === "cap") return "It cannot be sent back: nobody made what is asked for.";
  if (mode === "rung") return "Its author tries once more, told what you write.";
  const found = makersOf(events, asked);
  if (found.length === 0) return "No agent made this value: name the step that is to do its work again.";
  if (found.length > 1) {
    const names = found.map((it) => stepPath(it.data.scope, it.data.name)).join(", ");
    return `It has several authors: name the one that is to do its work again (${names}).`;
  }
  const target = found[0]!;
  const after = events.filter(
    (it) => it.kind === "step.completed" && it.seq > target.seq && it.data.may >= target.seq,
  );
  const usd = [target, ...after].reduce((sum, it) => sum + spentIn(it), 0);
  const cost = usd === 0 ? "" : `, about ${usd.toFixed(2)} USD as before`;
  return `${stepPath(target.data.scope, target.data.name)} does its work again, told what you write; at most ${after.length} later step${after.length === 1 ? "" : "s"} rest on it${cost}.`;
}

function spentIn(event: AnyEvent): number {
  if (event.kind !== "step.completed") return 0;
  return ((event.data.more ?? {}) as { spent?: { usd: number } }).spent?.usd ?? 0;
}

/** A question of a ladder goes back to its own author; as often as any send-back. */
function demandRoom(events: readonly AnyEvent[], asked: Asked): void {
  const { scope } = asked.data;
  const questions = new Set(
    events.flatMap((it) => (it.kind === "review.asked" && it.data.scope === scope ? [it.seq] : [])),
  );
  const before = events.filter(
    (it) => it.kind === "review.decided" && it.data.decision === "send-back" && questions.has(it.data.asked),
  );
  if (before.length < sendBackLimit) return;
  const step = scopeNames(scope).join(" › ");
  throw new FirebreakError("SEND_BACK_LIMIT", { runId: asked.run, step, limit: sendBackLimit });
}

function targetOf(events: readonly AnyEvent[], asked: Asked, step: string | undefined): StepEnded {
  const makers = makersOf(events, asked);
  if (step === undefined) {
    if (makers.length === 1) return makers[0]!;
    throw unclear(asked, makers);
  }
  const match = matchStep(step);
  const gone = invalidated(events);
  const named = events.findLast(
    (it): it is StepEnded =>
      it.kind === "step.completed" &&
      it.seq < asked.seq &&
      !gone.has(it.seq) &&
      match.isStep([...scopeNames(it.data.scope), it.data.name]),
  );
  if (named === undefined) throw unclear(asked, makers);
  return named;
}

function unclear(asked: Asked, makers: readonly StepEnded[]): FirebreakError {
  const known = makers.map((it) => stepPath(it.data.scope, it.data.name)).join(", ");
  return new FirebreakError("SEND_BACK_TARGET", {
    runId: asked.run,
    asked: asked.seq,
    known: known || "no agent made it",
  });
}

function hasGate({ data, covers }: StepEnded): boolean {
  return data.kind === "agent" || (data.kind === "function" && covers !== undefined);
}

/** Authors inside a map, a branch, a loop. */
function authorsBelow(events: readonly AnyEvent[], around: StepEnded): readonly number[] {
  if (around.covers === undefined) return [];
  const gone = invalidated(events);
  const isBelow = (seq: number): boolean =>
    around.covers!.some(([first, last]) => first <= seq && seq <= last) && !gone.has(seq);
  const gated = events.filter((it): it is StepEnded => it.kind === "step.completed" && hasGate(it));
  const below = gated.filter((it) => isBelow(it.seq));
  // The outermost: an author's own steps are not asked.
  const inner = (it: StepEnded): boolean =>
    below.some((other) => other.covers?.some(([first, last]) => first <= it.seq && it.seq <= last) ?? false);
  return below.filter((it) => !inner(it)).map((it) => it.seq);
}

/** The nearest steps with a gate of their own among what the shown value was read from. */
function makersOf(events: readonly AnyEvent[], asked: Asked): readonly StepEnded[] {
  const bySeq = new Map(events.map((it) => [it.seq, it]));
  const found = new Map<number, StepEnded>();
  const seen = new Set<number>();
  const next = [...(asked.data.reads ?? [])];
  for (let seq = next.shift(); seq !== undefined; seq = next.shift()) {
    if (seen.has(seq)) continue;
    seen.add(seq);
    const event = bySeq.get(seq);
    if (event?.kind === "review.decided") {
      const before = bySeq.get(event.data.asked) as Asked | undefined;
      next.push(...(before?.data.reads ?? []));
    }
    if (event?.kind !== "step.completed") continue;
    if (hasGate(event)) found.set(seq, event);
    else next.push(...(event.data.reads ?? []), ...authorsBelow(events, event));
  }
  return [...found.values()];
}
