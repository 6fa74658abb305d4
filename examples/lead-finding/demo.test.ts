// The whole pipeline as it is run: workflow, engine, baseline, sandbox, gates. What could go wrong: a wrong answer is built
// on, the checker learns from the analyst, an edit of the case is not followed, a crash changes the report. Provoked with
// planted faults, edited cases, and engines that end after a step. Two runs use all the data and are shared; the others use
// the points of a few compounds.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { open, type ReviewItem, type RunHandle, type RunHead, type StepView } from "firebreak";
import { curveKey, type FitAnswer, type FittedCurve } from "./curves.ts";
import { type LeadCase, loadCase } from "./data.ts";
import config from "./firebreak.config.ts";
import type { Deliverables } from "./report.ts";
import { scoreOf } from "./summary.ts";
import { dataFolder, edited, realCase, smallCase } from "./testing.ts";
import workflow from "./workflow.ts";

const fb = await open({ journal: ":memory:", config, env: { FIREBREAK_LIVE_MODELS: "0" } });
after(() => fb.close());

/** How a run came out. */
interface Result {
  readonly id: RunHead["run"];
  readonly status: RunHead["status"];
  /** @throws for a run that did not complete. */
  readonly output: Deliverables;
  readonly message: string;
  readonly steps: readonly StepView[];
  readonly standins: readonly string[];
  readonly models: readonly string[];
  /** What a gate sent to people. */
  readonly asked: readonly ReviewItem[];
}

type Decided = "approve" | "reject" | { readonly edit: unknown };
/** Answers of people, by the question and how many came from gates before it; without one all is approved. */
type People = (item: ReviewItem, before: number) => Decided;
const approve: People = () => "approve";
const byGate =
  (decide: People): People =>
  (item, before) =>
    item.mode === "rung" ? decide(item, before) : "approve";

async function run(
  of: LeadCase,
  sabotage: readonly string[] = [],
  people: People = approve,
): Promise<Result> {
  return attend(await fb.start(workflow, of, { sabotage }), people);
}

async function rerun(old: Result, options: { readonly input?: unknown } = {}): Promise<Result> {
  return attend((await fb.rerun(old.id, options)) as RunHandle<Deliverables>, approve);
}

/** Stays with a run until it has ended, deciding what is asked. */
async function attend(handle: RunHandle<Deliverables>, people: People): Promise<Result> {
  const asked: ReviewItem[] = [];
  for (;;) {
    const { status } = await handle.settled();
    if (status !== "waiting") break;
    const [item] = await fb.reviews.list({ run: handle.id });
    assert.ok(item !== undefined, "the run waits, and for nobody");
    const decided = people(item, asked.length);
    if (item.mode === "rung") asked.push(item);
    const what =
      typeof decided === "string"
        ? { decision: decided }
        : { decision: "edit" as const, value: decided.edit };
    await fb.reviews.decide({
      run: item.run,
      asked: item.asked,
      shownHash: item.shownHash,
      by: "a test",
      ...what,
    });
  }
  const { status } = await handle.head();
  const { steps, standins, models } = await fb.view(handle.id);
  let output: Deliverables | undefined;
  let message = "";
  try {
    output = await handle.result();
  } catch (error) {
    message = String(error);
  }
  return {
    ...{ id: handle.id, status, message, steps, standins, models, asked },
    get output() {
      assert.ok(output !== undefined, message);
      return output;
    },
  };
}

/** A step at the top. */
function top(result: Result, name: string): StepView {
  const found = result.steps.find((it) => it.name === name);
  assert.ok(found !== undefined, `no step ${name}`);
  return found;
}

const flat = (steps: readonly StepView[]): StepView[] => steps.flatMap((it) => [it, ...flat(it.children)]);

/** `model: check` for each verdict that did not pass, in order, under a step at the top. */
function stopped(result: Result, step: string): string[] {
  const attempts = flat([top(result, step)]).filter((it) => it.kind === "attempt");
  return attempts.flatMap((it) =>
    it.verdicts
      .filter((verdict) => verdict.result !== "pass")
      .map(({ check }) => `${flat(it.children).find((below) => below.model !== undefined)?.model}: ${check}`),
  );
}

