// Point by point against what people said: every predictor on every set, with constant and reference.

import type { Check } from "../../../src/check/check.ts";
import type { PartRow } from "../part.ts";
import type { Frozen } from "./frozen.ts";
import { verdictsOn } from "./gate-verdicts.ts";
import type { Labelled, LabelledClaims } from "./labelled.ts";
import type { Ready } from "./labelled-rows.ts";
import {
  balancedAccuracy,
  constantOf,
  countOutcomes,
  f1,
  type Measure,
  measured,
  type Outcome,
  precision,
  recall,
} from "./measures.ts";
import type { Judgement } from "./planted.ts";
import { overlapPredictors, type Predicted, supportPredictors } from "./predictors.ts";
import type { Sets } from "./train.ts";

export interface Settings {
  readonly seed: number;
  readonly resamples: number;
}

/** What is asked of a set, and what others reached. */
interface Task {
  readonly name: string;
  readonly measure: Measure;
  readonly reference: string;
}

const tasks = {
  ragtruth: {
    name: "RAGTruth QA, response F1",
    measure: f1,
    reference: "easy figure 0.479; GPT-4-turbo prompted 0.456; tuned 13B 0.682",
  },
  factscore: {
    name: "FActScore claims, F1 of not supported",
    measure: f1,
    reference: "easy figure 0.648",
  },
  faithbench: {
    name: "FaithBench, balanced accuracy",
    measure: balancedAccuracy,
    reference: "GPT-4o 0.562",
  },
} as const satisfies Record<string, Task>;

/** All figures against labels. */
export async function labelRows(
  gate: Check,
  sets: Sets,
  frozen: Frozen,
  settings: Settings,
): Promise<readonly PartRow[]> {
  const support = supportPredictors(frozen);
  const overlap = overlapPredictors(frozen);
  return [
    ...(await rowsOf(tasks.ragtruth, sets.ragtruth, wholeOf, gate, settings, {
      support: support.ragtruth(sets.ragtruth),
      overlap: overlap.ragtruth(sets.ragtruth),
    })),
    ...(await rowsOf(tasks.factscore, sets.factscore, claimsOf, gate, settings, {
      support: support.factscore(sets.factscore),
      overlap: overlap.factscore(sets.factscore),
    })),
    ...(await rowsOf(tasks.faithbench, sets.faithbench, wholeOf, gate, settings, {
      support: support.faithbench(sets.faithbench),
      overlap: overlap.faithbench(sets.faithbench),
    })),
  ];
}

/** The texts of a row that are judged one by one, and what people said of each. */
interface Judgeable {
  readonly texts: readonly string[];
  readonly truths: readonly boolean[];
}

function wholeOf({ row }: Ready<Labelled>): Judgeable {
  return { texts: [row.seen.response], truths: [row.isFaulty] };
}

function claimsOf({ row }: Ready<LabelledClaims>): Judgeable {
  return { texts: row.claims.map((it) => it.claim), truths: row.claims.map((it) => !it.isSupported) };
}

async function rowsOf<Row extends Labelled | LabelledClaims>(
  task: Task,
  rows: readonly Ready<Row>[],
  judgeable: (row: Ready<Row>) => Judgeable,
  gate: Check,
  settings: Settings,
  learned: { readonly support: readonly Predicted<Row>[]; readonly overlap: readonly Predicted<Row>[] },
): Promise<readonly PartRow[]> {
  if (rows.length === 0) return [];
  const verdicts = new Map<Ready<Row>, readonly Judgement[]>();
  for (const it of rows) verdicts.set(it, await verdictsOn(gate, it.row.seen, judgeable(it).texts));
  const row = (by: string, predicted: readonly Predicted<Row>[], more = ""): PartRow => {
    const made = rowOf(task, by, outcomesOf(predicted, judgeable), settings);
    return { ...made, note: `${made.note ?? ""}${more}` };
  };
  const gated = (positive: readonly Judgement[]): readonly Predicted<Row>[] =>
    rows.map((it) => ({ row: it, predicted: verdicts.get(it)!.map((one) => positive.includes(one)) }));
  const either = learned.support.map((it) => ({
    row: it.row,
    predicted: it.predicted.map((one, at) => one || verdicts.get(it.row)![at] === "fail"),
  }));
  const doubted = [...verdicts.values()].flat().filter((it) => it === "unsure").length;
  return [
    row("support scorer", learned.support),
    row("support scorer or grounded", either),
    row("share of missing words", learned.overlap),
    row("grounded, unsure taken as right", gated(["fail"]), `; unsure of ${doubted}`),
    row("grounded, unsure taken as wrong", gated(["fail", "unsure"]), `; unsure of ${doubted}`),
  ];
}

function outcomesOf<Row>(
  predicted: readonly Predicted<Row>[],
  judgeable: (row: Ready<Row>) => Judgeable,
): readonly Outcome[] {
  return predicted.flatMap((it) =>
    judgeable(it.row).truths.map((actual, at) => ({
      group: it.row.group,
      actual,
      predicted: it.predicted[at] ?? false,
    })),
  );
}

function rowOf(task: Task, by: string, outcomes: readonly Outcome[], settings: Settings): PartRow {
  const counts = countOutcomes(outcomes);
  return {
    name: `${task.name}: ${by}`,
    ...measured(outcomes, task.measure, settings),
    constant: constantOf(outcomes, task.measure),
    reference: task.reference,
    note: `precision ${precision(counts).toFixed(2)}, recall ${recall(counts).toFixed(2)}`,
  };
}
