// Embedding: everything the command line and a server may use. This is where
// adapters are chosen: the journal, the engine, the models.

import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { AgentEnv } from "./agent/agent-env.ts";
import type { Clock } from "./base/clock.ts";
import { systemClock } from "./base/clock.ts";
import { FirebreakError } from "./base/errors.ts";
import type { RunId } from "./base/ids.ts";
import { registerSecret, secret } from "./base/secrets.ts";
import { canonical } from "./base/values.ts";
import type { Config } from "./config.ts";
import { EmbeddedEngine } from "./engine/embedded/embedded.ts";
import { lockProcess, soleProcess } from "./engine/embedded/process-lock.ts";
import type { EventData, NewEvent } from "./journal/events.ts";
import type { Journal, RunFilter, RunHead } from "./journal/journal.ts";
import { loadValues, viewRun, type RunView } from "./journal/view.ts";
import type { Model, ModelRef } from "./model/model.ts";
import { foundKeys } from "./model/provider.ts";
import { createModelRegistry } from "./model/registry.ts";
import { type Decision, decide } from "./review/review.ts";
import { listReviews, type ReviewItem } from "./review/review-item.ts";
import type { KeptCode, Program } from "./runtime/engine.ts";
import type { Guard } from "./runtime/runtime.ts";
import { parseSabotage, sabotage } from "./standin/saboteur.ts";
import type { Tool } from "./tool/tool.ts";
import {
  type CodeOf,
  planRerun,
  readPast,
  type Rerun,
  rerunSpec,
  type RerunOptions,
  type RerunPlan,
} from "./rerun.ts";
import { type Compat, compatOf } from "./compat.ts";
import { CodeKeeper } from "./kept-code.ts";
import { RunHandleImpl } from "./run-handle.ts";
import { failureChain } from "./resume.ts";
import { settleEffect } from "./settle-effect.ts";
import { makeProgram, type MakeAgentEnv, parseWorkflowInput, type RunOptions } from "./workflow/program.ts";
import { type AnyWorkflow, checkCap, definedWorkflow, type Workflow } from "./workflow/workflow.ts";

export type { Decision } from "./review/review.ts";
export type { ReviewItem } from "./review/review-item.ts";
export type { LiveEvent, RunHandle } from "./run-handle.ts";
export type { Compat } from "./compat.ts";
export type { PlannedStep, RerunOptions, RerunPlan } from "./rerun.ts";
export type { RunOptions } from "./workflow/program.ts";
import type { RunHandle } from "./run-handle.ts";

export interface OpenOptions {
  /** A file (default `.firebreak/journal.db`), or a journal. `":memory:"` keeps runs in this process only. */
  readonly journal?: string | Journal;
  /** Workflows whose runs may be resumed here, beside those that are started. */
  readonly workflows?: readonly AnyWorkflow[];
  readonly config?: Config;
  /** "all" (default): drives every run whose workflow it knows. "own": only what is started or resumed through it. */
  readonly drive?: "all" | "own";
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Loads the workflows of a file, to resume a run that came from it. */
  readonly load?: (file: string) => Promise<readonly AnyWorkflow[]>;
  /** Power loss may then cost the last commits; a killed process costs none. Default "full". */
  readonly synchronous?: "full" | "normal";
  /** Timers due within this many ms are waited for in memory; default 1,000. */
  readonly lingerMs?: number;
  /** @internal What firebreak/testing puts in the place of models and tools. */
  readonly rig?: Rig;
}

/** Stand-ins of a test. */
export interface Rig {
  readonly guard?: Guard;
  /** What a step's models are replaced with. */
  readonly models?: (step: string, refs: readonly ModelRef[]) => readonly ModelRef[];
  readonly tool?: (it: Tool) => Tool;
}

export interface StartOptions extends RunOptions {
  /** The same key starts the same run: a second start gives the run that holds it. */
  readonly key?: string;
  /** The file the workflow came from: `resume` finds it again by it. */
  readonly file?: string;
}

