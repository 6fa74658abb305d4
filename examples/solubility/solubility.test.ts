// The example as it is run: workflow, engine, sandbox, gate. What could go wrong: a recited equation gets through or is
// built upon, the run ends in something else than the right result, or a refusal passes for an answer.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { open, type StepView } from "firebreak";
import type { SolubilityCase } from "./case.ts";
import config from "./firebreak.config.ts";
import { type AnswerKey, score } from "./score.ts";
import workflow, { input } from "./solubility.ts";

const fb = await open({ journal: ":memory:", config, env: {} });
after(() => fb.close());
const key = JSON.parse(
  readFileSync(join(import.meta.dirname, "data/expected/answers.json"), "utf8"),
) as AnswerKey;

async function start(sabotage: readonly string[] = [], given: SolubilityCase = input()) {
  const run = await fb.start(workflow, given, { sabotage });
  const { status } = await run.settled();
  return { run, status, steps: flat((await fb.view(run.id)).steps) };
}

const flat = (steps: readonly StepView[]): readonly StepView[] =>
  steps.flatMap((it) => [it, ...flat(it.children)]);

/** Model and verdict of each attempt, in order. */
const attempts = (steps: readonly StepView[]): readonly string[] =>
  steps
    .filter((it) => it.kind === "check")
    .flatMap((it) => it.verdicts.map((verdict) => `${verdict.check}: ${verdict.result}`));

test("one command computes the fit that the answer key holds", async () => {
  const { run, status, steps } = await start();
  assert.equal(status, "completed");
  const { fit, text } = await run.result();
  assert.equal(score(fit, key).text, "9 of 9 figures agree with the answer key");
  assert.match(text, /over 1144 of 1144 compounds: r2 0\.7701/);
  assert.deepEqual(attempts(steps), ["least squares: pass"]);
});

test("a recited equation is caught by the gate least squares, and the second attempt is right", async () => {
  for (const fault of ["recited", "recited-closely"]) {
    const { run, steps } = await start([`analyst=${fault}`]);
    assert.equal(score((await run.result()).fit, key).right, 9);
    assert.deepEqual(attempts(steps), ["least squares: fail", "least squares: pass"]);
  }
});

test("a model that always recites is left for the next one", async () => {
  const { run, steps } = await start(["analyst=recited:model"]);
  assert.equal(score((await run.result()).fit, key).right, 9);
  assert.deepEqual(attempts(steps), [
    ...Array.from({ length: 3 }, () => "least squares: fail"),
    "least squares: pass",
  ]);
});

test("when every attempt recites, a person is asked with both equations, and nothing is built on it", async () => {
  const { run, status, steps } = await start(["analyst=recited:always"]);
  assert.equal(status, "waiting");
  const [asked] = await fb.reviews.list({ run: run.id });
  assert.match(asked?.problems[0]?.claimed ?? "", /^logS = 0\.16 - 0\.63 /);
  assert.match(asked?.problems[0]?.found ?? "", /^logS = 0\.2565 - 0\.741736 /);
  assert.equal(
    steps.some((it) => it.name === "report"),
    false,
  );
  await run.cancel();
});

test("what the rules cannot do is refused in words and reaches a person, with no answer", async () => {
  const { run, status, steps } = await start([], { ...input(), question: "Which compound smells best?" });
  assert.equal(status, "waiting");
  const [asked] = await fb.reviews.list({ run: run.id });
  const said = JSON.stringify(asked);
  assert.match(
    said,
    /I cannot do this without a language model: the question does not ask for a least-squares fit/,
  );
  assert.equal(asked?.shown ?? null, null);
  assert.deepEqual(attempts(steps), []);
  await run.cancel();
});

test("a rerun on the same data computes nothing again, and on edited data everything", async () => {
  const { run } = await start();
  const same = await fb.rerun(run.id, { input: input() });
  await same.settled();
  const given = input();
  const text = given.table.text.replace("ClCC(Cl)(Cl)Cl,-2.18,", "ClCC(Cl)(Cl)Cl,-9.9,");
  const edited = await fb.rerun(run.id, { input: { ...given, table: { ...given.table, text } } });
  await edited.settled();
  const computed = async (id: string): Promise<number> =>
    flat((await fb.view(id)).steps).filter((it) => it.name === "run_code" && it.state !== "reused").length;
  assert.deepEqual([await computed(same.id), await computed(edited.id)], [0, 1]);
  assert.notDeepEqual(await edited.result(), await run.result());
  assert.deepEqual(await same.result(), await run.result());
});
