import type { Check, Problem } from "../check/check.ts";
import { type Duration, toMs } from "../base/duration.ts";
import type { Json } from "../base/values.ts";
import type { Question } from "../runtime/wait.ts";

export interface ReviewOptions<T> {
  readonly name?: string;
  readonly key?: string;
  /** Who is asked. Free text: a role or a name. */
  readonly to?: string;
  /** Why a person is asked. Default: the workflow asks here. */
  readonly why?: string;
  /** What follows a yes, and a no, in words. */
  readonly onYes?: string;
  readonly onNo?: string;
  /** After this nobody needs to answer any more. */
  readonly expires?: Duration;
  /** What a missing answer means. Default: the step ends as expired. */
  readonly onExpiry?: "reject" | "approve" | "fail";
  /** What an edit must hold. */
  readonly checks?: readonly Check<T, never>[];
  readonly from?: readonly unknown[];
}

/** The question of a review step. */
export function reviewQuestion(
  ask: string,
  options: ReviewOptions<never>,
  form?: { readonly mode: "form"; readonly schema: Json; readonly problems: readonly Problem[] },
): Question {
  return {
    ask,
    mode: form?.mode ?? "review",
    // What is said by default is rendered when it is shown, not stored with every question.
    ...(options.why === undefined ? {} : { why: options.why }),
    ...(options.onYes === undefined ? {} : { onYes: options.onYes }),
    ...(options.onNo === undefined ? {} : { onNo: options.onNo }),
    ...(options.to === undefined ? {} : { to: options.to }),
    ...(options.expires === undefined ? {} : { expiresInMs: toMs(options.expires) }),
    ...(options.onExpiry === undefined ? {} : { onExpiry: options.onExpiry }),
    ...(form === undefined ? {} : { schema: form.schema }),
    ...(form === undefined || form.problems.length === 0 ? {} : { problems: form.problems }),
  };
}
