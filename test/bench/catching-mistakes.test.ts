// A checker that finds wrong steps has two ways to be worthless: it blames what is right, and it passes what is
// wrong. For each kind of task one chain is written right, and then spoiled in one step at a time.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { check } from "firebreak";
import { deduction } from "../../bench/catching/mistakes/deduction.ts";
import { dyck } from "../../bench/catching/mistakes/dyck.ts";
import { evaluate } from "../../bench/catching/mistakes/expression.ts";
import { multistep } from "../../bench/catching/mistakes/multistep.ts";
import { run } from "../../bench/catching/mistakes/mistakes.ts";
import { run as runUnseen } from "../../bench/catching/mistakes/unseen.ts";
import { sorting } from "../../bench/catching/mistakes/sorting.ts";
import { firstWrong, type StepCheck } from "../../bench/catching/mistakes/trace.ts";
import { tracking } from "../../bench/catching/mistakes/tracking.ts";

interface Chain {
  readonly problem: string;
  readonly steps: readonly string[];
}

/** Step `at` written otherwise is the first wrong one. */
async function spoiled(check: StepCheck, it: Chain, at: number, step: string): Promise<void> {
  const steps = it.steps.with(at, step);
  assert.deepEqual(await firstWrong(check, { ...it, steps }), { first: at, unread: 0 }, step);
}

async function right(check: StepCheck, it: Chain): Promise<void> {
  assert.deepEqual(await firstWrong(check, it), { first: undefined, unread: 0 });
}

describe("brackets", () => {
  const it: Chain = {
    problem: "[ < > ( {",
    steps: [
      "We should process each input one by one and keep track of the stack configuration.",
      "stack: empty",
      "[ ; stack: [",
      "< ; stack: [ <",
      "> ; stack: [",
      "( ; stack: [ (",
      "{ ; stack: [ ( {",
      'Now, we have reached the end. The final stack is "[ ( {".',
      'We will need to pop out "{", "(", "[" one by one in that order.',
      'So, we need "}", ")", "]". So the answer is } ) ]',
    ],
  };

  test("a right chain is passed", () => right(dyck, it));
  test("a stack that does not follow is found", () => spoiled(dyck, it, 4, "> ; stack: [ <"));
  test("a bracket that is not the next one is found", () => spoiled(dyck, it, 5, "{ ; stack: [ {"));
  test("a bracket that closes another kind is found", () =>
    spoiled(dyck, { ...it, problem: "[ < ] ( {" }, 4, "] ; stack: ["));
  test("a final stack that is not the last one is found", () =>
    spoiled(dyck, it, 7, 'The final stack is "[ (".'));
  test("an order of popping that is not the stack's is found", () =>
    spoiled(dyck, it, 8, 'We will need to pop out "[", "(", "{" one by one in that order.'));
  test("an answer that does not close is found", () =>
    spoiled(dyck, it, 9, 'So, we need "}", ")", "]". So the answer is } ]'));
  test("leaving out the end of the problem is found", async () => {
    const steps = it.steps.toSpliced(6, 1);
    assert.equal((await firstWrong(dyck, { ...it, steps })).first, 6);
  });
});

describe("worked arithmetic", () => {
  const it: Chain = {
    problem: "((2 * -3 + 4) - (5 - -1)) =",
    steps: [
      'This equation can be written as "A - B", where A = (2 * -3 + 4) and B = (5 - -1).',
      "Let's calculate A = (2 * -3 + 4) = (-6 + 4) = -2.",
      "Let's calculate B = (5 - -1) = (5 + 1) = 6.",
      "Then, the final equation is A - B = -2 - 6 = -8. So the answer is -8",
    ],
  };

  test("a right chain is passed", () => right(multistep, it));
  test("a side that has another value is found", () =>
    spoiled(multistep, it, 1, "Let's calculate A = (2 * -3 + 4) = (6 + 4) = 10."));
  test("a side that is wrong in between is found, though the end is right", () =>
    spoiled(multistep, it, 1, "Let's calculate A = (2 * -3 + 4) = (-6 - 4) = -2."));
  test("a value that is not the one worked out before is found", () =>
    spoiled(multistep, it, 3, "Then, the final equation is A - B = 2 - 6 = -4. So the answer is -4"));
  test("an answer that is not the last value is found", () =>
    spoiled(multistep, it, 3, "Then, the final equation is A - B = -2 - 6 = -8. So the answer is 8"));
  test("a step without an equation is not read, and not blamed", async () => {
    const steps = [...it.steps.slice(0, 1), "Let me think about A."];
    assert.deepEqual(await firstWrong(multistep, { ...it, steps }), { first: undefined, unread: 1 });
  });
  test("signs bind as in school, and text is never run", () => {
    assert.equal(evaluate("2 + 3 * -4"), -10);
    assert.equal(evaluate("-(2 - 5) * 2"), 6);
    assert.equal(evaluate("A * 2", new Map([["A", 4]])), 8);
    assert.equal(evaluate("process.exit(1)"), undefined);
    assert.equal(evaluate("(1 + 2"), undefined);
    assert.equal(evaluate("1 / 0"), undefined);
  });
});

