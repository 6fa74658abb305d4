// Judges what a rerun did: the ledger outside and the journal against what the
// reference says must have been done, and a plan against what came of it.

import type { AnyEvent } from "../../src/journal/events.ts";
import type { RerunPlan } from "../../src/rerun.ts";
import { countOf } from "./ledger.ts";
import type { Asked, Kept, Referred } from "./reference.ts";
import type { Life } from "./try-case.ts";

interface Rerun {
  readonly referred: Referred;
  readonly events: readonly AnyEvent[];
  readonly lives: readonly Life[];
  readonly old: ReadonlyMap<number, Kept>;
}

/**
 * What a rerun must have done: of each class of equal steps as many as were asked for beyond what is recorded, and no
 * more; fewer only where nobody waited for the rest. After a kill the same, less what was recorded by then (E1).
 */
export function judgeReruns(it: Rerun): readonly string[] {
  const { referred, old, events } = it;
  const records = countOf([...old.values()].map((kept) => kept.class));
  const wanted = new Map<string, { most: number; least: number }>();
  for (const all of groupsOf(referred.asked)) {
    const first = all[0]!;
    if (first.class === unknownClass(first)) {
      const before = wanted.get(first.ledger) ?? { most: 0, least: 0 };
      wanted.set(first.ledger, { ...before, most: before.most + all.length });
      continue;
    }
    const left = first.redone ? 0 : (records.get(first.class) ?? 0);
    const made = all.filter((asked) => asked.seq !== undefined).length;
    const before = wanted.get(first.ledger) ?? { most: 0, least: 0 };
    wanted.set(first.ledger, {
      most: before.most + Math.max(0, all.length - left),
      least: before.least + Math.max(0, made - left),
    });
  }
  const problems: string[] = [];
  for (const [at, life] of it.lives.entries()) {
    const done = countOf(life.keys);
    const recorded = recordedBefore(referred.asked, life.after);
    // A process that died took with it when a function began, and so what the works in it may have read.
    const isUnknown = new Set(
      at === it.lives.length - 1
        ? []
        : referred.asked.filter((one) => one.captures && one.isWithinFunction).map((one) => one.ledger),
    );
    for (const [key, count] of done) {
      if (isUnknown.has(key)) continue;
      const most = (wanted.get(key)?.most ?? 0) - (recorded.get(key) ?? 0);
      if (count > most)
        problems.push(`${key} was done ${count} times by process ${at + 1}, ${most} were to do`);
    }
  }
  const total = countOf(it.lives.flatMap((life) => life.keys));
  for (const [key, { least }] of wanted) {
    const count = total.get(key) ?? 0;
    if (count < least) problems.push(`${key} was done ${count} times, ${least} were to do`);
  }
  return [...problems, ...halts(events)];
}

/** What a work inside a function may have read is known from its record alone; without one it is not. */
function unknownClass(it: Asked): string | undefined {
  const isUnknown = it.captures && it.isWithinFunction && it.seq === undefined;
  return isUnknown ? it.class : undefined;
}

function groupsOf(asked: readonly Asked[]): readonly (readonly Asked[])[] {
  const groups = new Map<string, Asked[]>();
  for (const it of asked) {
    if (it.given) continue;
    const key = unknownClass(it) === undefined ? it.class : `${it.class} ?`;
    const all = groups.get(key);
    if (all === undefined) groups.set(key, [it]);
    else all.push(it);
  }
  return [...groups.values()];
}

/** Works whose outcome was recorded anew before a process began. */
function recordedBefore(asked: readonly Asked[], after: number): ReadonlyMap<string, number> {
  const isDone = (it: Asked): boolean =>
    it.seq !== undefined && it.seq <= after && it.reused === undefined && !it.given;
  return countOf(asked.filter(isDone).map((it) => it.ledger));
}

function halts(events: readonly AnyEvent[]): readonly string[] {
  return events.flatMap((it) => (it.kind === "run.halted" ? [`it halted: ${it.data.message}`] : []));
}

/**
 * certain ⊆ executed ⊆ possible, counted by path, since a plan names steps by path. A function that opens steps is entered
 * again by every rerun: that is certain, and is no work done. A step beyond as many of its path as the old run had is new:
 * no plan can name it before the first wave has answered.
 */
export function judgePlan(plan: RerunPlan, before: Referred, after: Referred): readonly string[] {
  const done = countOf(after.asked.filter((it) => isNew(it) && it.seq !== undefined).map(lineOf));
  const begun = countOf(after.asked.filter(isNew).map(lineOf));
  const entered = countOf(after.entered.map((path) => `function ${path.join(" › ")}`));
  const asked = countOf(after.asked.map(lineOf));
  const had = countOf(before.asked.filter((it) => it.seq !== undefined && !it.failed).map(lineOf));
  const possible = countOf(plan.possible.map((it) => `${it.kind} ${it.path}`));
  const problems: string[] = [];
  for (const [line, count] of countOf(plan.certain.map((it) => `${it.kind} ${it.path}`))) {
    const most = (begun.get(line) ?? 0) + (entered.get(line) ?? 0);
    if (count > most)
      problems.push(`the plan says ${line} is done ${count} times for certain, it was ${most}`);
  }
  for (const [line, count] of done) {
    const beyond = Math.max(0, (asked.get(line) ?? 0) - (had.get(line) ?? 0));
    const known = possible.get(line) ?? 0;
    if (count > known + beyond)
      problems.push(`${line} was done ${count} times, possible were ${known} and ${beyond} new`);
  }
  // A record stays as well where whoever asks for it leaves before it is told; and that of a function that opened no step.
  const told = after.asked.filter((it) => it.reused !== undefined || it.seq === undefined).length;
  const stay = told + after.entered.length;
  if (stay < plan.reused) problems.push(`the plan says ${plan.reused} records stay, ${stay} did`);
  return problems;
}

function isNew(it: Asked): boolean {
  return it.reused === undefined && !it.given;
}

function lineOf(it: Asked): string {
  return `${it.kind} ${it.path.join(" › ")}`;
}
