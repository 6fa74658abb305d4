// A view could lose steps, put them under the wrong parent, hide a rejected output, or count readers that were
// none. Provoked with hand-made event lists: whole runs, runs cut after every event, and orders that never ended.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../../src/base/values.ts";
import type { AnyEvent, StepIdentity } from "../../src/journal/events.ts";
import { scopeBelow } from "../../src/journal/view-steps.ts";
import {
  caughtMistakes,
  decodedInput,
  decodedOutput,
  findStep,
  flatten,
  loadValues,
  type StepView,
  viewRun,
} from "../../src/journal/view.ts";
import { childScope } from "../../src/runtime/identity.ts";
import { answer, began, below, leadFinding, misquote, RunEvents } from "./run-events.ts";

const outline = (steps: readonly StepView[], depth = 0): string[] =>
  steps.flatMap((it) => [
    `${"  ".repeat(depth)}${it.name} ${it.kind} ${it.state}`,
    ...outline(it.children, depth + 1),
  ]);

describe("a view of a run", () => {
  test("shows every step below the step that opened its scope", () => {
    assert.deepEqual(outline(viewRun(leadFinding().list).steps), [
      "load-case function done",
      "scout agent done",
      "  attempt 1 attempt rejected",
      "    model model done",
      "    checks check done",
      "  attempt 2 attempt done",
      "    model model done",
      "review-claims review done",
      "profile map done",
      "  assay-a group done",
      "    profile-table function done",
      "  assay-b group done",
      "    profile-table function done",
      "write-report function done",
    ]);
  });

  test("says who ran it, how long, what it cost, and which answers came from no language model", () => {
    const view = viewRun(leadFinding().list);
    assert.equal(view.status, "completed");
    assert.equal(view.startedAt, began + 10);
    assert.equal(view.ms, (view.endedAt ?? 0) - view.startedAt);
    assert.equal(view.calls, 2);
    assert.equal(view.costUsd, 0.0123);
    assert.deepEqual(view.usage, { inputTokens: 1800, outputTokens: 240 });
    assert.deepEqual(view.models, ["anthropic:claude-x"]);
    assert.deepEqual(view.standins, ["saboteur (misquote) over the rule-based baseline"]);
    assert.deepEqual(findStep(view, "scout")?.total, { calls: 2, costUsd: 0.0123, usage: view.usage });
  });

  test("keeps a rejected attempt's output and verdicts", () => {
    const rejected = findStep(viewRun(leadFinding().list), "attempt 1");
    assert.ok(rejected);
    assert.deepEqual(decodedOutput(rejected), {
      claims: [{ quote: misquote.claimed, file: "papers/boby-2023.txt" }],
    });
    assert.equal(rejected.verdicts[0]?.problems[0]?.where, misquote.where);
    assert.equal(rejected.attempt, 1);
  });

  test("fills references in an input with what they stand for", () => {
    const view = viewRun(leadFinding().list);
    const scout = findStep(view, "scout");
    assert.ok(scout);
    assert.deepEqual(decodedInput(view, scout), { question: "Which?" });
  });

  test("counts as readers exactly the steps that recorded the read (VIEW3)", () => {
    const view = viewRun(leadFinding().list);
    const load = findStep(view, "load-case");
    const readers = (load?.readers ?? []).map((seq) => view.bySeq.get(seq)?.name);
    assert.deepEqual(readers, ["scout", "profile-table", "profile-table", "profile"]);
    for (const it of flatten(view.steps)) {
      for (const reader of it.readers)
        assert.ok(view.bySeq.get(reader)?.reads.some((seq) => view.bySeq.get(seq) === it));
    }
  });

  test("is total: a run cut after any event has a view, with no step lost (VIEW1)", () => {
    const { list } = leadFinding();
    for (let length = 1; length <= list.length; length += 1) {
      const part = list.slice(0, length);
      const view = viewRun(part);
      const ends = part.filter((it) => it.kind === "step.completed" || it.kind === "review.asked").length;
      assert.equal(
        [...flatten(view.steps)].filter((it) => it.seq !== undefined).length,
        ends,
        `after ${length} events`,
      );
    }
  });

  test("names running composite steps from the scope of what ended below them", () => {
    const run = new RunEvents();
    const scout = below("find claims/all", "agent");
    run.completed("model", answer("x"), { scope: below("attempt 1", "attempt", scout), kind: "model" });
    assert.deepEqual(outline(viewRun(run.list).steps), [
      "find claims/all group running",
      "  attempt 1 group running",
      "    model model done",
    ]);
  });

  test("agrees with the runtime on the scope a step opens", () => {
    const cases: StepIdentity[] = [
      { scope: "", name: "a~b/c", kind: "map", in: '"x"' },
      { scope: "/m~1", name: "ünï 1", kind: "agent", in: "ab12", n: 3 },
    ];
    for (const it of cases) assert.equal(scopeBelow(it), childScope(it));
  });

  test("shows waits, failures, reuse, invalidation and effects each as what they are", () => {
    const run = new RunEvents();
    run.add("review.asked", {
      scope: "",
      name: "ok?",
      kind: "review",
      in: "1",
      ask: "ok?",
      mode: "review",
      hash: "h",
      may: 2,
    });
    run.add("timer.set", {
      scope: "",
      name: "sleep",
      kind: "sleep",
      in: "2",
      wakeAt: began + 60_000,
      may: 2,
    });
    run.add("child.started", {
      scope: "",
      name: "child",
      kind: "run",
      in: "3",
      child: run.run,
      workflow: "w",
      may: 2,
    });
    run.add("effect.intended", {
      scope: "",
      name: "send",
      kind: "tool",
      in: "4",
      tool: "mail",
      key: "k",
      revision: "r",
      owner: "p1",
      input: { to: "x" },
    });
    run.completed("old", 1, { reused: 7 });
    const gone = run.completed("gone", 1);
    run.add("step.invalidated", { seq: gone, because: "sent back", by: "ada" });
    run.add("step.attempted", {
      scope: "",
      name: "flaky",
      kind: "function",
      in: '"flaky"',
      attempt: 1,
      message: "timeout",
    });
    run.failed("flaky", "failed", "still down", { tries: 2 });
    const view = viewRun(run.list);
    assert.deepEqual(outline(view.steps), [
      "ok? review waiting",
      "sleep sleep waiting",
      "child run running",
      "send tool running",
      "old function reused",
      "gone function invalidated",
      "flaky function failed",
    ]);
    assert.deepEqual(findStep(view, "flaky")?.failedTries, ["timeout"]);
    assert.deepEqual(findStep(view, "send")?.effect, { tool: "mail", key: "k", state: "intended" });
  });

  test("shows the candidate of an attempt, the value of a model's tool, and a model call without an answer as failed", () => {
    const run = new RunEvents();
    const scope = below("scout", "agent");
    const inner = below("attempt 1", "attempt", scope);
    run.completed("search", { ok: true, value: ["a"] }, { scope: inner, kind: "tool" });
    run.completed("fetch", { ok: false, error: "404" }, { scope: inner, kind: "tool" });
    run.completed(
      "model",
      { failed: { class: "auth", message: "the key is refused" } },
      { scope: inner, kind: "model" },
    );
    run.completed(
      "attempt 1",
      { ok: false, answer: "", outcome: "failed", message: "the key is refused", verdicts: [] },
      { scope, kind: "attempt", more: { accepted: false, verdicts: [] } },
    );
    run.completed(
      "attempt 2",
      { ok: true, answer: "[1]", output: [1], verdicts: [] },
      { scope, kind: "attempt", more: { accepted: true, verdicts: [] } },
    );
    const view = viewRun(run.list);
    assert.deepEqual(findStep(view, "search")?.output, ["a"]);
    assert.equal(findStep(view, "fetch")?.message, "404");
    assert.equal(findStep(view, "model")?.state, "failed");
    assert.equal(findStep(view, "attempt 1")?.message, "the key is refused");
    assert.deepEqual(findStep(view, "attempt 2")?.output, [1]);
  });

  test("puts values kept beside the journal back, and leaves those that cannot be read", async () => {
    const run = new RunEvents();
    run.add("step.completed", {
      scope: "",
      name: "big",
      kind: "function",
      in: "1",
      out: { $blob: "aa" },
      hash: "h",
      may: 2,
      at: began,
      ms: 1,
    });
    run.add("step.completed", {
      scope: "",
      name: "gone",
      kind: "function",
      in: "2",
      out: { $blob: "bb" },
      hash: "h",
      may: 2,
      at: began,
      ms: 1,
    });
    const read = (hash: string): Promise<Uint8Array> =>
      hash === "aa"
        ? Promise.resolve(new TextEncoder().encode('{"rows":3}'))
        : Promise.reject(new Error("missing"));
    const view = viewRun(await loadValues(run.list, read));
    assert.deepEqual(findStep(view, "big")?.output, { rows: 3 });
    assert.deepEqual(findStep(view, "gone")?.output, { $blob: "bb" });
  });

  test("looks into no value and reads no blob before someone asks for it (VIEW2)", () => {
    const run = new RunEvents();
    run.completed("big", 1);
    const looked: string[] = [];
    const sealed = new Proxy({} as { [key: string]: Json }, {
      get: (_, key) => void looked.push(String(key)),
      ownKeys: () => (looked.push("keys"), []),
    });
    const events = run.list.map(
      (it) =>
        (it.kind === "step.completed"
          ? { ...it, data: { ...it.data, out: sealed, input: sealed } }
          : it) as AnyEvent,
    );
    const big = findStep(viewRun(events), "big");
    assert.ok(big);
    assert.deepEqual(looked, []);
    decodedOutput(big);
    assert.notEqual(looked.length, 0);
  });

  test("tells what a language model's answers warn of once for the run, and at each step", () => {
    const run = new RunEvents();
    const warned = { ...(answer("a", "local:m") as object), warnings: ["tokens are estimated"] };
    for (const name of ["model 1", "model 2"]) run.completed(name, warned, { kind: "model" });
    const spoilt = {
      ...(answer("b", "baseline:rules", "a stand-in") as object),
      warnings: ["a planted fault"],
    };
    run.completed("model 3", spoilt, { kind: "model" });
    const view = viewRun(run.list);
    assert.deepEqual(view.warnings, ["local:m: tokens are estimated"]);
    assert.deepEqual(findStep(view, "model 2")?.warnings, ["tokens are estimated"]);
    assert.deepEqual(findStep(view, "model 3")?.warnings, ["a planted fault"]);
  });

  test("says that a run that was resumed after it failed is open again", () => {
    const run = new RunEvents();
    run.add("run.failed", { outcome: "failed", message: "no" });
    assert.equal(viewRun(run.list).status, "failed");
    run.add("run.resumed", { code: "c2", by: "ada" });
    const view = viewRun(run.list);
    assert.equal(view.status, "waiting");
    assert.equal(view.failure, undefined);
    assert.equal(view.endedAt, undefined);
  });
});

