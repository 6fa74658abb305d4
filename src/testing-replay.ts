// Replays a finished run against its own journal: what the code does between
// its steps must come to the same again (E1, E2). Nothing is written.

import type { Clock } from "./base/clock.ts";
import { FirebreakError } from "./base/errors.ts";
import type { AnyEvent, NewEvent } from "./journal/events.ts";
import { endings, type Journal, type RunHead } from "./journal/journal.ts";
import { replayRecorded } from "./replay-recorded.ts";
import type { MakeAgentEnv } from "./workflow/program.ts";
import type { AnyWorkflow } from "./workflow/workflow.ts";

/** @throws REPLAY_MISSED naming what differs. */
export async function verifyReplay(
  journal: Journal,
  head: RunHead,
  definition: AnyWorkflow,
  it: { readonly clock: Clock; readonly env: MakeAgentEnv },
): Promise<void> {
  if (head.status !== "completed" && head.status !== "failed") return;
  const { events, refused } = await replayRecorded(journal, head, definition, it);
  const end = events.at(-1)!;
  if (end.kind !== "run.completed" && end.kind !== "run.failed") return;
  const what = difference(
    refused.find((event) => event.kind in endings || event.kind === "run.parked"),
    end,
    refused,
  );
  if (what !== undefined) throw new FirebreakError("REPLAY_MISSED", { runId: head.run, what });
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
