// What could go wrong with time: a timer that fires early, twice or never, when
// processes come and go and somebody sets the clock. Provoked with a clock
// whose hands the test holds: how much time passed, and what the wall shows.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryJournal } from "../../src/index.ts";
import { named, quiet, rig, until } from "./rig.ts";

const hour = 3_600_000;

describe("a sleep", () => {
  test("fires once, not before its time, and costs no memory meanwhile", async () => {
    const it = await rig();
    const run = await it.start("t-once", (ctx) => ctx.sleep("1h"));
    await run.settled();
    assert.deepEqual(await it.story(run), ["timer.set sleep", "run.parked"]);
    it.clock.advance(hour - 1);
    await quiet();
    assert.equal((await it.of(run, "timer.fired")).length, 0);
    it.clock.advance(1);
    await run.result();
    it.clock.advance(10 * hour);
    await quiet();
    const [fired, ...more] = await it.of(run, "timer.fired");
    const [set] = await it.of(run, "timer.set");
    assert.equal(more.length, 0);
    assert.equal(fired!.at, set!.data.wakeAt);
  });

  test("is not early when the clock was set back, nor late by more than a scan when it was set forward", async () => {
    const back = await rig();
    const slow = await back.start("t-back", (ctx) => ctx.sleep("1h"));
    await slow.settled();
    back.clock.jump(-2 * hour);
    back.clock.advance(hour);
    await quiet();
    assert.equal((await slow.head()).status, "waiting");
    back.clock.advance(2 * hour);
    await slow.result();

    const forward = await rig();
    const quick = await forward.start("t-forward", (ctx) => ctx.sleep("1h"));
    await quick.settled();
    forward.clock.jump(2 * hour);
    forward.clock.advance(60_000);
    await quick.result();
  });

  test("in memory is not early either when its timer is", async () => {
    const it = await rig({ lingerMs: 2 * hour });
    const run = await it.start("t-linger", (ctx) => ctx.sleep("1h"));
    await until(async () => (await it.of(run, "timer.set")).length === 1);
    await quiet();
    it.clock.jump(-1);
    it.clock.advance(hour);
    await quiet();
    assert.equal((await it.of(run, "timer.fired")).length, 0);
    it.clock.advance(60_000);
    await run.result();
  });

  test("that fell due while no process lived fires once when one does", async () => {
    const it = await rig();
    const flow = named("t-dead", (ctx) => ctx.sleep("1h").then(() => "woken"));
    const first = await it.reopen({ workflows: [flow], journal: detached(it.disk) });
    const { id } = await first.start(flow as never, null as never);
    await (await first.run(id)).settled();
    await first.close();
    it.clock.advance(5 * hour);
    const second = await it.reopen({ workflows: [flow] });
    await second.recover();
    assert.equal(await (await second.run(id)).result(), "woken");
    assert.equal((await it.of(id, "timer.fired")).length, 1);
  });
});

describe("a timer's look at the journal", () => {
  test("that fails loses nothing: it is looked at again later (N6)", async () => {
    const disk = new MemoryJournal();
    let fails = false;
    const journal = new Proxy(disk, {
      get(it, name) {
        const value = Reflect.get(it, name) as unknown;
        if (name === "heads" && fails) return () => Promise.reject(new Error("the disk did not answer"));
        return typeof value === "function" ? (value.bind(it) as unknown) : value;
      },
    });
    const it = await rig({ journal });
    const run = await it.start("t-look", (ctx) => ctx.sleep("1m"));
    await run.settled();
    await quiet();
    fails = true;
    it.clock.advance(60_000);
    await quiet();
    assert.equal((await run.head()).status, "waiting");
    fails = false;
    it.clock.advance(60_000);
    await run.result();
  });
});

describe("a retry's delay", () => {
  test("is waited for out of memory, and survives the process", async () => {
    const it = await rig();
    const times: number[] = [];
    const flow = named("t-retry", (ctx) =>
      ctx.step(
        "flaky",
        null,
        (_, { attempt }) => {
          times.push(it.clock.now());
          if (attempt < 3) throw new Error("not yet");
          return attempt;
        },
        { retry: { attempts: 3, backoff: "1h", factor: 2 } },
      ),
    );
    const first = await it.reopen({ workflows: [flow], journal: detached(it.disk) });
    const { id } = await first.start(flow as never, null as never);
    await (await first.run(id)).settled();
    await first.close();
    const second = await it.reopen({ workflows: [flow] });
    await second.recover();
    it.clock.advance(hour);
    await until(() => times.length === 2);
    await (await second.run(id)).settled();
    it.clock.advance(2 * hour);
    assert.equal(await (await second.run(id)).result(), 3);
    assert.deepEqual(
      times.map((at) => at - times[0]!),
      [0, hour, 3 * hour],
    );
  });
});

describe("a step's timeout", () => {
  test("fails the attempt and aborts the work", async () => {
    const it = await rig();
    let aborted = false;
    const run = await it.start("t-timeout", async (ctx) => {
      const ended = await ctx.settle(() =>
        ctx.step(
          "slow",
          null,
          (_, { abort }) =>
            new Promise(() => {
              abort.addEventListener("abort", () => (aborted = true));
            }),
          { timeout: "10s" },
        ),
      );
      return ended.ok ? "" : ended.message;
    });
    await until(() => it.clock.pending > 0);
    it.clock.advance(10_000);
    assert.equal(await run.result(), "timed out after 10000 ms");
    assert.ok(aborted);
  });
});

describe("a question's expiry", () => {
  test("decides once, as it was told, and a person who comes later is told", async () => {
    for (const [onExpiry, end] of [
      ["reject", "rejected"],
      ["approve", "value"],
      [undefined, "expired"],
    ] as const) {
      const it = await rig();
      const run = await it.start("t-expiry", async (ctx) => {
        const said = await ctx.settle(() =>
          ctx.review("Right?", "value", { expires: "1h", ...(onExpiry === undefined ? {} : { onExpiry }) }),
        );
        return said.ok ? said.value : said.outcome;
      });
      await run.settled();
      const [item] = await it.fb.reviews.list();
      it.clock.advance(hour);
      const late = it.fb.reviews.decide({
        run: item!.run,
        asked: item!.asked,
        decision: "approve",
        shownHash: item!.shownHash,
        by: "ann",
      });
      await assert.rejects(late, (error: { code?: string }) =>
        ["REVIEW_EXPIRED", "REVIEW_DECIDED", "RUN_ENDED", "REVIEW_NOT_OPEN"].includes(error.code ?? ""),
      );
      assert.equal(await run.result(), end);
      assert.equal((await it.of(run, "review.decided")).length, 1);
    }
  });
});

/** The same journal, which stays open when a process that used it closes it. */
function detached<T extends object>(journal: T): T {
  return new Proxy(journal, {
    get(it, name) {
      if (name === "close") return async () => undefined;
      const value = Reflect.get(it, name) as unknown;
      return typeof value === "function" ? (value.bind(it) as unknown) : value;
    },
  });
}
