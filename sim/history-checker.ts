// Judges a finished history: the events on disk beside the ledgers kept
// outside the engine. It imports nothing that drives runs, so that a fault of
// the engine cannot hide itself here.
//
// Each rule gives sentences about what is wrong; none is the wish.

import type { RunId } from "../src/base/ids.ts";
import type { AnyEvent, EventKind, JournalEvent } from "../src/journal/events.ts";
import type { RunHead } from "../src/journal/journal.ts";
import type { Execution, Sent } from "./world.ts";

/** What was promised to somebody outside: it must be found in the journal. */
export type Promised =
  | { readonly kind: "start"; readonly run: string }
  | { readonly kind: "cancel"; readonly run: string }
  | { readonly kind: "signal"; readonly run: string; readonly id: string }
  | { readonly kind: "decision"; readonly run: string; readonly asked: number; readonly by: string };

export interface History {
  readonly heads: readonly RunHead[];
  readonly events: ReadonlyMap<RunId, readonly AnyEvent[]>;
  readonly executions: readonly Execution[];
  /** Work done although it was recorded. */
  readonly repeats: readonly string[];
  readonly sent: readonly Sent[];
  readonly promised: readonly Promised[];
  /** "tool:key" of effects whose receiver drops repeats. */
  readonly deduplicated: ReadonlySet<string>;
}

type Rule = (history: History) => readonly string[];

/** What is wrong with a history, each line with the number of its rule; empty when all holds. */
export function checkHistory(history: History): readonly string[] {
  return Object.entries(rules).flatMap(([name, rule]) => rule(history).map((it) => `${name}: ${it}`));
}

