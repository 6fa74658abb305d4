import { type ErrorRow, row } from "./error-row.ts";

interface JournalErrors {
  readonly JOURNAL_CONFLICT: ErrorRow<{ runId: string; expected: string; found: string }>;
  readonly RUN_KEY_TAKEN: ErrorRow<{ workflow: string; key: string; runId: string }>;
  readonly EFFECT_SLOT_TAKEN: ErrorRow<{ tool: string; key: string; runId: string; seq: number }>;
  readonly RUN_TOO_LONG: ErrorRow<{ runId: string; limit: number }>;
  readonly JOURNAL_BUSY: ErrorRow<{ path: string; waitedMs: number }>;
  readonly JOURNAL_FULL: ErrorRow<{ path: string }>;
  readonly JOURNAL_IO: ErrorRow<{ path: string; reason: string }>;
  readonly JOURNAL_POISONED: ErrorRow<{ path: string; reason: string }>;
  readonly JOURNAL_OPEN: ErrorRow<{ path: string; reason: string }>;
  readonly JOURNAL_NEWER: ErrorRow<{ path: string; found: number; supported: number }>;
  readonly JOURNAL_FOREIGN: ErrorRow<{ path: string }>;
  readonly JOURNAL_CLOSED: ErrorRow<{ path: string }>;
  readonly EVENT_CORRUPT: ErrorRow<{ runId: string; seq: number; what: string }>;
  readonly BLOB_CORRUPT: ErrorRow<{ hash: string }>;
  readonly BLOB_MISSING: ErrorRow<{ hash: string }>;
}

export const journalErrors: JournalErrors = {
  JOURNAL_CONFLICT: row({
    retryable: true,
    message: (it) =>
      `run ${it.runId} is at ${it.found}, not at ${it.expected}: another process or a decision moved it`,
    fix: () => "Read the run again; nothing of this append was written.",
  }),
  RUN_KEY_TAKEN: row({
    retryable: false,
    message: (it) => `workflow "${it.workflow}" already has run ${it.runId} with the key "${it.key}"`,
    fix: (it) => `Use that run (firebreak show ${it.runId}), or start with another key.`,
  }),
  EFFECT_SLOT_TAKEN: row({
    retryable: true,
    message: (it) =>
      `${it.tool} "${it.key}" is not as it was when it was looked at: event ${it.seq} of run ${it.runId} stands there`,
    fix: () => "Look at the effect again, and adopt, amend or wait for what stands there.",
  }),
  RUN_TOO_LONG: row({
    retryable: false,
    message: (it) => `run ${it.runId} has ${it.limit} events, the most a run can have`,
    fix: () =>
      "Cut the work into child runs: ctx.call(workflow, input) gives each part a journal of its own.",
  }),
  JOURNAL_BUSY: row({
    retryable: true,
    message: (it) => `another process has held ${it.path} locked for ${it.waitedMs} ms`,
    fix: () => "Look for a stopped process (firebreak ls shows owners), then try again. Nothing was written.",
  }),
  JOURNAL_FULL: row({
    retryable: true,
    message: (it) => `there is no space left to write ${it.path}`,
    fix: () => "Free some space and resume: everything acknowledged so far is kept.",
  }),
  JOURNAL_IO: row({
    retryable: false,
    message: (it) => `writing ${it.path} failed: ${it.reason}`,
    fix: () => "Look at the disk, then resume in a new process: everything acknowledged so far is kept.",
  }),
  JOURNAL_POISONED: row({
    retryable: false,
    message: (it) => `${it.path} takes no more writes since one failed (${it.reason})`,
    fix: () => "End this process and resume in a new one: only that reads what the disk truly holds.",
  }),
  JOURNAL_OPEN: row({
    retryable: false,
    message: (it) => `${it.path} cannot be opened: ${it.reason}`,
    fix: () => "Check that the folder exists and that you may write there.",
  }),
  JOURNAL_NEWER: row({
    retryable: false,
    message: (it) =>
      `${it.path} was written by a newer Firebreak (form ${it.found}; this one reads up to ${it.supported})`,
    fix: () => "Update Firebreak: npm install firebreak@latest. The file was not touched.",
  }),
  JOURNAL_FOREIGN: row({
    retryable: false,
    message: (it) => `${it.path} is not a Firebreak journal`,
    fix: () => "Name another file, or move this one away. The file was not touched.",
  }),
  JOURNAL_CLOSED: row({
    retryable: false,
    message: (it) => `${it.path} is closed`,
    fix: () => "Open it again with open().",
  }),
  EVENT_CORRUPT: row({
    retryable: false,
    message: (it) => `event ${it.seq} of run ${it.runId} does not match its hash: ${it.what}`,
    fix: () =>
      "The run is set aside and other runs go on. Restore the journal from a backup, or start the run again.",
  }),
  BLOB_CORRUPT: row({
    retryable: false,
    message: (it) => `the stored value ${it.hash} does not match its hash`,
    fix: () =>
      "The run that needs it is set aside. Restore the journal from a backup, or start the run again.",
  }),
  BLOB_MISSING: row({
    retryable: false,
    message: (it) => `the stored value ${it.hash} is missing`,
    fix: () => "Restore the journal from a backup, or start the run again.",
  }),
};
