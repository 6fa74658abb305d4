// What could go wrong: an operator plants nothing, plants what is no fault (a number the source states as well), changes
// more than one place, or breaks the output's form. Provoked with one output that has a place for every operator, and by
// properties over generated values.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { canonical, hashOf, type Value } from "../../src/base/values.ts";
import type { Source } from "../../src/check/check.ts";
import { mutateValue } from "../../src/check/mutation/mutate-value.ts";
import type { Carrier, Mutant } from "../../src/check/mutation/mutation.ts";
import { operators } from "../../src/check/mutation/operators.ts";
import { placesOf } from "../../src/check/mutation/places.ts";

const source = (name: string, text: string): Source => ({ name, text, value: text });

const protocol = source(
  "papers/01.md",
  "Marie Curie measured 885 hits at 12.5 µM on 4 May 2021. The assay was run in Vienna by Lise Meitner. Potency was higher " +
    "than in the first run. AB-17 was not active; AB-18 was. See [2] for 64.25 mg.",
);
const other = source(
  "papers/02.md",
  "Nothing here bears on the assay of AB-19, which Emil Fischer did in 2019.",
);

const carrier = (output: unknown, more: Partial<Carrier> = {}): Carrier => ({
  name: "an output",
  output,
  context: { input: null, read: [protocol, other] },
  ...more,
});

const made = (operator: string, output: unknown, more: Partial<Carrier> = {}): readonly Mutant[] =>
  mutateValue(carrier(output, more), { operators: [operator], perOperator: 200 }).mutants;

const texts = (mutants: readonly Mutant[]): readonly Value[] => mutants.map((it) => it.output);

