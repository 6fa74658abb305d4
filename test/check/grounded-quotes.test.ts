// What could go wrong: a misquote passes (one digit, one word, a negation, another file), or a faithful
// quotation is stopped for its typography. Provoked by name, then by properties over altered sources.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Source, Verdict } from "../../src/check/check.ts";
import { grounded, type GroundedOptions } from "../../src/check/grounded.ts";
import { runChecks } from "../../src/check/judge-checks.ts";

const source = (name: string, text: string): Source => ({ name, text, value: text });
const judge = (quote: unknown, read: readonly Source[], options?: GroundedOptions): Verdict =>
  (runChecks([grounded("quote", options)], { quote }, { input: null, read }) as Verdict[])[0]!;

const protocol = source(
  "papers/protocol.md",
  "# Protocol\n\nThe 885 hits were re-tested in three independent runs.\nCompounds did not inhibit the enzyme at 0.5 µM, and\nwere there\u00adfore set aside as “non-inhibitors” – a ﬁrst re-\nsult of -3.5 mV.",
);
const other = source("papers/other.md", "Nothing here bears on the enzyme. Nine samples were frozen.");

describe("a quotation passes", () => {
  const faithful: readonly (readonly [string, string])[] = [
    ["word for word", "885 hits were re-tested in three independent runs"],
    ["across a line break", "at 0.5 µM, and were therefore set aside"],
    ["with straight marks for typographic ones", 'set aside as "non-inhibitors" - a first'],
    ["with the other micro sign", "enzyme at 0.5 μM, and"],
    ["when a line's hyphen is dropped", "a first result of"],
    ["when a line's hyphen is kept", "a first re-sult of"],
    ["inside marks of its own, with a stop at its end", "“The 885 hits were re-tested.”"],
    ["in parts around an ellipsis", "885 hits were re-tested … independent runs"],
    ["in parts around a bracketed ellipsis", "885 hits [...] independent runs"],
    ["of three words", "885 hits were"],
  ];
  for (const [how, quote] of faithful) {
    test(how, () =>
      assert.equal(
        judge(quote, [other, protocol]).result,
        "pass",
        JSON.stringify(judge(quote, [other, protocol])),
      ),
    );
  }

  test("with the line it stands on as evidence", () => {
    const verdict = judge("were therefore set aside", [protocol]);
    assert.equal(verdict.evidence![0]!.where, "papers/protocol.md:5");
    assert.match(verdict.evidence![0]!.text, /set aside/);
    assert.equal(verdict.note, "1 of 1 occur in what was read");
  });

  test("from a value, with the path in it; and from a document inside a value, with its file and line", () => {
    const value = {
      name: "search",
      value: {
        hits: [{ note: "the yield was low" }],
        papers: [{ file: "a.md", text: "one\ntwo words here" }],
      },
    };
    assert.equal(judge("yield was low", [value]).evidence![0]!.where, "search hits[0].note");
    assert.equal(judge("two words here", [value]).evidence![0]!.where, "a.md:2");
  });
});

describe("a quotation fails", () => {
  const wrong: readonly (readonly [string, string])[] = [
    ["with an altered digit", "886 hits were re-tested in three independent runs"],
    ["with a digit cut off", "85 hits were re-tested"],
    ["with a decimal cut off", "5 µM, and were"],
    ["with a minus cut off", "3.5 mV"],
    ["with a swapped word", "885 hits were re-tested in four independent runs"],
    ["with a dropped negation", "Compounds did inhibit the enzyme"],
    ["with a negating prefix cut off", 'inhibitors" - a first'],
    ["in another case", "COMPOUNDS did not inhibit"],
    ["with its parts in another order", "independent runs … 885 hits"],
    ["with parts of two files", "885 hits were … samples were frozen"],
    ["of a single word", "Compounds"],
    ["of single words around an ellipsis", "885 … inhibit … enzyme"],
    ["without a word", "…"],
  ];
  for (const [how, quote] of wrong) {
    test(how, () =>
      assert.equal(
        judge(quote, [other, protocol]).result,
        "fail",
        JSON.stringify(judge(quote, [other, protocol])),
      ),
    );
  }

  test("with the nearest passage, its file and its line beside the claim (G3)", () => {
    const { problems } = judge("886 hits were re-tested in three independent runs", [other, protocol]);
    const [problem] = problems;
    assert.equal(problem!.claimed, "886 hits were re-tested in three independent runs");
    assert.equal(problem!.where, "papers/protocol.md:3");
    assert.match(problem!.found!, /The 885 hits were re-tested in three independent runs\./);
    assert.equal(problem!.path, "quote");
  });

  test("without a passage where nothing is near", () => {
    assert.equal(judge("quite unrelated syllables throughout", [protocol]).problems[0]!.found, undefined);
  });
});

