import { type ErrorRow, row } from "./error-row.ts";

interface ReviewErrors {
  readonly REVIEW_NOT_OPEN: ErrorRow<{ runId: string; asked: number }>;
  readonly REVIEW_DECIDED: ErrorRow<{ runId: string; asked: number; decision: string; by: string }>;
  readonly REVIEW_STALE: ErrorRow<{ runId: string; asked: number }>;
  readonly REVIEW_EXPIRED: ErrorRow<{ runId: string; asked: number; at: string }>;
  readonly REVIEW_FORM: ErrorRow<{ given: string; mode: string }>;
  readonly REVIEW_SEND_BACK: ErrorRow<{ runId: string; asked: number }>;
}

export const reviewErrors: ReviewErrors = {
  REVIEW_NOT_OPEN: row({
    retryable: false,
    message: (it) => `run ${it.runId} has no open question ${it.asked}`,
    fix: () =>
      "List what is open with firebreak ls --reviews. The step that asked may have been left meanwhile.",
  }),
  REVIEW_DECIDED: row({
    retryable: false,
    message: (it) =>
      `question ${it.asked} of run ${it.runId} was already decided (${it.decision}, by ${it.by})`,
    fix: () => "Nothing was changed. See the run with firebreak show.",
  }),
  REVIEW_STALE: row({
    retryable: false,
    message: (it) => `what question ${it.asked} of run ${it.runId} shows is no longer what you decided on`,
    fix: () => "Look at it again and decide anew; nothing was changed.",
  }),
  REVIEW_EXPIRED: row({
    retryable: false,
    message: (it) => `question ${it.asked} of run ${it.runId} expired at ${it.at}`,
    fix: () => "The run goes on as it was told for that case. Rerun it to be asked again.",
  }),
  REVIEW_FORM: row({
    retryable: false,
    message: (it) => `"${it.given}" does not answer a ${it.mode}`,
    fix: (it) =>
      it.mode === "form"
        ? "Give the answers: firebreak answer RUN:SEQ --value '{…}', or reject it."
        : "Approve, edit, reject it, or send it back.",
  }),
  REVIEW_SEND_BACK: row({
    retryable: false,
    message: (it) => `question ${it.asked} of run ${it.runId} is sent back without a word of why`,
    fix: () => "Say what is to be better: the author is told exactly that, and nothing else of you.",
  }),
};
