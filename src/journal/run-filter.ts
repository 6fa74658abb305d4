// Which runs a filter means, for adapters that hold heads in memory and to
// check what a query found.

import type { RunFilter, RunHead } from "./journal.ts";

/** Runs listed when a filter names no limit. */
export const defaultRunLimit = 1_000;

/** When a parked run has something to do: 0 for at once, undefined for not until someone acts. */
export function dueTime(head: RunHead): number | undefined {
  if (head.status !== "waiting") return undefined;
  return head.ready ? 0 : head.wakeAt;
}

export function matchesFilter(head: RunHead, filter: RunFilter): boolean {
  const { status, workflow, key, root, parent, owner, dueAt, prefix } = filter;
  return (
    (status === undefined || status.includes(head.status)) &&
    (workflow === undefined || workflow === head.workflow) &&
    (key === undefined || key === head.key) &&
    (root === undefined || root === head.root) &&
    (parent === undefined || parent === head.parent) &&
    (owner === undefined || owner === head.owner) &&
    (dueAt === undefined || (dueTime(head) ?? Number.POSITIVE_INFINITY) <= dueAt) &&
    (prefix === undefined || head.run.startsWith(prefix))
  );
}
