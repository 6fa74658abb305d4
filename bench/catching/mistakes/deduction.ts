// Logical deduction: statements fix the order of some objects, and steps conclude from them. A step is
// right when what it concludes follows from the statements named so far and the conclusions before it, when
// what it says can be, can be, and when the row it writes out keeps what was placed before.

import { check } from "firebreak";
import {
  type Claim,
  objectsIn,
  placeOf,
  type Puzzle,
  readPuzzle,
  type Row,
  statementClaim,
} from "./arrangement.ts";
import { ordinalOf, ordinals, type StepCheck, type StepInput, unread } from "./trace.ts";

/** Holds a step of a deduction against what was known before it. */
export const deduction: StepCheck = check("what is concluded follows", (step, { input }) => {
  const before = knowledgeBefore(input);
  if (before === undefined) return unread;
  const { wrong, read } = learn(step, before);
  return wrong ?? (read || input.before.length === 0 || unread);
});

/** What is known after some steps. */
interface Knowledge {
  readonly puzzle: Puzzle;
  /** Rows that everything named and concluded so far allows. */
  readonly rows: readonly Row[];
  /** Objects that were given a place, by place from 0. */
  readonly placed: ReadonlyMap<number, string>;
  /** True when the row is written from the low end; undefined when no direction was named yet. */
  readonly upward: boolean | undefined;
}

/** The last knowledge: the steps of one trace are asked about one after the other. */
let last: { readonly input: StepInput; readonly known: Knowledge | undefined } | undefined;

function knowledgeBefore(input: StepInput): Knowledge | undefined {
  const shared =
    last !== undefined &&
    last.input.problem === input.problem &&
    last.input.before.length <= input.before.length &&
    last.input.before.every((it, at) => it === input.before[at]);
  let known = shared ? last?.known : begin(input.problem);
  for (const step of input.before.slice(shared ? last?.input.before.length : 0))
    known = known === undefined ? undefined : learn(step, known).after;
  last = { input, known };
  return known;
}

function begin(problem: string): Knowledge | undefined {
  const puzzle = readPuzzle(problem);
  if (puzzle === undefined) return undefined;
  // Places in a race are counted from the winner; other rows are, once a step says from where.
  const upward = puzzle.statements.some((it) => /\bfinished\b/.test(it)) || undefined;
  return { puzzle, rows: puzzle.all, placed: new Map(), upward };
}

interface Learned {
  readonly after: Knowledge;
  /** Why the step is wrong. */
  readonly wrong?: string | undefined;
  readonly read: boolean;
}

/** Reads a step, sentence by sentence, each on the ground of those before. */
function learn(step: string, before: Knowledge): Learned {
  let after: Knowledge = { ...before, upward: directionOf(step) ?? before.upward };
  let subject: string | undefined;
  let read = false;
  for (const sentence of step.split(/(?<=\.)\s+/)) {
    const learned = learnSentence(sentence, after, subject);
    if (learned.wrong !== undefined) return learned;
    ({ after } = learned);
    read ||= learned.read;
    subject = objectsIn(sentence, before.puzzle.objects)[0] ?? subject;
  }
  return { after, read };
}

function directionOf(text: string): boolean | undefined {
  const low =
    "left to right|oldest to newest|first to last|cheapest to most expensive|least (?:expensive )?to most expensive";
  const high =
    "right to left|newest to oldest|last to first|most (?:expensive )?to (?:least expensive|cheapest)";
  const found = [...text.matchAll(new RegExp(`from (?:(${low})|(?:${high}))`, "gi"))].at(-1);
  return found === undefined ? undefined : found[1] !== undefined;
}

function learnSentence(sentence: string, known: Knowledge, subject: string | undefined): Learned {
  const order = /\bfrom [\w ]+? to [\w ]+?:(.*)$/is.exec(sentence)?.[1];
  if (order !== undefined) return learnOrder(order, known);
  const answer = /answer is (.*)$/is.exec(sentence)?.[1];
  if (answer !== undefined) return { after: known, read: true, wrong: judgeAnswer(answer, known.puzzle) };
  if (/contradict|impossible|unanswerable|cannot be determined/i.test(sentence))
    return { after: known, read: true, wrong: "the statements do not contradict each other" };
  return learnClauses(sentence, known, subject);
}

