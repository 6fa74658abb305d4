// One case of a record undone while its run goes on: a random program ends with
// a question about all it came to know; an agent's value is sent back, once or
// twice, and gives another answer, or the same. What the run then gives is held
// against the program executed from scratch with the answers that stand, and
// what it did against the ledger: of each class of equal works as many as the
// replay that asked for most of them, and no more.

import type { RunId } from "../../src/base/ids.ts";
import { canonical } from "../../src/base/values.ts";
import { type Context, open, workflow } from "../../src/index.ts";
import type { AnyWorkflow, ReviewItem } from "../../src/index.ts";
import type { AnyEvent, JournalEvent } from "../../src/journal/events.ts";
import { MemoryJournal } from "../../src/journal/memory.ts";
import { scopeNames } from "../../src/runtime/identity.ts";
import { FakeClock } from "../fake-clock.ts";
import { EngineSteps, ledgerKey, versionOf } from "./engine-steps.ts";
import { Draw, Generator } from "./generate.ts";
import { countOf, Ledger } from "./ledger.ts";
import {
  type AgentSpec,
  type Data,
  execute,
  type Gate,
  gateSays,
  type Input,
  type Made,
  type Program,
  type Settled,
  stable,
  type Statement,
  type Steps,
  type Work,
  workOutput,
} from "./program.ts";

export interface TriedLive {
  readonly seed: string;
  readonly problems: readonly string[];
  /** Values sent back; 0 where the program has no agent that ended well. */
  readonly sentBack: number;
  /** Steps asked for by the last replay, and works really done. */
  readonly asked: number;
  readonly done: number;
}

export async function tryLive(seed: string): Promise<TriedLive> {
  const draw = new Draw(`live ${seed}`);
  const make = new Generator(draw);
  const program = { body: plain(make.program().body) };
  const input = make.input();
  const ledger = new Ledger();
  ledger.boot();
  const clock = new FakeClock();
  const disk = new MemoryJournal({ now: clock.now });
  const fb = await open({
    journal: disk,
    clock,
    env: {},
    lingerMs: 0,
    workflows: [questioned(program, ledger)],
  });
  const run = await fb.start(questioned(program, ledger) as never, input as never);
  const replays: Scratch[] = [];
  let sentBack = 0;
  const problems: string[] = [];
  for (let rounds = 1 + draw.below(2); ; rounds -= 1) {
    await run.settled();
    const [item] = await fb.reviews.list();
    const events = await disk.read(run.id);
    if (item === undefined) {
      problems.push(`nothing is asked: ${events.at(-1)?.kind}`);
      break;
    }
    const scratch = await fromScratch(program, input, events);
    replays.push(scratch);
    problems.push(...shownWrong(item, scratch.output));
    const target = rounds > 0 ? drawTarget(draw, events) : undefined;
    const by = { run: run.id as RunId, asked: item.asked, shownHash: item.shownHash, by: "a person" };
    if (target === undefined) {
      await fb.reviews.decide({ ...by, decision: "approve" });
      break;
    }
    ledger.epoch += 1;
    sentBack += 1;
    await fb.reviews.decide({ ...by, decision: "send-back", because: "look again", step: target });
  }
  await run.settled();
  problems.push(...countsWrong(ledger, replays));
  await fb.close();
  return { seed, problems, sentBack, asked: replays.at(-1)?.asked.length ?? 0, done: ledger.entries.length };
}

function questioned(program: Program, ledger: Ledger): AnyWorkflow {
  return workflow({
    name: "questioned",
    run: async (ctx: Context, input: unknown) => {
      const known = await execute(program, input as Input, new EngineSteps(ctx, ledger, []));
      return ctx.review("Right?", known);
    },
  }) as never;
}

/**
 * Without what makes the order of answers count, with agents that may answer otherwise later, and with a name of its own
 * for each function: of two functions of one name, the n-th of equal input is known by n alone.
 */
function plain(body: readonly Statement[]): readonly Statement[] {
  return body.flatMap((it): Statement[] => {
    switch (it.kind) {
      case "race":
      case "first":
        return [];
      case "step":
      case "each":
        return [{ ...it, name: `${it.name}${it.out}`, work: plainWork(it.work) }];
      case "agent":
        return [{ ...it, agent: { ...it.agent, name: `agent${it.out}`, outside: true } }];
      case "if":
        return [{ ...it, yes: plain(it.yes), no: plain(it.no) }];
      case "all":
        return [{ ...it, branches: it.branches.map(plain) }];
      default:
        return [{ ...it, body: plain(it.body) }];
    }
  });
}

function plainWork({ version, range, turns, fails }: Work): Work {
  return { version, range, turns, captures: [], ...(fails === "some" ? { fails } : {}) };
}

