// Records undone while the run goes on: what could go wrong is that what rests
// on a value that was sent back is kept, that what does not is done again, that
// a person is asked about something nobody asks any more, or that it never ends.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { agent, check, FirebreakError, retry, review, tool, workflow } from "../../src/index.ts";
import type { AnyWorkflow, Context, ReviewItem, RunHandle } from "../../src/index.ts";
import { scripted } from "../../src/standin/standin.ts";
import { z } from "zod";
import { type Rig, gate, rig } from "./rig.ts";

/** What was done. Bound to the module, so that no work captures it. */
const ran: string[] = [];

const Answer = z.object({ n: z.number() });
const answered = (n: number): string => JSON.stringify({ n });

const clerkOf = (model: unknown, more: object = {}) =>
  agent({
    name: "clerk",
    instructions: "Answer.",
    models: [model] as never,
    output: Answer,
    checks: [(o) => o.n >= 0 || "n is negative"],
    onFail: [retry(1)],
    ...more,
  });

function flow(name: string, run: (ctx: Context, input: never) => Promise<unknown>): AnyWorkflow {
  return workflow({ name, run: run as never }) as never;
}

async function start(it: Rig, definition: AnyWorkflow): Promise<RunHandle> {
  const run = await it.fb.start(definition as never, null as never);
  await run.settled();
  return run as RunHandle;
}

async function question(it: Rig): Promise<ReviewItem> {
  const open = await it.fb.reviews.list();
  assert.equal(open.length, 1, "exactly one question is open");
  return open[0]!;
}

async function decide(
  it: Rig,
  run: RunHandle,
  decision: "approve" | "send-back",
  more: { because?: string; step?: string } = {},
): Promise<void> {
  const { asked, shownHash } = await question(it);
  await it.fb.reviews.decide({ run: run.id, asked, decision, shownHash, by: "ada", ...more });
  await run.settled();
}

