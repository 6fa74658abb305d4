// Replays a recorded run in memory, the insides of its composite steps included. Nothing is started and nothing is
// written: every commit is refused, and kept for whoever asks what it would have been.

import type { Clock } from "./base/clock.ts";
import type { AnyEvent, EventData, NewEvent } from "./journal/events.ts";
import { endings, type Journal, type RunHead } from "./journal/journal.ts";
import { dryHost } from "./runtime/dry-host.ts";
import { failureOf } from "./runtime/leaf.ts";
import type { ReplayOptions } from "./runtime/replay-options.ts";
import { Replay } from "./runtime/replay.ts";
import { makeProgram, type MakeAgentEnv } from "./workflow/program.ts";
import type { AnyWorkflow } from "./workflow/workflow.ts";

export interface RecordedReplay {
  readonly clock: Clock;
  readonly env: MakeAgentEnv;
  /** Told of every gate the code asks for. `now` is the recorded time it was judged at, ms since 1970. */
  readonly onGate?: (seen: SeenGate) => void;
}

export type SeenGate = Parameters<NonNullable<ReplayOptions["onGate"]>>[0] & { readonly now: number };

/** What a replay would have written, in order, beside the events of the run. */
export interface Replayed {
  readonly events: readonly AnyEvent[];
  readonly refused: readonly NewEvent[];
}

/** Replays a run by its events. Where the code does not come to what is recorded, a `run.halted` is among the refused. */
export async function replayRecorded(
  journal: Journal,
  head: RunHead,
  definition: AnyWorkflow,
  it: RecordedReplay,
): Promise<Replayed> {
  const events = await journal.read(head.run);
  const started = events[0]!.data as EventData["run.started"];
  const refused: NewEvent[] = [];
  const { onGate } = it;
  const replay: Replay = new Replay(
    dryHost({ ...head, clock: it.clock, blob: (hash) => journal.blob(hash), refused }),
    {
      seed: started.seed,
      verify: true,
      lingerMs: 0,
      conclude,
      ...(onGate === undefined ? {} : { onGate: (seen) => onGate({ ...seen, now: replay.now }) }),
    },
  );
  const program = makeProgram(definition, it.env);
  const last = events.at(-1)!;
  await replay.execute(last.kind in endings ? events.slice(0, -1) : events, (scope) =>
    program.run(scope, started),
  );
  return { events, refused };
}

const conclude: ReplayOptions["conclude"] = async (end) => {
  const event: NewEvent = end.ok
    ? { kind: "run.completed", data: { output: end.value.json, hash: end.value.hash } }
    : { kind: "run.failed", data: failureOf(end.error) };
  return { events: [event], also: [], blobs: [] };
};
