// What a commit would do, decided before anything is written: the rules of
// J1 to J4 and J9 to J11 as one pure computation that every adapter uses.
//
// A plan is made against the heads that stand: those stored, and those changed
// by earlier commits of the same batch. A commit that is refused leaves no trace.

import { FirebreakError } from "../base/errors.ts";
import type { RunId } from "../base/ids.ts";
import { type EncodedEvent, encodeEvent } from "./codec.ts";
import { type EffectSlot, isEffectEvent } from "./effect-slot.ts";
import type { AnyEvent, NewEvent } from "./events.ts";
import { nextHead } from "./head.ts";
import { SlotDraft, SlotPlan, type StoredSlots } from "./slot-plan.ts";
import type { Append, Appended, Expect, RunHead, RunStatus } from "./journal.ts";

/** Most events of one run, 2^20 less one. */
export const eventLimit = 1_048_575;

/** An append whose events are encoded. */
export interface EncodedAppend {
  readonly run: RunId;
  readonly expect: Expect;
  readonly events: readonly EncodedEvent[];
}

/** An event with its place. */
export interface PlacedEvent {
  readonly encoded: EncodedEvent;
  readonly event: AnyEvent;
}

/** What one commit writes. */
export interface CommitPlan {
  readonly appended: readonly Appended[];
  readonly placed: readonly PlacedEvent[];
}

/** What an adapter knows before the batch. */
export interface StoredRuns extends StoredSlots {
  head(run: RunId): RunHead | undefined;
  /** A run that holds the key: not ended. */
  keyHolder(workflow: string, key: string): RunId | undefined;
  /** The open runs of a root. */
  openRuns(root: RunId): readonly RunHead[];
}

/** A halted run keeps its key: an effect of it may be in doubt. Cancelling the run frees it. */
const keyHolding: ReadonlySet<RunStatus> = new Set(["running", "waiting", "halted"]);

export function holdsKey(head: RunHead | undefined): boolean {
  return head?.key !== undefined && keyHolding.has(head.status);
}

export function encodeAppends(appends: readonly Append[]): readonly EncodedAppend[] {
  return appends.map(({ run, expect, events }) => ({ run, expect, events: events.map(encodeEvent) }));
}

/** The heads that stand while a batch is planned. */
export class BatchPlan {
  /** Heads that the batch changed. */
  readonly heads: Map<RunId, RunHead> = new Map();
  readonly #keys = new Map<string, RunId>();
  readonly #slots: SlotPlan;
  readonly #stored: StoredRuns;
  readonly #at: number;

  constructor(stored: StoredRuns, at: number) {
    this.#stored = stored;
    this.#slots = new SlotPlan(stored);
    this.#at = at;
  }

  /** Effects that the batch changed. */
  get slots(): readonly EffectSlot[] {
    return this.#slots.changed;
  }