export interface Firebreak {
  readonly journal: Journal;
  /** @throws WORKFLOW_INPUT, CAP_INVALID, SABOTAGE_INVALID, and the errors of models named in `options.model` */
  start<Input, Output>(
    workflow: Workflow<Input, Output>,
    input: NoInfer<Input>,
    options?: StartOptions,
  ): Promise<RunHandle<Output>>;
  /** Attaches to a run: its id, an unambiguous beginning or end of it, or "last". @throws RUN_UNKNOWN, RUN_AMBIGUOUS */
  run(id: string): Promise<RunHandle>;
  /**
   * Goes on with a run: one left by a dead process, a failed one (what failed is tried again, what is recorded stays),
   * a halted one. @throws RUN_ENDED, RUN_OWNED, WORKFLOW_UNKNOWN, EVENT_CORRUPT (the run is halted then)
   */
  resume(
    id: string,
    options?: { readonly accept?: boolean; readonly by?: string; readonly force?: boolean },
  ): Promise<RunHandle>;
  /**
   * A new run that uses the recorded steps of another wherever names, input and work are the same.
   * @throws RERUN_OPEN, RERUN_STEP_UNKNOWN, RERUN_SET_KIND, WORKFLOW_UNKNOWN, WORKFLOW_INPUT
   */
  rerun(id: string, options?: RerunOptions): Promise<RunHandle>;
  /** What that rerun would do, found without doing or writing any of it. Throws what `rerun` throws. */
  plan(id: string, options?: RerunOptions): Promise<RerunPlan>;
  /** What the present code would make of each open run. Nothing is written and no work started. */
  compat(filter?: RunFilter): Promise<readonly Compat[]>;
  /** Says what became of an effect in doubt; the run can go on. */
  settle(
    id: string,
    intent: number,
    answer: { readonly sent: boolean; readonly receipt?: unknown; readonly by: string },
  ): Promise<void>;
  list(filter?: RunFilter): Promise<readonly RunHead[]>;
  view(id: string): Promise<RunView>;
  readonly reviews: {
    list(filter?: { readonly run?: RunId }): Promise<readonly ReviewItem[]>;
    /** @throws REVIEW_NOT_OPEN, REVIEW_DECIDED, REVIEW_STALE, REVIEW_EXPIRED, REVIEW_FORM, REVIEW_SEND_BACK */
    decide(decision: Decision): Promise<void>;
  };
  /** Removes ended runs that were last touched before a time. Returns which. */
  prune(options: { readonly before: number; readonly dryRun?: boolean }): Promise<readonly RunHead[]>;
  /** Takes up what is ready, due or left by dead processes. Returns how many runs are driven. */
  recover(): Promise<number>;
  /** Bytes kept beside the journal: artifacts, and values above 32 kB. */
  blob(hash: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

const memory = ":memory:";

/** Opens a journal and an engine on it. @throws JOURNAL_OPEN, JOURNAL_NEWER, JOURNAL_FOREIGN, JOURNAL_FULL, JOURNAL_BUSY */
export async function open(options: OpenOptions = {}): Promise<Firebreak> {
  const env = options.env ?? process.env;
  registerSecrets(options.config, env);
  const { journal, locks } = await openJournal(options);
  try {
    return new Opened(journal, locks, options, env);
  } catch (error) {
    // Its lock, or a part of its configuration, cannot be had: nobody is given the journal to close.
    await journal.close();
    throw error;
  }
}

async function openJournal(options: OpenOptions): Promise<{ journal: Journal; locks: string | undefined }> {
  const given = options.journal ?? options.config?.journal ?? join(".firebreak", "journal.db");
  if (typeof given !== "string") return { journal: given, locks: undefined };
  const { clock } = options;
  const now = clock === undefined ? undefined : () => clock.now();
  if (given === memory) {
    const { MemoryJournal } = await import("./journal/memory.ts");
    return { journal: new MemoryJournal(now === undefined ? {} : { now }), locks: undefined };
  }
  const path = resolve(given);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new FirebreakError("JOURNAL_OPEN", { path, reason: (error as Error).message });
  }
  const { openSqliteJournal } = await import("./journal/sqlite.ts");
  const { synchronous } = options;
  const journal = openSqliteJournal(path, {
    ...(now === undefined ? {} : { now }),
    ...(synchronous === undefined ? {} : { synchronous }),
  });
  return { journal, locks: join(dirname(path), "locks") };
}

function registerSecrets(config: Config | undefined, env: NonNullable<OpenOptions["env"]>): void {
  for (const name of [...foundKeys(env), ...(config?.secrets ?? [])]) secret(name, env);
  for (const [name, it] of Object.entries(config?.endpoints ?? {})) {
    const variable = it.apiKeyEnv;
    const value = variable === undefined ? undefined : env[variable];
    if (value !== undefined) registerSecret(variable ?? name, value);
  }
}

class Opened implements Firebreak {
  readonly journal: Journal;
  readonly #engine: EmbeddedEngine;
  readonly #options: OpenOptions;
  readonly #clock: Clock;
  readonly #workflows = new Map<string, AnyWorkflow>();
  readonly #programs = new WeakMap<AnyWorkflow, Program>();
  readonly #makeEnv: MakeAgentEnv;
  readonly #code: CodeKeeper;
  readonly reviews: Firebreak["reviews"];

