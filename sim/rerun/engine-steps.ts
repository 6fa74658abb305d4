// Opens the steps of a program in the engine's ctx. Every function, model and
// tool writes what it did into a ledger outside, so what was executed is counted.

import { z } from "zod";
import type { ModelAnswer, ModelRequest } from "../../src/model/model.ts";
import { agent as makeAgent, retry, tool as makeTool, workflow } from "../../src/index.ts";
import type { AnyWorkflow, Context, NamedCheck } from "../../src/index.ts";
import type { Ledger } from "./ledger.ts";
import {
  type AgentSpec,
  type Data,
  execute,
  type Gate,
  gateSays,
  type Input,
  type Made,
  modelOutput,
  type Program,
  type Settled,
  stable,
  type Steps,
  toolOutput,
  type Work,
  workOutput,
} from "./program.ts";

/** Name of the only workflow: a run and its reruns find it by this. */
export const workflowName = "program";

/** The present program of a process. */
export function workflowOf(program: Program, ledger: Ledger): AnyWorkflow {
  return workflow({
    name: workflowName,
    run: (ctx: Context, input: unknown) =>
      execute(program, input as Input, new EngineSteps(ctx, ledger, [])) as Promise<unknown>,
  }) as never;
}

/** What a function's identity says: `captures` works are told apart by it. */
export function versionOf(work: Work): string {
  return work.captures.length > 0 ? `captures ${work.version}` : work.version;
}

/** What stands in the ledger for one piece of work. */
export function ledgerKey(path: readonly string[], kind: string, ...detail: readonly Data[]): string {
  return `${path.join(" › ")} ${kind} ${stable(detail)}`;
}

const Output = z.object({ n: z.number(), s: z.string(), t: z.number().optional() });
const Look = z.object({ q: z.number(), attempt: z.number() });

export class EngineSteps implements Steps {
  readonly #ctx: Context;
  readonly #ledger: Ledger;
  readonly #path: readonly string[];

  constructor(ctx: Context, ledger: Ledger, path: readonly string[]) {
    this.#ctx = ctx;
    this.#ledger = ledger;
    this.#path = path;
  }

