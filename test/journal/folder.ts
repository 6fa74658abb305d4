// A folder of its own for each test file, removed when the tests are over.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** Gives a new path for a journal file at each call. */
export function journalPaths(): () => string {
  const folder = mkdtempSync(join(tmpdir(), "firebreak-journal-"));
  let count = 0;
  after(() => rmSync(folder, { recursive: true, force: true }));
  return () => join(folder, `${(count += 1)}.journal`);
}
