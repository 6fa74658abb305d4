// approve, reject, edit, answer, cancel, signal, settle: what a person says to a run.

import { FirebreakError } from "../base/errors.ts";
import type { Decision, Firebreak, ReviewItem } from "../open.ts";
import { editValue } from "./ask-person.ts";
import { closing, goOn } from "./command-run.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { givenPlace, givenValue, whoActs } from "./given.ts";
import { openProjectOf } from "./project.ts";
import { renderReview } from "./render-review.ts";
import type { Screen } from "./screen.ts";

export interface DecideFlags {
  readonly value?: string;
  readonly because?: string;
  /** For a send-back of a value with several authors. */
  readonly step?: string;
  readonly by?: string;
  /** Only records the decision. */
  readonly wait?: boolean;
}

/** Decides a question and goes on with its run, unless told not to. */
export async function decide(
  screen: Screen,
  decision: Decision["decision"],
  given: string,
  flags: DecideFlags,
): Promise<ExitCode> {
  const project = await openProjectOf(givenPlace(given).run);
  return closing(project, async () => {
    const item = await questionOf(project.fb, given);
    const value = valueFor(screen, decision, item, flags);
    const because = {
      ...(flags.because === undefined ? {} : { because: flags.because }),
      ...(flags.step === undefined ? {} : { step: flags.step }),
    };
    await project.fb.reviews.decide({
      run: item.run,
      asked: item.asked,
      shownHash: item.shownHash,
      decision,
      by: flags.by ?? whoActs(),
      ...value,
      ...because,
    });
    screen.print(`${said[decision]} ${item.run}:${item.asked}: ${item.ask}`);
    if (flags.wait === false) return exitCodes.ok;
    return goOn(screen, project, item.run, {});
  });
}

const said: Readonly<Record<Decision["decision"], string>> = {
  approve: "Approved",
  edit: "Edited",
  reject: "Rejected",
  answer: "Answered",
  "send-back": "Sent back",
};

function valueFor(
  screen: Screen,
  decision: Decision["decision"],
  item: ReviewItem,
  flags: DecideFlags,
): { value?: unknown } {
  if (decision !== "edit" && decision !== "answer") return {};
  if (flags.value !== undefined) return { value: givenValue(flags.value) };
  if (process.stdin.isTTY) {
    screen.print(...renderReview(screen, item));
    return { value: editValue(item.shown) };
  }
  const mend = "Give the value: --value '{…}' or --value @file.json.";
  throw new FirebreakError("TERMINAL_NEEDED", { what: `${decision} needs a value`, mend });
}

/** The open question someone means: `RUN:SEQ`, or the only one of a run. */
async function questionOf(fb: Firebreak, given: string): Promise<ReviewItem> {
  const { run, seq } = givenPlace(given);
  const handle = await fb.run(run);
  const open = await fb.reviews.list({ run: handle.id });
  const meant =
    seq === undefined ? (open.length === 1 ? open[0] : undefined) : open.find((it) => it.asked === seq);
  if (meant !== undefined) return meant;
  const names = open.map((it) => `${it.run}:${it.asked}`).join(", ");
  throw new FirebreakError("REVIEW_NOT_FOUND", { given, open: names });
}

/** Ends a run for good. */
export async function cancel(
  screen: Screen,
  given: string,
  flags: { readonly because?: string },
): Promise<ExitCode> {
  const project = await openProjectOf(given);
  return closing(project, async () => {
    const handle = await project.fb.run(given);
    await handle.cancel({
      by: whoActs(),
      ...(flags.because === undefined ? {} : { because: flags.because }),
    });
    screen.print(`Cancelled run ${handle.id}.`);
    return exitCodes.ok;
  });
}

export interface SignalFlags {
  readonly payload?: string;
  readonly id?: string;
  readonly wait?: boolean;
}

/** Sends a message into a run and goes on with it. */
export async function signal(
  screen: Screen,
  given: string,
  name: string,
  flags: SignalFlags,
): Promise<ExitCode> {
  const project = await openProjectOf(given);
  return closing(project, async () => {
    const handle = await project.fb.run(given);
    const payload = flags.payload === undefined ? null : givenValue(flags.payload);
    await handle.signal(name, payload, {
      by: whoActs(),
      ...(flags.id === undefined ? {} : { id: flags.id }),
    });
    screen.print(`Signal "${name}" was given to run ${handle.id}.`);
    return flags.wait === false ? exitCodes.ok : goOn(screen, project, handle.id, {});
  });
}

/** Says what became of an effect in doubt: it was sent, with its receipt, or it was not. */
export async function settle(
  screen: Screen,
  given: string,
  flags: { readonly sent?: string | false; readonly notSent?: boolean },
): Promise<ExitCode> {
  const { run, seq } = givenPlace(given);
  const isSent = typeof flags.sent === "string";
  if (seq === undefined || isSent === (flags.notSent === true)) {
    const mend =
      "Say what became of it: --sent '<receipt as JSON>', or --not-sent; and name the effect as RUN:SEQ.";
    throw new FirebreakError("OPTION_INVALID", { option: "settle", given, mend });
  }
  const project = await openProjectOf(run);
  return closing(project, async () => {
    const handle = await project.fb.run(run);
    const receipt = typeof flags.sent === "string" ? { receipt: givenValue(flags.sent) } : {};
    await project.fb.settle(handle.id, seq, { sent: isSent, by: whoActs(), ...receipt });
    screen.print(`Effect ${seq} of run ${handle.id} is settled as ${isSent ? "sent" : "not sent"}.`);
    return goOn(screen, project, handle.id, {});
  });
}
