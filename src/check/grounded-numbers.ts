// The numbers kind of `grounded`: what a text states in digits occurs in what was read.

import type { Evidence } from "./check.ts";
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
import { nearestPassage } from "./nearest-passage.ts";
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
  const unit = mention.unit === undefined ? {} : { unit: mention.unit };
  const known = [{ value: mention.value, place: mention.at, ...unit }];
  if (mention.other !== undefined) known.push({ value: mention.other.value, place: mention.at, ...unit });
  // In a table "12,345" may be two cells.
  const cells = text.slice(mention.at, mention.end).split(",");
  if (cells.length > 1)
    for (const cell of cells) known.push({ value: Number.parseFloat(cell), place: mention.at });
  return known;
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
  const problems: Omit<Problem, "check">[] = [];
  const doubts: string[] = [];
  const evidence: Evidence[] = [];
  for (const mention of mentions) {
    const hit = look(mention, texts);
    if (hit?.likeness === "same") evidence.push({ path, where: placeOf(hit), text: around(hit) });
    else if (mention.role === "doubtful")
      doubts.push(`${path}: "${mention.text}" may be a number that does not occur`);
    else if (hit !== undefined && hit.likeness !== "unit")
      doubts.push(`${path}: ${sayNear(mention, hit)} (${placeOf(hit)})`);
    else problems.push({ path, ...sayMissing(mention, hit, text, texts, names) });
  }
  return { problems, doubts, evidence, count: mentions.length };
}

function placeOf(hit: Hit): string {
  return hit.source.where(hit.known.place);
}

function around(hit: Hit): string {
  return excerpt(hit.source.text, hit.known.place, hit.known.place + 1);
}

function sayNear(mention: NumberMention, hit: Hit): string {
  if (hit.likeness === "sign") return `"${mention.text}" occurs with the other sign`;
  return `"${mention.text}" occurs only if its comma is a decimal one`;
}

function sayMissing(
  mention: NumberMention,
  hit: Hit | undefined,
  text: string,
  texts: readonly SourceText[],
  names: readonly string[] | undefined,
): Omit<Problem, "check" | "path"> {
  const claimed = clip(excerpt(text, mention.at, mention.end));
  const place = names === undefined ? "what was read" : names.join(", ");
  if (hit !== undefined)
    return {
      message: `"${mention.text}" occurs with another unit`,
      claimed,
      found: around(hit),
      where: placeOf(hit),
    };
  const near = nearestPassage(claimed, texts);
  const message = `the number "${mention.text}" does not occur in ${place}`;
  return near === undefined
    ? { message, claimed }
    : { message, claimed, found: near.text, where: near.where };
}