describe("a value that is sent back", () => {
  test("is made again by its agent, told why; what rests on it follows, what does not stays", async () => {
    const it = await rig();
    const ran: string[] = [];
    const model = scripted([answered(1), answered(2)]);
    const definition = flow("back", async (ctx) => {
      const other = await ctx.step("other", 7, (n) => (ran.push("other"), { n }));
      const found = await ctx.call(clerkOf(model), "count" as never);
      const double = await ctx.step("double", found, (v) => (ran.push(`double ${v.n}`), { n: v.n * 2 }));
      await ctx.review("Right?", double);
      return ctx.step("sum", { double, other }, (v) => (ran.push("sum"), v.double.n + v.other.n));
    });
    const run = await start(it, definition);
    assert.match((await question(it)).onSendBack, /^clerk does its work again/);
    await decide(it, run, "send-back", { because: "count the late ones too" });
    const told = JSON.stringify(model.requests[1]?.prompt);
    assert.match(told, /count the late ones too/);
    await decide(it, run, "approve");
    assert.equal(await run.result(), 11);
    assert.deepEqual(ran, ["other", "double 1", "double 2", "sum"]);
  });

  test("is not hidden by a branch, a map or a work that closes over it (KEPT1, KEPT3)", async () => {
    const it = await rig();
    ran.length = 0;
    const model = scripted([answered(1), answered(2)]);
    const definition = flow("closes", async (ctx) => {
      const before = await ctx.step("before", null, () => (ran.push("before"), 5));
      const { n } = await ctx.call(clerkOf(model), "count" as never);
      const branch = await ctx.branch("branch", async (inner) => {
        const kept = await inner.step("kept", before, (v) => (ran.push("kept"), v));
        return inner.step("inner", { n, kept }, (v) => (ran.push(`inner ${v.n}`), v.n + v.kept));
      });
      const [mapped] = await ctx.map(["a"], async () => n);
      const local = await ctx.step("local", null, () => (ran.push(`local ${n}`), n));
      await ctx.review("Right?", { branch, mapped, local });
      return { branch, mapped, local };
    });
    const run = await start(it, definition);
    await decide(it, run, "send-back", { because: "again", step: "clerk" });
    assert.deepEqual((await question(it)).shown, { branch: 7, mapped: 2, local: 2 });
    await decide(it, run, "approve");
    assert.deepEqual(await run.result(), { branch: 7, mapped: 2, local: 2 });
    assert.deepEqual(ran, ["before", "kept", "inner 1", "local 1", "inner 2", "local 2"]);
  });

  test("lets a work that closes over what came before it stand (KEPT2, KEPT3)", async () => {
    const it = await rig();
    const ran: string[] = [];
    const model = scripted([answered(1), answered(2)]);
    const definition = flow("stands", async (ctx) => {
      const early = await ctx.step("early", 1, (v) => v);
      const local = await ctx.step("local", null, () => (ran.push("local"), early + 1));
      const found = await ctx.call(clerkOf(model), "count" as never);
      await ctx.review("Right?", found);
      return local + found.n;
    });
    const run = await start(it, definition);
    await decide(it, run, "send-back", { because: "again" });
    await decide(it, run, "approve");
    assert.equal(await run.result(), 4);
    assert.deepEqual(ran, ["local"]);
  });

  test("needs a reason", async () => {
    const it = await rig();
    const definition = flow("reason", async (ctx) => {
      const found = await ctx.call(clerkOf(scripted([answered(1)])), "count" as never);
      return ctx.review("Right?", found);
    });
    const run = await start(it, definition);
    await assert.rejects(decide(it, run, "send-back"), { code: "REVIEW_SEND_BACK" });
    await assert.rejects(decide(it, run, "send-back", { because: "  " }), { code: "REVIEW_SEND_BACK" });
    await decide(it, run, "approve");
  });

  test("that comes again unchanged is no progress: the next rung follows", async () => {
    const it = await rig();
    const model = scripted([answered(1), answered(1), answered(3)]);
    const clerk = clerkOf(model, { onFail: [review({ ask: "Which?" })] });
    const definition = flow("no-progress", async (ctx) => {
      const found = await ctx.call(clerk, "count" as never);
      return ctx.review("Right?", found);
    });
    const run = await start(it, definition);
    await decide(it, run, "send-back", { because: "more" });
    const asked = await question(it);
    assert.equal(asked.mode, "rung");
    assert.match(asked.why, /progress/);
    // A rung can be sent back as well: one more attempt.
    await decide(it, run, "send-back", { because: "three" });
    assert.deepEqual((await question(it)).shown, { n: 3 });
    await decide(it, run, "approve");
    assert.deepEqual(await run.result(), { n: 3 });
  });

  test("may be sent back three times, and no more", async () => {
    const it = await rig();
    const model = scripted([1, 2, 3, 4, 5].map(answered));
    const definition = flow("limit", async (ctx) => {
      const found = await ctx.call(clerkOf(model), "count" as never);
      return ctx.review("Right?", found);
    });
    const run = await start(it, definition);
    for (const because of ["a", "b", "c"]) await decide(it, run, "send-back", { because });
    await assert.rejects(decide(it, run, "send-back", { because: "d" }), { code: "SEND_BACK_LIMIT" });
    await decide(it, run, "approve");
    assert.deepEqual(await run.result(), { n: 4 });
  });

  test("inside a map undoes the item and what is around it, and no other item", async () => {
    const it = await rig();
    const ran: string[] = [];
    const models = { a: scripted([answered(1)]), b: scripted([answered(2), answered(9)]) };
    const definition = flow("mapped", async (ctx) => {
      const found = await ctx.map(
        ["a", "b"] as const,
        async (id, inner) => {
          const value = await inner.call(clerkOf(models[id]), id as never);
          return inner.step("note", { id, value }, (v) => (ran.push(v.id), v.value.n));
        },
        { key: (id) => id },
      );
      return ctx.review("Right?", found);
    });
    const run = await start(it, definition);
    assert.deepEqual(ran.toSorted(), ["a", "b"]);
    assert.match((await question(it)).onSendBack, /several authors/);
    const unclear = await decide(it, run, "send-back", { because: "b is wrong" }).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(FirebreakError.is(unclear, "SEND_BACK_TARGET"));
    const step = unclear.details.known.split(", ").find((path) => path.includes("[b]") || / b /.test(path));
    assert.ok(step !== undefined, unclear.details.known);
    await decide(it, run, "send-back", { because: "b is wrong", step });
    assert.deepEqual((await question(it)).shown, [1, 9]);
    assert.deepEqual(ran.slice(2), ["b"]);
    await decide(it, run, "approve");
    assert.deepEqual(await run.result(), [1, 9]);
  });

  test("leaves a question that nobody asks any more, and says so to whoever still answers it", async () => {
    const it = await rig();
    const model = scripted([answered(1), answered(2)]);
    const definition = flow("two", async (ctx) => {
      const found = await ctx.call(clerkOf(model), "count" as never);
      const [a] = await Promise.all([ctx.review("First?", found), ctx.review("Second?", { of: found })]);
      return a;
    });
    const run = await start(it, definition);
    const [first, second] = await it.fb.reviews.list();
    const by = "ada";
    await it.fb.reviews.decide({
      run: run.id,
      asked: first!.asked,
      decision: "send-back",
      because: "again",
      shownHash: first!.shownHash,
      by,
    });
    await run.settled();
    const open = await it.fb.reviews.list();
    assert.deepEqual(
      open.map((item) => item.shown),
      [{ n: 2 }, { of: { n: 2 } }],
    );
    await assert.rejects(
      it.fb.reviews.decide({
        run: run.id,
        asked: second!.asked,
        decision: "approve",
        shownHash: second!.shownHash,
        by,
      }),
      { code: "REVIEW_STALE" },
    );
    await run.cancel();
  });
});

