// One simulated history, by seed: a few runs of reference workflows, a process
// that is killed and started again, a journal that refuses, lies and dies, and
// people who decide, signal, cancel and set the clock at random moments. At
// the end everything calms down, and the history is judged.

import type { RunId } from "../src/base/ids.ts";
import { FirebreakError } from "../src/base/errors.ts";
import { seededRandom } from "../src/base/random.ts";
import type { AnyWorkflow, ReviewItem, RunHandle, RunHead } from "../src/index.ts";
import type { AnyEvent } from "../src/journal/events.ts";
import { type Reference, references } from "../test/runtime/reference-workflows.ts";
import { checkHistory, type Promised } from "./history-checker.ts";
import { SimProcess } from "./process.ts";
import { nextTurn, World } from "./world.ts";

/** Things done in one history before it is called endless. */
const actionLimit = 4_000;
/** Kills in one history; after them the world is calm. */
const killLimit = 5;

export interface Simulated {
  readonly seed: string;
  /** What is wrong; empty when all holds. */
  readonly problems: readonly string[];
  readonly workflows: readonly string[];
  readonly kills: number;
  readonly commits: number;
  readonly events: number;
  /** A digest of what happened, without ids: equal for equal seeds. */
  readonly trace: string;
}

export async function simulate(seed: string): Promise<Simulated> {
  const sim = new Simulation(seed);
  try {
    await sim.play();
  } catch (error) {
    sim.problems.push(`17 ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  return sim.judge();
}

interface Started {
  readonly reference: Reference;
  readonly workflow: AnyWorkflow;
  run?: string;
}

class Simulation {
  readonly problems: string[] = [];
  readonly #seed: string;
  readonly #random: () => number;
  readonly #world = new World();
  readonly #promised: Promised[] = [];
  readonly #started: Started[] = [];
  readonly #workflows: AnyWorkflow[] = [];
  readonly #cancelled = new Set<string>();
  #process!: SimProcess;
  #kills = 0;
  #commits = 0;
  /** How far the clock is off, ms. */
  #setBy = 0;

  constructor(seed: string) {
    this.#seed = seed;
    this.#random = seededRandom(`sim ${seed}`);
  }

  async play(): Promise<void> {
    this.#cast();
    await this.#boot();
    for (let action = 0; action < actionLimit; action += 1) {
      if (this.#process.journal.isDead || this.#isPoisoned) await this.#boot();
      if (await this.#isDone()) return;
      await this.#act();
      for (let turns = this.#below(6); turns > 0; turns -= 1) await nextTurn();
    }
    throw new Error(
      `the runs did not end in ${actionLimit} actions: ${(await this.#open()).map((it) => `${it.workflow} ${it.status}`).join(", ")}`,
    );
  }

  async judge(): Promise<Simulated> {
    const heads = await this.#world.disk.heads({ limit: 10_000 });
    const events = new Map<RunId, readonly AnyEvent[]>();
    for (const { run } of heads) events.set(run, await this.#world.disk.read(run));
    const deduplicated = new Set(references.flatMap((it) => it.deduplicated ?? []));
    const { executions, repeats, sent } = this.#world;
    this.problems.push(
      ...checkHistory({ heads, events, executions, repeats, sent, promised: this.#promised, deduplicated }),
    );
    await this.#checkOutputs();
    const all = [...events.values()].toReversed();
    return {
      seed: this.#seed,
      problems: this.problems,
      workflows: this.#started.map((it) => it.reference.name),
      kills: this.#kills,
      commits: this.#commits,
      events: all.reduce((sum, it) => sum + it.length, 0),
      trace: all.map((it) => it.map((event) => `${event.kind}@${event.at}`).join(" ")).join("\n"),
    };
  }

  // ---- The cast ---------------------------------------------------------------

  #cast(): void {
    const pool = [...references];
    for (let count = 1 + this.#below(3); count > 0; count -= 1) {
      const [reference] = pool.splice(this.#below(pool.length), 1);
      const workflows = reference!.make(this.#world);
      this.#workflows.push(...workflows);
      this.#started.push({ reference: reference!, workflow: workflows[0] });
    }
    const slow = this.#random() < 0.5 ? 0 : 1 + this.#below(8);
    this.#world.delay = (name) =>
      slow === 0 ? 0 : Math.floor(seededRandom(`${this.#seed} ${name}`)() * slow);
  }

  async #boot(): Promise<void> {
    if ((this.#process as SimProcess | undefined) !== undefined) {
      this.#process.journal.crash();
      this.#commits += this.#process.journal.commits;
      this.#kills += 1;
    }
    const calm = this.#kills >= killLimit;
    const flakiness = calm
      ? { seed: "calm" }
      : {
          seed: `${this.#seed} ${this.#kills}`,
          ...(this.#random() < 0.3 ? { refused: 0.05 } : {}),
          ...(this.#random() < 0.2 ? { unacknowledged: 0.02 } : {}),
          ...(this.#random() < 0.8
            ? {
                crashAt: this.#below(25),
                crash: this.#random() < 0.5 ? ("before" as const) : ("after" as const),
              }
            : {}),
        };
    this.#isPoisoned = false;
    this.#process = await SimProcess.boot(this.#world, this.#workflows, flakiness);
    await this.#try(() => this.#process.fb.recover());
  }

  #isPoisoned = false;

  /** Does something as a client would: what fails because the process is dead or its disk refuses is not acknowledged. */
  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await this.#process.alive(work());
      return result === "died" ? undefined : (result as T);
    } catch (error) {
      if (FirebreakError.is(error, "JOURNAL_IO") || FirebreakError.is(error, "JOURNAL_POISONED"))
        this.#isPoisoned = true;
      else if (!FirebreakError.any(error) || !expected.has(error.code)) throw error;
      return undefined;
    }
  }

  // ---- Actions ------------------------------------------------------------------

  async #act(): Promise<void> {
    const drawn = this.#random();
    const calm = this.#kills >= killLimit;
    if (drawn < 0.25) await this.#start();
    else if (drawn < 0.5) await this.#decide();
    else if (drawn < 0.65) await this.#signal();
    else if (drawn < 0.67 && !calm) await this.#cancel();
    else if (drawn < 0.69 && !calm) this.#process.journal.crash();
    else if (drawn < 0.71) await this.#jump();
    else if (drawn < 0.76) await this.#try(() => this.#process.fb.recover());
    else if (drawn < 0.88) await this.#settleDoubts();
    else this.#passTime();
  }

  async #start(): Promise<void> {
    const next = this.#started.find((it) => it.run === undefined);
    if (next === undefined) return;
    // An acknowledgement may have been lost: whoever starts looks first, as a client with a key would.
    const [known] = await this.#world.disk.heads({ workflow: next.workflow.name });
    const handle =
      known === undefined
        ? await this.#try(() => this.#process.fb.start(next.workflow as never, null as never))
        : undefined;
    const run = known?.run ?? handle?.id;
    if (run === undefined) return;
    next.run = run;
    this.#promised.push({ kind: "start", run });
  }

  async #decide(): Promise<void> {
    const items = ((await this.#try(() => this.#process.fb.reviews.list())) ?? []).filter(
      (it) => it.to !== "nobody",
    );
    const item = items[this.#below(items.length)];
    if (item === undefined) return;
    if (this.#random() < 0.2) await this.#decideStale(item);
    const reference = await this.#referenceOf(item.run);
    const said = reference?.answer?.(item) ?? { decision: "approve" as const };
    const people = this.#random() < 0.3 ? ["ann", "ben"] : ["ann"];
    const told = await Promise.all(
      people.map((by) =>
        this.#try(async () => {
          await this.#process.fb.reviews.decide({
            run: item.run,
            asked: item.asked,
            shownHash: item.shownHash,
            by,
            ...said,
          });
          return by;
        }),
      ),
    );
    const winners = told.filter((it) => it !== undefined);
    if (winners.length > 1)
      this.problems.push(`6 two people decided question ${item.asked} of run ${item.run}`);
    for (const by of winners) this.#promised.push({ kind: "decision", run: item.run, asked: item.asked, by });
  }

  async #decideStale(item: ReviewItem): Promise<void> {
    const stale = {
      run: item.run,
      asked: item.asked,
      shownHash: `${item.shownHash} of yesterday`,
      by: "cid",
      decision: item.mode === "form" ? ("reject" as const) : ("approve" as const),
    };
    const taken = await this.#try(async () => {
      await this.#process.fb.reviews.decide(stale);
      return true;
    });
    if (taken) this.problems.push(`6 a decision on something else was taken (question ${item.asked})`);
  }

  async #signal(): Promise<void> {
    const waiting = this.#started.filter((it) => it.run !== undefined && it.reference.signals !== undefined);
    const it = waiting[this.#below(waiting.length)];
    if (it === undefined) return;
    const got = (await this.#world.disk.read(it.run as RunId)).filter(
      (event) => event.kind === "signal.received",
    ).length;
    // Now and then the last one again: under its id it is the same signal.
    const index = this.#random() < 0.3 ? got - 1 : got;
    const signal = it.reference.signals![index];
    if (signal === undefined) return;
    const id = `signal ${index}`;
    const handle = await this.#handle(it.run!);
    const sent = await this.#try(async () => {
      await handle?.signal(signal[0], signal[1], { id });
      return handle !== undefined;
    });
    if (sent) this.#promised.push({ kind: "signal", run: it.run!, id });
  }

  async #cancel(): Promise<void> {
    const open = (await this.#open()).filter((it) => it.parent === undefined);
    const head = open[this.#below(open.length)];
    if (head === undefined) return;
    const handle = await this.#handle(head.run);
    const done = await this.#try(async () => {
      await handle?.cancel({ by: "dan" });
      return handle !== undefined;
    });
    this.#cancelled.add(head.run);
    if (done) this.#promised.push({ kind: "cancel", run: head.run });
  }

  async #settleDoubts(): Promise<void> {
    for (const head of await this.#open()) {
      if (head.status !== "halted") continue;
      const handle = await this.#handle(head.run);
      if (handle !== undefined) await this.#try(() => this.#process.settleDoubt(handle));
    }
  }

  /** Somebody sets the clock, by two hours. What was found due just before is written first: it was due then. */
  async #jump(): Promise<void> {
    for (let turn = 0; turn < 8; turn += 1) await nextTurn();
    const to = (1 - this.#below(3)) * 7_200_000;
    this.#world.clock.jump(to - this.#setBy);
    this.#setBy = to;
  }

  #passTime(): void {
    const next = this.#world.clock.nextMs;
    if (next !== undefined) this.#world.clock.advance(this.#random() < 0.8 ? next : next / 2);
  }

  // ---- Looking --------------------------------------------------------------------

  async #isDone(): Promise<boolean> {
    return this.#started.every((it) => it.run !== undefined) && (await this.#open()).length === 0;
  }

  async #open(): Promise<readonly RunHead[]> {
    return this.#world.disk.heads({ status: ["running", "waiting", "halted"], limit: 10_000 });
  }

  #handle(run: string): Promise<RunHandle | undefined> {
    return this.#try(() => this.#process.fb.run(run));
  }

  async #referenceOf(run: RunId): Promise<Reference | undefined> {
    const head = await this.#world.disk.head(run);
    return this.#started.find((it) => it.run === head?.root || it.workflow.name === head?.workflow)
      ?.reference;
  }

  async #checkOutputs(): Promise<void> {
    for (const { reference, run } of this.#started) {
      if (run === undefined) continue;
      const end = (await this.#world.disk.read(run as RunId)).findLast(
        (it) => it.kind === "run.completed" || it.kind === "run.failed" || it.kind === "run.cancelled",
      );
      if (end?.kind === "run.cancelled" && this.#cancelled.has(run)) continue;
      if (end?.kind !== "run.completed")
        this.problems.push(`${reference.name} ended otherwise: ${JSON.stringify(end?.data)}`);
      else if (sorted(end.data.output) !== sorted(reference.output))
        this.problems.push(`${reference.name} gave ${sorted(end.data.output)}`);
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** What a client may be answered in a world like this. */
const expected: ReadonlySet<string> = new Set([
  "JOURNAL_FULL",
  "JOURNAL_CONFLICT",
  "JOURNAL_CLOSED",
  "REVIEW_DECIDED",
  "REVIEW_NOT_OPEN",
  "REVIEW_STALE",
  "RUN_ENDED",
]);

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, it: unknown) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
}
