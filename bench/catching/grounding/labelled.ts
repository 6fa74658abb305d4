// The three sets as the bench uses them: what a method may see, apart from what people said of it.
//
//   L1. A method takes a `Case` or a `Claim`; neither type has a label, a model's name or a detector's score.

import { flag, list, number, readRows, rowsIn, text } from "../data.ts";

/** What a method sees of one response. */
export interface Case {
  readonly source: string;
  readonly response: string;
  /** The question that was asked; absent where the task was to summarise. */
  readonly question?: string;
}

/** What people marked: the ends of a part of the response, in characters. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One response with what people said of it: for the scorer, and for training on the developers' half. */
export interface Labelled {
  readonly id: string;
  /** Rows of one group share a source: never split between training and test. */
  readonly group: string;
  readonly seen: Case;
  readonly isFaulty: boolean;
  /** True when people found nothing at all to remark on. */
  readonly isClean: boolean;
  readonly spans: readonly Span[];
}

/** A biography split into statements, each with what people said of it. */
export interface LabelledClaims {
  readonly id: string;
  readonly group: string;
  readonly seen: Case;
  readonly claims: readonly { readonly claim: string; readonly isSupported: boolean }[];
}

/** Answers to questions over three passages; undefined when the set is not there. */
export function ragtruth(data: string | undefined): readonly Labelled[] | undefined {
  return readRows(data, "grounding-ragtruth-qa", "responses.jsonl")?.map((row) => ({
    id: text(row, "id"),
    group: text(row, "source_id"),
    seen: { source: text(row, "source"), response: text(row, "response"), question: text(row, "question") },
    isFaulty: flag(row, "hallucinated"),
    isClean: list(row, "spans").length === 0,
    spans: rowsIn(row, "spans").map((it) => ({ start: number(it, "start"), end: number(it, "end") })),
  }));
}

/** Summaries on which automatic detectors disagreed; undefined when the set is not there. */
export function faithbench(data: string | undefined): readonly Labelled[] | undefined {
  return readRows(data, "grounding-faithbench", "summaries.jsonl")?.map((row) => ({
    id: text(row, "id"),
    group: text(row, "source"),
    seen: { source: text(row, "source"), response: text(row, "response") },
    isFaulty: flag(row, "hallucinated"),
    isClean: text(row, "worst") === "none",
    spans: rowsIn(row, "spans")
      .filter((it) => list(it, "label").some((name) => typeof name === "string" && name !== "Benign"))
      .map((it) => ({ start: number(it, "start"), end: number(it, "end") })),
  }));
}

/** Biographies with every statement judged against a page; undefined when the set is not there. */
export function factscore(data: string | undefined): readonly LabelledClaims[] | undefined {
  const bios = readRows(data, "grounding-factscore", "bios.jsonl");
  const pages = readRows(data, "grounding-factscore", "sources.jsonl");
  if (bios === undefined || pages === undefined) return undefined;
  const sources = new Map(pages.map((it) => [text(it, "source_id"), text(it, "source")]));
  return bios.map((row) => {
    const group = text(row, "source_id");
    const source = sources.get(group);
    if (source === undefined) throw new Error(`grounding-factscore has no source "${group}"`);
    return {
      id: text(row, "id"),
      group,
      seen: { source, response: text(row, "response") },
      claims: claims(row),
    };
  });
}

function claims(row: Readonly<Record<string, unknown>>): LabelledClaims["claims"] {
  return list(row, "facts").map((it) => {
    const [claim, supported]: readonly unknown[] = Array.isArray(it) ? it : [];
    if (typeof claim !== "string" || (supported !== 0 && supported !== 1))
      throw new Error(`a fact is not [text, 0 or 1]: ${JSON.stringify(it)}`);
    return { claim, isSupported: supported === 1 };
  });
}
