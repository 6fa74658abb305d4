// Disks fill up and fail. What could go wrong: a commit is acknowledged that
// is not on disk; a failed one leaves half of itself; writing goes on after a
// failed sync, when nobody knows what the disk holds; a full disk stays an
// error after space was made.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { FirebreakError } from "../../src/base/errors.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import type { OpenHandle } from "../../src/journal/sqlite-file.ts";
import { append, begin, blobOf, lines, logged } from "./build.ts";
import { journalPaths } from "./folder.ts";

const newPath = journalPaths();
const writer = fileURLToPath(new URL("writer-process.ts", import.meta.url));

/** A handle that can be told to fail a statement as SQLite would. */
function faultyHandle(): {
  readonly open: OpenHandle;
  readonly fail: (statement: string, errcode: number) => void;
  database?: DatabaseSync;
} {
  const planned = new Map<string, number>();
  const rig = {
    database: undefined as DatabaseSync | undefined,
    fail: (statement: string, errcode: number) => void planned.set(statement, errcode),
    open: ((path, options) => {
      const database = new DatabaseSync(path, options);
      rig.database = database;
      return {
        get isTransaction() {
          return database.isTransaction;
        },
        exec(sql: string) {
          const errcode = planned.get(sql);
          if (errcode === undefined) return database.exec(sql);
          planned.delete(sql);
          throw Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode });
        },
        prepare: (sql: string) => database.prepare(sql),
        close: () => database.close(),
      };
    }) satisfies OpenHandle,
  };
  return rig as ReturnType<typeof faultyHandle>;
}

/** Commits values of 20 kB until one is refused. Returns how many were acknowledged. */
async function fill(
  journal: Journal,
  run: Awaited<ReturnType<typeof begin>>,
): Promise<{ readonly count: number; readonly error: unknown }> {
  for (let count = 0; count < 1_000; count += 1) {
    try {
      await journal.commit([append(run, logged(`value ${count}`))], [blobOf(`${count}`.padEnd(20_000, "."))]);
    } catch (error) {
      return { count, error };
    }
  }
  return { count: 1_000, error: undefined };
}

async function demandFullAndBack(journal: Journal, makeSpace: () => void): Promise<void> {
  const run = await begin(journal);
  const { count, error } = await fill(journal, run);
  assert.ok(FirebreakError.is(error, "JOURNAL_FULL") && error.retryable, String(error));
  assert.ok(count > 0);
  assert.equal((await journal.read(run)).length, count + 1);
  makeSpace();
  await journal.commit([append(run, logged("there is space again"))], [blobOf("x".repeat(20_000))]);
  assert.equal((await journal.read(run)).length, count + 2);
}

test("reports a full disk, keeps what was acknowledged, and writes again once there is space", async (t) => {
  const folder = newPath();
  mkdirSync(folder);
  if (!mountSmallDisk(t, folder)) return;
  writeFileSync(`${folder}/other data`, Buffer.alloc(1_000_000));
  const journal = openSqliteJournal(`${folder}/run.journal`);
  try {
    await demandFullAndBack(journal, () => rmSync(`${folder}/other data`));
  } finally {
    await journal.close();
  }
});

test("reports a file that may not grow, keeps what was acknowledged, and writes on once it may", async () => {
  const rig = faultyHandle();
  const journal = openSqliteJournal(newPath(), { open: rig.open });
  rig.database!.exec("PRAGMA max_page_count = 60");
  await demandFullAndBack(journal, () => rig.database!.exec("PRAGMA max_page_count = 100000"));
  await journal.close();
});

test("fails all commits of a batch whose sync failed, and writes no more until reopened (J5)", async () => {
  const [path, rig] = [newPath(), faultyHandle()];
  const journal = openSqliteJournal(path, { open: rig.open });
  const run = await begin(journal);
  const told: unknown[] = [];
  journal.listen((events) => told.push(events));
  rig.fail("COMMIT", 1_034);
  const batch = await Promise.allSettled(
    [1, 2, 3].map((it) => journal.commit([append(run, logged(`${it}`))])),
  );
  assert.deepEqual(
    batch.map((it) => it.status === "rejected" && it.reason.code),
    ["JOURNAL_IO", "JOURNAL_IO", "JOURNAL_IO"],
  );
  await assert.rejects(journal.commit([append(run, logged("later"))]), { code: "JOURNAL_POISONED" });
  await assert.rejects(journal.prune([run]), { code: "JOURNAL_POISONED" });
  assert.deepEqual(told, []);
  assert.deepEqual(lines(await journal.read(run)), ["1 run.started"]);
  await journal.close();
  const again = openSqliteJournal(path);
  await again.commit([append(run, logged("goes on"))]);
  await again.close();
});

test("acknowledges nothing after the kernel failed a sync (J5)", async (t) => {
  const path = newPath();
  const journal = openSqliteJournal(path);
  const run = await begin(journal);
  await journal.close();
  const inject = [
    "-f",
    "-o",
    "/dev/null",
    "-e",
    "trace=fsync,fdatasync",
    "-e",
    "inject=fsync,fdatasync:error=EIO:when=8+",
  ];
  const command = [
    ...inject,
    process.execPath,
    "--conditions=firebreak-source",
    writer,
    path,
    run,
    "writer",
    "50",
  ];
  const { stdout, error } = spawnSync("strace", command, { encoding: "utf8" });
  if (error !== undefined || !stdout.startsWith("opened"))
    return t.skip("strace is missing or may not trace");
  const printed = stdout.trim().split("\n").slice(1);
  assert.equal(printed.pop(), "error JOURNAL_IO then JOURNAL_POISONED");
  const again = openSqliteJournal(path);
  const found = (await again.read(run)).map(
    (it) => `${it.seq} ${it.kind === "run.logged" ? it.data.message : ""}`,
  );
  await again.close();
  assert.deepEqual(
    printed.filter((it) => !found.includes(it)),
    [],
  );
  assert.ok(printed.length > 0 && printed.length < 50);
});

/** Mounts a file system of 2 MB, where the machine lets us. */
function mountSmallDisk(t: TestContext, folder: string): boolean {
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]).status === 0;
  if (!mounted) t.skip("mounting needs root");
  else t.after(() => void spawnSync("umount", [folder]));
  return mounted;
}
