// What could go wrong with effects: sent twice, sent without a durable intent,
// sent by a driver that lost its run, or forgotten in doubt. Provoked with a
// receiver that counts, gates that stop a send in the middle, and a journal
// that dies between intent and receipt.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { EffectNotSent, FirebreakError, tool } from "../../src/index.ts";
import type { Context, Effect, Firebreak, Tool } from "../../src/index.ts";
import { FlakyJournal } from "../../sim/flaky-journal.ts";
import { gate, type Gate, named, nextTurn, quiet, rig, until } from "./rig.ts";

const input = z.object({ q: z.string() });

/** A receiver: counts what arrives, and answers when its gate is open. */
function receiver(
  effect: Partial<Effect<{ q: string }, string>> = {},
  hold?: Gate,
): { readonly mail: Tool<{ q: string }, string>; readonly got: string[] } {
  const got: string[] = [];
  const mail = tool({
    name: "mail",
    description: "Sends.",
    input,
    effect: { key: (it: { q: string }) => it.q, ...effect },
    run: async ({ q }) => {
      got.push(q);
      await hold?.pass();
      return `receipt ${q}`;
    },
  });
  return { mail, got };
}

const call =
  (mail: Tool<{ q: string }, string>) =>
  (ctx: Context): Promise<string> =>
    ctx.call(mail, { q: "a" });

