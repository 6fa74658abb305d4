// A person has looked at a receiver and says what became of an effect in doubt.
// Every run of the root that was halted for it goes on.

import { FirebreakError } from "./base/errors.ts";
import { canonical } from "./base/values.ts";
import type { NewEvent } from "./journal/events.ts";
import type { Append, Journal, RunHead } from "./journal/journal.ts";

export interface Settled {
  readonly sent: boolean;
  readonly receipt?: unknown;
  readonly by: string;
}

/** Runs of one root that are looked at. */
const listed = 100_000;

/** @throws EFFECT_UNKNOWN, JOURNAL_CONFLICT when the run moved meanwhile */
export async function settleEffect(
  journal: Journal,
  head: RunHead,
  intent: number,
  { sent, receipt, by }: Settled,
): Promise<void> {
  const event = await journal.event(head.run, intent);
  if (event?.kind !== "effect.intended")
    throw new FirebreakError("EFFECT_UNKNOWN", { runId: head.run, seq: intent });
  const proof = sent ? { receipt: canonical(receipt ?? null).json } : {};
  const settled: NewEvent = { kind: "effect.settled", data: { intent, sent, by, ...proof } };
  const resumed: NewEvent = { kind: "run.resumed", data: { code: "", by } };
  const isHalted = head.status === "halted";
  const own: Append = {
    run: head.run,
    expect: { seq: head.seq },
    events: isHalted ? [settled, resumed] : [settled],
  };
  const others = await waitingFor(journal, head, intent);
  await journal.commit([
    own,
    ...others.map((it) => ({ run: it.run, expect: { seq: it.seq }, events: [resumed] })),
  ]);
}

/** Other runs of the root that were halted because of this intent. */
async function waitingFor(journal: Journal, head: RunHead, intent: number): Promise<readonly RunHead[]> {
  const halted = await journal.heads({ root: head.root, status: ["halted"], limit: listed });
  const others = halted.filter((it) => it.run !== head.run);
  const isFor = await Promise.all(
    others.map(async (it) => {
      const last = (await journal.readOpen(it.run)).findLast((event) => event.kind === "run.halted");
      const { runId, seq } = (last?.data.details ?? {}) as { readonly runId?: string; readonly seq?: number };
      return last?.data.code === "EFFECT_IN_DOUBT" && runId === head.run && seq === intent;
    }),
  );
  return others.filter((_, index) => isFor[index]);
}
