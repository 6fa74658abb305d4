// A step whose body is workflow code: agents, maps, branches, loops. Every
// replay that has no record of the whole executes the body; once it has ended,
// one record answers for all that was below.

import { canonical, type Json, type Value } from "../base/values.ts";
import type { StepIdentity } from "../journal/events.ts";
import type { Blob } from "../journal/journal.ts";
import { childScope } from "./identity.ts";
import type { Issue, Work } from "./issue.ts";
import { complete, fail } from "./leaf.ts";
import { Replay } from "./replay.ts";
import { Scope } from "./scope.ts";

export interface CompositeCall {
  readonly scope: Scope;
  readonly identity: StepIdentity;
  /** The input, as delivered. */
  readonly input: Value | undefined;
  readonly abort: AbortSignal;
  readonly note: (more: { readonly [key: string]: Json }) => void;
  /** Keeps bytes with the record. */
  readonly keep: (blob: Blob) => void;
}

export interface CompositeSpec {
  readonly body: (call: CompositeCall) => Promise<unknown>;
  readonly settles?: true;
  readonly finish?: Work["finish"];
}

export function compositeWork(replay: Replay, spec: CompositeSpec): Work {
  return {
    enter: true,
    start: (issue) => void enter(replay, issue, spec),
    ...(spec.settles === undefined ? {} : { settles: spec.settles }),
    ...(spec.finish === undefined ? {} : { finish: spec.finish }),
  };
}

async function enter(replay: Replay, issue: Issue, spec: CompositeSpec): Promise<void> {
  const startedAt = replay.host.clock.now();
  const notes = { more: {} as { [key: string]: Json }, blobs: [] as Blob[] };
  const scope = (issue.inner = new Scope(replay, childScope(issue.identity)));
  const { scope: around, name, kind } = issue.identity;
  replay.host.live?.({ kind: "live.started", scope: around, name, step: kind, attempt: 1 });
  try {
    const output = await spec.body({
      scope,
      identity: issue.identity,
      input: Replay.inputOf(issue),
      abort: issue.abort.signal,
      note: (more) => Object.assign(notes.more, more),
      keep: (blob) => void notes.blobs.push(blob),
    });
    if (issue.state === "ended" || replay.isLost) return;
    issue.made = canonical(output ?? null, "output");
  } catch (error) {
    if (issue.state === "ended" || replay.isLost) return;
    issue.threw = error ?? "undefined";
    await fail(replay, issue, error, { startedAt, notes });
    return;
  }
  await complete(replay, issue, { startedAt, notes });
}
