// Evidence that checks recorded: where a part of an answer stands in what was read, down to the bytes.

import type { Value } from "../base/values.ts";
import type { Link, Place, Span } from "./trace-place.ts";
import type { TracedStep } from "./trace.ts";
import { fileOf, isName } from "./trace-sources.ts";
import { isHolder, type Keys, keysText, partAt, partLimit, partsOf, readKeys } from "./trace-values.ts";

/** A place in a source that bears out a part of an output. */
export interface Evidenced {
  readonly check: string;
  /** The part of the output it is about. */
  readonly path: string;
  readonly where: string;
  readonly text: string;
  /** Bytes of the source, when the check recorded them. */
  readonly start?: number;
  readonly end?: number;
}

/** Evidence about a part of a step's output, or about parts of that part. */
export function evidenceFor(it: TracedStep, keys: Keys): readonly Evidenced[] {
  const attempts = it.below.filter(
    (below) => below.step.kind === "attempt" && below.step.state !== "rejected",
  );
  const last = attempts.at(-1);
  const path = keysText(it.step.kind === "attempt" && keys[0] === "output" ? keys.slice(1) : keys);
  const own = it.step.kind === "check" ? [] : it.step.verdicts;
  const verdicts = own.length > 0 || last === undefined ? own : last.step.verdicts;
  return verdicts.flatMap((verdict) =>
    (verdict.evidence ?? [])
      .filter((place) => isAbout(place.path, path))
      .map((place): Evidenced => ({ check: verdict.check, ...place })),
  );
}

/** The same part, or a part of it. */
function isAbout(path: string, asked: string): boolean {
  if (asked === "" || path === asked) return true;
  return path.startsWith(`${asked}.`) || path.startsWith(`${asked}[`);
}

/** Something an answer was made from, and its value. */
export interface Given extends Link {
  readonly value: Value | undefined;
}

/** Most pieces of evidence that are followed into their sources. */
const followLimit = 6;

/** The texts that evidence was found in, among what an answer was made from, with the bytes. */
export function evidenceLinks(
  attempt: TracedStep,
  keys: Keys,
  output: Value | undefined,
  sources: readonly Given[],
): readonly Link[] {
  const links: Link[] = [];
  for (const it of evidenceFor(attempt, ["output", ...keys]).slice(0, followLimit)) {
    const at = readKeys(output, it.path);
    const value = Array.isArray(at) ? partAt(output, at as Keys) : undefined;
    const claimed = typeof value === "string" ? value : undefined;
    const found = sources.flatMap((source) => textsIn(source, it, claimed))[0];
    if (found !== undefined)
      links.push({ ...found, as: it.path === keysText(keys) ? it.where : `${it.path} at ${it.where}` });
  }
  return links;
}

/** Texts of one source in which some words stand. */
export function passagesIn(source: Given, words: string): readonly Link[] {
  return textsIn(source, { check: "", path: "", where: "", text: words }, undefined).map((it) => ({
    ...it,
    tie: "content",
  }));
}

/** Texts of one source that hold the evidence; those that stand beside the file's name come first. */
function textsIn(source: Given, it: Evidenced, claimed: string | undefined): readonly Link[] {
  const found: { readonly link: Link; readonly isNamed: boolean }[] = [];
  const file = fileOf(it.where);
  let left = partLimit;
  const visit = (value: Value, keys: Keys, isNamed: boolean): void => {
    if ((left -= 1) < 0) return;
    if (typeof value === "string") {
      const span = spanIn(value, it, claimed, isNamed);
      if (span === undefined) return;
      const place: Place = { seq: source.place.seq, keys: [...source.place.keys, ...keys] };
      found.push({ link: { place, tie: "evidence", span }, isNamed });
      return;
    }
    if (!isHolder(value)) return;
    const named =
      file !== "" && partsOf(value).some(([, part]) => typeof part === "string" && isName(part, file));
    for (const [key, part] of partsOf(value)) visit(part, [...keys, key], isNamed || named);
  };
  if (source.value !== undefined) visit(source.value, [], false);
  return found.toSorted((a, b) => Number(b.isNamed) - Number(a.isNamed)).map((each) => each.link);
}

/** Shortest text that is taken for the source's own and not for a value that repeats it. */
const passageFactor = 1.5;

/** The bytes of the evidence in a text: as the check recorded them, else where the words stand. */
function spanIn(
  text: string,
  it: Evidenced,
  claimed: string | undefined,
  isNamed: boolean,
): Span | undefined {
  const wanted = claimed ?? it.text;
  if (text.length < wanted.length * passageFactor) return undefined;
  const found = locate(text, wanted) ?? (claimed === undefined ? undefined : locate(text, it.text));
  const shown = found === undefined ? undefined : text.slice(found.from, found.to);
  const recorded = recordedSpan(text, it);
  // The bytes are those of the document that the evidence names; another text may hold the same words elsewhere.
  if (recorded !== undefined && (isNamed || recorded.text === shown)) return recorded;
  if (found === undefined || shown === undefined) return undefined;
  const start = Buffer.byteLength(text.slice(0, found.from));
  return { start, end: start + Buffer.byteLength(shown), text: shown };
}

function recordedSpan(text: string, { start, end }: Evidenced): Span | undefined {
  if (start === undefined || end === undefined) return undefined;
  const bytes = Buffer.from(text);
  return end > bytes.length ? undefined : { start, end, text: bytes.subarray(start, end).toString() };
}

/** Longest quotation that is looked for with white space that may differ. */
const quoteLimit = 5_000;

function locate(text: string, wanted: string): { from: number; to: number } | undefined {
  const exact = text.indexOf(wanted);
  if (exact >= 0) return { from: exact, to: exact + wanted.length };
  const words = wanted.slice(0, quoteLimit).split(/\s+/).filter(Boolean);
  if (words.length < 2) return undefined;
  const pattern = new RegExp(words.map((it) => it.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("\\s+"), "iu");
  const found = pattern.exec(text);
  return found === null ? undefined : { from: found.index, to: found.index + found[0].length };
}
