// Compounding: how planted faults grow over twelve steps without gates and with them, in real runs, beside the
// closed forms. The authors are labelled stand-ins and the gates are simulated, so that both rates are known:
// what is measured is the system between them.

import { performance } from "node:perf_hooks";
import { measureAlongside } from "./compounding-alongside.ts";
import {
  chain,
  draftsPerStep,
  type Gate,
  type Graph,
  lattice,
  restsOn,
  wrongAfter,
  wrongEnd,
} from "./compounding-graph.ts";
import { countRun, graphWorkflow, openMemory, type RunCount } from "./compounding-run.ts";
import { holds, type Interval, percent, resampled, share } from "./intervals.ts";
import type { PartResult, PartRow, RunPart } from "./part.ts";

const faults = [0.01, 0.05, 0.2];
const gates: readonly (Gate | undefined)[] = [
  undefined,
  { catches: 0.9, alarms: 0.05 },
  { catches: 0.6, alarms: 0.02 },
];
const runsPerCell = 400;
const quickRunsPerCell = 15;
/** Runs in flight at once. */
const width = 20;
/** Runs of one engine: its journal is in memory. */
const batch = 100;
const resamples = 1_000;

/** One graph, one chance of a fault, one gate. */
interface Cell {
  readonly graph: Graph;
  readonly fault: number;
  readonly gate: Gate | undefined;
}

interface Measured extends Cell {
  readonly counts: readonly RunCount[];
  /** Wall time a run, with others in flight. */
  readonly ms: number;
}

/** Runs every cell and `alongside`. */
export const run: RunPart = async ({ seed, quick }) => {
  const measured: Measured[] = [];
  for (const cell of cells()) measured.push(await measureCell(cell, { seed, quick }));
  const ends = measured.flatMap((it) => endRows(it));
  const steps = measured.filter((it) => it.gate !== undefined).map((it) => stepRow(it, seed));
  const alongside = await measureAlongside(quick);
  return result([...ends, ...steps], measured, alongside, quick);
};

function cells(): Cell[] {
  const all = [chain, lattice].flatMap((graph) => gates.map((gate) => ({ graph, gate })));
  return all.flatMap((it) => faults.map((fault) => ({ ...it, fault })));
}

async function measureCell(cell: Cell, { seed, quick }: { seed: number; quick: boolean }): Promise<Measured> {
  const made = graphWorkflow(cell.graph, cell.gate);
  const runs = quick ? quickRunsPerCell : runsPerCell;
  const counts: RunCount[] = [];
  const began = performance.now();
  for (let first = 0; first < runs; first += batch) {
    const fb = await openMemory();
    let next = first;
    const lane = async (): Promise<void> => {
      while (next < Math.min(runs, first + batch)) {
        const start = { seed: `${seed}/${titleOf(cell)}/${next++}`, fault: cell.fault };
        counts.push(await countRun(fb, made, start));
      }
    };
    await Promise.all(Array.from({ length: width }, lane));
    await fb.close();
  }
  return { ...cell, counts, ms: (performance.now() - began) / runs };
}

function titleOf({ graph, fault, gate }: Cell): string {
  const rates = gate === undefined ? "no gates" : `gates d=${gate.catches} f=${gate.alarms}`;
  return `${graph.name}, p=${percent(fault, 0)}, ${rates}`;
}

function sum(counts: readonly RunCount[], of: (it: RunCount) => number): number {
  return counts.reduce((all, it) => all + of(it), 0);
}

/** Silently wrong ends, beside 1 - (1 - q)^n over the n steps each rests on. */
function endRows(it: Measured): Stated[] {
  const { graph, fault, gate, counts } = it;
  return graph.ends.map((end, at) => {
    const wrong = counts.filter((each) => each.wrongEnds[at]).length;
    const rests = restsOn(graph, end);
    const name = `${titleOf(it)}: silently wrong ends resting on ${rests} steps`;
    const row = stated(name, counts.length, share(wrong, counts.length), wrongEnd(graph, end, fault, gate));
    return at > 0 ? row : { ...row, row: { ...row.row, note: costOf(it) } };
  });
}

