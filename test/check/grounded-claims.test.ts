// What could go wrong: running text passes with a changed number, a swapped name, an altered quotation or a
// sentence turned round; or honest text fails for a count of its own, a list's numbers or its typography.
// Each rule is shown both ways; the spans of its evidence are held against the bytes of the source.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Source, Verdict } from "../../src/check/check.ts";
import { grounded } from "../../src/check/grounded.ts";
import { runChecks } from "../../src/check/judge-checks.ts";

const source = (text: string, name = "notes.md"): Source => ({ name, text, value: text });
const judge = (text: string, read: string | readonly Source[]): Verdict =>
  (
    runChecks([grounded("", { kind: "claims" })], text, {
      input: null,
      read: typeof read === "string" ? [source(read)] : read,
    }) as Verdict[]
  )[0]!;

const page =
  "The Harbour Trust grossed $ 181,674,817 in 2014 on a budget of $160 million.\n" +
  "Its director, Marta Lindqvist, was born on 4 March 1968 in Gothenburg. The trust runs twelve ferries and 3 museums.\n" +
  "Between 5 and 10 percent of visitors pay by cheque. The ferry crosses in 1 1/2 hours. “A harbour is never finished,” she says.\n" +
  "The old pier is higher than the new pier. The survey did not find oil in the basin. It was the 18th crossing; they won 33-20.";

type Row = readonly [text: string, result: Verdict["result"], why: string];

const rows: readonly Row[] = [
  ["It grossed $181,674,817 in 2014.", "pass", "an amount and a year"],
  ["It grossed $181,647,817 in 2014.", "fail", "digits transposed"],
  ["It grossed $181,674,817 in 2015.", "fail", "another year"],
  ["It grossed about $182 million.", "pass", "rounded as the text rounds"],
  ["It grossed about $183 million.", "fail", "rounded to something else"],
  ["The budget was $160m.", "pass", "a letter for millions"],
  ["The budget was $160bn.", "fail", "a letter for billions"],
  ["There are 12 ferries and three museums.", "pass", "words for digits and digits for words"],
  ["There is a dozen ferries.", "pass", "a dozen"],
  ["There are twenty-one ferries.", "fail", "a larger count in words"],
  ["There are four museums.", "fail", "a count in words that the source gives otherwise"],
  ["There are four piers.", "unsure", "a small count in words that may be the writer's own"],
  ["From 5 to 10% pay by cheque.", "pass", "a range, its unit once"],
  ["From 5 to 12% pay by cheque.", "fail", "a range with one wrong end"],
  ["It crosses in 1.5 hours, or 90 minutes.", "pass", "a fraction as a decimal, hours as minutes"],
  ["It crosses in 1½ hours.", "pass", "a fraction as one sign"],
  ["It was the 18th crossing.", "pass", "an ordinal"],
  ["It was the 81st crossing.", "fail", "another ordinal"],
  ["They won 33-20.", "pass", "a score"],
  ["They won 33-26.", "fail", "a score altered on one side"],
  ["They drew 7-7.", "unsure", "a score the source has nothing like"],
  ["Marta Lindqvist directs the trust.", "pass", "a name"],
  ["It is directed by Lindqvist, born in March 1968.", "pass", "part of a name, part of a date"],
  ["It is directed by Paula Okafor.", "fail", "another name"],
  ["She was born on 5 March 1968.", "fail", "another day"],
  ['She says "a harbour is never finished".', "pass", "a quotation, in other marks and another case"],
  ['She says "a harbour is often finished".', "fail", "a quotation with one word altered"],
  ['Call it "a floating house of many tides".', "unsure", "quotation marks around words of nobody"],
  ['Some call it "the pond".', "pass", "a term, too short to be a quotation"],
  ["The old pier is higher than the new pier.", "pass", "a comparison"],
  ["The old pier is lower than the new pier.", "fail", "a comparison turned round"],
  ["The new pier is higher than the old pier.", "fail", "a comparison with its sides exchanged"],
  ["The new pier is lower than the old pier.", "pass", "a comparison turned and exchanged"],
  ["The survey found no oil in the basin.", "pass", "a negation at another place"],
  ["The survey did find oil in the basin.", "fail", "a negation dropped"],
  ["The trust does not run museums and ferries.", "fail", "a negation put in"],
  ["See Table 2 and step 4 [1]. (Passage 3)", "pass", "labels and citations"],
  ["There are 4 steps:\n1. Go\n2. Wait\n3. Look\n4. Leave", "pass", "a count of the text's own list"],
  ["Nothing is stated here.", "pass", "nothing to look up"],
];

