// The claims kind of `grounded`: running text whose every quotation, date, number and name occurs in what
// was read, and whose sentences do not say the opposite of a sentence there.
//
//   G4. What no rule decides is left out or in doubt, never a failure: first words of sentences, counts of
//       the text's own lists, terms in quotation marks, denials under a condition.

import type { Evidence, Problem } from "./check.ts";
import type { Finding } from "./finding.ts";
import { endsName } from "./coded-names.ts";
import { countsOwnItems, isOwnScore, saysOtherCount } from "./counted.ts";
import { findDates } from "./grounded-dates.ts";
import { findNames } from "./grounded-names.ts";
import { findNumbers, type NumberFinding } from "./grounded-numbers.ts";
import { findOpposites } from "./opposites.ts";
import { findOrdinals, readOrdinals } from "./ordinals.ts";
import { overlaps, quotedParts } from "./quoted-parts.ts";
import { findQuotedParts } from "./quotes-in-prose.ts";
import { readDates } from "./read-dates.ts";
import { readNames } from "./read-names.ts";
import { readNumbers } from "./read-numbers.ts";
import type { SourceText } from "./source-text.ts";
import { evidenceLimit, type Stretch, witnesses } from "./witness.ts";

/** What a writer may have counted up himself, in words. A larger number is a statement. */
const ownCountLimit = 6;

/** What any of the rules found of one stretch of the text. */
interface Outcome {
  readonly mention: { readonly at: number; readonly end: number };
  readonly at?: Stretch;
  readonly doubt?: string;
  readonly problem?: Omit<Problem, "check" | "path">;
}

/** Looks up everything a text states that a rule can look up. */
export function groundClaims(
  path: string,
  text: string,
  texts: readonly SourceText[],
  names?: readonly string[],
): Finding {
  const quotes = findQuotedParts(quotedParts(text), texts, names);
  // What stands in a quotation that was found, or is already wrong, is not judged again.
  const settled = quotes.filter((it) => it.at !== undefined || it.problem !== undefined).map((it) => it.part);
  const isFree = (it: { readonly at: number; readonly end: number }): boolean =>
    !overlaps(settled, it.at, it.end);
  const dates = readDates(text);
  const isDate = (at: number, end: number): boolean => overlaps(dates, at, end);
  const numbers = readNumbers(text, "read").filter(
    (it) => (it.role === "claim" || it.role === "doubtful") && isFree(it) && !isDate(it.at, it.end),
  );
  const mentioned = readNames(text, isDate).filter(isFree);
  const outcomes: Outcome[] = [
    ...quotes.map((it) => ({ ...it, mention: it.part })),
    ...findDates(text, dates.filter(isFree), texts, names),
    ...findNumbers(text, numbers, texts, names).flatMap((it) => countOutcome(it, text, texts)),
    ...findOrdinals(
      text,
      readOrdinals(text).filter((it) => isFree(it) && !isDate(it.at, it.end)),
      texts,
    ),
    ...findNames(text, mentioned, texts, { names }),
    ...findOpposites(text, texts),
  ];
  return toFinding(path, text, outcomes);
}

/** A number as a word: wrong where the source counts the same things otherwise, else in doubt. */
function countOutcome(found: NumberFinding, text: string, texts: readonly SourceText[]): Outcome[] {
  const { mention } = found;
  if (found.at !== undefined) return [found];
  if (countsOwnItems(text, mention) || endsName(text, mention, texts)) return [];
  if (mention.isWord !== true)
    return isOwnScore(text, mention, texts) ? [toDoubt(found)] : [toProblem(found, text, texts)];
  const other = saysOtherCount(text, mention, texts);
  if (other !== undefined) return [{ mention, problem: other }];
  return mention.value > ownCountLimit ? [toProblem(found, text, texts)] : [found];
}

function toDoubt(found: NumberFinding): Outcome {
  return {
    mention: found.mention,
    doubt: found.doubt ?? `"${found.mention.text}" may have been counted together`,
  };
}

/** In prose "130-room" states an amount like any other. */
function toProblem(found: NumberFinding, text: string, texts: readonly SourceText[]): Outcome {
  const isAmount = found.mention.role === "doubtful" && found.mention.value > 1;
  return isAmount ? findNumbers(text, [{ ...found.mention, role: "claim" }], texts)[0]! : found;
}

function toFinding(path: string, text: string, outcomes: readonly Outcome[]): Finding {
  const witness = witnesses(path, text);
  const evidence: Evidence[] = [];
  const problems: Omit<Problem, "check">[] = [];
  const doubts: string[] = [];
  let count = 0;
  for (const it of outcomes.toSorted((a, b) => a.mention.at - b.mention.at)) {
    if (it.at === undefined && it.doubt === undefined && it.problem === undefined) continue;
    count += 1;
    if (it.problem !== undefined) problems.push({ ...(path === "" ? {} : { path }), ...it.problem });
    else if (it.doubt !== undefined) doubts.push(`${path}: ${it.doubt}`.replace(/^: /, ""));
    if (it.at !== undefined && evidence.length < evidenceLimit) evidence.push(witness(it.at, it.mention));
  }
  return { problems, doubts, evidence, count };
}
