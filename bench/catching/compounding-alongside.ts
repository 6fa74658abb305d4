// Checks that run beside what follows: how much of their time is hidden when nothing is wrong.

import { setTimeout as sleep } from "node:timers/promises";
import { performance } from "node:perf_hooks";
import { check, type Firebreak, type StepOptions, workflow, type Workflow } from "firebreak";
import { median } from "../measure.ts";
import { openMemory } from "./compounding-run.ts";
import type { PartRow } from "./part.ts";

const steps = 12;
/** Time of one step's work, and of one check. */
const workMs = 5;
const checkMs = 20;

/** Where a step's checks stand: nowhere, before what follows, or beside it. */
type Where = "none" | "checks" | "alongside";
const everywhere = ["none", "checks", "alongside"] as const;

/** The chain, and how often its check was run. */
function slowChain(where: Where): { readonly made: Workflow; readonly checked: () => number } {
  let checked = 0;
  const slow = check("takes its time", async () => {
    checked += 1;
    await sleep(checkMs);
    return true as const;
  });
  const options: StepOptions<number> = where === "none" ? {} : { [where]: [slow] };
  const made = workflow({
    name: `slow-${where}`,
    async run(ctx) {
      let value = 0;
      for (let at = 0; at < steps; at += 1)
        value = await ctx.step(`step ${at}`, value, (it) => sleep(workMs, it + 1), options);
      return value;
    },
  });
  return { made, checked: () => checked };
}

async function timeOf(fb: Firebreak, made: Workflow): Promise<number> {
  const began = performance.now();
  await (await fb.start(made, undefined)).result();
  return performance.now() - began;
}

/**
 * The share of the checks' time but the last one's that running beside what follows hides:
 * (T checks - T alongside) / (T checks - T none - the last check's time), within each round.
 */
export async function measureAlongside(
  quick: boolean,
): Promise<{ readonly row: PartRow; readonly note: string }> {
  const chains = { none: slowChain("none"), checks: slowChain("checks"), alongside: slowChain("alongside") };
  const fb = await openMemory();
  const rounds: Record<Where, number>[] = [];
  for (let at = 0; at <= (quick ? 3 : 15); at += 1) {
    const times: Record<Where, number> = { none: 0, checks: 0, alongside: 0 };
    for (const where of everywhere) times[where] = await timeOf(fb, chains[where].made);
    // The first round warms up.
    if (at > 0) rounds.push(times);
  }
  await fb.close();
  const hidden = rounds
    .map((it) => (it.checks - it.alongside) / (it.checks - it.none - checkMs))
    .toSorted((a, b) => a - b);
  const time = (where: Where): string => `${where} ${median(rounds.map((it) => it[where])).toFixed(0)} ms`;
  return {
    row: {
      name: "alongside: share of the checks' time but the last one's that is hidden",
      n: rounds.length,
      value: median(hidden),
      ...medianInterval(hidden),
      reference: "at least 0.9",
    },
    note: `alongside: ${steps} steps of ${workMs} ms with a check of ${checkMs} ms each; median ${everywhere.map(time).join(", ")}; ${chains.alongside.checked()} checks beside ran, of ${steps * (rounds.length + 1)}.`,
  };
}

/** 95 % interval of a median by the ranks of a fair coin; the ends of the list when it is short. */
function medianInterval(sorted: readonly number[]): { readonly low: number; readonly high: number } {
  const reach = 0.98 * Math.sqrt(sorted.length);
  const low = Math.max(0, Math.floor(sorted.length / 2 - reach) - 1);
  return { low: sorted[low] ?? Number.NaN, high: sorted[sorted.length - 1 - low] ?? Number.NaN };
}