function judgeAnswer(answer: string, { options, rows, objects }: Puzzle): string | undefined {
  const letters = [...answer.matchAll(/\(([A-Z])\)/g)].map((it) => it[1] ?? "");
  const claim = statementClaim(options.get(letters[0] ?? "") ?? "", objects);
  if (letters.length !== 1 || claim === undefined) return "no one option is named";
  return rows.every(claim) ? undefined : `(${letters[0]}) does not follow`;
}

// ---- Rows written out -------------------------------------------------------------

const ordinalWord = new RegExp(`\\b(?:${ordinals.join("|")}|last)\\b`, "gi");

interface Part {
  readonly text: string;
  /** Places it speaks of, from 0 at the low end. */
  readonly places: readonly number[];
}

function learnOrder(order: string, known: Knowledge): Learned {
  const { puzzle, upward = true } = known;
  const count = puzzle.objects.length;
  const parts = partsOf(order, count, upward);
  const wrong =
    parts.map((it) => judgePart(it, known)).find((it) => it !== undefined) ?? judgeKept(parts, known);
  const placed = new Map(known.placed);
  for (const it of parts) {
    const [one] = objectsIn(it.text, puzzle.objects);
    const [place] = it.places;
    if (isPlacing(it, puzzle) && one !== undefined && place !== undefined) placed.set(place, one);
  }
  const rows = known.rows.filter((row) => [...placed].every(([place, one]) => row[place] === one));
  return { after: { ...known, placed, rows }, read: true, wrong };
}

function partsOf(order: string, count: number, upward: boolean): Part[] {
  let previous = 0;
  return order.split(/,?\s*\b(?:but )?then\b|,?\s*\bbut\b|;/).flatMap((text) => {
    if (text.trim() === "") return [];
    const numbers = numbersOf(text, previous, count);
    previous = numbers.at(-1) ?? previous;
    return [{ text, places: numbers.map((it) => (upward ? it - 1 : count - it)) }];
  });
}

/** Places a part speaks of, from 1: those it names, with "third to fifth" filled in, or the next one. */
function numbersOf(part: string, previous: number, count: number): number[] {
  const [head = ""] = part.split(/\b(?:is|are|can be|could be|must be)\b/);
  const named = (head.match(ordinalWord) ?? []).map((it) => ordinalOf(it) ?? count);
  const [from, to] = named;
  if (from === undefined) return [previous + 1];
  if (to === undefined || named.length > 2 || !/\b(?:to|through)\b/.test(head)) return named;
  return Array.from({ length: Math.max(0, to - from) + 1 }, (_, at) => from + at);
}

/** True for a part that puts one object in one place. */
function isPlacing(it: Part, { objects }: Puzzle): boolean {
  const open = /\b(?:can|could|may|might) be\b|\bor\b|\beither\b/.test(it.text);
  return !open && it.places.length === 1 && objectsIn(it.text, objects).length === 1;
}

function judgePart(it: Part, { puzzle, rows }: Knowledge): string | undefined {
  const named = objectsIn(it.text, puzzle.objects);
  const count = puzzle.objects.length;
  if (it.places.some((place) => place < 0 || place >= count)) return `there are only ${count} places`;
  if (named.length === 0) return undefined;
  // "second can be the falcon or the raven" leaves out all others: one of the named stands there in every row.
  const holds = (row: Row): boolean => it.places.some((place) => named.includes(row[place] ?? ""));
  return rows.every(holds) ? undefined : `${named.join(", ")} does not follow there`;
}

/** What was given a place keeps it, and no place is given twice. */
function judgeKept(parts: readonly Part[], { puzzle, placed }: Knowledge): string | undefined {
  const spoken = parts.flatMap((it) => it.places.map((place) => [place, it] as const));
  const written = new Map(spoken);
  if (written.size < spoken.length) return "a place is spoken of twice";
  for (const [place, one] of placed) {
    const part = written.get(place);
    if (part === undefined || !objectsIn(part.text, puzzle.objects).includes(one))
      return `${one} lost its place`;
  }
  return undefined;
}

