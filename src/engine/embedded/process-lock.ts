// Who is alive. Each process holds an exclusive transaction on a small SQLite
// file of its own; the kernel frees it when the process dies, whatever killed
// it. A process is dead when its lock can be taken.

import { mkdirSync, rmSync, existsSync } from "node:fs";
import { join } from "node:path";
import { randomUUIDv7 } from "node:crypto";
import { createRequire } from "node:module";
import type { DatabaseSync as Database } from "node:sqlite";
import { FirebreakError } from "../../base/errors.ts";

type Sqlite = typeof import("node:sqlite");

/** Tells whether the process that drives a run lives. */
export interface Liveness {
  /** Name of this process, as written into run.claimed. */
  readonly owner: string;
  isAlive(owner: string): boolean;
  close(): void;
}

/** For journals in memory: nobody else can reach them. */
export function soleProcess(owner = "this-process"): Liveness {
  return { owner, isAlive: (it) => it === owner, close: () => undefined };
}

/** SQLite's code for a full disk. */
const diskFull = 13;

/** Takes this process's lock in a folder. @throws JOURNAL_FULL, JOURNAL_OPEN */
export function lockProcess(folder: string): Liveness {
  // Loaded when used: a journal in memory needs no SQLite.
  const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite") as Sqlite;
  const owner = `${process.pid}-${randomUUIDv7().slice(-12)}`;
  const file = (it: string): string => join(folder, `${it}.lock`);
  const held = hold(DatabaseSync, folder, file(owner));
  return {
    owner,
    isAlive(other) {
      if (other === owner) return true;
      if (!existsSync(file(other))) return false;
      const probe = new DatabaseSync(file(other), { timeout: 0 });
      try {
        probe.exec("BEGIN EXCLUSIVE; ROLLBACK");
        return false;
      } catch {
        return true;
      } finally {
        probe.close();
      }
    },
    close() {
      held.close();
      rmSync(file(owner), { force: true });
    },
  };
}

function hold(DatabaseSync: Sqlite["DatabaseSync"], folder: string, path: string): Database {
  let held: Database | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    held = new DatabaseSync(path, { timeout: 0 });
    // Nothing is ever written: the lock on the empty file is all there is.
    held.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN EXCLUSIVE");
    return held;
  } catch (error) {
    held?.close();
    rmSync(path, { force: true });
    const { errcode, code, message } = error as { errcode?: number; code?: string; message: string };
    if (errcode === diskFull || code === "ENOSPC")
      throw new FirebreakError("JOURNAL_FULL", { path }, { cause: error });
    throw new FirebreakError("JOURNAL_OPEN", { path, reason: message }, { cause: error });
  }
}