/** Steps that read what a rejected attempt gave, people and gates apart: there may be none. */
function builtOnRejected(result: Result): string[] {
  const all = flat(result.steps);
  return all
    .filter((it) => it.kind === "attempt" && it.state === "rejected")
    .flatMap((attempt) => {
      const inside = new Set(flat([attempt]).map((it) => it.seq));
      const readers = all.filter((it) => !inside.has(it.seq) && it.reads.some((seq) => inside.has(seq)));
      return readers
        .filter((it) => it.kind !== "review" && it.kind !== "check")
        .map((it) => it.path.join(" > "));
    });
}

const small = smallCase(12);
const optimum = "every fit is a least-squares optimum";

// ---- All the data ------------------------------------------------------------------

const honest = await run(realCase);
const faulted = await run(realCase, [
  "extract-claims=misquote",
  "fit-curves=wrong-fit",
  "refit=recited-value",
  "test-claims=invented-number",
]);
const plain = await run(small);

test("comes to the answers of the key, in twelve steps at the top", () => {
  assert.match(
    scoreOf(honest.output),
    /^Answer key: agrees; shortlist 14 of 14, r 0\.877 \(key 0\.877\), claims 6 of 6, \d+ further claims\.$/,
  );
  assert.deepEqual(
    honest.steps.map((it) => it.name),
    [
      "load-case",
      "search-papers",
      "extract-claims",
      "review-claims",
      "profile-tables",
      "plan-analysis",
      "fit-curves",
      "refit",
      "compare",
      "test-claims",
      "write-report",
      "review-release",
    ],
  );
  assert.deepEqual(builtOnRejected(honest), []);
});

test("says of every answer that a baseline gave it", () => {
  assert.deepEqual(honest.models, []);
  assert.match(honest.standins.join(), /no language model/);
});

const codeRun = 24;

test("keeps the checker independent: it reads no step of the analyst, and is sent no 24 characters of its code (I1)", () => {
  const under = (...names: string[]): StepView[] => flat(names.map((it) => top(honest, it)));
  const analyst = new Set(under("plan-analysis", "fit-curves").map((it) => it.seq));
  const checker = under("refit", "test-claims");
  assert.ok(checker.some((it) => it.reads.length > 0));
  assert.deepEqual(
    checker.filter((it) => it.reads.some((seq) => analyst.has(seq))).map((it) => it.path.join(" > ")),
    [],
  );
  const programs = under("fit-curves").filter((it) => it.name === "run_code");
  const codes = programs.map((it) => (it.input as { code: string }).code);
  assert.equal(codes.length, 1);
  // All that is in its messages: what it was sent, what it answered, what its tools gave.
  const texts = checker
    .filter((it) => it.kind === "model" || it.kind === "tool")
    .flatMap((it) => textsIn([it.input, it.output]));
  const seen = texts.join("\n");
  assert.ok(seen.includes("percent_inhibition") && seen.length > 50_000);
  for (const code of codes) {
    for (let at = 0; at + codeRun <= code.length; at += 1) {
      const part = code.slice(at, at + codeRun);
      assert.equal(seen.includes(part), false, `shared: ${JSON.stringify(part)}`);
    }
  }
});

/** All texts within a value, those that are JSON themselves taken apart: escapes must not hide a shared run. */
function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  if (typeof value !== "string") return [];
  try {
    const inner: unknown = JSON.parse(value);
    return typeof inner === "object" ? [value, ...textsIn(inner)] : [value];
  } catch {
    return [value];
  }
}

test("a misquote is stopped by the gates on quotes", () => {
  assert.deepEqual(stopped(faulted, "extract-claims"), [
    "baseline:fast: grounded claims[].quote",
    "baseline:fast: quotes stand in their files",
  ]);
});

test("a wrong fit is stopped by the gate on optima", () => {
  assert.deepEqual(stopped(faulted, "fit-curves"), [`baseline:fast: ${optimum}`]);
});

test("a recited value is stopped by the gate on optima", () => {
  assert.deepEqual(stopped(faulted, "refit"), [`baseline:fast: ${optimum}`]);
});

test("an invented number is stopped by the gate on rows", () => {
  assert.deepEqual(stopped(faulted, "test-claims"), ["baseline:fast: the rows say so"]);
});

test("four faults in one run leave the deliverables as they are, and nothing was built on them", () => {
  assert.deepEqual(faulted.output, honest.output);
  assert.deepEqual(builtOnRejected(faulted), []);
});

// ---- The fault of the demo, in its three degrees -----------------------------------------