describe("sorting words", () => {
  const first = 'The first letter: "pear": "p" (16). "apple": "a" (1). "plum": "p" (16). "avocado": "a" (1).';
  const it: Chain = {
    problem: "Sort the following words alphabetically: List: pear apple plum avocado",
    steps: [
      `I should start by looking at the first letter of the words in the list. ${first}`,
      'We now have: (1) ["apple" ? "avocado"] < (16) ["pear" ? "plum"].',
      'Now let\'s sort this subpart ["apple" ? "avocado"] by looking at their second letters. The second letter: "apple": "p" (16). "avocado": "v" (22).',
      'We now have: (16) "apple" < (22) "avocado" for the subpart. Hence, we have "apple" < "avocado" < ["pear" ? "plum"].',
      'Now let\'s sort this subpart ["pear" ? "plum"] by looking at their second letters. The second letter: "pear": "e" (5). "plum": "l" (12).',
      'We now have: (5) "pear" < (12) "plum" for the subpart. Hence, we have "apple" < "avocado" < "pear" < "plum".',
      "I have now sorted all the words. The answer is apple avocado pear plum",
    ],
  };

  test("a right chain is passed", () => right(sorting, it));
  test("a letter that is not the word's is found", () =>
    spoiled(sorting, it, 0, it.steps[0]!.replace('"plum": "p" (16)', '"plum": "l" (12)')));
  test("a word under another letter is found", () =>
    spoiled(sorting, it, 1, 'We now have: (1) ["apple" ? "avocado" ? "plum"] < (16) "pear".'));
  test("a word left out is found", () =>
    spoiled(sorting, it, 1, 'We now have: (1) ["apple" ? "avocado"] < (16) "pear".'));
  test("going on before a part is sorted is found", () => spoiled(sorting, it, 2, it.steps[4]!));
  test("a group in the wrong order is found", () =>
    spoiled(
      sorting,
      it,
      5,
      'We now have: (12) "plum" < (5) "pear" for the subpart. Hence, we have "apple" < "avocado" < "plum" < "pear".',
    ));
  test("a whole that is not the order before with the part put in is found", () =>
    spoiled(
      sorting,
      it,
      3,
      'We now have: (16) "apple" < (22) "avocado" for the subpart. Hence, we have "avocado" < "apple" < ["pear" ? "plum"].',
    ));
  test("an answer in another order is found", () =>
    spoiled(sorting, it, 6, "I have now sorted all the words. The answer is apple pear avocado plum"));
});

describe("swapping", () => {
  const it: Chain = {
    problem:
      "Alice, Bob, and Claire are friends. At the start, they each buy one new book: Alice gets The Pearl, Bob gets Moby Dick, and Claire gets Ulysses.\n" +
      "As time goes by, they trade. First, Alice and Bob swap books. Then, Bob and Claire swap books. At the end, Claire has\n" +
      "Options:\n(A) The Pearl.\n(B) Moby Dick.\n(C) Ulysses.",
    steps: [
      "At the start: Alice: Pearl, Bob: Moby Dick, Claire: Ulysses.",
      "Alice and Bob swap books: Alice: Moby Dick, Bob: The Pearl, Claire: Ulysses.",
      "Bob and Claire swap books: Alice: Moby Dick, Bob: Ulysses, Claire: The Pearl.",
      "At the end, Claire has The Pearl. So the answer is (A)",
    ],
  };

  test("a right chain is passed, short names included", () => right(tracking, it));
  test("initials stand for people", () =>
    right(tracking, {
      ...it,
      steps: ["A: Pearl, B: Moby Dick, C: Ulysses", "A: Moby Dick, B: Pearl, C: Ulysses", it.steps[2]!],
    }));
  test("people who are not named keep what they hold", () =>
    right(tracking, { ...it, steps: it.steps.with(1, "Alice and Bob swap: Alice: Moby Dick, Bob: Pearl.") }));
  test("a holding that does not follow is found", () =>
    spoiled(tracking, it, 1, "Alice and Bob swap books: Alice: Moby Dick, Bob: Moby Dick, Claire: Ulysses."));
  test("a swap that is not the next one is found", () =>
    spoiled(tracking, it, 1, "Alice and Claire swap books: Alice: Ulysses, Bob: Moby Dick, Claire: Pearl."));
  test("an end that is not the last state is found", () =>
    spoiled(tracking, it, 3, "At the end, Claire has Moby Dick. So the answer is (B)"));
  test("a letter of another option is found", () =>
    spoiled(tracking, it, 3, "At the end, Claire has The Pearl. So the answer is (C)"));
});

