// ctx: what a workflow sees. Every method opens a step; the runtime records it.

import type { Agent } from "../agent/agent.ts";
import type { Brake } from "../agent/brake.ts";
import { agentWork, parseAgentInput } from "../agent/agent-work.ts";
import type { Check } from "../check/check.ts";
import type { Rung } from "../agent/rung.ts";
import { type Duration, toMs } from "../base/duration.ts";
import { FirebreakError } from "../base/errors.ts";
import { adaptSchema, type AnySchema, parseWith } from "../base/schema.ts";
import { canonical, type Value } from "../base/values.ts";
import type { Outcome, Problem } from "../journal/events.ts";
import { compositeWork } from "../runtime/composite.ts";
import type { Work } from "../runtime/issue.ts";
import { leafWork, messageOf } from "../runtime/leaf.ts";
import { checkName } from "../runtime/identity.ts";
import type { Scope } from "../runtime/scope.ts";
import { StepError } from "../runtime/step-error.ts";
import { reviewWork, signalWork, sleepWork } from "../runtime/wait.ts";
import { makeArtifact } from "../tool/tool-context.ts";
import type { Artifact, SchemaOutput, Tool } from "../tool/tool.ts";
import { childRun } from "./child.ts";
import { askForm } from "./ask-form.ts";
import { callToolStep } from "./call-tool.ts";
import { checkedWork, valueGate } from "./checked.ts";
import { runFirst, type Branches } from "./first.ts";
import { type LoopTurn, runLoop } from "./loop.ts";
import { type MapOptions, runMap } from "./map.ts";
import { nameOf, retryPolicy, type StepOptions } from "./options.ts";
import type { ProgramEnv } from "./program.ts";
import { type ReviewOptions, reviewQuestion } from "./review-options.ts";
import type { Workflow } from "./workflow.ts";

/** What a step's function is given besides its input. */
export interface WorkContext {
  /** Opens steps below this one. */
  readonly ctx: Context;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the step is cancelled or has timed out. */
  readonly abort: AbortSignal;
}

/** A result that is a value either way. */
export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly outcome: Outcome;
      readonly message: string;
      readonly problems: readonly Problem[];
    };

export class Context {
  readonly #scope: Scope;
  readonly #env: ProgramEnv;
  readonly #brake: Brake | undefined;

  /** @internal Made by the runtime. */
  constructor(scope: Scope, env: ProgramEnv, brake?: Brake) {
    this.#scope = scope;
    this.#env = env;
    this.#brake = brake;
  }

  /** The run's id. */
  get run(): string {
    return this.#scope.replay.host.run;
  }

