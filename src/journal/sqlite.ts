// The journal in one SQLite file: WAL, one transaction and one sync for all
// commits of an event-loop turn. Processes may share the file; SQLite's write
// lock orders them, and what one knows of runs is forgotten when another wrote.
//
// Translation only: the rules of a commit are commit-plan.ts, those of reading
// open-events.ts.

import { setTimeout as wait } from "node:timers/promises";
import type { StatementSync } from "node:sqlite";
import { FirebreakError } from "../base/errors.ts";
import type { RunId } from "../base/ids.ts";
import { verifyBlob } from "./blob-store.ts";
import { encodeAppends } from "./commit-plan.ts";
import { type CommitOutcome, CommitQueue, type CommitRequest } from "./commit-queue.ts";
import type { EffectSlot } from "./effect-slot.ts";
import type { AnyEvent } from "./events.ts";
import type { Append, Appended, Blob, Journal, JournalListener, RunFilter, RunHead } from "./journal.ts";
import { matchesFilter } from "./run-filter.ts";
import {
  type OpenHandle,
  openHandle,
  openJournalFile,
  reasonOf,
  rollBack,
  type SqliteHandle,
  sqliteTrouble,
} from "./sqlite-file.ts";
import { SqliteReader } from "./sqlite-reader.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

export interface SqliteJournalOptions {
  /** Milliseconds since 1970; the machine's clock when absent. */
  readonly now?: () => number;
  /**
   * "full" (the default) syncs every commit. "normal" leaves syncing to checkpoints: a killed process loses
   * nothing, a power cut may lose the last commits although they were acknowledged.
   */
  readonly synchronous?: "full" | "normal";
  /** Longest wait for another process's lock, in ms (default 10,000). */
  readonly lockLimitMs?: number;
  /** Opens the file; node:sqlite when absent. Tests give one that fails. */
  readonly open?: OpenHandle;
}

/** Pause between two tries for another process's lock. */
const lockRetryMs = 20;
const lockLimitMs = 10_000;

/**
 * Opens or makes a journal file. The folder must exist.
 *
 * @throws JOURNAL_OPEN, JOURNAL_FOREIGN, JOURNAL_NEWER, JOURNAL_FULL, JOURNAL_BUSY
 */
export function openSqliteJournal(path: string, options: SqliteJournalOptions = {}): SqliteJournal {
  const handle = openJournalFile(path, options.synchronous ?? "full", options.open ?? openHandle);
  return new SqliteJournal(path, handle, options);
}

export class SqliteJournal implements Journal {
  readonly path: string;
  readonly #handle: SqliteHandle;
  readonly #lockLimitMs: number;
  readonly #reader: SqliteReader;
  readonly #writer: SqliteWriter;
  readonly #queue: CommitQueue;
  #poison: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(path: string, handle: SqliteHandle, options: SqliteJournalOptions) {
    const statements = new Map<string, StatementSync>();
    const prepare = (sql: string): StatementSync => {
      let statement = statements.get(sql);
      if (statement === undefined) statements.set(sql, (statement = handle.prepare(sql)));
      return statement;
    };
    this.path = path;
    this.#handle = handle;
    this.#lockLimitMs = options.lockLimitMs ?? lockLimitMs;
    this.#reader = new SqliteReader(prepare);
    this.#writer = new SqliteWriter(prepare, this.#reader, options.now ?? Date.now);
    this.#queue = new CommitQueue(
      async (batch) => this.#alone(batch) ?? this.#inTransaction(() => this.#writer.write(batch)),
    );
  }

  async commit(appends: readonly Append[], blobs: readonly Blob[] = []): Promise<readonly Appended[]> {
    this.#demandOpen();
    return this.#queue.push({ appends: encodeAppends(appends), blobs: blobs.map(verifyBlob) });
  }

  async read(run: RunId, after = 0): Promise<readonly AnyEvent[]> {
    return this.#reading(() => this.#reader.read(run, Math.max(0, after)));
  }

  async readOpen(run: RunId): Promise<readonly AnyEvent[]> {
    return this.#reading(() => this.#reader.readOpen(run, this.#writer.find(run)));
  }

  async event(run: RunId, seq: number): Promise<AnyEvent | undefined> {
    return this.#reading(() => this.#reader.event(run, seq));
  }

  async head(run: RunId): Promise<RunHead | undefined> {
    return this.#reading(() => this.#writer.find(run)?.head);
  }

  async heads(filter: RunFilter): Promise<readonly RunHead[]> {
    return this.#reading(() => this.#reader.heads(filter).filter((it) => matchesFilter(it, filter)));
  }

  async slot(root: RunId, tool: string, key: string): Promise<EffectSlot | undefined> {
    return this.#reading(() => this.#reader.slot(root, tool, key));
  }

  async slots(root: RunId): Promise<readonly EffectSlot[]> {
    return this.#reading(() => this.#reader.slots(root));
  }

  async blob(hash: string): Promise<Uint8Array> {
    return this.#reading(() => this.#reader.blob(hash));
  }

  listen(listener: JournalListener): () => void {
    return this.#queue.listen(listener);
  }

  outsideChanges(): number {
    return this.#reading(() => this.#reader.dataVersion());
  }

  /** The file keeps its size and freed pages are used again; SQLite's VACUUM shrinks it. */
  async prune(runs: readonly RunId[]): Promise<number> {
    this.#demandOpen();
    return this.#queue.exclusive(() => this.#inTransaction(() => this.#writer.prune(runs)));
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.drain().then(() => this.#handle.close());
    return this.#closing;
  }

  #alone(batch: readonly CommitRequest[]): readonly CommitOutcome[] | undefined {
    if (this.#poison !== undefined) return undefined;
    try {
      return this.#writer.writeAlone(batch);
    } catch (error) {
      throw this.#writeError(error);
    }
  }

  async #inTransaction<Result>(write: () => Result): Promise<Result> {
    if (this.#poison !== undefined)
      throw new FirebreakError("JOURNAL_POISONED", { path: this.path, reason: this.#poison });
    try {
      await this.#begin();
      const result = write();
      this.#handle.exec("COMMIT");
      this.#writer.committed();
      return result;
    } catch (error) {
      rollBack(this.#handle);
      this.#writer.forget();
      throw this.#writeError(error);
    }
  }

  /** Takes the write lock. Waits without blocking this process, whose readers go on. */
  async #begin(): Promise<void> {
    const start = performance.now();
    for (;;) {
      try {
        this.#handle.exec("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if (sqliteTrouble(error) !== "busy" || performance.now() - start >= this.#lockLimitMs) throw error;
      }
      await wait(lockRetryMs);
    }
  }

  #writeError(error: unknown): unknown {
    const { path } = this;
    const trouble = sqliteTrouble(error);
    if (trouble === undefined) return error;
    if (trouble === "full") return new FirebreakError("JOURNAL_FULL", { path }, { cause: error });
    if (trouble === "busy") {
      return new FirebreakError("JOURNAL_BUSY", { path, waitedMs: this.#lockLimitMs }, { cause: error });
    }
    this.#poison = reasonOf(error);
    return new FirebreakError("JOURNAL_IO", { path, reason: this.#poison }, { cause: error });
  }

  #reading<Result>(read: () => Result): Result {
    this.#demandOpen();
    try {
      return read();
    } catch (error) {
      if (sqliteTrouble(error) === undefined) throw error;
      throw new FirebreakError("JOURNAL_IO", { path: this.path, reason: reasonOf(error) }, { cause: error });
    }
  }

  #demandOpen(): void {
    if (this.#closing !== undefined) throw new FirebreakError("JOURNAL_CLOSED", { path: this.path });
  }
}
