// What a rerun is asked for, and what it would do: the words of `firebreak rerun`.

import { FirebreakError } from "./base/errors.ts";
import { newRunId, type RunId } from "./base/ids.ts";
import { canonical, type Json } from "./base/values.ts";
import type { CodeChanges } from "./code/changed-code.ts";
import type { AnyEvent, EventData, JournalEvent, StepKind } from "./journal/events.ts";
import type { Blob, Journal, RunHead } from "./journal/journal.ts";
import { dryHost, stoppedClock } from "./runtime/dry-host.ts";
import type { Program, StartSpec } from "./runtime/engine.ts";
import { scopeNames, stepPath } from "./runtime/identity.ts";
import { type Past, pastOf, type PastSpec } from "./runtime/past.ts";
import { Replay } from "./runtime/replay.ts";
import { runStarted } from "./runtime/run-started.ts";
import { matchStep, namesIn } from "./runtime/step-match.ts";
import { fromStored, toStored } from "./runtime/store.ts";
import { parseWorkflowInput, type RunOptions } from "./workflow/program.ts";
import type { AnyWorkflow } from "./workflow/workflow.ts";

export interface RerunOptions extends RunOptions {
  /** Another input than the run had. */
  readonly input?: unknown;
  /** Another definition than the one the run names. */
  readonly workflow?: AnyWorkflow;
  /**
   * Steps to do again whatever is recorded: a name, or a path of names (`analyst › attempt 1 › model`, also written with
   * `/`), or `#` and a sequence of the old run. Below an agent all model calls and verdicts are redone; tool results stay.
   */
  readonly redo?: readonly string[];
  /**
   * Outputs given by a person instead of being made, by step. They pass the same checks as any output of the step. What a
   * rerun was given stays given in a rerun of it, unless the step is named in `redo` or the input is another.
   */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly because?: string;
  readonly by?: string;
}

/** A step of the old run, or one that is new, as a plan names it. */
export interface PlannedStep {
  /** Names from the outside in: `analyst › attempt 1 › model`. */
  readonly path: string;
  readonly kind: StepKind;
  /** Sequence in the old run; absent for a step it did not have. */
  readonly seq?: number;
  readonly why: string;
  /** What it cost in the old run. */
  readonly usd: number;
  readonly ms: number;
}

/** What a rerun would do, found without doing any of it. */
export interface RerunPlan {
  readonly run: RunId;
  /** Done again for sure, before anything else: the first wave. Whether more follows depends on what they give. */
  readonly certain: readonly PlannedStep[];
  /** Everything the old run did that is not known to stay: the first wave, and what may follow from it. */
  readonly possible: readonly PlannedStep[];
  /** What changed in the code since, one line each. */
  readonly changed: readonly string[];
  /** Records of the old run that stay, whatever the first wave gives. */
  readonly reused: number;
  readonly cost: {
    readonly certainUsd: number;
    readonly possibleUsd: number;
    readonly certainMs: number;
    readonly possibleMs: number;
    /** Paid model calls among the possible. */
    readonly calls: number;
  };
  /** Effects of the old run whose step is possibly done again: each is claimed again, amended, compensated or asked about. */
  readonly effects: readonly { readonly tool: string; readonly key: string; readonly path: string }[];
}

/** What reruns and their plans ask of a journal. */
export type PastJournal = Pick<Journal, "read" | "blob" | "slots" | "heads">;

export interface Rerun {
  readonly journal: PastJournal;
  readonly head: RunHead;
  readonly definition: AnyWorkflow;
  readonly program: Program;
  readonly options: RerunOptions;
  readonly nowMs: number;
}

/** What a rerun was told, as its first event keeps it. */
interface Told {
  readonly redo?: readonly string[];
  readonly set?: Readonly<Record<string, { readonly value: Json; readonly hash: string }>>;
  readonly at?: number;
  readonly because?: string;
  readonly by?: string;
}

/**
 * What the engine starts for a rerun.
 * @throws RERUN_OPEN, RERUN_STEP_UNKNOWN, RERUN_SET_KIND, WORKFLOW_INPUT, VALUE_UNSUPPORTED
 */
export async function rerunSpec(it: Rerun): Promise<StartSpec> {
  const { journal, head, definition, program } = it;
  const { input: given, workflow: _, redo, set, because, by, ...own } = it.options;
  await refuseOpen(journal, head);
  const events = await journal.read(head.run);
  const started = events[0] as JournalEvent<"run.started">;
  const old = await fromStored(started.data.input, (hash) => journal.blob(hash));
  const blobs: Blob[] = [];
  const told: Told = {
    at: it.nowMs,
    ...(redo === undefined || redo.length === 0 ? {} : { redo: redo.map((name) => knownStep(events, name)) }),
    ...givenOutputs(
      given === undefined ? stillGiven(started.data.rerun, redo ?? []) : {},
      set === undefined ? {} : storedSet(events, set, blobs),
    ),
    ...(because === undefined ? {} : { because }),
    ...(by === undefined ? {} : { by }),
  };
  return {
    program,
    input: given === undefined ? old.value : await parseWorkflowInput(definition, given),
    rerunOf: head.run,
    rerun: canonical(told).json,
    blobs,
    told: started.data.told ?? started.at,
    root: head.root,
    seed: started.data.seed,
    options: canonical(own).json,
    ...(head.file === undefined ? {} : { file: head.file }),
  };
}

