// Gates with checks that ask models. What could go wrong: a model is paid though a
// rule had failed the output already, a crash pays a judgement twice, a model judges
// itself, verdicts change places, an equal output is judged again, or a rerun with
// one edited check asks all the others anew.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  agent,
  receipts,
  tool,
  agrees,
  type Check,
  check,
  judge,
  nextModel,
  noProgress,
  retry,
  review,
  workflow,
} from "firebreak";
import { scripted, testRun } from "firebreak/testing";
import { play, playAgent, saidBy } from "./play.ts";

const Reply = z.object({ text: z.string() });
type Reply = z.infer<typeof Reply>;
const polite = { text: "Thank you for your mail. The order ships on Monday." };
const rude = { text: "Read the page yourself." };
const holds = { reason: "It thanks the customer.", quote: "Thank you for your mail", verdict: "pass" };
const fails = { reason: "It sends the customer away.", quote: "Read the page yourself", verdict: "fail" };

const tone = judge<Reply>({ rubric: "The reply is polite.", model: "reader", name: "tone" });

function replying(
  checks: readonly [Check<Reply>, ...Check<Reply>[]],
  onFail: Parameters<typeof agent>[0]["onFail"] = [],
) {
  return agent({
    name: "replying",
    instructions: "Reply.",
    models: ["fast"],
    output: Reply,
    checks,
    onFail: onFail as [],
  });
}

const author = (...answers: readonly object[]) => scripted(answers, { id: "scripted:author" });
const reader = (...answers: readonly object[]) => scripted(answers, { id: "scripted:reader" });

test("a judge's verdict is part of the gate: it passes, it fails with its reason, and the author is told", async () => {
  const models = { replying: author(rude, polite), tone: reader(fails, holds) };
  const result = await playAgent(replying([tone], [retry(1)]), { mail: "When?" }, { models });
  assert.deepEqual(result.output, polite);
  assert.match(
    saidBy("user", models.replying.requests[1])[1]!,
    /It sends the customer away[\s\S]*Read the page/,
  );
  const verdict = result.step("replying › attempt 1 › tone").verdicts[0];
  assert.equal(verdict?.result, "fail");
});

test("A7: no model is asked about an output that a cheap check has failed, and the record says which were skipped", async () => {
  const models = { replying: author(rude), tone: reader() };
  const dated = check<Reply>("names a day", (it) => /day/.test(it.text) || "no day is named");
  const result = await playAgent(replying([tone, dated]), { mail: "When?" }, { models });
  assert.equal(result.status, "failed");
  assert.equal(models.tone.requests.length, 0);
  const checks = result.events.find((it) => it.kind === "step.completed" && it.data.name === "checks");
  const more = checks?.kind === "step.completed" ? checks.data.more : undefined;
  assert.deepEqual((more as { skipped?: unknown } | undefined)?.skipped, ["tone"]);
});

test("A6: verdicts stand in the order in which the checks are declared", async () => {
  const models = { replying: author(polite), tone: reader(holds) };
  const long = check<Reply>("long", () => true);
  const short = check<Reply>("short", () => true);
  const result = await playAgent(replying([long, tone, short]), { mail: "When?" }, { models });
  const names = result.step("replying › attempt 1").verdicts.map((it) => it.check);
  assert.deepEqual(names, ["long", "tone", "short"]);
});

test("E1: a crash after the judge's answer pays neither the author nor the judge again", async () => {
  for (const killAfter of [
    "replying › attempt 1 › tone › model",
    "replying › attempt 1 › tone",
    "replying › attempt 1 › checks",
  ]) {
    const models = { replying: author(polite), tone: reader(holds) };
    const long = check<Reply>("long", () => true);
    const result = await playAgent(replying([long, tone]), { mail: "When?" }, { models, killAfter });
    assert.deepEqual(result.output, polite);
    assert.deepEqual([models.replying.requests.length, models.tone.requests.length], [1, 1], killAfter);
  }
});

test("JUDGE1: a model does not judge its own work, nor what nobody knows the author of", async () => {
  const same = author(polite);
  const own = await playAgent(
    replying([judge<Reply>({ rubric: "It is polite.", model: same, name: "own" })]),
    { mail: "When?" },
    { models: { replying: same, own: same } },
  );
  assert.match(own.view.failure?.message ?? "", /no model judges its own work/);
  const models = { tone: reader(holds) };
  const unknown = await play((ctx) => ctx.check("reply", polite, [tone]), { models });
  assert.match(unknown.view.failure?.message ?? "", /who wrote this is not known/);
  const told = judge<Reply>({ rubric: "It is polite.", model: "reader", name: "tone", author: "code" });
  const said = await play((ctx) => ctx.check("reply", polite, [told]), { models });
  assert.deepEqual(said.output, polite);
});

