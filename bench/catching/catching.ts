// What gates catch: every part measures one claim, with intervals, constants and published references beside.
//
//   npm run bench:catching                      all; prints tables, writes bench/catching/results.json
//   npm run bench:catching -- --part mistakes   only this part (may be given more than once)
//   npm run bench:catching -- --quick           fewer runs and rows: does everything work? Writes nothing
//   npm run bench:catching -- --seed 7          another seed for everything random (default 1)
//   npm run bench:catching -- --json            prints JSON in place of tables
//   npm run bench:catching -- --out other.json  keeps the figures there, as for another half of the data
//
// Parts that need human-labelled data read the folder that FIREBREAK_DATA names, and say so when there is none.
// Exit code 1 when a part broke, 2 when it was asked for what there is not; figures that disappoint are no error.

import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { PartResult, RunPart } from "./part.ts";
import { keep, type Measured, printed } from "./results.ts";

/** Loaded when run: one that does not load leaves the others measured. */
const parts: Readonly<Record<string, () => Promise<{ readonly run: RunPart }>>> = {
  compounding: () => import("./compounding.ts"),
  exactness: () => import("./exactness.ts"),
  grounding: () => import("./grounding/grounding.ts"),
  agreement: () => import("./agreement.ts"),
  mistakes: () => import("./mistakes/mistakes.ts"),
  unseen: () => import("./mistakes/unseen.ts"),
  fire: () => import("./fire.ts"),
  "claimed-actions": () => import("./claimed-actions.ts"),
};

const { values } = parseArgs({
  options: {
    part: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const chosen = values.part ?? Object.keys(parts);
const seed = Number(values.seed);
const unknown = chosen.find((it) => !Object.hasOwn(parts, it));
if (unknown !== undefined || !Number.isSafeInteger(seed)) {
  const known = Object.keys(parts).join(", ");
  console.error(
    unknown === undefined
      ? "--seed takes a whole number."
      : `There is no part "${unknown}". Known: ${known}.`,
  );
  process.exit(2);
}

const options = { data: process.env["FIREBREAK_DATA"], seed, quick: values.quick };
const measured: Measured[] = [];
const failed: string[] = [];
for (const part of chosen) {
  console.error(`  ${part} …`);
  const began = performance.now();
  try {
    const result: PartResult = await (await parts[part]!()).run(options);
    measured.push({ ...result, seconds: Math.round((performance.now() - began) / 100) / 10 });
  } catch (error) {
    failed.push(`${part} broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}
console.log(values.json ? JSON.stringify(measured, null, 2) : measured.map(printed).join("\n"));
if (!values.quick) console.error(keep(measured, seed, values.out));
for (const it of failed) console.error(it);
process.exitCode = failed.length > 0 ? 1 : 0;