describe("an effect", () => {
  test("is sent after its intent is durable, and its receipt is in the commit of the step (E9)", async () => {
    const it = await rig();
    let intents = -1;
    const mail = tool({
      name: "mail",
      description: "",
      input,
      effect: { key: ({ q }: { q: string }) => q },
      run: async () => {
        intents = (await it.of(run.id, "effect.intended")).length;
        return "receipt";
      },
    });
    const run = await it.start("e-order", (ctx) => ctx.call(mail, { q: "a" }));
    assert.equal(await run.result(), "receipt");
    assert.equal(intents, 1);
    assert.deepEqual(await it.story(run), [
      "effect.intended mail",
      "effect.received",
      "step.completed mail",
      "run.completed",
    ]);
  });

  test("killed between intent and receipt halts in doubt, sends nothing again, and goes on with what a person found (E9)", async () => {
    for (const sent of [true, false]) {
      const hold = gate();
      const { mail, got } = receiver({}, hold);
      const it = await rig();
      const flow = named("e-doubt", call(mail));
      const flaky = new FlakyJournal(it.disk, { seed: "1" });
      const first = await it.reopen({ journal: flaky, workflows: [flow] });
      const { id } = await first.start(flow as never, null as never);
      await until(() => got.length === 1);
      flaky.crash();
      await first.close();
      await it.fb.resume(id);
      const run = await it.fb.run(id);
      await assert.rejects(run.result(), { code: "RUN_HALTED" });
      const [halted] = await it.of(id, "run.halted");
      assert.equal(halted?.data.code, "EFFECT_IN_DOUBT");
      const [intent] = await it.of(id, "effect.intended");
      hold.open();
      await it.fb.settle(id, intent!.seq, { sent, receipt: sent ? "seen by ann" : null, by: "ann" });
      assert.equal(await run.result(), sent ? "seen by ann" : "receipt a");
      assert.deepEqual(got, sent ? ["a"] : ["a", "a"]);
    }
  });

  test("in doubt starts nothing else: the run halts before any other work", async () => {
    const hold = gate();
    const { mail, got } = receiver({}, hold);
    const it = await rig();
    const done: string[] = [];
    const flow = named("e-doubt-first", async (ctx) => {
      const sending = ctx.call(mail, { q: "a" });
      const [, last] = await Promise.all([
        sending,
        ctx.step("other", null, async () => {
          done.push("other");
          await hold.pass();
          return 1;
        }),
      ]);
      return last;
    });
    const flaky = new FlakyJournal(it.disk, { seed: "1" });
    const first = await it.reopen({ journal: flaky, workflows: [flow] });
    const { id } = await first.start(flow as never, null as never);
    await until(() => got.length === 1 && done.length === 1);
    flaky.crash();
    await first.close();
    await it.fb.resume(id);
    await assert.rejects((await it.fb.run(id)).result(), { code: "RUN_HALTED" });
    assert.deepEqual(done, ["other"]);
  });

  test("whose receiver can be asked is probed: adopted when it arrived, sent when it did not (E9)", async () => {
    for (const arrived of [true, false]) {
      const hold = gate();
      const { mail, got } = receiver({ probe: async () => (arrived ? "found" : undefined) }, hold);
      const it = await rig();
      const flow = named("e-probe", call(mail));
      const flaky = new FlakyJournal(it.disk, { seed: "1" });
      const first = await it.reopen({ journal: flaky, workflows: [flow] });
      const { id } = await first.start(flow as never, null as never);
      await until(() => got.length === 1);
      flaky.crash();
      await first.close();
      hold.open();
      await it.fb.resume(id);
      assert.equal(await (await it.fb.run(id)).result(), arrived ? "found" : "receipt a");
      assert.equal(got.length, arrived ? 1 : 2);
      // A second sending has an intent of its own: who lost the run is refused there.
      assert.equal((await it.of(id, "effect.intended")).length, arrived ? 1 : 2);
    }
  });

  test("whose receiver drops repeats is sent again under the same key of ours (E9)", async () => {
    const keys: string[] = [];
    const hold = gate();
    const mail = tool({
      name: "mail",
      description: "",
      input,
      effect: { key: ({ q }: { q: string }) => q, deduplicates: true },
      run: async (_, context) => {
        keys.push(context.idempotencyKey ?? "");
        await hold.pass();
        return "receipt";
      },
    });
    const it = await rig();
    const flow = named("e-dedupe", (ctx) => ctx.call(mail, { q: "a" }));
    const flaky = new FlakyJournal(it.disk, { seed: "1" });
    const first = await it.reopen({ journal: flaky, workflows: [flow] });
    const { id } = await first.start(flow as never, null as never);
    await until(() => keys.length === 1);
    flaky.crash();
    await first.close();
    hold.open();
    await it.fb.resume(id);
    assert.equal(await (await it.fb.run(id)).result(), "receipt");
    assert.equal(keys.length, 2);
    assert.equal(new Set(keys).size, 1);
  });

  test("of one slot asked for twice at once is sent once, and its receipt answers both (E9)", async () => {
    const hold = gate();
    const { mail, got } = receiver({}, hold);
    const it = await rig();
    const run = await it.start("e-twice", (ctx) =>
      ctx.map([1, 2, 3], (_, item) => item.call(mail, { q: "a" })),
    );
    await until(() => got.length === 1);
    await quiet();
    hold.open();
    assert.deepEqual(await run.result(), ["receipt a", "receipt a", "receipt a"]);
    assert.deepEqual(got, ["a"]);
  });

  test("equal to one that is open in the same scope is refused: which receipt would be whose?", async () => {
    const { mail } = receiver();
    const it = await rig();
    const run = await it.start("e-twin", (ctx) =>
      Promise.all([ctx.call(mail, { q: "a" }), ctx.call(mail, { q: "a" })]),
    );
    await assert.rejects(
      run.result(),
      (error) => FirebreakError.is(error, "RUN_FAILED") && error.details.reason.includes("STEP_AMBIGUOUS"),
    );
  });

  test("that was certainly not sent fails its step and may be sent later", async () => {
    const it = await rig();
    let open = false;
    const mail = tool({
      name: "mail",
      description: "",
      input,
      effect: { key: ({ q }: { q: string }) => q },
      run: () => {
        if (!open) throw new EffectNotSent("closed");
        return "receipt";
      },
    });
    const run = await it.start("e-not-sent", async (ctx) => {
      const first = await ctx.settle(() => ctx.call(mail, { q: "a" }));
      open = true;
      return [first.ok, await ctx.call(mail, { q: "a" }, { name: "again" })];
    });
    assert.deepEqual(await run.result(), [false, "receipt"]);
  });

  test("that throws anything else may have arrived: the run halts in doubt", async () => {
    const it = await rig();
    const mail = tool({
      name: "mail",
      description: "",
      input,
      effect: { key: ({ q }: { q: string }) => q },
      run: () => {
        throw new Error("the line was cut");
      },
    });
    const run = await it.start("e-cut", (ctx) => ctx.call(mail, { q: "a" }));
    await assert.rejects(run.result(), { code: "RUN_HALTED" });
  });

  test("of a branch that lost comes to its receipt before the winner's record is written", async () => {
    const hold = gate();
    const { mail, got } = receiver({}, hold);
    const it = await rig();
    const run = await it.start("e-loser", (ctx) =>
      ctx.first(1, {
        quick: async (inner) => {
          await inner.step("wait", null, () => until(() => got.length === 1));
          return "won";
        },
        sends: (inner) => inner.branch("deep", (deep) => deep.call(mail, { q: "a" })),
      }),
    );
    await until(() => got.length === 1);
    await quiet(30);
    assert.equal((await it.story(run)).includes("step.completed first"), false);
    hold.open();
    await run.result();
    const story = await it.story(run);
    assert.ok(story.indexOf("effect.received") < story.indexOf("step.completed first"), story.join("\n"));
  });

  test("of a branch that lost, killed before its receipt, is in doubt all the same", async () => {
    const hold = gate();
    const { mail, got } = receiver({}, hold);
    const it = await rig();
    const flow = named("e-loser-doubt", (ctx) =>
      ctx.first(1, {
        quick: async (inner) => {
          await inner.step("wait", null, () => until(() => got.length === 1));
          return "won";
        },
        sends: (inner) => inner.branch("deep", (deep) => deep.call(mail, { q: "a" })),
      }),
    );
    const flaky = new FlakyJournal(it.disk, { seed: "1" });
    const first = await it.reopen({ journal: flaky, workflows: [flow] });
    const { id } = await first.start(flow as never, null as never);
    await until(async () => (await it.story(id)).includes("step.completed quick"));
    flaky.crash();
    await first.close();
    await it.fb.resume(id);
    await assert.rejects((await it.fb.run(id)).result(), { code: "RUN_HALTED" });
    assert.deepEqual(got, ["a"]);
  });

  test("whose receipt comes after the cancel is recorded as late and moves nothing (E7)", async () => {
    const hold = gate();
    const { mail, got } = receiver({}, hold);
    const it = await rig();
    const run = await it.start("e-late", call(mail));
    await until(() => got.length === 1);
    await run.cancel({ by: "ann" });
    hold.open();
    await until(async () => (await it.of(run, "effect.late")).length === 1);
    await quiet();
    assert.equal((await run.head()).status, "cancelled");
    assert.deepEqual((await it.story(run)).slice(1), ["run.cancelled", "effect.late"]);
  });

  test("whose receipt comes after its process gave the run up resolves the doubt by itself", async () => {
    const hold = gate();
    const { mail, got } = receiver({}, hold);
    const it = await rig();
    const flow = named("e-adopt", call(mail));
    const first: Firebreak = await it.reopen({ journal: keepOpen(it.disk), workflows: [flow] });
    const { id } = await first.start(flow as never, null as never);
    await until(() => got.length === 1);
    await first.close();
    hold.open();
    await until(async () => (await it.of(id, "effect.late")).length === 1);
    await it.fb.resume(id);
    assert.equal(await (await it.fb.run(id)).result(), "receipt a");
    assert.deepEqual(got, ["a"]);
  });
});

/** The same journal, which stays open when a process that used it closes it. */
function keepOpen(journal: Parameters<typeof Object.create>[0] & object): never {
  return new Proxy(journal, {
    get: (it, name) => {
      if (name === "close") return async () => nextTurn();
      const value = Reflect.get(it, name) as unknown;
      return typeof value === "function" ? value.bind(it) : value;
    },
  }) as never;
}
