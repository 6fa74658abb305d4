// A journal that lives as long as its process: for tests, the simulator and
// trying things out. It keeps encoded events, as a file would, so a reader can
// change neither the journal nor what another reader sees.

import { FirebreakError } from "../base/errors.ts";
import type { RunId } from "../base/ids.ts";
import { collectBlobs, followManifests, verifyBlob } from "./blob-store.ts";
import { decodeEvent, invalidatedCode, sealEvent, type StoredEvent } from "./codec.ts";
import { BatchPlan, encodeAppends, holdsKey, type PlacedEvent } from "./commit-plan.ts";
import { type CommitOutcome, CommitQueue, type CommitRequest } from "./commit-queue.ts";
import type { EffectSlot } from "./effect-slot.ts";
import type { AnyEvent, EventData } from "./events.ts";
import { endings } from "./journal.ts";
import type { Append, Appended, Blob, Journal, JournalListener, RunFilter, RunHead } from "./journal.ts";
import { openEvents } from "./open-events.ts";
import { defaultRunLimit, matchesFilter } from "./run-filter.ts";
import { inOrder, slotId, type StoredSlots } from "./slot-plan.ts";

const endedStatuses: ReadonlySet<string> = new Set(Object.values(endings));

export class MemoryJournal implements Journal {
  readonly #now: () => number;
  readonly #queue: CommitQueue = new CommitQueue(async (batch) => this.#write(batch));
  readonly #heads = new Map<RunId, RunHead>();
  readonly #events = new Map<RunId, StoredEvent[]>();
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #slots = new Map<string, EffectSlot>();
  #closed = false;

  constructor(options: { readonly now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
  }

  async commit(appends: readonly Append[], blobs: readonly Blob[] = []): Promise<readonly Appended[]> {
    this.#demandOpen();
    return this.#queue.push({ appends: encodeAppends(appends), blobs: blobs.map(verifyBlob) });
  }

  async read(run: RunId, after = 0): Promise<readonly AnyEvent[]> {
    this.#demandOpen();
    const first = Math.max(0, after);
    return this.#rows(run)
      .slice(first)
      .map((row, index) => decodeEvent(run, first + index + 1, row));
  }

  async readOpen(run: RunId): Promise<readonly AnyEvent[]> {
    this.#demandOpen();
    const rows = this.#rows(run);
    const invalidated = new Set<number>();
    let cut = 0;
    for (const [index, row] of rows.entries()) {
      if (row.kind !== invalidatedCode) continue;
      const data = JSON.parse(String(row.data)) as EventData["step.invalidated"];
      invalidated.add(data.seq);
      if (data.cut) cut = index + 1;
    }
    const descend = function* (from: number): Iterable<AnyEvent> {
      for (let seq = from; seq > 0; seq -= 1) yield decodeEvent(run, seq, rows[seq - 1]!);
    };
    return openEvents({ run, last: rows.length, invalidated, cut, descend });
  }

  async event(run: RunId, seq: number): Promise<AnyEvent | undefined> {
    this.#demandOpen();
    const row = this.#rows(run)[seq - 1];
    return row && decodeEvent(run, seq, row);
  }

  async head(run: RunId): Promise<RunHead | undefined> {
    this.#demandOpen();
    return this.#heads.get(run);
  }

  async heads(filter: RunFilter): Promise<readonly RunHead[]> {
    this.#demandOpen();
    const newestFirst = [...this.#heads.values()].toReversed();
    return newestFirst.filter((it) => matchesFilter(it, filter)).slice(0, filter.limit ?? defaultRunLimit);
  }

  async slot(root: RunId, tool: string, key: string): Promise<EffectSlot | undefined> {
    this.#demandOpen();
    return this.#slots.get(slotId({ root, tool, key }));
  }

  async slots(root: RunId): Promise<readonly EffectSlot[]> {
    this.#demandOpen();
    return inOrder([...this.#slots.values()].filter((it) => it.root === root));
  }

  async blob(hash: string): Promise<Uint8Array> {
    this.#demandOpen();
    const bytes = this.#blobs.get(hash);
    if (bytes === undefined) throw new FirebreakError("BLOB_MISSING", { hash });
    return Uint8Array.from(bytes);
  }

  listen(listener: JournalListener): () => void {
    return this.#queue.listen(listener);
  }

  /** Always 0: no other process can write here. */
  outsideChanges(): number {
    return 0;
  }

  async prune(runs: readonly RunId[]): Promise<number> {
    this.#demandOpen();
    return this.#queue.exclusive(async () => {
      const ended = new Set(runs.filter((run) => endedStatuses.has(this.#heads.get(run)?.status ?? "")));
      for (const run of ended) {
        this.#heads.delete(run);
        this.#events.delete(run);
      }
      for (const [id, slot] of this.#slots) if (ended.has(slot.run)) this.#slots.delete(id);
      this.#dropUnusedBlobs();
      return ended.size;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue.drain();
  }

  #rows(run: RunId): readonly StoredEvent[] {
    return this.#events.get(run) ?? [];
  }

  #write(batch: readonly CommitRequest[]): readonly CommitOutcome[] {
    const plan = new BatchPlan(
      {
        head: (run) => this.#heads.get(run),
        keyHolder: (workflow, key) => this.#keyHolder(workflow, key),
        openRuns: (root) => [...this.#heads.values()].filter((it) => it.root === root),
        ...this.#storedSlots,
      },
      this.#now(),
    );
    const outcomes = batch.map(({ appends, blobs }): CommitOutcome => {
      try {
        const { appended, placed } = plan.add(appends);
        this.#keep(placed, plan.heads, blobs);
        return { kind: "written", appended, events: placed.map((it) => it.event) };
      } catch (error) {
        return { kind: "refused", error };
      }
    });
    for (const slot of plan.slots) this.#slots.set(slotId(slot), Object.freeze(slot));
    return outcomes;
  }

  readonly #storedSlots: StoredSlots = {
    slot: (root, tool, key) => this.#slots.get(slotId({ root, tool, key })),
    slotOf: (run, intent) => [...this.#slots.values()].find((it) => it.run === run && it.seq === intent),
    lastOrder: (root) =>
      Math.max(0, ...[...this.#slots.values()].map((it) => (it.root === root ? (it.order ?? 0) : 0))),
  };

  #keep(placed: readonly PlacedEvent[], heads: ReadonlyMap<RunId, RunHead>, blobs: readonly Blob[]): void {
    for (const { encoded, event } of placed) {
      const { run, seq, at } = event;
      const row = { at, kind: encoded.kind, data: encoded.data, covers: encoded.covers };
      if (seq === 1) this.#events.set(run, []);
      this.#events.get(run)!.push({ ...row, hash: sealEvent(run, seq, row) });
      this.#heads.set(run, Object.freeze(heads.get(run)!));
    }
    for (const { hash, bytes } of blobs) this.#blobs.set(hash, Uint8Array.from(bytes));
  }

  #keyHolder(workflow: string, key: string): RunId | undefined {
    for (const head of this.#heads.values()) {
      if (head.workflow === workflow && head.key === key && holdsKey(head)) return head.run;
    }
    return undefined;
  }

  #dropUnusedBlobs(): void {
    const used = new Set<string>();
    for (const rows of this.#events.values()) for (const row of rows) collectBlobs(String(row.data), used);
    followManifests(used, (hash) => this.#blobs.get(hash));
    for (const hash of this.#blobs.keys()) if (!used.has(hash)) this.#blobs.delete(hash);
  }

  #demandOpen(): void {
    if (this.#closed) throw new FirebreakError("JOURNAL_CLOSED", { path: "the journal in memory" });
  }
}