/** What it cost: drafts a step beside the closed form, and time. */
function costOf({ counts, fault, gate, ms }: Measured): string {
  const drafts = sum(counts, (it) => it.attempts) / sum(counts, (it) => it.steps);
  const expected = draftsPerStep(fault, gate);
  return `${drafts.toFixed(3)} stand-in calls a step (closed form ${expected.toFixed(3)}), ${ms.toFixed(1)} ms a run`;
}

/** Steps whose passed value is wrong by their own fault, beside q. Steps of one run are drawn together. */
function stepRow(it: Measured, seed: number): Stated {
  const figure = (counts: readonly RunCount[]): number =>
    sum(counts, (each) => each.wrongSteps) / sum(counts, (each) => each.steps);
  const steps = sum(it.counts, (each) => each.steps);
  const wrong = sum(it.counts, (each) => each.wrongSteps);
  // Few hits make a resampled interval too narrow: there, Wilson's.
  const interval = wrong < 20 ? share(wrong, steps) : resampled(it.counts, figure, { seed, resamples });
  return stated(
    `${titleOf(it)}: steps wrong after the gate (q)`,
    steps,
    interval,
    wrongAfter(it.fault, it.gate),
  );
}

/** A figure that has a closed form. */
interface Stated {
  readonly row: PartRow;
  /** Its interval holds the closed form. */
  readonly inside: boolean;
}

function stated(name: string, n: number, interval: Interval, closed: number): Stated {
  const inside = holds(interval, closed);
  const reference = `closed form ${closed.toFixed(4)}, ${inside ? "inside" : "OUTSIDE the interval"}`;
  return { row: { name, n, ...interval, reference }, inside };
}

/** All cells in one figure: the squared standard distances of the 12-step ends from their closed forms, summed. */
function togetherNote(measured: readonly Measured[]): string {
  const distances = measured.map(({ graph, fault, gate, counts }) => {
    const chance = wrongEnd(graph, graph.ends[0]!, fault, gate);
    const wrong = counts.filter((it) => it.wrongEnds[0]).length;
    return (wrong - counts.length * chance) ** 2 / (counts.length * chance * (1 - chance));
  });
  const found = distances.reduce((all, it) => all + it, 0);
  const [low, high] = chiSquareRange(distances.length);
  return `All ${distances.length} cells together: squared distances from the closed forms add up to ${found.toFixed(1)}; ${low.toFixed(1)} to ${high.toFixed(1)} is what chance gives 95 times of 100.`;
}

/** 95 % range of chi-square, by Wilson and Hilferty. */
function chiSquareRange(freedom: number): readonly [number, number] {
  const at = (z: number): number => freedom * (1 - 2 / (9 * freedom) + z * Math.sqrt(2 / (9 * freedom))) ** 3;
  return [at(-1.959_964), at(1.959_964)];
}

function consumedRow(name: string, measured: readonly Measured[], of: (it: RunCount) => number): PartRow {
  const all = measured.flatMap((it) => it.counts);
  const stopped = sum(all, (it) => it.stopped);
  return { name, n: stopped, ...share(sum(all, of), stopped), reference: "0, always" };
}

function result(
  rows: readonly Stated[],
  measured: readonly Measured[],
  alongside: { readonly row: PartRow; readonly note: string },
  quick: boolean,
): PartResult {
  const outside = rows.filter((it) => !it.inside).map((it) => it.row.name);
  const runs = sum(
    measured.flatMap((it) => it.counts),
    () => 1,
  );
  const caught = "drafts the gate stopped that any other step used";
  return {
    part: "compounding",
    rows: [
      ...rows.map((it) => it.row),
      consumedRow(`${caught} (journal's lineage)`, measured, (it) => it.consumedByLineage),
      consumedRow(`${caught} (marks in the values)`, measured, (it) => it.consumedByMark),
      alongside.row,
    ],
    notes: [
      `${runs} real runs in memory; authors are labelled stand-ins, gates are simulated with rates d and f, up to 20 further drafts.`,
      togetherNote(measured),
      `${rows.length - outside.length} of ${rows.length} intervals hold their closed form; at 95 % about ${Math.round(rows.length * 0.05)} need not.`,
      ...(outside.length === 0 ? [] : [`Outside: ${outside.join("; ")}.`]),
      alongside.note,
      ...(quick ? ["--quick: few runs, wide intervals."] : []),
    ],
  };
}