describe("work under way when a record is undone", () => {
  test("goes on, and answers the same step of the next replay: it is not done twice", async () => {
    const it = await rig();
    const slow = gate();
    let begun = 0;
    const model = scripted([answered(1), answered(2)]);
    const definition = flow("flight", async (ctx) => {
      const running = ctx.step("slow", 1, async (n) => {
        begun += 1;
        await slow.pass();
        return n;
      });
      const found = await ctx.call(clerkOf(model), "count" as never);
      const seen = await ctx.review("Right?", found);
      return { seen, slow: await running };
    });
    const run = (await it.fb.start(definition as never, null as never)) as RunHandle;
    for (let i = 0; i < 200 && (await it.fb.reviews.list()).length === 0; i += 1)
      await new Promise((resolve) => setImmediate(resolve));
    const { asked, shownHash } = await question(it);
    await it.fb.reviews.decide({
      run: run.id,
      asked,
      decision: "send-back",
      because: "again",
      shownHash,
      by: "ada",
    });
    for (let i = 0; i < 200 && (await it.fb.reviews.list())[0]?.asked === asked; i += 1)
      await new Promise((resolve) => setImmediate(resolve));
    slow.open();
    await run.settled();
    await decide(it, run, "approve");
    assert.deepEqual(await run.result(), { seen: { n: 2 }, slow: 1 });
    assert.equal(begun, 1);
  });
});

describe("a check that runs beside what follows", () => {
  const slowly = (pass: (o: { n: number }) => boolean, hold?: { pass(): Promise<void> }) =>
    check("beside", async (o: { n: number }) => {
      await hold?.pass();
      return pass(o) || `${o.n} is not it`;
    });

  test("holds nothing back but what cannot be undone (E5)", async () => {
    const it = await rig();
    const hold = gate();
    const ran: string[] = [];
    const send = tool({
      name: "send",
      description: "Sends.",
      input: z.object({ n: z.number() }),
      effect: { key: (args) => String(args.n) },
      run: ({ n }) => (ran.push(`send ${n}`), { sent: n }),
    });
    const model = scripted([answered(1)]);
    const definition = flow("beside", async (ctx) => {
      const found = await ctx.call(clerkOf(model, { alongside: [slowly(() => true, hold)] }), "c" as never);
      const next = await ctx.step("next", found, (v) => (ran.push("next"), { n: v.n }));
      return ctx.call(send, next);
    });
    const run = (await it.fb.start(definition as never, null as never)) as RunHandle;
    for (let i = 0; i < 50; i += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(ran, ["next"]);
    hold.open();
    assert.deepEqual(await run.result(), { sent: 1 });
    assert.deepEqual(ran, ["next", "send 1"]);
  });

  test("undoes what was built on an output it fails, and its author goes on with what it says", async () => {
    const it = await rig();
    const ran: string[] = [];
    const model = scripted([answered(1), answered(5)]);
    const clerk = clerkOf(model, { alongside: [slowly((o) => o.n > 3)] });
    const definition = flow("late", async (ctx) => {
      const other = await ctx.step("other", 1, (n) => (ran.push("other"), n));
      const found = await ctx.call(clerk, "count" as never);
      const next = await ctx.step("next", found, (v) => (ran.push(`next ${v.n}`), { n: v.n }));
      return ctx.step("end", { next, other }, (v) => (ran.push(`end ${v.next.n}`), v.next.n));
    });
    const run = await start(it, definition);
    assert.equal(await run.result(), 5);
    assert.deepEqual(ran.filter((name) => name === "other").length, 1);
    assert.ok(ran.includes("end 5"));
    assert.match(JSON.stringify(model.requests[1]?.prompt), /1 is not it/);
    const undone = (await it.of(run, "step.invalidated")).filter((event) => event.data.hash !== undefined);
    assert.deepEqual(
      undone.map((event) => event.data.because),
      ["beside"],
    );
  });

  test("ends the step as failed when its author has no further attempt, and a person may let it pass", async () => {
    const it = await rig();
    const never = slowly(() => false);
    const failing = clerkOf(scripted([answered(1), answered(2)]), { alongside: [never] });
    const run = await start(
      it,
      flow("dry", (ctx) => ctx.call(failing, "count" as never)),
    );
    await assert.rejects(run.result(), { code: "RUN_FAILED" });
    const asked = clerkOf(scripted([answered(1)]), {
      alongside: [never],
      onFail: [review({ ask: "Right?" })],
    });
    const second = await start(
      it,
      flow("waved", (ctx) => ctx.call(asked, "count" as never)),
    );
    assert.match((await question(it)).why, /beside/);
    await decide(it, second, "approve");
    assert.deepEqual(await second.result(), { n: 1 });
  });

  test("judges a function's output too, which cannot change: the step fails", async () => {
    const it = await rig();
    const definition = flow("function", (ctx) =>
      ctx.step("one", null, () => ({ n: 1 }), { alongside: [slowly(() => false)], onFail: [retry(1)] }),
    );
    const run = await start(it, definition);
    await assert.rejects(run.result(), { code: "RUN_FAILED" });
  });
});
