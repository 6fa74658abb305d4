// Gates on real model output with human labels: faults planted in what people found right, and scorers against
// what people found wrong. Run alone: `FIREBREAK_DATA=… node bench/catching/grounding/grounding.ts [--quick] [--train] [--list]`.
// --train fits the scorers anew; --list prints every false alarm and miss.

import { performance } from "node:perf_hooks";
import type { Check } from "../../../src/check/check.ts";
import { grounded } from "../../../src/check/grounded.ts";
import type { PartOptions, PartResult } from "../part.ts";
import { keep, printed } from "../results.ts";
import { readFrozen, writeFrozen } from "./frozen.ts";
import { faithbench, factscore, ragtruth } from "./labelled.ts";
import { labelRows } from "./label-rows.ts";
import { readyBiography, readyResponse } from "./labelled-rows.ts";
import { plantedRows, type PlantedSets } from "./planted-rows.ts";
import { type Sets, train } from "./train.ts";

const part = "grounding";

/** Responses of each set in a quick look. */
const quickRows = 60;

/**
 * Measures `grounded` and the scorers of this folder on the sets there are. Without data it has no rows and says why.
 *
 * @throws when a file is there but does not have the form its source file states.
 */
export async function run(options: PartOptions): Promise<PartResult> {
  return (await measure(options)).result;
}

interface Measured {
  readonly result: PartResult;
  readonly shown: readonly string[];
}

async function measure(options: PartOptions): Promise<Measured> {
  const raw = readSets(options);
  if (raw === undefined) return { result: { part, rows: [], notes: [absent(options.data)] }, shown: [] };
  const gate = theGate();
  const planted = await plantedRows(gate, raw, { seed: options.seed, perCarrier: options.quick ? 1 : 3 });
  const against = await labelRows(gate, readied(raw), readFrozen(), {
    seed: options.seed,
    resamples: options.quick ? 200 : 2_000,
  });
  const result = { part, rows: [...planted.rows, ...against], notes: method(raw, options) };
  return { result, shown: planted.shown };
}

/** The gate under test: everything a rule can look up in running text. */
function theGate(): Check {
  return grounded<unknown>("", { kind: "claims" });
}

function absent(data: string | undefined): string {
  const where =
    data === undefined ? "FIREBREAK_DATA is not set" : "the folder FIREBREAK_DATA names has none of the sets";
  return `skipped: ${where}. The licences of RAGTruth, FActScore and FaithBench forbid shipping them.`;
}

function readSets({ data, quick }: PartOptions): PlantedSets | undefined {
  const sets = [ragtruth(data), faithbench(data), factscore(data)] as const;
  if (sets.every((it) => it === undefined)) return undefined;
  const some = <Row>(rows: readonly Row[] | undefined): readonly Row[] =>
    (rows ?? []).slice(0, quick ? quickRows : undefined);
  return { ragtruth: some(sets[0]), faithbench: some(sets[1]), factscore: some(sets[2]) };
}

function readied(raw: PlantedSets): Sets {
  return {
    ragtruth: raw.ragtruth.map(readyResponse),
    faithbench: raw.faithbench.map(readyResponse),
    factscore: raw.factscore.map(readyBiography),
  };
}

function method(raw: PlantedSets, { quick }: PartOptions): readonly string[] {
  return [
    ...(quick ? [`a quick look at the first ${quickRows} rows of each set: the figures are rough`] : []),
    `read: ${raw.ragtruth.length} RAGTruth QA responses, ${raw.faithbench.length} FaithBench summaries, ` +
      `${raw.factscore.length} FActScore biographies`,
    "Intervals: Wilson for planted faults and false alarms; bootstrap over sources for the rest.",
    "The support scorer and the share of missing words learned weights and thresholds on the developers' half. Rows " +
      "of sources they were fitted to are predicted by cross-validation over sources, threshold and all; other rows " +
      "by the frozen weights.",
    "The sentence model is fitted to RAGTruth's spans alone: an answer is as doubtful as its worst sentence, a summary " +
      "as its sentences together. On FaithBench only the threshold and this way of gathering are chosen.",
    "Features and settings were chosen on the developers' half as well, which cross-validation does not undo: the " +
      "other half is the fairer figure.",
    "FActScore: positive is a claim that is not supported. Predicting all of them so gives the constant; with " +
      "supported as positive the constant would be far above the easy figure, so it must mean this.",
    "FActScore carriers of planted faults are the lists of claims people judged, where all are supported: the " +
      "running text also says things nobody judged.",
  ];
}

async function main(): Promise<void> {
  const asked = (name: string): boolean => process.argv.includes(name);
  const options = { data: process.env["FIREBREAK_DATA"], seed: 1, quick: asked("--quick") };
  const raw = readSets(options);
  if (asked("--train") && raw !== undefined) writeFrozen(train(readied(raw)));
  const began = performance.now();
  const { result, shown } = await measure(options);
  const measured = { ...result, seconds: Math.round((performance.now() - began) / 100) / 10 };
  console.log([printed(measured), ...(asked("--list") ? shown : [])].join("\n"));
  if (!options.quick) console.error(keep([measured], options.seed));
}

if (import.meta.main) await main();
