// Tries the gates of recorded runs on faults. A run is replayed in memory, so that every gate is reached with its output,
// input and what was read; then its checks, as the code has them now, judge the recorded output and mutants of it.
// Nothing is started, nothing is written, and no model is called.

import { type AnySchema, parseWith, toJsonSchema } from "./base/schema.ts";
import { FirebreakError } from "./base/errors.ts";
import { type Clock, systemClock } from "./base/clock.ts";
import { hashOf, type Value } from "./base/values.ts";
import type { Judged } from "./agent/gate.ts";
import type { Check, CheckContext, Source } from "./check/check.ts";
import { checkNames } from "./check/judge-checks.ts";
import { measureChecks } from "./check/mutation/measure.ts";
import type { Carrier, MutateOptions } from "./check/mutation/mutation.ts";
import type { Measurement } from "./check/mutation/results.ts";
import type { AnyEvent } from "./journal/events.ts";
import type { Journal, RunHead } from "./journal/journal.ts";
import { replayRecorded, type SeenGate } from "./replay-recorded.ts";
import { scopeNames } from "./runtime/identity.ts";
import { fromStored } from "./runtime/store.ts";
import type { MakeAgentEnv } from "./workflow/program.ts";
import type { AnyWorkflow } from "./workflow/workflow.ts";

/** A run whose gates are tried, and the code it belongs to. */
export interface RecordedRun {
  readonly head: RunHead;
  readonly definition: AnyWorkflow;
  readonly env: MakeAgentEnv;
}

export interface MutateRunsOptions extends MutateOptions {
  /** Only gates of this step: its name, or the end of its path (`scout`, `assays[] › fit`). */
  readonly step?: string | undefined;
  readonly clock?: Clock;
  /** Told of each gate before it is measured. */
  readonly onGate?: ((step: string) => void) | undefined;
}

/** What the faults came to at one gate: a step's checks, over all items of a map and all runs. */
export interface GateMeasurement {
  readonly workflow: string;
  /** Names around the gate, items of a map as `[]`: `assays[] › fit`. */
  readonly step: string;
  readonly checks: readonly string[];
  /** Checks that ask models: they are left out. */
  readonly skipped: readonly string[];
  readonly measurement: Measurement;
}

/** Most outputs of one gate that are carriers: those after are left out. */
export const carrierLimit = 1_000;
/** Most values of other steps that are known to a run's operators. */
const poolLimit = 500;

/**
 * Measures every gate of these runs whose recorded output it let through.
 *
 * @throws GATES_UNREACHED when the code no longer comes to what a run has recorded; GATES_NOT_FOUND; OPERATOR_UNKNOWN;
 * EVENT_CORRUPT.
 */
export async function mutateRuns(
  journal: Journal,
  runs: readonly RecordedRun[],
  options: MutateRunsOptions = {},
): Promise<readonly GateMeasurement[]> {
  const all: SoundGate[] = [];
  for (const it of runs) all.push(...(await soundGates(journal, it, options.clock ?? systemClock)));
  const wanted = all.filter((it) => options.step === undefined || isMeant(it.step, options.step));
  if (wanted.length === 0) throw noGate(runs, all, options.step);
  const measured: GateMeasurement[] = [];
  const byGate = Map.groupBy(wanted, (it) => [it.workflow, it.step, ...it.names].join("\n"));
  for (const gates of byGate.values()) {
    options.onGate?.(gates[0]!.step);
    measured.push(await measureGate(gates, options));
  }
  return measured;
}

function noGate(
  runs: readonly RecordedRun[],
  all: readonly SoundGate[],
  wanted: string | undefined,
): FirebreakError {
  const known = [...new Set(all.map((it) => it.step))].join(", ");
  return new FirebreakError("GATES_NOT_FOUND", {
    runId: runs.map((it) => it.head.run).join(", "),
    wanted: wanted ?? "",
    known,
  });
}

function isMeant(step: string, wanted: string): boolean {
  const given = wanted.replaceAll(/\s*[/›]\s*/g, " › ").replaceAll(/\[[^\]]*\]/g, "[]");
  return step === given || step.endsWith(` › ${given}`);
}

/** A gate of a recorded run that let its output through. */
interface SoundGate {
  readonly workflow: string;
  readonly step: string;
  readonly names: readonly string[];
  readonly checks: readonly Check<never, never>[];
  readonly schema: AnySchema | undefined;
  readonly carrier: Carrier & { readonly output: Value };
}

