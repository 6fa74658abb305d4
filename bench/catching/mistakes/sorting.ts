// Word sorting, letter by letter: words are grouped by their first letters, then every group that is not
// resolved is sorted by the next letter. A step is right when its letters are those of the words, a group
// is ordered by them, and the order that follows is the order before it with that group put in.

import { check } from "firebreak";
import { ordinalOf, type StepCheck, type StepInput, unread } from "./trace.ts";

/** A place in the order: one word, or words not told apart yet. */
type Group = readonly string[];

const fact = /"([^"]*)"\s*:\s*"([^"]*)"\s*\((\d+)\)/g;
const link = /(?:\((\d+)\)\s*)?(\[[^\]]*\]|"[^"]*"(?:\s*[?=]\s*(?:\(\d+\)\s*)?"[^"]*")*)/g;

/** Holds a step of a sort against the order before it. */
export const sorting: StepCheck = check("the order follows from the letters", (step, { input }) => {
  if (input.before.length === 0) return judgeFirst(step, wordsOf(input));
  if (/the answer is/i.test(step)) return judgeAnswer(step, input);
  if (/looking at their \w+ letters?/i.test(step)) return judgeLetters(step, input);
  const now = /we now have:(.*)/is.exec(step)?.[1];
  if (now === undefined) return unread;
  const sorted = /(.*?)for the subpart\.?(.*)/is.exec(now);
  if (sorted === null) return judgeOrder(now, [wordsOf(input)], lettersBefore(input));
  return judgePart(sorted[1] ?? "", sorted[2] ?? "", input);
});

function wordsOf(input: StepInput): readonly string[] {
  const listed = /list:\s*(.*)$/is.exec(input.problem)?.[1] ?? input.problem;
  return listed.trim().split(/\s+/);
}

interface Fact {
  readonly word: string;
  readonly letter: string;
  readonly number: number;
}

function factsIn(step: string): Fact[] {
  return [...step.matchAll(fact)].map(([, word = "", letter = "", digits]) => ({
    word,
    letter,
    number: Number(digits),
  }));
}

function judgeFirst(step: string, words: readonly string[]): true | string {
  const facts = factsIn(step);
  return judgeFacts(facts, 1, words);
}

/** Every word has its letter, and the letter its number. */
function judgeFacts(facts: readonly Fact[], place: number, words: Group): true | string {
  for (const it of facts) {
    if (it.letter !== letterAt(it.word, place))
      return `letter ${place} of "${it.word}" is not "${it.letter}"`;
    if (it.number !== numberOf(it.letter)) return `"${it.letter}" is not letter ${it.number}`;
  }
  return sameWords(
    facts.map((it) => it.word),
    words,
  );
}

function letterAt(word: string, place: number): string {
  return word.charAt(place - 1);
}

function numberOf(letter: string): number {
  const at = letter.toLowerCase().charCodeAt(0) - 96;
  return at >= 1 && at <= 26 ? at : 0;
}

function sameWords(given: Group, wanted: Group): true | string {
  const missing = wanted.find((it) => !given.includes(it));
  if (missing !== undefined) return `"${missing}" is left out`;
  const foreign = given.find((it) => !wanted.includes(it));
  if (foreign !== undefined) return `"${foreign}" does not belong here`;
  return given.length === wanted.length || "a word stands twice";
}

function judgeLetters(step: string, input: StepInput): true | string {
  const place = ordinalOf(/looking at their (\w+) letters?/i.exec(step)?.[1] ?? "");
  const [part] = groupsIn(/subpart(.*?)by looking/is.exec(step)?.[1] ?? "");
  if (place === undefined || part === undefined) return true;
  const open = orderBefore(input)?.find((it) => it.length > 1);
  if (open !== undefined && sameWords(part.words, open) !== true)
    return `the part to sort next is ${open.join(", ")}`;
  const [first = "", ...others] = part.words;
  if (others.some((it) => it.slice(0, place - 1) !== first.slice(0, place - 1)))
    return `letters before letter ${place} tell these words apart already`;
  return judgeFacts(factsIn(step), place, part.words);
}

interface Link {
  readonly number: number | undefined;
  readonly words: Group;
}