  step(name: string, input: Data, work: Work, captured: Data): Promise<Data> {
    return this.#ctx.step(name, input, this.#work([...this.#path, name], work, captured), {
      version: versionOf(work),
    }) as Promise<Data>;
  }

  checked(name: string, input: Data, work: Work, captured: Data, gate: Gate): Promise<Data> {
    const path = [...this.#path, name];
    return this.#ctx.step(name, input, this.#work([...path, "attempt 1", "work"], work, captured), {
      version: versionOf(work),
      checks: [this.#check(gate, path, input)],
      onFail: [],
    }) as Promise<Data>;
  }

  #work(path: readonly string[], work: Work, captured: Data): (input: Data) => Promise<Data> {
    return (input) =>
      this.#ledger.work(ledgerKey(path, "function", input, versionOf(work)), work.turns, (epoch) =>
        workOutput(work, input, captured, epoch),
      );
  }

  #check(gate: Gate, path: readonly string[], input: Data): NamedCheck {
    return {
      kind: "check",
      name: "gate",
      version: gate.version,
      run: (output) =>
        this.#ledger.workNow(ledgerKey(path, "check", input, output as Data, gate.version), () =>
          gateSays(gate, output as Data),
        ),
    };
  }

  agent(agent: AgentSpec, input: Data): Promise<Data> {
    const path = [...this.#path, agent.name];
    const look = agent.tool === undefined ? [] : [this.#tool(agent.tool, path)];
    const judged =
      agent.gate === undefined
        ? { unchecked: "it is not looked at here" }
        : { checks: [this.#check(agent.gate, path, input)] };
    const made = makeAgent({
      name: agent.name,
      instructions: agent.prompt,
      models: [this.#model(agent, path)],
      tools: look,
      output: Output,
      onFail: [retry(agent.retries)],
      ...judged,
    } as never);
    return this.#ctx.call(made as never, input as never) as Promise<Data>;
  }

  #tool(tool: NonNullable<AgentSpec["tool"]>, path: readonly string[]) {
    return makeTool({
      name: tool.name,
      version: tool.version,
      description: "Looks.",
      input: Look,
      effect: "none",
      run: ({ q, attempt }) =>
        this.#ledger.workNow(
          ledgerKey([...path, `attempt ${attempt}`, tool.name], "tool", { q, attempt }, tool.version),
          () => toolOutput(tool, q),
        ),
    });
  }

  #model(agent: AgentSpec, path: readonly string[]) {
    return {
      id: "made:up",
      standin: "made up: a pure function of the request",
      worstCaseUsd: () => 0,
      call: (request: ModelRequest): Promise<ModelAnswer> => {
        const { attempt, turn, input } = request.caller;
        const told = toldIn(request);
        const found = foundIn(request);
        const asked = { input: input as Data, attempt, told, ...(found === undefined ? {} : { found }) };
        const key = ledgerKey([...path, `attempt ${attempt}`, "model"], "model", agent.prompt, turn, asked);
        return this.#ledger.work(key, agent.turns, (epoch) => {
          const said = modelOutput(agent, asked, epoch);
          return answerOf(said.q === undefined ? stable(said.answer!) : { q: said.q, attempt });
        });
      },
    };
  }

  map(
    name: string,
    lanes: number,
    items: Input["items"],
    body: (item: Made, steps: Steps) => Promise<Data>,
  ): Promise<Data> {
    return this.#ctx.map(items, (item, ctx) => body(item as never, this.#below(ctx, name, `[${item.id}]`)), {
      name,
      key: (item) => item.id,
      concurrency: lanes,
    }) as Promise<Data>;
  }

  branch(name: string, body: (steps: Steps) => Promise<Data>): Promise<Data> {
    return this.#ctx.branch(name, (ctx) => body(this.#below(ctx, name)));
  }

  nested(name: string, input: Data, version: string, body: (steps: Steps) => Promise<Data>): Promise<Data> {
    // It closes over all that is known around it.
    return this.#ctx.step(name, input, (_, { ctx }) => body(this.#below(ctx, name)), {
      version: `captures ${version}`,
    }) as Promise<Data>;
  }

  first(
    name: string,
    n: number,
    branches: Readonly<Record<string, (steps: Steps) => Promise<Data>>>,
  ): Promise<Data> {
    const bodies = Object.entries(branches).map(([own, body]) => [
      own,
      (ctx: Context) => body(this.#below(ctx, name, own)),
    ]);
    return this.#ctx.first(n, Object.fromEntries(bodies) as never, { name }) as Promise<never>;
  }

  settle(body: () => Promise<Data>): Promise<Settled> {
    return this.#ctx.settle(body);
  }

  #below(ctx: Context, ...names: readonly string[]): Steps {
    return new EngineSteps(ctx, this.#ledger, [...this.#path, ...names]);
  }
}

/** What the model is told of its answers before: the sentences of the gate, in order. */
function toldIn({ prompt }: ModelRequest): string {
  return [...JSON.stringify(prompt).matchAll(/n is \d of \d/g)].map(([text]) => text).join("; ");
}

function foundIn({ prompt }: ModelRequest): Data | undefined {
  for (const message of prompt)
    if (message.role === "tool")
      for (const part of message.content)
        if (part.type === "tool-result" && part.output.type === "json") return part.output.value as Data;
  return undefined;
}

function answerOf(said: string | { readonly q: number; readonly attempt: number }): ModelAnswer {
  const base = { model: "made:up", usage: { inputTokens: 0, outputTokens: 0 }, standin: "made up" };
  if (typeof said === "string") return { ...base, parts: [{ type: "text", text: said }], finish: "stop" };
  const call = { type: "tool-call", id: "1", name: "look", input: JSON.stringify(said) } as const;
  return { ...base, parts: [call], finish: "tool-calls" };
}
