// Checks that run beside what follows (E5): the output is delivered at once, and
// judged meanwhile. Nothing irreversible starts before the verdict; a late
// failure undoes the output and everything that was built on it, and its author
// goes on up the ladder.

import { canonical, type Json, type Value } from "../base/values.ts";
import type { Check, Source, Verdict } from "../check/check.ts";
import { problemsOf } from "../check/judge-checks.ts";
import type { JournalEvent } from "../journal/events.ts";
import { compositeWork } from "../runtime/composite.ts";
import { nameLimit } from "../runtime/identity.ts";
import { invalidate, lateVerdict } from "../runtime/invalidation.ts";
import type { Work } from "../runtime/issue.ts";
import { Replay } from "../runtime/replay.ts";
import type { Scope } from "../runtime/scope.ts";
import { fromStored, toStored } from "../runtime/store.ts";
import type { Blob } from "../journal/journal.ts";
import type { AttemptResult } from "./attempt.ts";
import { inputSources } from "./attempt.ts";
import type { AgentEnv } from "./agent-env.ts";
import { runGate } from "./gate.ts";

export interface AlongsideSpec {
  readonly checks: readonly Check<never, never>[];
  readonly output?: unknown;
  readonly env: AgentEnv;
}

/** What is done when a step that is checked beside what follows is answered. */
export function besides(replay: Replay, spec: AlongsideSpec): NonNullable<Work["finish"]> {
  return (value, event, issue) => {
    if (event.kind === "step.completed" && !isWaved(replay, event))
      begin(issue.scope, spec, { output: value, event, input: Replay.inputOf(issue) });
    return value;
  };
}

type Completed = JournalEvent<"step.completed">;

/** A late verdict stands against it, and it came all the same: a person let it pass. */
function isWaved(replay: Replay, event: Completed): boolean {
  return replay.records.overruled(event.data).some((it) => it.hash === event.data.hash);
}

/** The gate belongs to the scope of its step, which does not end before it: a record of the whole then stands for it too. */
function begin(
  scope: Scope,
  spec: AlongsideSpec,
  { output, event, input }: { output: Value; event: Completed; input: Value | undefined },
): void {
  const { replay } = scope;
  const ended = replay.beside.begin(event.seq);
  const end = (): void => {
    ended();
    replay.nudge();
  };
  const work = compositeWork(replay, {
    settles: true,
    body: async ({ scope: inner }) => {
      const kept = await readBy(replay, event);
      const judged = { output, input, read: [...inputSources(input), ...kept.read] };
      const models = { env: spec.env, ...(kept.by === undefined ? {} : { writer: kept.by }) };
      const verdicts = await runGate(inner, spec, judged, models).catch(failedItself);
      if (verdicts.every((it) => it.result === "pass")) return { passed: verdicts.length };
      const because = verdicts.filter((it) => it.result !== "pass").map((it) => it.check);
      const said = problemsOf(verdicts).map((it) => it.message);
      await invalidate(replay, event, {
        because: because.join(", "),
        by: lateVerdict,
        feedback: said.join("\n") || "a check that ran beside what follows could not bear it out",
      });
      return null;
    },
  });
  const name = `beside ${event.data.name}`.slice(0, nameLimit);
  replay.issue(scope, "gate", name, { output }, work, [output]).then(end, end);
}

/** A gate that cannot be asked is no pass. */
function failedItself(error: unknown): readonly Verdict[] {
  const note = error instanceof Error ? error.message : String(error);
  return [{ check: "the checks beside it", result: "unsure", problems: [], note }];
}

/** What a step's record keeps of what its accepted attempt read from tools: the checks beside it read the same. */
export function keepRead(
  call: { readonly note: (more: { [key: string]: Json }) => void; readonly keep: (blob: Blob) => void },
  accepted: AttemptResult,
  model: string,
): void {
  call.note({ by: model });
  if (accepted.read === undefined || accepted.read.length === 0) return;
  const { json, size } = canonical(accepted.read, "read");
  const blobs: Blob[] = [];
  call.note({ read: toStored(json, size, blobs) });
  for (const blob of blobs) call.keep(blob);
}

async function readBy(
  replay: Replay,
  event: Completed,
): Promise<{ readonly read: readonly Source[]; readonly by?: string }> {
  const { read: stored, by } = (event.data.more ?? {}) as { readonly read?: Json; readonly by?: string };
  const author = by === undefined ? {} : { by };
  if (stored === undefined) return { read: [], ...author };
  const it = await replay.busy(() => fromStored(stored, (hash) => replay.host.blob(hash)));
  return { read: it.value as unknown as readonly Source[], ...author };
}
