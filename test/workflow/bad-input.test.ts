// Bad input, at the level of a workflow. What could go wrong: a mistake ends in
// a hang, a crash of the process, a run that looks fine, or an error that does
// not say what to do. Each must leave a run that can be looked at, with a clear
// error and a mend.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  agent,
  again,
  type Context,
  done,
  FirebreakError,
  open,
  type OpenOptions,
  workflow,
} from "firebreak";
import { scripted, testRun } from "firebreak/testing";

let made = 0;
function running<T>(run: (ctx: Context) => Promise<T>) {
  made += 1;
  return workflow({ name: `bad-${made}`, run: (ctx) => run(ctx) });
}

/** Runs without the test rig, as a program would. Gives the error of the run. */
async function failing(
  run: (ctx: Context) => Promise<unknown>,
  options: OpenOptions = {},
): Promise<{ error: Error; warnings: readonly string[]; kept: number }> {
  const fb = await open({ journal: ":memory:", env: {}, ...options });
  try {
    const handle = await fb.start(running(run), null);
    const error = await handle.result().then(
      () => assert.fail("the run did not fail"),
      (it: unknown) => it as Error,
    );
    const view = await fb.view(handle.id);
    return { error, warnings: view.warnings, kept: view.steps.filter((it) => it.state === "done").length };
  } finally {
    await fb.close();
  }
}

const before = (ctx: Context) => ctx.step("before", 1, (n) => n + 1);

test("a workflow that throws fails with its message; what was recorded stays, and the error says how to go on", async () => {
  const { error, kept } = await failing(async (ctx) => {
    await before(ctx);
    throw new RangeError("no such customer");
  });
  assert.match(error.message, /RUN_FAILED: .*no such customer/);
  assert.match((error as FirebreakError).fix, /firebreak resume/);
  assert.equal(kept, 1);
});

test("what is thrown may be anything: text, undefined, null, an object", async () => {
  for (const [thrown, message] of [
    ["just text", /just text/],
    [undefined, /undefined/],
    [null, /null/],
    [{ code: 7 }, /\[object Object\]|7/],
  ] as const) {
    const { error } = await failing(async () => {
      throw thrown;
    });
    assert.match(error.message, /RUN_FAILED/);
    assert.match(error.message, message);
  }
});

test("a workflow that throws before its first step, without waiting, fails like any other", async () => {
  const { error } = await failing((() => {
    throw new Error("at once");
  }) as () => Promise<never>);
  assert.match(error.message, /at once/);
});

test("a value that cannot be recorded is an error with its path: as input, output of a step, and output of the run", async () => {
  const input = await failing((ctx) => ctx.step("s", { rows: [new Map()] }, () => 1));
  assert.match(input.error.message, /VALUE_UNSUPPORTED: .*rows\[0\] is a Map/);
  const output = await failing((ctx) => ctx.step("s", 1, () => ({ mean: Number.NaN })));
  assert.match(output.error.message, /VALUE_UNSUPPORTED: output\.mean is NaN/);
  const whole = await failing(async (ctx) => ({ n: await before(ctx), close: () => undefined }));
  assert.match(whole.error.message, /VALUE_UNSUPPORTED: output\.close is a function/);
  assert.equal(whole.kept, 1);
});

test("an unserialisable input of a run is refused before there is a run", async () => {
  const fb = await open({ journal: ":memory:", env: {} });
  await assert.rejects(
    fb.start(
      running(async () => 1),
      { f: () => 1 },
    ),
    (error) => FirebreakError.is(error, "VALUE_UNSUPPORTED"),
  );
  assert.equal((await fb.list()).length, 0);
  await fb.close();
});

test("W2: an input that does not fit is refused before there is a run; an output that does not fit fails it", async () => {
  const strict = workflow({
    name: "strict",
    input: z.object({ n: z.number() }),
    output: z.object({ m: z.number() }),
    run: async (_ctx, { n }) => ({ m: (n > 1 ? "many" : n) as number }),
  });
  const fb = await open({ journal: ":memory:", env: {} });
  const wrong = fb.start(strict, { n: "1" } as unknown as { n: number });
  await assert.rejects(
    wrong,
    (error) =>
      FirebreakError.is(error, "WORKFLOW_INPUT") &&
      /n /.test(error.message) &&
      /No run was started/.test(error.fix),
  );
  assert.equal((await fb.list()).length, 0);
  assert.deepEqual(await (await fb.start(strict, { n: 1 })).result(), { m: 1 });
  await assert.rejects(
    (await fb.start(strict, { n: 2 })).result(),
    /SCHEMA_MISMATCH: the output of workflow "strict"/,
  );
  await fb.close();
});

const asking = (model: string) =>
  agent({ name: "asking", instructions: "x", models: [model], unchecked: "a test" });

