// Plays one run to its end: opens engines, answers what is asked, moves the
// clock, ends engines where the test says so, and looks at what is left.

import { FirebreakError } from "./base/errors.ts";
import type { RunId } from "./base/ids.ts";
import type { Journal, RunHead } from "./journal/journal.ts";
import { MemoryJournal } from "./journal/memory.ts";
import type { ModelRef } from "./model/model.ts";
import { agentEnvOf, type Firebreak, open, type Rig } from "./open.ts";
import type { RunHandle } from "./run-handle.ts";
import { Answers, statements, waitedSignals } from "./testing-answers.ts";
import { type FakeClock, fakeClock } from "./testing-clock.ts";
import { KillableJournal } from "./testing-journal.ts";
import { guardPurity, type PurityGuard } from "./testing-purity.ts";
import { verifyReplay } from "./testing-replay.ts";
import type { TestOptions } from "./testing.ts";
import type { Tool } from "./tool/tool.ts";
import type { RunOptions } from "./workflow/program.ts";
import { type AnyWorkflow, definedWorkflow } from "./workflow/workflow.ts";

/** Reviews, signals and timers of one test run together. */
const movesLimit = 100_000;

const realSetImmediate = setImmediate;
const turn = (): Promise<void> => new Promise((resolve) => void realSetImmediate(resolve));

type Begin = (fb: Firebreak) => Promise<RunHandle>;

export class Bench {
  readonly definition: AnyWorkflow;
  readonly options: TestOptions;
  readonly journal: Journal;
  readonly #clock: FakeClock;
  readonly #answers: Answers;
  readonly #complaints: FirebreakError[] = [];

  constructor(definition: AnyWorkflow, options: TestOptions) {
    const clock = options.clock ?? fakeClock();
    this.definition = definition;
    this.#clock = clock;
    this.journal = options.journal ?? new MemoryJournal({ now: () => clock.now() });
    this.options = { ...options, clock, journal: this.journal };
    this.#answers = new Answers(options.reviews, options.signals);
  }

