// Effects under fire (E9): real processes are killed with SIGKILL around
// effects on receivers in processes of their own, with retries, rejected
// attempts, samples, reruns, send-backs, SIGSTOP and forced takeovers in play.
// The figures come from the receivers' ledgers beside the journal.

import { underFire } from "../../sim/fire/under-fire.ts";
import { printed, type ReceiverTotals, type Totals } from "../../sim/fire/totals.ts";
import { share } from "./intervals.ts";
import type { PartResult, PartRow, RunPart } from "./part.ts";

const kills = 2_000;
const quickKills = 24;
/** Share of the kills that follow a SIGSTOP and a forced takeover. */
const stops = 0.1;
const lanes = 2;

export const run: RunPart = async ({ seed, quick }) => {
  const began = performance.now();
  const totals = await underFire({
    kills: quick ? quickKills : kills,
    seed,
    lanes,
    stops,
    onBatch: (done, violations) => console.error(`    ${done} kills, ${violations} violations`),
  });
  const seconds = (performance.now() - began) / 1000;
  const notes = printed(totals, seconds)
    .split("\n")
    .map((it) => it.trim());
  return { part: "fire", rows: rowsOf(totals), notes: quick ? [...notes, "a quick look: few kills"] : notes };
};

function rowsOf({ problems, wanted, receivers }: Totals): PartResult["rows"] {
  const lost = problems.filter((it) => it.includes(": F1 ")).length;
  return [
    row("wanted effects that are receipted or settled from doubt, once", wanted - lost, wanted),
    ...Object.entries(receivers).flatMap(([name, it]) => [
      row(`received twice: ${name}`, it.twice, it.received),
      row(`in doubt, of what a kill cut off: ${name}`, doubts(it), it.cut, noteOf(name, it)),
    ]),
  ];
}

function doubts(it: ReceiverTotals): number {
  return it.doubtArrived + it.doubtNot;
}

function noteOf(name: string, { probed, missing, again, doubtArrived, late }: ReceiverTotals): string {
  // Who cannot be asked was not: a stopped process brought its receipt before its run was taken.
  const found = name.includes("neither") ? "brought by the stopped process itself" : "found by a probe";
  const known = [
    `${probed} ${found}`,
    `${missing} found missing`,
    `${again} sent again and dropped as repeats where they had arrived`,
    `${doubtArrived} of those in doubt had arrived`,
    `${late} receipts came late`,
  ];
  return known.filter((it) => !it.startsWith("0 ")).join(", ");
}

function row(name: string, hits: number, n: number, note = ""): PartRow {
  return { name, n, ...share(hits, n), ...(note === "" ? {} : { note }) };
}