const guide =
  "How do crab traps work? In case the catch is not dry, do not close the lid. The trap has a unique, well made wire frame. " +
  "The lid closes by itself. It weighs 20 pounds and is 60 inches wide; boil at 79 degrees for an hour. " +
  "The hosts led 2-1 and then 4-2 before the guests got one back. A fox makes the horse drink. " +
  "If the float rises, the valve does not open.";

const guideRows: readonly Row[] = [
  ["The catch is dry, so close the lid.", "pass", "a condition that denies is no denial"],
  ["Close the lid.", "pass", "what holds under a condition only is not denied"],
  ["In case the catch is dry, do not close the lid.", "fail", "a condition turned round"],
  ["If the float rises, the valve opens.", "fail", "what follows from a condition turned round"],
  ["The lid does not close by itself.", "fail", "a denial without a condition"],
  ["It was 4-3 in the end.", "unsure", "the next score, worked out"],
  ["It was 4-7 in the end.", "fail", "a score altered on one side"],
  ["It ended 8-5 after a long game.", "unsure", "a score worked out from what is told"],
  ["It weighs 20 pounds (9 kg).", "unsure", "pounds as kilograms"],
  ["It weighs 20 pounds (14 kg).", "fail", "pounds as kilograms, wrongly"],
  ["It is 60 inches (152 cm) wide.", "unsure", "inches as centimetres"],
  ["Boil at 79 degrees Fahrenheit (26 °C).", "unsure", "degrees of an unknown scale in the other one"],
  ["Boil at 79 degrees Fahrenheit (36 °C).", "fail", "degrees that come from none"],
  ["You ask: “How do crab traps work?”", "pass", "a question repeated"],
  ["You ask: “How do the crab traps work?”", "unsure", "a question with a small word more"],
  ["You ask: “How do lobster traps work?”", "fail", "a question with another telling word"],
  ["You ask: “How do traps work?”", "fail", "a question without a telling word"],
  ["You ask: “How do big crab traps work?”", "unsure", "a question with a telling word more"],
  ["You ask: “Why would anybody buy one?”", "unsure", "a question of the writer's own"],
  ["It has a “unique, well made wire frame”.", "pass", "a term of the source"],
  ["It has a “well painted wire”.", "fail", "a short term with one word altered"],
  ["It has a “unique made wire”.", "fail", "a short term with one word left out"],
  ["It is a “pot of gold”.", "pass", "a short term of the writer's own"],
  ["It is about “making the horse drink”.", "unsure", "a quotation whose first word took another form"],
  ["It is about “makes the mule drink”.", "fail", "a quotation with one word altered inside"],
];

describe("a text about what a guide says", () => {
  for (const [text, result, why] of guideRows) {
    test(`${result}: ${why} ("${text}")`, () => {
      const verdict = judge(text, guide);
      assert.equal(verdict.result, result, JSON.stringify(verdict));
    });
  }

  test("every sentence of the guide, and every run of three words or more in quotation marks, never fails", () => {
    for (const sentence of guide.split(/(?<=[.?]) /)) {
      assert.equal(judge(sentence, guide).result, "pass", sentence);
      const words = sentence.replace(/[.?]$/, "").split(" ");
      for (let from = 0; from + 3 <= words.length; from += 1)
        for (let to = from + 3; to <= words.length; to += 1) {
          const quoted = `It says “${words.slice(from, to).join(" ")}”.`;
          assert.equal(judge(quoted, guide).result, "pass", quoted);
        }
    }
  });
});

describe("running text", () => {
  for (const [text, result, why] of rows) {
    test(`${result}: ${why} ("${text.replaceAll("\n", " / ")}")`, () => {
      const verdict = judge(text, page);
      assert.equal(verdict.result, result, JSON.stringify(verdict));
    });
  }

  test("a sentence that agrees with one source and turns another round passes", () => {
    const read = [
      source("The old pier is higher than the new pier."),
      source("The old pier is lower than the new pier.", "b"),
    ];
    assert.equal(judge("The old pier is higher than the new pier.", read).result, "pass");
  });

  test("each problem shows the passage beside it, at most a hundred of them", () => {
    const text = Array.from({ length: 150 }, (_, at) => `${70_000 + at} ferries.`).join(" ");
    const { problems, note } = judge(text, page);
    assert.equal(problems.length, 100);
    assert.match(note!, /of 150 problems/);
  });
});

