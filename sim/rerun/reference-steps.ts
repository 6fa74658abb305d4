// The steps of the reference: what an agent, a map, a race and the rest do, as
// simply as it can be said. They are asked for here and answered in reference.ts.

import { ledgerKey, versionOf } from "./engine-steps.ts";
import {
  type AgentSpec,
  type Data,
  type Gate,
  gateSays,
  type Input,
  type Made,
  modelOutput,
  type Settled,
  type Steps,
  toolOutput,
  type Work,
  workOutput,
} from "./program.ts";

/** A failure of a step, as the reference tells it. */
export class Failed extends Error {}

/** A scope, as far as its steps look at it. */
export interface AnyScope {
  readonly names: readonly string[];
}

/** Asks for steps, and answers them in the order of a journal. */
export interface Answers<Scope extends AnyScope> {
  leaf(
    scope: Scope,
    it: {
      readonly kind: string;
      readonly name: string;
      readonly input: Data;
      readonly detail: Data;
      readonly ledger: string;
      readonly make: (epoch: number) => Data;
      readonly captures?: boolean;
    },
  ): Promise<Data>;
  composite(
    scope: Scope,
    kind: string,
    name: string,
    input: Data | undefined,
    body: (scope: Scope) => Promise<Data>,
  ): Promise<Data>;
  setFor(path: readonly string[]): Data | undefined;
}

export class RefSteps<Scope extends AnyScope> implements Steps {
  readonly #all: Answers<Scope>;
  readonly #scope: Scope;

  constructor(all: Answers<Scope>, scope: Scope) {
    this.#all = all;
    this.#scope = scope;
  }

  step(name: string, input: Data, work: Work, captured: Data): Promise<Data> {
    return this.#function(this.#scope, name, input, work, captured);
  }

