// Writing a journal file, inside a transaction that the caller opens and ends.
// All commits of a batch are planned first; then the rows are written. So a
// refused commit costs no savepoint, and a run's row is written once a batch.

import type { RunId } from "../base/ids.ts";
import { collectBlobs, followManifests } from "./blob-store.ts";
import { sealEvent } from "./codec.ts";
import { BatchPlan, type PlacedEvent } from "./commit-plan.ts";
import type { CommitOutcome, CommitRequest } from "./commit-queue.ts";
import { type EffectSlot, isEffectEvent } from "./effect-slot.ts";
import { endings } from "./journal.ts";
import type { Blob, RunHead } from "./journal.ts";
import { insertSlot, slotParameters } from "./sqlite-effects.ts";
import { sqliteTrouble } from "./sqlite-file.ts";
import type { FoundRun, Prepare, SqliteReader } from "./sqlite-reader.ts";
import { insertRun, runParameters, sameRow, updateRun } from "./sqlite-runs.ts";
import { runStride } from "./sqlite-schema.ts";
import type { StoredSlots } from "./slot-plan.ts";

/** Most running runs whose heads are remembered; others are read when needed. */
const rememberedLimit = 2_000;

/** SQLITE_CONSTRAINT, in the low byte of its extended codes. */
const constraintCode = 19;

function isTaken(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === "number" && (code & 0xff) === constraintCode;
}

const endedStatuses: ReadonlySet<string> = new Set(Object.values(endings));

/** Open runs of one root that are looked at. */
const familyLimit = 100_000;

export class SqliteWriter {
  readonly #prepare: Prepare;
  readonly #reader: SqliteReader;
  readonly #now: () => number;
  /** Runs driven here, as of `#version`. Parked and ended runs take no memory. */
  readonly #remembered = new Map<RunId, FoundRun>();
  #version = -1;
  /** What the open transaction wrote, remembered once it is durable. */
  #written: readonly FoundRun[] = [];

