// Tracking shuffled objects: people hold things and swap them in pairs. A step is right when what it says
// each person holds is what the next swap makes of what the steps before say.

import { check } from "firebreak";
import { type StepCheck, unread } from "./trace.ts";

/** Who holds what, as far as it is written. */
type Holdings = ReadonlyMap<string, string>;

interface Problem {
  readonly people: readonly string[];
  readonly start: Holdings;
  readonly swaps: readonly (readonly [string, string])[];
  /** The person asked about at the end. */
  readonly asked: string | undefined;
  /** Options by letter. */
  readonly options: ReadonlyMap<string, string>;
}

/** Holds a step of a swapping chain against the holdings before it. */
export const tracking: StepCheck = check("the holdings follow from the swap", (step, { input }) => {
  const problem = problemOf(input.problem);
  if (problem === undefined) return unread;
  const before = replayOf(problem, input.before);
  const [body = "", answer] = step.split(/so the answer is/i);
  const stated = holdingsIn(body, problem.people);
  const judged =
    isEnd(body) || stated.size === 0
      ? judgeEnd(body, problem, before)
      : judgeState(body, stated, problem, before);
  return judged === true && answer !== undefined ? judgeAnswer(answer, body, problem, before) : judged;
});

function problemOf(text: string): Problem | undefined {
  const [story = "", choices = ""] = text.split("Options:");
  const start = new Map<string, string>();
  const holds =
    /(\w+) (?:has|gets|is dancing with|is playing|is holding) (?:an? )?([^,.]+?)(?=,|\.| and \w+ (?:has|gets|is)\b)/g;
  const [opening = "", play = ""] = story.split(/\n/);
  for (const [, person = "", thing = ""] of opening.slice(opening.indexOf(":")).matchAll(holds))
    if (!start.has(person)) start.set(person, thing.trim());
  const people = [...start.keys()];
  const swaps = [...play.matchAll(/(\w+) and (\w+) (?:swap|trade|switch|exchange)/g)].map(
    ([, one = "", other = ""]) => [one, other] as const,
  );
  if (people.length < 2 || swaps.length === 0) return undefined;
  const tail = play.split(". ").at(-1) ?? "";
  const asked = people.find((it) => new RegExp(`\\b${it} (?:has|is)\\b`).test(tail));
  const options = [...choices.matchAll(/\(([A-Z])\)\s*(.+)/g)].map(
    ([, letter = "", thing = ""]) => [letter, thing.trim().replace(/\.$/, "")] as const,
  );
  return { people, start, swaps, asked, options: new Map(options) };
}

/** "Alice: pink", "A: pink" and "Alice has pink ball" alike. */
function holdingsIn(body: string, people: readonly string[]): Holdings {
  const names = people.flatMap((it) => [it, it.charAt(0)]).join("|");
  const pattern = new RegExp(
    `\\b(${names})(?:\\s*:|\\s+(?:has|gets|holds|is playing|is dancing with)\\b)\\s*([^,:;.]+)`,
    "g",
  );
  const found = new Map<string, string>();
  for (const [, name = "", thing = ""] of body.matchAll(pattern)) {
    const person = personOf(name, people);
    if (person !== undefined) found.set(person, thing.trim());
  }
  return found;
}

/** A person by name or by initial, where the initial is one person's. */
function personOf(name: string, people: readonly string[]): string | undefined {
  if (people.includes(name)) return name;
  const [one, ...others] = people.filter((it) => name.length === 1 && it.startsWith(name));
  return others.length === 0 ? one : undefined;
}

interface Replayed {
  readonly held: Holdings;
  /** Swaps done so far. */
  readonly done: number;
  /** True before the first state is written. */
  readonly fresh: boolean;
}

function replayOf(problem: Problem, before: readonly string[]): Replayed {
  let now: Replayed = { held: problem.start, done: 0, fresh: true };
  for (const step of before) {
    const [body = ""] = step.split(/so the answer is/i);
    const stated = holdingsIn(body, problem.people);
    if (isEnd(body) || stated.size === 0) continue;
    const done = doneAfter(body, stated, problem, now);
    const moved = advance(problem, now, done);
    const full = [...stated].map(([person, thing]) => [person, nameOf(thing, problem) ?? thing] as const);
    now = { held: new Map([...moved, ...full]), done, fresh: false };
  }
  return now;
}

