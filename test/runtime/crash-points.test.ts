// What could go wrong: after a crash at some append, work that was recorded is
// done again, a run ends otherwise than it would have, or it cannot go on.
// Provoked by killing the process at every commit of every reference workflow
// in turn, once with the commit written and not answered, once with it lost;
// a new process on the same journal takes the run up.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SimProcess } from "../../sim/process.ts";
import { World } from "../../sim/world.ts";
import type { AnyEvent } from "../../src/index.ts";
import type { RunHandle } from "../../src/index.ts";
import type { RunId } from "../../src/base/ids.ts";
import { type Reference, references } from "./reference-workflows.ts";
import { undoneReferences } from "./undone-workflows.ts";

interface Ended {
  readonly world: World;
  readonly output: unknown;
  readonly commits: number;
  readonly results: readonly string[];
}

/** Runs a reference workflow to its end, killing the first process at one commit. */
async function play(
  it: Reference,
  crash?: { readonly at: number; readonly how: "before" | "after" },
): Promise<Ended> {
  const world = new World();
  const workflows = it.make(world);
  const flakiness =
    crash === undefined ? { seed: "none" } : { seed: "none", crashAt: crash.at, crash: crash.how };
  let process = await SimProcess.boot(world, workflows, flakiness);
  const { commits, run } = await goOn();
  return { world, output: await run.result(), commits, results: await results(world, run, it) };

  async function goOn(): Promise<{ commits: number; run: RunHandle }> {
    let run: RunHandle | "died" = await process.alive(process.fb.start(workflows[0] as never, null as never));
    for (let lives = 0; lives < 3; lives += 1) {
      if (run !== "died" && (await process.untilEnded(run, it)) !== "died")
        return { commits: process.journal.commits, run };
      process = await SimProcess.boot(world, workflows);
      await process.fb.recover();
      const [head] = await world.disk.heads({ workflow: workflows[0].name });
      run = await (head === undefined
        ? process.fb.start(workflows[0] as never, null as never)
        : process.fb.run(head.run));
    }
    throw new Error("a process died that was not killed");
  }
}

/** (identity, result) of every step that ended, wherever the schedule leaves no choice. */
async function results(world: World, run: RunHandle, it: Reference): Promise<readonly string[]> {
  const events: AnyEvent[] = [];
  for (const head of await world.disk.heads({ root: run.id as RunId }))
    events.push(...(await world.disk.read(head.run)));
  const lines = events.flatMap((event) => {
    if (event.kind !== "step.completed" && event.kind !== "step.failed") return [];
    const { scope, name, kind, in: input, n = 0 } = event.data;
    if (it.free?.test(name)) return [];
    return [
      JSON.stringify([
        scope,
        kind,
        name,
        input,
        n,
        "hash" in event.data ? event.data.hash : event.data.outcome,
      ]),
    ];
  });
  return lines.sort();
}

function assertSound(it: Reference, { world, output }: Ended): void {
  assert.deepEqual(output, it.output);
  assert.deepEqual(world.repeats, [], "recorded work was done again");
  const arrivals = new Map<string, number>();
  for (const { tool, key } of world.sent)
    arrivals.set(`${tool}:${key}`, (arrivals.get(`${tool}:${key}`) ?? 0) + 1);
  const twice = [...arrivals].filter(([key, count]) => count > 1 && !it.deduplicated?.includes(key));
  assert.deepEqual(twice, [], "an effect was sent twice");
}

for (const it of [...references, ...undoneReferences]) {
  describe(`the reference workflow "${it.name}", killed after every append`, () => {
    test("ends the same, repeats no recorded work and sends no effect twice (E1, E3, E9)", async () => {
      const calm = await play(it);
      assertSound(it, calm);
      for (let at = 0; at < calm.commits; at += 1) {
        for (const how of ["before", "after"] as const) {
          const point = `killed ${how} commit ${at} of ${calm.commits} was written`;
          const ended = await play(it, { at, how }).catch((error: unknown) =>
            assert.fail(`${point}: ${String(error)}`),
          );
          try {
            assertSound(it, ended);
            assert.deepEqual(ended.results, calm.results);
          } catch (error) {
            throw new Error(point, { cause: error });
          }
        }
      }
    });
  });
}