  /** Plays a run to its end. @throws what the test rig demands of every run; see testing.ts. */
  async play(begin: Begin): Promise<RunId> {
    const guard = guardPurity((error) => this.#complaints.push(error));
    try {
      const run = await this.#lives(begin, guard);
      await this.#lookBack(run);
      return run;
    } finally {
      guard.release();
    }
  }

  /** One engine after the other, each ended after the step the test names. */
  async #lives(begin: Begin, guard: PurityGuard): Promise<RunId> {
    const { killAfter = [] } = this.options;
    const kills = typeof killAfter === "string" ? [killAfter] : killAfter;
    let run: RunId | undefined;
    for (const after of [...kills, undefined]) {
      const journal = new KillableJournal(this.journal, after);
      const fb = await this.#open(journal, guard);
      try {
        const known: RunId | undefined = run;
        const lived = this.#live(
          fb,
          known === undefined ? begin : (it) => goOn(it, known),
          (it) => (run = it),
        );
        const over = await Promise.race([lived, journal.killed.then(() => "killed" as const)]);
        if (over !== "killed" && after !== undefined)
          throw new FirebreakError("TEST_KILL_MISSED", { step: after });
      } finally {
        await fb.close();
      }
    }
    return run!;
  }

  async #live(fb: Firebreak, begin: Begin, tell: (run: RunId) => void): Promise<void> {
    const handle = await begin(fb);
    tell(handle.id);
    const { root } = await handle.head();
    for (let move = 0; move < movesLimit; move += 1) {
      const heads = await atRest(fb, root);
      if (this.#complaints.length > 0 || isOver(await handle.head())) return;
      if (await this.#answers.decideOne(fb, heads)) continue;
      if (await this.#answers.signalOne(fb, this.journal, heads)) continue;
      if (!(await this.#moveClock(fb, heads))) throw await this.#stuck(fb, handle.id, heads);
    }
    throw new FirebreakError("LIMIT_REACHED", { what: "a test run", limit: movesLimit });
  }

  async #moveClock(fb: Firebreak, heads: readonly RunHead[]): Promise<boolean> {
    const next = Math.min(...heads.map((it) => it.wakeAt ?? Number.POSITIVE_INFINITY));
    if (!Number.isFinite(next)) return false;
    this.#clock.moveTo(next);
    await fb.recover();
    return true;
  }

  async #stuck(fb: Firebreak, runId: RunId, heads: readonly RunHead[]): Promise<FirebreakError> {
    const reviews = (await fb.reviews.list()).map(
      (it) => `the review "${it.step}", left in silence:\n${statements(it)}`,
    );
    const signals = await Promise.all(
      heads.map(async (it) => waitedSignals(await this.journal.read(it.run))),
    );
    const halted = (await fb.list()).filter((it) => it.status === "halted" && it.run !== runId);
    const waits = [
      ...reviews,
      ...signals.flat().map((it) => `the signal "${it}"`),
      ...halted.map((it) => `run ${it.run}, which is halted`),
    ];
    return new FirebreakError("TEST_STUCK", { runId, waits: waits.join("; ") || "nothing that is known" });
  }

  // ---- Afterwards -----------------------------------------------------------------

  async #lookBack(run: RunId): Promise<void> {
    const [complaint] = this.#complaints;
    if (complaint !== undefined) throw complaint;
    for (const it of await this.#family(run)) {
      const definition =
        it.workflow === this.definition.name ? this.definition : definedWorkflow(it.workflow);
      if (definition === undefined) continue;
      await this.#demandAwaited(it);
      await verifyReplay(this.journal, it, definition, {
        clock: this.#clock,
        env: (options) => this.#env(options),
      });
    }
    const [late] = this.#complaints;
    if (late !== undefined) throw late;
  }

  async #family(run: RunId): Promise<readonly RunHead[]> {
    const children = await this.journal.heads({ parent: run });
    const below = await Promise.all(children.map((it) => this.#family(it.run)));
    return [(await this.journal.head(run))!, ...below.flat()];
  }

  async #demandAwaited(head: RunHead): Promise<void> {
    const end = (await this.journal.read(head.run)).at(-1);
    const warnings = end?.kind === "run.completed" ? (end.data.warnings ?? []) : [];
    const steps = warnings.flatMap((it) => /^step "(.*)" was not awaited/s.exec(it)?.[1] ?? []);
    if (steps.length > 0) throw new FirebreakError("STEP_NOT_AWAITED", { steps: steps.join(", ") });
  }

  // ---- What stands in ---------------------------------------------------------------

  #open(journal: Journal, guard: PurityGuard): Promise<Firebreak> {
    const { config } = this.options;
    return open({
      journal,
      clock: this.#clock,
      workflows: [this.definition],
      lingerMs: 0,
      env: this.#environment(),
      rig: { ...this.#rig(), guard },
      ...(config === undefined ? {} : { config }),
    });
  }

  #environment(): NonNullable<TestOptions["env"]> {
    return this.options.env ?? { FIREBREAK_LIVE_MODELS: "0" };
  }

  #env(options: RunOptions): ReturnType<ReturnType<typeof agentEnvOf>> {
    return agentEnvOf(this.options.config ?? {}, this.#environment(), this.#rig())(options);
  }

  #rig(): Rig {
    const { tools } = this.options;
    return {
      models: (step, refs) => this.#models(step, refs),
      ...(tools === undefined ? {} : { tool: (it) => replaced(it, tools) }),
    };
  }

  #models(step: string, refs: readonly ModelRef[]): readonly ModelRef[] {
    const { models = {}, env, config, model } = this.options;
    const given = Object.hasOwn(models, step) ? models[step] : undefined;
    if (given !== undefined) return "call" in given ? refs.map(() => given) : given;
    const named = refs.filter((it) => typeof it === "string" && config?.aliases?.[it] === undefined);
    if (named.length > 0 && env === undefined && model === undefined) {
      const error = new FirebreakError("TEST_MODEL_MISSING", {
        step,
        models: named.join(", "),
        given: Object.keys(models).join(", ") || "none",
      });
      this.#complaints.push(error);
      throw error;
    }
    return refs;
  }
}

function replaced(it: Tool, tools: NonNullable<TestOptions["tools"]>): Tool {
  const run = Object.hasOwn(tools, it.name) ? tools[it.name] : undefined;
  return run === undefined ? it : { ...it, run: run as Tool["run"] };
}

async function goOn(fb: Firebreak, run: RunId): Promise<RunHandle> {
  await fb.recover();
  return fb.run(run);
}

function isOver(head: RunHead): boolean {
  return head.status !== "running" && head.status !== "waiting";
}

/** Waits until every run of a root has ended or waits for something outside. Gives those that wait. */
async function atRest(fb: Firebreak, root: RunId): Promise<readonly RunHead[]> {
  for (let look = 0; look < movesLimit; look += 1) {
    const open = (await fb.list({ root })).filter((it) => !isOver(it));
    await Promise.all(open.map(async (it) => (await fb.run(it.run)).settled()));
    await turn();
    const heads = (await fb.list({ root })).filter((it) => !isOver(it));
    if (heads.every((it) => it.status === "waiting" && !it.ready)) return heads;
  }
  throw new FirebreakError("LIMIT_REACHED", { what: "waiting for a test run to rest", limit: movesLimit });
}