  /** Plans one commit after those before it. @throws JOURNAL_CONFLICT, RUN_KEY_TAKEN, RERUN_OPEN, EFFECT_SLOT_TAKEN, RUN_TOO_LONG */
  add(appends: readonly EncodedAppend[]): CommitPlan {
    const draft = new Map<RunId, RunHead>();
    const placed: PlacedEvent[] = [];
    const appended = appends.map((append) => this.#place(append, draft, placed));
    const slots = this.#planSlots(placed, draft);
    for (const [run, head] of draft) {
      this.heads.set(run, head);
      if (holdsKey(head)) this.#keys.set(keyOf(head.workflow, head.key!), run);
    }
    slots?.keep();
    return { appended, placed };
  }

  /** Most commits are about no effect: they cost a look at each event's kind. */
  #planSlots(placed: readonly PlacedEvent[], draft: ReadonlyMap<RunId, RunHead>): SlotDraft | undefined {
    let slots: SlotDraft | undefined;
    for (const { encoded, event } of placed) {
      if (!isEffectEvent(encoded.event)) continue;
      slots ??= new SlotDraft(this.#slots);
      slots.add({ root: draft.get(event.run)!.root, run: event.run, seq: event.seq }, encoded.event);
    }
    return slots;
  }

  #place(
    { run, expect, events }: EncodedAppend,
    draft: Map<RunId, RunHead>,
    placed: PlacedEvent[],
  ): Appended {
    const before = draft.get(run) ?? this.#standing(run);
    demand(run, expect, before);
    let head = before;
    for (const encoded of events) {
      const next = follow(head, run, encoded.event, this.#at);
      placed.push({ encoded, event: place(run, next.seq, this.#at, encoded.event) });
      if (holdsKey(next) && !holdsKey(head)) this.#demandKey(next, draft);
      if (head === undefined) this.#demandAlone(next, encoded.event, draft);
      draft.set(run, next);
      head = next;
    }
    return {
      run,
      firstSeq: (before?.seq ?? 0) + 1,
      lastSeq: head?.seq ?? 0,
      epoch: head?.epoch ?? 0,
      at: this.#at,
    };
  }

  #standing(run: RunId): RunHead | undefined {
    return this.heads.get(run) ?? this.#stored.head(run);
  }

  /** Two runs of one root would each undo what the other asks for (J11). A child belongs to its parent. */
  #demandAlone({ run, root }: RunHead, event: NewEvent, draft: ReadonlyMap<RunId, RunHead>): void {
    if (event.kind !== "run.started" || event.data.rerunOf === undefined || event.data.parent !== undefined)
      return;
    const now = new Map(this.#stored.openRuns(root).map((it) => [it.run, it]));
    for (const [other, head] of [...this.heads, ...draft]) now.set(other, head);
    const open = [...now.values()].find(
      (it) => it.root === root && it.run !== run && it.parent === undefined && isOpen(it),
    );
    if (open === undefined) return;
    const details = { runId: event.data.rerunOf, open: open.run, status: open.status };
    throw new FirebreakError("RERUN_OPEN", details);
  }

  #demandKey({ run, workflow, key }: RunHead, draft: Map<RunId, RunHead>): void {
    const drafted = [...draft.values()].find(
      (it) => it.workflow === workflow && it.key === key && it.run !== run,
    );
    for (const holder of [
      drafted?.run,
      this.#keys.get(keyOf(workflow, key!)),
      this.#stored.keyHolder(workflow, key!),
    ]) {
      if (holder === undefined || holder === run) continue;
      if (!holdsKey(draft.get(holder) ?? this.#standing(holder))) continue;
      throw new FirebreakError("RUN_KEY_TAKEN", { workflow, key: key!, runId: holder });
    }
  }
}

function isOpen({ status }: RunHead): boolean {
  return status === "running" || status === "waiting";
}

function keyOf(workflow: string, key: string): string {
  return JSON.stringify([workflow, key]);
}

function place(run: RunId, seq: number, at: number, { kind, data, covers }: NewEvent): AnyEvent {
  for (const [first, last] of covers ?? []) {
    if (first >= 1 && first <= last && last < seq) continue;
    throw new TypeError(`event ${seq} of run ${run} cannot cover ${first} to ${last}: only events before it`);
  }
  return Object.freeze({ run, seq, at, kind, data, ...(covers === undefined ? {} : { covers }) }) as AnyEvent;
}

function demand(run: RunId, expect: Expect, head: RunHead | undefined): void {
  const seq = head?.seq ?? 0;
  const epoch = head?.epoch ?? 0;
  if (expect.seq !== undefined && expect.seq !== seq)
    throw conflict(run, `sequence ${expect.seq}`, `sequence ${seq}`);
  if (expect.epoch !== undefined && expect.epoch !== epoch) {
    throw conflict(run, `epoch ${expect.epoch}`, `epoch ${epoch} (sequence ${seq})`);
  }
}

function follow(head: RunHead | undefined, run: RunId, event: NewEvent, at: number): RunHead {
  const begins = event.kind === "run.started";
  if (head === undefined && !begins)
    throw conflict(run, `a sequence that ${event.kind} can follow`, "sequence 0");
  if (head !== undefined && begins) throw conflict(run, "sequence 0", `sequence ${head.seq}`);
  if (head !== undefined && head.seq >= eventLimit)
    throw new FirebreakError("RUN_TOO_LONG", { runId: run, limit: eventLimit });
  return nextHead(head, run, event, at);
}

function conflict(runId: RunId, expected: string, found: string): FirebreakError<"JOURNAL_CONFLICT"> {
  return new FirebreakError("JOURNAL_CONFLICT", { runId, expected, found });
}
