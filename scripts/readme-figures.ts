// Writes the figures of the last whole bench into the README, so that none stands there that no command printed.
//
//   npm run docs:figures            after npm run bench
//   npm run docs:figures -- --check says whether they are those of bench/results.json

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Row } from "../bench/report.ts";

interface Results {
  readonly machine: string;
  readonly at: string;
  readonly rows: readonly Row[];
}

const root = join(import.meta.dirname, "..");
const block = /<!-- figures -->\n[\s\S]*?<!-- \/figures -->/;
/** Rows shown: the rest stands in bench/results.json. */
const shown: readonly RegExp[] = [
  /^W1 one run/,
  /^W2/,
  /^W4 killed at step 500: restart/,
  /^W6 .*decision/,
  /^W7/,
  /^install size/,
];

function amount(value: number | undefined, unit: string): string {
  if (value === undefined) return "";
  const digits = value >= 1_000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
  return `${digits} ${unit}`;
}

/** The README's figures, from what the bench wrote. */
export function figures(results: Results): string {
  const rows = results.rows.filter((it) => shown.some((name) => name.test(`${it.id} ${it.what}`)));
  const lines = rows.map(({ id, what, unit, floor, ours, ratio, bar, met }) => {
    const times = ratio === undefined ? "" : `${ratio.toFixed(2)} ×`;
    return `| ${id}: ${what} | ${amount(floor, unit)} | ${amount(ours, unit)} | ${times} | ${bar ?? ""} | ${met ? "met" : "missed"} |`;
  });
  const barred = results.rows.filter((it) => it.met !== undefined);
  const met = barred.filter((it) => it.met).length;
  return [
    "<!-- figures -->",
    "| workload | floor | Firebreak | ratio | bar | |",
    "|---|---|---|---|---|---|",
    ...lines,
    "",
    `${met} of ${barred.length} bars are met (${results.machine}; ${results.at.slice(0, 10)}); all rows: [bench/results.json](bench/results.json).`,
    "<!-- /figures -->",
  ].join("\n");
}

/** The README as it stands, and as it should. */
export function readme(): { readonly now: string; readonly due: string } {
  const now = readFileSync(join(root, "README.md"), "utf8");
  const results = JSON.parse(readFileSync(join(root, "bench", "results.json"), "utf8")) as Results;
  return { now, due: now.replace(block, () => figures(results)) };
}

if (import.meta.main) {
  const { now, due } = readme();
  if (!process.argv.includes("--check")) writeFileSync(join(root, "README.md"), due);
  else if (now !== due) {
    console.error("The README's figures are not those of bench/results.json: npm run docs:figures.");
    process.exitCode = 1;
  }
}
