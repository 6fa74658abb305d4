// Judges what is left after a batch of kills: the ledgers of the receivers and
// the journal, beside what the scenarios wanted. It imports nothing that
// drives runs.
//
//   F1. Every wanted deed was taken by its receiver exactly once, and none that was not wanted: receipted + in doubt = wanted.
//   F2. What was in doubt is what a kill found between intent and receipt at a receiver that neither drops repeats nor
//       can be asked; all of that, and nothing else.
//   F3. Nothing was sent but by a process that had written its intent, and nothing that began after its run was taken.
//       A process that is stopped between its last look at its run and its first word to the receiver passes that gap when
//       it goes on; no sender can close it. Such beginnings are counted, and F1 holds for them.
//   F4. Nothing that began after a cancel was acknowledged.
//   F5. What is undone is undone from the last to the first.
//   F6. Every run has ended.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AnyEvent, JournalEvent } from "../../src/journal/events.ts";
import type { RunHead } from "../../src/journal/journal.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import { type Deed, deedText, type LedgerLine, type Sent } from "./deed.ts";
import type { Batch, Kill } from "./harness.ts";
import { deedOf, person } from "./person.ts";
import { type Scenario, scenario } from "./scenarios.ts";
import { isBlind } from "./tools.ts";

export interface Intent extends Deed {
  readonly run: string;
  readonly seq: number;
  readonly at: number;
  readonly owner: string;
  /** How it ended. */
  readonly end: "received" | "late" | "probed" | "not there" | "refused" | "sent again" | "person" | "open";
  readonly arrived: boolean;
}

export interface Findings {
  readonly problems: readonly string[];
  readonly wanted: number;
  /** Sendings that a stopped process began when it went on, after its run was taken. */
  readonly inGap: number;
  readonly lines: readonly LedgerLine[];
  readonly intents: readonly Intent[];
  readonly runs: number;
  readonly scenarios: number;
}

interface History {
  readonly heads: readonly RunHead[];
  readonly events: ReadonlyMap<string, readonly AnyEvent[]>;
}

export async function checkBatch(batch: Batch): Promise<Findings> {
  const { folder, seed, kills } = batch;
  const history = await readHistory(folder);
  const lines = readLedger(folder);
  const intents = [...history.events.values()].flatMap(intentsOf);
  const done = readDone(folder).map((it) => scenario(it, seed));
  const late = senders(kills, lines, intents, history);
  const problems = [
    ...once(done, lines),
    ...accounted(done, intents),
    ...doubts(kills, intents, history),
    ...late.filter((it) => !it.inGap).map((it) => it.problem),
    ...cancels(folder, lines, intents),
    ...done.flatMap((it) => reversed(it, lines)),
    ...ended(history),
  ];
  const wanted = done.reduce((sum, it) => sum + (it.maybe ? 0 : it.wanted.length), 0);
  const inGap = late.filter((it) => it.inGap).length;
  return { problems, wanted, inGap, lines, intents, runs: history.heads.length, scenarios: done.length };
}

// ---- What is there ---------------------------------------------------------------------

async function readHistory(folder: string): Promise<History> {
  const journal = openSqliteJournal(join(folder, "journal.db"), {});
  try {
    const heads = await journal.heads({ limit: 1_000_000 });
    const events = new Map<string, readonly AnyEvent[]>();
    for (const { run } of heads) events.set(run, await journal.read(run));
    return { heads, events };
  } finally {
    await journal.close();
  }
}

function readLines(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((it) => it !== "").map((it) => JSON.parse(it) as unknown);
}

/** All ledgers as one: files are what they are. */
function readLedger(folder: string): readonly LedgerLine[] {
  const files = join(folder, "files");
  const delivered = readdirSync(files)
    .filter((it) => !it.startsWith("."))
    .map((it): LedgerLine => {
      const path = join(files, it);
      const sent = JSON.parse(readFileSync(path, "utf8")) as Sent & { readonly key: string };
      // A file system's clock may lag some milliseconds behind.
      return { ...sent, what: "applied", at: Math.max(sent.started, statSync(path).ctimeMs) };
    });
  return [...(readLines(join(folder, "ledger.jsonl")) as readonly LedgerLine[]), ...delivered];
}

