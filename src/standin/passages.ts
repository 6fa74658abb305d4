// Finding things in text without understanding it: labelled values, sentences,
// and how many words two texts share.

import type { Value } from "../base/values.ts";

/** A text in the input, and what a person would call it. */
export interface Passage {
  readonly name: string;
  readonly text: string;
}

/** A sentence as it stands in its passage, word for word. */
export interface Quote {
  readonly quote: string;
  readonly source: string;
  readonly score: number;
}

/** Most passages looked at in one input. */
export const passageLimit = 10_000;

const shortestWord = 4;
const nameKeys = ["file", "source", "name", "title", "id", "key"];

/** Every text of a value with its name: the nearest name-like member beside it, else its path. */
export function passagesOf(value: Value, path = "input"): readonly Passage[] {
  const found: Passage[] = [];
  collect(value, path, undefined, found);
  return found;
}

function collect(value: Value | undefined, path: string, named: string | undefined, found: Passage[]): void {
  if (found.length >= passageLimit) return;
  if (typeof value === "string") found.push({ name: named ?? path, text: value });
  else if (Array.isArray(value))
    value.forEach((it: Value, at) => collect(it, `${path}[${at}]`, named, found));
  else if (isRecord(value)) {
    const own = nameOf(value);
    for (const [key, member] of Object.entries(value)) collect(member, `${path}.${key}`, own ?? named, found);
  }
}

/** The member by which people would call a row. */
export function nameOf(row: { readonly [key: string]: Value | undefined }): string | undefined {
  const key = nameKeys.find((it) => typeof row[it] === "string" || typeof row[it] === "number");
  return key === undefined ? undefined : String(row[key]);
}

/** True for what has members by name. */
export function isRecord(value: Value | undefined): value is { readonly [key: string]: Value | undefined } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

/** `dueDate`, `due_date` and `Due date` are one name. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** What the texts say after `name:` or `name =`, each different value once. */
export function labelled(passages: readonly Passage[], name: string): readonly string[] {
  const wanted = plainName(name);
  const values = passages.flatMap(({ text }) =>
    text.split("\n").flatMap((line) => {
      const match = /^[\s*\-•]*([\p{L}][\p{L}\p{N} _/-]{0,60}?)\s*[:=]\s*(.+?)\s*$/u.exec(line);
      return match !== null && plainName(match[1]!) === wanted ? [match[2]!] : [];
    }),
  );
  return [...new Set(values)];
}

/** Content words: four letters and more, without case. */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((it) => it.length >= shortestWord));
}

/** How many different content words of `question` occur in `text`. */
export function overlap(question: string, text: string): number {
  const words = wordsOf(text);
  return [...wordsOf(question)].filter((it) => words.has(it)).length;
}

/** Sentences that share words with the question, the best first, ties in the order of the texts. */
export function quotesFor(question: string, passages: readonly Passage[]): readonly Quote[] {
  const quotes = passages.flatMap(({ name, text }) =>
    text
      .split(/(?<=[.!?])\s+|\n+/)
      .map((it) => ({ quote: it.trim(), source: name, score: overlap(question, it) }))
      .filter((it) => it.score > 0),
  );
  return quotes.toSorted((a, b) => b.score - a.score);
}
