// What could go wrong: a quote that stands nowhere, a verdict without rows, rows that the data do not give, a rule that
// fits one text only. Provoked with planted faults, edited data, and statements that are in no paper.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type AssessedClaim, numbersIn, quotesStand, rowsSaySo } from "./claims.ts";
import { quantitativeStatements } from "./statements.ts";
import { openTables } from "./tables.ts";
import { claimsIn, edited, plant, playClaims, playScout, profilesOf, realCase } from "./testing.ts";
import { verdictsHold } from "./verdicts.ts";

const claims = claimsIn(playScout(realCase));
const assessed = claimsIn(playClaims(realCase, claims));
const tables = openTables(realCase.tables);
const spoil = (name: string, of: readonly AssessedClaim[]): readonly AssessedClaim[] =>
  (plant(name, { claims: of }) as { claims: readonly AssessedClaim[] }).claims;

test("quotes word for word, and shows rows that the data give (C1, C2, C3)", () => {
  assert.deepEqual(quotesStand(claims, realCase.papers), []);
  assert.deepEqual(rowsSaySo(assessed, claims, tables), []);
});

test("stops a misquote with the passage beside it (C1)", () => {
  const [problem] = quotesStand(spoil("misquote", claims), realCase.papers);
  assert.match(problem?.where ?? "", /^papers\/01-weizmann-hts\.md:\d+$/);
  assert.notEqual(problem?.claimed, problem?.found);
});

test("stops a quote that stands in another file than the one named (C1)", () => {
  const [first] = claims;
  assert.ok(first !== undefined);
  assert.equal(quotesStand([{ ...first, file: "papers/04-elife-77433.md" }], realCase.papers).length, 1);
});

test("stops a passage, a number or a repetition that no paper bears out, though the quote stands (C1)", () => {
  const at = claims.findIndex((it) => it.claim === "128 confirmed hits");
  const spoiled = (change: Partial<(typeof claims)[number]>): readonly (string | undefined)[] =>
    quotesStand(claims.with(at, { ...claims[at]!, ...change }), realCase.papers).map((it) => it.message);
  const { context = "" } = claims[at]!;
  assert.match(context, /128/);
  assert.match(spoiled({ context: context.replace("128", "182") })[0] ?? "", /does not stand in the file/);
  assert.match(spoiled({ context: realCase.papers[0]!.text.slice(0, 40) })[0] ?? "", /does not stand/);
  assert.match(spoiled({ claim: "182 confirmed hits" })[0] ?? "", /a number that its passage does not/);
  assert.deepEqual(spoiled({ claim: "There were 128 such hits" }), []);
  const [twice] = quotesStand([...claims, claims[at]!], realCase.papers);
  assert.equal(twice?.message, "The claim is made twice.");
});

test("stops a claim that was changed or repeated on its way to a verdict (C3)", () => {
  const [first] = assessed;
  assert.ok(first !== undefined);
  const reworded = assessed.with(0, { ...first, claim: `not ${first.claim}` });
  assert.match(rowsSaySo(reworded, claims, tables)[0]?.message ?? "", /nobody made/);
  const moved = assessed.with(0, { ...first, context: "elsewhere" });
  assert.match(rowsSaySo(moved, claims, tables)[0]?.message ?? "", /nobody made/);
  assert.match(rowsSaySo([...assessed, first], claims, tables)[0]?.message ?? "", /assessed twice/);
});

test("stops an invented number and invented rows (C2)", () => {
  assert.match(
    rowsSaySo(spoil("invented-number", assessed), claims, tables)[0]?.message ?? "",
    /number that is in no row/,
  );
  assert.match(
    rowsSaySo(spoil("invented-rows", assessed), claims, tables)[0]?.message ?? "",
    /not those of the data/,
  );
});

test("stops a verdict without rows, a claim left out and a claim nobody made (C2, C3)", () => {
  const bare = assessed.map((it) => ({ ...it, evidence: [] }));
  assert.ok(rowsSaySo(bare, claims, tables).some((it) => /without rows/.test(it.message)));
  assert.match(rowsSaySo(assessed.slice(1), claims, tables)[0]?.message ?? "", /was not assessed/);
  assert.match(rowsSaySo(assessed, claims.slice(1), tables)[0]?.message ?? "", /nobody made/);
});