  constructor(
    journal: Journal,
    locks: string | undefined,
    options: OpenOptions,
    env: NonNullable<OpenOptions["env"]>,
  ) {
    this.journal = journal;
    this.#code = new CodeKeeper(journal);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    for (const it of options.workflows ?? []) this.#workflows.set(it.name, it);
    this.#makeEnv = agentEnvOf(options.config ?? {}, env, options.rig ?? {});
    this.#engine = new EmbeddedEngine({
      journal,
      clock: this.#clock,
      find: (name, file) => this.#find(name, file),
      liveness: locks === undefined ? soleProcess() : lockProcess(locks),
      drive: options.drive ?? "all",
      ...(options.rig?.guard === undefined ? {} : { guard: options.rig.guard }),
      capturesFor: (started) => this.#code.capturing(this.#keptFor(started)),
      pastFor: (started, run) => readPast(journal, started, this.#codeOf, run),
      ...(options.lingerMs === undefined ? {} : { lingerMs: options.lingerMs }),
    });
    if (locks !== undefined) this.#engine.startPolling();
    this.reviews = {
      list: (filter) => listReviews(journal, filter),
      decide: (decision) => decide(journal, decision, this.#clock.now()),
    };
  }

  async start<Input, Output>(
    workflow: Workflow<Input, Output>,
    input: Input,
    options: StartOptions = {},
  ): Promise<RunHandle<Output>> {
    const definition = workflow as unknown as AnyWorkflow;
    const { key, file, ...rest } = options;
    this.#checkOptions(rest);
    const parsed = await parseWorkflowInput(definition, input);
    try {
      const run = await this.#engine.start({
        program: this.#program(definition),
        input: parsed,
        options: canonical(rest).json,
        ...(key === undefined ? {} : { key }),
        ...(file === undefined ? {} : { file: resolve(file) }),
      });
      return this.#handle(run) as RunHandle<Output>;
    } catch (error) {
      // The same key means the same run.
      if (FirebreakError.is(error, "RUN_KEY_TAKEN"))
        return this.#handle(error.details.runId as RunId) as RunHandle<Output>;
      throw error;
    }
  }

  async run(id: string): Promise<RunHandle> {
    return this.#handle((await this.#headOf(id)).run);
  }

  async resume(
    id: string,
    options: { accept?: boolean; by?: string; force?: boolean } = {},
  ): Promise<RunHandle> {
    const head = await this.#headOf(id);
    const program = await this.#find(head.workflow, head.file);
    if (program === undefined) {
      const known = [...this.#workflows.keys()].join(", ") || "none";
      throw new FirebreakError("WORKFLOW_UNKNOWN", { workflow: head.workflow, runId: head.run, known });
    }
    if (head.status === "completed" || head.status === "cancelled") {
      throw new FirebreakError("RUN_ENDED", { runId: head.run, status: head.status, verb: "resumed" });
    }
    if (head.status === "waiting") await this.#demandReadable(head);
    if (options.accept) this.#engine.accept(head.run);
    if (head.status === "failed" || head.status === "halted") await this.#reopen(head, program, options);
    else if (options.force) await this.#engine.force(head.run);
    else if (!(await this.#engine.drive(head.run)) && head.status === "running") {
      throw new FirebreakError("RUN_OWNED", { runId: head.run, owner: head.owner ?? "unknown" });
    }
    return this.#handle(head.run);
  }

  async rerun(id: string, options: RerunOptions = {}): Promise<RunHandle> {
    const asked = await this.#rerunOf(id, options);
    return this.#handle(await this.#engine.start(await rerunSpec(asked)));
  }

  async plan(id: string, options: RerunOptions = {}): Promise<RerunPlan> {
    return planRerun(await this.#rerunOf(id, options), this.#codeOf, (old, started) =>
      this.#code.changes(old, this.#keptFor(started)),
    );
  }

  /** How works of an old run compare with those of this process. */
  readonly #codeOf: CodeOf = async (old, started) => {
    return this.#code.compare(old, this.#keptFor(started));
  };

  #keptFor(started: EventData["run.started"]): KeptCode | undefined {
    const definition = this.#workflows.get(started.workflow) ?? definedWorkflow(started.workflow);
    return definition === undefined ? undefined : this.#code.keep(definition, started.file);
  }

  async compat(filter: RunFilter = {}): Promise<readonly Compat[]> {
    const open = await this.journal.heads({ status: ["running", "waiting", "halted"], ...filter });
    return Promise.all(
      open.map(async (head) =>
        compatOf(this.journal, head, await this.#find(head.workflow, head.file), this.#clock.now()),
      ),
    );
  }

  async #rerunOf(id: string, options: RerunOptions): Promise<Rerun> {
    const head = await this.#headOf(id);
    const definition = options.workflow ?? (await this.#definition(head.workflow, head.file));
    if (definition === undefined)
      throw new FirebreakError("WORKFLOW_UNKNOWN", {
        workflow: head.workflow,
        runId: head.run,
        known: [...this.#workflows.keys()].join(", ") || "none",
      });
    const { model, sabotage, cap } = options;
    this.#checkOptions({
      ...(model === undefined ? {} : { model }),
      ...(sabotage === undefined ? {} : { sabotage }),
      ...(cap === undefined ? {} : { cap }),
    });
    const program = this.#program(definition);
    return { journal: this.journal, head, definition, program, options, nowMs: this.#clock.now() };
  }

  async settle(
    id: string,
    intent: number,
    answer: { sent: boolean; receipt?: unknown; by: string },
  ): Promise<void> {
    await settleEffect(this.journal, await this.#headOf(id), intent, answer);
  }

  list(filter: RunFilter = {}): Promise<readonly RunHead[]> {
    return this.journal.heads(filter);
  }

  async view(id: string): Promise<RunView> {
    const head = await this.#headOf(id);
    const events = await this.journal.read(head.run);
    return viewRun(await loadValues(events, (hash) => this.journal.blob(hash)));
  }

  async prune(options: { before: number; dryRun?: boolean }): Promise<readonly RunHead[]> {
    const ended = await this.journal.heads({
      status: ["completed", "failed", "cancelled"],
      limit: 1_000_000,
    });
    const old = ended.filter((it) => it.updatedAt < options.before);
    if (!options.dryRun && old.length > 0) await this.journal.prune(old.map((it) => it.run));
    this.#code.forget();
    return old;
  }

  recover(): Promise<number> {
    return this.#engine.recover();
  }

  blob(hash: string): Promise<Uint8Array> {
    return this.journal.blob(hash);
  }

  async close(): Promise<void> {
    await this.#engine.close();
    await this.journal.close();
  }

  // ---- Finding things -------------------------------------------------------------

  #handle(run: RunId): RunHandle {
    return new RunHandleImpl(run, this.#engine, this.journal);
  }

  #program(definition: AnyWorkflow): Program {
    this.#workflows.set(definition.name, definition);
    const known = this.#programs.get(definition);
    if (known !== undefined) return known;
    const made = makeProgram(definition, this.#makeEnv, (it) => this.#code.keep(it, undefined));
    this.#programs.set(definition, made);
    return made;
  }

  async #find(name: string, file: string | undefined): Promise<Program | undefined> {
    const definition = await this.#definition(name, file);
    return definition === undefined ? undefined : this.#program(definition);
  }

  async #definition(name: string, file: string | undefined): Promise<AnyWorkflow | undefined> {
    const known = this.#workflows.get(name) ?? definedWorkflow(name);
    if (known !== undefined) return known;
    if (file === undefined || this.#options.load === undefined) return undefined;
    const loaded = await this.#options.load(file);
    return loaded.find((it) => it.name === name) ?? definedWorkflow(name);
  }

  async #headOf(id: string): Promise<RunHead> {
    const exact = await this.journal.head(id as RunId);
    if (exact !== undefined) return exact;
    const all = await this.journal.heads({ limit: 1_000_000 });
    if (id === "last" && all.length > 0) return all.find((it) => it.parent === undefined) ?? all[0]!;
    const matches =
      id === "" || id === "last" ? [] : all.filter((it) => it.run.startsWith(id) || it.run.endsWith(id));
    if (matches.length === 1) return matches[0]!;
    if (matches.length === 0) throw new FirebreakError("RUN_UNKNOWN", { given: id });
    throw new FirebreakError("RUN_AMBIGUOUS", {
      given: id,
      matches: matches
        .slice(0, 5)
        .map((it) => it.run)
        .join(", "),
    });
  }

  #checkOptions(options: RunOptions): void {
    checkCap(options.cap);
    this.#makeEnv(options);
  }

  async #reopen(head: RunHead, program: Program, options: { accept?: boolean; by?: string }): Promise<void> {
    const events = await this.journal.read(head.run);
    const chain = head.status === "failed" ? failureChain(events) : { invalidate: [], children: [] };
    for (const child of chain.children) await this.resume(child, options).catch(() => undefined);
    const by = options.by ?? "a person";
    const gone: NewEvent[] = chain.invalidate.map((seq) => ({
      kind: "step.invalidated",
      data: { seq, because: "resume", by },
    }));
    const resumed: NewEvent = {
      kind: "run.resumed",
      data: { code: program.code, by, ...(options.accept ? { accept: true } : {}) },
    };
    await this.journal.commit([{ run: head.run, expect: { seq: head.seq }, events: [...gone, resumed] }]);
    await this.#engine.drive(head.run);
  }

  /** A waiting run whose events cannot be read is set aside; one that runs is set aside by its driver. */
  async #demandReadable(head: RunHead): Promise<void> {
    try {
      await this.journal.read(head.run);
    } catch (error) {
      if (FirebreakError.is(error, "EVENT_CORRUPT")) {
        const { code, sentence: message, fix } = error;
        const halted: NewEvent = { kind: "run.halted", data: { code, message, fix } };
        await this.journal.commit([{ run: head.run, expect: { seq: head.seq }, events: [halted] }]);
      }
      throw error;
    }
  }
}

