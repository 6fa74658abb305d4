// What could go wrong: an invented name passes because its words stand somewhere, or an ordinary word with a
// capital is called an invented name. Names as people write them, with and without their source.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Verdict } from "../../src/check/check.ts";
import { grounded } from "../../src/check/grounded.ts";
import { runChecks } from "../../src/check/judge-checks.ts";
import { readNames } from "../../src/check/read-names.ts";

const judge = (text: unknown, read: string, kind: "names" | "claims" = "names"): Verdict =>
  (
    runChecks(
      [grounded("text", { kind })],
      { text },
      { input: null, read: [{ name: "notes.md", text: read, value: read }] },
    ) as Verdict[]
  )[0]!;

const page =
  "Timothy Andrew Fischer led the National Party of Australia. Born in Łódź, María Elena Ocampo-Núñez joined the World Health " +
  "Organization in Italy. J. R. Okafor and the U.S. envoy met at O’Brien’s house. Alice Brown met Carl Smith there later.";

type Row = readonly [text: string, result: Verdict["result"], why: string];

const rows: readonly Row[] = [
  ["Timothy Andrew Fischer", "pass", "whole"],
  ["Timothy Fischer", "pass", "without its middle name"],
  ["Fischer", "pass", "by the family's name alone"],
  ["FISCHER", "pass", "in capitals"],
  ["Fischer's", "pass", "in the genitive"],
  ["T. Fischer", "pass", "with an initial for the first name"],
  ["Tim Fischer", "unsure", "with a short form of the first name"],
  ["Fisher", "unsure", "with one letter left out"],
  ["Timothy Henry Fischer", "fail", "with a name the source does not give"],
  ["Timothy Sheerin", "fail", "with another family's name"],
  ["Paul Sheerin", "fail", "of somebody else"],
  ["Maria Elena Ocampo Nunez", "pass", "without accents and hyphens"],
  ["Lodz", "pass", "a place without its accents"],
  ["WHO", "pass", "an acronym of what stands there in full"],
  ["NATO", "fail", "an acronym of nothing there"],
  ["Italian", "pass", "the people of a country named there"],
  ["American", "pass", "the people of a country that goes by initials there"],
  ["United States", "pass", "a country in full that goes by initials there"],
  ["French", "fail", "another people"],
  ["John Okafor", "unsure", "a first name where the source has initials"],
  ["O'Brien", "pass", "with the other apostrophe"],
  ["Alice Smith", "unsure", "put together of two names"],
  ["Australia's National Party", "pass", "with its words in another order"],
  ["Western Australia", "unsure", "with a word of many names more"],
  ["no name at all", "unsure", "nothing to look up"],
];

describe("a name", () => {
  for (const [text, result, why] of rows) {
    test(`${result}: ${why} ("${text}") (WORD1)`, () => {
      const verdict = judge(text, page);
      assert.equal(verdict.result, result, JSON.stringify(verdict));
    });
  }

  test("an acronym in the source bears its long form out in part only", () => {
    assert.equal(judge("the World Health Organization", "the WHO said so").result, "unsure");
  });

  test("a failure names the words that are missing", () => {
    const [problem] = judge("He met Timothy Sheerin", page).problems;
    assert.match(problem!.message, /^Sheerin of the name "Timothy Sheerin" does not occur in what was read/);
    assert.equal(problem!.claimed, "He met Timothy Sheerin");
  });
});

