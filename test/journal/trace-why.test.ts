// A value could be told to rest on the wrong thing, on nothing, or on everything, or a question of lineage decode what
// nobody asked for. Provoked with runs built by hand and one of the engine's own.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FirebreakError } from "../../src/base/errors.ts";
import { findPlace } from "../../src/journal/trace-place.ts";
import { sourceSeeds, sourcesIn } from "../../src/journal/trace-sources.ts";
import { makersOf, surroundings, type Trace, traceRun } from "../../src/journal/trace.ts";
import { originOf } from "../../src/journal/trace-why.ts";
import { below, leadFinding, misquote, RunEvents } from "./run-events.ts";

const text = "Intro.\nThe lead had an IC50 of 120 nM against the protease in the assay.\n";

/** A case is loaded, an agent reads a paper with a tool and quotes it, a branch approves, a function counts. */
function quoting(): RunEvents {
  const run = new RunEvents({ input: { papers: [{ file: "p/boby.txt", text }] } });
  const load = run.completed(
    "load",
    { papers: [{ file: "p/boby.txt", text }] },
    { input: { $step: 1 }, reads: [1] },
  );
  const agent = below("scout", "agent");
  const attempt = below("attempt 1", "attempt", agent);
  run.completed("model", { parts: [] }, { scope: attempt, kind: "model", may: load });
  const tool = run.completed(
    "read_paper",
    { ok: true, value: { file: "p/boby.txt", text } },
    { scope: attempt, kind: "tool", input: { file: "p/boby.txt" }, may: 4 },
  );
  run.completed("model", { parts: [] }, { scope: attempt, kind: "model", may: tool, in: '"2"' });
  const claims = { claims: [{ quote: misquote.found, file: "p/boby.txt", strength: 3 }] };
  const evidence = [{ path: "claims[0].quote", where: "p/boby.txt:2", text: text.split("\n")[1] ?? "" }];
  const verdicts = [{ check: "grounded", result: "pass", problems: [], evidence }];
  run.completed(
    "attempt 1",
    { ok: true, answer: "x", output: claims },
    { scope: agent, kind: "attempt", may: load, more: { scope: attempt, verdicts } },
  );
  const scout = run.completed("scout", claims, {
    kind: "agent",
    input: { $step: load, path: "papers" },
    reads: [load],
    may: load,
    more: { scope: agent },
  });
  const branch = below("approve", "branch");
  const asked = run.add("review.asked", {
    scope: branch,
    name: "claims",
    kind: "review",
    in: "h",
    ask: "Are these right?",
    mode: "review",
    shown: { $step: scout, path: "claims" },
    hash: "shown",
    may: scout,
    reads: [scout],
  });
  run.add("review.decided", { asked, decision: "approve", shownHash: "shown", by: "ada" });
  const approved = run.completed("approve", claims.claims, {
    kind: "branch",
    in: '"approve"',
    more: { scope: branch },
  });
  run.completed(
    "count",
    { number: 1 },
    { input: { claims: { $step: approved }, unit: "nM" }, reads: [approved], loose: true },
  );
  return run;
}

function origin(trace: Trace, path: string) {
  return originOf(trace, findPlace(trace, path));
}

function linked(trace: Trace, path: string): readonly string[] {
  return origin(trace, path).links.map((it) => {
    const name = trace.bySeq.get(it.place.seq)?.step.name ?? "input";
    return `${it.tie} ${name} ${it.place.keys.join(".")}`.trim();
  });
}

