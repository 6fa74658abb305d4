// What the parts found, as tables for people and as bench/catching/results.json.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { PartResult, PartRow } from "./part.ts";

/** A part's result with how long it took. */
export interface Measured extends PartResult {
  readonly seconds: number;
}

const columns = ["", "n", "value", "95 % interval", "constant", "beside it"] as const;

/** One part as a Markdown table, wide enough to be read as text, with its notes below. */
export function printed(it: Measured): string {
  const head = `\n## ${it.part} (${it.seconds} s)\n`;
  const notes = it.notes.map((note) => `- ${note}`).join("\n");
  return it.rows.length === 0 ? `${head}\n${notes}` : `${head}\n${table(it.rows)}\n\n${notes}`;
}

function table(rows: readonly PartRow[]): string {
  const cells = rows.map((it) => [
    it.name,
    String(it.n),
    figure(it.value),
    `${figure(it.low)} – ${figure(it.high)}`,
    it.constant === undefined ? "" : figure(it.constant),
    [it.reference, it.note].filter((each) => each !== undefined).join("; "),
  ]);
  const widths = columns.map((title, at) =>
    Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((it, at) => it.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(columns), line(widths.map((it) => "-".repeat(it))), ...cells.map(line)].join("\n");
}

function figure(value: number): string {
  return value.toFixed(4);
}

const path = join(import.meta.dirname, "results.json");

/**
 * Puts measured parts in the place of those in a file (default results.json); parts not measured, or skipped for want of data, stay
 * as they are. @returns one line for people.
 */
export function keep(measured: readonly Measured[], seed: number, file: string = path): string {
  const kept: unknown = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const fresh = measured.filter((it) => it.rows.length > 0);
  const stamp = { at: new Date().toISOString(), commit: commit(), seed };
  const parts = {
    ...(kept as object),
    ...Object.fromEntries(fresh.map((it) => [it.part, { ...stamp, ...it }])),
  };
  if (fresh.length === 0) return `Nothing was measured: ${basename(file)} is as it was.`;
  writeFileSync(file, `${JSON.stringify(parts, null, 2)}\n`);
  return `${basename(file)} holds ${fresh.map((it) => it.part).join(", ")} of now.`;
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}
