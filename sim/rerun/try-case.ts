// One case: a random program is run, something is edited, the rerun is planned
// and made, whole or cut off by kills, and all of it is held against the
// reference and against the ledger outside. Some cases edit twice.

import type { RunId } from "../../src/base/ids.ts";
import type { AnyEvent } from "../../src/journal/events.ts";
import { MemoryJournal } from "../../src/journal/memory.ts";
import type { RerunPlan } from "../../src/rerun.ts";
import { FakeClock } from "../fake-clock.ts";
import { drawEdit, type RecordedStep } from "./edit.ts";
import { Draw, type Edit, Generator } from "./generate.ts";
import { judgePlan, judgeReruns } from "./judge.ts";
import { Ledger } from "./ledger.ts";
import type { Data, Input, Program } from "./program.ts";
import { type Kept, refer, type Referred } from "./reference.ts";
import { type Outside, RerunProcess } from "./rerun-process.ts";
import { scopeNames } from "../../src/runtime/identity.ts";

/** Kills of one rerun. */
const killLimit = 4;

export interface Tried {
  readonly seed: string;
  readonly problems: readonly string[];
  readonly what: readonly string[];
  readonly program: Program;
  readonly kills: number;
  /** Steps of all reruns of the case, and how many of these were taken over. */
  readonly steps: number;
  readonly reused: number;
  readonly capturing: number;
}

/** Tries one case. @param kills Whether reruns are cut off. */
export async function tryCase(seed: string, kills: boolean): Promise<Tried> {
  return new Case(seed, kills).run();
}

/** A run as it ended, and what the reference says of it. */
interface Ran {
  readonly run: RunId;
  readonly program: Program;
  readonly input: Input;
  readonly referred: Referred;
}

class Case {
  readonly #seed: string;
  readonly #mayKill: boolean;
  readonly #draw: Draw;
  readonly #make: Generator;
  readonly #outside: Outside;
  readonly #problems: string[] = [];
  readonly #what: string[] = [];
  #kills = 0;
  #steps = 0;
  #reused = 0;
  #capturing = 0;

  constructor(seed: string, kills: boolean) {
    this.#seed = seed;
    this.#mayKill = kills;
    this.#draw = new Draw(`rerun ${seed}`);
    this.#make = new Generator(this.#draw);
    const clock = new FakeClock();
    this.#outside = { clock, disk: new MemoryJournal({ now: clock.now }), ledger: new Ledger() };
  }

  async run(): Promise<Tried> {
    const program = this.#make.program();
    let last: Ran | undefined = await this.#first(program, this.#make.input());
    for (let edits = this.#draw.chance(0.25) ? 2 : 1; edits > 0 && last !== undefined; edits -= 1)
      last = await this.#edited(last);
    return {
      seed: this.#seed,
      problems: this.#problems,
      what: this.#what,
      program,
      kills: this.#kills,
      steps: this.#steps,
      reused: this.#reused,
      capturing: this.#capturing,
    };
  }

  async #first(program: Program, input: Input): Promise<Ran | undefined> {
    const process = await RerunProcess.boot(this.#outside, program);
    const run = (await process.start(input)) as RunId;
    await process.ended(run);
    await process.close();
    const none = { redo: [], set: [], what: "the first run" };
    return this.#referTo({ ...none, program, input }, run, undefined, [{ keys: [], after: 0 }]);
  }

  async #edited(before: Ran): Promise<Ran | undefined> {
    const { disk, ledger } = this.#outside;
    const steps = stepsOf(await disk.read(before.run));
    const edit = drawEdit(this.#draw, this.#make, { program: before.program, input: before.input, steps });
    this.#what.push(edit.what);
    ledger.epoch += 1;
    const plan = await this.#plan(before, edit);
    const { run, lives } = await this.#rerun(before, edit);
    if (run === undefined) return undefined;
    const ran = await this.#referTo(edit, run, before, lives);
    if (ran !== undefined) this.#say(judgePlan(plan, before.referred, ran.referred));
    return ran;
  }

  async #plan(before: Ran, edit: Edit): Promise<RerunPlan> {
    const { disk, ledger } = this.#outside;
    const process = await RerunProcess.boot(this.#outside, edit.program);
    const [written, done] = [(await disk.read(before.run)).length, ledger.entries.length];
    const plan = await process.plan((await disk.head(before.run))!, optionsOf(edit));
    await process.close();
    if (
      (await disk.read(before.run)).length !== written ||
      (await disk.heads({})).length !== ledger.epoch - 1
    )
      this.#say(["the plan wrote"]);
    if (ledger.entries.length !== done) this.#say(["the plan did work"]);
    return plan;
  }

  async #rerun(
    before: Ran,
    edit: Edit,
  ): Promise<{ readonly run: RunId | undefined; readonly lives: readonly Life[] }> {
    const { disk, ledger } = this.#outside;
    const lives: Life[] = [];
    let run: RunId | undefined;
    for (let left = this.#mayKill ? killLimit : 0; ; left -= 1) {
      const flakiness =
        left > 0 && this.#draw.chance(0.8)
          ? { crashAt: this.#draw.below(8), crash: this.#draw.of(["before", "after"] as const) }
          : {};
      const process = await RerunProcess.boot(this.#outside, edit.program, {
        seed: `${this.#seed} ${left}`,
        ...flakiness,
      });
      const begun = ledger.entries.length;
      const after = run === undefined ? 0 : (await disk.read(run)).length;
      const head =
        run === undefined
          ? await this.#begin(process, before, edit)
          : (await process.recover()) === "died"
            ? "died"
            : run;
      run = head === "died" ? await this.#landed(before.run) : head;
      const end = run === undefined || head === "died" ? "died" : await process.ended(run);
      if (end !== "died") await process.close();
      const keys = ledger.entries.slice(begun).map((it) => it.key);
      lives.push({ keys, after });
      if (end !== "died") {
        if (end.status !== "completed")
          this.#say([`the rerun is ${end.status}`, ...haltsIn(await disk.read(run!))]);
        return { run: end.status === "completed" ? run : undefined, lives };
      }
      this.#kills += 1;
    }
  }

