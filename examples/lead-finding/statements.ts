// Cutting a paper's text into single statements that hold a quantity, word for word. Pure; the scout's rules.
//
//   S1. A statement is an unbroken run of characters of the text.
//   S2. It makes one assertion: two quantities stay together only when a verb joins them.

export interface Statement {
  readonly quote: string;
  /** The sentence it was cut from, and the one before it in its paragraph. */
  readonly context: string;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Most statements taken from one text. */
export const statementLimit = 40;

/** Cuts out every statement that holds a quantity a table of measurements could speak to. */
export function quantitativeStatements(text: string): Statement[] {
  const statements: Statement[] = [];
  for (const paragraph of paragraphs(text)) {
    const spans = sentences(text, paragraph);
    for (const [index, sentence] of spans.entries()) {
      const start = spans[Math.max(0, index - 1)]?.start ?? sentence.start;
      const context = text.slice(start, sentence.end).trim();
      const pieces = cut(text.slice(sentence.start, sentence.end)).filter(isTestable);
      statements.push(...pieces.map((quote) => ({ quote, context })));
    }
  }
  return statements.slice(0, statementLimit);
}

/** Blocks of prose: no heading, badge, licence line or definition of a field. */
function paragraphs(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(/[^\n](?:[^\n]|\n(?![ \t]*\n|[ \t]*[-*] |#|>))*/g)) {
    const block = match[0].trim();
    const isDefinition = /^[-*]\s+(\*\*|`)/.test(block);
    const isFurniture = /^(#|>|\[!|https?:|DOI:|Copyright:|Data:|Software)/.test(block);
    const skipped = titleLength(match[0]);
    if (block !== "" && !isDefinition && !isFurniture)
      spans.push({ start: match.index + skipped, end: match.index + match[0].length });
  }
  return spans;
}

/** A first line without a full stop, much shorter than the next, is a title: its words are not part of the sentence. */
function titleLength(block: string): number {
  const [first = "", second = ""] = block.split("\n");
  return /[.?!:,;]\s*$/.test(first) || second.length < 2 * first.length ? 0 : first.length + 1;
}

/** Ends of sentences, and the marks of a numbered list within one: `2) 885 hits were …`. */
const sentenceEnd = /(?<!\b(?:e\.g|i\.e|al|vs|ca|Fig|No|Dr))[.?!](?=\s+["(]?[\p{Lu}\d])|\s(?=\d{1,2}\)\s)/gu;

function sentences(text: string, { start, end }: Span): Span[] {
  const block = text.slice(start, end);
  const ends = [...block.matchAll(sentenceEnd)].map((match) => match.index + match[0].length);
  const borders = [0, ...ends, block.length];
  return borders
    .slice(0, -1)
    .map((from, index) => ({ start: start + from, end: start + (borders[index + 1] ?? block.length) }));
}

const quantity =
  /(?<![\w.-])(?:[~<>≤≥]\s*)?(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice|duplicate|triplicate)(?![\w-]|\.\d|\))/giu;
/** Finite verbs that assert: auxiliaries, and the few a protocol is written in. */
const verb =
  /\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|may|might|shows?|showed|gave|gives?|yielded|contains?|contained|comprises?|comprised|includes?|included|identified|tested|developed|performed)\b/iu;
const clauseBorder =
  /(?:,\s*|;\s*|\s)(?=(?:so|because|whereas|while|but|and then)\s+(?:\w+\s+){1,4}(?:is|are|was|were|have|has|had)\b)|;\s/giu;
const border =
  /\s(?=(?:as well as|and|or|in|at|with|for|from|by|that|which|who|over|between|across|plus)\s)/giu;
const relative = /\s(?=(?:that|which|who)\s)/giu;

/** Cuts a sentence where it begins to speak of something else (S2). */
function cut(sentence: string): string[] {
  const named =
    /^\s*[^\s:]*\.\w{2,5}\b[^:]*\s:\s+/.exec(sentence)?.[0].length ??
    /^\s*\d{1,2}\)\s+/.exec(sentence)?.[0].length ??
    0;
  const clauses = cutAt(sentence.slice(named), [...sentence.slice(named).matchAll(clauseBorder)].map(endOf));
  return clauses
    .flatMap(cutClause)
    .map(tidy)
    .filter((piece) => piece !== "");
}

const endOf = (match: RegExpExecArray): number => match.index + match[0].length;

function cutAt(text: string, places: readonly number[]): string[] {
  const borders = [0, ...places, text.length];
  return borders.slice(0, -1).map((from, index) => text.slice(from, borders[index + 1]));
}

function cutClause(clause: string): string[] {
  const found = [...clause.matchAll(quantity)].filter((match) => !inBrackets(clause, match.index));
  const places: number[] = [];
  for (const [index, match] of found.entries()) {
    const next = found[index + 1];
    if (next === undefined) continue;
    const from = endOf(match);
    const between = clause.slice(from, next.index);
    const begins = clause.slice(places.at(-1) ?? 0);
    const place = placeBetween(between, places.length > 0 && /^\s*(in|at|with|for|from|by)\s/i.test(begins));
    if (place !== undefined) places.push(from + place);
  }
  return cutAt(clause, places);
}

/** Where to cut between two quantities, if at all. A modifier that was cut off ends before the verb of its sentence. */
function placeBetween(between: string, afterModifier: boolean): number | undefined {
  const lastRelative = [...between.matchAll(relative)].at(-1);
  if (lastRelative !== undefined) return endOf(lastRelative);
  const asserting = verb.exec(between);
  if (asserting !== null) return afterModifier ? asserting.index : undefined;
  const last = [...between.matchAll(border)].at(-1);
  return last === undefined ? undefined : endOf(last);
}

function inBrackets(text: string, at: number): boolean {
  const before = text.slice(0, at);
  return before.lastIndexOf("(") > before.lastIndexOf(")");
}

function tidy(piece: string): string {
  return piece
    .trim()
    .replace(/^(?:and|as well as|or|,|;)\s+/i, "")
    .replace(/(?:[\s,;:.]|\s(?:and|or|as well as))+$/i, "")
    .trim();
}

/** Nouns that tables of measurements are about. */
const dataNoun =
  /\b(?:compounds?|molecules?|hits?|inhibitors?|ligands?|drugs?|substances?|samples?|subjects?|patients?|individuals|adolescents|lines?|rows?|records?|runs?|replicates?|repeats?|times|twice|once|duplicate|triplicate|assays?|screens?|concentrations?|doses?|points?|measurements?|suppliers?|vendors?|librar(?:y|ies)|collection|inhibition|activity|IC50s?)\b/i;
/** Settings of apparatus: true or not, no measurement speaks to them. */
const setting = /^\s*(?:-?\s*well\b|[µμu]l\b|ml\b|min\b|rpm\b|°C|hours?\b|h\b|nm\b|kb\b|x\b)/i;

function isTestable(piece: string): boolean {
  if (!dataNoun.test(piece)) return false;
  return [...piece.matchAll(quantity)].some(
    (match) => !inBrackets(piece, match.index) && !setting.test(piece.slice(endOf(match))),
  );
}
