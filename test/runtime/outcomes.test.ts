// What could go wrong with agents: an answer that is empty, cut off, refused or
// never given is taken for an output, or one outcome for another; a paid answer
// is asked for twice. Provoked by models that answer from a list.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { agent, retry, StepError } from "../../src/index.ts";
import type { Agent, Context, Model } from "../../src/index.ts";
import { scripted, type ScriptedEntry } from "../../src/standin/standin.ts";
import { gate, quiet, rig } from "./rig.ts";

function asker(
  models: readonly [Model, ...Model[]],
  more: Partial<Parameters<typeof agent>[0]> = {},
): Agent<unknown, string> {
  return agent({
    name: "asker",
    instructions: "Answer.",
    models,
    checks: [(it: unknown) => it !== "wrong" || "it is wrong"],
    ...more,
  } as never) as unknown as Agent<unknown, string>;
}

/** How a call of an agent with this script ended. */
async function outcomeOf(
  entries: readonly ScriptedEntry[],
  more: Partial<Parameters<typeof agent>[0]> = {},
): Promise<string> {
  const it = await rig();
  const model = scripted(entries);
  const run = await it.start("outcome", async (ctx: Context) => {
    const ended = await ctx.settle(() => ctx.call(asker([model], { onFail: [], ...more }), "?"));
    return ended.ok ? `ok ${JSON.stringify(ended.value)}` : ended.outcome;
  });
  return (await run.result()) as string;
}

describe("an agent's call (E11)", () => {
  test("ends as empty when the model said nothing", async () => {
    assert.equal(await outcomeOf([""]), "empty");
    assert.equal(await outcomeOf(["[]"], { output: z.array(z.string()) }), "empty");
    assert.equal(
      await outcomeOf(['{"claims":[]}'], { output: z.object({ claims: z.array(z.string()) }) }),
      "empty",
    );
  });

  test("takes an empty output that says why", async () => {
    const output = z.object({ claims: z.array(z.string()), why: z.string() });
    assert.match(await outcomeOf(['{"claims":[],"why":"no paper bears on it"}'], { output }), /^ok/);
  });

  test("ends as truncated, refused or failed as the model ended, never with the text it gave on the way", async () => {
    assert.equal(await outcomeOf([{ finish: "truncated", text: "half an ans" }]), "truncated");
    assert.equal(await outcomeOf([{ finish: "refused", text: "I will not" }]), "refused");
    assert.equal(await outcomeOf([{ finish: "filtered" }]), "refused");
    assert.equal(await outcomeOf([{ finish: "error", text: "right" }]), "failed");
    assert.equal(await outcomeOf([{ error: "auth" }]), "failed");
    assert.equal(await outcomeOf([{ error: "refusal" }]), "refused");
  });

  test("ends as failed when no attempt passed its checks, and says which", async () => {
    assert.equal(await outcomeOf(["wrong", "wrong"], { onFail: [retry(1)] }), "failed");
    assert.equal(await outcomeOf(["wrong", "right"], { onFail: [retry(1)] }), 'ok "right"');
  });

  test("ends as limit when it only calls tools", async () => {
    const turns = Array.from({ length: 3 }, () => ({ toolCalls: [{ name: "none", args: {} }] }));
    assert.equal(await outcomeOf(turns, { maxTurns: 3 }), "limit");
  });

  test("is asked of the models again by a resume of the failed run, and of nobody before", async () => {
    const it = await rig();
    const model = scripted(["wrong", "wrong", "right"]);
    const run = await it.start("asked-again", (ctx) => ctx.call(asker([model], { onFail: [retry(1)] }), "?"));
    await assert.rejects(run.result(), { code: "RUN_FAILED" });
    assert.equal(model.requests.length, 2);
    await it.fb.resume(run.id);
    assert.equal(await run.result(), "right");
    assert.equal(model.requests.length, 3);
  });
});

/** A model that costs, as the cap sees it. */
function paid(id: string, usd: number, answer = "right"): Model & { calls: number } {
  const it = {
    id: `paid:${id}`,
    calls: 0,
    worstCaseUsd: () => usd,
    async call() {
      it.calls += 1;
      return {
        model: it.id,
        parts: [{ type: "text" as const, text: answer }],
        finish: "stop" as const,
        usage: { inputTokens: 1, outputTokens: 1 },
        costUsd: usd,
      };
    },
  };
  return it;
}

describe("a run at its cap", () => {
  test("asks before the call that would pass it, and goes on once it was raised", async () => {
    const it = await rig();
    const model = paid("a", 0.4);
    const run = await it.start("cap-raised", (ctx) =>
      ctx.loop("l", 1, async (n, turn) => {
        await turn.call(asker([model]), n);
        return n < 4 ? { again: n + 1 } : { done: n };
      }),
    );
    await run.settled();
    assert.equal(model.calls, 2);
    const [item] = await it.fb.reviews.list();
    assert.equal(item?.mode, "cap");
    await it.fb.reviews.decide({
      run: item.run,
      asked: item.asked,
      decision: "approve",
      shownHash: item.shownHash,
      by: "ann",
    });
    assert.equal(await run.result(), 4);
    assert.equal(model.calls, 4);
  });

  test("never spends more than the cap, however many calls are wanted at once", async () => {
    const it = await rig();
    const model = paid("b", 0.3);
    const run = await it.start("cap-many", (ctx) =>
      ctx.map([1, 2, 3, 4, 5, 6], (n, item) => item.call(asker([model]), n)),
    );
    await run.settled();
    assert.equal(model.calls, 3);
    assert.equal((await it.fb.reviews.list()).length, 1);
  });

  test("ends the step with the outcome budget after a no", async () => {
    const it = await rig();
    const model = paid("c", 0.8);
    const run = await it.start("cap-no", async (ctx) => {
      await ctx.call(asker([model]), 1);
      const second = await ctx.settle(() => ctx.call(asker([model]), 2));
      return second.ok ? "ok" : second.outcome;
    });
    await run.settled();
    const [item] = await it.fb.reviews.list();
    await it.fb.reviews.decide({
      run: item!.run,
      asked: item!.asked,
      decision: "reject",
      shownHash: item!.shownHash,
      by: "ann",
    });
    assert.equal(await run.result(), "budget");
    assert.equal(model.calls, 1);
  });

  test("makes no call for a branch that lost while it waited for the cap", async () => {
    const it = await rig();
    const model = paid("d", 0.8);
    const hold = gate();
    const run = await it.start("cap-loser", async (ctx) => {
      await ctx.call(asker([model]), 1);
      await ctx.first(1, {
        asks: (inner) => inner.call(asker([model]), 2),
        quick: (inner) => inner.step("quick", null, () => hold.pass().then(() => "quick")),
      });
      return ctx.review("Go on?", 1);
    });
    await quiet(40);
    hold.open();
    await run.settled();
    const cap = (await it.fb.reviews.list()).find((item) => item.mode === "cap");
    if (cap !== undefined)
      await it.fb.reviews.decide({
        run: cap.run,
        asked: cap.asked,
        decision: "approve",
        shownHash: cap.shownHash,
        by: "ann",
      });
    await quiet(40);
    assert.equal(model.calls, 1);
  });
});

test("a StepError says its outcome, and only its own", () => {
  const error = new StepError({ outcome: "empty", step: "a", message: "nothing" });
  assert.ok(StepError.is(error, "empty"));
  assert.ok(!StepError.is(error, "failed"));
});