  #begin(process: RerunProcess, before: Ran, edit: Edit): Promise<RunId | "died"> {
    return this.#outside.disk.head(before.run).then((head) => process.rerun(head!, optionsOf(edit)));
  }

  /** The rerun whose start was not acknowledged. */
  async #landed(old: RunId): Promise<RunId | undefined> {
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    for (const head of await this.#outside.disk.heads({})) {
      const [started] = await this.#outside.disk.read(head.run);
      if (started?.kind === "run.started" && started.data.rerunOf === old) return head.run;
    }
    return undefined;
  }

  /** Holds a run against the reference. */
  async #referTo(
    edit: Edit,
    run: RunId,
    before: Ran | undefined,
    lives: readonly Life[],
  ): Promise<Ran | undefined> {
    const { program, input } = edit;
    const { ledger } = this.#outside;
    const events = await this.#outside.disk.read(run);
    const old: ReadonlyMap<number, Kept> | undefined = before?.referred.kept;
    const referred = await refer({
      ...edit,
      events,
      epoch: ledger.epoch,
      ...(old === undefined ? {} : { old }),
    });
    const rerun = before === undefined ? "" : `${edit.what}: `;
    this.#say(referred.problems.map((it) => rerun + it));
    this.#say(endOf(events, referred).map((it) => rerun + it));
    const [first] = lives;
    const all =
      before === undefined ? [{ keys: ledger.entries.map((it) => it.key), after: first!.after }] : lives;
    this.#say(judgeReruns({ referred, events, lives: all, old: old ?? new Map() }).map((it) => rerun + it));
    if (before !== undefined) {
      this.#steps += referred.asked.length;
      this.#reused += referred.asked.filter((it) => it.reused !== undefined).length;
      this.#capturing += referred.asked.filter((it) => it.class.includes(" after ")).length;
    }
    return this.#problems.length > 0 ? undefined : { run, program, input, referred };
  }

  #say(problems: readonly string[]): void {
    this.#problems.push(...problems);
  }
}

/** What one process did for a rerun: works in the ledger, and where the journal stood when it began. */
export interface Life {
  readonly keys: readonly string[];
  readonly after: number;
}

function haltsIn(events: readonly AnyEvent[]): readonly string[] {
  return events.flatMap((it) =>
    it.kind === "run.halted" || it.kind === "run.failed" ? [it.data.message] : [],
  );
}

function optionsOf(edit: Edit) {
  return {
    input: edit.input,
    redo: edit.redo.map((path) => path.join(" › ")),
    set: Object.fromEntries(edit.set.map((it) => [it.path.join(" › "), it.value])),
  };
}

function stepsOf(events: readonly AnyEvent[]): readonly RecordedStep[] {
  const steps = events.flatMap((it) =>
    it.kind === "step.completed" || it.kind === "step.failed"
      ? [{ path: [...scopeNames(it.data.scope), it.data.name], kind: it.data.kind }]
      : [],
  );
  // A name that stands for a map or a branch as well cannot be given a value.
  const other = new Set(
    steps.filter((it) => it.kind !== "function" && it.kind !== "agent").map((it) => it.path.at(-1)),
  );
  return steps.map((it) => ({ ...it, settable: !other.has(it.path.at(-1)) }));
}

function endOf(events: readonly AnyEvent[], referred: Referred): readonly string[] {
  const end = events.findLast((it) => it.kind === "run.completed");
  if (end === undefined) return ["it did not complete"];
  const [given, wanted] = [end.data.output as Data, referred.output];
  const same = sorted(given) === sorted(wanted);
  return same ? [] : [`it gave ${sorted(given)} and from scratch ${sorted(wanted)}`];
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, it: unknown) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
}
