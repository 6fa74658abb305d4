// What rests on a value could be told too narrow (a step that used it is missing) or too wide (one that did not is
// certain). Provoked with generated programs that know what they read, run by the engine itself, and with runs built
// by hand for what a program cannot show.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { workflow } from "../../src/index.ts";
import { loadValues } from "../../src/journal/view.ts";
import { impactOf, type Through } from "../../src/journal/trace-impact.ts";
import { type Trace, traceRun } from "../../src/journal/trace.ts";
import { type Firebreak, open } from "../../src/open.ts";
import { below, RunEvents } from "./run-events.ts";

async function traceOf(fb: Firebreak, run: string): Promise<Trace> {
  const { id } = await fb.run(run);
  return traceRun(await loadValues(await fb.journal.read(id), (hash) => fb.blob(hash)));
}

/** How a step reads an earlier one: as it was delivered, a text out of it, or a number any value could be. */
type Reading = { readonly of: number; readonly as: "whole" | "text" | "number" };

/** For each step the earlier steps it reads. */
const programs = fc
  .array(
    fc.array(fc.record({ of: fc.nat(30), as: fc.constantFrom("whole", "text", "number") }), { maxLength: 3 }),
    { minLength: 3, maxLength: 10 },
  )
  .map((steps) =>
    steps.map((reads, at): Reading[] => (at === 0 ? [] : reads.map((it) => ({ of: it.of % at, as: it.as })))),
  );

const any = z.any();

function programOf(steps: readonly (readonly Reading[])[]) {
  return workflow({
    name: "generated",
    input: any,
    output: any,
    async run(ctx) {
      const given: { id: string; n: number }[] = [];
      for (const [at, reads] of steps.entries()) {
        const input = reads.map(({ of, as }) => {
          const source = given[of]!;
          return as === "whole" ? source : as === "text" ? source.id : source.n;
        });
        given.push(
          await ctx.step(`s${at}`, { input, at }, (it) => ({
            id: `what step ${it.at} made of ${JSON.stringify(it.input).length}`,
            n: it.at,
          })),
        );
      }
      return given.at(-1)!;
    },
  });
}

/** Steps that hold something of step 0, by the readings given; itself is none. */
function holders(steps: readonly (readonly Reading[])[], counts: readonly Reading["as"][]): Set<string> {
  const holding = new Set([0]);
  for (const [at, reads] of steps.entries())
    if (reads.some((it) => counts.includes(it.as) && holding.has(it.of))) holding.add(at);
  holding.delete(0);
  return new Set([...holding].map((at) => `s${at}`));
}

function named(trace: Trace, seq: number, through: readonly Through[]): Set<string> {
  const { touched } = impactOf(trace, new Map([[seq, { through: "reads" }]]));
  const steps = trace.steps.filter(
    (it) => it.seq !== seq && through.includes(touched.get(it.seq)?.through ?? "order"),
  );
  return new Set(steps.filter((it) => touched.has(it.seq)).map((it) => it.step.name));
}

