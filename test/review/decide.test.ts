// What could go wrong with decisions: two people decide one thing, somebody
// approves what they did not see, a decision is written and its run not woken,
// or the other way round. Provoked by races, stale hashes, and by a journal
// that dies at the decision.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { FirebreakError } from "../../src/index.ts";
import type { Decision, Firebreak, ReviewItem } from "../../src/index.ts";
import type { RunId } from "../../src/base/ids.ts";
import { FlakyJournal } from "../../sim/flaky-journal.ts";
import { named, quiet, rig } from "../runtime/rig.ts";

const ask = named("d-ask", async (ctx) => {
  const value = await ctx.step("make", null, () => ({ n: 1 }));
  return ctx.review("Right?", value);
});

async function open(fb: Firebreak): Promise<ReviewItem> {
  const [item] = await fb.reviews.list();
  assert.ok(item !== undefined);
  return item;
}

function says(item: ReviewItem, decision: Decision["decision"], more: Partial<Decision> = {}): Decision {
  return { run: item.run, asked: item.asked, shownHash: item.shownHash, by: "ann", decision, ...more };
}

describe("a decision (E10)", () => {
  test("is one append with the wake: a process that dies at it leaves both or neither (Q1, E10)", async () => {
    for (const crash of ["before", "after"] as const) {
      const it = await rig({ drive: "own" });
      const flaky = new FlakyJournal(it.disk, { seed: "1", crashAt: 4, crash });
      const first = await it.reopen({ journal: flaky, workflows: [ask] });
      const run = await first.start(ask as never, null as never);
      await run.settled();
      await assert.rejects(first.reviews.decide(says(await open(first), "approve")));
      await quiet();
      const head = await it.disk.head(run.id as RunId);
      const decided = (await it.of(run, "review.decided")).length;
      assert.deepEqual([head?.ready, decided], crash === "after" ? [true, 1] : [false, 0]);
      const second = await it.reopen({ workflows: [ask], drive: "all" });
      await second.recover();
      if (crash === "before") await second.reviews.decide(says(await open(second), "approve"));
      assert.deepEqual(await (await second.run(run.id)).result(), { n: 1 });
    }
  });

  test("on anything but what was shown is refused to the person, and changes nothing (Q2, E10)", async () => {
    const it = await rig();
    const run = await it.fb.start(ask as never, null as never);
    await run.settled();
    const item = await open(it.fb);
    await assert.rejects(
      it.fb.reviews.decide(says(item, "approve", { shownHash: "what stood here before" })),
      { code: "REVIEW_STALE" },
    );
    assert.equal((await it.of(run, "review.decided")).length, 0);
    await it.fb.reviews.decide(says(item, "approve"));
    assert.deepEqual(await run.result(), { n: 1 });
  });

  test("of two people is one's: the other is told whose (Q3)", async () => {
    for (let round = 0; round < 10; round += 1) {
      const it = await rig();
      const other = await it.reopen({ workflows: [ask] });
      const run = await it.fb.start(ask as never, null as never);
      await run.settled();
      const item = await open(it.fb);
      const told = await Promise.allSettled([
        it.fb.reviews.decide(says(item, "approve", { by: "ann" })),
        other.reviews.decide(says(item, "reject", { by: "ben" })),
      ]);
      const lost = told.filter((one) => one.status === "rejected");
      assert.equal(lost.length, 1);
      const reason = lost[0]!.reason as { code: string };
      assert.ok(["REVIEW_DECIDED", "RUN_ENDED", "REVIEW_NOT_OPEN"].includes(reason.code), reason.code);
      assert.equal((await it.of(run, "review.decided")).length, 1);
      await run.result().catch(() => undefined);
    }
  });

  test("reaches a run that is busy with other things", async () => {
    const it = await rig();
    const run = await it.start("d-busy", async (ctx) => {
      const lanes = [1, 2, 3, 4].map(async (lane) => {
        for (let n = 0; n < 100; n += 1) await ctx.step(`lane ${lane}`, n, () => n);
      });
      const [said] = await Promise.all([ctx.review("Right?", 1), ...lanes]);
      return said;
    });
    await quiet(6);
    await it.fb.reviews.decide(says(await open(it.fb), "approve"));
    assert.equal(await run.result(), 1);
  });

  test("to edit gives the edit, bound to its own hash; to reject gives an outcome that says who and why", async () => {
    const it = await rig();
    const edited = await it.fb.start(ask as never, null as never);
    await edited.settled();
    await it.fb.reviews.decide(says(await open(it.fb), "edit", { value: { n: 2 } }));
    assert.deepEqual(await edited.result(), { n: 2 });
    const rejected = await it.fb.start(ask as never, null as never);
    await rejected.settled();
    await it.fb.reviews.decide(says(await open(it.fb), "reject", { because: "it is wrong" }));
    await assert.rejects(
      rejected.result(),
      (error) =>
        FirebreakError.is(error, "RUN_FAILED") &&
        error.details.outcome === "rejected" &&
        error.details.reason.includes("ann: it is wrong"),
    );
  });

  test("whose edit fails the checks of the review is not taken", async () => {
    const it = await rig();
    const run = await it.start("d-checked", (ctx) =>
      ctx.review("Right?", 1, { checks: [(value) => value < 10 || "too large"] }),
    );
    await run.settled();
    await it.fb.reviews.decide(says(await open(it.fb), "edit", { value: 99 }));
    await assert.rejects(
      run.result(),
      (error) => FirebreakError.is(error, "RUN_FAILED") && error.message.includes("too large"),
    );
  });

  test("that does not fit the question is refused with a mend", async () => {
    const it = await rig();
    const form = await it.start("d-form", (ctx) => ctx.ask("How many?", z.object({ n: z.number() })));
    await form.settled();
    const item = await open(it.fb);
    await assert.rejects(it.fb.reviews.decide(says(item, "approve")), { code: "REVIEW_FORM" });
    await assert.rejects(it.fb.reviews.decide(says(item, "send-back")), { code: "REVIEW_SEND_BACK" });
    await assert.rejects(it.fb.reviews.decide({ ...says(item, "answer"), asked: item.asked + 5 }), {
      code: "REVIEW_NOT_OPEN",
    });
    await it.fb.reviews.decide(says(item, "answer", { value: { n: 3 } }));
    assert.deepEqual(await form.result(), { n: 3 });
  });

  test("on a question whose step was left meanwhile is refused", async () => {
    const it = await rig();
    const run = await it.start("d-left", async (ctx) => {
      await ctx.first(1, {
        asks: (inner) => inner.review("Right?", 1),
        quick: (inner) => inner.sleep("1h").then(() => 2),
      });
      return ctx.review("And now?", 2);
    });
    await run.settled();
    const item = await open(it.fb);
    it.clock.advance(3_600_000);
    await quiet(30);
    await assert.rejects(it.fb.reviews.decide(says(item, "approve")), { code: "REVIEW_NOT_OPEN" });
    const [next, ...more] = await it.fb.reviews.list();
    assert.deepEqual([next?.ask, more.length], ["And now?", 0]);
  });

  test("an hour after it was given cannot be taken back: the run has gone on", async () => {
    const it = await rig();
    const run = await it.fb.start(ask as never, null as never);
    await run.settled();
    const item = await open(it.fb);
    await it.fb.reviews.decide(says(item, "approve"));
    await run.result();
    await assert.rejects(it.fb.reviews.decide(says(item, "reject")), { code: "RUN_ENDED" });
  });
});

