// The numbers kind of `grounded`: what a text states in digits occurs in what was read.

import { convertedFrom } from "./converted.ts";
import { excerpt } from "./excerpt.ts";
import { clip } from "./fold-text.ts";
import type { Finding } from "./finding.ts";
import {
  indexNumbers,
  type KnownNumber,
  matchNumber,
  type NumberIndex,
  type NumberMatch,
} from "./match-numbers.ts";
import { evidenceLimit, type Stretch, witnesses } from "./witness.ts";
import { besides } from "./nearest-passage.ts";
import type { Located } from "./paths.ts";
import { type NumberMention, readNumbers } from "./read-numbers.ts";
import type { SourceText } from "./source-text.ts";
import type { Problem } from "./check.ts";

const indexes = new WeakMap<SourceText, NumberIndex>();

/**
 * The numbers of a source; names and ids are left out. Both readings of an ambiguous comma count. Made
 * once.
 */
function indexOf(source: SourceText): NumberIndex {
  const past = indexes.get(source);
  if (past !== undefined) return past;
  const known = readNumbers(source.text).flatMap((it) => (it.role === "id" ? [] : knownOf(it, source.text)));
  const made = indexNumbers(known);
  indexes.set(source, made);
  return made;
}

function knownOf(mention: NumberMention, text: string): KnownNumber[] {
  const place = { place: mention.at, end: mention.end };
  const unit = mention.unit === undefined ? countsThings(text, mention.end) : { unit: mention.unit };
  const plain = { ...place, ...unit };
  const known = [{ value: mention.value, ...plain }];
  if (mention.other !== undefined) known.push({ value: mention.other.value, ...plain });
  // In a table "12,345" may be two cells, and "3/4" may be two scores.
  const written = text.slice(mention.at, mention.end);
  const cells = written.split(/[,/⁄]| and /);
  if (cells.length > 1 && mention.isWord !== true && !(thousands.test(written) && !isCell(text, mention)))
    for (const cell of cells) known.push({ value: Number.parseFloat(cell), ...place });
  return known;
}

const thousands = /^\d{1,3}(?:,\d{3})+$/;

/** Stands between separators, or fills its line: a row of a table, where a comma parts two numbers. In a sentence it does not. */
function isCell(text: string, { at, end }: NumberMention): boolean {
  const isEdge = (mark: string | undefined): boolean => mark === undefined || /[,;|\t\r\n]/.test(mark);
  return isEdge(text[at - 1]) && isEdge(text[end]);
}

/** A number before a noun counts; one before a small word may as well be a share. */
function countsThings(text: string, end: number): { readonly isCount?: true } {
  const counts =
    /^ (?!(?:of|to|and|or|in|for|per|by|on|at|from|with|was|is|were|are|as|than|who|that|had|have)\b)\p{Ll}{3}/u;
  return counts.test(text.slice(end, end + 6)) ? { isCount: true } : {};
}

/** A number that was found, or the nearest thing to it. */
interface Hit extends NumberMatch {
  readonly source: SourceText;
}

function look(mention: NumberMention, texts: readonly SourceText[]): Hit | undefined {
  let near: Hit | undefined;
  for (const source of texts) {
    const match = matchNumber(mention, indexOf(source));
    if (match?.likeness === "same") return { ...match, source };
    if (match !== undefined) near ??= { ...match, source };
  }
  return near;
}

/** Where a whole number stands, in any role but as part of a name. */
export function holdsNumber(value: number, texts: readonly SourceText[]): Stretch | undefined {
  const mention: NumberMention = { value, half: 0, text: String(value), at: 0, end: 0, role: "claim" };
  const hit = look(mention, texts);
  if (hit?.likeness !== "same") return undefined;
  return { source: hit.source, start: hit.known.place, end: hit.known.end ?? hit.known.place + 1 };
}

/** What was found of one number: where it stands, a doubt, or what is wrong with it. */
export interface NumberFinding {
  readonly mention: NumberMention;
  readonly at?: Stretch;
  readonly doubt?: string;
  readonly problem?: Omit<Problem, "check" | "path">;
}

/** Looks up numbers of a text. */
export function findNumbers(
  text: string,
  mentions: readonly NumberMention[],
  texts: readonly SourceText[],
  names?: readonly string[],
): NumberFinding[] {
  const beside = besides(texts);
  return mentions.map((mention) => {
    const hit = look(mention, texts);
    if (hit?.likeness === "same") {
      const { place, end } = hit.known;
      return { mention, at: { source: hit.source, start: place, end: end ?? place + 1 } };
    }
    if (mention.role === "doubtful")
      return { mention, doubt: `"${mention.text}" may be a number that does not occur` };
    if (hit !== undefined && hit.likeness !== "unit")
      return { mention, doubt: `${sayNear(mention, hit)} (${hit.source.where(hit.known.place)})` };
    const converted = sayConverted(mention, text, texts);
    if (converted !== undefined) return { mention, doubt: converted };
    return { mention, problem: sayMissing(mention, hit, { text, names, beside }) };
  });
}

/** Looks up every number stated at a place. */
export function groundNumbers(
  place: Located,
  texts: readonly SourceText[],
  names?: readonly string[],
): Finding {
  const { value, path } = place;
  if (typeof value !== "string" && typeof value !== "number") {
    return {
      problems: [{ message: "what stands here is neither text nor a number", path }],
      doubts: [],
      evidence: [],
      count: 1,
    };
  }
  const text = String(value);
  const mentions = readNumbers(text).filter((it) => it.role === "claim" || it.role === "doubtful");
  const found = findNumbers(text, mentions, texts, names);
  const witness = witnesses(path, text);
  return {
    problems: found.flatMap((it) => (it.problem === undefined ? [] : [{ path, ...it.problem }])),
    doubts: found.flatMap((it) => (it.doubt === undefined ? [] : [`${path}: ${it.doubt}`])),
    evidence: found
      .filter((it) => it.at !== undefined)
      .slice(0, evidenceLimit)
      .map((it) => witness(it.at!, it.mention)),
    count: mentions.length,
  };
}

function sayConverted(
  mention: NumberMention,
  text: string,
  texts: readonly SourceText[],
): string | undefined {
  for (const source of texts) {
    const known = convertedFrom(text, mention, source.text, indexOf(source));
    if (known === undefined) continue;
    const given = excerpt(source.text, known.place, known.end ?? known.place + 1);
    return `"${mention.text}" does not occur, but is converted from "${clip(given, 60)}" (${source.where(known.place)})`;
  }
  return undefined;
}

function sayNear(mention: NumberMention, hit: Hit): string {
  if (hit.likeness === "sign") return `"${mention.text}" occurs with the other sign`;
  return `"${mention.text}" occurs only if its comma is a decimal one`;
}

interface Saying {
  readonly text: string;
  readonly names: readonly string[] | undefined;
  readonly beside: ReturnType<typeof besides>;
}

function sayMissing(
  mention: NumberMention,
  hit: Hit | undefined,
  { text, names, beside }: Saying,
): Omit<Problem, "check" | "path"> {
  const claimed = clip(excerpt(text, mention.at, mention.end));
  const place = names === undefined ? "what was read" : names.join(", ");
  if (hit === undefined) return beside(`the number "${mention.text}" does not occur in ${place}`, claimed);
  return {
    message: `"${mention.text}" occurs with another unit`,
    claimed,
    found: excerpt(hit.source.text, hit.known.place, hit.known.place + 1),
    where: hit.source.where(hit.known.place),
  };
}
