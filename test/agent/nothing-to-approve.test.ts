// What could go wrong: a person is asked about an attempt that gave no output, says yes, and null is built on as if it were
// one. Provoked with a model that refuses, and with one whose answer never fits its schema.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { agent, open, review, type ReviewItem, workflow } from "../../src/index.ts";
import { scripted, type ScriptedEntry } from "../../src/standin/standin.ts";

type Said = { readonly decision: "approve" } | { readonly decision: "edit"; readonly value: unknown };

async function asked(answers: ScriptedEntry[], ...said: readonly [Said, ...Said[]]) {
  const scout = agent({
    name: "scout",
    instructions: "Find it.",
    models: [scripted(answers)],
    output: z.object({ found: z.string() }),
    checks: [() => true],
    onFail: [review({ ask: "What was found?" })],
  });
  const built: unknown[] = [];
  const find = workflow({
    name: "find",
    run: async (ctx) => {
      const it = await ctx.call(scout, {});
      return ctx.step("build", it, (value) => (built.push(value), value.found));
    },
  });
  const fb = await open({ journal: ":memory:" });
  const run = await fb.start(find, null);
  const items: ReviewItem[] = [];
  for (const decided of said) {
    await run.settled();
    const [item] = await fb.reviews.list();
    assert.ok(item !== undefined);
    items.push(item);
    await fb.reviews.decide({
      run: item.run,
      asked: item.asked,
      shownHash: item.shownHash,
      by: "a test",
      ...decided,
    });
  }
  const result = await run.result().then(
    (value) => ({ value }),
    (error: unknown) => ({ error: String(error) }),
  );
  await fb.close();
  return { onYes: items.map((it) => it.onYes), built, result };
}

const refusal: ScriptedEntry = { finish: "refused", text: "I will not." };

test("a yes where there is no output ends the step as its last attempt did, and nothing is built (E11)", async () => {
  for (const [answer, outcome] of [
    [refusal, /refused/],
    [{ finding: 3 }, /does not fit its schema/],
  ] as const) {
    const { onYes, built, result } = await asked([answer], { decision: "approve" });
    assert.match(onYes.join(), /no output to approve/);
    assert.match("error" in result ? result.error : "completed", outcome);
    assert.deepEqual(built, []);
  }
});

test("an edit gives it an output, which passes the same schema", async () => {
  const { built, result } = await asked([refusal], { decision: "edit", value: { found: "a shoe" } });
  assert.deepEqual(result, { value: "a shoe" });
  assert.deepEqual(built, [{ found: "a shoe" }]);
});

test("a yes to an edit of the wrong shape does not overrule the schema", async () => {
  const wrong: Said = { decision: "edit", value: { finding: 3 } };
  const { onYes, built, result } = await asked([refusal], wrong, { decision: "approve" });
  assert.match(onYes.at(-1) ?? "", /no output to approve/);
  assert.match("error" in result ? result.error : "completed", /nothing to approve/);
  assert.deepEqual(built, []);
});
