// What could go wrong: an off-topic paper is let in, a renamed column is misread or believed by its name alone, a missing
// file is met with a stack trace. Provoked with the real case, whose papers 05 on are off topic, and with edits of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { identifyColumns } from "./columns.ts";
import { parseCsv } from "./csv.ts";
import { loadCase } from "./data.ts";
import { askedLimit } from "./jobs/analyst.ts";
import { readBound, readRules, toJavaScript } from "./rules.ts";
import { searchPapers, vocabularyOf } from "./search.ts";
import { edited, playPlan, playScout, profilesOf, realCase, refusalOf } from "./testing.ts";

const kept = (question: string): string[] =>
  searchPapers(question, realCase.papers, vocabularyOf(realCase.tables))
    .filter((it) => it.kept)
    .map((it) => it.file.slice(7, 9));

test("keeps the papers that bear on the question and leaves the off-topic ones out", () => {
  assert.deepEqual(kept(realCase.question).sort(), ["01", "02", "03", "04"]);
});

test("follows another question to other papers, and finds none for a question of another world", () => {
  assert.deepEqual(kept("How much does the immune response contribute to HPV clearance?"), ["06"]);
  assert.deepEqual(kept("What is the capital of France?"), []);
  assert.match(
    refusalOf(playScout({ ...realCase, question: "What is the capital of France?" })),
    /no paper bears on/,
  );
});

const meanings = (csv: string): object => Object.fromEntries(identifyColumns(parseCsv(csv, "t.csv")));

test("knows columns by other names for the same thing", () => {
  const rows = ["A-1,f,1,0.1,3.5,0", "A-2,f,1,10,40.1,1", "A-3,r,2,100,97,0"].join("\n");
  assert.deepEqual(meanings(`cmpd,readout,replicate,dose,inhibition_pct,outlier\n${rows}\n`), {
    compound: "cmpd",
    assay: "readout",
    run: "replicate",
    concentration: "dose",
    inhibition: "inhibition_pct",
    excluded: "outlier",
  });
  assert.equal(
    (meanings(`cmpd,readout,replicate,conc_uM,response,knocked_out\n${rows}\n`) as Record<string, string>)[
      "concentration"
    ],
    "conc_uM",
  );
});

test("knows a column by its content where its name says nothing, and believes no name against its content", () => {
  const rows = ["A-1,0.1,3.5,0", "A-2,10,40.1,1", "A-3,100,97,0"].join("\n");
  assert.equal(
    (meanings(`compound,conc,inhibition,xyz\n${rows}\n`) as Record<string, string>)["excluded"],
    "xyz",
  );
  assert.equal("concentration" in meanings(`compound,dose\nA-1,high\nA-2,low\n`), false);
});

test("says which column it cannot identify instead of guessing", () => {
  const blind = edited(realCase, "curve_points.csv", (text) =>
    text.replace("concentration_uM", "q1").replace("percent_inhibition", "q2"),
  );
  assert.match(refusalOf(playPlan(blind)), /no table has columns that I can tell to be concentration/);
});

test("says what to do when a file is missing", () => {
  assert.throws(() => loadCase("/nowhere"), /case\.json cannot be read in \/nowhere\. Put the file there/);
});

test("names the line of a table that is broken", () => {
  assert.throws(() => parseCsv("a,b\n1,2\n3\n", "t.csv"), /t\.csv:3 has 1 cells and line 1 names 2 columns/);
  assert.deepEqual(parseCsv('a,b\n"x, ""y""",\n', "t.csv").rows, [['x, "y"', ""]]);
});

test("reads the rules of the case, and refuses those it does not understand", () => {
  assert.deepEqual(readBound("0.3 <= hill <= 5", "r"), {
    field: "hill",
    low: 0.3,
    high: 5,
    lowIncluded: true,
    highIncluded: true,
  });
  assert.equal(toJavaScript("100 / (1 + (IC50/concentration)^hill)"), "100 / ( 1 + ( ic50 / c ) ** hill )");
  assert.throws(() => toJavaScript("top / (1 + (IC50/concentration)^hill)"), /the model holds "top"/);
  assert.throws(
    () => readRules({ ...realCase.rules, agreement: "they look alike" }),
    /differs by at most NUMBER log10/,
  );
  const { shortlist: _, ...incomplete } = realCase.rules;
  assert.throws(() => readRules(incomplete), /no rule "shortlist"/);
});

test("answers a question that the rules do not answer with what stands in the way", () => {
  const ask = (question: string): string => refusalOf(playPlan({ ...realCase, question }));
  assert.match(ask("Which compounds dissolve best?"), /does not ask about fluorescence and rapidfire/);
  assert.match(ask(realCase.question.replace("sub-micromolar", "below 5 uM")), /asks for less than 5 uM/);
  assert.equal(ask(realCase.question), "");
  assert.equal(askedLimit("better than 100 nM"), 0.1);
});

test("reads the activity column as what is left of the enzyme, because potent compounds have low values", () => {
  const played = playPlan(realCase, profilesOf(realCase));
  assert.ok("answer" in played.end);
  const [reading] = (
    played.end.answer as { readings: { reads: string; spearman: number; compounds: number }[] }
  ).readings;
  assert.equal(reading?.reads, "residual activity");
});
