// The parts of the example without an engine: the program in a bare V8 context, the gate, the faults, the score. What
// could go wrong: the answer does not follow the data, a column or a question is misread in silence, or the gate passes
// an equation that was recited.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { asked, columnsOf, loadCase, readTable, type SolubilityCase } from "./case.ts";
import { faults } from "./faults.ts";
import { type Fit, leastSquares } from "./gate.ts";
import { analystJob } from "./job.ts";
import { leastSquaresFit } from "./regression.ts";
import { type AnswerKey, score } from "./score.ts";

const given = loadCase();
const key = JSON.parse(
  readFileSync(join(import.meta.dirname, "data/expected/answers.json"), "utf8"),
) as AnswerKey;

/** Runs a program as the sandbox does, with the case's table as its only file. */
function run(code: string, table: SolubilityCase["table"]): { exit: string; stdout: string; stderr: string } {
  const printed: string[] = [];
  const name = table.file.split("/").at(-1);
  const readFile = (file: string): string => {
    if (file !== name) throw new Error(`there is no file ${file}`);
    return table.text;
  };
  const console = { log: (line: string): number => printed.push(line) };
  try {
    runInContext(code, createContext({ readFile, writeFile: () => undefined, console }));
  } catch (error) {
    return { exit: "error", stdout: "", stderr: String(error) };
  }
  return { exit: "ok", stdout: printed.join("\n"), stderr: "" };
}

/** What the baseline answers: a fit, or why it cannot. */
function answer(it: SolubilityCase): Fit | string {
  const steps = analystJob.run(it, { attempt: 1, tools: ["run_code"] });
  let move = steps.next(undefined as never);
  while (!move.done) {
    const { code } = (move.value as { args: { code: string } }).args;
    move = steps.next({ ok: true, value: run(code, it.table) } as never);
  }
  return "answer" in move.value ? (move.value.answer as Fit) : move.value.cannot;
}

function fitOf(it: SolubilityCase): Fit {
  const fit = answer(it);
  assert.ok(typeof fit === "object", String(fit));
  return fit;
}

const withTable = (change: (text: string) => string): SolubilityCase => ({
  ...given,
  table: { ...given.table, text: change(given.table.text) },
});
const coefficients = (fit: Fit): number[] => [fit.intercept, ...fit.terms.map((it) => it.coefficient)];

test("the fit agrees with the answer key, figure by figure, and passes its gate", () => {
  const fit = fitOf(given);
  assert.deepEqual(leastSquares(fit, given), []);
  assert.equal(score(fit, key).text, "9 of 9 figures agree with the answer key");
});

test("a recited equation does not pass, not even one that is nearly right", () => {
  const right = fitOf(given);
  for (const name of ["recited", "recited-closely"]) {
    const wrong = faults[name]!(right, given) as Fit;
    assert.notDeepEqual(coefficients(wrong), coefficients(right));
    const [finding, ...others] = leastSquares(wrong, given);
    assert.match(finding?.message ?? "", /not the least-squares fit of these data/);
    assert.match(
      finding?.found ?? "",
      /^logS = 0\.2565 - 0\.741736 clogp_crippen - 0\.00659926 molecular_weight/,
    );
    assert.equal(finding?.where, "assay/delaney_descriptors.csv");
    assert.deepEqual(others, []);
  }
});

test("right coefficients with six digits pass; wrong figures beside them do not", () => {
  const fit = fitOf(given);
  const short = (it: number): number => Number(it.toPrecision(6));
  const rounded = {
    ...fit,
    intercept: short(fit.intercept),
    terms: fit.terms.map((it) => ({ ...it, coefficient: short(it.coefficient) })),
  };
  assert.deepEqual(leastSquares(rounded, given), []);
  const paths = leastSquares({ ...rounded, r2: 0.812876, rows: 1128 }, given).map((it) => it.path);
  assert.deepEqual(paths, ["rows", "r2"]);
});

test("an edited value changes the answer, and the old answer no longer passes", () => {
  const before = fitOf(given);
  const edited = withTable((text) => text.replace("ClCC(Cl)(Cl)Cl,-2.18,", "ClCC(Cl)(Cl)Cl,-9.9,"));
  const after = fitOf(edited);
  assert.notDeepEqual(coefficients(after), coefficients(before));
  assert.deepEqual(leastSquares(after, edited), []);
  assert.equal(leastSquares(before, edited).length, 1);
});

test("a renamed column is followed while its name tells what it is, and refused when it does not", () => {
  const followed = fitOf(
    withTable((text) => text.replace("clogp_crippen", "logP").replace("rotatable_bonds", "RB")),
  );
  assert.deepEqual(
    followed.terms.map((it) => it.column),
    ["logP", "molecular_weight", "RB", "aromatic_proportion"],
  );
  assert.deepEqual(coefficients(followed), coefficients(fitOf(given)));
  const lost = answer(withTable((text) => text.replace("measured_logS_mol_per_L", "y")));
  assert.match(String(lost), /no single column can be told to be measured among compound, smiles, y,/);
});

test("the predicted column is never taken for the measured one", () => {
  assert.equal(columnsOf(["esol_predicted_logS", "measured_logS"]).get("measured"), "measured_logS");
  assert.equal(columnsOf(["esol_predicted_logS"]).get("measured"), undefined);
});

test("another question is followed or refused", () => {
  const two = { ...given, question: "Least squares of logS on cLogP and molecular weight, please." };
  const fit = fitOf(two);
  assert.deepEqual(
    fit.terms.map((it) => it.column),
    ["clogp_crippen", "molecular_weight"],
  );
  assert.deepEqual(leastSquares(fit, two), []);
  assert.match(leastSquares(fitOf(given), two)[0]?.message ?? "", /not on the columns the question asks for/);
  assert.match(
    String(answer({ ...given, question: "Which compound is prettiest?" })),
    /does not ask for a least-squares/,
  );
  assert.match(
    String(answer({ ...given, question: "Least squares of logS on melting point." })),
    /no descriptor/,
  );
});

test("a cell without a number is said to be so, by its line", () => {
  const holed = withTable((text) => text.replace("ClCC(Cl)(Cl)Cl,-2.18,", "ClCC(Cl)(Cl)Cl,,"));
  assert.match(String(answer(holed)), /the program failed: .*line 2 holds no number/);
  assert.match(leastSquares(fitOf(given), holed)[0]?.message ?? "", /line 2 holds no number/);
});

test("columns that depend on each other have no fit", () => {
  assert.equal(
    leastSquaresFit(
      [
        [1, 2, 3, 4],
        [2, 4, 6, 8],
      ],
      [1, 2, 3, 5],
    ),
    undefined,
  );
});

test("reads quoted cells, empty ones and the first one", () => {
  assert.deepEqual(readTable('a,b,c\r\n"1,1-x ""y""",,3\n,2,\n').rows, [
    ['1,1-x "y"', "", "3"],
    ["", "2", ""],
  ]);
});

test("a folder without a table or with two says what to do", () => {
  assert.throws(() => loadCase(join(import.meta.dirname, "data/papers")), /assay\/ is missing/);
  assert.deepEqual(asked("least squares of solubility on rotors"), { on: ["rotors"] });
});
