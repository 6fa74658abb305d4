// Replays a finished run against its own journal: what the code does between
// its steps must come to the same again (E1, E2). Nothing is written.

import type { Clock } from "./base/clock.ts";
import { FirebreakError } from "./base/errors.ts";
import type { AnyEvent, EventData, NewEvent } from "./journal/events.ts";
import { endings, type Journal, type RunHead } from "./journal/journal.ts";
import { failureOf } from "./runtime/leaf.ts";
import type { ReplayOptions } from "./runtime/replay-options.ts";
import { Replay } from "./runtime/replay.ts";
import type { Host } from "./runtime/runtime.ts";
import { makeProgram, type MakeAgentEnv } from "./workflow/program.ts";
import type { AnyWorkflow } from "./workflow/workflow.ts";

/** @throws REPLAY_MISSED naming what differs. */
export async function verifyReplay(
  journal: Journal,
  head: RunHead,
  definition: AnyWorkflow,
  it: { readonly clock: Clock; readonly env: MakeAgentEnv },
): Promise<void> {
  const all = await journal.read(head.run);
  const end = all.at(-1);
  if (end?.kind !== "run.completed" && end?.kind !== "run.failed") return;
  const started = all[0]!.data as EventData["run.started"];
  const refused: NewEvent[] = [];
  const replay = new Replay(refusingHost(journal, head, it.clock, refused), {
    seed: started.seed,
    verify: true,
    lingerMs: 0,
    conclude,
  });
  const program = makeProgram(definition, it.env);
  await replay.execute(all.slice(0, -1), (scope) => program.run(scope, started));
  const what = difference(
    refused.find((event) => event.kind in endings || event.kind === "run.parked"),
    end,
    refused,
  );
  if (what !== undefined) throw new FirebreakError("REPLAY_MISSED", { runId: head.run, what });
}

const conclude: ReplayOptions["conclude"] = async (end) => {
  const event: NewEvent = end.ok
    ? { kind: "run.completed", data: { output: end.value.json, hash: end.value.hash } }
    : { kind: "run.failed", data: failureOf(end.error) };
  return { events: [event], also: [], blobs: [] };
};

function refusingHost(journal: Journal, { run, root }: RunHead, clock: Clock, refused: NewEvent[]): Host {
  return {
    run,
    root,
    clock,
    owner: "a verifying replay",
    commit: async (events) => {
      refused.push(...events);
      throw new FirebreakError("JOURNAL_CONFLICT", { runId: run, expected: "nothing", found: "a commit" });
    },
    commitLate: async () => undefined,
    readAfter: async () => [],
    blob: (hash) => journal.blob(hash),
  };
}

function difference(
  made: NewEvent | undefined,
  end: AnyEvent,
  refused: readonly NewEvent[],
): string | undefined {
  if (made === undefined) return `it would write ${refused[0]?.kind ?? "nothing"}`;
  if (made.kind === "run.halted") return made.data.message;
  if (made.kind === "run.completed" && end.kind === "run.completed") {
    return made.data.hash === end.data.hash ? undefined : "it ends with another output";
  }
  if (made.kind === "run.failed" && end.kind === "run.failed") {
    return made.data.message === end.data.message ? undefined : `it fails otherwise: ${made.data.message}`;
  }
  const text = made.kind === "run.failed" ? `it fails: ${made.data.message}` : `it ends with ${made.kind}`;
  return `${text}; recorded is ${end.kind}`;
}
