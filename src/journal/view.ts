// A run as people look at it: one pure fold over its events.
//
// It knows nothing of terminals or pages, and decides nothing: whatever it says can be computed again from
// the journal. `view-steps.ts` reads one event as one step, `view-tree.ts` puts steps below each other,
// `view-mistakes.ts` tells what was caught and who had read it.
//
//   VIEW1. The fold is total: every list of events that begins with run.started gives a view, also one cut anywhere.
//   VIEW2. No value is decoded and no blob is read unless someone asks for it.
//   VIEW3. A step's readers are the exact inverse of what the other steps recorded in `reads`.

import type { AnyEvent } from "./events.ts";
import { endings, type RunStatus } from "./journal.ts";
import { defined, type RunView, type StepView } from "./view-shape.ts";
import { foldSteps } from "./view-steps.ts";
import { addUsage, buildTree, flatten, noUsage } from "./view-tree.ts";

export { loadValues } from "./view-blobs.ts";
export { caughtMistakes, type CaughtMistake } from "./view-mistakes.ts";
export type { RunView, StepState, StepView, VerdictView } from "./view-shape.ts";
export { flatten } from "./view-tree.ts";
export { decodedInput, decodedOutput, findStep, findSteps } from "./view-values.ts";

/** Folds a run's events into what people are shown. @throws TypeError when the first event is not run.started. */
export function viewRun(events: readonly AnyEvent[]): RunView {
  const first = events[0];
  if (first?.kind !== "run.started") throw new TypeError("the first event of a run is run.started");
  const last = events[events.length - 1] ?? first;
  const head = foldHead(events);
  const folded = foldSteps(events, head.status);
  const steps = buildTree(folded.steps, head.status);
  const all = [...flatten(steps)];
  const answered = all.filter((it) => it.kind === "model" && it.state !== "reused");
  const distinct = (names: readonly (string | undefined)[]): string[] => [
    ...new Set(names.filter((it) => it !== undefined)),
  ];
  const { workflow, root, code, input, file, exportName, key, rerunOf, parent, options } = first.data;
  return {
    run: first.run,
    root,
    workflow,
    code,
    input,
    ...defined({ file, exportName, key, rerunOf, options, parent: parent?.run }),
    ...head,
    warnings: [...head.warnings, ...answerWarnings(answered)],
    startedAt: first.at,
    ms: (head.endedAt ?? last.at) - first.at,
    lastSeq: last.seq,
    calls: answered.length,
    costUsd: answered.reduce((sum, it) => sum + (it.costUsd ?? 0), 0),
    usage: answered.reduce((sum, it) => addUsage(sum, it.usage), noUsage),
    models: distinct(answered.map((it) => (it.standin === undefined ? it.model : undefined))),
    standins: distinct(answered.map((it) => it.standin)),
    steps,
    bySeq: new Map(all.flatMap((it) => (it.seq === undefined ? [] : [[it.seq, it]]))),
    reviews: folded.reviews,
    signals: events.flatMap((it) =>
      it.kind === "signal.received"
        ? [{ seq: it.seq, at: it.at, name: it.data.name, payload: it.data.payload }]
        : [],
    ),
    logs: events.flatMap((it) => (it.kind === "run.logged" ? [{ seq: it.seq, at: it.at, ...it.data }] : [])),
  };
}

/** What language models' answers warn of, each once. A stand-in's warnings are told where it answered. */
function answerWarnings(answered: readonly StepView[]): readonly string[] {
  const told = answered.filter((it) => it.standin === undefined && it.model !== undefined);
  return [...new Set(told.flatMap((it) => it.warnings.map((text) => `${it.model}: ${text}`)))];
}

type Head = Pick<RunView, "status" | "warnings" | "waitsForSignals"> &
  Partial<Pick<RunView, "endedAt" | "output" | "failure" | "halt" | "cancelled">>;

/** Status and ending. A run that was resumed after an ending is open again. */
function foldHead(events: readonly AnyEvent[]): Head {
  let head: Head = { status: "waiting", warnings: [], waitsForSignals: [] };
  const open = (status: RunStatus, waitsForSignals: readonly string[] = []): Head => ({
    status,
    warnings: [],
    waitsForSignals,
  });
  for (const it of events) {
    const status = endings[it.kind];
    if (status !== undefined) head = { ...open(status), endedAt: it.at, ...ending(it) };
    else if (it.kind === "run.claimed") head = open("running");
    else if (it.kind === "run.parked") head = open("waiting", it.data.signals);
    else if (it.kind === "run.resumed") head = open("waiting");
  }
  return head;
}

function ending(event: AnyEvent): Partial<Head> {
  if (event.kind === "run.completed")
    return { output: event.data.output, warnings: event.data.warnings ?? [] };
  if (event.kind === "run.failed") return { failure: event.data };
  if (event.kind === "run.halted") return { halt: event.data };
  if (event.kind === "run.cancelled") return { cancelled: event.data };
  return {};
}
