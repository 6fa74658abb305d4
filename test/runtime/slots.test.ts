// What could go wrong with an effect that several runs of one root ask for:
// two of them send it, a rerun sends it again, what is no longer asked for
// stands for ever, a change is sent beside the old without anybody knowing, or
// a compensation is done twice. Provoked with parents and children on one key,
// reruns with other inputs, and a receiver that keeps what stands.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { agent, EffectNotSent, FirebreakError, tool, workflow } from "../../src/index.ts";
import type { Context, Effect, Firebreak, Tool } from "../../src/index.ts";
import { scripted } from "../../src/standin/scripted.ts";
import { FlakyJournal } from "../../sim/flaky-journal.ts";
import { gate, named, quiet, rig, until } from "./rig.ts";

interface Order {
  readonly id: string;
  readonly amount: number;
}

const input = z.object({ id: z.string(), amount: z.number() });
let tools = 0;

/** A shop that keeps what stands, and a log of what was done to it. */
function shop(
  effect: Partial<Effect<Order, string>> | ((log: string[]) => Partial<Effect<Order, string>>) = {},
) {
  const log: string[] = [];
  const keys: string[] = [];
  const more = typeof effect === "function" ? effect(log) : effect;
  const order: Tool<Order, string> = tool({
    name: `order-${(tools += 1)}`,
    description: "Orders.",
    input,
    effect: { key: (it: Order) => it.id, ...more },
    run: ({ id, amount }, { idempotencyKey = "" }) => {
      log.push(`send ${id} ${amount}`);
      keys.push(idempotencyKey);
      return `${id}:${amount}`;
    },
  });
  return { order, log, keys };
}

const undo = (log: string[]): Partial<Effect<Order, string>> => ({
  compensate: (_, receipt) => {
    log.push(`undo ${receipt}`);
    return "undone";
  },
});

async function decideAll(fb: Firebreak, decision: "approve" | "reject" | "edit"): Promise<string[]> {
  const asked: string[] = [];
  for (const it of await fb.reviews.list()) {
    asked.push(it.ask);
    const { run, asked: seq, shownHash } = it;
    const value = decision === "edit" ? { value: {} } : {};
    await fb.reviews.decide({ run, asked: seq, shownHash, decision, by: "ann", ...value });
  }
  return asked;
}

async function isAsking(fb: Firebreak): Promise<boolean> {
  return (await fb.reviews.list()).length > 0;
}

/** Starts a workflow whose function goes by its input, so that a rerun may differ. */
function flow(name: string, run: (ctx: Context, it: never) => Promise<unknown>) {
  return workflow({ name, run: run as never }) as never;
}

