// The table and bench/results.json: every figure with its bar, and whether it is met.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { machine, root } from "./measure.ts";

/** One line of the table. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  readonly floor?: number;
  readonly ours: number;
  /** ours / floor within the same round, the median of rounds. */
  readonly ratio?: number;
  /** The bar in words; absent for what is reported beside. */
  readonly bar?: string;
  readonly met?: boolean;
}

/** A workload that could not be measured. */
export interface Failed {
  readonly id: string;
  readonly why: string;
}

const columns = ["", "workload", "floor", "ours", "ratio", "bar", ""] as const;

/** The rows as a Markdown table, wide enough to be read as text. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((it) => [
    it.id,
    it.what,
    it.floor === undefined ? "" : figure(it.floor, it.unit),
    figure(it.ours, it.unit),
    it.ratio === undefined ? "" : it.ratio.toFixed(2),
    it.bar ?? "reported beside",
    it.met === undefined ? "" : it.met ? "met" : "MISSED",
  ]);
  const widths = columns.map((title, at) =>
    Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((it, at) => it.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((it) => "-".repeat(it)));
  return [line(columns), rule, ...cells.map(line)].join("\n");
}

function figure(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return `${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`.trim();
}

/** Writes bench/results.json and says how many bars are met. */
export function conclude(rows: readonly Row[], failed: readonly Failed[], settings: Settings): string {
  const measured = {
    at: new Date().toISOString(),
    commit: commit(),
    machine: machine(),
    ...settings,
    rows,
    failed,
  };
  if (settings.whole)
    writeFileSync(join(root, "bench/results.json"), `${JSON.stringify(measured, null, 2)}\n`);
  const barred = rows.filter((it) => it.met !== undefined);
  const missed = barred.filter((it) => it.met === false).map((it) => `${it.id} (${it.what})`);
  const lines = [`${barred.length - missed.length} of ${barred.length} bars are met.`];
  if (missed.length > 0) lines.push(`Missed: ${missed.join("; ")}.`);
  for (const it of failed) lines.push(`Not measured: ${it.id}: ${it.why}`);
  if (settings.quick) lines.push("--quick: tiny rounds; the figures are noise.");
  if (!settings.whole) lines.push("bench/results.json was left as it is: it holds whole runs only.");
  return lines.join("\n");
}

export interface Settings {
  readonly rounds: number;
  readonly quick: boolean;
  /** All workloads were run in earnest: only then are the figures kept. */
  readonly whole: boolean;
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