function readDone(folder: string): readonly number[] {
  const lines = readFileSync(join(folder, "scenarios.txt"), "utf8").split("\n");
  return [...new Set(lines.filter((it) => it.startsWith("done ")).map((it) => Number(it.slice(5))))];
}

type Settling =
  | JournalEvent<"effect.received">
  | JournalEvent<"effect.settled">
  | JournalEvent<"effect.late">;

function intentsOf(events: readonly AnyEvent[]): readonly Intent[] {
  const settlings = new Map<number, Settling>();
  for (const it of events)
    if (it.kind === "effect.received" || it.kind === "effect.settled" || it.kind === "effect.late")
      settlings.set(it.data.intent, settlings.get(it.data.intent) ?? it);
  return events.flatMap((it): readonly Intent[] => {
    if (it.kind !== "effect.intended") return [];
    const by = settlings.get(it.seq);
    const arrived = by !== undefined && (by.kind !== "effect.settled" || by.data.sent);
    const { run, seq, at } = it;
    return [{ ...deedOf(it), run, seq, at, owner: it.data.owner, end: endOf(by), arrived }];
  });
}

function endOf(by: Settling | undefined): Intent["end"] {
  if (by === undefined) return "open";
  if (by.kind === "effect.received") return "received";
  if (by.kind === "effect.late") return "late";
  const who = by.data.by;
  if (who === person) return "person";
  if (who.startsWith("tool: ")) return "refused";
  if (who.startsWith("what drops")) return "sent again";
  return by.data.sent ? "probed" : "not there";
}

// ---- The rules -------------------------------------------------------------------------

/** F1, at the receivers. */
function once(done: readonly Scenario[], lines: readonly LedgerLine[]): readonly string[] {
  const taken = counted(lines.filter((it) => it.what === "applied").map(deedText));
  const known = new Set<string>();
  const problems: string[] = [];
  for (const it of done) {
    for (const deed of it.wanted) {
      const text = deedText(deed);
      const count = taken.get(text) ?? 0;
      known.add(text);
      if (count > 1 || (count === 0 && !it.maybe)) problems.push(`F1 ${text} was received ${count} times`);
    }
  }
  for (const text of taken.keys()) if (!known.has(text)) problems.push(`F1 ${text} was never wanted`);
  return problems;
}

/** F1, in the journal: each wanted deed has one intent that arrived, by its receipt or by a person's word. */
function accounted(done: readonly Scenario[], intents: readonly Intent[]): readonly string[] {
  const arrived = counted(intents.filter((it) => it.arrived).map(deedText));
  return done
    .filter((it) => !it.maybe)
    .flatMap((it) => it.wanted.map(deedText))
    .filter((it) => arrived.get(it) !== 1)
    .map((it) => `F1 ${it} has ${arrived.get(it) ?? 0} receipts`);
}

/** F2. */
function doubts(kills: readonly Kill[], intents: readonly Intent[], { heads }: History): readonly string[] {
  const name = (it: { readonly run: string; readonly seq: number }): string => `${it.run}:${it.seq}`;
  const found = new Map(kills.flatMap((it) => it.open.map((open) => [name(open), it.stopped] as const)));
  const cancelled = new Set(heads.filter((it) => it.status === "cancelled").map((it) => it.run as string));
  return intents.flatMap((it) => {
    const inWindow = found.has(name(it));
    const wasStopped = found.get(name(it)) === true;
    const inDoubt = it.end === "person";
    if (inDoubt && !isBlind(it.tool)) return [`F2 ${deedText(it)} was in doubt, and could be found out`];
    // A stopped process that went on had intents of its own when it was killed, beside a journal that others wrote.
    const byLate = kills.some((kill) => kill.stopped && isBy(it, kill.pid) && it.at <= kill.at);
    if (inDoubt && !inWindow && !byLate)
      return [`F2 ${deedText(it)} was in doubt without a kill in its window`];
    // A stopped process may still bring its own receipt; a cancelled run asks nobody.
    if (inDoubt || !inWindow || !isBlind(it.tool) || wasStopped || cancelled.has(it.run)) return [];
    return [`F2 ${deedText(it)} of ${name(it)} was cut off, and ended as "${it.end}"`];
  });
}

