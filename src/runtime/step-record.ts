// What every record of a step's end says first: which step it is, what it was
// given, and what it may have read.

import type { Json } from "../base/values.ts";
import type { Blob } from "../journal/journal.ts";
import type { Issue } from "./issue.ts";
import { toStored } from "./store.ts";

/** What every record of a step's end says first. */
export function startedRecord(issue: Issue, at: number, ms: number, blobs: Blob[]): Identified {
  const traced = issue.traced;
  return {
    ...issue.identity,
    ...(traced === undefined ? {} : { input: toStored(traced.json, inputSize(issue), blobs) }),
    ...(traced === undefined || traced.reads.length === 0 ? {} : { reads: traced.reads }),
    ...(traced?.loose ? { loose: true as const } : {}),
    may: issue.may,
    at,
    ms,
  };
}

export interface Identified {
  readonly scope: string;
  readonly name: string;
  readonly kind: Issue["identity"]["kind"];
  readonly in: string;
  readonly n?: number;
  readonly input?: Json;
  readonly reads?: readonly number[];
  readonly loose?: true;
  readonly may: number;
  readonly at: number;
  readonly ms: number;
}

/** Size of the stored input: references are short, so only an input without any can be large. */
export function inputSize(issue: Issue): number {
  const { traced, input } = issue;
  if (traced === undefined || input === undefined) return 0;
  return traced.reads.length === 0 || input.size <= 32_768 ? input.size : JSON.stringify(traced.json).length;
}