test("an unknown model is named, with those that are known; a likely one is guessed", async () => {
  const unknown = await failing((ctx) => ctx.call(asking("fsat"), null), {
    config: { aliases: { fast: scripted(["x"]) } },
  });
  assert.match(unknown.error.message, /MODEL_UNKNOWN: .*fsat.*fast/);
  const provider = await failing((ctx) => ctx.call(asking("antropic:claude-sonnet-4-5"), null));
  assert.match(
    provider.error.message,
    /MODEL_PROVIDER_UNKNOWN: .*Did you mean "anthropic:claude-sonnet-4-5"\?/,
  );
});

test("an unknown model for a whole run is refused before there is a run", async () => {
  const fb = await open({ journal: ":memory:", env: {} });
  await assert.rejects(
    fb.start(
      running(async () => 1),
      null,
      { model: "nobody" },
    ),
    (error) => FirebreakError.is(error, "MODEL_UNKNOWN"),
  );
  await assert.rejects(
    fb.start(
      running(async () => 1),
      null,
      { cap: { usd: 0 } },
    ),
    (error) => FirebreakError.is(error, "CAP_INVALID"),
  );
  await assert.rejects(
    fb.start(
      running(async () => 1),
      null,
      { sabotage: ["x=no-such-fault"] },
    ),
    (error) => FirebreakError.is(error, "SABOTAGE_INVALID"),
  );
  assert.equal((await fb.list()).length, 0);
  await fb.close();
});

test("a missing key names the variable, before anything is sent", async () => {
  const { error } = await failing((ctx) => ctx.call(asking("anthropic:claude-sonnet-4-5"), null));
  assert.match(error.message, /MODEL_KEY_MISSING: .*ANTHROPIC_API_KEY/);
});

test("a model that cannot do what is asked ends the step with the provider's reason", async () => {
  const { error } = await failing((ctx) => ctx.call(asking("m"), null), {
    config: { aliases: { m: scripted([{ error: "no-capability" }]) } },
  });
  assert.match(error.message, /MODEL_CALL.*scripted/);
});

test("a step nobody awaited is cancelled and named in a warning", async () => {
  const fb = await open({ journal: ":memory:", env: {} });
  let aborted = false;
  const run = await fb.start(
    running(async (ctx) => {
      void ctx.step(
        "forgotten",
        null,
        (_, { abort }) =>
          new Promise((resolve) => abort.addEventListener("abort", () => resolve((aborted = true)))),
      );
      return before(ctx);
    }),
    null,
  );
  assert.equal(await run.result(), 2);
  assert.deepEqual((await fb.view(run.id)).warnings, [
    'step "forgotten" was not awaited and was cancelled: await what it gives, or return it',
  ]);
  assert.ok(aborted);
  await fb.close();
});

test("an agent nobody awaited is named as well, though its input is still being parsed", async () => {
  const parsing = agent({
    name: "parsing",
    input: z.object({ n: z.number() }),
    instructions: "x",
    models: [scripted(["x"])],
    unchecked: "a test",
  });
  const error = await testRun(
    running(async (ctx) => {
      void ctx.call(parsing, { n: 1 });
      return 1;
    }),
    null,
  ).then(
    () => assert.fail("nothing was wrong"),
    (it: unknown) => it,
  );
  assert.ok(FirebreakError.is(error, "STEP_NOT_AWAITED") && /parsing/.test(error.message), String(error));
});

test("a step nobody awaited that fails ends neither the process nor the run", async () => {
  const fb = await open({ journal: ":memory:", env: {} });
  const run = await fb.start(
    running(async (ctx) => {
      void ctx.step("fails", null, () => assert.fail("unheard"));
      await ctx.sleep(1);
      return before(ctx);
    }),
    null,
  );
  assert.equal(await run.result(), 2);
  await fb.close();
});

test("waiting for something that is no step fails, and says after which step", async () => {
  const { error, kept } = await failing(async (ctx) => {
    await before(ctx);
    await new Promise(() => undefined);
  });
  assert.match(error.message, /NOT_A_STEP: .*after step "before"/);
  assert.match(error.message, /ctx\.sleep/);
  assert.equal(kept, 1);
  const timer = await failing(async () => new Promise((resolve) => setTimeout(resolve, 20)));
  assert.match(timer.error.message, /NOT_A_STEP: .*after its start/);
});

test("a step asked for after its scope has ended is refused", async () => {
  let kept: Context | undefined;
  const { error } = await failing(async (ctx) => {
    await ctx.branch("side", async (it) => {
      kept = it;
      return 1;
    });
    return kept!.step("late", null, () => 1);
  });
  assert.match(error.message, /SCOPE_CLOSED: step "late"/);
});

