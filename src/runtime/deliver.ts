// Answering a step: from its record to what the workflow gets.

import { canonical, type Canonical, type Json } from "../base/values.ts";
import { stepPath } from "./identity.ts";
import type { Issue } from "./issue.ts";
import type { Lineage } from "./lineage.ts";
import { answerOf, type Completion } from "./records.ts";
import { StepError } from "./step-error.ts";
import { fromStored } from "./store.ts";

type ReadBlob = (hash: string) => Promise<Uint8Array>;

/** Resolves or rejects a step's promise as its record says. @throws BLOB_MISSING, BLOB_CORRUPT */
export async function answer(
  issue: Issue,
  record: Completion,
  lineage: Lineage,
  read: ReadBlob,
): Promise<void> {
  const said = answerOf(record.event);
  if (!said.ok) {
    const step = stepPath(record.identity.scope, record.identity.name);
    issue.reject(new StepError({ ...said, step, seq: record.seq }));
    return;
  }
  const made = await valueOf(issue, record, said.out, read);
  const value = lineage.deliver(record.seq, made);
  try {
    issue.resolve(issue.work.finish === undefined ? value : issue.work.finish(value, record.event, issue));
  } catch (error) {
    issue.reject(error);
  }
}

async function valueOf(
  issue: Issue,
  { event }: Completion,
  out: Json | undefined,
  read: ReadBlob,
): Promise<Canonical> {
  // What was made in this process needs not be read back.
  if (issue.made !== undefined && event.kind === "step.completed") return issue.made;
  const special = issue.work.value?.(event, issue);
  if (special !== undefined) return special;
  return out === undefined ? canonical(null) : fromStored(out, read);
}