type Given = NonNullable<Told["set"]>;

function givenOutputs(before: Given, now: Given): Pick<Told, "set"> {
  const set = { ...before, ...now };
  return Object.keys(set).length === 0 ? {} : { set };
}

/** What a person gave for the run that is done again, where nobody asks for the step itself. */
function stillGiven(rerun: Json | undefined, redo: readonly string[]): Given {
  const { set = {} } = (rerun ?? {}) as unknown as Told;
  const asked = redo.map(matchStep);
  const entries = Object.entries(set).filter(([pattern]) => !asked.some((it) => it.isStep(namesIn(pattern))));
  return Object.fromEntries(entries);
}

/** A root has one open run: two that do the same work at once could both send. */
async function refuseOpen(journal: PastJournal, head: RunHead): Promise<void> {
  // A child run is open with its parent: the parent is what counts.
  const family = await journal.heads({ root: head.root, status: ["running", "waiting"], limit: 1_000 });
  const open = family.find((it) => it.run === head.run || it.parent === undefined);
  if (open !== undefined)
    throw new FirebreakError("RERUN_OPEN", { runId: head.run, open: open.run, status: open.status });
}

type StepEvent = JournalEvent<"step.completed"> | JournalEvent<"step.failed"> | JournalEvent<"review.asked">;

function stepsOf(events: readonly AnyEvent[]): readonly StepEvent[] {
  return events.filter(
    (it): it is StepEvent =>
      it.kind === "step.completed" || it.kind === "step.failed" || it.kind === "review.asked",
  );
}

/** Steps named in an error about one that is not there. */
const namedSteps = 12;

/** A step of the old run, as a path of names. @throws RERUN_STEP_UNKNOWN */
function knownStep(events: readonly AnyEvent[], given: string): string {
  const steps = stepsOf(events);
  const numbered = /^#(\d+)$/.exec(given.trim());
  const match = matchStep(given);
  const found =
    numbered === null
      ? steps.find((it) => match.isStep([...scopeNames(it.data.scope), it.data.name]))
      : steps.find((it) => it.seq === Number(numbered[1]));
  if (found !== undefined) return numbered === null ? given : stepPath(found.data.scope, found.data.name);
  // A step inside a child run is looked up there.
  const isInChild = (it: AnyEvent): boolean =>
    it.kind === "child.started" && match.inside([...scopeNames(it.data.scope), it.data.name]) !== undefined;
  if (events.some(isInChild)) return given;
  const known = [...new Set(steps.map((it) => stepPath(it.data.scope, it.data.name)))];
  throw new FirebreakError("RERUN_STEP_UNKNOWN", {
    given,
    known: known.slice(0, namedSteps).join(", ") || "none",
  });
}

/** Composite steps that have an author, whose output a person can give. */
const settable: ReadonlySet<StepKind> = new Set([
  "function",
  "agent",
  "tool",
  "gate",
  "review",
  "signal",
  "artifact",
]);

function storedSet(
  events: readonly AnyEvent[],
  set: Readonly<Record<string, unknown>>,
  blobs: Blob[],
): NonNullable<Told["set"]> {
  const entries = Object.entries(set).map(([given, value]) => {
    const pattern = knownStep(events, given);
    const match = matchStep(pattern);
    const step = stepsOf(events).find((it) => match.isStep([...scopeNames(it.data.scope), it.data.name]));
    if (step !== undefined && !settable.has(step.data.kind))
      throw new FirebreakError("RERUN_SET_KIND", { given, kind: step.data.kind });
    const { json, size, hash } = canonical(value, `set ${given}`);
    return [pattern, { value: toStored(json, size, blobs), hash }] as const;
  });
  return Object.fromEntries(entries);
}

/** What the records of the old run may stand for, in the run that `started` begins; `run` when it has begun. */
export async function readPast(
  journal: Pick<Journal, "read" | "blob" | "slots">,
  started: EventData["run.started"],
  code: CodeOf,
  run?: RunId,
): Promise<Past> {
  const events = await journal.read(started.rerunOf!);
  const first = events[0] as JournalEvent<"run.started">;
  const told = (started.rerun ?? {}) as unknown as Told;
  const set = await Promise.all(
    Object.entries(told.set ?? {}).map(async ([pattern, it]) => ({
      match: matchStep(pattern),
      value: (await fromStored(it.value, (hash) => journal.blob(hash))).json,
      hash: it.hash,
      at: told.at ?? first.at,
    })),
  );
  return pastOf({
    events,
    ...(run === undefined ? {} : { own: await journal.read(run) }),
    sameWork: await code(events, started),
    redo: (told.redo ?? []).map(matchStep),
    set,
    sameInput: JSON.stringify(first.data.input) === JSON.stringify(started.input),
    stands: await standingEffects(journal, started),
  });
}