describe("where a quotation is looked for", () => {
  const gate = (output: unknown, options: GroundedOptions): Verdict =>
    (
      runChecks([grounded("claims[].quote", options)], output, {
        input: null,
        read: [protocol, other],
      }) as Verdict[]
    )[0]!;

  test("is the file its sibling names, by its path or the end of it", () => {
    const claim = { quote: "Nine samples were frozen", file: "other.md" };
    assert.equal(gate({ claims: [claim] }, { in: "claims[].file" }).result, "pass");
    const { problems } = gate(
      { claims: [claim, { ...claim, file: "papers/protocol.md" }] },
      { in: "claims[].file" },
    );
    assert.equal(problems.length, 1);
    assert.equal(problems[0]!.path, "claims[1].quote");
    assert.match(problems[0]!.message, /but in papers\/other\.md:1/);
  });

  test("fails for a file that was not read, and for no file", () => {
    const quote = "Nine samples were frozen";
    assert.match(
      gate({ claims: [{ quote, file: "papers/third.md" }] }, { in: "claims[].file" }).problems[0]!.message,
      /was not read/,
    );
    assert.match(
      gate({ claims: [{ quote }] }, { in: "claims[].file" }).problems[0]!.message,
      /names no file/,
    );
  });

  test("is the source an option names, or those whose names begin so", () => {
    const claims = [{ quote: "Nine samples were frozen" }];
    assert.equal(gate({ claims }, { in: "papers/" }).result, "pass");
    assert.equal(gate({ claims }, { in: "papers/protocol.md" }).result, "fail");
    assert.equal(gate({ claims }, { in: "elsewhere/" }).result, "unsure");
  });

  test("unsure where nothing stands at the path, unless that is said to be right (G2, E11)", () => {
    for (const output of [{ claims: [] }, {}, { claims: [{ text: "x" }] }])
      assert.equal(gate(output, {}).result, "unsure", JSON.stringify(output));
    assert.match(gate({ claims: [] }, {}).note!, /optional: true/);
    assert.equal(gate({ claims: [] }, { optional: true }).result, "pass");
  });

  test("an item that leaves its quotation out fails beside others that have one", () => {
    const { problems } = gate({ claims: [{ quote: "Nine samples were frozen" }, { quote: "" }, {}] }, {});
    assert.deepEqual(
      problems.map((it) => it.path),
      ["claims[1].quote", "claims[2].quote"],
    );
  });
});

describe("an ellipsis that may mislead is unsure", () => {
  test("when it leaves out a negation", () => {
    const verdict = judge("Compounds did … inhibit the enzyme", [protocol]);
    assert.equal(verdict.result, "unsure");
    assert.match(verdict.note!, /leaves out "not"/);
  });
  test("when it leaves out pages", () => {
    const verdict = judge("first words here … last words there", [
      source("a", `first words here ${"filler ".repeat(1_000)} last words there`),
    ]);
    assert.equal(verdict.result, "unsure");
  });
});

describe("properties of quotations", () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9]{1,8}$/).filter((it) => !/^(?:non|un|anti|de|in)$/i.test(it));
  const gap = fc.constantFrom(" ", "  ", "\n", ", ", ". ", " \r\n", "\u00a0", " – ", "\t");
  const text = fc.array(fc.tuple(word, gap), { minLength: 4, maxLength: 40 });
  const draw = fc.tuple(text, fc.nat(), fc.nat());

  const cut = (pieces: readonly (readonly [string, string])[], from: number, count: number): string => {
    const start = from % (pieces.length - 3);
    const length = 3 + (count % (pieces.length - start - 2));
    const part = pieces.slice(start, start + length);
    return part.map(([it, gapAfter], index) => (index === part.length - 1 ? it : it + gapAfter)).join("");
  };

  test("any stretch of whole words passes, however its white space is written", () => {
    fc.assert(
      fc.property(draw, fc.constantFrom(" ", "\n", "\u2009"), ([pieces, from, count], space) => {
        const whole = pieces.flat().join("");
        const quote = cut(pieces, from, count).replace(/\s+/g, space);
        assert.equal(judge(quote, [source("s", whole)], { kind: "quote" }).result, "pass", quote);
      }),
      { numRuns: 300 },
    );
  });

  test("any altered letter or digit fails, unless the altered words stand there too (G1)", () => {
    fc.assert(
      fc.property(
        draw,
        fc.nat(),
        fc.stringMatching(/^[a-zA-Z0-9]$/),
        ([pieces, from, count], place, letter) => {
          const whole = pieces.flat().join("");
          const quote = cut(pieces, from, count);
          const places = [...quote.matchAll(/[a-zA-Z0-9]/g)].map((it) => it.index);
          const at = places[place % places.length]!;
          const altered = quote.slice(0, at) + letter + quote.slice(at + 1);
          const plain = (it: string): string => it.replaceAll("–", "-").replace(/\s+/g, " ");
          if (plain(whole).includes(plain(altered))) return;
          assert.equal(judge(altered, [source("s", whole)], { kind: "quote" }).result, "fail", altered);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("a quotation is found, and missed, in 1 MB of words that stand there a thousand times", () => {
  const words = "alpha beta gamma delta the of and in to compound inhibits assay 12.5 µM with".split(" ");
  let state = 1;
  const parts: string[] = [];
  for (let length = 0; length < 1_000_000;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const next = words[state % words.length]!;
    parts.push(next, state % 9 === 0 ? "\n" : " ");
    length += next.length + 1;
  }
  const text = `${parts.join("")}the end stands here at last`;
  assert.equal(judge("the end stands here at last", [source("big", text)]).result, "pass");
  assert.equal(judge("the end stood here at last", [source("big", text)]).result, "fail");
});