  #function(scope: Scope, name: string, input: Data, work: Work, captured: Data): Promise<Data> {
    const detail = [input, versionOf(work)];
    return this.#all.leaf(scope, {
      kind: "function",
      name,
      input,
      detail,
      ledger: ledgerKey([...scope.names, name], "function", ...detail),
      captures: work.captures.length > 0,
      make: (epoch) => workOutput(work, input, captured, epoch),
    });
  }

  checked(name: string, input: Data, work: Work, captured: Data, gate: Gate): Promise<Data> {
    return this.#all.composite(this.#scope, "function", name, input, async (scope) => {
      const given = this.#all.setFor(scope.names);
      if (given !== undefined) return this.#accept(scope, given, scope.names, gate, input);
      return this.#all
        .composite(scope, "attempt", "attempt 1", null, async (inner) => {
          const output = await this.#function(inner, "work", input, work, captured);
          const said = await this.#judge(inner, scope.names, gate, { input, output, read: [], before: [] });
          return said === true ? { output } : { said };
        })
        .then(passed);
    });
  }

  async #accept(
    scope: Scope,
    output: Data,
    path: readonly string[],
    gate: Gate | undefined,
    input: Data,
  ): Promise<Data> {
    if (gate === undefined) return output;
    const said = await this.#judge(scope, path, gate, { input, output, read: [], before: [] });
    return passed(said === true ? { output } : { said });
  }

  /** The verdict's step: it rests on what is judged, on what was read, and on the candidates before. */
  async #judge(
    scope: Scope,
    path: readonly string[],
    gate: Gate,
    it: { readonly input: Data; readonly output: Data; readonly read: Data; readonly before: Data },
  ): Promise<true | string> {
    const { input, output, read, before } = it;
    const said = await this.#all.leaf(scope, {
      kind: "check",
      name: "checks",
      input: null,
      detail: [input, output, read, before, gate.version],
      ledger: ledgerKey(path, "check", input, output, gate.version),
      make: () => gateSays(gate, output),
    });
    return said === true ? true : String(said);
  }

  agent(agent: AgentSpec, input: Data): Promise<Data> {
    return this.#all.composite(this.#scope, "agent", agent.name, input, async (scope) => {
      const given = this.#all.setFor(scope.names);
      if (given !== undefined) return this.#accept(scope, given, scope.names, agent.gate, input);
      let told = "";
      let before: readonly Data[] = [];
      for (let number = 1; ; number += 1) {
        const it = { agent, input, number, told, before };
        const result = (await this.#all.composite(scope, "attempt", `attempt ${number}`, null, (inner) =>
          this.#attempt(inner, scope.names, it),
        )) as { output: Data; said?: string };
        if (result.said === undefined) return result.output;
        if (number > agent.retries) throw new Failed(result.said);
        told = result.said;
        before = [result.output];
      }
    });
  }

  async #attempt(
    scope: Scope,
    path: readonly string[],
    it: {
      readonly agent: AgentSpec;
      readonly input: Data;
      readonly number: number;
      readonly told: string;
      readonly before: readonly Data[];
    },
  ): Promise<Data> {
    const { agent, input, number, told, before } = it;
    const read: Data[] = [];
    let said = await this.#model(scope, it, 1, { input, attempt: number, told });
    if ("q" in said) {
      const args = { q: said["q"] as number, attempt: number };
      const found = await this.#all.leaf(scope, {
        kind: "tool",
        name: agent.tool!.name,
        input: args,
        detail: [args, agent.tool!.version],
        ledger: ledgerKey([...scope.names, agent.tool!.name], "tool", args, agent.tool!.version),
        make: () => toolOutput(agent.tool!, args.q),
      });
      read.push(found);
      said = await this.#model(scope, it, 2, { input, attempt: number, told, found });
    }
    const output = said["answer"]!;
    if (agent.gate === undefined) return { output };
    const verdict = await this.#judge(scope, path, agent.gate, { input, output, read, before });
    return verdict === true ? { output } : { output, said: verdict };
  }

  async #model(
    scope: Scope,
    it: { readonly agent: AgentSpec; readonly before: readonly Data[] },
    turn: number,
    asked: { input: Data; attempt: number; told: string; found?: Data },
  ): Promise<{ readonly [key: string]: Data }> {
    const { agent, before } = it;
    const tool = agent.tool === undefined ? "" : agent.tool.name;
    return (await this.#all.leaf(scope, {
      kind: "model",
      name: "model",
      input: null,
      detail: [agent.prompt, agent.name, tool, turn, asked, before],
      ledger: ledgerKey([...scope.names, "model"], "model", agent.prompt, turn, asked),
      make: (epoch) => modelOutput(agent, asked, epoch) as unknown as Data,
    })) as { readonly [key: string]: Data };
  }

  map(
    name: string,
    lanes: number,
    items: Input["items"],
    body: (item: Made, steps: Steps) => Promise<Data>,
  ): Promise<Data> {
    return this.#all.composite(this.#scope, "map", name, items, async (scope) => {
      const results: Data[] = [];
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < items.length) {
          const at = next;
          next += 1;
          const item = items[at]!;
          results[at] = await this.#all.composite(scope, "branch", `[${item.id}]`, item, (inner) =>
            body(item, new RefSteps(this.#all, inner)),
          );
        }
      };
      await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
      return results;
    });
  }

  branch(name: string, body: (steps: Steps) => Promise<Data>): Promise<Data> {
    return this.#all.composite(this.#scope, "branch", name, undefined, (inner) =>
      body(new RefSteps(this.#all, inner)),
    );
  }

  nested(name: string, input: Data, _: string, body: (steps: Steps) => Promise<Data>): Promise<Data> {
    return this.#all.composite(this.#scope, "nested", name, input, (inner) =>
      body(new RefSteps(this.#all, inner)),
    );
  }

  first(
    name: string,
    n: number,
    branches: Readonly<Record<string, (steps: Steps) => Promise<Data>>>,
  ): Promise<Data> {
    const names = Object.keys(branches).sort();
    return this.#all.composite(this.#scope, "first", name, { n, branches: names }, (scope) => {
      const winners: Data[] = [];
      let failed = 0;
      return new Promise((resolve, reject) => {
        for (const own of names) {
          const branch = this.#all.composite(scope, "branch", own, undefined, (inner) =>
            branches[own]!(new RefSteps(this.#all, inner)),
          );
          branch.then(
            (value) => {
              if (winners.length < n) winners.push({ name: own, value });
              if (winners.length === n) resolve([...winners]);
            },
            (error: Error) => {
              failed += 1;
              if (names.length - failed < n) reject(error);
            },
          );
        }
      });
    });
  }

  async settle(body: () => Promise<Data>): Promise<Settled> {
    try {
      return { ok: true, value: await body() };
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      return { ok: false };
    }
  }
}

function passed(it: Data): Data {
  const { output, said } = it as { readonly output?: Data; readonly said?: string };
  if (said !== undefined) throw new Failed(said);
  return output ?? null;
}