test("what a person edited is judged as theirs", async () => {
  const models = { replying: author(rude), tone: reader(fails, holds) };
  const asking = review<Reply>({ ask: "May this go out?" });
  const result = await playAgent(
    replying([tone], [asking] as never),
    { mail: "When?" },
    { models, reviews: [{ edit: polite }] },
  );
  assert.deepEqual(result.output, polite);
  assert.equal(models.tone.requests.length, 2);
});

test("equal content is judged once in a run", async () => {
  const models = { tone: reader(holds) };
  const told = judge<Reply>({ rubric: "It is polite.", model: "reader", name: "tone", author: "code" });
  const result = await play(
    async (ctx) => [await ctx.check("first", polite, [told]), await ctx.check("second", polite, [told])],
    { models },
  );
  assert.deepEqual(result.output, [polite, polite]);
  assert.equal(models.tone.requests.length, 1);
});

test("a rerun with one criterion edited asks about that one alone, and samples nothing anew", async () => {
  const both = (second: string) =>
    workflow({
      name: `judged`,
      run: (ctx) =>
        ctx.call(
          replying([
            judge<Reply>({ rubric: "The reply is polite.", model: "reader", name: "tone" }),
            judge<Reply>({ rubric: second, model: "reader", name: "content" }),
          ]),
          { mail: "When?" },
        ),
    });
  const day = { reason: "It names Monday.", quote: "ships on Monday", verdict: "pass" };
  const models = {
    replying: author(polite),
    tone: reader(holds),
    content: scripted([day, day], { id: "scripted:b" }),
  };
  const first = await testRun(both("The reply names a day."), null, { models });
  const again = await first.rerun({ workflow: both("The reply names a weekday."), models });
  assert.deepEqual(again.output, polite);
  const asked = [models.replying, models.tone, models.content].map((it) => it.requests.length);
  assert.deepEqual(asked, [1, 1, 2]);
});

test("agrees asks the author's model again and passes when enough agree, whatever the spelling", async () => {
  const said = (city: string) => ({ city });
  const City = z.object({ city: z.string() });
  const models = { placing: author(said("Basel"), said("basel."), said("Bern")) };
  const placing = (samples: number) =>
    agent({
      name: "placing",
      instructions: "Which city?",
      models: ["fast"],
      output: City,
      checks: [agrees<{ city: string }>({ samples, of: 3, path: "city" })],
      onFail: [],
    });
  const passed = await playAgent(placing(2), { text: "on the Rhine" }, { models });
  assert.deepEqual(passed.output, said("Basel"));
  assert.deepEqual(
    models.placing.requests.slice(1).map((it) => it.temperature),
    [0.7, 0.7],
  );
  assert.deepEqual(saidBy("user", models.placing.requests[1]), saidBy("user", models.placing.requests[0]));
  const apart = { placing: author(said("Basel"), said("Bonn"), said("Bern")) };
  const unsure = await playAgent(placing(2), { text: "on the Rhine" }, { models: apart });
  assert.match(unsure.view.failure?.message ?? "", /1 of 3 answers agree, where 2 must/);
});

test("agrees fails an answer the others agree against, and the author is not told theirs", async () => {
  const City = z.object({ city: z.string() });
  const [basel, bern] = [{ city: "Basel" }, { city: "Bern" }];
  const models = { placing: author(basel, bern, bern, bern, bern, bern) };
  const placing = agent({
    name: "placing",
    instructions: "Which city?",
    models: ["fast"],
    output: City,
    checks: [agrees<{ city: string }>({ samples: 2, of: 3, path: "city" })],
    onFail: [retry(1)],
  });
  const result = await playAgent(placing, { text: "on the Aare" }, { models });
  assert.deepEqual(result.output, bern);
  assert.doesNotMatch(saidBy("user", models.placing.requests[3]).join("\n"), /Bern/);
});

test("noProgress skips the retries that are left and takes the next model", async () => {
  const wrong = check<Reply>("names a day", (it) => /day/.test(it.text) || "no day is named");
  const fast = author(rude, rude);
  const strong = scripted([polite], { id: "scripted:strong" });
  const it = agent({
    name: "replying",
    instructions: "Reply.",
    models: ["fast", "strong"],
    output: Reply,
    checks: [noProgress(), wrong],
    onFail: [retry(5), nextModel()],
  });
  const result = await playAgent(it, { mail: "When?" }, { models: { replying: [fast, strong] } });
  assert.deepEqual(result.output, polite);
  assert.deepEqual([fast.requests.length, strong.requests.length], [2, 1]);
});

test("a judge whose model nobody knows is an error, and no verdict", async () => {
  const models = { replying: author(polite) };
  const played = playAgent(replying([tone]), { mail: "When?" }, { models });
  await assert.rejects(played, (error: { code?: string }) => error.code === "TEST_MODEL_MISSING");
});

