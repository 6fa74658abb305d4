// The figures of many batches, and how they read.

import type { Findings, Intent } from "./check-fire.ts";
import { deedText, type LedgerLine } from "./deed.ts";
import type { Batch, Kill } from "./harness.ts";

/** What one kind of receiver saw. */
export interface ReceiverTotals {
  /** Deeds wanted of it and taken by it. */
  readonly received: number;
  /** Taken more than once, where repeats are not dropped. Must be 0. */
  readonly twice: number;
  /** Repeats that it dropped. */
  readonly repeats: number;
  /** Refused before anything was taken, and tried again. */
  readonly refused: number;
  /** Intents that a kill found without a receipt. */
  readonly cut: number;
  /** Of these: found by a probe (or brought by a stopped process in time), found missing, sent again under the same key. */
  readonly probed: number;
  readonly missing: number;
  readonly again: number;
  /** Of these: in doubt, settled by a person as arrived, and as not arrived. */
  readonly doubtArrived: number;
  readonly doubtNot: number;
  /** Receipts that a stopped process brought after its run was taken. */
  readonly late: number;
}

export interface Totals {
  readonly batches: number;
  readonly kills: number;
  readonly stops: number;
  /** Kills that found at least one intent without a receipt. */
  readonly inWindow: number;
  readonly scenarios: number;
  readonly runs: number;
  readonly wanted: number;
  /** Where a process was held when it was killed. */
  readonly held: Readonly<Record<string, number>>;
  /** How far what a kill cut off had come. */
  readonly reached: Readonly<Record<Reached, number>>;
  readonly receivers: Readonly<Record<string, ReceiverTotals>>;
  /** Sendings that a stopped process began when it went on, after its run was taken. */
  readonly inGap: number;
  readonly slowestDrainMs: number;
  readonly problems: readonly string[];
}

type Reached = "not sent" | "on its way" | "received, not answered" | "answered, no durable receipt";

export interface Judged {
  readonly batch: Batch;
  readonly findings: Findings;
}

export function totalsOf(judged: readonly Judged[]): Totals {
  const kills = judged.flatMap((it) => it.batch.kills);
  const sum = (of: (it: Judged) => number): number => judged.reduce((total, it) => total + of(it), 0);
  return {
    batches: judged.length,
    kills: kills.length,
    stops: kills.filter((it) => it.stopped).length,
    inWindow: kills.filter((it) => it.open.length > 0).length,
    scenarios: sum((it) => it.findings.scenarios),
    runs: sum((it) => it.findings.runs),
    wanted: sum((it) => it.findings.wanted),
    held: counts(kills.map((it) => it.stage)),
    reached: counts(judged.flatMap(reachedOf)) as Totals["reached"],
    receivers: receiversOf(judged),
    inGap: sum((it) => it.findings.inGap),
    slowestDrainMs: Math.max(0, ...judged.map((it) => it.batch.drainMs)),
    problems: judged.flatMap(({ batch, findings }) =>
      findings.problems.map((it) => `seed ${batch.seed}: ${it}`),
    ),
  };
}

function counts(list: readonly string[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const it of list.toSorted()) all[it] = (all[it] ?? 0) + 1;
  return all;
}

/** Of each intent that a kill cut off: what the receiver had seen of it by then. */
function reachedOf({ batch, findings }: Judged): readonly Reached[] {
  const byName = new Map(findings.intents.map((it) => [`${it.run}:${it.seq}`, it]));
  const byDeed = Map.groupBy(findings.lines, deedText);
  const cut = firstCuts(batch.kills);
  return [...cut].flatMap(([name, kill]) => {
    const intent = byName.get(name);
    if (intent === undefined) return [];
    const lines = (byDeed.get(deedText(intent)) ?? []).filter(
      (it) => it.pid === kill.pid && it.at <= kill.at,
    );
    return [reached(lines)];
  });
}

function reached(lines: readonly LedgerLine[]): Reached {
  const has = (what: LedgerLine["what"]): boolean => lines.some((it) => it.what === what);
  if (has("answered")) return "answered, no durable receipt";
  if (has("applied") || has("repeat")) return "received, not answered";
  return has("arrived") ? "on its way" : "not sent";
}

