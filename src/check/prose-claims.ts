// Holds sentences that claim a done deed against the calls that were made.
//
//   RCPT3. What a source itself reports is no claim of the author's; a claim in the author's own name always is one.
//   RCPT4. A claim in prose fails only where the calls speak against it: none was made, none of another deed could
//          have done it, or those of its deed name another thing. Else a claim without a receipt is unsure.

import type { Action, CheckContext } from "./check.ts";
import { type ClaimedAction, claimedActions } from "./claimed-actions.ts";
import { bearsDeed, isDistinct, isKnownTool, someText } from "./deeds.ts";
import { type SourceText, sourceTexts } from "./source-text.ts";

/** What the calls say to a claim: `by` bears it out, `against` is why it is wrong, `doubt` why nobody can tell. */
export type ClaimVerdict =
  | { readonly by: Action }
  | { readonly against: string }
  | { readonly doubt: string };

/** A claim with what the calls say to it. */
export interface JudgedClaim {
  readonly claim: ClaimedAction;
  readonly verdict: ClaimVerdict;
}

/** The claims of a text; those that report what a source says are left out. */
export function judgedClaims(
  text: string,
  context: CheckContext,
  done: readonly Action[],
): readonly JudgedClaim[] {
  // Who writes to somebody tells them what was done: "The order has been cancelled. You will get …".
  const isLetter = /\b(?:you|your|yours)\b/iu.test(text);
  return claimedActions(text)
    .filter((claim) => claim.voice === "own" || !isReported(claim, context))
    .map((claim) => {
      // What "has already been" done may have been so before: a status that is passed on.
      const isForUs =
        claim.voice === "own" || (claim.voice === "finished" && !claim.isOld && (isLetter || isOurs(claim)));
      return { claim, verdict: verdictOn(claim, { isForUs, done, isKnown: context.actions !== undefined }) };
    });
}

function isOurs({ text, isFresh }: ClaimedAction): boolean {
  return isFresh || /\b(?:my|our)\b/iu.test(text);
}

interface Stand {
  /** True for a claim in the author's name, and for one to whoever is written to; others may report of third parties. */
  readonly isForUs: boolean;
  /** Calls that count as done. */
  readonly done: readonly Action[];
  /** False where nobody knows what was done. */
  readonly isKnown: boolean;
}

function verdictOn(claim: ClaimedAction, { isForUs, done, isKnown }: Stand): ClaimVerdict {
  const fitting = done.filter((it) => bearsDeed(it, claim));
  const missed = claim.ids.find((id) => namesAnother(fitting, id));
  if (fitting.length > 0 && missed === undefined) return { by: fitting[0]! };
  if (!isKnown) return { doubt: "claims an action, and what was done is not known here" };
  if (!isForUs) return { doubt: "no receipt says so" };
  if (missed !== undefined)
    return { against: `claims an action on ${missed}, and no receipt of such a call names it` };
  if (done.length === 0) return { against: "claims an action, and no tool call did any" };
  return isDistinct(claim) && done.every((it) => isKnownTool(it.tool))
    ? { against: "claims an action, and the calls with a receipt did something else" }
    : { doubt: "no receipt says so" };
}

/** True when calls name things the way an id does, and none of them this one. */
function namesAnother(calls: readonly Action[], id: string): boolean {
  const named = (is: (text: string) => boolean): boolean =>
    calls.some((it) => someText([it.args, it.receipt], is));
  if (named((it) => it.includes(id))) return false;
  const form = new RegExp(`^#?${id.replace(/[A-Z]+|\d+|./g, formOf)}$`);
  const isMixed = /[A-Z].*\d.*[A-Z]|\d.*[A-Z]/.test(id);
  return named((it) => (isMixed ? isCode(it, id.length) : form.test(it)));
}

function formOf(part: string): string {
  if (/\d/.test(part)) return `\\d{${part.length}}`;
  return /[A-Z]/.test(part) ? part : `\\${part}`;
}

/** True for letters and digits thrown together, as long as another such name. */
function isCode(text: string, length: number): boolean {
  return text.length === length && /^(?=.*\d)(?=.*[A-Z])[A-Z\d]+$/.test(text);
}

/**
 * True when a source itself says that the same was done: the output then reports it. A source that asks for it does not,
 * nor does one that says it of its writer ("I booked a trip") bear out that it was done just now.
 */
function isReported(claim: ClaimedAction, context: CheckContext): boolean {
  const word = claim.done.toLowerCase();
  return sourceTexts(context.read).some(
    (it) =>
      deedsOf(it).some(
        (deed) =>
          deed.done.toLowerCase() === word &&
          (!claim.isFresh || deed.isFresh || deed.ids.some((id) => claim.ids.includes(id))),
      ) ||
      (!claim.isFresh && isState(it.text, claim, word)),
  );
}

/** "status": "delivered" in a source of data says so too. */
function isState(text: string, { ids }: ClaimedAction, word: string): boolean {
  return (
    new RegExp(
      `"(?:[\\p{L}_]+[ _])?${word.replace(/[^\p{L}]/gu, ".")}(?:[ _][^"]{0,30})?"\\s*[,}\\]]`,
      "iu",
    ).test(text) && ids.every((id) => text.includes(id))
  );
}

const knownDeeds = new WeakMap<SourceText, readonly ClaimedAction[]>();

function deedsOf(it: SourceText): readonly ClaimedAction[] {
  const known = knownDeeds.get(it);
  if (known !== undefined) return known;
  const made = claimedActions(it.text);
  knownDeeds.set(it, made);
  return made;
}
