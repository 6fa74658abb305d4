// A disk may give back other bytes than were written. Single bits of stored
// events and values are flipped at random places, behind the journal's back,
// through a second connection: none may be read as if nothing had happened,
// and runs that were not hit are read as before.

import assert from "node:assert/strict";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { after, test } from "node:test";
import type { RunId } from "../../src/base/ids.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import { append, begin, blobOf, claimed, invalidated, logged, parked, signalled } from "./build.ts";
import { journalPaths } from "./folder.ts";

const path = journalPaths()();
const journal = openSqliteJournal(path, { synchronous: "normal" });
const disk = new DatabaseSync(path);
after(async () => {
  disk.close();
  await journal.close();
});

const blobs = [blobOf("a stored table ".repeat(40)), blobOf("another one ".repeat(40))];
const [hit, spared] = [await begin(journal, { key: "k" }, claimed()), await begin(journal)];
await journal.commit([append(spared, logged("spared"))]);
await journal.commit(
  [append(hit, signalled, logged("a — b"), logged("stands for 3 and 4", [[3, 4]]), invalidated(5))],
  blobs,
);
await journal.commit([append(hit, logged("stands for 2 and 3", [[2, 3]]), parked(9_000))]);

interface Cell {
  readonly table: "events" | "blobs" | "runs";
  readonly rowid: number;
  readonly column: string;
  readonly value: SQLInputValue;
}

function cellsOf(table: Cell["table"], columns: readonly string[], where = "TRUE"): readonly Cell[] {
  const rows = disk
    .prepare(`SELECT rowid AS place, ${columns.join(", ")} FROM ${table} WHERE ${where}`)
    .all();
  return rows.flatMap((row) =>
    columns
      .filter((column) => row[column] !== null)
      .map((column) => ({ table, rowid: Number(row["place"]), column, value: row[column] as SQLInputValue })),
  );
}

/** Flips a bit, looks, and puts the bit back. */
async function whileFlipped(cell: Cell, random: () => number, look: () => Promise<void>): Promise<void> {
  const { table, rowid, column, value } = cell;
  const set = (kind: "TEXT" | "BLOB" | "INTEGER", given: SQLInputValue): unknown =>
    disk.prepare(`UPDATE ${table} SET ${column} = CAST(? AS ${kind}) WHERE rowid = ?`).run(given, rowid);
  if (typeof value === "number")
    set("INTEGER", Number(BigInt(value) ^ (1n << BigInt(Math.floor(random() * 48)))));
  else {
    const bytes = typeof value === "string" ? Buffer.from(value) : Buffer.from(value as Uint8Array);
    const place = Math.floor(random() * bytes.length);
    bytes[place] = bytes[place]! ^ (1 << Math.floor(random() * 8));
    set(typeof value === "string" ? "TEXT" : "BLOB", bytes);
  }
  try {
    await look();
  } finally {
    set(typeof value === "number" ? "INTEGER" : typeof value === "string" ? "TEXT" : "BLOB", value);
  }
}

async function demandDamage(cell: Cell): Promise<void> {
  if (cell.table === "blobs") {
    const results = await Promise.allSettled(blobs.map((it) => journal.blob(it.hash)));
    assert.equal(results.filter((it) => it.status === "rejected").length, 1, JSON.stringify(cell));
    return;
  }
  await assert.rejects(journal.read(hit), { code: "EVENT_CORRUPT" }, JSON.stringify(cell));
  const seq = cell.rowid % 2 ** 20;
  await assert.rejects(journal.event(hit, seq), { code: "EVENT_CORRUPT" });
  if (isOpen.has(seq)) await assert.rejects(journal.readOpen(hit), { code: "EVENT_CORRUPT" });
  assert.equal((await journal.read(spared)).length, 2);
}

const isOpen = new Set((await journal.readOpen(hit)).map((it) => it.seq));