test("--sabotage fit-curves=wrong-fit: the second attempt is right, nothing is built on the first", async () => {
  const result = await run(small, ["fit-curves=wrong-fit"]);
  assert.deepEqual(stopped(result, "fit-curves"), [`baseline:fast: ${optimum}`]);
  assert.deepEqual(builtOnRejected(result), []);
  assert.deepEqual(result.output, plain.output);
});

test("--sabotage fit-curves=wrong-fit:model: the next model is reached and is right, nothing is built on the first", async () => {
  const result = await run(small, ["fit-curves=wrong-fit:model"]);
  assert.deepEqual(stopped(result, "fit-curves"), [`baseline:fast: ${optimum}`, `baseline:fast: ${optimum}`]);
  const last = flat([top(result, "fit-curves")]).findLast((it) => it.kind === "model");
  assert.equal(last?.model, "baseline:strong");
  assert.deepEqual(builtOnRejected(result), []);
  assert.deepEqual(result.output, plain.output);
});

test("--sabotage fit-curves=wrong-fit:always: a person sees both numbers, says no, and nothing is built", async () => {
  const result = await run(
    small,
    ["fit-curves=wrong-fit:always"],
    byGate(() => "reject"),
  );
  const { asked } = result;
  assert.deepEqual(stopped(result, "fit-curves"), [
    `baseline:fast: ${optimum}`,
    `baseline:fast: ${optimum}`,
    `baseline:strong: ${optimum}`,
    `baseline:strong: ${optimum}`,
  ]);
  const [item, ...others] = asked;
  assert.equal(others.length, 0);
  const [problem] = item?.problems ?? [];
  const [claimed, found] = [problem?.claimed, problem?.found].map((it) =>
    Number(/IC50 (\S+) uM/.exec(it ?? "")?.[1]),
  );
  assert.ok(Math.abs((claimed ?? 0) / (found ?? 0) - 1.6) < 0.1, `${problem?.claimed} | ${problem?.found}`);
  assert.match(problem?.where ?? "", /^assay\/curve_points\.csv:\d+$/);
  assert.equal(result.status, "failed");
  assert.match(result.message, /rejected/);
  assert.deepEqual(builtOnRejected(result), []);
  const names = result.steps.map((it) => it.name);
  assert.equal(names.includes("compare") || names.includes("write-report"), false, names.join());
});

test("--sabotage fit-curves=wrong-fit:always: the right value from a person passes the same gate and is built on", async () => {
  const right = flat([top(plain, "fit-curves")]).find((it) => it.kind === "attempt");
  const result = await run(
    small,
    ["fit-curves=wrong-fit:always"],
    byGate(() => ({ edit: right?.output })),
  );
  const { asked } = result;
  assert.equal(asked.length, 1);
  assert.deepEqual(builtOnRejected(result), []);
  assert.deepEqual(result.output, plain.output);
});

test("a wrong edit does not pass: the person is asked again, with what the gate found", async () => {
  let shown: FitAnswer | undefined;
  const result = await run(
    small,
    ["fit-curves=wrong-fit:always"],
    byGate((item, before) => {
      shown ??= item.shown as FitAnswer;
      return before === 0 ? { edit: { ...shown, method: "as before, and signed" } } : "reject";
    }),
  );
  const { asked } = result;
  assert.equal(result.status, "failed");
  assert.deepEqual(
    asked.map((it) => it.problems[0]?.check),
    [optimum, optimum],
  );
});

test("a wrong fit that a person waved through is stopped by the comparison: done again once, then both numbers are asked about", async () => {
  const result = await run(
    small,
    ["fit-curves=wrong-fit:always"],
    byGate((item) => (item.step.startsWith("compare › turn › agreement") ? "reject" : "approve")),
  );
  const { asked } = result;
  assert.deepEqual(
    asked.map((it) => it.step.replace(/ › review$/, "")),
    ["fit-curves", "compare › turn › fit-curves", "compare › turn › agreement"],
  );
  const problem = asked.at(-1)?.problems[0];
  assert.equal(problem?.check, "the two computations agree");
  assert.match(`${problem?.claimed} ${problem?.found}`, /^[\d.]+ uM [\d.]+ uM$/);
  assert.equal(result.status, "failed");
  assert.equal(
    result.steps.some((it) => it.name === "write-report"),
    false,
  );
});

// ---- Edits of the case ---------------------------------------------------------------

const target = "ALP-POS-477dc5b7-2 / fluorescence / 1";

