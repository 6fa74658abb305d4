// `traced`: a report in which every number comes from a computed value and every quotation from a file.

import { unsure } from "./check.ts";
import type { CheckContext, Evidence, Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import { byteCounter } from "./byte-span.ts";
import { excerpt } from "./excerpt.ts";
import { findQuote, readQuotation, wordsOf } from "./find-quote.ts";
import { clip } from "./fold-text.ts";
import { nearestPassage } from "./nearest-passage.ts";
import { locate, parsePath, type Path } from "./paths.ts";
import { sourceTexts } from "./source-text.ts";
import { type TracedNumber, traceNumbers } from "./trace-numbers.ts";
import { evidenceLimit, witnesses } from "./witness.ts";

export interface TracedOptions<Output = unknown, Input = unknown> {
  /** Path to the report's text. Default "": the output is the text. */
  readonly text?: Path<Output>;
  /**
   * Where the computed values are: paths into the step's input (where the input has none such, into the
   * output), or a function that gives them. Default: the whole input.
   */
  readonly numbers?: string | readonly string[] | ((input: Input, output: Output) => unknown);
  /** Whether texts between quotation marks and in block quotes must occur in what was read. Default true. */
  readonly quotes?: boolean;
  /** Whether numbers spelled as words count. Default false. */
  readonly words?: boolean;
}

/** Fewest words between quotation marks that make a quotation; fewer are a term. */
export const quotedWords = 4;

/**
 * Checks that every number of a report traces to a computed value, and every quotation to what was read.
 * Numbers inside quotations belong to their source. A trace shows that a value was computed, not that the
 * sentence around it is about that value.
 *
 * @throws CHECK_PATH_INVALID at once.
 */
export function traced<Output = unknown, Input = unknown>(
  options: TracedOptions<Output, Input> = {},
): NamedCheck<Output, Input> {
  const path: string = options.text ?? "";
  parsePath(path);
  const run = (output: Output, context: CheckContext<Input>): Judged | Unsure => {
    const text = locate(output, parsePath(path))[0]?.value;
    if (typeof text !== "string" || text.trim() === "")
      return unsure(`there is no text at "${path}" to trace: name its path with { text }`);
    const values = valuesOf(output, context.input, options.numbers);
    if (values === undefined)
      return unsure("there are no computed values to trace numbers to: name them with { numbers }");
    return trace(text, values, { path, context, options });
  };
  return { kind: "check", name: "traced", version: "1", options, paths: path === "" ? [] : [path], run };
}

function valuesOf<Output, Input>(
  output: Output,
  input: Input,
  numbers: TracedOptions<Output, Input>["numbers"],
): unknown {
  if (typeof numbers === "function") return numbers(input, output);
  if (numbers === undefined) return input;
  const paths = typeof numbers === "string" ? [numbers] : numbers;
  const found = paths.map((it) => {
    const places = [input, output].map((side) =>
      locate(side, parsePath(it)).filter((place) => place.value !== undefined),
    );
    return places.find((side) => side.length > 0) ?? [];
  });
  if (found.some((it) => it.length === 0)) return undefined;
  return Object.fromEntries(found.flat().map((it) => [it.path, it.value]));
}

interface Task {
  readonly path: string;
  readonly context: CheckContext;
  readonly options: { readonly quotes?: boolean; readonly words?: boolean };
}

function trace(text: string, values: unknown, { path, context, options }: Task): Judged | Unsure {
  const quotations = options.quotes === false ? [] : quotationsOf(text);
  const isQuoted = (at: number): boolean => quotations.some((it) => at >= it.at && at < it.end);
  const numbers = traceNumbers(text, values, { words: options.words === true }).filter(
    (it) => !isQuoted(it.at),
  );
  const untraced = numbers.filter((it) => it.tracedTo === undefined);
  const doubtful = untraced.filter(
    (it) => it.isDoubtful === true || it.but === "sign" || it.but === "reading",
  );
  const quoted = groundQuotations(quotations, { text, path, context });
  const problems = [
    ...untraced.filter((it) => !doubtful.includes(it)).map((it) => sayUntraced(it, text, path)),
    ...quoted.problems,
  ];
  const evidence = [...witnessed(numbers, text, path), ...quoted.evidence].slice(0, evidenceLimit);
  const note = `${numbers.length - untraced.length} of ${numbers.length} numbers and ${quoted.evidence.length} of ${quotations.length} quotations traced`;
  if (problems.length > 0) return { problems, note, evidence };
  const doubts = [
    ...doubtful.map((it) => `line ${it.line}: "${it.number}" ${sayDoubt(it)}`),
    ...quoted.doubts,
  ];
  if (doubts.length > 0) return { ...unsure(doubts.slice(0, 5).join("; ")), evidence };
  return { problems: [], note, evidence };
}

/** A number of the report, by its bytes, and the value it comes from. */
function witnessed(numbers: readonly TracedNumber[], text: string, path: string): Evidence[] {
  const count = byteCounter(text);
  return numbers.flatMap(({ tracedTo, number, at }) => {
    const claimed = { start: count(at), end: count(at + number.length) };
    return tracedTo === undefined ? [] : [{ path, where: tracedTo, text: number, claimed }];
  });
}

function sayDoubt(it: TracedNumber): string {
  if (it.but === "sign") return "was computed with the other sign";
  return it.but === "reading"
    ? "was computed only if its comma is a decimal one"
    : "may be a number that was not computed";
}

function sayUntraced(it: TracedNumber, text: string, path: string): Omit<Problem, "check"> {
  const message =
    it.but === "unit"
      ? `"${it.number}" was computed with another unit`
      : `no computed value gives "${it.number}"`;
  return {
    message,
    ...(path === "" ? {} : { path }),
    claimed: excerpt(text, it.at, it.at + it.number.length),
    where: `line ${it.line}`,
  };
}

interface Quoted {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/**
 * Texts in quotation marks, not across paragraphs, and block quotes. Lengths are bounded, so this is
 * linear.
 */
const quoteForms = [
  /“([^”\n]{1,4000})”/g,
  /«([^»\n]{1,4000})»/g,
  /(?<![\p{L}\p{N}])"([^"\n]{1,4000})"(?![\p{L}\p{N}])/gu,
  /^>[ \t]?(\S.{0,4000})$/gm,
];

