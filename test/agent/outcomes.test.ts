// How an attempt can end without an output (E11). What could go wrong: an
// answer that was cut off, refused or empty is taken for an output, a provider's error ends the run although
// another model stands ready, or a stop for one model stops all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { agent, FirebreakError, nextModel, retry } from "firebreak";
import type { Model, ModelErrorClass } from "../../src/model/model.ts";
import { scripted, type ScriptedEntry } from "firebreak/testing";
import { playAgent, saidBy } from "./play.ts";

const Note = z.object({ found: z.array(z.string()), note: z.string() });
const noting = agent({
  name: "noting",
  instructions: "Note.",
  models: ["fast", "strong"],
  output: Note,
  checks: [(it) => it.note !== "wrong" || "it is wrong"],
  onFail: [retry(1), nextModel()],
});
const fine = { found: ["a"], note: "fine" };

function pair(fast: readonly ScriptedEntry[], strong: readonly ScriptedEntry[]) {
  const models = [
    scripted(fast, { id: "scripted:fast" }),
    scripted(strong, { id: "scripted:strong" }),
  ] as const;
  return { models: { noting: models }, fast: models[0], strong: models[1] };
}

const ends: readonly (readonly [what: string, entry: ScriptedEntry, outcome: string])[] = [
  ["an empty text", "", "empty"],
  ["null", "null", "failed"],
  ["an object of blanks without a reason", { found: [], note: "" }, "empty"],
  ["a cut answer", { finish: "truncated", text: '{"found": ["a"' }, "truncated"],
  ["a refusal", { finish: "refused", text: "I would rather not" }, "refused"],
  ["a filtered answer", { finish: "filtered" }, "refused"],
  ["no JSON", "I think it is fine", "failed"],
  ["JSON that does not fit", { found: "a", note: "x" }, "failed"],
];

for (const [what, entry, outcome] of ends) {
  test(`E11: ${what} ends as ${outcome}, never as an output`, async () => {
    const it = { ...noting, onFail: [] };
    const result = await playAgent(it, null, pair([entry], []));
    assert.equal(result.status, "failed");
    assert.equal(result.view.failure?.outcome, outcome, result.view.failure?.message);
  });
}

test("A5: an empty list with a reason is an answer; so are false and 0", async () => {
  const reason = { found: [], note: "nobody wrote about it" };
  assert.deepEqual((await playAgent(noting, null, pair([reason], []))).output, reason);
  const yes = agent({
    name: "noting",
    instructions: "x",
    models: ["m"],
    output: z.boolean(),
    unchecked: "a test",
  });
  assert.equal((await playAgent(yes, null, { models: { noting: scripted(["false"]) } })).output, false);
});

test("a cut answer is tried again, and told so; a refusal goes to the next model at once", async () => {
  const cut = pair([{ finish: "truncated", text: "{" }, fine], []);
  assert.deepEqual((await playAgent(noting, null, cut)).output, fine);
  assert.match(saidBy("user", cut.fast.requests[1])[1]!, /could not be used: the answer was truncated/);
  const refused = pair([{ finish: "refused", text: "no" }], [fine]);
  assert.deepEqual((await playAgent(noting, null, refused)).output, fine);
  assert.deepEqual([refused.fast.requests.length, refused.strong.requests.length], [1, 1]);
});

test("fenced JSON is read; a fit answer after an unfit one is told what was unfit", async () => {
  const { models, fast } = pair(
    [
      "```json\n" + JSON.stringify({ found: 1, note: "x" }) + "\n```",
      "```\n" + JSON.stringify(fine) + "\n```",
    ],
    [],
  );
  assert.deepEqual((await playAgent(noting, null, { models })).output, fine);
  assert.match(saidBy("user", fast.requests[1])[1]!, /does not fit its schema: found /);
});

const classes: readonly (readonly [ModelErrorClass, "again" | "next" | "stop"])[] = [
  ["overload", "again"],
  ["rate-limit", "again"],
  ["network", "again"],
  ["cut", "again"],
  ["context", "next"],
  ["filter", "next"],
  ["auth", "next"],
  ["quota", "next"],
  ["aborted", "stop"],
];

for (const [errorClass, what] of classes) {
  test(`a ${errorClass} error of a provider: ${what}`, async () => {
    const { models, fast, strong } = pair([{ error: errorClass }, fine], [fine]);
    const result = await playAgent(noting, null, { models });
    const asked = [fast.requests.length, strong.requests.length];
    if (what === "again") assert.deepEqual([result.output, asked], [fine, [2, 0]]);
    else if (what === "next") assert.deepEqual([result.output, asked], [fine, [1, 1]]);
    else {
      assert.deepEqual(asked, [1, 0]);
      assert.match(result.view.failure?.message ?? "", /MODEL_CALL/);
    }
  });
}

test("a provider that says how long to wait is waited for that long; one that stays down gives way to the next model", async () => {
  const wait = pair([{ error: "rate-limit", retryAfterMs: 90_000 }, fine], []);
  const waited = await playAgent(noting, null, wait);
  assert.deepEqual(waited.output, fine);
  assert.equal(waited.view.ms, 90_000);
  const down = pair(
    Array.from({ length: 5 }, () => ({ error: "overload" as const })),
    [fine],
  );
  const given = await playAgent(noting, null, down);
  assert.deepEqual(given.output, fine);
  assert.deepEqual([down.fast.requests.length, down.strong.requests.length], [5, 1]);
});

test("a model that does not answer in time is a timeout of the provider: tried again, then the next model", async () => {
  const { fakeClock } = await import("firebreak/testing");
  const clock = fakeClock();
  let asked = 0;
  const hanging: Model = {
    id: "test:hanging",
    standin: "hangs",
    worstCaseUsd: () => 0,
    call: (_, { abort }) => {
      asked += 1;
      setImmediate(() => clock.advance(30_000));
      return new Promise((_resolve, reject) =>
        abort.addEventListener("abort", () =>
          reject(
            new FirebreakError("MODEL_CALL", { model: "test:hanging", class: "aborted", message: "stopped" }),
          ),
        ),
      );
    },
  };
  const quick = { ...noting, timeout: "30s" };
  const result = await playAgent(quick, null, { clock, models: { noting: [hanging, scripted([fine])] } });
  assert.deepEqual(result.output, fine);
  assert.equal(asked, 5);
});

test("a script that has no answer left fails the step with its own error, and is not asked again", async () => {
  const { models } = pair([{ found: [], note: "wrong" }], []);
  const result = await playAgent(noting, null, { models });
  assert.match(String(result.error), /SCRIPT_ENDED/);
});