test("notices 400 of 400 single bits flipped in stored events and values (J6)", async () => {
  const random = seededRandom("bits of events");
  const base = Number(disk.prepare("SELECT number FROM runs WHERE run = ?").get(hit)!["number"]) * 2 ** 20;
  const inHit = `id > ${base} AND id < ${base + 2 ** 20}`;
  const cells = [
    ...cellsOf("events", ["at", "kind", "data", "covers", "hash"], inHit),
    ...cellsOf("blobs", ["hash", "bytes"]),
  ];
  const columns = new Set<string>();
  for (let flip = 0; flip < 400; flip += 1) {
    const cell = cells[Math.floor(random() * cells.length)]!;
    columns.add(`${cell.table}.${cell.column}`);
    await whileFlipped(cell, random, () => demandDamage(cell));
  }
  assert.equal(columns.size, 7);
  assert.equal((await journal.read(hit)).length, 8);
});

test("folds a run's events anew when its row was changed, so the head is as before", async () => {
  const random = seededRandom("bits of heads");
  const head = await journal.head(hit);
  const columns = [
    "workflow",
    "key",
    "status",
    "seq",
    "epoch",
    "wakeAt",
    "ready",
    "createdAt",
    "updatedAt",
    "hash",
  ];
  const cells = cellsOf("runs", columns, `run = '${hit}'`);
  for (let flip = 0; flip < 100; flip += 1) {
    const cell = cells[Math.floor(random() * cells.length)]!;
    await whileFlipped(cell, random, async () => assert.deepEqual(await journal.head(hit), head));
  }
});

test("writes a changed row anew with the next append", async () => {
  const run = await begin(journal, {}, claimed());
  disk.prepare("UPDATE runs SET epoch = 7 WHERE run = ?").run(run);
  await journal.commit([{ run, expect: { epoch: 1 }, events: [logged("goes on"), logged("and on")] }]);
  assert.equal(disk.prepare("SELECT epoch FROM runs WHERE run = ?").get(run)!["epoch"], 1);
});

test("notices an event that is gone, in the middle and at the end (J1)", async () => {
  for (const lost of [2, 3]) {
    const run = await begin(journal, {}, logged("2"), parked());
    disk
      .prepare("DELETE FROM events WHERE id = (SELECT number FROM runs WHERE run = ?) * 1048576 + ?")
      .run(run, lost);
    await assert.rejects(journal.read(run), {
      code: "EVENT_CORRUPT",
      details: { runId: run, seq: lost, what: "it is missing" },
    });
    await assert.rejects(journal.readOpen(run), { code: "EVENT_CORRUPT" });
  }
});

test("sets aside only the run that cannot be read: it is listed as halted, others go on", async () => {
  const run: RunId = await begin(journal, { workflow: "damaged" });
  disk.prepare("UPDATE runs SET epoch = 7 WHERE run = ?").run(run);
  disk
    .prepare("UPDATE events SET data = '{}' WHERE id = (SELECT number FROM runs WHERE run = ?) * 1048576 + 1")
    .run(run);
  assert.deepEqual(
    (await journal.heads({ workflow: "damaged" })).map((it) => it.status),
    ["halted"],
  );
  const both = await Promise.allSettled([
    journal.commit([append(run, logged("no"))]),
    journal.commit([append(spared, logged("yes"))]),
  ]);
  assert.deepEqual(
    both.map((it) => it.status),
    ["rejected", "fulfilled"],
  );
});

test("mends a stored value that was changed when the same value is stored again", async () => {
  const [blob] = blobs as [{ hash: string; bytes: Uint8Array }];
  disk.prepare("UPDATE blobs SET bytes = x'00' WHERE hash = ?").run(Buffer.from(blob.hash, "hex"));
  await assert.rejects(journal.blob(blob.hash), { code: "BLOB_CORRUPT" });
  await journal.commit([append(spared, logged("again"))], [blob]);
  assert.deepEqual(Buffer.from(await journal.blob(blob.hash)), Buffer.from(blob.bytes));
});
