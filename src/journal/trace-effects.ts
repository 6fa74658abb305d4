// Effects of a run, each with the step it belongs to: what went out, what may have, and what was undone since.

import type { Json } from "../base/values.ts";
import type { JournalEvent } from "./events.ts";
import type { Trace, TracedStep } from "./trace.ts";

/** An effect that was sent, or may have been. */
export interface SentEffect {
  readonly step: TracedStep;
  /** Sequence of the intent, or of the event that took another run's effect over. */
  readonly intent: number;
  readonly tool: string;
  readonly key: string;
  /** `sent`, `sent, late`, `not sent`, `in doubt`, or the run that sent it. */
  readonly state: string;
  readonly receipt?: Json;
}

/** A run's effects. What only undoes another is told with that one, in `followed`: its `run:intent` and what became of it. */
export function effectsIn(trace: Trace): {
  readonly sent: readonly SentEffect[];
  readonly followed: ReadonlyMap<string, string>;
} {
  const followed = new Map<string, string>();
  const receipts = receiptsOf(trace);
  const sent = trace.events.flatMap((event): SentEffect[] => {
    if (event.kind === "effect.intended") noteFollower(followed, event);
    else if (event.kind !== "effect.adopted") return [];
    const step = effectStep(trace, event);
    const undoes = event.kind === "effect.intended" && event.data.action === "compensate";
    if (step === undefined || undoes) return [];
    const { tool, key } = event.data;
    const known =
      event.kind === "effect.adopted"
        ? { state: `sent by ${event.data.run}`, receipt: event.data.receipt }
        : (receipts.get(event.seq) ?? { state: "in doubt" });
    return [{ step, intent: event.seq, tool, key, ...known }];
  });
  return { sent, followed };
}

/** An intent that takes another's place says so; the other may stand in another run of the root. */
function noteFollower(followed: Map<string, string>, event: JournalEvent<"effect.intended">): void {
  const { after, action } = event.data;
  if (after === undefined) return;
  const state = action === "compensate" ? "undone" : "amended";
  followed.set(`${after.run}:${after.seq}`, `${state} by ${event.run}:${event.seq}`);
}

/** The step an effect belongs to: the one with the intent's identity, or the one recorded with the receipt. */
function effectStep(
  trace: Trace,
  event: JournalEvent<"effect.intended"> | JournalEvent<"effect.adopted">,
): TracedStep | undefined {
  const known = trace.bySeq.get(event.seq);
  if (known !== undefined) return known;
  const { data } = event;
  const isOf = ({ step, seq }: TracedStep): boolean =>
    seq > event.seq &&
    ("scope" in data ? step.scope === data.scope && step.name === data.name : step.name === data.tool);
  return trace.steps.find(isOf);
}

interface Receipt {
  readonly state: string;
  readonly receipt?: Json;
}

function receiptsOf(trace: Trace): ReadonlyMap<number, Receipt> {
  const receipts = new Map<number, Receipt>();
  for (const event of trace.events) {
    if (event.kind === "effect.received" || event.kind === "effect.late")
      receipts.set(event.data.intent, {
        state: event.kind === "effect.received" ? "sent" : "sent, late",
        receipt: event.data.receipt,
      });
    if (event.kind === "effect.settled")
      receipts.set(event.data.intent, {
        state: event.data.sent ? "sent" : "not sent",
        ...(event.data.receipt === undefined ? {} : { receipt: event.data.receipt }),
      });
  }
  return receipts;
}
