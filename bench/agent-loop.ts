// W7: an agent with a scripted model, 50 tool calls and an answer, two records a
// turn: what the engine adds to each turn.

import { FloorJournal } from "./floor.ts";
import { interleaved, median, ratioOf, timed } from "./measure.ts";
import { openOurs, toolCaller } from "./ours.ts";
import type { Workload } from "./workload.ts";

const turns = 50;

export const agentLoop: Workload = {
  id: "W7",
  async measure({ rounds, quick }) {
    const repeats = quick ? 1 : 8;
    const measured = await interleaved(
      rounds,
      (folder) => floorLoop(folder, repeats),
      (folder) => ourLoop(folder, repeats),
    );
    const ratio = ratioOf(measured);
    return [
      {
        id: "W7",
        what: `agent, ${turns} tool calls and an answer: a turn`,
        unit: "ms",
        floor: median(measured.map((it) => it.floor)),
        ours: median(measured.map((it) => it.ours)),
        ratio,
        bar: "≤ 1.5 × floor",
        met: ratio <= 1.5,
      },
    ];
  },
};

/** The loop by hand: ask the model, record, call the tool, record. */
async function floorLoop(folder: string, repeats: number): Promise<number> {
  const journal = new FloorJournal(folder, "each");
  const times: number[] = [];
  for (let run = 0; run < repeats; run += 1) {
    const transcript: unknown[] = [];
    const ms = await timed(async () => {
      await journal.start(run, { upTo: turns });
      for (let at = 0; at < turns; at += 1) {
        const call = { role: "assistant", call: { id: `call-${at}`, name: "look", args: { at } } };
        transcript.push(await journal.step(run, at * 2, call));
        transcript.push(
          await journal.step(run, at * 2 + 1, { role: "tool", id: `call-${at}`, result: { at } }),
        );
      }
      await journal.step(run, turns * 2, { role: "assistant", answer: turns });
      await journal.end(run);
    });
    times.push(ms / turns);
  }
  journal.close();
  return median(times);
}

async function ourLoop(folder: string, repeats: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < repeats; run += 1) {
    const flow = toolCaller(turns, false);
    const fb = await openOurs(`${folder}/${run}`, [flow]);
    times.push((await timed(async () => (await fb.start(flow, undefined)).result())) / turns);
    await fb.close();
  }
  return median(times);
}