/** How the agents of a run get their models: aliases, the run's own choice, planted faults. */
export function agentEnvOf(config: Config, env: NonNullable<OpenOptions["env"]>, rig: Rig): MakeAgentEnv {
  const registry = createModelRegistry({
    env,
    ...(config.aliases === undefined ? {} : { aliases: config.aliases }),
    ...(config.endpoints === undefined ? {} : { endpoints: config.endpoints }),
    ...(config.prices === undefined ? {} : { prices: config.prices }),
  });
  return (options) => {
    const plans = (options.sabotage ?? []).map((text) =>
      parseSabotage(text, config.faults === undefined ? {} : { faults: config.faults }),
    );
    if (options.model !== undefined) registry.resolve(options.model);
    const made: AgentEnv = {
      ...(rig.tool === undefined ? {} : { tool: rig.tool }),
      models(step, refs) {
        const named = options.model === undefined ? refs : [options.model];
        const models = (rig.models?.(step, named) ?? named).map((it) => registry.resolve(it));
        const first = models[0]!.id;
        return models.map((model) => spoiled(model, step, first));
      },
    };
    const spoiled = (model: Model, step: string, firstModel: string): Model =>
      plans
        .filter((it) => it.step === step)
        .reduce(
          (it, plan) =>
            sabotage(it, {
              ...plan,
              firstModel,
              ...(config.faults === undefined ? {} : { faults: config.faults }),
            }),
          model,
        );
    return made;
  };
}
