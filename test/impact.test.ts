// What rests on something could be lost where a run ends and another begins: in a child run, in a rerun that took it
// over, in an effect that went out. Provoked with real runs of parents and children, and effects written by hand.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { z } from "zod";
import { newRunId, type RunId } from "../src/base/ids.ts";
import { canonical } from "../src/base/values.ts";
import { diffRuns } from "../src/diff-runs.ts";
import { impact, type ImpactReport, type ImpactRun } from "../src/impact.ts";
import { workflow } from "../src/index.ts";
import type { NewEvent } from "../src/journal/events.ts";
import { open } from "../src/open.ts";
import { planRecall } from "../src/recall.ts";
import { why } from "../src/why.ts";

const any = z.any();
const fb = await open({ journal: ":memory:", drive: "own" });
after(() => fb.close());

const child = workflow({
  name: "child",
  input: any,
  output: any,
  run: async (ctx, given: { row: { name: string } }) => {
    const seen = await ctx.step("look", given, (it) => ({ found: `looked at ${it.row.name}` }));
    return { seen };
  },
});

const parent = workflow({
  name: "parent",
  input: any,
  output: any,
  async run(ctx, given: { rows: readonly { name: string }[] }) {
    const rows = await ctx.step("load", given, (it) => it.rows.map((row) => ({ name: row.name })));
    const one = await ctx.call(child, { row: rows[0]! });
    const other = await ctx.call(child, { row: rows[1]! });
    return ctx.step("report", { one, other }, (it) => ({
      text: `${it.one.seen.found}, ${it.other.seen.found}`,
    }));
  },
});

const rows = [{ name: "the first of the rows" }, { name: "the second of the rows" }];

async function finished(input: unknown = { rows }): Promise<RunId> {
  const run = await fb.start(parent, input);
  await run.result();
  return run.id;
}

function of(report: ImpactReport, run: RunId): ImpactRun {
  const found = report.runs.find((it) => it.run === run);
  assert.ok(found, `${run} is not told`);
  return found;
}

function certain(it: ImpactRun): readonly string[] {
  return it.steps.filter((step) => step.certainty === "certain").map((step) => step.path);
}

