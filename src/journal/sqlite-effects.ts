// Effects as rows: a projection of the events about them. A row carries a hash
// of its own; one that fails is never used, since sending rests on it.

import { hash as digest } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { RunId } from "../base/ids.ts";
import { corrupt, decodeEvent, effectCodes, type StoredEvent } from "./codec.ts";
import type { EffectSlot } from "./effect-slot.ts";
import type { NewEvent } from "./events.ts";
import { SlotDraft, SlotPlan } from "./slot-plan.ts";

type Row = Readonly<Record<string, unknown>>;

const columns = "root, tool, key, run, seq, place, slot, hash";

export const insertSlot: string = `INSERT OR REPLACE INTO effects (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
export const selectSlot: string = `SELECT ${columns} FROM effects WHERE root = ? AND tool = ? AND key = ?`;
export const selectSlotOf: string = `SELECT ${columns} FROM effects WHERE run = ? AND seq = ?`;
export const selectSlots: string = `SELECT ${columns} FROM effects WHERE root = ? ORDER BY place IS NULL, place`;
export const selectLastOrder: string = "SELECT coalesce(max(place), 0) AS last FROM effects WHERE root = ?";

/** The values of insertSlot, in order. */
export function slotParameters(slot: EffectSlot): readonly (string | number | null | Uint8Array)[] {
  const text = JSON.stringify(slot);
  const { root, tool, key, run, seq, order } = slot;
  return [root, tool, key, run, seq, order ?? null, text, seal(text)];
}

/** @throws EVENT_CORRUPT when the row's bytes changed. */
export function decodeSlot(row: Row | undefined): EffectSlot | undefined {
  if (row === undefined) return undefined;
  const { run, seq, slot: text, hash } = row;
  const isWhole =
    typeof text === "string" && hash instanceof Uint8Array && Buffer.compare(hash, seal(text)) === 0;
  const slot = isWhole ? (JSON.parse(text) as EffectSlot) : undefined;
  if (slot === undefined || !agrees(slot, row))
    throw corrupt(run as RunId, Number(seq), "the row of its effect changed after it was written");
  return slot;
}

function agrees(slot: EffectSlot, row: Row): boolean {
  const { root, tool, key, run, seq, order = null } = slot;
  return (
    root === row["root"] &&
    tool === row["tool"] &&
    key === row["key"] &&
    run === row["run"] &&
    seq === row["seq"] &&
    order === row["place"]
  );
}

function seal(text: string): Uint8Array {
  return digest("sha256", text, "buffer").subarray(0, 16);
}

const createEffects = `
  CREATE TABLE effects (
    root TEXT NOT NULL,
    tool TEXT NOT NULL,
    key TEXT NOT NULL,
    run TEXT NOT NULL,
    seq INTEGER NOT NULL,
    place INTEGER,
    slot TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (root, tool, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX effects_intent ON effects (run, seq);
  CREATE INDEX effects_place ON effects (root, place) WHERE place IS NOT NULL;
`;

/** Distance between the ids of two runs' events; as in sqlite-schema.ts. */
const stride = 2 ** 20;

/** Makes the table, and fills it from the events of files that were written without it. */
export function projectEffects(handle: Pick<DatabaseSync, "exec" | "prepare">): void {
  handle.exec(createEffects);
  const rows = handle
    .prepare(
      `SELECT e.id AS id, e.at AS at, e.kind AS kind, e.data AS data, e.covers AS covers, e.hash AS hash,
        r.run AS run, coalesce(r.root, r.run) AS root
       FROM events e JOIN runs r ON r.number = e.id / ${stride}
       WHERE e.kind IN (${effectCodes.join(", ")}) ORDER BY e.at, e.id`,
    )
    .all();
  const plan = new SlotPlan({ slot: () => undefined, slotOf: () => undefined, lastOrder: () => 0 });
  for (const row of rows) follow(plan, row);
  const insert = handle.prepare(insertSlot);
  for (const slot of plan.changed) insert.run(...slotParameters(slot));
}

function follow(plan: SlotPlan, row: Row): void {
  const run = row["run"] as RunId;
  const seq = Number(row["id"]) % stride;
  let event: NewEvent;
  try {
    event = decodeEvent(run, seq, row as unknown as StoredEvent) as NewEvent;
  } catch {
    // Its run is set aside when it is read.
    return;
  }
  const draft = new SlotDraft(plan, false);
  draft.add({ root: row["root"] as RunId, run, seq }, event);
  draft.keep();
}
