// Another revision stands, and the tool can neither change it nor undo it: a
// person is shown both. The question is a step below the effect's own, so it
// is asked once, whatever crashes.

import { canonical, decode, hashOf, type Value } from "../base/values.ts";
import type { JournalEvent } from "../journal/events.ts";
import type { StandingEffect } from "../journal/journal.ts";
import type { EffectDeed, StoodEffect } from "./effect-spec.ts";
import type { Sending } from "./effect-send.ts";
import { childScope } from "./identity.ts";
import { Scope } from "./scope.ts";
import { StepEnd } from "./step-error.ts";
import { fromStored } from "./store.ts";
import { reviewWork } from "./wait.ts";

const stepName = "send beside what was sent";

type Asking = Pick<Sending, "replay" | "issue" | "spec" | "approved">;

/** Names what a person was shown as standing. */
export function besideOf(stands: Pick<StandingEffect, "run" | "seq">): string {
  return `${stands.run}:${stands.seq}`;
}

/** Asks whether the new revision may be sent beside the old. @throws StepError of outcome `rejected` */
export async function askBeside(
  it: Asking,
  deed: EffectDeed,
  stands: StandingEffect,
  before: StoodEffect | undefined,
): Promise<void> {
  const shown = {
    tool: it.spec.tool,
    key: deed.key,
    sent: before?.input ?? null,
    receipt: before?.receipt ?? null,
    now: deed.input ?? null,
    by: stands.run,
    intent: stands.seq,
  };
  await ask(it, decode(canonical(shown).json).value);
}

/** Takes the answers that earlier processes were given, or waits for them: what was asked is asked for again. */
export async function answersBeside(it: Asking): Promise<void> {
  const { replay, issue } = it;
  const below = childScope(issue.identity);
  if (!replay.records.scopes.has(below)) return;
  const asked = [...replay.records.opened.values()].filter(
    (event): event is JournalEvent<"review.asked"> =>
      event.kind === "review.asked" && event.data.scope === below,
  );
  for (const event of asked) {
    const stored = event.data.shown ?? null;
    const { value } = await replay.busy(() => fromStored(stored, (hash) => replay.host.blob(hash)));
    await ask(it, value);
  }
}

async function ask({ replay, issue, spec, approved }: Asking, shown: Value): Promise<void> {
  const { key, by, intent } = shown as { readonly key: string; readonly by: string; readonly intent: number };
  const scope = (issue.inner ??= new Scope(replay, childScope(issue.identity)));
  const work = reviewWork(replay, {
    ask: `The tool "${spec.tool}" sent "${key}" with other arguments before, and can neither change nor undo it. Send this beside it?`,
    mode: "review",
    why: `Run ${by} sent "${key}" with the arguments shown as \`sent\`; now it is called with those shown as \`now\`.`,
    onYes: "It is sent as shown; what was sent before stands as well.",
    onNo: "Nothing is sent, and the step ends as rejected; what was sent before stands.",
  });
  const answered = replay.issue(scope, "review", stepName, shown, work);
  // It waits for a person: the run may leave memory.
  issue.state = "waiting";
  replay.nudge();
  try {
    const value = (await answered) as Value;
    if (hashOf(value) !== hashOf(shown))
      throw new StepEnd("rejected", "what is sent is changed where the tool is called, not here");
  } finally {
    if ((issue.state as string) === "waiting") issue.state = "running";
  }
  approved.add(`${by}:${intent}`);
}
