// A person waves a wrong fit through, the report is released, and somebody finds out later. What could go wrong: a value of
// the report cannot be followed back to the fit and to the measured points, a plan promises less than is done, a rerun does
// too much or too little, asks a person again about what did not change, or comes to another report than a clean run.
// Lived through with the command line, as a user would, on the points of a few compounds.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type AnyEvent, open, type RerunPlan, type RunHead } from "firebreak";
import { place } from "../../test/cli/spawn-cli.ts";
import type { Deliverables } from "./report.ts";
import { smallCase } from "./testing.ts";

type Recorded<Kind extends AnyEvent["kind"]> = Extract<AnyEvent, { readonly kind: Kind }>;

const here = place();
after(() => here.remove());
const file = join(import.meta.dirname, "workflow.ts");
const offline = { FIREBREAK_LIVE_MODELS: "0" };
const because = "its IC50 is off by a factor: the laboratory measured it again";

/** Runs a command line that must end with a code. */
async function cli(code: number, ...args: readonly string[]): Promise<string> {
  const ended = await here.cli(args, offline);
  assert.equal(ended.code, code, `${args.join(" ")}\n${ended.out}${ended.err}`);
  return ended.out;
}

async function json<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await cli(0, ...args, "--json")) as T;
}

/** Runs the case to its end, a person approving whatever is asked; says how often that was. */
async function lived(...sabotage: readonly string[]): Promise<{ run: RunHead["run"]; asked: number }> {
  const start = ["run", file, "--input", "@case.json", ...sabotage];
  let ended = await here.cli(start, offline);
  let asked = 0;
  while (ended.code === 3) {
    asked += 1;
    ended = await here.cli(["approve", "last"], offline);
  }
  assert.equal(ended.code, 0, ended.out + ended.err);
  const [latest] = await json<readonly RunHead[]>("ls");
  return { run: latest!.run, asked };
}

/** All events of a run, and what came out of it if it has completed. */
async function recorded(
  run: string,
): Promise<{ events: readonly AnyEvent[]; output: Deliverables | undefined }> {
  const fb = await open({ journal: join(here.folder, ".firebreak", "journal.db"), env: offline });
  try {
    const handle = await fb.run(run);
    const { status } = await handle.head();
    const output = status === "completed" ? ((await handle.result()) as Deliverables) : undefined;
    return { events: await fb.journal.read(handle.id), output };
  } finally {
    await fb.close();
  }
}

let clean: RunHead["run"];
let wrong: RunHead["run"];
let again: RunHead["run"];
let plan: RerunPlan;

before(async () => {
  mkdirSync(here.folder, { recursive: true });
  writeFileSync(join(here.folder, "case.json"), JSON.stringify(smallCase(6)));
  clean = (await lived()).run;
  const waved = await lived("--sabotage", "fit-curves=wrong-fit:always");
  wrong = waved.run;
  assert.equal(waved.asked, 5, "the claims, the fit, the fit done again, the comparison, the release");
  plan = await json("rerun", wrong, "--step", "fit-curves", "--because", because, "--dry-run");
  await cli(3, "rerun", wrong, "--step", "fit-curves", "--because", because);
  const [latest] = await json<readonly RunHead[]>("ls");
  again = latest!.run;
});

test("a number of the released table is followed to the fit a person let through, and to the measured points", async () => {
  const why = await cli(0, "why", wrong, 'output["ic50.csv"]');
  assert.match(why, /write-report/);
  assert.match(why, /compare › fit-curves › review\.fits\s+approved by ada/);
  assert.match(why, /did not pass “every fit is a\s+least-squares optimum”/);
  assert.match(why, /run_code/);
  assert.match(why, /load-case\.tables/);
});

test("what rests on the fit is told, and what does not is told apart", async () => {
  const impact = await cli(0, "impact", `${wrong}:fit-curves`);
  assert.match(impact, /its output, delivered/);
  for (const step of ["compare", "write-report", "review-release"]) assert.match(impact, new RegExp(step));
  assert.doesNotMatch(impact, /! (test-claims|extract-claims|refit|plan-analysis)/);
});

type StepEvent = Recorded<"step.completed"> | Recorded<"step.failed">;

/** Names from the outside in, as a person writes them. */
function pathOf({ data }: StepEvent | Recorded<"review.asked">): string {
  const scopes = data.scope.split("/").filter((part) => part !== "");
  return [...scopes.map((part) => decodeURIComponent(part.split("~")[0] ?? "")), data.name].join(" > ");
}

/** Work that was done in this run and not taken over: what neither was recorded before nor only holds other steps. */
function workDone(events: readonly AnyEvent[]): string[] {
  const done = events.filter(
    (it): it is StepEvent => it.kind === "step.completed" || it.kind === "step.failed",
  );
  const own = done.filter((it) => !(it.kind === "step.completed" && it.data.reused !== undefined));
  return own.filter((it) => it.covers === undefined).map(pathOf);
}

const asked = (events: readonly AnyEvent[]): string[] =>
  events.filter((it): it is Recorded<"review.asked"> => it.kind === "review.asked").map(pathOf);

const dependents = [
  "fit-curves > attempt 1 > model",
  "fit-curves > attempt 1 > model",
  "fit-curves > attempt 1 > checks",
  "compare > turn > agreement > attempt 1 > checks",
  "write-report > attempt 1 > work",
  "write-report > attempt 1 > checks",
];

test("the rerun does exactly the dependents again, and asks a person about nothing but the report that changed", async () => {
  const { events } = await recorded(again);
  assert.deepEqual(workDone(events), dependents);
  assert.deepEqual(asked(events), ["review-release > report"]);
});

test("what the tools gave is kept: no program is run and no table is asked again", async () => {
  const { events } = await recorded(again);
  const tools = events.filter(
    (it): it is Recorded<"step.completed"> => it.kind === "step.completed" && it.data.kind === "tool",
  );
  assert.ok(tools.some((it) => it.data.name === "run_code") && tools.some((it) => it.data.name === "query"));
  assert.deepEqual(tools.filter((it) => it.data.reused === undefined).map(pathOf), []);
});

test("the plan told it: what is certain was done, and what was done is certain or possible", async () => {
  const { events } = await recorded(again);
  const plain = (path: string): string => path.replaceAll(" › ", " > ");
  const done = new Set(workDone(events));
  for (const { path } of plan.certain) assert.ok(done.has(plain(path)), path);
  const possible = new Set(plan.possible.map((it) => plain(it.path)));
  // What the second round of the comparison did is not asked for again; the first round stands where it stood.
  assert.deepEqual(
    [...done].filter((path) => !possible.has(path)),
    [],
  );
  assert.ok(plan.reused > 0);
});

test("the person releases it, and the report is that of a run that never went wrong", async () => {
  await cli(0, "approve", again);
  const [right, mended, bad] = [await recorded(clean), await recorded(again), await recorded(wrong)];
  assert.notDeepEqual(bad.output, right.output);
  assert.deepEqual(mended.output, right.output);
  const started = mended.events[0] as Recorded<"run.started">;
  assert.equal((started.data.rerun as { because?: string }).because, because);
  const diff = await cli(0, "diff", wrong, again);
  assert.match(diff, /fits\[\d+\]\.ic50_uM: [\d.]+ → [\d.]+/);
});