test("stops a verdict that is not the one the data decide, though the rows shown are right (C4)", () => {
  const profiles = profilesOf(realCase);
  assert.deepEqual(verdictsHold(assessed, profiles, tables), { wrong: [], open: [] });
  const others = { supported: "contradicted", contradicted: "not verifiable" } as const;
  for (const [index, it] of assessed.entries()) {
    const { verdict } = it;
    if (verdict === "not verifiable") continue;
    const turned = assessed.with(index, { ...it, verdict: others[verdict] });
    assert.deepEqual(rowsSaySo(turned, claims, tables), [], "the rows alone do not tell");
    const { wrong } = verdictsHold(turned, profiles, tables);
    assert.deepEqual(
      wrong.map((each) => [each.path, each.found]),
      [[`claims[${index}].verdict`, verdict]],
    );
  }
});

test("leaves a verdict to a person where no rule reaches the claim (C4)", () => {
  const at = assessed.findIndex((it) => it.verdict === "not verifiable");
  const { wrong, open } = verdictsHold(
    assessed.with(at, { ...assessed[at]!, verdict: "supported" }),
    profilesOf(realCase),
    tables,
  );
  assert.deepEqual([wrong.length, open.map((it) => it.path)], [0, [`claims[${at}].verdict`]]);
});

const verdictOf = (quote: string, context: string = quote, of = realCase): string =>
  claimsIn(playClaims(of, [{ claim: quote, quote, context, file: "papers/01-weizmann-hts.md" }]))[0]
    ?.verdict ?? "";

test("decides the same kinds of statement in other words", () => {
  assert.equal(verdictOf("901 molecules went into the confirmation screen"), "supported");
  assert.equal(
    verdictOf("all compounds of the confirmation were measured in triplicate, three rows for each compound"),
    "contradicted",
  );
  assert.equal(verdictOf("16 compounds of the confirmation screen were measured in two runs"), "supported");
  assert.equal(verdictOf("at least 900 compounds were tested for confirmation"), "supported");
  assert.equal(verdictOf("fewer than 900 compounds were tested for confirmation"), "contradicted");
  assert.equal(verdictOf("about 130 compounds entered dose response"), "supported");
  assert.equal(verdictOf("the hits of the confirmation came from six suppliers"), "supported");
  assert.equal(verdictOf("confirmation was done at a concentration of 20 µM"), "contradicted");
  assert.equal(verdictOf("confirmation was done at a concentration of 10 µM"), "supported");
});

test("leaves undecided what no table can decide", () => {
  for (const quote of [
    "52,000 compounds from the diversity collection",
    "we tested 12 mice",
    "25 compounds were crystallised",
    "hits were defined as more than 50% inhibition",
    "the reaction ran for 30 min",
    "activity fell sharply",
  ])
    assert.equal(verdictOf(quote), "not verifiable", quote);
});

test("gives another verdict for other data", () => {
  const quote = "885 hits were re-tested in three independent Mpro assay runs to confirm activity";
  const fewer = edited(realCase, "hts_confirmation.csv", (text) =>
    text.trim().split("\n").slice(0, -1).join("\n"),
  );
  assert.deepEqual([verdictOf(quote), verdictOf(quote, quote, fewer)], ["supported", "contradicted"]);
});

test("cuts a sentence into statements of one assertion each, word for word (S1, S2)", () => {
  const text =
    "In the second screen, 40 molecules in 3 doses were tested in two runs. Plates were spun for 1 min.";
  const quotes = quantitativeStatements(text).map((it) => it.quote);
  assert.deepEqual(quotes, ["In the second screen, 40 molecules", "in 3 doses", "were tested in two runs"]);
  assert.ok(quotes.every((it) => text.includes(it)));
});

test("reads numbers in words and digits, and none inside names", () => {
  assert.deepEqual(numbersIn("three of 1,234 IC50 values, twice, hts_900, log10"), [3, 1234, 2]);
});

test("asks the tables nothing but questions", () => {
  assert.equal(tables.query("DROP TABLE compounds").ok, false);
  assert.equal(tables.query("WITH x AS (SELECT 1) DELETE FROM compounds").ok, false);
  assert.deepEqual(tables.query("SELECT count(*) AS n FROM compounds"), { ok: true, value: [{ n: 150 }] });
});
