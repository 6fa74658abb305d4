// Asking people: what is open, in the seven statements a person is owed, and
// the decision as one append.
//
//   Q1. The completing decision and the wake are one append (E10).
//   Q2. A decision names the hash of what was shown; on anything else it is refused (E10).
//   Q3. Of two decisions one wins, and the other is told.

import { FirebreakError } from "../base/errors.ts";
import type { RunId } from "../base/ids.ts";
import { canonical } from "../base/values.ts";
import type { AnyEvent, JournalEvent, NewEvent } from "../journal/events.ts";
import { type Blob, endings, type Journal } from "../journal/journal.ts";
import { toStored } from "../runtime/store.ts";
import { sendBackEvents } from "./send-back.ts";

export interface Decision {
  readonly run: RunId;
  /** Sequence of the question. */
  readonly asked: number;
  readonly decision: "approve" | "edit" | "reject" | "answer" | "send-back";
  /** Hash of what the person saw. A decision on something no longer current is refused. */
  readonly shownHash: string;
  /** The edited value, or the answers of a form. */
  readonly value?: unknown;
  readonly by: string;
  /** Why. A send-back must say it: the author is told. */
  readonly because?: string;
  /** For a send-back of a value with several authors: whose step is to be done again. */
  readonly step?: string;
  /** True when a flag decided. Recorded. */
  readonly auto?: boolean;
}

const conflictLimit = 20;

/**
 * Records a decision. The run that asked is ready with the same append.
 *
 * @throws REVIEW_NOT_OPEN, REVIEW_DECIDED, REVIEW_STALE, REVIEW_EXPIRED, REVIEW_FORM, REVIEW_SEND_BACK (without a reason),
 * SEND_BACK_TARGET, SEND_BACK_LIMIT, RUN_UNKNOWN, RUN_ENDED, VALUE_UNSUPPORTED
 */
export async function decide(journal: Journal, decision: Decision, nowMs: number): Promise<void> {
  const { run, asked: seq } = decision;
  const sendsBack = decision.decision === "send-back";
  const because = decision.because?.trim() ?? "";
  if (sendsBack && because === "") throw new FirebreakError("REVIEW_SEND_BACK", { runId: run, asked: seq });
  for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
    const events = await journal.readOpen(run);
    refuseEnded(run, events);
    const asked = openQuestion(run, seq, events);
    refuseUnfit(decision, asked, nowMs);
    const blobs: Blob[] = [];
    const decided = decisionEvents(decision, asked, blobs);
    const last = events.at(-1)!.seq;
    const { by, step } = decision;
    if (sendsBack)
      decided.push(
        ...sendBackEvents(await journal.read(run), asked, last + 1, {
          by,
          because,
          ...(step === undefined ? {} : { step }),
        }),
      );
    try {
      await journal.commit([{ run, expect: { seq: last }, events: decided }], blobs);
      return;
    } catch (error) {
      // Another append came first: is the question still open?
      if (!FirebreakError.is(error, "JOURNAL_CONFLICT")) throw error;
    }
  }
  throw new FirebreakError("JOURNAL_CONFLICT", {
    runId: run,
    expected: "a standstill",
    found: "a moving run",
  });
}

/** The last event of a run is never covered, so the open events tell how it stands. */
function refuseEnded(run: RunId, events: readonly AnyEvent[]): void {
  if (events.length === 0) throw new FirebreakError("RUN_UNKNOWN", { given: run });
  const ended = events.findLast(
    (it) => it.kind in endings || it.kind === "run.resumed" || it.kind === "run.claimed",
  );
  const status = ended === undefined ? undefined : endings[ended.kind];
  if (status !== undefined) throw new FirebreakError("RUN_ENDED", { runId: run, status, verb: "decided on" });
}

function openQuestion(run: RunId, seq: number, events: readonly AnyEvent[]): JournalEvent<"review.asked"> {
  const asked = events.find((it) => it.seq === seq && it.kind === "review.asked") as
    | JournalEvent<"review.asked">
    | undefined;
  const withdrawn = events.some((it) => it.kind === "review.withdrawn" && it.data.asked === seq);
  if (asked === undefined || withdrawn)
    throw new FirebreakError(withdrawn ? "REVIEW_STALE" : "REVIEW_NOT_OPEN", { runId: run, asked: seq });
  const decided = events.find((it) => it.kind === "review.decided" && it.data.asked === seq) as
    | JournalEvent<"review.decided">
    | undefined;
  if (decided !== undefined)
    throw new FirebreakError("REVIEW_DECIDED", {
      runId: run,
      asked: seq,
      decision: decided.data.decision,
      by: decided.data.by,
    });
  return asked;
}

function refuseUnfit(decision: Decision, asked: JournalEvent<"review.asked">, nowMs: number): void {
  const { run, asked: seq } = decision;
  const { hash, expiresAt, mode } = asked.data;
  if (decision.shownHash !== hash) throw new FirebreakError("REVIEW_STALE", { runId: run, asked: seq });
  if (expiresAt !== undefined && nowMs >= expiresAt)
    throw new FirebreakError("REVIEW_EXPIRED", {
      runId: run,
      asked: seq,
      at: new Date(expiresAt).toISOString(),
    });
  const fits =
    mode === "form"
      ? ["answer", "reject"]
      : mode === "cap"
        ? ["approve", "reject"]
        : ["approve", "edit", "reject", "send-back"];
  if (!fits.includes(decision.decision))
    throw new FirebreakError("REVIEW_FORM", { given: decision.decision, mode });
}

function decisionEvents(decision: Decision, asked: JournalEvent<"review.asked">, blobs: Blob[]): NewEvent[] {
  const { decision: given, shownHash, by, because, auto } = decision;
  const made = given === "edit" || given === "answer" ? canonical(decision.value, "value") : undefined;
  const data = {
    asked: asked.seq,
    decision: given,
    shownHash,
    by: String(canonical(by).value),
    ...(made === undefined ? {} : { value: toStored(made.json, made.size, blobs), hash: made.hash }),
    ...(because === undefined ? {} : { because: String(canonical(because).value) }),
    ...(auto ? { auto: true } : {}),
  };
  const event: NewEvent = { kind: "review.decided", data };
  if (asked.data.mode !== "cap" || given !== "approve") return [event];
  return [event, { kind: "run.capped", data: asked.data.shown as unknown as { usd: number; calls: number } }];
}

/** The open questions among a run's open events. */
export function openQuestions(events: readonly AnyEvent[]): readonly JournalEvent<"review.asked">[] {
  const decided = new Set(
    events.flatMap((it) =>
      it.kind === "review.decided" || it.kind === "review.withdrawn" ? [it.data.asked] : [],
    ),
  );
  return events.filter(
    (it): it is JournalEvent<"review.asked"> => it.kind === "review.asked" && !decided.has(it.seq),
  );
}