describe("an effect asked for by several runs of a root", () => {
  test("is sent once by parent and children on one slot, whose other calls are answered by its receipt (E9, J10)", async () => {
    const hold = gate();
    const log: string[] = [];
    const pay = tool({
      name: "pay-family",
      description: "",
      input,
      effect: { key: (it: Order) => it.id },
      run: async ({ id }) => {
        log.push(id);
        await hold.pass();
        return `paid ${id}`;
      },
    });
    const it = await rig();
    const child = workflow({ name: "s-child", run: (ctx) => ctx.call(pay, { id: "a", amount: 1 }) });
    const run = await it.start("s-family", (ctx) =>
      Promise.all([
        ctx.call(child, null, { key: "1" }),
        ctx.call(child, null, { key: "2" }),
        ctx.call(pay, { id: "a", amount: 1 }),
      ]),
    );
    await until(() => log.length === 1);
    await quiet(40);
    hold.open();
    assert.deepEqual(await run.result(), ["paid a", "paid a", "paid a"]);
    assert.deepEqual(log, ["a"]);
    const heads = await it.disk.heads({ root: run.id as never });
    const kinds = (await Promise.all(heads.map((head) => it.events(head.run))))
      .flat()
      .map((event) => event.kind);
    assert.equal(kinds.filter((kind) => kind === "effect.intended").length, 1);
    assert.equal(kinds.filter((kind) => kind === "effect.adopted").length, 2);
  });

  test("is taken over by a rerun, and sent by none of its reruns again (E9)", async () => {
    const { order, log } = shop(undo);
    const it = await rig();
    const wf = flow("s-rerun", async (ctx, given: Order) => {
      const made = await ctx.step("make", given, (v) => v);
      return ctx.call(order, { id: made.id, amount: 1 });
    });
    const first = await it.fb.start(wf, { id: "a", amount: 1 } as never);
    assert.equal(await first.result(), "a:1");
    const second = await it.fb.rerun(first.id, { input: { id: "a", amount: 2 } });
    assert.equal(await second.result(), "a:1");
    const third = await it.fb.rerun(second.id);
    assert.equal(await third.result(), "a:1");
    assert.deepEqual(log, ["send a 1"]);
    for (const run of [second, third]) assert.equal((await it.of(run, "effect.adopted")).length, 1);
    assert.equal((await it.disk.slot(first.id as never, order.name, "a"))?.claimedBy, third.id);
  });

  test("is amended where the tool can, under a key of its own, also across reruns", async () => {
    const { order, log } = shop((all) => ({
      amend: ({ id, amount }, previous, key) => {
        all.push(`amend ${previous.receipt} from ${previous.args.amount} to ${amount} ${key.length}`);
        return `${id}:${amount}!`;
      },
    }));
    const it = await rig();
    const wf = flow("s-amend", (ctx, given: Order) => ctx.call(order, given));
    const first = await it.fb.start(wf, { id: "a", amount: 1 } as never);
    await first.result();
    const second = await it.fb.rerun(first.id, { input: { id: "a", amount: 2 } });
    assert.equal(await second.result(), "a:2!");
    assert.deepEqual(log, ["send a 1", "amend a:1 from 1 to 2 32"]);
    assert.deepEqual(
      (await it.story(second)).filter((line) => line.startsWith("effect")),
      [`effect.intended ${order.name}`, "effect.received"],
    );
  });

  test("is undone and sent anew where the tool can only undo; a second sending is no repeat of the first", async () => {
    const { order, log, keys } = shop(undo);
    const it = await rig();
    const run = await it.start("s-undo", async (ctx) => {
      await ctx.call(order, { id: "a", amount: 1 });
      await ctx.call(order, { id: "a", amount: 2 });
      return ctx.call(order, { id: "a", amount: 1 }, { name: "again" });
    });
    assert.equal(await run.result(), "a:1");
    assert.deepEqual(log, ["send a 1", "undo a:1", "send a 2", "undo a:2", "send a 1"]);
    assert.equal(new Set(keys).size, 3);
  });

  test("is shown to a person where the tool can do neither: sent beside on a yes, rejected on a no or an edit", async () => {
    for (const decision of ["approve", "reject", "edit"] as const) {
      const { order, log } = shop();
      const it = await rig();
      const wf = named(`s-beside-${decision}`, async (ctx) => {
        await ctx.call(order, { id: "a", amount: 1 });
        const second = await ctx.settle(() => ctx.call(order, { id: "a", amount: 2 }));
        return second.ok ? second.value : second.outcome;
      });
      const flaky = new FlakyJournal(it.disk, { seed: "1" });
      const dying = await it.reopen({ journal: flaky, workflows: [wf] });
      const { id } = await dying.start(wf as never, null as never);
      await until(() => isAsking(it.fb));
      const run = await it.fb.run(id);
      // The run waits without memory, and goes on in another process.
      await until(async () => (await run.head()).status === "waiting");
      flaky.crash();
      await dying.close();
      const asked = await decideAll(it.fb, decision);
      assert.match(asked.join(), /sent "a" with other arguments before/);
      assert.equal(await run.result(), decision === "approve" ? "a:2" : "rejected");
      assert.deepEqual(log, decision === "approve" ? ["send a 1", "send a 2"] : ["send a 1"]);
    }
  });
});