describe("deduction", () => {
  const it: Chain = {
    problem:
      "The following statements each describe a set of three objects arranged in a fixed order.\n" +
      "- In an antique car show, there are three vehicles: a truck, a bus, and a station wagon.\n" +
      "- The bus is the newest.\n- The truck is older than the station wagon.\n" +
      "Q: Which is correct?\nOptions:\n(A) The truck is the oldest.\n(B) The bus is the oldest.\n(C) The station wagon is the oldest.",
    steps: [
      "I need to identify the positions of all three vehicles.",
      "The bus is the newest. So from oldest to newest: first and second can be any vehicle, then third is the bus.",
      "The truck is older than the station wagon, so the truck cannot be the newest.",
      "So from oldest to newest: first is the truck, then second is the station wagon, then third is the bus.",
      "According to this ordering, the oldest vehicle is the truck. So the answer is (A)",
    ],
  };

  test("a right chain is passed", () => right(deduction, it));
  test("the same row counted from the other end is passed", () =>
    right(deduction, {
      ...it,
      steps: it.steps.with(
        3,
        "So from newest to oldest: first is the bus, then second is the station wagon, then third is the truck.",
      ),
    }));
  test("a place counted from the wrong end is found", () =>
    spoiled(deduction, it, 1, "The bus is the newest. So from oldest to newest: first is the bus."));
  test("a conclusion that does not follow yet is found, though it is true", () =>
    spoiled(
      deduction,
      it,
      1,
      "The bus is the newest. So from oldest to newest: first is the truck, then second can be any vehicle, then third is the bus.",
    ));
  test("a conclusion that does not follow from what it is drawn from is found, though it is true", () =>
    spoiled(
      deduction,
      it,
      2,
      "The truck is older than the station wagon, so the station wagon cannot be the newest.",
    ));
  test("a place lost on the way is found", () =>
    spoiled(deduction, it, 3, "So from oldest to newest: first, second, and third can be any vehicle."));
  test("more places than objects are found", () =>
    spoiled(
      deduction,
      it,
      3,
      "So from oldest to newest: second is the truck, then third is the station wagon, then fourth is the bus.",
    ));
  test("an option that does not follow is found", () =>
    spoiled(deduction, it, 4, "According to this ordering, the truck is the oldest. So the answer is (C)"));
  test("a puzzle that cannot be read is not judged", async () => {
    const problem = it.problem.replace("is the newest", "is nice");
    assert.deepEqual(await firstWrong(deduction, { problem, steps: it.steps }), {
      first: undefined,
      unread: it.steps.length,
    });
  });
});

test("a wrong step is wrong in whatever form the check says so", async () => {
  const forms = ["a sentence", ["a problem"], { problems: ["one"] }] as const;
  const passes = [true, [], { problems: [] }] as const;
  for (const form of forms) {
    const each = check("form", (step: string) => (step === "bad" ? form : passes[0]));
    assert.equal((await firstWrong(each, { problem: "", steps: ["good", "bad"] })).first, 1);
  }
  for (const form of passes) {
    const each = check("form", () => form);
    assert.deepEqual(await firstWrong(each, { problem: "", steps: ["good"] }), {
      first: undefined,
      unread: 0,
    });
  }
});

test("without data both parts say so in words and have no rows", async () => {
  for (const part of [run, runUnseen]) {
    const { rows, notes } = await part({ data: undefined, seed: 1, quick: true });
    assert.deepEqual(rows, []);
    assert.match(notes.join(), /^Skipped: FIREBREAK_DATA names no folder/);
  }
});
