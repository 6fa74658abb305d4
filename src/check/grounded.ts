// `grounded`: quotations, numbers, dates and names of an output occur in what the step read.
//
//   G1. A quotation passes only where it stands word for word, after folding of spelling (fold-text.ts).
//   G2. What cannot be decided is unsure: a path without a value, a source too long, a doubtful reading.
//   G3. A failure names the nearest passage and its place, so that a person sees both beside each other.

import type { CheckContext, Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import { unsure } from "./check.ts";
import { excerpt } from "./excerpt.ts";
import type { Finding } from "./finding.ts";
import { clip } from "./fold-text.ts";
import { findQuote, quoteLimit, readQuotation, wordsOf } from "./find-quote.ts";
import { groundClaims } from "./grounded-claims.ts";
import { groundDates } from "./grounded-dates.ts";
import { groundNames } from "./grounded-names.ts";
import { groundNumbers } from "./grounded-numbers.ts";
import { nearestPassage } from "./nearest-passage.ts";
import { isRecord, locate, locateBeside, type Located, parsePath, type Path, type Segment } from "./paths.ts";
import { evidenceLimit, witnesses } from "./witness.ts";
import { sourcesNamed, type SourceText, sourceTexts } from "./source-text.ts";

/**
 * What stands at a path, and so what is looked up.
 *
 * `quote`: at least two words, word for word; typography (marks, dashes, blanks, line breaks, ligatures)
 * aside. `text`: a name or a phrase of any length, word for word.
 *
 * `numbers`: every number of a text, or a number: as rounded there, with its unit (1200 nM is 1.2 µM, 0.88
 * is 88 %), thousands, ranges, fractions, powers, spelled numbers. A comma that can be read two ways, a
 * lost sign, an amount converted between scales (°C, °F; kg, lb) and what may be no amount are unsure.
 *
 * `dates`: every date, month, year, decade, century, weekday and time; a date holds where the source's says
 * at least as much. The order of day and month is never guessed: unsure.
 *
 * `names`: every run of words with capitals. Part of the source's name holds, more than it does not; a short
 * form, an acronym, one letter's difference and words of two names put together are unsure. Its number is
 * part of a name: "COVID-91" fails where "COVID-19" stands.
 *
 * `claims`: running text. Every number, date, ordinal, name and quotation in it, and whether a sentence
 * turns one of the source round by a negation or the direction of a comparison. What no rule decides is
 * left out (first words of sentences, counts of the text's own lists, labels, terms in quotation marks)
 * or unsure (small counts in words, scores, quotations that resemble nothing, questions respelt).
 */
export type GroundedKind = "quote" | "text" | "numbers" | "dates" | "names" | "claims";

export interface GroundedOptions {
  /**
   * Default: numbers for a number; quote for a path that ends in "quote" and for texts over three words;
   * else text. Running text of the output's own needs `kind: "claims"`: it is never guessed.
   */
  readonly kind?: GroundedKind;
  /**
   * Where to look: a path to the sibling that names the file ("claims[].file"), or a source's name or the
   * beginning of one.
   */
  readonly in?: string;
  /** True when there may be nothing at the path: an empty list, or an item without it. Default false. */
  readonly optional?: boolean;
}

/**
 * Checks that what the output says at these paths occurs in what the step read (`context.read`).
 *
 * It proves that words were written, not that they mean what is made of them. Numbers a model computed
 * itself do not occur anywhere and fail: let a tool compute them, or use `recomputed`.
 *
 * @throws CHECK_PATH_INVALID at once; CHECK_PATH_UNKNOWN when run beside a schema that does not know a path.
 */
export function grounded<Output = unknown>(
  paths: Path<Output> | readonly Path<Output>[],
  options: GroundedOptions = {},
): NamedCheck<Output> {
  const list: readonly string[] = typeof paths === "string" ? [paths] : paths;
  const parsed = list.map(parsePath);
  return {
    kind: "check",
    name: `grounded ${list.map((it) => (it === "" ? "output" : it)).join(", ")}`,
    version: "1",
    options,
    paths: isSiblingPath(options.in) ? [...list, options.in] : list,
    run: (output, context) => ground(output, context, { list, parsed, options }),
  };
}

interface Task {
  readonly list: readonly string[];
  readonly parsed: readonly (readonly Segment[])[];
  readonly options: GroundedOptions;
}

function isSiblingPath(given: string | undefined): given is string {
  return given !== undefined && given.includes("[]");
}

function ground(output: unknown, context: CheckContext, task: Task): Judged | Unsure {
  const texts = sourceTexts(context.read);
  const findings: Finding[] = [];
  for (const [index, segments] of task.parsed.entries()) {
    const places = locate(output, segments);
    if (places.every((it) => it.value === undefined) && task.options.optional !== true)
      return nothingAt(task.list[index]!);
    for (const place of places) findings.push(groundPlace(output, place, texts, task.options));
  }
  return conclude(findings, texts);
}

function nothingAt(path: string): Unsure {
  return unsure(
    `there is nothing at "${path}" to verify: correct the path, add a check that the output is not empty, or say { optional: true }`,
  );
}

function conclude(findings: readonly Finding[], texts: readonly SourceText[]): Judged | Unsure {
  const problems = findings.flatMap((it) => it.problems);
  const evidence = findings.flatMap((it) => it.evidence).slice(0, evidenceLimit);
  const doubts = findings.flatMap((it) => it.doubts);
  const count = findings.reduce((sum, it) => sum + it.count, 0);
  const cut = texts.filter((it) => it.isCut).map((it) => it.name);
  if (problems.length > 0 && cut.length > 0) {
    return {
      ...unsure(
        `${cut.join(", ")}: too long to be searched whole`,
        problems.map((it) => ({ check: "", ...it })),
      ),
      evidence,
    };
  }
  if (problems.length > 0)
    return { problems, evidence, note: `${count - problems.length} of ${count} occur in what was read` };
  if (doubts.length > 0) return { ...unsure(doubts.slice(0, 5).join("; ")), evidence };
  return { problems: [], evidence, note: `${count} of ${count} occur in what was read` };
}

function groundPlace(
  output: unknown,
  place: Located,
  all: readonly SourceText[],
  options: GroundedOptions,
): Finding {
  const { value, path } = place;
  if (value === undefined || value === null || value === "") {
    if (options.optional === true) return { problems: [], doubts: [], evidence: [], count: 0 };
    return fails({ message: `nothing is given at ${path}, where every item needs it`, path });
  }
  const scope = narrow(output, place, all, options.in);
  if (!("texts" in scope)) return scope;
  const kind = options.kind ?? kindOf(value, path);
  if (kind === "numbers") return groundNumbers(place, scope.texts, scope.names);
  if (kind === "dates" || kind === "names" || kind === "claims") {
    if (typeof value !== "string") return fails({ message: `what stands at ${path} is no text`, path });
    return readers[kind](path, value, scope.texts, scope.names);
  }
  if (typeof value !== "string" && typeof value !== "number")
    return fails({ message: `what stands at ${path} is no text`, path });
  return groundQuote(String(value), path, kind, { ...scope, all });
}

const readers = { dates: groundDates, names: groundNames, claims: groundClaims } as const;

function kindOf(value: unknown, path: string): GroundedKind {
  if (typeof value === "number") return "numbers";
  if (/quote$/i.test(path)) return "quote";
  return typeof value === "string" && wordsOf(value).length > 3 ? "quote" : "text";
}

/** The texts to look in, and the names that chose them where names did. */
interface Scope {
  readonly texts: readonly SourceText[];
  readonly names?: readonly string[];
}

function narrow(
  output: unknown,
  place: Located,
  all: readonly SourceText[],
  where: string | undefined,
): Scope | Finding {
  if (where === undefined) return { texts: all };
  if (!isSiblingPath(where) && !namesMember(output, where)) {
    const named = sourcesNamed(all, where);
    const texts = named.length > 0 ? named : all.filter((it) => it.name.startsWith(where));
    if (texts.length > 0) return { texts, names: [where] };
    return {
      problems: [],
      doubts: [`nothing of what was read is called "${where}"`],
      evidence: [],
      count: 1,
    };
  }
  const names = locateBeside(output, place, parsePath(where)).flatMap((it) =>
    typeof it.value === "string" ? [it.value] : [],
  );
  if (names.length === 0)
    return fails({ message: `names no file to look in (expected at ${where})`, path: place.path });
  const texts = names.flatMap((name) => sourcesNamed(all, name));
  if (texts.length > 0) return { texts, names };
  const claimed = clip(names.join(", "));
  return fails({
    message: `names ${claimed}, which was not read`,
    path: place.path,
    claimed,
    where: clip(all.map((it) => it.name).join(", "), 200),
  });
}

function namesMember(output: unknown, where: string): boolean {
  const first = /^[^.[]+/.exec(where)?.[0];
  return first !== undefined && isRecord(output) && Object.hasOwn(output, first);
}

function fails(problem: Omit<Problem, "check">): Finding {
  return { problems: [problem], doubts: [], evidence: [], count: 1 };
}

function groundQuote(
  value: string,
  path: string,
  kind: "quote" | "text",
  scope: Scope & { readonly all: readonly SourceText[] },
): Finding {
  const claimed = clip(value);
  if (value.length > quoteLimit)
    return fails({ message: `the quotation is longer than ${quoteLimit} characters`, path, claimed });
  const quotation = readQuotation(value);
  if (quotation.wholes.length === 0)
    return fails({ message: "there is no word in the quotation", path, claimed });
  const short = quotation.parts.find((it) => wordsOf(it).length < 2);
  const inside = findQuote(quotation, scope.texts);
  if (kind === "quote" && (short !== undefined || quotation.parts.length === 0)) {
    return fails({
      message: `"${clip(short ?? value, 60)}" is too short to be a quotation: give at least two words in a row`,
      path,
      claimed,
    });
  }
  if (inside !== undefined) {
    const evidence = [witnesses(path, value)(inside, { at: 0, end: value.length })];
    const doubts = inside.doubt === undefined ? [] : [`${path}: ${inside.doubt}`];
    return { problems: [], doubts, evidence, count: 1 };
  }
  return fails({ path, claimed, ...miss(quotation.wholes[0]!, quotation, scope, kind) });
}

/** What to say of a quotation that does not occur where it should. */
function miss(
  quote: string,
  quotation: ReturnType<typeof readQuotation>,
  scope: Scope & { readonly all: readonly SourceText[] },
  kind: "quote" | "text",
): { message: string; found?: string; where?: string } {
  const what = kind === "quote" ? "the quotation" : "the text";
  const place = scope.names === undefined ? "what was read" : scope.names.join(", ");
  const elsewhere = scope.texts.length < scope.all.length ? findQuote(quotation, scope.all) : undefined;
  if (elsewhere !== undefined) {
    const where = elsewhere.source.where(elsewhere.start);
    const found = excerpt(elsewhere.source.text, elsewhere.start, elsewhere.end);
    return { message: `${what} does not occur in ${place} but in ${where}`, found, where };
  }
  const near = nearestPassage(quote, scope.texts);
  const message = `${what} does not occur word for word in ${place}`;
  return near === undefined ? { message } : { message, found: near.text, where: near.where };
}
