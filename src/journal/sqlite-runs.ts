// Heads of runs as rows: writing them, reading them back, finding them. A row
// carries a hash of its own; one that fails is not used (its caller folds the
// run's events instead, of which a head is only a projection).

import { hash as digest } from "node:crypto";
import type { RunId } from "../base/ids.ts";
import type { RunFilter, RunHead, RunStatus } from "./journal.ts";
import { defaultRunLimit, dueTime } from "./run-filter.ts";

/** Codes are written in journals. Those below `firstEnded` are open: they hold their key. */
const statuses: readonly RunStatus[] = ["waiting", "running", "halted", "completed", "failed", "cancelled"];
const firstEnded = 3;

const columns = [
  "run",
  "root",
  "parent",
  "workflow",
  "key",
  "file",
  "status",
  "seq",
  "epoch",
  "owner",
  "wakeAt",
  "ready",
  "createdAt",
  "updatedAt",
  "due",
] as const;

type Cell = string | number | null;
type Cells = Readonly<Record<(typeof columns)[number], Cell>>;

/** A row of the table as SQLite gives it. */
export type RunRow = Readonly<Record<string, unknown>>;

const places = columns.map(() => "?").join(", ");
const settings = columns.map((it) => `${it} = ?`).join(", ");

export const insertRun: string = `INSERT INTO runs (${columns.join(", ")}, hash) VALUES (${places}, ?)`;
export const updateRun: string = `UPDATE runs SET ${settings}, hash = ? WHERE number = ?`;
export const selectKeyHolder: string = `
  SELECT run FROM runs WHERE key = ? AND workflow = ? AND key IS NOT NULL AND status < ${firstEnded}`;

/** The values of insertRun and updateRun, in order. */
export function runParameters(head: RunHead): readonly (Cell | Uint8Array)[] {
  const row = cells(head);
  const values = columns.map((it) => row[it]);
  return [...values, sealRow(values)];
}

/** The head of a row, or undefined when the row's bytes changed. */
export function decodeRun(row: RunRow): RunHead | undefined {
  const { hash } = row;
  const values = columns.map((it) => row[it] as Cell);
  if (!(hash instanceof Uint8Array) || Buffer.compare(hash, sealRow(values)) !== 0) return undefined;
  return toHead(row as unknown as Cells);
}

/** A head to list a run by that can be read in no other way: set aside, with what its row says. */
export function damagedHead(row: RunRow): RunHead {
  return { ...toHead(row as unknown as Cells), status: "halted", ready: false };
}

/** True when the row need not be rewritten: only the last sequence and its time moved. */
export function sameRow(before: RunHead, after: RunHead): boolean {
  return (
    before.status === after.status &&
    before.epoch === after.epoch &&
    before.owner === after.owner &&
    before.wakeAt === after.wakeAt &&
    before.ready === after.ready
  );
}

/** The query for a filter, newest runs first. */
export function runQuery(filter: RunFilter): {
  readonly sql: string;
  readonly values: readonly (string | number)[];
} {
  const terms: string[] = [];
  const values: (string | number)[] = [];
  const where = (term: string, ...given: (string | number)[]): void => {
    terms.push(term);
    values.push(...given);
  };
  const { status, workflow, key, root, parent, owner, dueAt, prefix } = filter;
  if (status !== undefined) {
    const codes = status.map((it) => statuses.indexOf(it));
    where(`status IN (${codes.join(", ")})`);
    if (codes.every((it) => it < firstEnded)) where(`status < ${firstEnded}`);
  }
  if (workflow !== undefined) where("workflow = ?", workflow);
  if (key !== undefined) where("key IS NOT NULL AND key = ?", key);
  if (root !== undefined) where("(root = ? OR (root IS NULL AND run = ?))", root, root);
  if (parent !== undefined) where("parent IS NOT NULL AND parent = ?", parent);
  if (owner !== undefined) where("owner IS NOT NULL AND owner = ?", owner);
  if (dueAt !== undefined) where("due IS NOT NULL AND due <= ?", dueAt);
  if (prefix !== undefined) where("run >= ? AND run < ?", prefix, `${prefix}\u{10ffff}`);
  const sql = `SELECT * FROM runs WHERE ${terms.join(" AND ") || "TRUE"} ORDER BY number DESC LIMIT ?`;
  return { sql, values: [...values, Math.max(0, filter.limit ?? defaultRunLimit)] };
}

function cells(head: RunHead): Cells {
  return {
    run: head.run,
    root: head.root === head.run ? null : head.root,
    parent: head.parent ?? null,
    workflow: head.workflow,
    key: head.key ?? null,
    file: head.file ?? null,
    status: statuses.indexOf(head.status),
    seq: head.seq,
    epoch: head.epoch,
    owner: head.owner ?? null,
    wakeAt: head.wakeAt ?? null,
    ready: head.ready ? 1 : 0,
    createdAt: head.createdAt,
    updatedAt: head.updatedAt,
    due: dueTime(head) ?? null,
  };
}

function toHead(row: Cells): RunHead {
  const { parent, key, file, owner, wakeAt } = row;
  return {
    run: row.run as RunId,
    root: (row.root ?? row.run) as RunId,
    ...(parent === null ? {} : { parent: parent as RunId }),
    workflow: String(row.workflow),
    ...(key === null ? {} : { key: String(key) }),
    ...(file === null ? {} : { file: String(file) }),
    status: statuses[Number(row.status)] ?? "halted",
    seq: Number(row.seq),
    epoch: Number(row.epoch),
    ...(owner === null ? {} : { owner: String(owner) }),
    ...(wakeAt === null ? {} : { wakeAt: Number(wakeAt) }),
    ready: row.ready === 1,
    createdAt: Number(row.createdAt),
    updatedAt: Number(row.updatedAt),
  };
}

function sealRow(values: readonly Cell[]): Uint8Array {
  return digest("sha256", JSON.stringify(values), "buffer").subarray(0, 16);
}
