// Before new code is deployed: what would become of each run that is still open
// under it. Each is replayed in memory up to where it stands; nothing is written
// and no work is started.

import type { RunId } from "./base/ids.ts";
import type { EventData, JournalEvent, NewEvent } from "./journal/events.ts";
import type { Journal, RunHead } from "./journal/journal.ts";
import { dryHost, stoppedClock } from "./runtime/dry-host.ts";
import type { Program } from "./runtime/engine.ts";
import { stepPath } from "./runtime/identity.ts";
import { Replay } from "./runtime/replay.ts";

/** What the present code makes of an open run. */
export interface Compat {
  readonly run: RunId;
  readonly workflow: string;
  readonly status: RunHead["status"];
  /**
   * `goes on`: the code comes to where the run stands. `diverges`: it asks for other steps; the run would halt, and
   * `resume --accept` go on by identity alone. `ends`: the code comes to its end, or throws, before it has asked for
   * all that is recorded. `unknown`: this process does not know the workflow.
   */
  readonly outcome: "goes on" | "diverges" | "ends" | "unknown";
  /** The first recorded step the code no longer asks for, and what it asks for instead. */
  readonly missing?: string;
  readonly found?: string;
  /** With `resume --accept`: steps that would be done anew, and recorded ones that nobody would ask for. */
  readonly anew: readonly string[];
  readonly unasked: number;
}

/** What becomes of one run under this program. */
export async function compatOf(
  journal: Journal,
  head: RunHead,
  program: Program | undefined,
  nowMs: number,
): Promise<Compat> {
  const { run, workflow, status } = head;
  const base = { run, workflow, status, anew: [], unasked: 0 };
  if (program === undefined) return { ...base, outcome: "unknown" };
  const strict = await walk(journal, head, program, nowMs, false);
  const halted = strict.refused.find(
    (it): it is Extract<NewEvent, { kind: "run.halted" }> => it.kind === "run.halted",
  );
  if (halted === undefined && strict.reached) return { ...base, outcome: "goes on" };
  const freely = await walk(journal, head, program, nowMs, true);
  const counted = { anew: freely.anew, unasked: freely.unasked };
  if (halted === undefined) return { ...base, ...counted, outcome: "ends" };
  const { missing, found } = (halted.data.details ?? {}) as { missing?: string; found?: string };
  return {
    ...base,
    ...counted,
    outcome: "diverges",
    ...(missing === undefined ? {} : { missing }),
    ...(found === undefined ? {} : { found }),
  };
}

interface Walked {
  readonly refused: readonly NewEvent[];
  /** The record was used up, and the code waits for what comes next. */
  readonly reached: boolean;
  readonly anew: readonly string[];
  readonly unasked: number;
}

async function walk(
  journal: Journal,
  { run, root }: RunHead,
  program: Program,
  nowMs: number,
  accept: boolean,
): Promise<Walked> {
  const events = await journal.readOpen(run);
  const started = events[0] as JournalEvent<"run.started">;
  const refused: NewEvent[] = [];
  const blob = (hash: string): Promise<Uint8Array> => journal.blob(hash);
  const host = dryHost({ run, root, clock: stoppedClock(nowMs), blob, refused });
  const replay = new Replay(host, {
    seed: started.data.seed,
    plan: true,
    accept,
    lingerMs: 0,
    conclude: async () => ({ events: [], also: [], blobs: [] }),
  });
  const data: EventData["run.started"] = started.data;
  const end = await replay.execute(events, (scope) => program.run(scope, data));
  const opened = (key: string): boolean => replay.records.isBegun(key);
  return {
    refused,
    reached: end.kind === "planned",
    anew: replay.planned
      .filter((it) => !opened(it.key))
      .map((it) => stepPath(it.identity.scope, it.identity.name)),
    unasked: replay.leftBehind().length,
  };
}