describe("one step back from a value", () => {
  const trace = traceRun(quoting().list);

  test("passes branches and reviews that hand it on unchanged, and names them (TRACE6)", () => {
    const { through, place, step } = origin(trace, "approve[0].quote");
    assert.deepEqual(
      through.map((it) => it.step.name),
      ["approve"],
    );
    assert.equal(step?.step.review?.decided?.by, "ada");
    assert.deepEqual(place.keys, ["0", "quote"]);
    assert.deepEqual(linked(trace, "approve[0].quote"), ["content scout claims.0.quote"]);
  });

  test("leads from a quotation to the bytes of the text that a check found it in", () => {
    const { links, evidence } = origin(trace, "scout.claims[0].quote");
    assert.equal(evidence[0]?.where, "p/boby.txt:2");
    const [link] = links;
    assert.equal(link?.tie, "evidence");
    assert.equal(
      trace.bySeq.get(link?.place.seq ?? 0)?.step.name,
      "load",
      "the prompt held it before the tool did",
    );
    const bytes = Buffer.from(text).subarray(link?.span?.start, link?.span?.end);
    assert.equal(bytes.toString(), misquote.found);
  });

  test("follows a tool's text to the input it was read from, and a handed-on part to that part alone (TRACE5)", () => {
    assert.deepEqual(linked(trace, "read_paper.text"), ["content load papers.0.text"]);
    assert.deepEqual(linked(trace, "load.papers[0].text"), ["content input papers.0.text"]);
  });

  test("rests on all that a step was given where the value is found in none of it (TRACE5)", () => {
    assert.deepEqual(linked(trace, "count.number"), ["reads approve"]);
    const { mayRest } = origin(trace, "count.number");
    assert.deepEqual(
      mayRest.map((it) => it.step.name),
      ["load", "scout"],
    );
  });

  test("of an answer's own judgement rests on the prompt's parts and the tools' results (TRACE1)", () => {
    assert.deepEqual(linked(trace, "scout.claims[0].strength"), [
      "reads load papers",
      "reads read_paper value",
    ]);
  });
});

describe("a trace", () => {
  test("knows what an agent put into its own steps (TRACE1)", () => {
    const trace = traceRun(leadFinding().list);
    const scout = trace.steps.find((it) => it.step.name === "scout")!;
    const [accepted] = makersOf(scout).makers;
    assert.equal(accepted?.step.name, "attempt 2");
    const again = trace.steps.filter((it) => it.step.kind === "model")[1]!;
    assert.deepEqual(
      surroundings(again).before.map((it) => it.step.name),
      ["attempt 1"],
    );
    assert.equal(surroundings(again).agent, scout);
  });

  test("decodes nothing until someone asks (TRACE2)", () => {
    const run = new RunEvents();
    const seq = run.completed("step", "x");
    const event = run.list[seq - 1]!;
    const trap = new Proxy({ $date: "never" }, { get: () => assert.fail("it was looked into") });
    const list = [
      ...run.list.slice(0, -1),
      { ...event, data: { ...event.data, out: trap } },
    ] as typeof run.list;
    assert.equal(traceRun(list).steps.length, 1);
  });

  test("names its sources, and finds what is one, holds one or cites one", () => {
    const trace = traceRun(quoting().list);
    assert.deepEqual(sourcesIn(trace), ["p/boby.txt"]);
    const seeds = sourceSeeds(trace, "boby.txt");
    const names = [...seeds.keys()].map((seq) => trace.bySeq.get(seq)?.step.name ?? "input");
    assert.deepEqual(names, ["input", "read_paper", "attempt 1"]);
    assert.equal(sourceSeeds(trace, "other.txt").size, 0);
  });
});

describe("a place in a run", () => {
  const trace = traceRun(quoting().list);

  test("is a step, a part of its value, or the run's input", () => {
    assert.deepEqual(findPlace(trace, "input.papers[0].file"), { seq: 1, keys: ["papers", "0", "file"] });
    assert.deepEqual(findPlace(trace, "#3.papers").seq, 3);
    assert.deepEqual(findPlace(trace, "approve/claims[0]").keys, ["0"]);
  });

  test("that is not there is an error that says what is", () => {
    const code = (path: string): string => {
      try {
        findPlace(trace, path);
      } catch (error) {
        if (error instanceof FirebreakError) return `${error.code}: ${error.fix}`;
      }
      return "nothing thrown";
    };
    assert.match(code("scuot"), /^STEP_UNKNOWN: Its steps are load, scout, approve, count/);
    assert.match(code("scout.clams"), /^VALUE_PATH_UNKNOWN: scout has claims\./);
    assert.match(code("scout.claims[7]"), /^VALUE_PATH_UNKNOWN: scout\.claims has items 0 to 0\./);
    assert.match(code("output.x"), /^VALUE_PATH_UNKNOWN: output has no value at all\./);
  });
});