describe("a caught mistake", () => {
  test("tells the claim, the source, the place, what happened next, and that nobody read it (E5)", () => {
    const caught = caughtMistakes(viewRun(leadFinding().list));
    assert.equal(caught.length, 1);
    const [it] = caught;
    assert.equal(it?.step, "scout");
    assert.equal(it.claimed, misquote.claimed);
    assert.equal(it.found, misquote.found);
    assert.equal(it.where, misquote.where);
    assert.equal(it.next, "next model, anthropic:claude-x; attempt 2 passed");
    assert.deepEqual(it.readBy, []);
    assert.deepEqual(it.mayHaveReadBy, []);
  });

  test("counts a step that did read the rejected value: the number is computed, not assumed", () => {
    const run = new RunEvents();
    const bad = run.completed("extract", { total: 5 }, { ms: 5 });
    const hasty = run.completed("mail", "sent", { reads: [bad], ms: 5 });
    const problem = {
      check: "sum",
      message: "the total is 6",
      claimed: "5",
      found: "6",
      where: "bank.csv:3",
    };
    run.completed("totals agree", null, {
      kind: "check",
      reads: [bad],
      more: { judged: bad, verdicts: [{ check: "sum", result: "fail", problems: [problem] }] },
    });
    run.add("run.failed", { outcome: "failed", message: "totals do not agree" });
    const [it] = caughtMistakes(viewRun(run.list));
    assert.deepEqual(it?.readBy, [hasty]);
    assert.equal(it.next, "the run failed: totals do not agree");
  });

  test("does not count as readers those who read after a person approved the value", () => {
    const run = new RunEvents();
    const agent = below("scout", "agent");
    const verdicts = [{ check: "c", result: "fail", problems: [misquote] }];
    run.completed(
      "attempt 1",
      { a: [1] },
      { scope: agent, kind: "attempt", more: { accepted: false, verdicts } },
    );
    const asked = run.add("review.asked", {
      scope: agent,
      name: "which holds?",
      kind: "review",
      in: "r",
      ask: "which?",
      mode: "rung",
      hash: "h",
      may: 3,
      to: "science",
    });
    run.add("review.decided", { asked, decision: "approve", shownHash: "h", by: "ada" });
    const scout = run.completed("scout", { a: [1] }, { kind: "agent" });
    run.completed("report", "r", { reads: [scout] });
    const [it] = caughtMistakes(viewRun(run.list));
    assert.deepEqual(it?.readBy, []);
    assert.equal(it.next, "science was asked; ada answered: approve");
  });

  test("of a value that was let out unapproved names the readers", () => {
    const run = new RunEvents();
    const agent = below("scout", "agent");
    const verdicts = [{ check: "c", result: "fail", problems: [misquote] }];
    run.completed(
      "attempt 1",
      { a: [1] },
      { scope: agent, kind: "attempt", more: { accepted: false, verdicts } },
    );
    const scout = run.completed("scout", { a: [1] }, { kind: "agent" });
    const report = run.completed("report", "r", { reads: [scout] });
    const [it] = caughtMistakes(viewRun(run.list));
    assert.deepEqual(it?.readBy, [report]);
  });
});