/** The kill that first found an intent open. */
function firstCuts(kills: readonly Kill[]): ReadonlyMap<string, Kill> {
  const first = new Map<string, Kill>();
  for (const kill of kills)
    for (const { run, seq } of kill.open) first.set(`${run}:${seq}`, first.get(`${run}:${seq}`) ?? kill);
  return first;
}

function receiversOf(judged: readonly Judged[]): Totals["receivers"] {
  const lines = judged.flatMap((it) => it.findings.lines);
  const intents = judged.flatMap((it) => it.findings.intents);
  const cut = judged.flatMap(({ batch, findings }) => {
    const found = firstCuts(batch.kills);
    return findings.intents.filter((it) => found.has(`${it.run}:${it.seq}`));
  });
  const kinds = [...new Set(intents.map((it) => kindOf(it.tool)))].toSorted();
  return Object.fromEntries(kinds.map((kind) => [kind, receiverOf(kind, { judged, lines, intents, cut })]));
}

interface All {
  readonly judged: readonly Judged[];
  readonly lines: readonly LedgerLine[];
  readonly intents: readonly Intent[];
  readonly cut: readonly Intent[];
}

function receiverOf(kind: string, { judged, lines, intents, cut }: All): ReceiverTotals {
  const seen = lines.filter((it) => kindOf(it.tool) === kind);
  const own = intents.filter((it) => kindOf(it.tool) === kind);
  const count = (what: LedgerLine["what"]): number => seen.filter((it) => it.what === what).length;
  const ended = (end: Intent["end"]): number => own.filter((it) => it.end === end).length;
  const cutOff = cut.filter((it) => kindOf(it.tool) === kind);
  const twice = judged.flatMap(({ findings }) => {
    const taken = findings.lines.filter((it) => it.what === "applied" && kindOf(it.tool) === kind);
    return Object.values(counts(taken.map(deedText))).filter((it) => it > 1);
  });
  return {
    received: count("applied"),
    twice: twice.length,
    repeats: count("repeat"),
    refused: count("refused"),
    cut: cutOff.length,
    probed: ended("probed") + cutOff.filter((it) => it.end === "received").length,
    missing: ended("not there"),
    again: ended("sent again"),
    doubtArrived: own.filter((it) => it.end === "person" && it.arrived).length,
    doubtNot: own.filter((it) => it.end === "person" && !it.arrived).length,
    late: ended("late"),
  };
}

const kindNames: readonly (readonly [start: string, name: string])[] = [
  ["fire-drops", "HTTP, drops repeats"],
  ["fire-asked", "HTTP, can be asked"],
  ["fire-blind", "HTTP, neither"],
  ["fire-mail", "SMTP, neither"],
  ["fire-order", "toolbox HTTP, can be asked"],
  ["fire-letter", "toolbox mail, neither"],
  ["fire-file", "files, can be looked at"],
];

function kindOf(tool: string): string {
  return kindNames.find(([start]) => tool.startsWith(start))?.[1] ?? tool;
}

export function printed(it: Totals, seconds: number): string {
  const perMinute = Math.round((it.kills / Math.max(seconds, 0.001)) * 60);
  const list = (all: Readonly<Record<string, number>>): string =>
    Object.entries(all)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  const rows = Object.entries(it.receivers).map(([name, of]) => `  ${name}: ${list({ ...of })}`);
  return [
    `${it.kills} kills (${it.stops} after SIGSTOP and a forced takeover) in ${seconds.toFixed(0)} s, ${perMinute} a minute`,
    `${it.scenarios} scenarios, ${it.runs} runs, ${it.wanted} effects wanted, in ${it.batches} journals`,
    `${it.inWindow} kills found effects between intent and receipt: ${list(it.reached)}`,
    `held at: ${list(it.held)}`,
    ...rows,
    `begun by a stopped process in the gap between its last look and its first word: ${it.inGap}`,
    `slowest end after the last kill: ${(it.slowestDrainMs / 1000).toFixed(1)} s (limit 60)`,
    `violations: ${it.problems.length}`,
    ...it.problems.slice(0, 20).map((line) => `  ${line}`),
  ].join("\n");
}
