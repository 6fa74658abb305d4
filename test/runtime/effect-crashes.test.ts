// What could go wrong with effects when processes die: something is sent,
// changed or undone twice or not at all; a held call is sent for an answer that
// was rejected; a rerun sends again what stands, or leaves standing what it no
// longer asks for. Provoked by killing the process at every commit of a run and
// of a rerun of it, once with the commit written and not answered, once with it
// lost. The receivers keep what really arrived, by idempotency key.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { SimProcess } from "../../sim/process.ts";
import { World } from "../../sim/world.ts";
import { agent, retry, tool, workflow } from "../../src/index.ts";
import type { AnyWorkflow, Effect, RunHandle } from "../../src/index.ts";
import { tableModel } from "./reference-workflows.ts";

interface Args {
  readonly id: string;
  readonly n: number;
}

interface Receipt {
  readonly of: string;
}

const input = z.object({ id: z.string(), n: z.number() });

/** Tools whose receivers are the world's: `asked` can be probed, `drops` drops repeats, `changes` can be amended. */
function receivers(world: World) {
  const arrive = async (name: string, action: string, args: Args, key = ""): Promise<Receipt> => {
    await world.receive(name, `${action} ${args.id} ${args.n}`, args, key);
    return { of: `${args.id} ${args.n}` };
  };
  const probe = async (args: Args, key: string): Promise<Receipt | undefined> =>
    world.sent.some((it) => it.idempotencyKey === key) ? { of: `${args.id} ${args.n}` } : undefined;
  const make = (name: string, effect: Partial<Effect<Args, Receipt>>) =>
    tool({
      name,
      description: "",
      input,
      effect: { key: (it: Args) => it.id, ...effect },
      run: (args: Args, { idempotencyKey }): Promise<Receipt> => arrive(name, "send", args, idempotencyKey),
    });
  const undo =
    (name: string): NonNullable<Effect<Args, Receipt>["compensate"]> =>
    (args, _, key) =>
      arrive(name, "undo", args, key);
  return {
    asked: make("crash-asked", { probe, compensate: undo("crash-asked") }),
    drops: make("crash-drops", { deduplicates: true, compensate: undo("crash-drops") }),
    changes: make("crash-changes", {
      probe,
      amend: (args, _, key) => arrive("crash-changes", "amend", args, key),
      compensate: undo("crash-changes"),
    }),
  };
}

/** A parent and two children on one slot, an agent that holds, an amendment; then what the input asks for. */
function workflows(world: World): readonly [AnyWorkflow, AnyWorkflow] {
  const { asked, drops, changes } = receivers(world);
  const child = workflow({
    name: "crash-child",
    run: (ctx, given) => ctx.call(drops, { id: `shared ${String(given)}`, n: 1 }),
  });
  const ask = (id: string) => ({
    finish: "tool-calls" as const,
    parts: [
      { type: "tool-call" as const, id: "c1", name: "crash-asked", input: JSON.stringify({ id, n: 1 }) },
    ],
  });
  const clerk = agent({
    name: "crash-clerk",
    instructions: "Send.",
    models: [
      tableModel(world, "crash-clerk", (attempt, turn) =>
        turn === 1 ? ask(`held ${attempt}`) : { parts: [{ type: "text", text: String(attempt) }] },
      ),
    ],
    tools: [asked],
    checks: [(it) => it === "2" || "not yet"],
    onFail: [retry(1)],
  });
  const main = workflow({
    name: "crash-effects",
    run: async (ctx, given) => {
      const ids = given as readonly string[];
      const [one, two, three] = await Promise.all([
        ctx.call(child, 1, { key: "a" }),
        ctx.call(child, 1, { key: "b" }),
        ctx.call(drops, { id: "shared 1", n: 1 }),
      ]);
      const said = await ctx.call(clerk, null);
      await ctx.call(changes, { id: "order", n: 1 });
      const changed = await ctx.call(changes, { id: "order", n: 2 }, { name: "change" });
      const sent: string[] = [];
      for (const id of ids) sent.push((await ctx.call(asked, { id, n: 1 }, { key: id })).of);
      return { same: [one, two, three].map((it) => it.of), said, changed: changed.of, sent };
    },
  });
  return [main as never, child as never];
}

const first = ["x", "y", "z"];
const second = ["y"];

interface Played {
  readonly commits: number;
  readonly arrived: readonly string[];
  readonly outputs: readonly unknown[];
}

async function play(crash?: { readonly at: number; readonly how: "before" | "after" }): Promise<Played> {
  const world = new World();
  const all = workflows(world);
  const flaky = crash === undefined ? { seed: "n" } : { seed: "n", crashAt: crash.at, crash: crash.how };
  let process = await SimProcess.boot(world, all, flaky);
  for (let lives = 0; lives < 3; lives += 1) {
    const ended = await live(process);
    if (ended !== "died")
      return { commits: process.journal.commits, arrived: arrivedAt(world), outputs: ended };
    process = await SimProcess.boot(world, all);
    await process.fb.recover();
  }
  throw new Error("a process died that was not killed");

  /** Does whatever is left to do: the run, then its rerun. */
  async function live(it: SimProcess): Promise<readonly unknown[] | "died"> {
    const outputs: unknown[] = [];
    for (const number of [0, 1]) {
      const run = await it.alive(begin(it, number));
      if (run === "died" || (await it.untilEnded(run, {})) === "died") return "died";
      const output = await it.alive(run.result());
      if (output === "died") return "died";
      outputs.push(output);
    }
    return outputs;
  }

  async function begin(it: SimProcess, number: number): Promise<RunHandle> {
    const heads = (await world.disk.heads({ workflow: "crash-effects" })).toReversed();
    const head = heads[number];
    if (head !== undefined) return it.fb.run(head.run);
    if (number === 0) return it.fb.start(all[0] as never, first as never) as Promise<RunHandle>;
    return it.fb.rerun(heads[0]!.run, { input: second });
  }
}

/** What really happened, in order: repeats that their receiver drops are left out. */
function arrivedAt(world: World): readonly string[] {
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const { tool: name, key, idempotencyKey } of world.sent) {
    const isRepeat = seen.has(idempotencyKey);
    if (isRepeat) assert.equal(name, "crash-drops", `${name} ${key} arrived twice`);
    else lines.push(`${name} ${key}`);
    seen.add(idempotencyKey);
  }
  return lines;
}

describe("effects of a run and of its rerun, killed after every append", () => {
  test("are sent, changed and undone exactly once each, and end the same (E1, E4, E9, O1, O3)", async () => {
    const calm = await play();
    assert.deepEqual(calm.arrived, [
      "crash-drops send shared 1 1",
      "crash-asked send held 2 1",
      "crash-changes send order 1",
      "crash-changes amend order 2",
      "crash-asked send x 1",
      "crash-asked send y 1",
      "crash-asked send z 1",
      // The rerun asks for the order as it was first, and then changes it again.
      "crash-changes amend order 1",
      "crash-changes amend order 2",
      "crash-asked undo z 1",
      "crash-asked undo x 1",
    ]);
    for (let at = 0; at < calm.commits; at += 1) {
      for (const how of ["before", "after"] as const) {
        const point = `killed ${how} commit ${at} of ${calm.commits} was written`;
        try {
          const ended = await play({ at, how });
          assert.deepEqual(ended.outputs, calm.outputs);
          assert.deepEqual(ended.arrived, calm.arrived);
        } catch (error) {
          throw new Error(point, { cause: error });
        }
      }
    }
  });
});