describe("a signal", () => {
  test("sent twice under one id is one; signals keep their order, and one that does not fit is passed over with a warning", async () => {
    const it = await rig();
    const run = await it.start("d-signals", async (ctx) => {
      const first = await ctx.signal("go", z.number());
      const second = await ctx.signal("go", z.number());
      ctx.log("both are here");
      return [first, second];
    });
    await run.settled();
    await run.signal("go", 1, { id: "a" });
    await run.signal("go", 1, { id: "a" });
    await run.signal("go", "no number");
    await run.signal("go", 2, { id: "b" });
    assert.deepEqual(await run.result(), [1, 2]);
    assert.equal((await it.of(run, "signal.received")).length, 3);
    const logged = (await it.of(run, "run.logged")).map((event) => event.data.message);
    assert.equal(logged.filter((line) => line.includes("passed over")).length, 1);
    assert.ok(logged.includes("both are here"));
  });

  test("that came before anybody waited for it is kept", async () => {
    const it = await rig();
    const run = await it.start("d-early", async (ctx) => {
      await ctx.review("Right?", 1);
      return ctx.signal("go", z.number());
    });
    await run.settled();
    await run.signal("go", 7);
    await it.fb.reviews.decide(says(await open(it.fb), "approve"));
    assert.equal(await run.result(), 7);
  });
});