  readonly #storedSlots: StoredSlots = {
    slot: (root, tool, key) => this.#reader.slot(root, tool, key),
    slotOf: (run, intent) => this.#reader.slotOf(run, intent),
    lastOrder: (root) => this.#reader.lastOrder(root),
  };

  constructor(prepare: Prepare, reader: SqliteReader, now: () => number) {
    this.#prepare = prepare;
    this.#reader = reader;
    this.#now = now;
  }

  write(batch: readonly CommitRequest[]): readonly CommitOutcome[] {
    this.#forgetIfStale();
    const found = new Map<RunId, FoundRun>();
    const plan = new BatchPlan(
      {
        head: (run) => this.#find(run, found)?.head,
        keyHolder: (workflow, key) => this.#reader.keyHolder(workflow, key),
        openRuns: (root) => this.#reader.heads({ root, status: ["running", "waiting"], limit: familyLimit }),
        ...this.#storedSlots,
      },
      this.#now(),
    );
    const placed: PlacedEvent[] = [];
    const blobs: Blob[] = [];
    const outcomes = batch.map((request): CommitOutcome => {
      try {
        const planned = plan.add(request.appends);
        placed.push(...planned.placed);
        blobs.push(...request.blobs);
        return { kind: "written", appended: planned.appended, events: planned.placed.map((it) => it.event) };
      } catch (error) {
        if (sqliteTrouble(error) !== undefined) throw error;
        return { kind: "refused", error };
      }
    });
    this.#writeBlobs(blobs);
    const bases = this.#writeRuns(plan.heads, found);
    this.#writeEvents(placed, bases);
    this.#writeSlots(plan.slots);
    return outcomes;
  }

  /**
   * Writes a batch of one event that changes no run row, as a transaction of its own: one statement, as for most
   * steps of a run that is alone. Undefined when the batch is not of that kind, or another process wrote this
   * sequence first: then nothing was written.
   *
   * Why no lock is taken before: every append of this run takes the next sequence, which is the event's key. So what
   * another process did since the head was remembered shows as a key that is taken.
   */
  writeAlone(batch: readonly CommitRequest[]): readonly CommitOutcome[] | undefined {
    const append = batch[0]!.appends[0];
    if (batch.length !== 1 || batch[0]!.appends.length !== 1 || append === undefined) return undefined;
    if (append.events.length !== 1 || batch[0]!.blobs.length > 0) return undefined;
    // An effect is more than one row.
    if (isEffectEvent(append.events[0]!.event)) return undefined;
    const known = this.#remembered.get(append.run);
    if (known === undefined) return undefined;
    const plan = new BatchPlan(
      { head: () => known.head, keyHolder: () => undefined, openRuns: () => [], ...this.#storedSlots },
      this.#now(),
    );
    let planned: ReturnType<BatchPlan["add"]>;
    try {
      planned = plan.add([append]);
    } catch {
      // Refused, or so it seems from here: the transaction looks again.
      return undefined;
    }
    const head = plan.heads.get(append.run);
    if (head === undefined || known.row === undefined || !sameRow(known.row, head)) return undefined;
    try {
      this.#writeEvents(planned.placed, new Map([[append.run, known.base]]));
    } catch (error) {
      this.forget();
      if (isTaken(error) || sqliteTrouble(error) === "busy") return undefined;
      throw error;
    }
    this.#remember({ base: known.base, head, row: known.row });
    return [{ kind: "written", appended: planned.appended, events: planned.placed.map((it) => it.event) }];
  }

  /** The transaction is durable. */
  committed(): void {
    for (const run of this.#written) this.#remember(run);
    this.#written = [];
  }

  /** The transaction was rolled back, or what it did is not known. */
  forget(): void {
    this.#remembered.clear();
    this.#written = [];
  }

  prune(runs: readonly RunId[]): number {
    let count = 0;
    for (const run of new Set(runs)) {
      const found = this.#reader.find(run);
      if (found === undefined || !endedStatuses.has(found.head.status)) continue;
      const { base } = found;
      this.#prepare("DELETE FROM events WHERE id > ? AND id < ?").run(base, base + runStride);
      this.#prepare("DELETE FROM runs WHERE number = ?").run(base / runStride);
      this.#prepare("DELETE FROM effects WHERE run = ?").run(run);
      count += 1;
    }
    this.#dropUnusedBlobs();
    return count;
  }

  /** A run as it stands, without reading it where that is certain. */
  find(run: RunId): FoundRun | undefined {
    this.#forgetIfStale();
    return this.#remembered.get(run) ?? this.#reader.find(run);
  }

  #find(run: RunId, found: Map<RunId, FoundRun>): FoundRun | undefined {
    const known = found.get(run) ?? this.#remembered.get(run) ?? this.#reader.find(run);
    if (known !== undefined) found.set(run, known);
    return known;
  }

  #forgetIfStale(): void {
    const version = this.#reader.dataVersion();
    if (version !== this.#version) this.#remembered.clear();
    this.#version = version;
  }

  #writeBlobs(blobs: readonly Blob[]): void {
    // A stored value that was damaged is mended by writing it again.
    const statement = this.#prepare(
      `INSERT INTO blobs (hash, bytes) VALUES (?, ?)
       ON CONFLICT (hash) DO UPDATE SET bytes = excluded.bytes WHERE bytes IS NOT excluded.bytes`,
    );
    for (const { hash, bytes } of blobs) statement.run(Buffer.from(hash, "hex"), bytes);
  }

  #writeRuns(
    heads: ReadonlyMap<RunId, RunHead>,
    found: ReadonlyMap<RunId, FoundRun>,
  ): ReadonlyMap<RunId, number> {
    const bases = new Map<RunId, number>();
    const written: FoundRun[] = [];
    for (const [run, head] of heads) {
      const before = found.get(run);
      const { base, row } = this.#writeRun(head, before);
      bases.set(run, base);
      written.push({ base, head, row });
    }
    this.#written = written;
    return bases;
  }

  #writeRun(head: RunHead, before: FoundRun | undefined): Pick<FoundRun, "base" | "row"> {
    if (before === undefined) {
      const { lastInsertRowid } = this.#prepare(insertRun).run(...runParameters(head));
      return { base: Number(lastInsertRowid) * runStride, row: head };
    }
    const { base, row } = before;
    if (row !== undefined && sameRow(row, head)) return { base, row };
    this.#prepare(updateRun).run(...runParameters(head), base / runStride);
    return { base, row: head };
  }

  #writeEvents(placed: readonly PlacedEvent[], bases: ReadonlyMap<RunId, number>): void {
    const statement = this.#prepare(
      "INSERT INTO events (id, at, kind, data, covers, hash) VALUES (?, ?, ?, ?, ?, ?)",
    );
    for (const { encoded, event } of placed) {
      const { kind, data, covers } = encoded;
      const { run, seq, at } = event;
      const hash = sealEvent(run, seq, { at, kind, data, covers });
      statement.run(bases.get(run)! + seq, at, kind, data, covers, hash);
    }
  }

  #writeSlots(slots: readonly EffectSlot[]): void {
    for (const slot of slots) this.#prepare(insertSlot).run(...slotParameters(slot));
  }

  #remember(found: FoundRun): void {
    const { run, status, ready } = found.head;
    this.#remembered.delete(run);
    // A run that is ready is about to be claimed.
    if (status !== "running" && !ready) return;
    this.#remembered.set(run, found);
    if (this.#remembered.size <= rememberedLimit) return;
    for (const oldest of this.#remembered.keys()) {
      this.#remembered.delete(oldest);
      break;
    }
  }

  #dropUnusedBlobs(): void {
    const kept = this.#prepare("SELECT hash FROM blobs").all();
    if (kept.length === 0) return;
    const used = new Set<string>();
    const referring = this.#prepare(`SELECT data FROM events WHERE instr(data, '"$blob"') > 0`).iterate();
    for (const row of referring) collectBlobs(String(row["data"]), used);
    const read = this.#prepare("SELECT bytes FROM blobs WHERE hash = ?");
    followManifests(used, (hash) => read.get(Buffer.from(hash, "hex"))?.["bytes"]);
    const drop = this.#prepare("DELETE FROM blobs WHERE hash = ?");
    for (const { hash } of kept) {
      if (hash instanceof Uint8Array && !used.has(Buffer.from(hash).toString("hex"))) drop.run(hash);
    }
  }
}
