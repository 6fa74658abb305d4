// What was read, made ready for looking in: folded once per source, with lines.
//
// A source without text gives the texts of its value. A member that carries a
// file's name beside its text ({ file, text }) counts as a source of its own,
// so that a place reads `papers/01.md:12` and not `input.papers[0].text`.

import type { Source } from "./check.ts";
import { fold, type Folded } from "./fold-text.ts";
import { type ByteSpan, byteCounter } from "./byte-span.ts";
import { compose, composedOrigin } from "./compose.ts";
import { isRecord, joinPath } from "./paths.ts";

/**
 * Longest text looked into, in characters (16 Mi). What lies beyond is not searched, and the verdict is
 * unsure.
 */
export const sourceLimit = 16_777_216;

/** Most texts taken out of one value. */
export const textLimit = 200_000;

/** Stands between the texts of one value: no quote reaches across, since quotes cannot hold it. */
export const separator = "\u0001";

/** A text to look in. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
  /** True when a part of it was too long to look into. */
  readonly isCut: boolean;
  /** Foldings to try in turn: a hyphen at a line's end kept, and dropped where that differs. */
  readonly foldings: () => readonly Folded[];
  /** Where an offset lies: `name:line`, or the name and the path in its value. */
  readonly where: (offset: number) => string;
  /** A stretch as bytes (UTF-8) of the text as it was given, before its accents were composed. */
  readonly bytes: (start: number, end: number) => ByteSpan;
}

const known = new WeakMap<Source, readonly SourceText[]>();

/** The texts of what was read, in order. Each source is prepared once. */
export function sourceTexts(read: readonly Source[]): readonly SourceText[] {
  return read.flatMap((source) => {
    const past = known.get(source);
    if (past !== undefined) return past;
    const made = source.text === undefined ? textsOfValue(source) : [fromText(source.name, source.text)];
    known.set(source, made);
    return made;
  });
}

const nameKeys = ["file", "path", "name", "url", "title", "id"] as const;
const textKeys = ["text", "content", "body", "markdown"] as const;

/** The member that names a document and the one that holds its text, if a value is one. */
export function asDocument(
  value: unknown,
): { readonly name: string; readonly text: string; readonly textKey: string } | undefined {
  if (!isRecord(value)) return undefined;
  const textKey = textKeys.find((key) => typeof value[key] === "string");
  const nameKey = nameKeys.find((key) => typeof value[key] === "string" && value[key] !== "");
  if (textKey === undefined || nameKey === undefined) return undefined;
  return { name: value[nameKey] as string, text: value[textKey] as string, textKey };
}

/** A text found in a value, and the path to it. */
interface Piece {
  readonly path: string;
  readonly text: string;
}

function textsOfValue(source: Source): SourceText[] {
  const documents: SourceText[] = [];
  const pieces: Piece[] = [];
  const walk = (value: unknown, path: string): void => {
    if (pieces.length + documents.length >= textLimit) return;
    if (typeof value === "string") pieces.push({ path, text: value });
    else if (typeof value === "number" || typeof value === "bigint")
      pieces.push({ path, text: String(value) });
    else if (Array.isArray(value)) value.forEach((item, index) => walk(item, joinPath(path, index)));
    else if (isRecord(value)) walkRecord(value, path);
  };
  const walkRecord = (value: Readonly<Record<string, unknown>>, path: string): void => {
    const document = asDocument(value);
    if (document !== undefined) documents.push(fromText(document.name, document.text));
    for (const key of Object.keys(value))
      if (key !== document?.textKey) walk(value[key], joinPath(path, key));
  };
  walk(source.value, "");
  return [...documents, ...(pieces.length === 0 ? [] : [fromPieces(source.name, pieces)])];
}

function fromText(name: string, whole: string): SourceText {
  const isCut = whole.length > sourceLimit;
  const text = compose(isCut ? whole.slice(0, sourceLimit) : whole);
  const starts = once(() => lineStarts(text));
  return {
    name,
    text,
    isCut,
    foldings: once(() => foldings(text)),
    where: (offset) => `${name}:${lineOf(starts(), offset)}`,
    bytes: spanIn(() => (isCut ? whole.slice(0, sourceLimit) : whole), text),
  };
}

function fromPieces(name: string, pieces: readonly Piece[]): SourceText {
  const starts = new Int32Array(pieces.length);
  const texts: string[] = [];
  let length = 0;
  for (const [index, piece] of pieces.entries()) {
    const text = compose(piece.text);
    starts[index] = length;
    texts.push(text);
    length += text.length + 1;
  }
  const text = texts.join(separator);
  const where = (offset: number): string =>
    `${name} ${pieces[lineOf(starts, offset) - 1]?.path ?? ""}`.trim();
  const spans = new Map<number, ReturnType<typeof spanIn>>();
  const bytes = (start: number, end: number): ByteSpan => {
    const index = lineOf(starts, start) - 1;
    const [from, piece] = [starts[index]!, texts[index]!];
    const span = spans.get(index) ?? spanIn(() => pieces[index]!.text, piece);
    spans.set(index, span);
    return span(start - from, Math.min(end - from, piece.length));
  };
  const isCut = text.length > sourceLimit || pieces.length >= textLimit;
  return {
    name,
    text: text.slice(0, sourceLimit),
    isCut,
    foldings: once(() => foldings(text.slice(0, sourceLimit))),
    where,
    bytes,
  };
}

/** Bytes of stretches of a composed text, counted in the text it was made of. */
function spanIn(given: () => string, text: string): (start: number, end: number) => ByteSpan {
  const origin = once(() => (given() === text ? undefined : composedOrigin(given())));
  const count = once(() => byteCounter(given()));
  return (start, end) => ({
    start: count()(origin()?.[start] ?? start),
    end: count()(origin()?.[end] ?? end),
  });
}

function foldings(text: string): Folded[] {
  const kept = fold(text, "keep");
  return /[-\u2010\u2011\u00ad]\s{0,40}\n/.test(text) ? [kept, fold(text, "drop")] : [kept];
}

function lineStarts(text: string): Int32Array {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return Int32Array.from(starts);
}

/** The number, from 1, of the last start not after an offset. */
function lineOf(starts: Int32Array, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * Sources a given name means: the same name, or one that ends in the other at the border of a
 * folder or a word ("01.md" means `papers/01.md` and `tool open papers/01.md`).
 */
export function sourcesNamed(texts: readonly SourceText[], name: string): readonly SourceText[] {
  const wanted = tidy(name);
  if (wanted === "") return [];
  const exact = texts.filter((it) => tidy(it.name) === wanted);
  if (exact.length > 0) return exact;
  return texts.filter((it) => endsIn(tidy(it.name), wanted) || endsIn(wanted, tidy(it.name)));
}

function tidy(name: string): string {
  return name
    .trim()
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "");
}

function endsIn(long: string, short: string): boolean {
  if (short === "" || long.length <= short.length || !long.endsWith(short)) return false;
  return /[/\s:]/.test(long.charAt(long.length - short.length - 1));
}
