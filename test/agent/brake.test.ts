// Many items with one fault. What could go wrong: every item burns its attempts
// on a fault that lies before them, each asks its own question, the question is
// asked again after a restart or not found any more, or a no takes down what was
// done already.

import assert from "node:assert/strict";
import { test } from "node:test";
import { agent, review, workflow } from "firebreak";
import { scripted, type TestOptions, testRun } from "firebreak/testing";
import type { ModelRequest } from "../../src/model/model.ts";
import { play } from "./play.ts";

const items = [1, 2, 3, 4, 5, 6, 7, 8];

const judging = agent({
  name: "judging",
  instructions: "x",
  models: ["m"],
  checks: [
    function sound(it) {
      return it.startsWith("good") || "not good";
    },
  ],
  onFail: [],
});

const bad = (n: number) => scripted(Array.from({ length: n }, () => "bad"));

function judged(options: TestOptions, settle = true) {
  return play(
    async (ctx) =>
      settle
        ? (await ctx.map(items, (n, it) => it.call(judging, n), { concurrency: 1, settle: true })).map((it) =>
            it.ok ? "ok" : it.outcome,
          )
        : ctx.map(items, (n, it) => it.call(judging, n), { concurrency: 1 }),
    options,
  );
}

test("after 5 items of a map failed one check the others wait, and one question is asked; a yes lets them go on", async () => {
  const asked: string[] = [];
  const result = await judged({
    models: { judging: bad(8) },
    reviews: (item) => {
      asked.push(`${item.ask} ${item.why}`);
      return "approve";
    },
  });
  assert.deepEqual(
    result.output,
    Array.from({ length: 8 }, () => "failed"),
  );
  assert.equal(asked.length, 1);
  assert.match(asked[0]!, /^5 items failed the check "sound"\. Go on with the 3 not yet started\?/);
});

test("a no ends the items not yet started as rejected; what was done stays", async () => {
  const model = bad(8);
  const result = await judged({ models: { judging: model }, reviews: ["reject"] });
  assert.deepEqual(result.output, [
    ...Array.from({ length: 5 }, () => "failed"),
    "rejected",
    "rejected",
    "rejected",
  ]);
  assert.equal(model.requests.length, 5);
});

test("the brake holds over an end of the engine at every step around it (E2): asked once, nothing done again", async () => {
  for (const killAfter of [
    "judging",
    "attempt 1",
    "brake: sound",
    ["judging", "judging", "judging", "judging", "judging", "brake: sound", "judging"],
  ]) {
    const model = bad(8);
    let asked = 0;
    const result = await judged({
      models: { judging: model },
      killAfter,
      reviews: () => {
        asked += 1;
        return "approve";
      },
    });
    assert.deepEqual(
      result.output,
      Array.from({ length: 8 }, () => "failed"),
      String(killAfter),
    );
    assert.equal(asked, 1, String(killAfter));
    assert.equal(model.requests.length, 8, String(killAfter));
  }
});

test("items that failed a check and passed on a later attempt count as well, also over an end of the engine", async () => {
  const retrying = { ...judging, onFail: [{ rung: "retry" as const, times: 1 }] };
  for (const killAfter of [undefined, "brake: sound"]) {
    let asked = 0;
    const model = scripted(
      Array.from(
        { length: 16 },
        () => (request: ModelRequest) => (request.caller.attempt === 1 ? "bad" : "good"),
      ),
    );
    const result = await play((ctx) => ctx.map(items, (n, it) => it.call(retrying, n), { concurrency: 2 }), {
      models: { judging: model },
      ...(killAfter === undefined ? {} : { killAfter }),
      reviews: () => {
        asked += 1;
        return "approve";
      },
    });
    assert.deepEqual(
      result.output,
      items.map(() => "good"),
    );
    assert.equal(asked, 1);
    assert.equal(model.requests.length, 16);
  }
});

test("a map that fails with its first item asks nothing", async () => {
  const result = await judged({ models: { judging: bad(8) } }, false);
  assert.equal(result.view.failure?.outcome, "failed");
});

test("like questions of a map's items share a group; another check or another step has another", async () => {
  const asking = agent({
    name: "asking",
    instructions: "x",
    models: ["m"],
    checks: judging.checks!,
    onFail: [review({ ask: "Right?" })],
  });
  const groups = new Map<string, Set<string>>();
  const picky = agent({
    name: "asking",
    instructions: "x",
    models: ["m"],
    checks: [
      function brief(it) {
        return it.length < 3 || "too long";
      },
    ],
    onFail: [review({ ask: "Right?" })],
  });
  const all = workflow({
    name: "grouping",
    async run(ctx) {
      await ctx.map([1, 2, 3], (n, it) => it.call(asking, n), { key: (n) => `k${n}` });
      await ctx.map([1, 2], (n, it) => it.call(picky, n), { name: "other" });
      return ctx.call(asking, 9);
    },
  });
  await testRun(all, null, {
    models: { asking: bad(6) },
    reviews: (item) => {
      const where = item.step.replaceAll(/\[[^\]]*\]/g, "[]");
      groups.set(item.group!, (groups.get(item.group!) ?? new Set()).add(where));
      return "approve";
    },
  });
  assert.deepEqual(
    [...groups.values()].map((it) => [...it]),
    [["map › [] › asking › review"], ["other › [] › asking › review"], ["asking › review"]],
  );
});