function isEnd(body: string): boolean {
  return /^\s*(?:at the end|in the end|finally,? at the end|therefore)/i.test(body);
}

/** A step that names a swap, or comes after a state, does the next one; "At the start" and a bare first state do none. */
function doneAfter(body: string, stated: Holdings, problem: Problem, before: Replayed): number {
  if (/^\s*(?:at the (?:start|beginning)|initially|start\b)/i.test(body)) return before.done;
  if (/\band \w+ (?:swap|trade|switch|exchange)/.test(body)) return before.done + 1;
  const isStart =
    before.fresh && [...stated].every(([it, thing]) => fits(thing, problem.start.get(it), problem));
  return isStart ? before.done : before.done + 1;
}

function advance(problem: Problem, before: Replayed, done: number): Holdings {
  const held = new Map(before.held);
  for (const [one, other] of problem.swaps.slice(before.done, done)) {
    const kept = held.get(one) ?? "";
    held.set(one, held.get(other) ?? "");
    held.set(other, kept);
  }
  return held;
}

function judgeState(body: string, stated: Holdings, problem: Problem, before: Replayed): true | string {
  const done = doneAfter(body, stated, problem, before);
  if (done > problem.swaps.length) return "there is no further swap";
  const named = /(\w+) and (\w+) (?:swap|trade|switch|exchange)/.exec(body);
  if (named !== null && done > before.done) {
    const pair = [named[1] ?? "", named[2] ?? ""].map((it) => personOf(it, problem.people) ?? it).toSorted();
    const wanted = problem.swaps[done - 1]?.toSorted() ?? [];
    if (pair.join() !== wanted.join()) return `the next swap is between ${wanted.join(" and ")}`;
  }
  const now = advance(problem, before, done);
  for (const [person, thing] of stated)
    if (!fits(thing, now.get(person), problem)) return `${person} has ${now.get(person) ?? "nothing"}`;
  // Who is left out is taken to hold what they held: people mark no such step as wrong.
  return true;
}

/** What a short name stands for: the one thing of the problem that holds its words. */
function nameOf(thing: string, problem: Problem): string | undefined {
  const things = [...problem.start.values()];
  const exact = things.find((it) => plain(it) === plain(thing));
  if (exact !== undefined) return exact;
  const [one, ...others] = things.filter((it) => ` ${plain(it)} `.includes(` ${plain(thing)} `));
  return others.length === 0 ? one : undefined;
}

function fits(thing: string, held: string | undefined, problem: Problem): boolean {
  if (held === undefined) return false;
  return (nameOf(thing, problem) ?? thing) === held || plain(thing) === plain(held);
}

function plain(thing: string): string {
  return thing
    .toLowerCase()
    .replaceAll(/\b(?:the|an?|ball|present|gift|book|position)\b/g, " ")
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim();
}

function judgeEnd(body: string, problem: Problem, before: Replayed): true | string {
  const said =
    /\b(\w+) (?:has|is dancing with|is playing|gets|is holding|ends up with)(?: the)? ([^.]+)/.exec(body);
  if (said === null) return true;
  const person = personOf(said[1] ?? "", problem.people);
  if (person === undefined) return true;
  return fits(said[2] ?? "", before.held.get(person), problem) || `${person} has ${before.held.get(person)}`;
}

/** The letter names what the person asked about holds after this step. */
function judgeAnswer(answer: string, body: string, problem: Problem, before: Replayed): true | string {
  const letter = /\(([A-Z])\)/.exec(answer)?.[1];
  if (letter === undefined || problem.asked === undefined) return true;
  const stated = holdingsIn(body, problem.people);
  const done = isEnd(body) || stated.size === 0 ? before.done : doneAfter(body, stated, problem, before);
  const held = advance(problem, before, done).get(problem.asked);
  const option = problem.options.get(letter);
  if (option === undefined || held === undefined) return true;
  return fits(option, held, problem) || `${problem.asked} has ${held}`;
}
