// What a run says when it comes to a standstill: parked, ended, or halted.

import type { FirebreakError } from "../base/errors.ts";
import { canonical } from "../base/values.ts";
import type { NewEvent } from "../journal/events.ts";
import type { Issue } from "./issue.ts";
import type { OpenIssues } from "./open-issues.ts";
import type { Records } from "./records.ts";
import type { ReplayOptions } from "./replay-options.ts";

/** Only waits are open: the run leaves memory. */
export function parkedEvents(
  waiting: readonly Issue[],
  wakeAt: number,
  issues: OpenIssues,
  records: Records,
): readonly NewEvent[] {
  const signals = waiting.filter((it) => it.identity.kind === "signal").map((it) => it.identity.name);
  const reviews = waiting.filter((it) => it.identity.kind === "review").length;
  const children = waiting.filter((it) => it.identity.kind === "run").length;
  const data = { reviews, signals, children, ...(Number.isFinite(wakeAt) ? { wakeAt } : {}) };
  return [...withdrawn(issues, records), { kind: "run.parked", data }];
}

/** Once records were undone, questions may stand that nobody asks any more. */
function withdrawn(issues: OpenIssues, records: Records): readonly NewEvent[] {
  if (!records.isCut) return [];
  const unasked = records.unasked((key) => issues.get(key) !== undefined);
  return unasked.map((asked) => ({ kind: "review.withdrawn", data: { asked } }));
}

/** How the function of a workflow ended. */
export type Settled =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** How the workflow's function ended, as the run's end says it. */
export function endOf(main: Settled, warnings: readonly string[]): Parameters<ReplayOptions["conclude"]>[0] {
  if (!main.ok) return main;
  try {
    return { ok: true, value: canonical(main.value ?? null, "output"), warnings };
  } catch (error) {
    return { ok: false, error };
  }
}

/** The run cannot go on by itself. */
export function haltedEvent({ code, sentence: message, fix, details }: FirebreakError): NewEvent {
  return { kind: "run.halted", data: { code, message, fix, details: canonical(details).json } };
}

/** What is said of a step that nobody awaited. */
export function notAwaited(path: string): string {
  return `step "${path}" was not awaited and was cancelled: await what it gives, or return it`;
}
