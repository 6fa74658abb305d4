// Runs the example once, in memory, and compares its result with the answer key: the only place but the tests that reads it.
//
//   node --conditions=firebreak-source examples/solubility/run.ts [--sabotage analyst=recited]
//
// It prints that no language model is used, the equation with its quality, what the gate caught, and how many of the nine
// figures agree with the answer key.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { open, type StepView, type Verdict } from "firebreak";
import config from "./firebreak.config.ts";
import { type AnswerKey, score } from "./score.ts";
import workflow, { input } from "./solubility.ts";

const { values } = parseArgs({ options: { sabotage: { type: "string", multiple: true, default: [] } } });

console.log("No language model is used: a baseline writes its program from a template.");
const fb = await open({ journal: ":memory:", config });
const run = await fb.start(workflow, input(), { sabotage: values.sabotage });
const { status } = await run.settled();
for (const { check, problems } of rejections((await fb.view(run.id)).steps)) {
  for (const it of problems)
    console.log(`Caught by "${check}":\n  claimed ${it.claimed}\n  found   ${it.found} (${it.where})`);
}
for (const it of await fb.reviews.list()) console.log(`A person is asked: ${it.ask}`);
if (status === "completed") {
  const { fit, text } = await run.result();
  const key = JSON.parse(
    readFileSync(join(import.meta.dirname, "data/expected/answers.json"), "utf8"),
  ) as AnswerKey;
  console.log(`${text}\n${score(fit, key).text}.`);
}
await fb.close();

/** What the gates of attempts turned down, in order. */
function rejections(steps: readonly StepView[]): readonly Pick<Verdict, "check" | "problems">[] {
  return steps.flatMap((it) => [
    ...rejections(it.children),
    ...(it.kind === "check" ? it.verdicts.filter((verdict) => verdict.result !== "pass") : []),
  ]);
}