describe("impact", () => {
  test("goes into the child run that was given the part, and no other, and back out of it", async () => {
    const run = await finished();
    const children = await fb.list({ parent: run });
    const report = await impact(fb.journal, { kind: "step", run, path: "load[1]" });
    assert.deepEqual(certain(of(report, run)), ["load", "child", "report"]);
    const touched = report.runs.filter((it) => it.workflow === "child" && certain(it).length > 0);
    assert.deepEqual(touched.map(certain), [["look"]]);
    assert.equal(children.length, 2);
    assert.equal(of(report, run).output?.certainty, "certain");
  });

  test("of a child's step reaches the output of the run that started it", async () => {
    const run = await finished();
    const [inner] = await fb.list({ parent: run });
    const report = await impact(fb.journal, { kind: "step", run: inner!.run, path: "look" });
    assert.ok(certain(of(report, run)).includes("report"));
    const found = await planRecall(fb, { kind: "step", run: inner!.run, path: "look" });
    assert.deepEqual(
      found.items.map((it) => [it.run, it.redo]),
      [[run, ["child › look"]]],
    );
  });

  test("finds what a rerun took over, and leaves out what it did again", async () => {
    const run = await finished();
    const rerun = await fb.rerun(run, { redo: ["report"] });
    await rerun.result();
    const load = await impact(fb.journal, { kind: "step", run, path: "load" });
    assert.ok(certain(of(load, rerun.id)).includes("report"));
    const report = await impact(fb.journal, { kind: "step", run, path: "report" });
    assert.deepEqual(
      report.runs.map((it) => it.run),
      [run],
    );
    const diff = await diffRuns(fb.journal, run, rerun.id);
    const changes = new Map(diff.steps.map((it) => [it.path, it.change]));
    assert.equal(changes.get("load"), "reused");
    assert.equal(changes.get("report"), "equal");
    const found = await planRecall(fb, { kind: "step", run, path: "load" });
    assert.deepEqual(found.superseded, [{ run, by: rerun.id }]);
    assert.deepEqual(
      found.items.map((it) => it.run),
      [rerun.id],
    );
  });

  test("tells effects that went out with their receipts, and those that were undone since", async () => {
    const run = newRunId();
    const value = canonical({ text: "Dear customer, the pump is fine." });
    const step = { scope: "", kind: "function", in: "a", may: 2, at: 0, ms: 1 } as const;
    const effect = { scope: "", kind: "tool", in: "b", tool: "mail", owner: "p", revision: "r1" } as const;
    const sent = (intent: number): NewEvent => ({
      kind: "effect.received",
      data: { intent, receipt: { id: intent } },
    });
    const tool = (name: string, at: number): NewEvent => ({
      kind: "step.completed",
      data: {
        ...step,
        kind: "tool",
        name,
        in: "b",
        out: null,
        hash: "null",
        input: { $step: 2 },
        reads: [2],
        may: 2,
        at,
        ms: 1,
      },
    });
    const events: NewEvent[] = [
      {
        kind: "run.started",
        data: { workflow: "letters", input: null, root: run, seed: "s", form: 1, code: "c" },
      },
      { kind: "step.completed", data: { ...step, name: "draft", may: 1, out: value.json, hash: value.hash } },
      { kind: "effect.intended", data: { ...effect, name: "send", key: "a", input: { $step: 2 } } },
      sent(3),
      tool("send", 4),
      { kind: "effect.intended", data: { ...effect, name: "send", in: "c", key: "b", input: { $step: 2 } } },
      sent(6),
      tool("send", 7),
      {
        kind: "effect.intended",
        data: {
          ...effect,
          name: "undo",
          key: "b",
          input: null,
          action: "compensate",
          after: { run, seq: 6 },
        },
      },
      sent(9),
    ];
    await fb.journal.commit([{ run, expect: { seq: 0 }, events }]);
    const report = await impact(fb.journal, { kind: "step", run, path: "draft" });
    const told = of(report, run).effects.map((it) => [it.key, it.state, it.certainty, it.receipt]);
    assert.deepEqual(told, [
      ["a", "sent", "certain", { id: 3 }],
      ["b", `sent, undone by ${run}:9`, "certain", { id: 6 }],
    ]);
    assert.equal(report.counts.certainEffects, 2);
  });

  test("is asked of a source by its name, over all runs", async () => {
    const run = await finished({ rows: [{ name: "ledger.csv" }, { name: "the second of the rows" }] });
    const report = await impact(fb.journal, { kind: "source", name: "ledger.csv" });
    assert.deepEqual(of(report, run).targets, ["input: rows[0]"]);
    await assert.rejects(impact(fb.journal, { kind: "source", name: "nix.csv" }), { code: "TARGET_UNKNOWN" });
  });
});

describe("why", () => {
  test("follows a value out of a child run, and a child's input into the run that started it", async () => {
    const run = await finished();
    const node = await why(fb.journal, run, "child.seen.found");
    const steps: string[] = [];
    for (let at: typeof node | undefined = node; at !== undefined; at = at.sources[0])
      steps.push(`${at.step} ${at.path}`.trim());
    const through = [
      "child seen.found",
      "output seen.found",
      "look found",
      "input",
      "load [1]",
      "input rows[1]",
    ];
    assert.deepEqual(steps, through);
    assert.equal(node.childRun, node.sources[0]?.run);
  });

  test("stops at its depth and says that it goes on", async () => {
    const node = await why(fb.journal, await finished(), "report", { depth: 1 });
    assert.ok(node.sources.length > 0);
    assert.ok(node.sources.every((it) => it.isCut === true || it.sources.length === 0));
  });
});