async function soundGates(journal: Journal, run: RecordedRun, clock: Clock): Promise<readonly SoundGate[]> {
  const { head, definition, env } = run;
  const seen: SeenGate[] = [];
  const { events, refused } = await replayRecorded(journal, head, definition, {
    clock,
    env,
    onGate: (gate) => seen.push(gate),
  });
  const halt = refused.find((it) => it.kind === "run.halted");
  // A run that is still open ends where its record does: nothing is missed there.
  const hasEnded = head.status === "completed" || head.status === "failed";
  if (halt !== undefined && hasEnded)
    throw new FirebreakError("GATES_UNREACHED", { runId: head.run, reason: halt.data.message });
  const accepted = acceptedScopes(events);
  const pool = await poolOf(journal, events);
  return seen.filter((it) => accepted.has(it.scope)).map((it) => soundGate(it, head, pool));
}

/** Scopes of attempts whose output passed. */
function acceptedScopes(events: readonly AnyEvent[]): ReadonlySet<string> {
  return new Set(
    events.flatMap((it) => {
      if (it.kind !== "step.completed" || it.data.kind !== "attempt") return [];
      const more = (it.data.more ?? {}) as { readonly scope?: string; readonly accepted?: boolean };
      return more.accepted === true && more.scope !== undefined ? [more.scope] : [];
    }),
  );
}

/** What the run was given and what its steps gave, answers of models in their wording apart. */
async function poolOf(journal: Journal, events: readonly AnyEvent[]): Promise<readonly Source[]> {
  const stored = events.flatMap((it) => {
    if (it.kind === "run.started") return [{ name: "input", json: it.data.input }];
    if (it.kind !== "step.completed" || !["function", "tool", "agent"].includes(it.data.kind)) return [];
    return [{ name: it.data.name, json: it.data.out }];
  });
  return Promise.all(
    stored.slice(0, poolLimit).map(async ({ name, json }) => ({
      name,
      value: (await fromStored(json, (hash) => journal.blob(hash))).value,
    })),
  );
}

function soundGate(
  { scope, gate, judged, now }: SeenGate,
  head: RunHead,
  pool: readonly Source[],
): SoundGate {
  const { checks = [], output: schema } = gate as {
    readonly checks?: readonly Check<never, never>[];
    readonly output?: AnySchema;
  };
  const { output, input, read, actions, question } = judged as Judged;
  const own = hashOf(output);
  const path = scopeNames(scope).filter((name) => !/^attempt \d+$/.test(name));
  const context: CheckContext = {
    input,
    read,
    now,
    ...(schema === undefined ? {} : { schema: toJsonSchema(schema, "output") }),
    ...(actions === undefined ? {} : { actions }),
    ...(question === undefined ? {} : { question }),
  };
  return {
    workflow: head.workflow,
    step: path.join(" › ").replaceAll(/\[[^\]]*\]/g, "[]"),
    names: checkNames(checks),
    checks,
    schema,
    carrier: {
      name: `${path.join(" › ")} of ${head.run}`,
      output,
      context,
      pool: pool.filter((it) => hashOf(it.value) !== own),
    },
  };
}

async function measureGate(
  gates: readonly SoundGate[],
  options: MutateRunsOptions,
): Promise<GateMeasurement> {
  const { workflow, step, names, checks } = gates[0]!;
  const isAsking = (it: Check<never, never>): boolean => typeof it === "object" && it.needs === "models";
  const carriers = await Promise.all(distinct(gates).map(withSchema));
  const kept = checks.filter((it) => !isAsking(it));
  return {
    workflow,
    step,
    checks: names.filter((_, at) => !isAsking(checks[at]!)),
    skipped: names.filter((_, at) => isAsking(checks[at]!)),
    measurement: await measureChecks(kept, kept.length === 0 ? [] : carriers, options),
  };
}

/** A rerun repeats what it took over: the same output over the same input is one carrier. */
function distinct(gates: readonly SoundGate[]): readonly SoundGate[] {
  const byContent = new Map(
    gates.map((it) => [`${hashOf(it.carrier.output)} ${hashOf(it.carrier.context.input ?? null)}`, it]),
  );
  return [...byContent.values()].slice(0, carrierLimit);
}

/** A schema that does not take its own output back (a transform) cannot judge mutants. */
async function withSchema({ schema, carrier }: SoundGate): Promise<Carrier> {
  if (schema === undefined || !(await parseWith(schema, carrier.output)).ok) return carrier;
  return { ...carrier, accepts: async (output) => (await parseWith(schema, output)).ok };
}

/**
 * An environment in which models can be named and none can be paid: a key that is not there stands for itself, since a
 * replay asks a model only for its id.
 */
export function keylessEnv(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return new Proxy(env, {
    get: (target, name) => {
      if (name === "FIREBREAK_LIVE_MODELS" || typeof name !== "string") return undefined;
      return target[name] ?? (/URL|HOST/.test(name) ? undefined : "not a key: nothing is called");
    },
  });
}
