import { randomUUIDv7 } from "node:crypto";

declare const runId: unique symbol;

/** Names one run. Sorts by the time the run was made. */
export type RunId = string & { readonly [runId]: true };

/** A new id: sortable by time, free of characters a shell or a URL would mind. */
export function newRunId(): RunId {
  return `r${randomUUIDv7().replaceAll("-", "").slice(0, 22)}` as RunId;
}
