// Quotations inside running text. A quotation holds where its words stand in this order in a source, none
// added and none left out (but for an ellipsis); case, stops and the marks around words are the writer's.
// Three words, and a question, may be the writer's own: wrong only where a passage differs from them in one
// telling word, replaced or left out.

import type { Problem } from "./check.ts";
import { findQuote, quoteLimit, readQuotation, wordsOf } from "./find-quote.ts";
import { clip } from "./fold-text.ts";
import { type Difference, oneWordOff } from "./one-word-off.ts";
import { besides } from "./nearest-passage.ts";
import type { QuotedPart } from "./quoted-parts.ts";
import type { SourceText } from "./source-text.ts";
import type { Stretch } from "./witness.ts";
import { findPhrase, readWords, wordIndexOf } from "./word-index.ts";

/** Fewest words that make a quotation; fewer may be a title or a term of the writer's own. */
const quotedWords = 4;

/** What was found of one quotation. Nothing but the part: too short for a rule. */
export interface QuoteFinding {
  readonly part: QuotedPart;
  readonly at?: Stretch;
  readonly doubt?: string;
  readonly problem?: Omit<Problem, "check" | "path">;
}

/** Looks up the quotations of a text. */
export function findQuotedParts(
  parts: readonly QuotedPart[],
  texts: readonly SourceText[],
  names?: readonly string[],
): QuoteFinding[] {
  const beside = besides(texts);
  const place = names === undefined ? "what was read" : names.join(", ");
  return parts.map((part) => {
    const length = wordsOf(part.text).length;
    if (length === 0) return { part };
    if (part.text.length > quoteLimit)
      return { part, doubt: `a quotation is longer than ${quoteLimit} characters` };
    const hit = findQuote(readQuotation(part.text.replace(/[.,;:!?]+$/, "")), texts);
    if (hit !== undefined)
      return {
        part,
        at: hit,
        ...(hit.doubt === undefined ? {} : { doubt: `"${clip(part.text, 60)}": ${hit.doubt}` }),
      };
    const words = findWords(part.text, texts);
    if (words !== undefined) return { part, at: words };
    const asks = /\?\s*$/.test(part.text);
    const difference = oneWordOff(
      readWords(part.text).map((it) => it.text),
      texts,
    );
    const isMild = difference === "inflected" || (difference === "respelt" && asks);
    if (length < quotedWords && difference !== "altered") return { part };
    if (isMild || (difference !== "altered" && (asks || !isAltered(part.text, texts))))
      return { part, doubt: `"${clip(part.text, 60)}" stands in quotation marks, ${sayDoubt(difference)}` };
    const message = `the quotation does not occur word for word in ${place}`;
    return { part, problem: beside(message, clip(part.text), part.text) };
  });
}

function sayDoubt(difference: Difference | undefined): string {
  if (difference === "inflected") return "and only in another form in what was read";
  return difference === "respelt"
    ? "and only with other small words in what was read"
    : "and no passage is like it";
}

/** The words in this order, whatever stands between them but words. */
function findWords(text: string, texts: readonly SourceText[]): Stretch | undefined {
  const phrase = readWords(text).map((it) => it.text);
  if (phrase.length < 2 && !/\p{L}{3}/u.test(text)) return undefined;
  if (phrase.length === 0) return undefined;
  for (const source of texts) {
    const index = wordIndexOf(source);
    const start = findPhrase(index, phrase);
    if (start !== undefined)
      return { source, start: index.at[start]!, end: index.end[start + phrase.length - 1]! };
  }
  return undefined;
}

/**
 * True for words that a passage has in part, in the same order: a third of them, two at least. What has
 * less may be the writer's own.
 */
function isAltered(text: string, texts: readonly SourceText[]): boolean {
  const words = readWords(text).map((it) => it.text);
  const length = Math.max(2, Math.ceil(words.length / 3));
  const indexes = texts.map(wordIndexOf);
  for (let start = 0; start + length <= words.length; start += 1) {
    const run = words.slice(start, start + length);
    const isTelling = length > 2 || run.some((it) => it.length > 3);
    if (isTelling && indexes.some((index) => findPhrase(index, run) !== undefined)) return true;
  }
  return false;
}
