// Reads what a page shows of lineage: what each step read, and the run that this one reruns.

import type { AnyEvent } from "../journal/events.ts";
import { traceRun } from "../journal/trace.ts";
import { loadValues, type RunView } from "../journal/view.ts";
import type { Firebreak } from "../open.ts";
import { diffTraces } from "../diff-runs.ts";
import type { PageLineage } from "./html-page.ts";
import type { ToldRerun } from "./html-rerun.ts";

/** The old run may have been pruned: the page then does without. */
export async function pageLineage(fb: Firebreak, view: RunView): Promise<PageLineage> {
  const read = async (run: RunView["run"]): Promise<readonly AnyEvent[]> =>
    loadValues(await fb.journal.read(run), (hash) => fb.blob(hash));
  const events = await read(view.run);
  const trace = traceRun(events);
  const first = events[0];
  const told = first?.kind === "run.started" ? (first.data.rerun as ToldRerun | undefined) : undefined;
  const old = view.rerunOf === undefined ? undefined : await fb.journal.head(view.rerunOf);
  return {
    trace,
    ...(old === undefined ? {} : { diff: diffTraces(traceRun(await read(old.run)), trace) }),
    ...(told === undefined ? {} : { told }),
  };
}
