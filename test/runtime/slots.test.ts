// What could go wrong with an effect that several runs of one root ask for:
// two of them send it, a rerun sends it again, what is no longer asked for
// stands for ever, a change is sent beside the old without anybody knowing, or
// a compensation is done twice. Provoked with parents and children on one key,
// reruns with other inputs, and a receiver that keeps what stands.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { EffectNotSent, FirebreakError, tool, workflow } from "../../src/index.ts";
import type { Context, Effect, Firebreak, RunHandle, Tool } from "../../src/index.ts";
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
      const run = (await it.fb.start(wf as never, null as never)) as RunHandle;
      await until(() => isAsking(it.fb));
      // The run waits without memory, and goes on in another process.
      await until(async () => (await run.head()).status === "waiting");
      await it.fb.close().catch(() => undefined);
      const other = await it.reopen({ journal: it.disk, workflows: [wf] });
      const asked = await decideAll(other, decision).catch(() => []);
      if (asked.length === 0) return;
      assert.equal(await (await other.run(run.id)).result(), decision === "approve" ? "a:2" : "rejected");
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
