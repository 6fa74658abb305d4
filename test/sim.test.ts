// What could go wrong: something that no single test thought of, in the order
// of a crash, a decision, a lost acknowledgement and a clock set back. Provoked
// by random histories from fixed seeds, judged by a checker that is no part of
// the engine. `npm run sim -- --schedules 10000` runs more of them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunId } from "../src/base/ids.ts";
import type { AnyEvent, NewEvent } from "../src/journal/events.ts";
import type { RunHead } from "../src/journal/journal.ts";
import { checkHistory, type History } from "../sim/history-checker.ts";
import { simulate } from "../sim/simulate.ts";

/** Schedules simulated here; the command simulates as many as it is told. */
const schedules = 1_000;

describe("simulated histories", () => {
  test(`hold E1 to E4, E7, E9 and E10 over ${schedules} seeds of kills, refusals and lost acknowledgements`, async () => {
    const failed: string[] = [];
    let kills = 0;
    for (let seed = 1; seed <= schedules; seed += 1) {
      const it = await simulate(String(seed));
      kills += it.kills;
      if (it.problems.length > 0) failed.push(`npm run sim -- --seed ${seed}: ${it.problems.join("; ")}`);
    }
    assert.deepEqual(failed, []);
    assert.ok(kills > schedules, `only ${kills} processes were killed`);
  });

  test("repeat a seed event for event, so that a failure can be looked at again", async () => {
    for (const seed of ["7", "77", "777"])
      assert.equal((await simulate(seed)).trace, (await simulate(seed)).trace);
  });
});

const run = "r1" as RunId;
const started = { workflow: "w", input: null, root: run, seed: "", form: 1, code: "" };
const at = { scope: "", in: "", may: 0 };
const intent = {
  ...at,
  name: "mail",
  kind: "tool",
  tool: "mail",
  key: "k",
  revision: "",
  owner: "",
  input: null,
} as const;
const asked = { ...at, name: "ask", kind: "review", ask: "?", mode: "review", hash: "shown" } as const;
const done = { ...at, name: "a", kind: "function", out: 1, hash: "1", at: 0, ms: 0 } as const;
const sent = { tool: "mail", key: "k", args: "", idempotencyKey: "", incarnation: 1, intended: true };

/** A history of one run, as if it had happened. */
function history(
  events: readonly NewEvent[],
  more: Partial<History> = {},
  status: RunHead["status"] = "completed",
): History {
  const all = [{ kind: "run.started", data: started } as const, ...events].map(
    (it, index) => ({ run, seq: index + 1, at: index, ...it }) as AnyEvent,
  );
  const head: RunHead = {
    run,
    root: run,
    workflow: "w",
    status,
    seq: all.length,
    epoch: 1,
    ready: false,
    createdAt: 0,
    updatedAt: 0,
  };
  return {
    heads: [head],
    events: new Map([[run, all]]),
    executions: [],
    repeats: [],
    sent: [],
    promised: [],
    deduplicated: new Set(),
    ...more,
  };
}

const wrong: readonly (readonly [rule: string, what: string, history: History])[] = [
  ["1", "work done although it was recorded", history([], { repeats: ["a"] })],
  ["2", "an effect sent twice", history([], { sent: [sent, sent] })],
  ["2", "an effect sent before its intent", history([], { sent: [{ ...sent, intended: false }] })],
  ["3", "an intent that nobody resolved", history([{ kind: "effect.intended", data: intent }])],
  [
    "4",
    "an acknowledged decision that is gone",
    history([], { promised: [{ kind: "decision", run, asked: 2, by: "ann" }] }),
  ],
  ["4", "an acknowledged run that is gone", history([], { promised: [{ kind: "start", run: "r2" }] })],
  [
    "5",
    "one signal taken twice",
    history([1, 2].map(() => ({ kind: "signal.received", data: { name: "go", payload: null, id: "x" } }))),
  ],
  [
    "6",
    "a question decided twice",
    history([
      { kind: "review.asked", data: asked },
      ...["ann", "ben"].map(
        (by) =>
          ({
            kind: "review.decided",
            data: { asked: 2, decision: "approve", shownHash: "shown", by },
          }) as const,
      ),
    ]),
  ],
  [
    "6",
    "a decision on something else",
    history([
      { kind: "review.asked", data: asked },
      { kind: "review.decided", data: { asked: 2, decision: "approve", shownHash: "other", by: "ann" } },
    ]),
  ],
  [
    "6",
    "a decision that came too late",
    history([
      { kind: "review.asked", data: { ...asked, expiresAt: 1 } },
      { kind: "review.decided", data: { asked: 2, decision: "approve", shownHash: "shown", by: "ann" } },
    ]),
  ],
  [
    "7",
    "a step after the cancel",
    history(
      [
        { kind: "run.cancelled", data: { by: "dan" } },
        { kind: "step.completed", data: done },
      ],
      {},
      "cancelled",
    ),
  ],
  ["8", "a run that nobody drives", history([], {}, "running")],
  [
    "11",
    "a timer that was early",
    history([
      { kind: "timer.set", data: { ...at, name: "sleep", kind: "sleep", wakeAt: 9 } },
      { kind: "timer.fired", data: { set: 2 } },
    ]),
  ],
  [
    "12",
    "one step recorded twice",
    history([
      { kind: "step.completed", data: done },
      { kind: "step.completed", data: done },
    ]),
  ],
  [
    "12",
    "a replay that diverged",
    history(
      [{ kind: "run.halted", data: { code: "REPLAY_DIVERGED", message: "", fix: "" } }],
      {},
      "completed",
    ),
  ],
  ["13", "a child told of twice", twins()],
];

function twins(): History {
  const it = history([1, 2].map(() => ({ kind: "child.ended", data: { child: "r2" as RunId } })));
  return { ...it, heads: [...it.heads, { ...it.heads[0]!, run: "r2" as RunId, parent: run }] };
}

describe("the history checker", () => {
  test("finds nothing wrong with a plain history", () => {
    assert.deepEqual(checkHistory(history([{ kind: "step.completed", data: done }])), []);
  });

  for (const [rule, what, it] of wrong) {
    test(`finds ${what} (rule ${rule})`, () => {
      assert.ok(
        checkHistory(it).some((line) => line.startsWith(`${rule} `)),
        checkHistory(it).join("; "),
      );
    });
  }
});
