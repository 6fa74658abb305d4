// The only file that loads node:sqlite, and only when a journal is opened.
// Opens, inspects and migrates journal files, and says what SQLite's errors
// mean for a journal. A file that is not ours, or newer, is not written to.

import { closeSync, openSync, readSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { FirebreakError } from "../base/errors.ts";
import { applicationId, currentForm, migrations } from "./sqlite-schema.ts";

/** The part of node:sqlite that a journal uses. Tests wrap it to make a disk fail. */
export type SqliteHandle = Pick<DatabaseSync, "exec" | "prepare" | "close" | "isTransaction">;

export type OpenHandle = (
  path: string,
  options: { readonly readOnly: boolean; readonly timeout: number },
) => SqliteHandle;

/** How long opening waits for another process that opens the same file. */
const openWaitMs = 10_000;
/** How long one statement blocks this process for a lock. Longer waits are asynchronous. */
const lockWaitMs = 100;
/** 8 kB pages waste less of a page on values of about 1 kB than the default of 4. */
const pageBytes = 4_096;

const magic = "SQLite format 3\0";

export const openHandle: OpenHandle = (path, options) => {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  return new DatabaseSync(path, options);
};

/**
 * Opens a journal file, made or migrated where needed.
 *
 * @throws JOURNAL_OPEN, JOURNAL_FOREIGN, JOURNAL_NEWER, JOURNAL_FULL, JOURNAL_BUSY
 */
export function openJournalFile(
  path: string,
  synchronous: "full" | "normal",
  open: OpenHandle,
): SqliteHandle {
  let handle: SqliteHandle | undefined;
  try {
    if (!isEmptyFile(path)) inspect(path, open);
    handle = open(path, { readOnly: false, timeout: openWaitMs });
    handle.exec(
      `PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`,
    );
    migrate(handle, path);
    handle.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
    return handle;
  } catch (error) {
    handle?.close();
    throw FirebreakError.any(error) ? error : openError(path, error);
  }
}

/** True for a file that is missing or empty. @throws JOURNAL_FOREIGN for a file that is not SQLite's. */
function isEmptyFile(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
  try {
    const head = Buffer.alloc(magic.length);
    const length = readSync(file, head, 0, head.length, 0);
    if (length > 0 && head.toString("latin1") !== magic)
      throw new FirebreakError("JOURNAL_FOREIGN", { path });
    return length === 0;
  } finally {
    closeSync(file);
  }
}

/** Looks at a file through a handle that cannot write. */
function inspect(path: string, open: OpenHandle): void {
  const handle = open(path, { readOnly: true, timeout: openWaitMs });
  try {
    demandForm(readForm(handle, path), path);
  } finally {
    handle.close();
  }
}

/** The form of a file; 0 for one without any table. @throws JOURNAL_FOREIGN */
function readForm(handle: SqliteHandle, path: string): number {
  const id = handle.prepare("PRAGMA application_id").get()?.["application_id"];
  if (id === applicationId) return Number(handle.prepare("SELECT form FROM meta").get()?.["form"]);
  const tables = handle.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.["count"];
  if (id !== 0 || tables !== 0) throw new FirebreakError("JOURNAL_FOREIGN", { path });
  return 0;
}

function demandForm(found: number, path: string): void {
  if (found > currentForm) throw new FirebreakError("JOURNAL_NEWER", { path, found, supported: currentForm });
}

function migrate(handle: SqliteHandle, path: string): void {
  if (readForm(handle, path) === currentForm) return;
  handle.exec("BEGIN IMMEDIATE");
  try {
    // Read again: another process may have migrated the file in the meantime.
    const form = readForm(handle, path);
    demandForm(form, path);
    for (const step of migrations.slice(form)) {
      if (typeof step === "string") handle.exec(step);
      else step(handle);
    }
    handle.exec(`UPDATE meta SET form = ${currentForm}; COMMIT`);
  } catch (error) {
    rollBack(handle);
    throw error;
  }
}

/** Ends a transaction without its writes. SQLite may have done so by itself. */
export function rollBack(handle: SqliteHandle): void {
  try {
    if (handle.isTransaction) handle.exec("ROLLBACK");
  } catch {
    // The error that led here is the one to report; a handle that cannot roll back is poisoned by it.
  }
}

const primary = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
};
/** SQLITE_IOERR_SHMSIZE: the shared-memory file could not grow, which is a full disk. */
const sharedMemoryFull = 4_874;

/** What an error of SQLite means for a journal; undefined for an error that is not SQLite's. */
export function sqliteTrouble(error: unknown): "busy" | "full" | "io" | "corrupt" | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  if (typeof code !== "number") return undefined;
  if (code === sharedMemoryFull) return "full";
  switch (code & 0xff) {
    case primary.busy:
    case primary.locked:
      return "busy";
    case primary.full:
      return "full";
    case primary.corrupt:
    case primary.notADatabase:
      return "corrupt";
    default:
      return "io";
  }
}

/** SQLite's own words for an error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function openError(path: string, error: unknown): FirebreakError {
  const code = (error as { errcode?: number }).errcode ?? 0;
  const trouble = sqliteTrouble(error);
  if (code === primary.notADatabase) return new FirebreakError("JOURNAL_FOREIGN", { path });
  if (trouble === "full") return new FirebreakError("JOURNAL_FULL", { path });
  if (trouble === "busy") return new FirebreakError("JOURNAL_BUSY", { path, waitedMs: openWaitMs });
  return new FirebreakError("JOURNAL_OPEN", { path, reason: reasonOf(error) }, { cause: error });
}