// ---- Conclusions in words ---------------------------------------------------------

const conclusion =
  /,?\s+(?:so|because|but|and so|therefore|which means(?: that)?)\s+|;\s*|,?\s+and\s+(?=[\w ]+? (?:cannot|must|is|are)\b)/i;

function learnClauses(sentence: string, known: Knowledge, spokenOf: string | undefined): Learned {
  let after = known;
  let subject = spokenOf;
  let ground: Claim | undefined;
  let read = false;
  for (const clause of sentence.split(conclusion)) {
    const claim = clauseClaim(clause, after, subject);
    if (claim !== undefined) {
      read = true;
      const wrong = judgeClaim(clause, claim, after, ground);
      if (wrong !== undefined) return { after, read, wrong };
      after = take(clause, claim, after);
      if (isStatement(clause, known.puzzle)) ground = claim;
    }
    subject = objectsIn(clause, known.puzzle.objects)[0] ?? subject;
  }
  return { after, read };
}

/**
 * A statement of the problem may be named at any time; a conclusion has to follow from what is known, and "so it
 * cannot be …" from the statement it is drawn from.
 */
function judgeClaim(
  clause: string,
  claim: Claim,
  known: Knowledge,
  ground: Claim | undefined,
): string | undefined {
  const { puzzle, rows } = known;
  const wrong = `"${clause.trim()}" does not follow`;
  if (isStatement(clause, puzzle)) return puzzle.rows.every(claim) ? undefined : wrong;
  if (!rows.every(claim)) return wrong;
  if (ground === undefined || !denial.test(clause)) return undefined;
  return puzzle.all.every((row) => !ground(row) || claim(row)) ? undefined : wrong;
}

function isStatement(clause: string, puzzle: Puzzle): boolean {
  return puzzle.statements.some((it) => clause.toLowerCase().includes(it.toLowerCase().replace(/\.$/, "")));
}

function take(clause: string, claim: Claim, known: Knowledge): Knowledge {
  const rows = known.rows.filter(claim);
  const placed = new Map(known.placed);
  const [one, ...others] = objectsIn(clause, known.puzzle.objects);
  const place = placeOf(clause, known.puzzle.objects.length);
  if (one !== undefined && others.length === 0 && place !== undefined && isStatement(clause, known.puzzle))
    placed.set(place, one);
  return { ...known, rows, placed };
}

/** What a clause claims; undefined when it cannot be read, or claims nothing. */
function clauseClaim(clause: string, known: Knowledge, subject: string | undefined): Claim | undefined {
  const { objects } = known.puzzle;
  const named = objectsIn(clause, objects);
  if (/^\s*the question\b|\bany\b|\bonly\b(?!.*\bthat can be\b)/i.test(clause)) return undefined;
  const subjects = named.length === 0 && /\b(?:it|they)\b/i.test(clause) ? [subject ?? ""] : named;
  const related = subjects.length === 2 ? statementClaim(clause, objects) : undefined;
  if (related !== undefined) return negated(clause, related);
  const place = placeIn(clause, known);
  if (place === undefined || subjects.length === 0 || subjects.includes("")) return undefined;
  if (subjects.length > 1 && !/\bor\b/.test(clause)) return undefined;
  return negated(clause, (row) => subjects.includes(row[place] ?? ""));
}

/** A place by its own words, or by its number along the row as it is written. */
function placeIn(clause: string, { puzzle, upward }: Knowledge): number | undefined {
  const count = puzzle.objects.length;
  const own = placeOf(clause, count);
  if (own !== undefined) return own;
  const [word, ...more] = clause.match(ordinalWord) ?? [];
  if (word === undefined || more.length > 0 || upward === undefined || /\bor (?:higher|lower)\b/.test(clause))
    return undefined;
  const at = ordinalOf(word) ?? count;
  return upward ? at - 1 : count - at;
}

const denial = /\b(?:cannot|can't|can not|must not|not)\b/i;

function negated(clause: string, claim: Claim): Claim {
  return denial.test(clause) ? (row) => !claim(row) : claim;
}
