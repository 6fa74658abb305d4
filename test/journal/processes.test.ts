// Several processes, and processes that die. What could go wrong: a commit was
// acknowledged and is gone after kill -9; two writers give one sequence twice
// or leave a gap; one process goes on from what it knew before another wrote;
// a stopped process that holds the lock stops this one as well.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { test } from "node:test";
import type { RunId } from "../../src/base/ids.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import { append, begin, claimed, completed, logged } from "./build.ts";
import { journalPaths } from "./folder.ts";

const newPath = journalPaths();
const codeCache = newPath();
const writer = fileURLToPath(new URL("writer-process.ts", import.meta.url));

interface Writer {
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<unknown>;
}

function startWriter(
  path: string,
  run: RunId,
  owner: string,
  count: number,
  onLine?: (lines: string[]) => void,
): Writer {
  const args = ["--conditions=firebreak-source", writer, path, run, owner, String(count)];
  // Children share compiled code, so that starting one is quick.
  const env = { ...process.env, NODE_COMPILE_CACHE: codeCache };
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout! });
  reader.on("line", (line) => {
    lines.push(line);
    onLine?.(lines);
  });
  return { process: child, lines, ended: Promise.all([once(child, "exit"), once(reader, "close")]) };
}

async function newRun(path: string): Promise<RunId> {
  const journal = openSqliteJournal(path);
  const run = await begin(journal);
  await journal.close();
  return run;
}

async function messages(path: string, run: RunId): Promise<readonly string[]> {
  const journal = openSqliteJournal(path);
  const events = await journal.read(run);
  await journal.close();
  return events.map((it) => `${it.seq} ${it.kind === "run.logged" ? it.data.message : it.kind}`);
}

/** Kills a writer ten times at moments of its work; every acknowledged event must be there, and no gap. */
async function killTenTimes(lane: number): Promise<void> {
  const random = seededRandom(`kill ${lane}`);
  const path = newPath();
  const run = await newRun(path);
  const acknowledged: string[] = [];
  for (let kill = 1; kill <= 10; kill += 1) {
    const dieAt = 2 + Math.floor(random() * 40);
    const child: Writer = startWriter(path, run, `writer ${kill}`, 0, (lines) => {
      if (lines.length === dieAt) child.process.kill("SIGKILL");
    });
    await child.ended;
    assert.equal(child.process.signalCode, "SIGKILL");
    acknowledged.push(...child.lines.slice(1));
    const found = await messages(path, run);
    assert.deepEqual(
      acknowledged.filter((it) => !found.includes(it)),
      [],
    );
    assert.deepEqual(
      found.map((it) => Number.parseInt(it, 10)),
      found.map((_, index) => index + 1),
    );
    // Commits under way at the kill may be there besides.
    assert.ok(found.length > acknowledged.length);
  }
  assert.ok(acknowledged.length >= 10);
}

test("has every acknowledged event after 30 times kill -9 (J5, J1)", async () => {
  const path = newPath();
  await startWriter(path, await newRun(path), "fills the code cache", 1).ended;
  await Promise.all([1, 2, 3].map(killTenTimes));
});

test("loses and doubles nothing when two processes append to one run of one file (J3)", async () => {
  const path = newPath();
  const run = await newRun(path);
  const writers = ["a", "b"].map((owner) => startWriter(path, run, owner, 40));
  await Promise.all(writers.map((it) => it.ended));
  const acknowledged = writers.flatMap((it) => it.lines.slice(1));
  assert.equal(acknowledged.length, 80);
  const found = (await messages(path, run)).slice(1);
  assert.deepEqual(
    found,
    acknowledged.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
  );
  assert.deepEqual(
    found.map((it) => Number.parseInt(it, 10)),
    found.map((_, index) => index + 2),
  );
});

test("refuses a process whose run another one took over, and lets it see the change (J4)", async () => {
  const path = newPath();
  const [first, second] = [openSqliteJournal(path), openSqliteJournal(path)];
  const run = await begin(first, {}, claimed("first"));
  await first.commit([{ run, expect: { epoch: 1 }, events: [logged("driven")] }]);
  const before = first.outsideChanges();
  assert.equal(first.outsideChanges(), before);
  await second.commit([{ run, expect: { seq: 3 }, events: [claimed("second")] }]);
  assert.notEqual(first.outsideChanges(), before);
  const late = first.commit([{ run, expect: { epoch: 1 }, events: [completed()] }]);
  await assert.rejects(late, { code: "JOURNAL_CONFLICT" });
  assert.deepEqual((await first.head(run))?.owner, "second");
  await Promise.all([first.close(), second.close()]);
});

test("gives a key to one of two processes (J9)", async () => {
  const path = newPath();
  const [first, second] = [openSqliteJournal(path), openSqliteJournal(path)];
  const results = await Promise.allSettled([first, second].map((it) => begin(it, { key: "march" })));
  assert.deepEqual(results.map((it) => it.status).sort(), ["fulfilled", "rejected"]);
  await Promise.all([first.close(), second.close()]);
});

test("waits for another process's lock while its own readers go on, then says who to look for", async () => {
  const path = newPath();
  const journal = openSqliteJournal(path, { lockLimitMs: 150 });
  const run = await begin(journal);
  const holder = new DatabaseSync(path);
  holder.exec("BEGIN IMMEDIATE");
  const commit = journal.commit([append(run, logged("waits"))]);
  const order: string[] = [];
  const refused = assert
    .rejects(commit, { code: "JOURNAL_BUSY", retryable: true })
    .then(() => order.push("refused"));
  await new Promise((resolve) => setImmediate(resolve));
  order.push(`read ${(await journal.read(run)).length}`);
  await refused;
  assert.deepEqual(order, ["read 1", "refused"]);
  holder.exec("ROLLBACK");
  holder.close();
  await journal.commit([append(run, logged("goes on"))]);
  assert.equal((await journal.read(run)).length, 2);
  await journal.close();
});
