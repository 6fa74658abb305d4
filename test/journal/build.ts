// Builders of events for the journal's tests: a field is written where it matters to the test.

import { newRunId, type RunId } from "../../src/base/ids.ts";
import type { AnyEvent, EventData, NewEvent, Range } from "../../src/journal/events.ts";
import type { Append, Blob, Journal } from "../../src/journal/journal.ts";
import { sha } from "../../src/base/values.ts";

const someHash = sha("some value");

export function started(run: RunId, more: Partial<EventData["run.started"]> = {}): NewEvent {
  const data = {
    workflow: "invoices",
    input: null,
    root: run,
    seed: "seed",
    form: 1,
    code: someHash,
    ...more,
  };
  return { kind: "run.started", data: data as EventData["run.started"] };
}

export function claimed(owner = "process-1"): NewEvent {
  return { kind: "run.claimed", data: { owner, why: "start" } };
}

export function logged(message: string, covers?: readonly Range[]): NewEvent {
  const data = { scope: "", level: "info", message } as const;
  return { kind: "run.logged", data, ...(covers === undefined ? {} : { covers }) };
}

export function invalidated(seq: number): NewEvent {
  return { kind: "step.invalidated", data: { seq, because: "sent back", by: "ana" } };
}

export function parked(wakeAt?: number): NewEvent {
  return {
    kind: "run.parked",
    data: { reviews: 0, signals: [], children: 0, ...(wakeAt === undefined ? {} : { wakeAt }) },
  };
}

export function completed(output: string | null | { $blob: string } = null): NewEvent {
  return { kind: "run.completed", data: { output, hash: someHash } };
}

export const cancelled: NewEvent = { kind: "run.cancelled", data: { by: "ana" } };
export const resumed: NewEvent = { kind: "run.resumed", data: { code: someHash, by: "ana" } };
export const halted: NewEvent = {
  kind: "run.halted",
  data: { code: "SOME_CODE", message: "stopped", fix: "look" },
};
export const signalled: NewEvent = { kind: "signal.received", data: { name: "paid", payload: 1 } };

export function intended(
  tool: string,
  key: string,
  more: Partial<EventData["effect.intended"]> = {},
): NewEvent {
  const data = { scope: "", name: tool, kind: "tool", in: someHash, tool, key } as const;
  return {
    kind: "effect.intended",
    data: { ...data, revision: "r1", owner: "process-1", input: null, ...more },
  };
}

export function received(intent: number): NewEvent {
  return { kind: "effect.received", data: { intent, receipt: "receipt" } };
}

export function late(intent: number): NewEvent {
  return { kind: "effect.late", data: { intent, receipt: "receipt" } };
}

export function settled(intent: number, sent: boolean): NewEvent {
  return { kind: "effect.settled", data: { intent, sent, by: "ana" } };
}

/** The effect "mail a", as another run takes it for its own. */
export function adopted(run: RunId, intent: number): NewEvent {
  const data = { tool: "mail", key: "a", revision: "r1", run, intent, receipt: "receipt" };
  return { kind: "effect.adopted", data };
}

export function blobOf(text: string): Blob {
  const bytes = new TextEncoder().encode(text);
  return { hash: sha(bytes), bytes };
}

/** Starts a run in a commit of its own. */
export async function begin(
  journal: Journal,
  more: Partial<EventData["run.started"]> = {},
  ...events: readonly NewEvent[]
): Promise<RunId> {
  const run = newRunId();
  await journal.commit([{ run, expect: { seq: 0 }, events: [started(run, more), ...events] }]);
  return run;
}

export function append(run: RunId, ...events: readonly NewEvent[]): Append {
  return { run, expect: {}, events };
}

/** Events in a line each: "1 run.started". */
export function lines(events: readonly AnyEvent[]): readonly string[] {
  return events.map((it) => `${it.seq} ${it.kind}`);
}
