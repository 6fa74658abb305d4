// Dyck languages: brackets are read one by one, a stack is kept, and what closes it is the answer.
// A step is right when it takes the next bracket of the problem and leaves the stack that the bracket
// makes of the stack before it.

import { check } from "firebreak";
import { type StepCheck, type StepInput, unread } from "./trace.ts";

const partner: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };
const bracket = /[[\](){}<>]/g;
const move = /^([[\](){}<>]?)\s*; stack:(.*?)(?:So the answer is(.*))?$/s;

/** Holds a step of a bracket-closing chain against the stack before it. */
export const dyck: StepCheck = check("the stack follows from the bracket", (step, { input }) => {
  const before = replayOf(input);
  const moved = move.exec(step);
  if (moved !== null) return judgeMove(moved, before);
  if (step.startsWith("stack: empty")) return before.taken === 0 || "the stack is emptied after it was begun";
  if (/final stack is/.test(step)) return judgeFinal(step, before);
  if (/pop out/.test(step)) return judgePops(step, before) ?? judgeAnswer(step, before);
  if (/we need|answer is/.test(step)) return judgeNeeds(step, before) ?? judgeAnswer(step, before);
  return bracketsIn(step).length === 0 || unread;
});

interface Replayed {
  readonly problem: readonly string[];
  /** Brackets taken so far. */
  readonly taken: number;
  /** The stack as the last step before states it. */
  readonly stack: readonly string[];
}

function bracketsIn(text: string): string[] {
  return text.match(bracket) ?? [];
}

function replayOf(input: StepInput): Replayed {
  const moves = input.before.flatMap((it) => move.exec(it) ?? []);
  const taken = input.before.filter((it) => move.test(it)).length;
  const stated = moves.length === 0 ? "" : (input.before.findLast((it) => move.test(it)) ?? "");
  return {
    problem: bracketsIn(input.problem),
    taken,
    stack: bracketsIn(move.exec(stated)?.[2] ?? ""),
  };
}

function judgeMove(moved: RegExpExecArray, before: Replayed): true | string {
  const expected = before.problem[before.taken];
  if (expected === undefined) return "the problem has no further bracket";
  if (moved[1] !== expected) return `the next bracket is ${expected}`;
  const stack = after(before.stack, expected);
  if (stack === undefined) return `${expected} does not close ${before.stack.at(-1) ?? "anything"}`;
  return same(bracketsIn(moved[2] ?? ""), stack) || `the stack is now ${stack.join(" ") || "empty"}`;
}

function after(stack: readonly string[], next: string): readonly string[] | undefined {
  if (next in partner) return [...stack, next];
  const top = stack.at(-1);
  return top !== undefined && partner[top] === next ? stack.slice(0, -1) : undefined;
}

function judgeFinal(step: string, before: Replayed): true | string {
  if (before.taken < before.problem.length) return "brackets of the problem were left out";
  return same(bracketsIn(step), before.stack) || `the stack is ${before.stack.join(" ") || "empty"}`;
}

/** The first sentence names what is popped: the stack, from its top. Undefined when that is right. */
function judgePops(step: string, before: Replayed): string | undefined {
  const [pops = ""] = step.split("So the answer is");
  const named = bracketsIn(pops);
  const wanted = before.stack.toReversed();
  if (named.length === 0 || /twice|once|times/.test(pops) || same(named, wanted)) return undefined;
  return `to be popped, in this order: ${wanted.join(" ")}`;
}

function judgeNeeds(step: string, before: Replayed): string | undefined {
  const [needs = ""] = step.split("So the answer is");
  const named = bracketsIn(needs);
  return named.length === 0 || same(named, closers(before)) ? undefined : needed(before);
}

function judgeAnswer(step: string, before: Replayed): true | string {
  const answer = step.split("So the answer is")[1];
  if (answer === undefined) return true;
  return same(bracketsIn(answer), closers(before)) || needed(before);
}

function closers(before: Replayed): readonly string[] {
  return before.stack.toReversed().map((it) => partner[it] ?? it);
}

function needed(before: Replayed): string {
  return `needed: ${closers(before).join(" ") || "nothing"}`;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((it, at) => it === other[at]);
}
