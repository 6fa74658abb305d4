// What deterministic gates do not see: solutions in prose whose first wrong step people marked. Reckoning again what
// is stated finds the few steps that reckon wrongly; a wrong idea has nothing to reckon again.

import { arithmetic } from "firebreak";
import { list, number, readRows, type Row, text } from "../data.ts";
import { percent, share } from "../intervals.ts";
import type { PartRow, RunPart } from "../part.ts";
import { firstWrong, type StepCheck } from "./trace.ts";

/** The library's own check, on the text of a step. */
const reckoned: StepCheck = arithmetic<string>();

interface Solution {
  readonly set: string;
  readonly problem: string;
  readonly steps: readonly string[];
  /** 0-based index of the first wrong step; undefined when none is. For the scorer alone. */
  readonly label: number | undefined;
}

/** Measures how many first wrong steps are seen by reckoning again, and how many right solutions are blamed. */
export const run: RunPart = async ({ data }) => {
  const solutions = [
    ...(readRows(data, "steps-processbench", "solutions.jsonl") ?? []).map(processBench),
    ...(readRows(data, "steps-mrben", "solutions.jsonl") ?? []).map(mrBen),
  ];
  if (solutions.length === 0) {
    const note = "Skipped: FIREBREAK_DATA names no folder with steps-processbench or steps-mrben.";
    return { part: "unseen", rows: [], notes: [note] };
  }
  const rows: PartRow[] = [];
  for (const [set, all] of Map.groupBy(solutions, (it) => it.set)) rows.push(...(await rowsOf(set, all)));
  return {
    part: "unseen",
    rows,
    notes: [
      "The library's `arithmetic` reckons again what a step states, and is nearly blind here: most first wrong steps are wrong ideas.",
    ],
  };
};

function processBench(row: Row): Solution {
  const set = `ProcessBench ${text(row, "set")}`;
  const label = row["first_error_step"];
  return {
    set,
    problem: text(row, "problem"),
    steps: list(row, "steps").map(String),
    label: typeof label === "number" ? label : undefined,
  };
}

/** These count their steps from 1. */
function mrBen(row: Row): Solution {
  const set = `MR-Ben ${text(row, "subject")}`;
  const isRight = row["first_error_step"] === null || row["first_error_step"] === undefined;
  const label = isRight ? undefined : number(row, "first_error_step") - 1;
  return { set, problem: text(row, "question"), steps: list(row, "steps").map(String), label };
}

async function rowsOf(set: string, solutions: readonly Solution[]): Promise<PartRow[]> {
  const found = await Promise.all(
    solutions.map(async (it) => ({ ...it, ...(await firstWrong(reckoned, it)) })),
  );
  const looked = found.reduce(
    (sum, it) => sum + (it.first === undefined ? it.steps.length : it.first + 1),
    0,
  );
  const unread = found.reduce((sum, it) => sum + it.unread, 0);
  const wrong = found.filter((it) => it.label !== undefined);
  const right = found.filter((it) => it.label === undefined);
  const named = wrong.filter((it) => it.first === it.label).length;
  const anywhere = wrong.filter((it) => it.first !== undefined).length;
  const blamed = right.filter((it) => it.first !== undefined).length;
  return [
    {
      name: `${set}: first wrong step seen by reckoning again`,
      n: wrong.length,
      ...share(named, wrong.length),
      note: `a step of ${anywhere} of them is blamed at all; unsure of ${percent(unread / looked)} of the steps`,
    },
    {
      name: `${set}: right solutions blamed`,
      n: right.length,
      ...share(blamed, right.length),
    },
  ];
}