function isBy({ owner }: Pick<Intent, "owner">, pid: number): boolean {
  return owner.startsWith(`${pid}-`);
}

interface Late {
  readonly problem: string;
  readonly inGap: boolean;
}

/** F3. */
function senders(
  kills: readonly Kill[],
  lines: readonly LedgerLine[],
  intents: readonly Intent[],
  { events }: History,
): readonly Late[] {
  const byDeed = Map.groupBy(intents, deedText);
  const stops = new Map(kills.map((it) => [it.pid, it.stoppedAt]));
  const takenAt = (it: Intent): number => {
    const next = events.get(it.run)!.find((event) => event.kind === "run.claimed" && event.seq > it.seq);
    return next === undefined || isOwn(next, it.owner) ? Number.POSITIVE_INFINITY : next.at;
  };
  return lines
    .filter((it) => it.what === "arrived" || (it.what === "applied" && it.tool === "fire-file"))
    .flatMap((line): readonly Late[] => {
      const { pid, started } = line;
      const own = (byDeed.get(deedText(line)) ?? []).filter((it) => isBy(it, pid) && it.at <= started);
      const what = `F3 ${deedText(line)} was`;
      if (own.length === 0) return [{ problem: `${what} sent by ${pid} without an intent`, inGap: false }];
      if (own.some((it) => started <= takenAt(it))) return [];
      const stoppedAt = stops.get(pid);
      const inGap = stoppedAt !== undefined && own.some((it) => it.at <= stoppedAt);
      return [{ problem: `${what} begun by ${pid} after its run was taken`, inGap }];
    });
}

function isOwn(event: AnyEvent, owner: string): boolean {
  return event.kind === "run.claimed" && event.data.owner === owner;
}

interface Acknowledged {
  readonly run: string;
  readonly at: number;
}

/** F4. */
function cancels(
  folder: string,
  lines: readonly LedgerLine[],
  intents: readonly Intent[],
): readonly string[] {
  const acknowledged = readLines(join(folder, "cancels.jsonl")) as readonly Acknowledged[];
  const at = new Map(acknowledged.map((it) => [it.run, it.at]));
  const runOf = new Map(intents.map((it) => [deedText(it), it.run]));
  return lines
    .filter((it) => it.started > (at.get(runOf.get(deedText(it)) ?? "") ?? Number.POSITIVE_INFINITY))
    .map((it) => `F4 ${deedText(it)} was begun after the cancel of its run was acknowledged`);
}

/** F5. */
function reversed({ ordered }: Scenario, lines: readonly LedgerLine[]): readonly string[] {
  const at = (deed: Deed): number =>
    lines.find((it) => it.what === "applied" && deedText(it) === deedText(deed))?.at ?? 0;
  return ordered.slice(1).flatMap((it, index) => {
    const before = ordered[index]!;
    return at(before) <= at(it) ? [] : [`F5 ${deedText(it)} came before ${deedText(before)}`];
  });
}

/** F6. */
function ended({ heads }: History): readonly string[] {
  return heads
    .filter((it) => it.status !== "completed" && it.status !== "cancelled")
    .map((it) => `F6 run ${it.run} of ${it.workflow} is ${it.status}`);
}

function counted(list: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const it of list) counts.set(it, (counts.get(it) ?? 0) + 1);
  return counts;
}