describe("an effect that a rerun does not ask for any more", () => {
  const wfOf = (name: string, order: Tool<Order, string>) =>
    flow(name, async (ctx, ids: readonly string[]) => {
      const list = await ctx.step("list", ids, (v) => v);
      for (const id of list) await ctx.call(order, { id, amount: 1 });
      return list.length;
    });

  test("is undone before the rerun completes, from the last receipt to the first, each journaled (O1)", async () => {
    const { order, log } = shop(undo);
    const it = await rig();
    const first = await it.fb.start(wfOf("o-undo", order), ["a", "b", "c"] as never);
    await first.result();
    const second = await it.fb.rerun(first.id, { input: ["b"] });
    assert.equal(await second.result(), 1);
    assert.deepEqual(log, ["send a 1", "send b 1", "send c 1", "undo c:1", "undo a:1"]);
    const story = await it.story(second);
    assert.deepEqual(
      story.slice(-7),
      [
        `effect.intended undo ${order.name}`,
        "effect.received",
        `step.completed undo ${order.name}`,
        `effect.intended undo ${order.name}`,
        "effect.received",
        `step.completed undo ${order.name}`,
        "step.completed effects",
      ]
        .concat("run.completed")
        .slice(-7),
    );
    // Undone is undone: a rerun of the first sends what it asks for again, and undoes nothing twice.
    const third = await it.fb.rerun(first.id, { input: ["a", "b"] });
    await third.result();
    assert.deepEqual(log.slice(5), ["send a 1"]);
  });

  test("and cannot be undone is shown to a person, all at once: a yes lets it stand, a no fails the run (O2)", async () => {
    for (const decision of ["approve", "reject"] as const) {
      const { order, log } = shop();
      const it = await rig();
      const first = await it.fb.start(wfOf(`o-person-${decision}`, order), ["a", "b"] as never);
      await first.result();
      const second = await it.fb.rerun(first.id, { input: [] });
      await until(() => isAsking(it.fb));
      const [item] = await it.fb.reviews.list();
      assert.deepEqual(
        (item!.shown as { key: string; why: string }[]).map(({ key, why }) => [key, why]),
        [
          ["b", "its tool has no way to undo it"],
          ["a", "its tool has no way to undo it"],
        ],
      );
      await decideAll(it.fb, decision);
      if (decision === "approve") assert.equal(await second.result(), 0);
      else
        await assert.rejects(
          second.result(),
          (error) => FirebreakError.is(error, "RUN_FAILED") && error.details.outcome === "rejected",
        );
      assert.deepEqual(log, ["send a 1", "send b 1"]);
    }
  });

  test("and whose undoing is refused for certain is shown to a person with the reason (O2)", async () => {
    const { order } = shop({
      compensate: () => {
        throw new EffectNotSent("too late to cancel");
      },
    });
    const it = await rig();
    const first = await it.fb.start(wfOf("o-late", order), ["a"] as never);
    await first.result();
    const second = await it.fb.rerun(first.id, { input: [] });
    await until(() => isAsking(it.fb));
    assert.match(JSON.stringify((await it.fb.reviews.list())[0]!.shown), /too late to cancel/);
    await decideAll(it.fb, "approve");
    assert.equal(await second.result(), 0);
  });

  test("leaves runs without effects as they are: no step is added", async () => {
    const it = await rig();
    const wf = flow("o-none", (ctx, given: number) => ctx.step("x", given, (v) => v));
    const first = await it.fb.start(wf, 1 as never);
    await first.result();
    const second = await it.fb.rerun(first.id, { input: 2 });
    assert.equal(await second.result(), 2);
    assert.deepEqual(await it.story(second), ["step.completed x", "run.completed"]);
  });
});

describe("an effect that may be tried again", () => {
  const trying = (name: string, effect: Partial<Effect<Order, string>>, answers: (() => unknown)[]) => {
    const keys: string[] = [];
    const it: Tool<Order, string> = tool({
      name,
      description: "",
      input,
      effect: { key: (order: Order) => order.id, ...effect },
      run: (_, { idempotencyKey = "", attempt }) => {
        keys.push(`${idempotencyKey} ${attempt}`);
        return answers.shift()!() as string;
      },
    });
    return { it, keys };
  };
  const order = { id: "a", amount: 1 };
  const options = { retry: { attempts: 2, backoff: "0s" } } as const;
  const cut = (): never => {
    throw new Error("the line was cut");
  };
  const refused = (): never => {
    throw new EffectNotSent("busy");
  };

  test("is tried again by the call's policy where nothing was sent, under the same key", async () => {
    const { it, keys } = trying("t-refused", {}, [refused, () => "done"]);
    const at = await rig();
    const run = await at.start("t-refused", (ctx) => ctx.call(it, order, options));
    assert.equal(await run.result(), "done");
    assert.deepEqual(
      keys.map((key) => key.slice(-1)),
      ["1", "2"],
    );
    assert.equal(new Set(keys.map((key) => key.slice(0, 32))).size, 1);
  });

  test("is asked about after an error: what the probe finds is the receipt, what it does not find may be sent again", async () => {
    for (const found of [true, false]) {
      const probe = async (): Promise<string | undefined> => (found ? "found" : undefined);
      const { it, keys } = trying(`t-cut-${String(found)}`, { probe }, [cut, () => "done"]);
      const at = await rig();
      const run = await at.start(`t-cut-${String(found)}`, (ctx) => ctx.call(it, order, options));
      assert.equal(await run.result(), found ? "found" : "done");
      assert.equal(keys.length, found ? 1 : 2);
    }
  });

  test("whose probe fails is in doubt (E9)", async () => {
    const { it, keys } = trying("t-probe", { probe: cut }, [cut]);
    const at = await rig();
    const run = await at.start("t-probe", (ctx) => ctx.call(it, order, options));
    await assert.rejects(run.result(), /EFFECT_IN_DOUBT|the line was cut/);
    assert.equal((await run.head()).status, "halted");
    assert.equal(keys.length, 1);
  });

  test("is sent once more where the receiver drops repeats, and is in doubt when that fails too", async () => {
    for (const last of [() => "done", cut]) {
      const name = `t-drops-${last.name}`;
      const { it, keys } = trying(name, { deduplicates: true }, [cut, last]);
      const at = await rig();
      const run = await at.start(name, (ctx) => ctx.call(it, order, options));
      if (last === cut) await assert.rejects(run.result(), { code: "RUN_HALTED" });
      else assert.equal(await run.result(), "done");
      assert.deepEqual(new Set(keys.map((key) => key.slice(0, 32))).size, 1);
      assert.equal(keys.length, 2);
    }
  });

  test("that takes longer than it may is in doubt, and its receipt resolves the doubt when it comes", async () => {
    const hold = gate();
    const log: string[] = [];
    const slow = tool({
      name: "t-slow",
      description: "",
      input,
      effect: { key: (it: Order) => it.id },
      run: async () => {
        log.push("sent");
        await hold.pass();
        return "late";
      },
    });
    const at = await rig();
    const run = await at.start("t-slow", (ctx) => ctx.call(slow, order, { timeout: "5s" }));
    await until(() => log.length === 1);
    at.clock.advance(5_000);
    await assert.rejects(run.result(), { code: "RUN_HALTED" });
    hold.open();
    await until(async () => (await at.of(run, "effect.late")).length === 1);
    await at.fb.resume(run.id);
    assert.equal(await run.result(), "late");
    assert.deepEqual(log, ["sent"]);
  });
});

