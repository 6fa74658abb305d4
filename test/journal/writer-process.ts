// A process of its own that appends to a journal, for tests that kill it, fail
// its syncs or set two against each other. Prints a line for each commit that
// was acknowledged, after it was, through a write that does not buffer.
//
//   node writer-process.ts PATH RUN OWNER COUNT
//
// Appends COUNT events, or for ever with 0. Retries when another writer was first.

import { writeSync } from "node:fs";
import { FirebreakError } from "../../src/base/errors.ts";
import type { RunId } from "../../src/base/ids.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import { logged } from "./build.ts";

const [path, run, owner, count] = process.argv.slice(2) as [string, RunId, string, string];
const journal = openSqliteJournal(path);
let seq = (await journal.head(run))!.seq;
writeSync(1, `opened at ${seq}\n`);
const limit = Number(count) || Number.POSITIVE_INFINITY;
let written = 0;
while (written < limit) {
  try {
    const [landed] = await journal.commit([
      { run, expect: { seq }, events: [logged(`${owner} ${written}`)] },
    ]);
    seq = landed!.lastSeq;
    written += 1;
    writeSync(1, `${seq} ${owner} ${written - 1}\n`);
  } catch (error) {
    if (FirebreakError.is(error, "JOURNAL_CONFLICT")) seq = (await journal.head(run))!.seq;
    else await stopped(error);
  }
}
await journal.close();

/** Says which error ended the writing, and what the next write is told. */
async function stopped(error: unknown): Promise<never> {
  let next = "written";
  try {
    await journal.commit([{ run, expect: {}, events: [logged("after")] }]);
  } catch (later) {
    next = codeOf(later);
  }
  writeSync(1, `error ${codeOf(error)} then ${next}\n`);
  process.exit(3);
}

function codeOf(error: unknown): string {
  return FirebreakError.any(error) ? error.code : String(error);
}