/** An agent's value that stands, by its path: what a person names. */
function drawTarget(draw: Draw, events: readonly AnyEvent[]): string | undefined {
  const agents = standing(events).filter((it) => it.kind === "step.completed");
  if (agents.length === 0) return undefined;
  const { scope, name } = draw.of(agents).data;
  return [...scopeNames(scope), name].join(" › ");
}

type Ended = JournalEvent<"step.completed"> | JournalEvent<"step.failed">;

/** Ends of agents that were not undone. */
function standing(events: readonly AnyEvent[]): readonly Ended[] {
  const gone = new Set(events.flatMap((it) => (it.kind === "step.invalidated" ? [it.data.seq] : [])));
  return events.filter(
    (it): it is Ended =>
      (it.kind === "step.completed" || it.kind === "step.failed") &&
      it.data.kind === "agent" &&
      !gone.has(it.seq),
  );
}

function shownWrong(item: ReviewItem, wanted: Data): readonly string[] {
  const same = stable(item.shown as Data) === stable(wanted);
  return same ? [] : [`shown is ${stable(item.shown as Data)} and from scratch ${stable(wanted)}`];
}

/** Of equal works the most that one replay asked for have been done in all. */
function countsWrong(ledger: Ledger, replays: readonly Scratch[]): readonly string[] {
  const done = countOf(ledger.entries.map((it) => it.key).filter((key) => key.includes(" function ")));
  const wanted = new Map<string, number>();
  for (const { asked } of replays)
    for (const [key, count] of countOf(asked)) wanted.set(key, Math.max(count, wanted.get(key) ?? 0));
  const keys = new Set([...done.keys(), ...wanted.keys()]);
  return [...keys]
    .filter((key) => done.get(key) !== wanted.get(key))
    .map((key) => `${key} was done ${done.get(key) ?? 0} times, ${wanted.get(key) ?? 0} were to do`);
}

interface Scratch {
  readonly output: Data;
  readonly asked: readonly string[];
}

/** Executes the program from scratch: its agents say what stands of them in the journal. */
async function fromScratch(program: Program, input: Input, events: readonly AnyEvent[]): Promise<Scratch> {
  const said = new Map<string, Ended[]>();
  for (const it of standing(events)) {
    const key = agentKey([...scopeNames(it.data.scope), it.data.name], it.data.in);
    said.set(key, [...(said.get(key) ?? []), it]);
  }
  const asked: string[] = [];
  const output = await execute(program, input, new ScratchSteps([], asked, said));
  return { output, asked };
}

function agentKey(path: readonly string[], inHash: string): string {
  return `${path.join(" › ")} ${inHash}`;
}

class StepFailed extends Error {}

class ScratchSteps implements Steps {
  readonly #path: readonly string[];
  readonly #asked: string[];
  readonly #said: ReadonlyMap<string, readonly Ended[]>;

  constructor(path: readonly string[], asked: string[], said: ReadonlyMap<string, readonly Ended[]>) {
    this.#path = path;
    this.#asked = asked;
    this.#said = said;
  }

  async step(name: string, input: Data, work: Work): Promise<Data> {
    return this.#work([...this.#path, name], input, work);
  }

  async checked(name: string, input: Data, work: Work, _: Data, gate: Gate): Promise<Data> {
    const output = this.#work([...this.#path, name, "attempt 1", "work"], input, work);
    if (gateSays(gate, output) !== true) throw new StepFailed();
    return output;
  }

  #work(path: readonly string[], input: Data, work: Work): Data {
    this.#asked.push(ledgerKey(path, "function", input, versionOf(work)));
    try {
      return workOutput(work, input, [], 1);
    } catch {
      throw new StepFailed();
    }
  }

  /** No two agents have one name here. */
  async agent(agent: AgentSpec, input: Data): Promise<Data> {
    const all = this.#said.get(agentKey([...this.#path, agent.name], canonical(input).hash)) ?? [];
    const last = all.at(-1);
    if (last?.kind !== "step.completed") throw new StepFailed();
    return last.data.out as Data;
  }

  async map(
    name: string,
    _: number,
    items: Input["items"],
    body: (item: Made, steps: Steps) => Promise<Data>,
  ): Promise<Data> {
    return Promise.all(items.map((item) => body(item, this.#below(name, `[${item.id}]`))));
  }

  branch(name: string, body: (steps: Steps) => Promise<Data>): Promise<Data> {
    return body(this.#below(name));
  }

  nested(name: string, _: Data, __: string, body: (steps: Steps) => Promise<Data>): Promise<Data> {
    return body(this.#below(name));
  }

  async first(): Promise<Data> {
    throw new Error("the order of answers does not count here");
  }

  async settle(body: () => Promise<Data>): Promise<Settled> {
    try {
      return { ok: true, value: await body() };
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      return { ok: false };
    }
  }

  #below(...names: readonly string[]): Steps {
    return new ScratchSteps([...this.#path, ...names], this.#asked, this.#said);
  }
}