function quotationsOf(text: string): Quoted[] {
  const found: Quoted[] = [];
  for (const form of quoteForms) {
    for (const match of text.matchAll(form)) {
      const [at, end] = [match.index, match.index + match[0].length];
      const isInside = found.some((it) => at < it.end && end > it.at);
      if (!isInside && wordsOf(match[1]!).length >= quotedWords) found.push({ text: match[1]!, at, end });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

interface QuotedFinding {
  readonly problems: Omit<Problem, "check">[];
  readonly doubts: string[];
  readonly evidence: Evidence[];
}

function groundQuotations(
  quotations: readonly Quoted[],
  report: { readonly text: string; readonly path: string; readonly context: CheckContext },
): QuotedFinding {
  const { path } = report;
  const finding: QuotedFinding = { problems: [], doubts: [], evidence: [] };
  const texts = quotations.length === 0 ? [] : sourceTexts(report.context.read);
  const witness = witnesses(path, report.text);
  for (const quotation of quotations) {
    const { text } = quotation;
    const hit = findQuote(readQuotation(text), texts);
    if (hit !== undefined) {
      finding.evidence.push(witness(hit, quotation));
      if (hit.doubt !== undefined) finding.doubts.push(`"${clip(text, 60)}": ${hit.doubt}`);
      continue;
    }
    const near = nearestPassage(text, texts);
    const message = "the quotation does not occur word for word in what was read";
    const beside = near === undefined ? {} : { found: near.text, where: near.where };
    finding.problems.push({ message, ...(path === "" ? {} : { path }), claimed: clip(text), ...beside });
  }
  return finding;
}
