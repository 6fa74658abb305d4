// One run of a graph: agents whose author is a labelled stand-in, gates as checks, retries as rungs. What is
// counted afterwards is read from the run's journal.

import {
  agent,
  type Agent,
  type AnyEvent,
  check,
  type Firebreak,
  type Model,
  type NamedCheck,
  open,
  retry,
  workflow,
  type Workflow,
} from "firebreak";
import { z } from "zod";
import { seededRandom } from "../../src/base/random.ts";
import type { Gate, Graph } from "./compounding-graph.ts";

/** What a step makes. It names itself and what it was made of, so that use shows in the value too. */
const Made = z.object({
  /** `step#attempt` of the draft. */
  draft: z.string(),
  /** One bit for every step whose fault this value rests on: 0 is right. */
  faults: z.number().int(),
  /** Drafts it was made of. */
  builtOn: z.array(z.string()),
});
type Made = z.infer<typeof Made>;

const Task = z.object({
  seed: z.string(),
  step: z.number().int(),
  fault: z.number(),
  of: z.array(Made),
});
type Task = z.infer<typeof Task>;

const standin = "stand-in author: passes on what it was given, and goes wrong with a stated chance";

/** Most further drafts of a step. The chance to need more is below 1e-9 for the rates measured. */
const drafts = 20;

/** A number in [0, 1) that is the same for the same names. */
function chance(...names: readonly (string | number)[]): number {
  return seededRandom(names.join("/"))();
}

/** The author: no language model. Every attempt is drawn anew. */
const author: Model = {
  id: "standin:author",
  standin,
  worstCaseUsd: () => 0,
  call: ({ caller }) => {
    const task = caller.input as unknown as Task;
    const { seed, step, fault, of } = task;
    const goesWrong = chance(seed, "author", step, caller.attempt) < fault;
    const made: Made = {
      draft: `${step}#${caller.attempt}`,
      faults: inherited(of) | (goesWrong ? 1 << step : 0),
      builtOn: of.map((it) => it.draft),
    };
    return Promise.resolve({
      model: "standin:author",
      parts: [{ type: "text", text: JSON.stringify(made) }],
      finish: "stop",
      usage: { inputTokens: 0, outputTokens: 0 },
      standin,
    });
  },
};

function inherited(of: readonly Made[]): number {
  return of.reduce((all, it) => all | it.faults, 0);
}

/** The gate: it knows whether the step went wrong, and its rates say whether it shows that. */
function gateCheck({ catches, alarms }: Gate): NamedCheck<Made, Task> {
  return check("simulated gate", (made: Made, { input }: { readonly input: Task }) => {
    const isWrong = made.faults !== inherited(input.of);
    const blames = chance(input.seed, "gate", made.draft) < (isWrong ? catches : alarms);
    return !blames || "the gate does not let this draft through";
  });
}

const ungated = "what a run without gates does is what is measured";

function authorOf(gate: Gate | undefined): Agent<Task, Made> {
  const base = {
    name: "author",
    input: Task,
    output: Made,
    instructions: "Work out the step.",
    models: [author],
  } as const;
  if (gate === undefined) return agent({ ...base, unchecked: ungated });
  return agent({ ...base, checks: [gateCheck(gate)], onFail: [retry(drafts)] });
}

interface Start {
  readonly seed: string;
  readonly fault: number;
}

/** The graph as a workflow: every step starts as soon as what it builds on is there. */
export function graphWorkflow(graph: Graph, gate: Gate | undefined): Workflow<Start, Made[]> {
  const each = authorOf(gate);
  return workflow({
    name: graph.name,
    input: z.object({ seed: z.string(), fault: z.number() }),
    async run(ctx, { seed, fault }) {
      const made: Promise<Made>[] = [];
      for (const [step, parents] of graph.parents.entries())
        made.push(
          Promise.all(parents.map((it) => made[it]!)).then((of) =>
            ctx.call(each, { seed, step, fault, of }, { name: `step ${step}` }),
          ),
        );
      const all = await Promise.all(made);
      return graph.ends.map((it) => all[it]!);
    },
  });
}

/** What became of one run. */
export interface RunCount {
  /** For every end: is it wrong? */
  readonly wrongEnds: readonly boolean[];
  /** Steps whose passed value is wrong by their own fault. */
  readonly wrongSteps: number;
  readonly steps: number;
  readonly attempts: number;
  /** Drafts the gate stopped. */
  readonly stopped: number;
  /** Steps that used a stopped draft: by the journal's lineage, and by the marks the values carry. */
  readonly consumedByLineage: number;
  readonly consumedByMark: number;
}

/** Runs a workflow once on an engine and counts from its journal. */
export async function countRun(
  fb: Firebreak,
  made: Workflow<Start, Made[]>,
  start: Start,
): Promise<RunCount> {
  const run = await fb.start(made, start);
  const ends = await run.result();
  const events = await fb.journal.read(run.id as never);
  return { wrongEnds: ends.map((it) => it.faults !== 0), ...countEvents(events) };
}

type Completed = Extract<AnyEvent, { kind: "step.completed" }>;

interface Attempt {
  readonly event: Completed;
  readonly passed: boolean;
  readonly made: Made;
}

/** @throws when a step's attempts are not in the journal in the form they are read here. */
export function countEvents(events: readonly AnyEvent[]): Omit<RunCount, "wrongEnds"> {
  const completed = events.filter((it): it is Completed => it.kind === "step.completed");
  const agents = completed.filter((it) => it.data.kind === "agent");
  const attempts = completed.filter((it) => it.data.kind === "attempt").map(attemptOf);
  const stopped = attempts.filter((it) => !it.passed);
  const drafts = new Set(stopped.map((it) => it.made.draft));
  const passed = attempts.filter((it) => it.passed);
  const faults = new Map(passed.map((it) => [it.made.draft, it.made.faults]));
  const inherits = ({ builtOn }: Made): number => builtOn.reduce((all, it) => all | (faults.get(it) ?? 0), 0);
  return {
    wrongSteps: passed.filter(({ made }) => made.faults !== inherits(made)).length,
    steps: agents.length,
    attempts: attempts.length,
    stopped: stopped.length,
    consumedByLineage: completed.filter((it) => stopped.some((other) => readsFrom(it, other.event, agents)))
      .length,
    consumedByMark: attempts.filter(({ made }) => made.builtOn.some((it) => drafts.has(it))).length,
  };
}

function attemptOf(event: Completed): Attempt {
  const result = event.data.out as { readonly ok?: unknown; readonly output?: unknown };
  const made = Made.parse(result.output);
  return { event, passed: result.ok === true, made };
}

/** Does a step outside the ladder of a stopped draft read the draft, or anything below it? */
function readsFrom(reader: Completed, draft: Completed, agents: readonly Completed[]): boolean {
  const within = (seq: number, it: Completed): boolean =>
    seq === it.seq || (it.covers ?? []).some(([first, last]) => first <= seq && seq <= last);
  const owner = agents.find((it) => within(draft.seq, it));
  if (owner !== undefined && within(reader.seq, owner)) return false;
  return (reader.data.reads ?? []).some((it) => within(it, draft));
}

/** An engine that keeps its runs in memory. */
export function openMemory(): Promise<Firebreak> {
  return open({ journal: ":memory:", env: { FIREBREAK_LIVE_MODELS: "0" } });
}
