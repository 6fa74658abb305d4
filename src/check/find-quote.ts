// Where a quotation occurs, word for word.
//
//   A match begins and ends where a word or a number does: "85 hits" does not
//   occur in "885 hits", nor "inhibitor" in "non-inhibitor".
//   An ellipsis joins parts that stand in this order in one source.

import { fold, isWordAt } from "./fold-text.ts";
import { compose } from "./compose.ts";
import type { SourceText } from "./source-text.ts";

/** Longest stretch an ellipsis may leave out before a match is in doubt, in characters. */
export const ellipsisLimit = 2_000;

/** Longest quotation looked for, in characters. */
export const quoteLimit = 20_000;

/** Most places one part of a quotation is tried at. */
const placeLimit = 10_000;

/** A place in a source, by offsets in its text. */
export interface Occurrence {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
  /** Why the match may mislead: what its ellipsis leaves out. */
  readonly doubt?: string;
}

/** A quotation made ready for looking up. */
export interface Quotation {
  /** Spellings to try as a whole, the plainest first. */
  readonly wholes: readonly string[];
  /** Parts around its ellipses; one part where there is none. */
  readonly parts: readonly string[];
}

const ellipsis = /\s?(?:\[\.{3}\]|\(\.{3}\)|\.{3,})\s?/;

/** Takes a quotation apart. Marks around it and a stop at its end are not part of it. */
export function readQuotation(text: string): Quotation {
  const whole = fold(compose(text)).text.replaceAll("\u0001", "").trim();
  const bare = /^(["']).*\1$/s.test(whole) && whole.length > 2 ? whole.slice(1, -1).trim() : whole;
  const stopped = withoutStop(bare);
  const parts = bare
    .split(ellipsis)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return {
    wholes: [...new Set([whole, bare, stopped])].filter((it) => it !== ""),
    parts: parts.map((it, index) => (index === parts.length - 1 ? withoutStop(it) : it)),
  };
}

function withoutStop(text: string): string {
  return text.replace(/[.,;:]$/, "").trimEnd();
}

/** Words of a text: runs of letters and digits. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}_]+(?:[-'.][\p{L}\p{N}_]+)*/gu) ?? [];
}

/** The first place where a quotation occurs; one without doubt is preferred. */
export function findQuote(quotation: Quotation, sources: readonly SourceText[]): Occurrence | undefined {
  for (const whole of quotation.wholes) {
    for (const source of sources) {
      const found = findWhole(whole, source);
      if (found !== undefined) return found;
    }
  }
  if (quotation.parts.length < 2) return undefined;
  let doubtful: Occurrence | undefined;
  for (const source of sources) {
    const found = findParts(quotation.parts, source);
    if (found !== undefined && found.doubt === undefined) return found;
    doubtful ??= found;
  }
  return doubtful;
}

function findWhole(needle: string, source: SourceText): Occurrence | undefined {
  for (const { text, origin } of source.foldings()) {
    const at = indexOfWhole(text, needle, 0);
    if (at >= 0) return { source, start: origin[at]!, end: endOffset(origin, at + needle.length) };
  }
  return undefined;
}

function endOffset(origin: Int32Array, end: number): number {
  return origin[end - 1]! + 1;
}

function indexOfWhole(text: string, needle: string, from: number): number {
  let at = text.indexOf(needle, from);
  for (let tries = 0; at >= 0 && tries < placeLimit; tries += 1) {
    if (startsWhole(text, at) && endsWhole(text, at + needle.length)) return at;
    at = text.indexOf(needle, at + 1);
  }
  return -1;
}

/** Prefixes that turn a word into its opposite or into something else; a quotation may not cut them off. */
const turning =
  /(?:^|[^\p{L}\p{N}])(?:non|un|anti|in|de|dis|mis|no|not|pseudo|quasi|semi|sub|near|pre|post)-$/iu;

function startsWhole(text: string, at: number): boolean {
  if (!isWordAt(text, at)) return true;
  if (isWordAt(text, at - 1)) return false;
  const before = text.charAt(at - 1);
  if (isDigitAt(text, at)) {
    if (/[.,]/.test(before) && isDigitAt(text, at - 2)) return false;
    if (before === "." && !isWordAt(text, at - 2)) return false;
    if (before === "-" && !isWordAt(text, at - 2)) return false;
  }
  return before !== "-" || !turning.test(text.slice(Math.max(0, at - 8), at));
}

function endsWhole(text: string, end: number): boolean {
  if (!isWordAt(text, end - 1)) return true;
  if (isWordAt(text, end)) return false;
  return !(isDigitAt(text, end - 1) && /[.,]/.test(text.charAt(end)) && isDigitAt(text, end + 1));
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/**
 * Parts in order. From each place of the first part the others follow at their nearest, so the
 * tightest of these chains is the one judged.
 */
function findParts(parts: readonly string[], source: SourceText): Occurrence | undefined {
  let best: (Occurrence & { readonly length: number }) | undefined;
  for (const { text, origin } of source.foldings()) {
    let from = 0;
    for (let tries = 0; tries < 200; tries += 1) {
      const chain = chainFrom(text, parts, from);
      if (chain === undefined) break;
      const [first, last] = [chain[0]!, chain[chain.length - 1]!];
      const doubt = doubtOf(text, chain);
      const found = {
        source,
        start: origin[first.at]!,
        end: endOffset(origin, last.end),
        length: last.end - first.at,
        ...(doubt === undefined ? {} : { doubt }),
      };
      if (doubt === undefined) return found;
      if (best === undefined || found.length < best.length) best = found;
      from = first.at + 1;
    }
  }
  return best;
}

interface Span {
  readonly at: number;
  readonly end: number;
}

function chainFrom(text: string, parts: readonly string[], from: number): Span[] | undefined {
  const chain: Span[] = [];
  let next = from;
  for (const part of parts) {
    const at = indexOfWhole(text, part, next);
    if (at < 0) return undefined;
    chain.push({ at, end: at + part.length });
    next = at + part.length;
  }
  return chain;
}

const negation =
  /\b(?:not?|never|none|neither|nor|without|cannot|hardly|\w{1,12}n't|fail(?:s|ed)?|lacks?|unlikely|except)\b/i;

function doubtOf(text: string, chain: readonly Span[]): string | undefined {
  for (const [index, span] of chain.entries()) {
    const next = chain[index + 1];
    if (next === undefined) continue;
    const left = text.slice(span.end, next.at);
    if (left.length > ellipsisLimit) return `its ellipsis leaves out ${left.length} characters`;
    if (left.includes("\u0001")) return "its ellipsis joins two different texts";
    const turned = negation.exec(left);
    if (turned !== null) return `its ellipsis leaves out "${turned[0]}"`;
  }
  return undefined;
}
