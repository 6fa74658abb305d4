// What follows a gate that does not pass. What could go wrong: an attempt is
// not told what was wrong, one that should be fresh is told, unsure burns
// retries, a person's edit escapes the checks, a yes to nothing counts as an
// answer, or a model passes by saying less.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { agent, grounded, MemoryJournal, nextModel, retry, review, type Rung, unsure } from "firebreak";
import { fakeClock, scripted } from "firebreak/testing";
import { play, playAgent, saidBy } from "./play.ts";

const Quote = z.object({ quote: z.string() });
const source = { text: "the cat sat on the mat" };
const right = { quote: "cat sat on" };
const wrong = { quote: "dog sat on" };

function quoting(
  onFail: readonly Rung<{ quote: string }>[],
  more: { unsure?: "accept"; check?: () => true | string | ReturnType<typeof unsure> } = {},
) {
  const { check, ...rest } = more;
  return agent({
    name: "quoting",
    instructions: "Quote.",
    models: ["fast", "strong"],
    output: Quote,
    checks: check === undefined ? [grounded("quote")] : [check],
    onFail,
    ...rest,
  });
}

/** Two models that write down who was asked. */
function pair(fast: readonly object[], strong: readonly object[]) {
  const models = [
    scripted(fast, { id: "scripted:fast" }),
    scripted(strong, { id: "scripted:strong" }),
  ] as const;
  return { models: { quoting: models }, fast: models[0], strong: models[1] };
}

test("retry tells the model its answer and what was wrong with it; E5: only what passed leaves the agent", async () => {
  const { models, fast } = pair([wrong, right], []);
  const result = await playAgent(quoting([retry(1)]), source, { models });
  assert.deepEqual(result.output, right);
  const [told] = fast.requests.slice(1);
  assert.deepEqual(saidBy("assistant", told), [JSON.stringify(wrong)]);
  assert.match(saidBy("user", told)[1]!, /not accepted[\s\S]*dog sat on[\s\S]*Correct these/);
  assert.equal(result.step("quoting › attempt 1").state, "rejected");
  assert.equal(result.step("quoting › attempt 2").state, "done");
  const read = result.events.flatMap((it) => (it.kind === "step.completed" ? (it.data.reads ?? []) : []));
  assert.ok(!read.includes(result.step("quoting › attempt 1").seq!), "no step reads the rejected attempt");
});

test("nextModel is told what was wrong, with fresh it is not, and gets the retries before it", async () => {
  const told = pair([wrong, wrong], [wrong, right]);
  const first = await playAgent(quoting([retry(1), nextModel()]), source, told);
  assert.deepEqual(first.output, right);
  assert.deepEqual([told.fast.requests.length, told.strong.requests.length], [2, 2]);
  assert.equal(saidBy("user", told.strong.requests[0]).length, 2);
  const fresh = pair([wrong], [right]);
  await playAgent(quoting([nextModel({ fresh: true })]), source, fresh);
  assert.equal(saidBy("user", fresh.strong.requests[0]).length, 1);
  assert.deepEqual(saidBy("assistant", fresh.strong.requests[0]), []);
});

test("without rungs left the step ends with the last outcome and its problems", async () => {
  const { models } = pair([wrong], []);
  const ended = await play(async (ctx) => ctx.settle(() => ctx.call(quoting([]), source)), { models });
  assert.equal(ended.output.ok, false);
  assert.ok(
    !ended.output.ok &&
      ended.output.outcome === "failed" &&
      ended.output.problems[0]?.check === "grounded quote",
  );
});

const asking = [
  review<{ quote: string }>({
    to: "editor",
    ask: (it, problems) => `Is "${it?.quote}" right? ${problems}`,
    expires: "2d",
  }),
];

test("A4: a person may approve what failed, edit it, or reject it", async () => {
  const asked: string[] = [];
  const approved = await playAgent(quoting(asking), source, {
    ...pair([wrong], []),
    reviews: (item) => {
      asked.push(item.ask, item.why, item.to ?? "");
      return "approve";
    },
  });
  assert.deepEqual(approved.output, wrong);
  assert.match(asked[0]!, /^Is "dog sat on" right\? the quotation does not occur/);
  assert.match(asked[1]!, /Agent quoting .* did not pass grounded quote/);
  assert.equal(asked[2], "editor");
  const edited = await playAgent(quoting(asking), source, {
    ...pair([wrong], []),
    reviews: [{ edit: right }],
  });
  assert.deepEqual(edited.output, right);
  const rejected = await playAgent(quoting(asking), source, {
    ...pair([wrong], []),
    reviews: [{ reject: "nonsense" }],
  });
  assert.equal(rejected.view.failure?.outcome, "rejected");
});