function valueOf(result: Result): number {
  const answer = flat([top(result, "fit-curves")]).findLast((it) => it.kind === "attempt")?.output;
  const fit = (answer as unknown as FitAnswer).fits.find(
    (it): it is FittedCurve => curveKey(it) === target && it.kind === "fitted",
  );
  return fit?.ic50_uM ?? Number.NaN;
}

test("an edited measurement changes the answer in a rerun, and what does not rest on it is not done again", async () => {
  const doubled = edited(small, "curve_points.csv", (text) =>
    text.replaceAll(
      /^(ALP-POS-477dc5b7-2,fluorescence,1,)([\d.]+)/gm,
      (_, head: string, c: string) => head + String(Number(c) * 2),
    ),
  );
  const again = await rerun(plain, { input: doubled });
  assert.ok(Math.abs(valueOf(again) / valueOf(plain) - 2) < 1e-6, `${valueOf(plain)} to ${valueOf(again)}`);
  assert.notEqual(again.output["ic50.csv"], plain.output["ic50.csv"]);
  const states = (step: string, kind: string): string[] =>
    flat([top(again, step)]).flatMap((it) => (it.kind === kind ? [it.state] : []));
  assert.deepEqual(new Set(states("extract-claims", "model")), new Set(["reused"]));
  assert.deepEqual(states("fit-curves", "tool"), ["done"]);
});

test("a rerun of the same case does nothing anew", async () => {
  const again = await rerun(plain);
  assert.deepEqual(again.output, plain.output);
  const leaves = flat(again.steps).filter(
    (it) => ["function", "model", "tool"].includes(it.kind) && it.children.length === 0,
  );
  assert.deepEqual(
    leaves.filter((it) => it.state !== "reused").map((it) => it.path.join(" > ")),
    [],
  );
});

test("a renamed column is followed: the program fails in the sandbox, is mended, and comes to the same fits", async () => {
  const renamed = edited(small, "curve_points.csv", (text) => text.replace("excluded_by_lab", "lab_outlier"));
  const result = await run(renamed);
  const programs = flat([top(result, "fit-curves")]).filter((it) => it.kind === "tool");
  assert.deepEqual(
    programs.map((it) => (it.output as unknown as { exit: string }).exit),
    ["error", "ok", "ok"],
  );
  assert.equal(result.output["ic50.csv"], plain.output["ic50.csv"]);
});

/** How a run ended that could not be done. */
async function refusal(of: LeadCase): Promise<string> {
  const result = await run(
    of,
    [],
    byGate(() => "reject"),
  );
  assert.equal(result.status, "failed");
  assert.equal(
    result.steps.some((it) => it.name === "write-report"),
    false,
  );
  return flat(result.steps)
    .map((it) => it.message ?? "")
    .join("\n");
}

test("a column that nothing tells, a table that is gone and another question are answered with I cannot", async () => {
  const blind = edited(small, "curve_points.csv", (text) =>
    text.replace("concentration_uM", "q1").replace("percent_inhibition", "q2"),
  );
  assert.match(
    await refusal(blind),
    /I cannot do this without a language model: no table has columns that I can tell/,
  );
  const gone = { ...small, tables: small.tables.filter((it) => !it.file.endsWith("curve_points.csv")) };
  assert.match(
    await refusal(gone),
    /I cannot do this without a language model: no table has columns that I can tell/,
  );
  const dissolving = { ...small, question: "Which Mpro inhibitors dissolve best?" };
  assert.match(
    await refusal(dissolving),
    /I cannot [^:]+: the question does not ask about fluorescence and rapidfire/,
  );
  const capital = { ...small, question: "What is the capital of France?" };
  assert.match(await refusal(capital), /I cannot [^:]+: no paper bears on "What is the capital of France\?"/);
});

test("a paper that is gone takes its claims with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lead-finding-"));
  try {
    cpSync(dataFolder, folder, { recursive: true });
    rmSync(join(folder, "papers", "04-elife-77433.md"));
    const { papers } = loadCase(folder);
    const result = await run({ ...small, papers });
    assert.match(plain.output["claims.json"], /04-elife/);
    assert.doesNotMatch(result.output["claims.json"], /04-elife/);
    assert.match(result.output["claims.json"], /01-weizmann/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a claim struck out by the reviewer is not tested and not reported", async () => {
  const people: People = (item) => {
    if (!item.step.startsWith("review-claims")) return "approve";
    return { edit: (item.shown as unknown[]).slice(0, 2) };
  };
  const result = await run(small, [], people);
  assert.equal((JSON.parse(result.output["claims.json"]) as unknown[]).length, 2);
});