const misuses: readonly (readonly [
  what: string,
  run: (ctx: Context) => Promise<unknown>,
  message: RegExp,
])[] = [
  ["a step without a name", (ctx) => ctx.step("", 1, (n) => n), /STEP_NAME/],
  ["a step named by a number", (ctx) => ctx.step(7 as unknown as string, 1, (n) => n), /STEP_NAME/],
  [
    "a step without a function",
    (ctx) => ctx.step("s", 1, undefined as unknown as () => 1),
    /is not a function/,
  ],
  [
    "a call of a plain function",
    (ctx) => ctx.call((() => 1) as never, null as never),
    /DEFINITION_INVALID: ctx\.call.*ctx\.step/,
  ],
  [
    "a call of nothing",
    (ctx) => ctx.call(undefined as never, null as never),
    /DEFINITION_INVALID: ctx\.call/,
  ],
  [
    "a map with one key twice",
    (ctx) => ctx.map([1, 2], async (n) => n, { key: () => "same" }),
    /MAP_KEY_REPEATED/,
  ],
  [
    "more winners than branches",
    (ctx) => ctx.first(3, { a: async () => 1 }),
    /DEFINITION_INVALID: ctx\.first asks for 3 of 1/,
  ],
  [
    "no attempts at all",
    (ctx) => ctx.step("s", 1, (n) => n, { retry: 0 }),
    /DEFINITION_INVALID: retry asks for 0/,
  ],
  ["a wait that is no duration", (ctx) => ctx.sleep("soon"), /DURATION_INVALID/],
  [
    "a loop that does not say how it goes on",
    (ctx) => ctx.loop("l", 1, (async () => ({})) as never),
    /neither again\(state\) nor done\(value\)/,
  ],
  [
    "a loop that returns nothing",
    (ctx) => ctx.loop("l", 1, (async () => undefined) as never),
    /neither again\(state\) nor done\(value\)/,
  ],
  [
    "a loop that never ends",
    (ctx) => ctx.loop("l", 1, async (n) => ({ again: n + 1 }), { limit: 3 }),
    /LIMIT_REACHED: loop "l" reached its limit of 3/,
  ],
  [
    "two equal reviews at once",
    (ctx) => Promise.all([ctx.review("ok?", 1), ctx.review("ok?", 1)]),
    /STEP_AMBIGUOUS.*key/,
  ],
  ["a form without a schema", (ctx) => ctx.ask("what?", {} as never), /SCHEMA_UNKNOWN/],
  [
    "a map over what is no list",
    (ctx) => ctx.map({ a: 1 } as never, async (it) => it),
    /DEFINITION_INVALID: ctx\.map/,
  ],
];

for (const [what, run, message] of misuses) {
  test(`${what} is a clear error`, async () => {
    const { error } = await failing(run);
    assert.match(error.message, message);
  });
}

test("a loop may end with nothing, and go on with nothing", async () => {
  let turns = 0;
  const result = await testRun(
    running((ctx) =>
      ctx.loop("l", undefined as unknown, async () =>
        (turns += 1) % 2 === 1 ? again(undefined) : done(undefined),
      ),
    ),
    null,
  );
  assert.equal(result.output, null);
});

test("a workflow that cannot be named or run is refused at definition", () => {
  const loose = workflow as unknown as (it: object) => unknown;
  assert.throws(() => loose({ name: "no blanks", run: async () => 1 }), /cannot name a workflow/);
  assert.throws(() => loose({ run: async () => 1 }), /cannot name a workflow/);
  assert.throws(() => loose({ name: "w" }), /has no run function/);
  assert.throws(() => loose({ name: "w", run: async () => 1, cap: { calls: Number.NaN } }), /CAP_INVALID/);
});

test("W1: ctx.now and ctx.random say the same in every execution of a run", async () => {
  const seen: unknown[] = [];
  const looking = running(async (ctx) => {
    const first = [ctx.now().getTime(), ctx.random(), ctx.random()];
    await ctx.step("a", null, () => 1);
    const all = [...first, ctx.now().getTime(), ctx.random()];
    seen.push(all);
    await ctx.sleep("1d");
    return all;
  });
  const result = await testRun(looking, null, { killAfter: ["a", "sleep"] });
  assert.ok(seen.length >= 3);
  for (const it of seen) assert.deepEqual(it, result.output);
  assert.equal(new Set(result.output.slice(1, 3)).size, 2);
});

test("a first wait that is longer than the usual limit of backoff stands as it was asked for", async () => {
  let tries = 0;
  const result = await testRun(
    running((ctx) =>
      ctx.step(
        "s",
        null,
        () => {
          tries += 1;
          return tries < 2 ? assert.fail("not yet") : tries;
        },
        { retry: { attempts: 2, backoff: "1h" } },
      ),
    ),
    null,
  );
  assert.equal(result.view.ms, 3_600_000);
});