describe("names in running text", () => {
  const prose: readonly Row[] = [
    ["However, the party was led by Fischer. Leading it was hard.", "pass", "first words of sentences"],
    ["- Leadership: Fischer led\n- Meeting: Okafor met", "pass", "entries of a list"],
    ["## Party And Leadership Overview\nFischer led the party.", "pass", "a heading"],
    ["The party was led by Fischer, not by Whitlam.", "fail", "a name in the middle of a sentence"],
    ["Gough Whitlam led the party.", "fail", "a name at the beginning, by its second word"],
    ["The Party led. A party may lead.", "pass", "a word that also stands in small letters"],
  ];
  const coded: readonly Row[] = [
    ["The IL-6 level rose.", "pass", "a name with its number"],
    ["The IL 6 level and the IL6 level rose.", "pass", "a name with its number, otherwise joined"],
    ["The IL-8 level rose.", "fail", "a name with another number"],
    ["COVID-91 cases rose.", "fail", "a name with another number that opens a sentence"],
    ["Many got COVID-19.", "pass", "a name with its number at the end"],
    ["Many got B12, and Under-21 players came.", "pass", "a hyphen that the source has, or has not"],
    ["Many Under-23 players came.", "fail", "an ordinary word with another number"],
    ["Many had Mark-7 cars.", "pass", "a name that stands nowhere with a number"],
    ["See Passage-4 and Step-9.", "pass", "labels"],
    ["Ottilie has the cars.", "fail", "an unknown word that opens a sentence and acts"],
    ["Ottilie's cars came.", "fail", "an unknown word that opens a sentence and owns"],
    ["Ottilie, a driver, came.", "fail", "an unknown word that opens a sentence and is explained"],
    ["Mark's cars came. Mark, a driver, has many.", "pass", "a known word there"],
    ["Here's more. Women's cars came. Instead, a driver has many.", "pass", "ordinary words there"],
    ["Additionally, a driver came. Driving is hard.", "pass", "words with the ends of ordinary ones"],
    ["They dug inMotya.", "unsure", "a name without the blank before it"],
    ["They dug inVelmora.", "fail", "an unknown name without the blank before it"],
  ];
  const lab =
    "The IL-6 level of COVID-19 cases rose. Many got B-12. Many under-21 players had cars. Mark came. They dug in Motya.";
  for (const [text, result, why] of coded) {
    test(`${result}: ${why} ("${text}")`, () => {
      const verdict = judge(text, lab, "claims");
      assert.equal(verdict.result, result, JSON.stringify(verdict));
    });
  }

  for (const [text, result, why] of prose) {
    test(`${result}: ${why} ("${text.replaceAll("\n", " / ")}")`, () => {
      const verdict = judge(text, page, "claims");
      assert.equal(verdict.result, result, JSON.stringify(verdict));
    });
  }
});

describe("properties of names", () => {
  const syllables = fc.array(fc.constantFrom("ba", "ko", "ri", "mu", "tel", "sa", "von", "qui"), {
    minLength: 2,
    maxLength: 4,
  });
  const name = syllables.map((it) => it.join("")).map((it) => it[0]!.toUpperCase() + it.slice(1));

  test("a name that stands in the source passes, and one with no word in it fails", () => {
    fc.assert(
      fc.property(fc.tuple(name, name), fc.tuple(name, name), (known, other) => {
        const read = `Later ${known.join(" ")} came home.`;
        assert.equal(judge(`It was ${known.join(" ")} again`, read).result, "pass");
        const near = (it: string): boolean => known.some((one) => one.slice(0, 3) === it.slice(0, 3));
        if (other.some(near) || other[0] === other[1]) return;
        assert.equal(
          judge(`It was ${other.map((it) => `Z${it.toLowerCase()}x`).join(" ")} again`, read).result,
          "fail",
        );
      }),
      { numRuns: 200 },
    );
  });

  test("reading places every name inside the text", () => {
    const pieces = fc.constantFrom(
      "Anna ",
      "de ",
      "la ",
      "B. ",
      "U.S. ",
      "the ",
      "x",
      "-",
      "’s ",
      "\n",
      "É",
      ", ",
      "& ",
      "(",
      '"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const text = parts.join("");
        for (const it of readNames(text)) assert.equal(text.slice(it.at, it.end), it.text);
      }),
      { numRuns: 300 },
    );
  });
});
