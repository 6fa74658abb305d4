// Outputs known to be right, because people found nothing wrong with them, as carriers for planted faults.

import { seededRandom } from "../../../src/base/random.ts";
import type { CheckContext, Source } from "../../../src/check/check.ts";
import type { Carrier } from "../../../src/check/mutation/mutation.ts";
import type { Case, Labelled, LabelledClaims } from "./labelled.ts";
import { sentences } from "./words.ts";

/** What the step that wrote a response had read: its source, and the question where there was one. */
export function contextOf(seen: Case): CheckContext {
  const known = contexts.get(seen.source)?.get(seen.question ?? "");
  if (known !== undefined) return known;
  const source = { name: "source", text: seen.source, value: seen.source };
  const made: CheckContext = {
    input: seen.question ?? null,
    read: seen.question === undefined ? [source] : [source, ...askedWith(seen.question)],
  };
  const ofSource = contexts.get(seen.source) ?? new Map<string, CheckContext>();
  contexts.set(seen.source, ofSource.set(seen.question ?? "", made));
  return made;
}

/** One context per source, so that it is made ready once for all responses to it. */
const contexts = new Map<string, Map<string, CheckContext>>();

/** The question, and what every question of the set was put with: an answer that quotes it quotes what was read. */
function askedWith(question: string): readonly Source[] {
  return [
    { name: "question", text: question, value: question },
    { name: "instruction", text: instruction, value: instruction },
  ];
}

const instruction =
  "In case the passages do not contain the necessary information to answer the question, please reply with: " +
  '"Unable to answer based on given passages."';

/** Responses in which people marked nothing. */
export function cleanResponses(set: string, rows: readonly Labelled[]): readonly Carrier[] {
  return rows
    .filter((it) => it.isClean)
    .map((it) => ({ name: `${set} ${it.id}`, output: it.seen.response, context: contextOf(it.seen) }));
}

/**
 * Biographies whose statements all bear out, as the list of these statements: the running text holds more
 * than people were asked about, which nobody vouches for.
 */
export function cleanBiographies(rows: readonly LabelledClaims[]): readonly Carrier[] {
  return rows
    .filter((it) => it.claims.length > 0 && it.claims.every((one) => one.isSupported))
    .map((it) => ({
      name: `factscore ${it.id}`,
      output: it.claims.map((one) => one.claim).join("\n"),
      context: contextOf(it.seen),
    }));
}

const shortestQuote = 6;
const longestQuote = 20;

/**
 * One output a source that quotes a stretch of it word for word, since hardly any response quotes. The
 * stretch is drawn by the seed; sources without a sentence long enough give none.
 */
export function quoteCarriers(carriers: readonly Carrier[], seed: number): readonly Carrier[] {
  const seen = new Set<CheckContext>();
  return carriers.flatMap((it) => {
    if (seen.has(it.context)) return [];
    seen.add(it.context);
    const quote = drawQuote(it.context.read[0]?.text ?? "", seededRandom(`${seed} ${it.name}`));
    if (quote === undefined) return [];
    return [{ name: `quote ${it.name}`, output: `The source says: "${quote}"`, context: it.context }];
  });
}

function drawQuote(source: string, random: () => number): string | undefined {
  const long = sentences(source).filter(
    (it) => it.words.length >= shortestQuote && !/["“”„«»]/.test(source.slice(it.start, it.end)),
  );
  const sentence = long[Math.floor(random() * long.length)];
  if (sentence === undefined) return undefined;
  const spare = sentence.words.length - shortestQuote;
  const from = Math.floor(random() * (spare + 1));
  const most = Math.min(longestQuote, sentence.words.length - from);
  const length = shortestQuote + Math.floor(random() * (most - shortestQuote + 1));
  const last = sentence.words[from + length - 1];
  const first = sentence.words[from];
  return first === undefined || last === undefined ? undefined : source.slice(first.start, last.end);
}