const rules: Readonly<Record<string, Rule>> = {
  "1 recorded work is not done again": ({ repeats }) => repeats,

  "2 an effect is sent once, after its intent": ({ sent, deduplicated }) => {
    const counts = new Map<string, number>();
    for (const it of sent) counts.set(`${it.tool}:${it.key}`, (counts.get(`${it.tool}:${it.key}`) ?? 0) + 1);
    const twice = [...counts]
      .filter(([key, count]) => count > 1 && !deduplicated.has(key))
      .map(([key, count]) => `${key} was sent ${count} times`);
    const early = sent
      .filter((it) => !it.intended)
      .map((it) => `${it.tool}:${it.key} was sent before its intent was durable`);
    return [...twice, ...early];
  },

  "3 no effect is left in doubt": ({ events }) =>
    ofAll(events, "effect.intended").flatMap((intent) => {
      const answered = eventsOf(events, intent.run).some(
        (it) =>
          (it.kind === "effect.received" || it.kind === "effect.settled" || it.kind === "effect.late") &&
          it.data.intent === intent.seq,
      );
      const cancelled = eventsOf(events, intent.run).some((it) => it.kind === "run.cancelled");
      return answered || cancelled
        ? []
        : [
            `${intent.data.tool}:${intent.data.key} of run ${intent.run} has neither receipt nor word of a person`,
          ];
    }),

  "4 what was acknowledged stands": (history) =>
    history.promised.filter((it) => !stands(history, it)).map((it) => `${JSON.stringify(it)} is nowhere`),

  "5 a signal sent twice is one": ({ events }) =>
    perRun(events, (run, all) => {
      const ids = all.flatMap((it) =>
        it.kind === "signal.received" && it.data.id !== undefined ? [it.data.id] : [],
      );
      return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `signal ${id} of run ${run}`);
    }),

  "6 a question is decided once, on what was shown, in time": ({ events }) =>
    ofAll(events, "review.decided").flatMap((decided) => {
      const all = eventsOf(events, decided.run);
      const asked = all[decided.data.asked - 1];
      if (asked?.kind !== "review.asked")
        return [`decision ${decided.seq} of run ${decided.run} answers no question`];
      const { hash, expiresAt } = asked.data;
      const others = all.filter((it) => it.kind === "review.decided" && it.data.asked === asked.seq);
      return [
        ...(others.length > 1
          ? [`question ${asked.seq} of run ${decided.run} was decided ${others.length} times`]
          : []),
        ...(decided.data.shownHash === hash
          ? []
          : [`decision ${decided.seq} of run ${decided.run} is on something else`]),
        ...(expiresAt !== undefined && decided.data.by !== "clock" && decided.at >= expiresAt
          ? [`decision ${decided.seq} of run ${decided.run} came too late`]
          : []),
      ];
    }),

  "7 a cancelled run takes nothing more": ({ events }) =>
    perRun(events, (run, all) => {
      const at = all.findIndex((it) => it.kind === "run.cancelled");
      if (at < 0) return [];
      const late: ReadonlySet<EventKind> = new Set<EventKind>(["effect.late", "child.ended"]);
      return all
        .slice(at + 1)
        .filter((it) => !late.has(it.kind))
        .map((it) => `${it.kind} in run ${run} after its cancel`);
    }),

  "8 every run comes to an end": ({ heads }) =>
    heads.filter((it) => !isOver(it)).map((it) => `run ${it.run} (${it.workflow}) is ${it.status}`),

  "11 a timer fires once and never early": ({ events }) =>
    ofAll(events, "timer.fired").flatMap((fired) => {
      const all = eventsOf(events, fired.run);
      const set = all[fired.data.set - 1];
      if (set?.kind !== "timer.set") return [`timer ${fired.seq} of run ${fired.run} was never set`];
      const twice = all.filter((it) => it.kind === "timer.fired" && it.data.set === set.seq).length > 1;
      const early = fired.at < set.data.wakeAt;
      return [
        ...(twice ? [`timer ${set.seq} of run ${fired.run} fired twice`] : []),
        ...(early
          ? [`timer ${set.seq} of run ${fired.run} fired ${set.data.wakeAt - fired.at} ms early`]
          : []),
      ];
    }),

  "12 no replay diverges": ({ events }) =>
    ofAll(events, "run.halted")
      .filter((it) => it.data.code !== "EFFECT_IN_DOUBT")
      .map((it) => `run ${it.run}: ${it.data.message}`),

  "12 one record for one identity": ({ events }) =>
    perRun(events, (run, all) => {
      const gone = new Set(all.flatMap((it) => (it.kind === "step.invalidated" ? [it.data.seq] : [])));
      const keys = all.flatMap((it) =>
        (it.kind === "step.completed" || it.kind === "step.failed") && !gone.has(it.seq)
          ? [JSON.stringify([it.data.scope, it.data.kind, it.data.name, it.data.in, it.data.n ?? 0])]
          : [],
      );
      return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key} in run ${run}`);
    }),

  "13 a child ends with or before its parent, and is told once": ({ heads, events }) =>
    heads.flatMap((child) => {
      if (child.parent === undefined) return [];
      const parent = heads.find((it) => it.run === child.parent);
      const told = eventsOf(events, child.parent).filter(
        (it) => it.kind === "child.ended" && it.data.child === child.run,
      ).length;
      return [
        ...(parent !== undefined && isOver(parent) && !isOver(child)
          ? [`run ${child.run} outlives its parent`]
          : []),
        ...(told > 1 ? [`the end of run ${child.run} was told ${told} times`] : []),
      ];
    }),
};

function stands({ heads, events }: History, it: Promised): boolean {
  const all = eventsOf(events, it.run as RunId);
  switch (it.kind) {
    case "start":
      return heads.some((head) => head.run === it.run);
    case "cancel":
      return all.some((event) => event.kind === "run.cancelled");
    case "signal":
      return all.some((event) => event.kind === "signal.received" && event.data.id === it.id);
    case "decision":
      return all.some(
        (event) =>
          event.kind === "review.decided" && event.data.asked === it.asked && event.data.by === it.by,
      );
  }
}

function isOver(head: RunHead): boolean {
  return head.status === "completed" || head.status === "failed" || head.status === "cancelled";
}

function eventsOf(events: History["events"], run: RunId): readonly AnyEvent[] {
  return events.get(run) ?? [];
}

function ofAll<Kind extends EventKind>(events: History["events"], kind: Kind): readonly JournalEvent<Kind>[] {
  return [...events.values()].flatMap(
    (all) => all.filter((it) => it.kind === kind) as unknown as JournalEvent<Kind>[],
  );
}

function perRun(
  events: History["events"],
  rule: (run: RunId, all: readonly AnyEvent[]) => readonly string[],
): readonly string[] {
  return [...events].flatMap(([run, all]) => rule(run, all));
}
