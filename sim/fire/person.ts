// What people do about runs that stand still: answer questions, and look at a
// receiver about an effect in doubt. Everything here may meet another process
// that does the same, so a conflict means: look again.

import { FirebreakError } from "../../src/base/errors.ts";
import { decode } from "../../src/base/values.ts";
import type { AnyEvent, JournalEvent } from "../../src/journal/events.ts";
import { settledIntent } from "../../src/journal/effect-slot.ts";
import type { RunHead } from "../../src/journal/journal.ts";
import type { Firebreak } from "../../src/open.ts";
import type { RunId } from "../../src/base/ids.ts";
import type { Deed } from "./deed.ts";
import { isBlind, lookUp } from "./tools.ts";

/** Who settles what is in doubt, in the journal's words. */
export const person = "a person who looked";

const lostRaces: ReadonlySet<string> = new Set([
  "JOURNAL_CONFLICT",
  "REVIEW_DECIDED",
  "REVIEW_NOT_OPEN",
  "REVIEW_STALE",
  "RUN_ENDED",
  "RUN_OWNED",
  "RERUN_OPEN",
  "RUN_KEY_TAKEN",
]);

/** Does it, unless somebody else was first. */
export async function unlessLost(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!FirebreakError.any(error) || !lostRaces.has(error.code)) throw error;
  }
}

export async function answer(fb: Firebreak, run: RunId): Promise<void> {
  for (const { asked, shown, shownHash, ask } of await fb.reviews.list({ run })) {
    const isFirst = ask === "Is it two?" && shown === "1";
    const said = isFirst
      ? ({ decision: "send-back", because: "make it two", step: "clerk" } as const)
      : ({ decision: "approve" } as const);
    await unlessLost(fb.reviews.decide({ run, asked, shownHash, by: "ada", ...said }));
  }
}

/** Looks at the receiver and says what became of it; where a program can find out, it is told to. */
export async function settle(fb: Firebreak, head: RunHead, http: number): Promise<void> {
  const events = await fb.journal.read(head.run);
  const halted = events.findLast((it): it is JournalEvent<"run.halted"> => it.kind === "run.halted");
  if (halted?.data.code !== "EFFECT_IN_DOUBT")
    throw new Error(`run ${head.run} is halted: ${halted?.data.code} ${halted?.data.message}`);
  const { runId, seq } = halted.data.details as { readonly runId: RunId; readonly seq: number };
  const of = runId === head.run ? events : await fb.journal.read(runId);
  const intent = of[seq - 1];
  const isOpen = intent?.kind === "effect.intended" && !of.some((it) => settledIntent(it) === seq);
  if (!isOpen || !isBlind(intent.data.tool)) {
    await unlessLost(fb.resume(head.run));
    return;
  }
  // Whoever looks at a receiver first makes sure that nothing is on its way to it.
  if (isAlive(intent.data.owner)) return;
  const found = await lookUp(http, deedOf(intent));
  const said = found === undefined ? { sent: false } : { sent: true, receipt: found };
  await unlessLost(fb.settle(runId, seq, { ...said, by: person }));
}

/** Whether the process that an owner's name begins with is still there, if only stopped. */
export function isAlive(owner: string): boolean {
  try {
    return process.kill(Number.parseInt(owner, 10), 0);
  } catch {
    return false;
  }
}

/** What an intent was about. */
export function deedOf(event: AnyEvent & { readonly kind: "effect.intended" }): Deed {
  const { tool, key, action = "send", args, input } = event.data;
  const { n } = decode(args ?? input).value as unknown as { readonly n: number };
  return { tool, id: key, action, n };
}
