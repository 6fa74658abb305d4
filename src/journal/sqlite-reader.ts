// Reading a journal file: events checked as they come, heads from their rows.

import type { StatementSync } from "node:sqlite";
import { FirebreakError } from "../base/errors.ts";
import type { RunId } from "../base/ids.ts";
import { sha } from "../base/values.ts";
import { corrupt, decodeEvent, invalidatedCode, type StoredEvent } from "./codec.ts";
import type { AnyEvent, NewEvent } from "./events.ts";
import type { EffectSlot } from "./effect-slot.ts";
import { nextHead } from "./head.ts";
import type { RunFilter, RunHead } from "./journal.ts";
import { openEvents } from "./open-events.ts";
import { decodeSlot, selectLastOrder, selectSlot, selectSlotOf, selectSlots } from "./sqlite-effects.ts";
import { reasonOf, sqliteTrouble } from "./sqlite-file.ts";
import { damagedHead, decodeRun, runQuery, type RunRow, selectKeyHolder } from "./sqlite-runs.ts";
import { runStride } from "./sqlite-schema.ts";

export type Prepare = (sql: string) => StatementSync;

/** A run and where its events are. */
export interface FoundRun {
  /** Ids of its events are above this by their sequence. */
  readonly base: number;
  readonly head: RunHead;
  /** The head as its row has it; undefined when the row is damaged and to be written anew. */
  readonly row: RunHead | undefined;
}

type EventRow = StoredEvent & { readonly id: number };

const eventColumns = "id, at, kind, data, covers, hash";

export class SqliteReader {
  readonly #prepare: Prepare;

  constructor(prepare: Prepare) {
    this.#prepare = prepare;
  }

  dataVersion(): number {
    return Number(this.#prepare("PRAGMA data_version").get()!["data_version"]);
  }

  find(run: RunId): FoundRun | undefined {
    const row = this.#prepare("SELECT * FROM runs WHERE run = ?").get(run);
    return row === undefined ? undefined : this.#found(run, row);
  }

  keyHolder(workflow: string, key: string): RunId | undefined {
    return this.#prepare(selectKeyHolder).get(key, workflow)?.["run"] as RunId | undefined;
  }

  heads(filter: RunFilter): readonly RunHead[] {
    const { sql, values } = runQuery(filter);
    return this.#prepare(sql)
      .all(...values)
      .map((row) => {
        try {
          return this.#found(row["run"] as RunId, row).head;
        } catch (error) {
          if (FirebreakError.is(error, "EVENT_CORRUPT")) return damagedHead(row);
          throw error;
        }
      });
  }

  read(run: RunId, after: number): readonly AnyEvent[] {
    const found = this.find(run);
    if (found === undefined) return [];
    return guarded(run, after + 1, () => this.#readRange(run, found.base, after, found.head.seq));
  }

  readOpen(run: RunId, found: FoundRun | undefined): readonly AnyEvent[] {
    if (found === undefined) return [];
    const { base, head } = found;
    const last = head.seq;
    return guarded(run, last, () =>
      openEvents({
        run,
        last,
        ...this.#invalidated(run, base, last),
        descend: (seq) => this.#descend(run, base, seq),
      }),
    );
  }

  event(run: RunId, seq: number): AnyEvent | undefined {
    const found = this.find(run);
    if (found === undefined || !Number.isInteger(seq) || seq < 1 || seq > found.head.seq) return undefined;
    return this.#readRange(run, found.base, seq - 1, seq)[0];
  }

  slot(root: RunId, tool: string, key: string): EffectSlot | undefined {
    return decodeSlot(this.#prepare(selectSlot).get(root, tool, key));
  }

  slotOf(run: RunId, intent: number): EffectSlot | undefined {
    return decodeSlot(this.#prepare(selectSlotOf).get(run, intent));
  }

  slots(root: RunId): readonly EffectSlot[] {
    return this.#prepare(selectSlots)
      .all(root)
      .map((it) => decodeSlot(it)!);
  }

  lastOrder(root: RunId): number {
    return Number(this.#prepare(selectLastOrder).get(root)!["last"]);
  }

  blob(hash: string): Uint8Array {
    const bytes = this.#prepare("SELECT bytes FROM blobs WHERE hash = ?").get(Buffer.from(hash, "hex"))?.[
      "bytes"
    ];
    if (!(bytes instanceof Uint8Array)) throw new FirebreakError("BLOB_MISSING", { hash });
    if (sha(bytes) !== hash) throw new FirebreakError("BLOB_CORRUPT", { hash });
    return bytes;
  }

  #found(run: RunId, row: RunRow): FoundRun {
    const base = Number(row["number"]) * runStride;
    const tail = this.#prepare(
      "SELECT id, at FROM events WHERE id > ? AND id < ? ORDER BY id DESC LIMIT 1",
    ).get(base, base + runStride);
    const last = tail === undefined ? 0 : Number(tail["id"]) - base;
    const stored = decodeRun(row);
    if (stored === undefined || stored.run !== run) {
      return { base, head: this.#foldHead(run, base, last), row: undefined };
    }
    if (last <= stored.seq) return { base, head: stored, row: stored };
    return { base, head: { ...stored, seq: last, updatedAt: Number(tail!["at"]) }, row: stored };
  }

  #foldHead(run: RunId, base: number, last: number): RunHead {
    let head: RunHead | undefined;
    for (const event of this.#readRange(run, base, 0, last))
      head = nextHead(head, run, event as NewEvent, event.at);
    if (head === undefined) throw corrupt(run, 1, "it is missing");
    return head;
  }

  #readRange(run: RunId, base: number, after: number, last: number): readonly AnyEvent[] {
    const rows = this.#prepare(`SELECT ${eventColumns} FROM events WHERE id > ? AND id <= ? ORDER BY id`).all(
      base + after,
      base + last,
    ) as unknown as readonly EventRow[];
    const events = rows.map((row, index) => {
      const seq = after + index + 1;
      if (row.id !== base + seq) throw corrupt(run, seq, "it is missing");
      return decodeEvent(run, seq, row);
    });
    if (after + events.length < last) throw corrupt(run, after + events.length + 1, "it is missing");
    return events;
  }

  *#descend(run: RunId, base: number, from: number): Iterable<AnyEvent> {
    const rows = this.#prepare(
      `SELECT ${eventColumns} FROM events WHERE id > ? AND id <= ? ORDER BY id DESC`,
    ).iterate(base, base + from) as Iterable<unknown>;
    for (const row of rows as Iterable<EventRow>) yield decodeEvent(run, row.id - base, row);
  }

  /** Invalidations have an index of their own, so a jump over one does not lose it. */
  #invalidated(
    run: RunId,
    base: number,
    last: number,
  ): { readonly invalidated: ReadonlySet<number>; readonly cut: number } {
    const rows = this.#prepare(
      `SELECT ${eventColumns} FROM events WHERE kind = ${invalidatedCode} AND id > ? AND id <= ?`,
    ).all(base, base + last) as unknown as readonly EventRow[];
    const invalidated = new Set<number>();
    let cut = 0;
    for (const row of rows) {
      const event = decodeEvent(run, row.id - base, row);
      if (event.kind !== "step.invalidated") continue;
      invalidated.add(event.data.seq);
      if (event.data.cut) cut = Math.max(cut, event.seq);
    }
    return { invalidated, cut };
  }
}

/** A page that SQLite itself finds damaged sets the run aside like a damaged row. */
function guarded<Result>(run: RunId, seq: number, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (sqliteTrouble(error) !== "corrupt") throw error;
    throw corrupt(run, seq, reasonOf(error));
  }
}