test("E12: what an agent claims to have sent rests on the receipt of its own call", async () => {
  const mail = tool({
    name: "send_mail",
    description: "Sends a mail.",
    input: z.object({ to: z.string() }),
    effect: { key: ({ to }: { to: string }) => to, immediate: "nobody reads this box" },
    run: ({ to }: { to: string }) => ({ id: `mail to ${to}` }),
  });
  const Sent = z.object({ sent: z.boolean(), to: z.string(), text: z.string() });
  const clerk = agent({
    name: "clerk",
    instructions: "Mail.",
    models: ["m"],
    tools: [mail],
    output: Sent,
    checks: [
      receipts<z.infer<typeof Sent>>({
        claims: [{ at: "sent", tool: "send_mail", values: { to: "args.to" } }],
        text: "text",
      }),
    ],
    onFail: [],
  });
  const claim = { sent: true, to: "ann", text: "I have sent the mail." };
  const call = { toolCalls: [{ name: "send_mail", args: { to: "ann" } }] };
  const done = await playAgent(clerk, null, { models: { clerk: scripted([call, claim]) } });
  assert.deepEqual(done.output, claim);
  const lied = await playAgent(clerk, null, { models: { clerk: scripted([claim]) } });
  assert.match(lied.view.failure?.message ?? "", /claims an action without a receipt/);
  const other = await playAgent(clerk, null, {
    models: { clerk: scripted([call, { ...claim, to: "bob" }]) },
  });
  assert.equal(other.status, "failed");
});

test("options are part of a check's identity: a rerun judges anew with other ones, and samples nothing", async () => {
  const longest = (most: number) =>
    check<Reply>("short", (it) => it.text.length < most || "too long", { version: "1", options: { most } });
  const replies = (most: number) =>
    workflow({ name: "short", run: (ctx) => ctx.call(replying([longest(most)]), { mail: "When?" }) });
  const models = { replying: author(polite) };
  const first = await testRun(replies(100), null, { models });
  assert.deepEqual(first.output, polite);
  const again = await first.rerun({ workflow: replies(10), models });
  assert.equal(again.status, "failed");
  assert.equal(models.replying.requests.length, 1);
});

/** A judge that costs money. */
function paidJudge(worst: number) {
  let calls = 0;
  return {
    id: "test:paid",
    get calls() {
      return calls;
    },
    worstCaseUsd: () => worst,
    call: () => {
      calls += 1;
      const parts = [{ type: "text" as const, text: JSON.stringify(holds) }];
      const usage = { inputTokens: 1, outputTokens: 1 };
      return Promise.resolve({ model: "test:paid", parts, finish: "stop" as const, usage, costUsd: 0.3 });
    },
  };
}

test("E8: a judge's call counts under the cap: the run waits for a yes, also through a crash, and a no ends the step", async () => {
  const asked: string[] = [];
  const judging = paidJudge(0.4);
  const models = { replying: author(polite), tone: judging };
  const options = { env: {}, cap: { usd: 0.2 }, models };
  const approved = await playAgent(
    replying([tone]),
    { mail: "When?" },
    {
      ...options,
      killAfter: "replying › attempt 1 › model",
      reviews: (item) => {
        asked.push(item.mode);
        return "approve";
      },
    },
  );
  assert.deepEqual([approved.output, asked, judging.calls], [polite, ["cap"], 1]);
  assert.ok(Math.abs(approved.view.costUsd - 0.3) < 1e-9);
  assert.ok(
    approved.events.some((it) => it.kind === "run.parked"),
    "the run left memory while it waited",
  );
  const refused = await playAgent(
    replying([tone]),
    { mail: "When?" },
    {
      ...options,
      models: { ...models, replying: author(polite) },
      reviews: ["reject"],
    },
  );
  assert.equal(refused.view.failure?.outcome, "budget");
  assert.equal(judging.calls, 1);
});

test("a dear check that asks no model is a step of its own: a rerun with another check edited takes its verdict over", async () => {
  let looked = 0;
  const slow = check<Reply>("slow", () => ((looked += 1), Promise.resolve(true as const)), {
    dear: true,
    version: "1",
  });
  const replies = (most: number) =>
    workflow({
      name: "slowly",
      run: (ctx) =>
        ctx.call(replying([slow, check<Reply>("short", (it) => it.text.length < most || "long")]), "When?"),
    });
  const models = { replying: author(polite, polite) };
  const first = await testRun(replies(100), null, { models });
  assert.equal(first.step("replying › attempt 1 › slow").verdicts[0]?.result, "pass");
  const again = await first.rerun({ workflow: replies(200), models });
  assert.deepEqual([again.output, looked], [polite, 1]);
  assert.equal(again.step("replying › attempt 1 › slow").state, "reused");
});

test("cheap checks that take time run side by side", async () => {
  let open = 0;
  let most = 0;
  const waiting = (name: string) =>
    check<Reply>(name, async () => {
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return true as const;
    });
  await playAgent(replying([waiting("a"), waiting("b"), waiting("c")]), "When?", {
    models: { replying: author(polite) },
  });
  assert.equal(most, 3);
});