describe("each operator plants its fault", () => {
  test("number-changed: far off, in numbers and in texts, with the digits after the point kept", () => {
    for (const { output } of made("number-changed", { r2: 0.877 }))
      assert.ok(Math.abs((output as { r2: number }).r2 / 0.877 - 1) >= 0.19);
    const written = texts(made("number-changed", "at 12.5 µM, 1,128 hits"));
    assert.equal(written.length, 2);
    assert.ok(written.some((it) => /^at \d+\.\d µM, 1,128 hits$/.test(it as string)));
    assert.ok(written.some((it) => /^at 12\.5 µM, [\d,]+ hits$/.test(it as string)));
  });

  test("number-changed takes the cells of comma-separated lines for numbers of their own", () => {
    const table = "id,run,ic50\nA-1,1,15.82\nA-2,1,3.25\n";
    const changed = texts(made("number-changed", table)) as readonly string[];
    assert.equal(changed.length, 4);
    for (const it of changed) assert.match(it, /^id,run,ic50\nA-1,\d+,\d+\.\d\d\nA-2,\d+,\d+\.\d\d\n$/);
  });

  test("digits-transposed: the same digits in another order", () => {
    const [it] = texts(made("digits-transposed", { n: 885 }));
    assert.equal((it as { n: number }).n, 858);
  });

  test("sign-flipped and rounding-wrong: by sign alone, by one unit of the last digit", () => {
    assert.deepEqual(texts(made("sign-flipped", { v: -3.5 })), [{ v: 3.5 }]);
    assert.deepEqual(texts(made("sign-flipped", "it was -3.5 there")), ["it was 3.5 there"]);
    assert.deepEqual(texts(made("rounding-wrong", { v: 0.8771 })), [{ v: 0.878 }]);
    assert.ok(
      ["r was 0.88", "r was 0.86"].includes(texts(made("rounding-wrong", "r was 0.87"))[0] as string),
    );
  });

  test("unit-wrong: in a text, in a member that names a unit, and in a value whose member's name does", () => {
    assert.deepEqual(texts(made("unit-wrong", "at 12.5 µM")), ["at 12.5 nM"]);
    assert.deepEqual(texts(made("unit-wrong", { unit: "mg" })), [{ unit: "g" }]);
    assert.deepEqual(texts(made("unit-wrong", { dose_mg: 2 })), [{ dose_mg: 2_000 }]);
    assert.deepEqual(texts(made("unit-wrong", "it cost $5,000")), ["it cost €5,000"]);
  });

  test("quote-altered: one content word, in quoting members and between quotation marks, nowhere else", () => {
    const quote = "Marie Curie measured 885 hits";
    const altered = texts(made("quote-altered", { quote })) as readonly { quote: string }[];
    assert.ok(altered.length > 0);
    for (const it of altered) assert.ok(it.quote.includes("885") && it.quote !== quote);
    assert.equal(made("quote-altered", `She wrote “${quote}” once`).length, altered.length);
    assert.equal(made("quote-altered", { note: quote }).length, 0);
  });

  test("citation-invented and citation-swapped: a source that is not there, and another that is", () => {
    const claim = { quote: "measured 885 hits", file: "papers/01.md" };
    const [invented] = texts(made("citation-invented", [claim])) as readonly (readonly { file: string }[])[];
    assert.match(invented![0]!.file, /^papers\/(?!01|02)\S+\.md$/);
    assert.deepEqual(texts(made("citation-swapped", [claim])), [[{ ...claim, file: "papers/02.md" }]]);
    assert.match(texts(made("citation-invented", "as shown [2]"))[0] as string, /^as shown \[(?!2\])\S+\]$/);
  });

  test("citation-swapped leaves a source alone that says the same", () => {
    const claim = { quote: "on the assay", file: "papers/01.md" };
    const read = [source("papers/01.md", "on the assay"), source("papers/02.md", "Also on the assay.")];
    assert.equal(made("citation-swapped", [claim], { context: { input: null, read } }).length, 0);
  });

  test("entity-swapped takes a name of what was read, name-invented one that nobody read", () => {
    const said = "The work of Marie Curie was early.";
    const read = `${protocol.text!} ${other.text!}`;
    const name = (it: Value): string => /of (.+) was early/.exec(it as string)![1]!;
    const swapped = texts(made("entity-swapped", said)).map(name);
    assert.ok(swapped.length > 0 && swapped.every((it) => it !== "Marie Curie" && read.includes(it)));
    const invented = texts(made("name-invented", said)).map(name);
    assert.ok(invented.length > 0 && invented.every((it) => !read.includes(it)));
    assert.match((texts(made("name-invented", { id: "AB-17" }))[0] as { id: string }).id, /^AB-\d{4}$/);
  });

  test("label-swapped: another value of the schema's list, else one that other rows have; yes and no", () => {
    const schema = { type: "object", properties: { verdict: { enum: ["supported", "contradicted"] } } };
    const context = { input: null, read: [protocol], schema };
    assert.deepEqual(texts(made("label-swapped", { verdict: "supported" }, { context })), [
      { verdict: "contradicted" },
    ]);
    const rows = ["low", "low", "high", "high"].map((level) => ({ level }));
    assert.equal(made("label-swapped", rows).length, 4);
    assert.deepEqual(texts(made("label-swapped", { isActive: true })), [{ isActive: false }]);
  });

  test("row-dropped and row-duplicated: in lists, in Markdown tables and bullets", () => {
    assert.deepEqual(new Set(texts(made("row-dropped", [1, 2]))), new Set([[2], [1]]));
    assert.deepEqual(texts(made("row-dropped", "| a | b |\n|---|---|\n| 1 | 2 |")), ["| a | b |\n|---|---|"]);
    assert.ok(texts(made("row-duplicated", "- one\n- two")).includes("- one\n- one\n- two"));
  });

  test("value-stale and date-changed: an earlier row's value, a date set back, a date that nobody read", () => {
    assert.deepEqual(texts(made("value-stale", [{ v: 1 }, { v: 9 }])), [[{ v: 1 }, { v: 1 }]]);
    assert.deepEqual(texts(made("value-stale", { on: "2021-05-04" })), [{ on: "2020-05-04" }]);
    const [moved] = texts(made("date-changed", { on: new Date(0) })) as readonly { on: Date }[];
    assert.ok(moved!.on instanceof Date && moved!.on.getTime() !== 0);
    for (const it of texts(made("date-changed", "It was on 4 May 2021.")))
      assert.doesNotMatch(it as string, /4 May 2021/);
  });

  test("negation and direction-flipped: what a sentence says turned into its opposite", () => {
    assert.deepEqual(texts(made("negation", "AB-20 was not active")), ["AB-20 was active"]);
    assert.deepEqual(texts(made("negation", "AB-20 was active")), ["AB-20 was not active"]);
    assert.deepEqual(texts(made("direction-flipped", "Yields were Higher there")), [
      "Yields were Lower there",
    ]);
    assert.deepEqual(texts(made("direction-flipped", "ORDER BY 2 DESC")), ["ORDER BY 2 ASC"]);
    assert.deepEqual(texts(made("direction-flipped", "kept where p < 0.05")), ["kept where p > 0.05"]);
  });

  test("value-recited: the value that a like-named member has elsewhere", () => {
    const pool = [{ name: "refit", value: { r2: 0.5, rows: 9 } }];
    assert.deepEqual(texts(made("value-recited", { r2: 0.877 }, { pool })), [{ r2: 0.5 }]);
    assert.equal(made("value-recited", { r2: 0.877 }).length, 0);
  });
});