test("an edit passes the same checks: one that fails is asked about again, with its own problems", async () => {
  const shown: unknown[] = [];
  const edits = [{ edit: { quote: "cow sat on" } }, { edit: { qoute: "cat" } }, { edit: right }];
  const result = await playAgent(quoting(asking), source, {
    ...pair([wrong], []),
    reviews: (item) => {
      shown.push([item.shown, item.problems[0]?.check]);
      return edits.shift();
    },
  });
  assert.deepEqual(result.output, right);
  assert.deepEqual(shown, [
    [wrong, "grounded quote"],
    [{ quote: "cow sat on" }, "grounded quote"],
    [{ qoute: "cat" }, "schema"],
  ]);
});

test("a question nobody answers ends as expired when its time is over", async () => {
  const clock = fakeClock();
  const began = clock.now();
  const result = await playAgent(quoting(asking), source, {
    ...pair([wrong], []),
    reviews: ["silence"],
    clock,
  });
  assert.equal(result.view.failure?.outcome, "expired");
  assert.equal(clock.now() - began, 2 * 86_400_000);
});

test("C1: unsure does not pass: it skips retry and goes to the next rung that can decide, at last a person", async () => {
  const cannotTell = () => unsure("the scan is unreadable");
  const { models, fast, strong } = pair([right, right, right], [right]);
  const result = await playAgent(quoting([retry(2), nextModel(), ...asking], { check: cannotTell }), source, {
    models,
    reviews: ["approve"],
  });
  assert.deepEqual(result.output, right);
  assert.deepEqual([fast.requests.length, strong.requests.length], [1, 1]);
  assert.equal(result.step("quoting › attempt 1").verdicts[0]?.result, "unsure");
});

test('unsure: "accept" lets an unsure output through, marked, and a failed one not', async () => {
  const accepted = await playAgent(
    quoting([], { unsure: "accept", check: () => unsure("cannot tell") }),
    source,
    pair([right], []),
  );
  assert.deepEqual(accepted.output, right);
  assert.equal(accepted.step("quoting › attempt 1").verdicts[0]?.result, "unsure");
  const failed = await playAgent(
    quoting([], { unsure: "accept", check: () => "wrong" }),
    source,
    pair([right], []),
  );
  assert.equal(failed.status, "failed");
});

test("C3: a check that throws is unsure, never a pass, and the next rung decides", async () => {
  const broken = (): true => {
    throw new TypeError("the check is broken");
  };
  const result = await playAgent(quoting([retry(2), ...asking], { check: broken }), source, {
    ...pair([right], []),
    reviews: ["approve"],
  });
  assert.deepEqual(result.output, right);
  const verdict = result.step("quoting › attempt 1").verdicts[0];
  assert.deepEqual(
    [verdict?.result, verdict?.note],
    ["unsure", "the check itself failed: the check is broken"],
  );
});

test("a retry that passes by saying less is unsure: a person sees what was left out", async () => {
  const Claims = z.object({ claims: z.array(z.object({ quote: z.string() })) });
  const quoted = ["the cat sat", "sat on the", "on the mat", "a flying pig"].map((quote) => ({ quote }));
  const claiming = agent({
    name: "quoting",
    instructions: "x",
    models: ["m"],
    output: Claims,
    checks: [grounded("claims[].quote")],
    onFail: [retry(1), review({ ask: "Was it right to leave these out?" })],
  });
  const whys: string[] = [];
  const result = await playAgent(claiming, source, {
    models: { quoting: scripted([{ claims: quoted }, { claims: quoted.slice(0, 1) }]) },
    reviews: (item) => {
      whys.push(item.why);
      return "approve";
    },
  });
  assert.equal(result.output.claims.length, 1);
  assert.match(whys[0]!, /did not pass said less/);
  const honest = await playAgent(claiming, source, {
    models: { quoting: scripted([{ claims: quoted }, { claims: quoted.slice(0, 3) }]) },
  });
  assert.equal(honest.output.claims.length, 3, "dropping only what a problem named is no less");
});

test("A3: a candidate is durable before its checks run", async () => {
  const journal = new MemoryJournal();
  const recorded: unknown[] = [];
  const check = async (): Promise<true> => {
    const [head] = await journal.heads({});
    const events = await journal.read(head!.run);
    recorded.push(
      events.flatMap((it) => (it.kind === "step.completed" && it.data.kind === "model" ? [it.data.out] : []))
        .length,
    );
    return true;
  };
  const { models } = pair([right], []);
  await playAgent(
    agent({ name: "quoting", instructions: "x", models: ["m"], output: Quote, checks: [check] }),
    source,
    { models, journal },
  );
  assert.deepEqual(recorded, [1]);
});

test("rungs survive an end of the engine after every one of their steps (E1)", async () => {
  for (const at of ["model", "checks", "attempt 1", "attempt 2", "review"]) {
    const { models, fast } = pair([wrong, wrong], []);
    const result = await playAgent(quoting([retry(1), ...asking]), source, {
      models,
      killAfter: at,
      reviews: [{ edit: right }],
    });
    assert.deepEqual(result.output, right, at);
    assert.equal(fast.requests.length, 2, at);
  }
});