  /**
   * Runs a function as a step: its output is recorded once, and answers ever after. The function is taken as pure and
   * may run again until its output is recorded; what changes the outside belongs in a tool.
   *
   * @throws StepError when it failed in all its attempts, or its checks did not pass.
   */
  step<Input, Output>(
    name: string,
    input: Input,
    work: (input: Input, it: WorkContext) => Output | Promise<Output>,
    options: StepOptions<Awaited<Output>> = {},
  ): Promise<Awaited<Output>> {
    const { replay } = this.#scope;
    const full = nameOf(name, options);
    if (options.checks !== undefined || options.alongside !== undefined)
      return this.#checkedStep(full, input, work, options);
    const leaf = leafWork(replay, {
      ...this.#leafOptions(work, options),
      run: (call) => work(call.input as Input, this.#workContext(call)),
    });
    return replay.issue(this.#scope, "function", full, input, leaf, options.from) as Promise<Awaited<Output>>;
  }

  /**
   * Calls an agent, a tool or a workflow (as a child run).
   * @throws StepError with the outcome: empty, truncated, refused, limit, budget, failed, rejected, expired or cancelled.
   */
  call<Input, Output>(
    definition: Agent<Input, Output> | Tool<Input, Output> | Workflow<Input, Output>,
    input: NoInfer<Input>,
    options: StepOptions<NoInfer<Output>> = {},
  ): Promise<Output> {
    const { replay } = this.#scope;
    const name = nameOf((definition as { readonly name?: string } | undefined)?.name ?? "", options);
    switch ((definition as { readonly kind?: unknown } | undefined)?.kind) {
      case "agent": {
        const it = {
          ...(definition as Agent<Input, Output>),
          ...(options.models === undefined ? {} : { models: options.models }),
          ...(options.alongside === undefined ? {} : { alongside: options.alongside }),
        } as unknown as Agent<never, never>;
        return this.#callAgent(it, name, input, options.from) as Promise<Output>;
      }
      case "tool":
        return handled(
          callToolStep(
            this,
            this.#scope,
            this.#toolOf(definition as unknown as Tool),
            name,
            input,
            options,
          ) as Promise<Output>,
        );
      case "workflow":
        return replay.issue(
          this.#scope,
          "run",
          name,
          input,
          childRun(this.#scope, definition as unknown as Workflow, this.#env),
          options.from,
        ) as Promise<Output>;
      default: {
        const what = "ctx.call was given something that is no agent, tool or workflow";
        return rejected(
          new FirebreakError("DEFINITION_INVALID", {
            what,
            mend: "Make it with agent(), tool() or workflow(); call a plain function with ctx.step.",
          }),
        );
      }
    }
  }

  /** Runs something and gives how it ended as a value. Errors that are no step's go through. */
  async settle<T>(work: () => Promise<T>): Promise<Settled<T>> {
    try {
      return { ok: true, value: await work() };
    } catch (error) {
      if (!StepError.is(error)) throw error;
      return { ok: false, outcome: error.outcome, message: error.message, problems: error.problems };
    }
  }

  /**
   * Does the same for each item, each in a scope named by its key. Results are in the order of the items.
   * @throws MAP_KEY_REPEATED; StepError of the first item that failed, unless `settle` is set.
   */
  map<Item, Output>(
    items: readonly Item[],
    work: (item: Item, ctx: Context) => Promise<Output>,
    options: MapOptions<Item> & { readonly settle: true },
  ): Promise<Settled<Output>[]>;
  map<Item, Output>(
    items: readonly Item[],
    work: (item: Item, ctx: Context) => Promise<Output>,
    options?: MapOptions<Item>,
  ): Promise<Output[]>;
  map<Item, Output>(
    items: readonly Item[],
    work: (item: Item, ctx: Context) => Promise<Output>,
    options: MapOptions<Item> = {},
  ): Promise<unknown> {
    const make = (scope: Scope, brake: Brake): Context => new Context(scope, this.#env, brake);
    return runMap(
      this.#scope,
      items,
      work as (item: unknown, ctx: Context) => Promise<unknown>,
      options as MapOptions<unknown>,
      make,
    );
  }

  /**
   * A gate over any value. Its rungs are people: the value has no author here.
   * @returns the value, or what a person made of it. @throws StepError with the problems.
   */
  check<T>(
    name: string,
    value: T,
    checks: readonly Check<NoInfer<T>, never>[],
    options: { readonly onFail?: readonly Rung<NoInfer<T>>[]; readonly from?: readonly unknown[] } = {},
  ): Promise<T> {
    const { replay } = this.#scope;
    const rungs = (options.onFail ?? []) as readonly Rung<never>[];
    const work = valueGate(replay, { name, checks, rungs, brake: this.#brake, env: this.#env.agents });
    return replay.issue(this.#scope, "gate", checkName(name), value, work, options.from) as Promise<T>;
  }

  /**
   * Asks a person whether a value may stand.
   * @returns the value approved: the same, or the edit. @throws StepError: rejected, or expired when nobody answered.
   */
  review<T>(ask: string, value: T, options: ReviewOptions<NoInfer<T>> = {}): Promise<T> {
    const { replay } = this.#scope;
    const name = nameOf(ask.slice(0, 120), options);
    this.#refuseTwin("review", name, value);
    const asked = replay.issue(
      this.#scope,
      "review",
      name,
      value,
      reviewWork(replay, reviewQuestion(ask, options)),
      options.from,
    ) as Promise<T>;
    if (options.checks === undefined) return asked;
    return handled(asked.then((it) => this.check(`${name}: the decision`, it, options.checks!)));
  }

  /**
   * Asks a person to fill in a form.
   * @returns the answers, parsed by the schema. @throws StepError: rejected, or expired.
   */
  ask<S extends AnySchema>(
    question: string,
    schema: S,
    options: ReviewOptions<never> & { readonly show?: unknown } = {},
  ): Promise<SchemaOutput<S>> {
    return handled(askForm(this.#scope, question, schema, options));
  }

  /** Waits for the next signal of a name that fits the schema. Others are passed over, with a warning. @throws SCHEMA_UNKNOWN */
  signal<S extends AnySchema>(
    name: string,
    schema: S,
    options: { readonly key?: string } = {},
  ): Promise<SchemaOutput<S>> {
    const { replay } = this.#scope;
    this.#refuseTwin("signal", nameOf(name, options), undefined);
    const wanted = adaptSchema(schema);
    const accept = async (
      payload: Value,
    ): Promise<{ ok: true; value: unknown } | { ok: false; why: string }> => {
      const parsed = await parseWith(wanted, payload);
      if (!parsed.ok)
        return { ok: false, why: parsed.issues.map((it) => `${it.path} ${it.message}`.trim()).join("; ") };
      try {
        return { ok: true, value: canonical(parsed.value ?? null, "signal").value };
      } catch (error) {
        return { ok: false, why: messageOf(error) };
      }
    };
    return replay.issue(
      this.#scope,
      "signal",
      nameOf(name, options),
      undefined,
      signalWork(replay, name, accept),
    ) as Promise<SchemaOutput<S>>;
  }

  /** Waits. A long wait costs nothing: the run leaves memory. */
  sleep(duration: Duration, options: { readonly key?: string } = {}): Promise<void> {
    const { replay } = this.#scope;
    return replay.issue(
      this.#scope,
      "sleep",
      nameOf("sleep", options),
      toMs(duration),
      sleepWork(replay, toMs(duration)),
    ) as Promise<void>;
  }

  /** The first `n` branches to end well; the others are cancelled. @throws StepError when fewer than n can still do so. */
  first<T>(
    n: number,
    branches: Branches<T>,
    options: { readonly name?: string } = {},
  ): Promise<{ readonly name: string; readonly value: T }[]> {
    return runFirst(
      this.#scope,
      n,
      branches,
      options.name ?? "first",
      (scope) => new Context(scope, this.#env, this.#brake),
    );
  }

  /** A named scope: once it has ended, one record answers for all its steps. */
  branch<T>(name: string, work: (ctx: Context) => Promise<T>): Promise<T> {
    const { replay } = this.#scope;
    const body = compositeWork(replay, {
      body: ({ scope }) => work(new Context(scope, this.#env, this.#brake)),
    });
    return replay.issue(this.#scope, "branch", name, undefined, body) as Promise<T>;
  }

  /**
   * Turns that each start from their state alone, so a long loop costs a replay no more than its last turn.
   * The body returns `again(state)` or `done(value)`.
   */
  loop<State, T>(
    name: string,
    state: State,
    body: (state: State, ctx: Context) => Promise<LoopTurn<State, T>>,
    options: { readonly limit?: number } = {},
  ): Promise<T> {
    const make = (scope: Scope): Context => new Context(scope, this.#env, this.#brake);
    return runLoop(
      this.#scope,
      name,
      state,
      body as (state: unknown, ctx: Context) => Promise<LoopTurn<unknown, unknown>>,
      options.limit,
      make,
    ) as Promise<T>;
  }

  /**
   * A text with values in it, that knows what it was made from: ``ctx.text`Compare ${claims} with ${table}` ``. Whoever is
   * given the text is known to read those values. Objects stand in it as JSON.
   */
  text(parts: TemplateStringsArray, ...values: readonly unknown[]): string {
    return this.#scope.replay.lineage.text(parts, values);
  }

  /** The time of the latest thing this run was told: the same at the same place of every replay. */
  now(): Date {
    return new Date(this.#scope.replay.now);
  }

  /** A number in [0, 1): the same at the same place of every replay. */
  random(): number {
    return this.#scope.random();
  }

  /** A line for people, written once however often the run is replayed. */
  log(message: string, data?: unknown, level: "info" | "warn" | "error" = "info"): void {
    const number = this.#scope.nextLog();
    const { replay, path } = this.#scope;
    if (number <= (replay.records.logs.get(path) ?? 0)) return;
    const more = data === undefined ? {} : { data: canonical(data, "data").json };
    replay.writer.append({
      kind: "run.logged",
      data: { scope: path, level, message: String(canonical(message).value), ...more },
    });
  }

  /** Keeps bytes beside the journal, once by their content. The artifact can be passed to steps and read with `bytes`. */
  artifact(name: string, mediaType: string, content: Uint8Array | string): Promise<Artifact> {
    const { replay } = this.#scope;
    const made = makeArtifact(name, mediaType, content);
    const work = leafWork(replay, {
      identity: { work: makeArtifact, version: "1" },
      run: (call) => {
        call.keep({ hash: made.artifact.hash, bytes: made.bytes });
        return made.artifact;
      },
    });
    return replay.issue(
      this.#scope,
      "artifact",
      name,
      { mediaType, hash: made.artifact.hash },
      work,
    ) as Promise<Artifact>;
  }

  /** Bytes of an artifact. @throws BLOB_MISSING, BLOB_CORRUPT */
  bytes(artifact: Artifact): Promise<Uint8Array> {
    const { replay } = this.#scope;
    return handled(replay.busy(() => replay.host.blob(artifact.hash)));
  }

  // ---- What the methods share ---------------------------------------------------

  #toolOf(it: Tool): Tool {
    return this.#env.agents.tool?.(it) ?? it;
  }

  #callAgent(
    it: Agent<never, never>,
    name: string,
    input: unknown,
    from: readonly unknown[] | undefined,
  ): Promise<unknown> {
    const { replay } = this.#scope;
    const scope = this.#scope;
    if (it.input === undefined)
      return replay.issue(
        scope,
        "agent",
        name,
        input,
        agentWork(scope, it, name, this.#env.agents, this.#brake),
        from,
      );
    return handled(
      replay
        .busy(() => parseAgentInput(it, input))
        .then((parsed) =>
          replay.issue(
            scope,
            "agent",
            name,
            sameValue(parsed, input),
            agentWork(scope, it, name, this.#env.agents, this.#brake),
            from,
          ),
        ),
    );
  }

  #checkedStep<Input, Output>(
    name: string,
    input: Input,
    work: (input: Input, it: WorkContext) => Output | Promise<Output>,
    options: StepOptions<Awaited<Output>>,
  ): Promise<Awaited<Output>> {
    const { replay } = this.#scope;
    const make = (): Work =>
      leafWork(replay, {
        ...this.#leafOptions(work, options),
        run: (call) => work(call.input as Input, this.#workContext(call)),
      });
    const rungs = (options.onFail ?? []) as readonly Rung<never>[];
    const env = this.#env.agents;
    const { alongside } = options;
    const gate = { name, checks: options.checks ?? [], alongside, rungs, brake: this.#brake, env };
    return replay.issue(
      this.#scope,
      "function",
      name,
      input,
      checkedWork(replay, gate, make),
      options.from,
    ) as Promise<Awaited<Output>>;
  }

  #leafOptions(work: object, options: StepOptions<never>) {
    const retry = retryPolicy(options.retry);
    return {
      identity: { work, ...(options.version === undefined ? {} : { version: options.version }) },
      ...(retry === undefined ? {} : { retry }),
      ...(options.timeout === undefined ? {} : { timeoutMs: toMs(options.timeout) }),
    };
  }

  #workContext(call: {
    readonly scope: () => Scope;
    readonly attempt: number;
    readonly abort: AbortSignal;
  }): WorkContext {
    const env = this.#env;
    const brake = this.#brake;
    return {
      get ctx() {
        return new Context(call.scope(), env, brake);
      },
      attempt: call.attempt,
      get abort() {
        return call.abort;
      },
    };
  }

  /** Two equal questions open at once could not be told apart when they are answered. */
  #refuseTwin(kind: "review" | "signal", name: string, value: unknown): void {
    const hash = value === undefined ? "" : canonical(value).hash;
    for (const issue of this.#scope.open) {
      const it = issue.identity;
      if (it.kind === kind && it.name === name && it.in === hash)
        throw new FirebreakError("STEP_AMBIGUOUS", { kind, name });
    }
  }
}

/** The value given, when parsing changed nothing: a delivered value then keeps its origin. */
function sameValue(parsed: unknown, given: unknown): unknown {
  return given !== undefined && canonical(parsed).hash === canonical(given).hash ? given : parsed;
}

/** Every promise of ctx carries a handler: a step nobody awaits must not end the process. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function rejected(error: unknown): Promise<never> {
  return handled(Promise.reject(error));
}
