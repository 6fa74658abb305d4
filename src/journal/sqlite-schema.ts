// The form of a journal file, and the way from each older form to this one.
//
// An event's id is its run's number times 2^20 plus its sequence: one b-tree
// keeps a run's events side by side, without a second index. The row of a run
// is a projection of its events, rewritten only when more than the last
// sequence changes; its sequence is then read from the events.

import type { DatabaseSync } from "node:sqlite";
import { projectEffects } from "./sqlite-effects.ts";

/** Marks a file as ours: "FBRK". Stands in the header of the file. */
export const applicationId = 0x4642524b;

/** Distance between the ids of two runs' events. */
export const runStride: number = 2 ** 20;

/** A step that reads what is there. */
export type Migration = (handle: Pick<DatabaseSync, "exec" | "prepare">) => void;

/**
 * Steps from form 0 (an empty file) upwards: entry n leads from form n to n + 1. Entries are never edited,
 * since files were written by them; a change of the form is a new entry.
 */
export const migrations: readonly (string | Migration)[] = [
  `
  PRAGMA application_id = ${applicationId};
  CREATE TABLE meta (form INTEGER NOT NULL) STRICT;
  INSERT INTO meta (form) VALUES (0);
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    data TEXT NOT NULL,
    covers TEXT,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE INDEX events_invalidated ON events (id) WHERE kind = 12;
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    root TEXT,
    parent TEXT,
    workflow TEXT NOT NULL,
    key TEXT,
    file TEXT,
    status INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    owner TEXT,
    wakeAt INTEGER,
    ready INTEGER NOT NULL,
    createdAt INTEGER NOT NULL,
    updatedAt INTEGER NOT NULL,
    due INTEGER,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE INDEX runs_key ON runs (key, workflow) WHERE key IS NOT NULL;
  CREATE INDEX runs_open ON runs (status) WHERE status < 3;
  CREATE INDEX runs_due ON runs (due) WHERE due IS NOT NULL;
  CREATE INDEX runs_owner ON runs (owner) WHERE owner IS NOT NULL;
  CREATE INDEX runs_root ON runs (root) WHERE root IS NOT NULL;
  CREATE INDEX runs_parent ON runs (parent) WHERE parent IS NOT NULL;
  CREATE TABLE blobs (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  `,
  projectEffects,
];

/** The form this version writes. */
export const currentForm: number = migrations.length;