/** Whether what a step of the old run sent is still what stands in its slot. */
async function standingEffects(
  journal: Pick<Journal, "slots">,
  started: EventData["run.started"],
): Promise<PastSpec["stands"]> {
  const received = (await journal.slots(started.root)).filter((it) => it.state === "received");
  const known = new Set(received.map((it) => JSON.stringify([it.tool, it.key, it.run, it.seq])));
  return ({ tool, key, run, intent }) =>
    known.has(JSON.stringify([tool, key, run ?? started.rerunOf, intent]));
}

/** How works of an old run compare with those of the present code. */
export type CodeOf = (
  old: readonly AnyEvent[],
  started: EventData["run.started"],
) => Promise<PastSpec["sameWork"]>;

/** What changed in the code since an old run; undefined when nothing did, or nobody knows. */
export type ChangesOf = (
  old: readonly AnyEvent[],
  started: EventData["run.started"],
) => Promise<CodeChanges | undefined>;

/** Walks through a rerun in memory, and stops where the first work would start. */
export async function planRerun(it: Rerun, code: CodeOf, changesOf: ChangesOf): Promise<RerunPlan> {
  const { head, program } = it;
  const journal = readingOnce(it.journal, head.run);
  const spec = await rerunSpec({ ...it, journal });
  const blobs: Blob[] = [];
  const run = newRunId();
  const event = { run, seq: 1, at: it.nowMs, ...runStarted(run, spec, blobs) } as JournalEvent<"run.started">;
  const fresh = new Map(blobs.map((blob) => [blob.hash, blob.bytes]));
  const kept: Journal["blob"] = async (hash) => fresh.get(hash) ?? journal.blob(hash);
  const read: Journal["read"] = (of, after) => journal.read(of, after);
  const slots: Journal["slots"] = (root) => journal.slots(root);
  const past = await readPast({ read, blob: kept, slots }, event.data, code);
  const host = dryHost({ run, root: head.root, clock: stoppedClock(it.nowMs), blob: kept });
  const replay = new Replay(host, {
    seed: event.data.seed,
    past,
    plan: true,
    lingerMs: 0,
    conclude: async () => ({ events: [], also: [], blobs: [] }),
  });
  await replay.execute([event], (scope) => program.run(scope, event.data));
  const changes = await changesOf(await journal.read(head.run), event.data);
  return planOf(head.run, past, replay, changes);
}

/** A journal of which one run is read once: a plan asks for all of it several times. */
function readingOnce(journal: PastJournal, run: RunId): PastJournal {
  let known: Promise<readonly AnyEvent[]> | undefined;
  return {
    read: (of, after) =>
      of === run && after === undefined ? (known ??= journal.read(of)) : journal.read(of, after),
    blob: (hash) => journal.blob(hash),
    slots: (root) => journal.slots(root),
    heads: (filter) => journal.heads(filter),
  };
}

function planOf(run: RunId, past: Past, replay: Replay, changes: CodeChanges | undefined): RerunPlan {
  const left = past.left();
  const bySeq = new Map(left.map((step) => [step.seq, step]));
  const certain = replay.planned.map((issue): PlannedStep => {
    const work = issue.work.identity?.();
    const { why, seq, work: before } = past.explain(issue.identity, work);
    const reasons = before === undefined || work === undefined ? [] : (changes?.reasons(before, work) ?? []);
    const then = seq === undefined ? undefined : bySeq.get(seq);
    return {
      path: stepPath(issue.identity.scope, issue.identity.name),
      kind: issue.identity.kind,
      ...(seq === undefined ? {} : { seq }),
      why: reasons.length === 0 ? why : reasons.join("; "),
      usd: then?.usd ?? 0,
      ms: then?.ms ?? 0,
    };
  });
  const known = new Set(certain.map((step) => step.seq));
  const rest = left
    .filter((step) => !known.has(step.seq))
    .map((step): PlannedStep => ({
      path: step.path,
      kind: step.identity.kind,
      seq: step.seq,
      why: "it may rest on what is done again",
      usd: step.usd,
      ms: step.ms,
    }));
  const possible = [...certain, ...rest];
  const sum = (steps: readonly PlannedStep[], of: "usd" | "ms"): number =>
    steps.reduce((total, step) => total + step[of], 0);
  return {
    run,
    certain,
    possible,
    changed: changes === undefined ? [] : changeLines(changes),
    reused: past.size - left.length,
    cost: {
      certainUsd: sum(certain, "usd"),
      possibleUsd: sum(possible, "usd"),
      certainMs: sum(certain, "ms"),
      possibleMs: sum(possible, "ms"),
      calls: left.reduce((total, step) => total + step.calls, 0),
    },
    effects: left.flatMap((step) => (step.effect === undefined ? [] : [{ ...step.effect, path: step.path }])),
  };
}

function changeLines({ added, removed, changed, packages }: CodeChanges): readonly string[] {
  return [
    ...changed.map((path) => `${path} changed`),
    ...added.map((path) => `${path} is new`),
    ...removed.map((path) => `${path} is gone`),
    ...packages.map((it) => `${it.name} ${it.from ?? "(none)"} → ${it.to ?? "(none)"}`),
  ];
}
