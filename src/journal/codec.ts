// How an event is kept: its kind as a small number, its data as JSON text, and
// a hash over all of it. Every adapter stores this form, so that an event read
// back is checked in one place (J6) and shares nothing with its writer (J7).

import { hash as digest } from "node:crypto";
import { FirebreakError } from "../base/errors.ts";
import type { RunId } from "../base/ids.ts";
import type { AnyEvent, EventKind, NewEvent } from "./events.ts";

/** Numbers stay with their kind for ever: they are written in journals. Add at the end. */
const codeOf: Readonly<Record<EventKind, number>> = {
  "run.started": 1,
  "run.claimed": 2,
  "run.parked": 3,
  "run.resumed": 4,
  "run.completed": 5,
  "run.failed": 6,
  "run.cancelled": 7,
  "run.halted": 8,
  "step.completed": 9,
  "step.failed": 10,
  "step.attempted": 11,
  "step.invalidated": 12,
  "effect.intended": 13,
  "effect.settled": 14,
  "effect.late": 15,
  "review.asked": 16,
  "review.decided": 17,
  "signal.received": 18,
  "timer.set": 19,
  "timer.fired": 20,
  "child.started": 21,
  "child.ended": 22,
  "run.logged": 23,
  "run.capped": 24,
  "effect.received": 25,
  "effect.adopted": 26,
  "review.withdrawn": 27,
};

const kindOf: ReadonlyMap<unknown, EventKind> = new Map(
  (Object.keys(codeOf) as EventKind[]).map((kind) => [codeOf[kind], kind] as const),
);

/** The code of step.invalidated, which a storage may index. */
export const invalidatedCode: number = codeOf["step.invalidated"];

/** The codes of all events about effects, for a storage that builds its projection anew. */
export const effectCodes: readonly number[] = (Object.keys(codeOf) as EventKind[])
  .filter((kind) => kind.startsWith("effect."))
  .map((kind) => codeOf[kind]);

const hashBytes = 16;

/** An event in its stored form, before it has a place. */
export interface EncodedEvent {
  readonly event: NewEvent;
  readonly kind: number;
  readonly data: string;
  readonly covers: string | null;
}

/** What a storage gives back. Nothing in it is trusted before its hash was checked. */
export interface StoredEvent {
  readonly at: unknown;
  readonly kind: unknown;
  readonly data: unknown;
  readonly covers: unknown;
  readonly hash: unknown;
}

/** Encodes an event and freezes its data, so that nobody changes what listeners are shown. */
export function encodeEvent(event: NewEvent): EncodedEvent {
  const kind = codeOf[event.kind];
  if (kind === undefined) throw new TypeError(`"${event.kind}" is not a kind of event`);
  deepFreeze(event.data);
  deepFreeze(event.covers);
  const covers = event.covers === undefined ? null : JSON.stringify(event.covers);
  return { event, kind, data: JSON.stringify(event.data), covers };
}

/** The hash of an event at its place: the first 128 bits of SHA-256 over everything kept of it. */
export function sealEvent(
  run: RunId,
  seq: number,
  { at, kind, data, covers }: Omit<StoredEvent, "hash">,
): Uint8Array {
  const text = `${run}\n${seq}\n${String(at)}\n${String(kind)}\n${String(covers ?? "")}\n${String(data)}`;
  return digest("sha256", text, "buffer").subarray(0, hashBytes);
}

/** An event read back. @throws EVENT_CORRUPT when it is not what was written at this place. */
export function decodeEvent(run: RunId, seq: number, stored: StoredEvent): AnyEvent {
  if (
    !(stored.hash instanceof Uint8Array) ||
    Buffer.compare(stored.hash, sealEvent(run, seq, stored)) !== 0
  ) {
    throw corrupt(run, seq, "its bytes changed after they were written");
  }
  const kind = kindOf.get(stored.kind);
  if (kind === undefined) throw corrupt(run, seq, `kind ${String(stored.kind)} is not known`);
  const data: unknown = JSON.parse(String(stored.data));
  const covers = stored.covers === null ? {} : { covers: JSON.parse(String(stored.covers)) as unknown };
  return { run, seq, at: stored.at, kind, data, ...covers } as AnyEvent;
}

/** The error for an event that cannot be relied on. */
export function corrupt(run: RunId, seq: number, what: string): FirebreakError<"EVENT_CORRUPT"> {
  return new FirebreakError("EVENT_CORRUPT", { runId: run, seq, what });
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
}