describe("an effect in doubt in one run", () => {
  test("halts every run of the root that needs it, and one answer lets all go on (E9)", async () => {
    const log: string[] = [];
    const pay = tool({
      name: "d-pay",
      description: "",
      input,
      effect: { key: (it: Order) => it.id },
      run: () => {
        log.push("sent");
        throw new Error("the line was cut");
      },
    });
    const it = await rig();
    const child = workflow({ name: "d-child", run: (ctx) => ctx.call(pay, { id: "a", amount: 1 }) });
    const run = await it.start("d-parent", async (ctx) => {
      const [own, below] = await Promise.all([
        ctx.call(child, null),
        ctx.branch("own", async (inner) => {
          await inner.step("wait", null, () => until(() => log.length === 1));
          return inner.call(pay, { id: "a", amount: 1 });
        }),
      ]);
      return [own, below];
    });
    await until(async () => (await it.disk.heads({ status: ["halted"] })).length === 2);
    const [doubted] = (await it.disk.heads({ parent: run.id as never })).map((head) => head.run);
    const [intent] = await it.of(doubted!, "effect.intended");
    await it.fb.settle(doubted!, intent!.seq, { sent: true, receipt: "seen", by: "ann" });
    assert.deepEqual(await run.result(), ["seen", "seen"]);
    assert.deepEqual(log, ["sent"]);
  });
});

describe("an effect of a run that went on in another way", () => {
  const twice = (n: number) =>
    agent({
      name: "clerk",
      instructions: "Count.",
      models: [scripted([{ n }, { n: n + 1 }])],
      output: z.object({ n: z.number() }),
      unchecked: "a test",
    });

  async function sendBack(fb: Firebreak): Promise<void> {
    const [item] = await fb.reviews.list();
    const { run, asked, shownHash } = item!;
    await fb.reviews.decide({
      run,
      asked,
      shownHash,
      decision: "send-back",
      by: "ann",
      because: "count again",
      step: "clerk",
    });
  }

  test("is undone when it rests on the value that was sent back, and kept when it does not (O1)", async () => {
    const { order, log } = shop(undo);
    const clerk = twice(1);
    const it = await rig();
    const run = await it.start("c-undo", async (ctx) => {
      await ctx.call(order, { id: "kept", amount: 1 });
      const { n } = await ctx.call(clerk, null);
      await ctx.map([n], (each, item) => item.call(order, { id: `for ${each}`, amount: 1 }));
      await ctx.call(order, { id: "changed", amount: n });
      return ctx.review("Right?", { n });
    });
    await until(() => isAsking(it.fb));
    await sendBack(it.fb);
    await until(async () => log.includes("send for 2 1") && (await isAsking(it.fb)));
    await decideAll(it.fb, "approve");
    assert.deepEqual(await run.result(), { n: 2 });
    assert.deepEqual(log, [
      "send kept 1",
      "send for 1 1",
      "send changed 1",
      "send for 2 1",
      "undo changed:1",
      "send changed 2",
      "undo for 1:1",
    ]);
  });
});