describe("evidence", () => {
  const accents =
    "Zuerst: éé, ‘ﬁrst’ – 😀.\nCafe\u0301 Lindqvist hosted 1,234 guests on 4 March 1968 and said “we are full”.";

  test("names the bytes of the source and of the text, whatever letters come before", () => {
    const text = "Für das Café Lindqvist: 1234 guests on March 4, 1968, who heard “we are full”.";
    const { result, evidence } = judge(text, accents);
    assert.equal(result, "pass");
    const bytes = Buffer.from(accents);
    const cut = Buffer.from(text);
    assert.deepEqual(
      evidence!.map((it) => [
        cut.subarray(it.claimed!.start, it.claimed!.end).toString(),
        bytes.subarray(it.start, it.end).toString(),
      ]),
      [
        ["Café Lindqvist", "Cafe\u0301 Lindqvist"],
        ["1234", "1,234"],
        ["March 4, 1968", "4 March 1968"],
        ["“we are full”", "we are full"],
      ],
    );
    assert.ok(evidence!.every((it) => it.where === "notes.md:2"));
  });

  test("in a value, names the bytes of the text at the path", () => {
    const value = { name: "fits", value: { rows: [{ note: "ééé 12 hits" }, { hits: 0.8772 }] } };
    const [first, second] = judge("12 hits at 0.88", [value]).evidence!;
    assert.deepEqual([first!.where, first!.start, first!.end], ["fits rows[0].note", 7, 9]);
    assert.deepEqual([second!.where, second!.start, second!.end], ["fits rows[1].hits", 0, 6]);
  });

  test("of a quotation at a path is its whole stretch", () => {
    const quote = "we are full";
    const [verdict] = runChecks(
      [grounded("quote")],
      { quote },
      { input: null, read: [source(accents)] },
    ) as Verdict[];
    const [it] = verdict!.evidence!;
    assert.equal(Buffer.from(accents).subarray(it!.start, it!.end).toString(), quote);
    assert.deepEqual(it!.claimed, { start: 0, end: 11 });
  });
});

describe("properties of running text", () => {
  const word = fc.constantFrom(
    ..."harbour ferry basin tide cargo winter under along bright rope anchor seldom quiet".split(" "),
  );
  const prose = fc.array(word, { minLength: 8, maxLength: 40 });

  test("any stretch of the source in quotation marks passes; with a strange word in it, it fails", () => {
    fc.assert(
      fc.property(prose, fc.nat(), fc.nat(), (words, from, count) => {
        const start = from % (words.length - 6);
        const part = words.slice(start, start + 6 + (count % (words.length - start - 5)));
        assert.equal(judge(`It says “${part.join(" ")}”.`, words.join(" ")).result, "pass");
        const altered = part.with(3, "zeppelin").join(" ");
        const telling = new Set(part.slice(0, 3)).size > 0;
        if (telling) assert.equal(judge(`It says “${altered}”.`, words.join(" ")).result, "fail", altered);
      }),
      { numRuns: 200 },
    );
  });

  test("a number passes where it stands, and a number that stands nowhere fails", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 999_999 }),
        fc.integer({ min: 10, max: 999_999 }),
        (known, other) => {
          const read = `In all ${known.toLocaleString("en-US")} crates came.`;
          assert.equal(judge(`There were ${known} crates.`, read).result, "pass");
          if (known !== other) assert.equal(judge(`There were ${other} crates.`, read).result, "fail");
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a source's own sentences never fail against it, nor what no rule decides (G4)", () => {
    const line = fc
      .tuple(
        word,
        word,
        fc.constantFrom("is", "is not", "never was"),
        fc.constantFrom("more", "less", "before", ""),
      )
      .map(([a, b, verb, than]) => `The ${a} ${b} ${verb} ${than} than 12 ropes of Marta.`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), fc.nat(), (lines, at) => {
        assert.equal(judge(lines[at % lines.length]!, lines.join(" ")).result, "pass");
      }),
      { numRuns: 200 },
    );
  });

  test("hostile texts take no time to speak of", () => {
    for (const hostile of [
      "Aa Bb ",
      "1-1 ",
      "A.",
      "May 3 ",
      "'a ",
      '"a b" ',
      "one hundred and ",
      "not more than a b. ",
    ]) {
      const text = hostile.repeat(2_000);
      const start = performance.now();
      judge(text, text);
      assert.ok(performance.now() - start < 3_000, hostile);
    }
  });
});