function groupsIn(chain: string): Link[] {
  return [...chain.matchAll(link)].map(([, digits, body = ""]) => ({
    number: digits === undefined ? undefined : Number(digits),
    words: [...body.matchAll(/"([^"]*)"/g)].map((it) => it[1] ?? ""),
  }));
}

/** Numbers that the letters before this step gave to words. */
function lettersBefore(input: StepInput): ReadonlyMap<string, number> {
  const last = input.before.findLast((it) => factsIn(it).length > 0) ?? "";
  return new Map(factsIn(last).map((it) => [it.word, it.number]));
}

/** A chain of groups holds exactly these words, each group those of one number, numbers rising. */
function judgeOrder(
  chain: string,
  [words = []]: readonly Group[],
  numbers: ReadonlyMap<string, number>,
): true | string {
  const links = groupsIn(chain);
  let last = -1;
  for (const it of links) {
    const own = it.words.map((word) => numbers.get(word));
    const [number] = own;
    if (number === undefined || own.some((each) => each !== number))
      return `${it.words.join(", ")} do not share one letter`;
    if (it.number !== undefined && it.number !== number) return `the number of ${it.words[0]} is ${number}`;
    if (number <= last) return `${it.words.join(", ")} stands out of order`;
    last = number;
  }
  return sameWords(
    links.flatMap((it) => it.words),
    words,
  );
}

function judgePart(part: string, whole: string, input: StepInput): true | string {
  const asked = input.before.at(-1) ?? "";
  const [group] = groupsIn(/subpart(.*?)by looking/is.exec(asked)?.[1] ?? "");
  if (group === undefined) return true;
  const judged = judgeOrder(part, [group.words], lettersBefore(input));
  if (judged !== true || !/have/i.test(whole)) return judged;
  const before = orderBefore(input);
  if (before === undefined) return true;
  const wanted = putIn(before, group.words, groupsIn(part));
  return sameOrder(orderIn(whole), wanted, /\.\.\./.test(whole));
}

/** The order as the steps before leave it: the last one written out, and every part sorted since. */
function orderBefore(input: StepInput): readonly Group[] | undefined {
  let order: readonly Group[] | undefined;
  for (const [at, step] of input.before.entries()) {
    const now = /we now have:(.*)/is.exec(step)?.[1];
    if (now === undefined) continue;
    const [part = "", whole] = now.split(/for the subpart\.?/i);
    if (whole === undefined) order = orderIn(part);
    else if (/have/i.test(whole) && !/\.\.\./.test(whole)) order = orderIn(whole);
    else {
      const [group] = groupsIn(/subpart(.*?)by looking/is.exec(input.before[at - 1] ?? "")?.[1] ?? "");
      if (order !== undefined && group !== undefined) order = putIn(order, group.words, groupsIn(part));
    }
  }
  return order;
}

/** Groups of a chain; words without quotes, parted by "<" or blanks, are read as words in order. */
function orderIn(chain: string): readonly Group[] {
  const links = groupsIn(chain);
  if (links.length > 0) return links.map((it) => it.words);
  const bare = chain.replace(/^.*?have/is, "").replace(/\.\s*$/, "");
  return bare
    .split(/[\s<]+/)
    .filter((it) => it !== "")
    .map((it) => [it]);
}

function putIn(order: readonly Group[], group: Group, links: readonly Link[]): readonly Group[] {
  return order.flatMap((it) => (sameWords(it, group) === true ? links.map((each) => each.words) : [it]));
}

function sameOrder(given: readonly Group[], wanted: readonly Group[], cut: boolean): true | string {
  for (const [at, group] of given.entries()) {
    const own = wanted[at];
    if (own === undefined || sameWords(group, own) !== true)
      return `${group.join(", ")} stands where ${own?.join(", ") ?? "nothing"} belongs`;
  }
  return cut || given.length === wanted.length || "the order is not whole";
}

function judgeAnswer(step: string, input: StepInput): true | string {
  const answer = /the answer is:?\s*(.*)$/is.exec(step)?.[1]?.trim().replace(/\.$/, "").split(/\s+/) ?? [];
  const order = orderBefore(input);
  if (order === undefined) return true;
  if (order.some((it) => it.length > 1)) return "parts are left to sort";
  return sameOrder(
    answer.map((it) => [it]),
    order,
    false,
  );
}