const whole = {
  title: "Work of Marie Curie in Vienna",
  when: "4 May 2021",
  claims: [
    {
      quote: "Marie Curie measured 885 hits at 12.5 µM",
      file: "papers/01.md",
      verdict: "supported",
      ic50_uM: 0.877,
    },
    { quote: "The assay was run in Vienna", file: "papers/01.md", verdict: "contradicted", ic50_uM: 1.25 },
    {
      quote: "Potency was higher than in the first run",
      file: "papers/01.md",
      verdict: "supported",
      ic50_uM: 3.5,
    },
    {
      quote: "AB-17 was not active; AB-18 was",
      file: "papers/01.md",
      verdict: "contradicted",
      ic50_uM: -4.125,
    },
  ],
};
const pool = [{ name: "refit", value: { ic50_uM: 0.62 } }];

describe("mutants", () => {
  test("are planted by every operator in an output that has a place for each", () => {
    const planted = new Set(mutateValue(carrier(whole, { pool })).mutants.map((it) => it.operator));
    assert.deepEqual(
      operators.map((it) => it.name).filter((it) => !planted.has(it)),
      [],
    );
  });

  test("differ from their carrier in one place, and in canonical form (MU1, MU2)", () => {
    const right = new Map(placesOf(whole).map((it) => [it.path, hashOf(it.value)]));
    for (const { operator, path, output } of mutateValue(carrier(whole, { pool })).mutants) {
      assert.notEqual(hashOf(output), hashOf(whole), operator);
      const changed = placesOf(output).filter((it) => right.get(it.path) !== hashOf(it.value));
      for (const it of changed) {
        const isAround = path.startsWith(it.path) || it.path.startsWith(path);
        assert.ok(isAround, `${operator} at ${path} changed ${it.path}`);
      }
    }
  });

  test("hold no number that the source states as well: such spots are dropped and counted (MU3)", () => {
    const every = Array.from({ length: 400 }, (_, at) => at).join(" ");
    const context = { input: null, read: [source("all numbers", every)] };
    const { mutants, dropped } = mutateValue(carrier("There were 20 of them.", { context }), {
      operators: ["number-changed"],
    });
    assert.deepEqual(mutants, []);
    assert.deepEqual(dropped, [{ operator: "number-changed", path: "", why: "supported" }]);
  });

  test("are the same for the same seed, and others for another (MU4)", () => {
    const of = (seed: number): string =>
      JSON.stringify(mutateValue(carrier(whole, { pool }), { seed, perOperator: 3 }).mutants);
    assert.equal(of(1), of(1));
    assert.notEqual(of(1), of(2));
  });

  test("come only from places asked for, at most as many as asked for", () => {
    const { mutants } = mutateValue(carrier(whole, { pool }), {
      where: (path) => path.endsWith(".quote"),
      perOperator: 2,
    });
    assert.ok(mutants.length > 0 && mutants.every((it) => it.path.endsWith(".quote")));
    for (const same of Map.groupBy(mutants, (it) => it.operator).values()) assert.ok(same.length <= 2);
  });

  test("of an operator nobody knows are an error that names those known", () => {
    assert.throws(
      () => mutateValue(carrier(whole), { operators: ["typo"] }),
      (error: Error) =>
        /OPERATOR_UNKNOWN.*"typo"/s.test(error.message) && error.message.includes("number-changed"),
    );
  });

  test("of any value are canonical, and never equal to their carrier (MU2)", () => {
    const value = fc
      .jsonValue({ maxDepth: 3 })
      .filter((it) => !/__proto__|.{2000}/s.test(JSON.stringify(it)));
    fc.assert(
      fc.property(value, (output) => {
        const right = canonical(output).hash;
        for (const it of mutateValue(carrier(output, { pool }), { perOperator: 3 }).mutants)
          assert.notEqual(canonical(it.output).hash, right);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