describe("what rests on a step", () => {
  test("certain ⊆ what holds it ⊆ certain and possible, for generated programs (TRACE3)", async () => {
    const fb = await open({ journal: ":memory:", drive: "own" });
    await fc.assert(
      fc.asyncProperty(programs, async (steps) => {
        const run = await fb.start(programOf(steps), null);
        await run.result();
        const trace = await traceOf(fb, run.id);
        const first = trace.steps.find((it) => it.step.name === "s0")!;
        const certain = named(trace, first.seq, ["reads"]);
        const all = named(trace, first.seq, ["reads", "values"]);
        const truth = holders(steps, ["whole", "text", "number"]);
        for (const name of truth) assert.ok(all.has(name), `${name} holds it and is not told`);
        for (const name of certain) assert.ok(truth.has(name), `${name} is certain and holds nothing of it`);
        for (const name of holders(steps, ["whole", "text"]))
          assert.ok(certain.has(name), `${name} is certain`);
      }),
      { numRuns: 40 },
    );
    await fb.close();
  });

  test("tells what was merely issued afterwards apart from what holds something unknown", () => {
    const run = new RunEvents();
    const first = run.completed("first", { a: "something to hold" });
    run.completed("unknown", 1, { input: { n: 7 }, loose: true });
    run.completed("other", 1, { input: { $step: 1 }, reads: [1] });
    run.completed("before", 1, { input: { n: 7 }, loose: true, may: first - 1 });
    const trace = traceRun(run.list);
    const { touched } = impactOf(trace, new Map([[first, { through: "reads" }]]));
    const through = trace.steps.map((it) => [it.step.name, touched.get(it.seq)?.through]);
    assert.deepEqual(through, [
      ["first", "reads"],
      ["unknown", "values"],
      ["other", "order"],
      ["before", undefined],
    ]);
  });

  test("passes on only the part that a function handed through (TRACE4)", () => {
    const run = new RunEvents({
      input: { papers: [{ file: "a.md", text: "aaaa aaaa aaaa" }], tables: { rows: [1, 2] } },
    });
    const load = run.completed(
      "load",
      { papers: [{ file: "a.md", text: "aaaa aaaa aaaa" }], tables: { rows: [1, 2] } },
      { input: { $step: 1 }, reads: [1] },
    );
    run.completed("read", 1, { input: { $step: load, path: "papers" }, reads: [load] });
    run.completed("count", 2, { input: { $step: load, path: "tables" }, reads: [load] });
    const trace = traceRun(run.list);
    const { touched } = impactOf(trace, new Map([[1, { through: "reads", parts: [["papers", "0"]] }]]));
    assert.deepEqual(touched.get(load), { through: "reads", parts: [["papers"]] });
    assert.equal(touched.get(load + 1)?.through, "reads");
    assert.equal(touched.get(load + 2)?.through, "order");
  });

  test("goes through an agent: its prompt, its tools, its answer, and not through a rejected attempt's siblings", () => {
    const run = new RunEvents();
    const load = run.completed("load", { text: "the pump failed at 80 bar" });
    const agent = below("scout", "agent");
    const attempt = below("attempt 1", "attempt", agent);
    const model = run.completed("model", { parts: [] }, { scope: attempt, kind: "model", may: load });
    const tool = run.completed(
      "search",
      { ok: true, value: 1 },
      { scope: attempt, kind: "tool", may: model },
    );
    const last = run.completed(
      "model",
      { parts: [] },
      { scope: attempt, kind: "model", may: tool, in: '"2"' },
    );
    run.completed(
      "attempt 1",
      { ok: true, answer: "x", output: 5 },
      { scope: agent, kind: "attempt", may: load, more: { scope: attempt } },
    );
    const scout = run.completed("scout", 5, {
      kind: "agent",
      input: { $step: load },
      reads: [load],
      may: load,
      more: { scope: agent },
    });
    const trace = traceRun(run.list);
    const from = (seq: number) => impactOf(trace, new Map([[seq, { through: "reads" }]])).touched;
    assert.equal(from(load).get(model)?.through, "reads", "the prompt is made from the agent's input");
    assert.equal(from(tool).get(last)?.through, "reads", "the answer after it is made from a tool's result");
    assert.equal(from(tool).get(scout)?.through, "reads");
    assert.equal(from(tool).get(model), undefined, "what came before it does not rest on it");
  });

  test("says of the run's output that it rests on a value only where it is found in it", () => {
    const run = new RunEvents();
    const one = run.completed("one", { text: "this one is delivered" });
    const other = run.completed("other", { text: "this one is left out" });
    run.add("run.completed", { output: { first: { text: "this one is delivered" } }, hash: "0".repeat(32) });
    const trace = traceRun(run.list);
    const output = (seq: number) => impactOf(trace, new Map([[seq, { through: "reads" }]])).output;
    assert.deepEqual(output(one), { through: "reads", parts: [["first"]] });
    assert.deepEqual(output(other)?.through, "values", "code made it: more is not known");
  });

  test("of a run of 5,000 steps is found in a pass over it", () => {
    const run = new RunEvents();
    const first = run.completed("first", { text: "a value that much rests on" });
    for (let at = 0; at < 5_000; at += 1) {
      const source = at % 3 === 0 ? first : first + at;
      run.completed(
        `step ${at}`,
        { at, text: `what step ${at} made` },
        { in: `"${at}"`, input: { from: { $step: source }, at }, reads: [source], loose: true },
      );
    }
    const times = [1, 2, 3].map(() => {
      const began = performance.now();
      const { touched } = impactOf(traceRun(run.list), new Map([[first, { through: "reads" }]]));
      assert.equal(touched.size, 5_001);
      return performance.now() - began;
    });
    // The limit is for a machine that does nothing else; the tests share theirs.
    assert.ok(Math.min(...times) < 800, times.map((it) => `${it.toFixed(0)} ms`).join(", "));
  });
});
