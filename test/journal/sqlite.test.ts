// The SQLite journal owes what every journal owes; and its own part: the file.
// What could go wrong: a file of someone else, of a newer version or at a path
// that cannot be read is changed or misread; events do not survive re-opening.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { currentForm } from "../../src/journal/sqlite-schema.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import { journalSpec } from "../spec/journal.spec.ts";
import { append, begin, blobOf, claimed, intended, lines, logged, received, settled } from "./build.ts";
import { journalPaths } from "./folder.ts";

const newPath = journalPaths();

journalSpec("sqlite", () => openSqliteJournal(newPath(), { now: () => 1_000, synchronous: "normal" }));

test("gives back after re-opening what was acknowledged", async () => {
  const path = newPath();
  const first = openSqliteJournal(path);
  const run = await begin(first, {}, claimed());
  const blob = blobOf("kept");
  await first.commit([append(run, logged("a"))], [blob]);
  const [events, head] = [await first.read(run), await first.head(run)];
  await first.close();
  const second = openSqliteJournal(path);
  assert.deepEqual(await second.read(run), events);
  assert.deepEqual(await second.head(run), head);
  assert.equal(Buffer.from(await second.blob(blob.hash)).toString(), "kept");
  await second.commit([{ run, expect: { seq: 3, epoch: 1 }, events: [logged("b")] }]);
  assert.equal((await second.read(run)).length, 4);
  await second.close();
});

test("syncs every commit by default", async () => {
  const asked: string[] = [];
  const journal = openSqliteJournal(newPath(), {
    open: (path, options) => {
      const handle = new DatabaseSync(path, options);
      const pragma = (name: string): string => String(handle.prepare(`PRAGMA ${name}`).get()?.[name]);
      return {
        get isTransaction() {
          return handle.isTransaction;
        },
        exec(sql: string) {
          handle.exec(sql);
          asked.push(`${pragma("journal_mode")} ${pragma("synchronous")}`);
        },
        prepare: (sql: string) => handle.prepare(sql),
        close: () => handle.close(),
      };
    },
  });
  await begin(journal);
  await journal.close();
  assert.equal(asked.at(-1), "wal 2");
});

test("leaves a journal of a newer form as it is", async () => {
  const path = newPath();
  await openSqliteJournal(path).close();
  const file = new DatabaseSync(path);
  file.exec("UPDATE meta SET form = 99; PRAGMA wal_checkpoint(TRUNCATE)");
  file.close();
  const before = readFileSync(path);
  assert.throws(() => openSqliteJournal(path), {
    code: "JOURNAL_NEWER",
    details: { path, found: 99, supported: currentForm },
  });
  assert.ok(before.equals(readFileSync(path)));
});

test("builds what is known of effects from the events of a file that was written without it (J10)", async () => {
  const path = newPath();
  const before = openSqliteJournal(path);
  const root = await begin(before, {}, intended("mail", "a"), received(2), intended("mail", "b"));
  const child = await begin(before, { root }, intended("mail", "c"), settled(2, false));
  const slots = await before.slots(root);
  await before.close();
  const file = new DatabaseSync(path);
  file.exec("DROP TABLE effects; UPDATE meta SET form = 1");
  file.close();
  const after = openSqliteJournal(path);
  assert.deepEqual(await after.slots(root), slots);
  assert.deepEqual(
    slots.map((it) => [it.run, it.key, it.state]),
    [
      [root, "a", "received"],
      [root, "b", "intended"],
      [child, "c", "not-sent"],
    ],
  );
  await after.close();
});

test("uses no row of an effect that changed (J6)", async () => {
  const path = newPath();
  const before = openSqliteJournal(path);
  const root = await begin(before, {}, intended("mail", "a"));
  await before.close();
  const file = new DatabaseSync(path);
  file.exec("UPDATE effects SET slot = replace(slot, 'intended', 'not-sent')");
  file.close();
  const after = openSqliteJournal(path);
  await assert.rejects(after.slot(root, "mail", "a"), { code: "EVENT_CORRUPT" });
  await assert.rejects(after.commit([append(root, intended("mail", "a"))]), { code: "EVENT_CORRUPT" });
  await after.close();
});

test("leaves a file of another program as it is, be it SQLite's or not", () => {
  const [text, other] = [newPath(), newPath()];
  writeFileSync(text, "id,amount\n1,20\n");
  const file = new DatabaseSync(other);
  file.exec("CREATE TABLE meta (form INTEGER); INSERT INTO meta VALUES (1)");
  file.close();
  for (const path of [text, other]) {
    const before = readFileSync(path);
    assert.throws(() => openSqliteJournal(path), { code: "JOURNAL_FOREIGN" });
    assert.ok(before.equals(readFileSync(path)));
  }
});

test("says why a path cannot be opened", () => {
  const folder = newPath();
  mkdirSync(folder);
  assert.throws(() => openSqliteJournal(folder), { code: "JOURNAL_OPEN" });
  assert.throws(() => openSqliteJournal(`${folder}/missing/run.journal`), { code: "JOURNAL_OPEN" });
});

test("opens an empty file, and one whose making was cut off", async () => {
  const [empty, cut] = [newPath(), newPath()];
  writeFileSync(empty, "");
  const file = new DatabaseSync(cut);
  file.exec("PRAGMA journal_mode = WAL");
  file.close();
  for (const path of [empty, cut]) {
    const journal = openSqliteJournal(path);
    assert.deepEqual(lines(await journal.read(await begin(journal))), ["1 run.started"]);
    await journal.close();
  }
});

test("does not load node:sqlite before a journal is opened", () => {
  const code = `
    process.getBuiltinModule = new Proxy(process.getBuiltinModule, { apply() { throw new Error("loaded") } });
    await import(${JSON.stringify(new URL("../../src/journal/sqlite.ts", import.meta.url).href)});
    console.log(process.moduleLoadList.some((it) => it.includes("sqlite")));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    encoding: "utf8",
  });
  assert.equal(stdout.trim(), "false", stderr);
});
