// A stretch of a source with a little around it: what is shown beside a claim.

import { clip } from "./fold-text.ts";
import { separator } from "./source-text.ts";

/** Farthest an excerpt reaches beyond its stretch, in characters on each side. */
export const reachLimit = 80;

/** Where a sentence, a paragraph or an entry of a list ends. */
const stop = /[.!?](?=\s)|\n\s*\n|\n(?=[-*#|>])/g;

/**
 * A stretch of text with its surroundings, at most to the ends of its sentence. An ellipsis says where
 * it was cut inside one.
 */
export function excerpt(text: string, start: number, end: number): string {
  const before = text.slice(Math.max(0, start - reachLimit), start);
  const after = text.slice(end, end + reachLimit);
  return clip(
    head(before, before.length === start) +
      text.slice(start, end) +
      tail(after, end + after.length >= text.length),
  );
}

function head(before: string, isWhole: boolean): string {
  const piece = before.lastIndexOf(separator) + 1;
  const last = [...before.matchAll(stop)].at(-1);
  const cut = Math.max(piece, last === undefined ? 0 : last.index + last[0].length);
  if (cut > 0) return before.slice(cut).trimStart();
  return isWhole ? before : `… ${before.slice(before.search(/\s/) + 1)}`;
}

function tail(after: string, isWhole: boolean): string {
  const ends = [...after.matchAll(stop)].slice(0, 1).map((it) => it.index + it[0].trimEnd().length);
  const piece = after.indexOf(separator);
  const cut = Math.min(...ends, piece < 0 ? Number.POSITIVE_INFINITY : piece);
  if (Number.isFinite(cut)) return after.slice(0, cut);
  if (isWhole) return after;
  const gap = after.search(/\s\S*$/);
  return `${after.slice(0, Math.max(0, gap))} …`;
}
