// One process that runs a program, and plans and makes reruns of it, over a
// journal that may die under it. How works compare is told by their versions, so
// that a work can be said to capture what it closes over.

import { EmbeddedEngine } from "../../src/engine/embedded/embedded.ts";
import type { RunId } from "../../src/base/ids.ts";
import type { RunHead } from "../../src/journal/journal.ts";
import { agentEnvOf } from "../../src/open.ts";
import {
  type CodeOf,
  planRerun,
  readPast,
  type RerunOptions,
  type RerunPlan,
  rerunSpec,
} from "../../src/rerun.ts";
import { makeProgram } from "../../src/workflow/program.ts";
import type { MemoryJournal } from "../../src/journal/memory.ts";
import type { FakeClock } from "../fake-clock.ts";
import { type Flakiness, FlakyJournal } from "../flaky-journal.ts";
import { nextTurn } from "../world.ts";
import { workflowName, workflowOf } from "./engine-steps.ts";
import type { Ledger } from "./ledger.ts";
import type { Input, Program } from "./program.ts";

/** What outlives a process. */
export interface Outside {
  readonly disk: MemoryJournal;
  readonly clock: FakeClock;
  readonly ledger: Ledger;
}

/** Works are their versions; those that capture say so in it. */
export const byVersion: CodeOf = async () => (old, work) => {
  if (old.work !== work) return "changed";
  return work.startsWith("v:captures ") ? "captures" : "same";
};

export class RerunProcess {
  readonly journal: FlakyJournal;
  readonly #engine: EmbeddedEngine;
  readonly #outside: Outside;
  readonly #program: ReturnType<typeof makeProgram>;
  readonly #definition: ReturnType<typeof workflowOf>;
  readonly #died: Promise<"died">;

  private constructor(outside: Outside, program: Program, flakiness: Flakiness) {
    const { disk, clock, ledger } = outside;
    let tell: (it: "died") => void = () => undefined;
    this.#died = new Promise((resolve) => (tell = resolve));
    this.journal = new FlakyJournal(disk, {
      ...flakiness,
      onCrash: () => {
        ledger.kill();
        void this.#engine.close();
        tell("died");
      },
    });
    this.#outside = outside;
    this.#definition = workflowOf(program, ledger);
    this.#program = makeProgram(this.#definition, agentEnvOf({}, {}, {}));
    this.#engine = new EmbeddedEngine({
      journal: this.journal,
      clock,
      find: async (name) => (name === workflowName ? this.#program : undefined),
      pastFor: (started, run) => readPast(this.journal, started, byVersion, run),
      lingerMs: 0,
    });
  }

  static async boot(
    outside: Outside,
    program: Program,
    flakiness: Flakiness = { seed: "none" },
  ): Promise<RerunProcess> {
    // What a dead process had handed to the disk lands before the next one starts.
    for (let turn = 0; turn < 4; turn += 1) await nextTurn();
    outside.ledger.boot();
    return new RerunProcess(outside, program, flakiness);
  }

  start(input: Input): Promise<RunId | "died"> {
    return this.#alive(this.#engine.start({ program: this.#program, input: input as never }));
  }

  async rerun(of: RunHead, options: RerunOptions): Promise<RunId | "died"> {
    return this.#alive(rerunSpec(this.#asked(of, options)).then((spec) => this.#engine.start(spec)));
  }

  plan(of: RunHead, options: RerunOptions): Promise<RerunPlan> {
    return planRerun(this.#asked(of, options), byVersion, async () => undefined);
  }

  /** Takes up what a dead process left. */
  recover(): Promise<number | "died"> {
    return this.#alive(this.#engine.recover());
  }

  ended(run: RunId): Promise<RunHead | "died"> {
    return this.#alive(this.#engine.settled(run));
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  #asked(head: RunHead, options: RerunOptions) {
    return {
      journal: this.journal,
      head,
      definition: this.#definition,
      program: this.#program,
      options,
      nowMs: this.#outside.clock.now(),
    };
  }

  async #alive<T>(work: Promise<T>): Promise<T | "died"> {
    const guarded = work.catch((error: unknown) => {
      if (this.journal.isDead) return "died" as const;
      throw error;
    });
    return Promise.race([guarded, this.#died]);
  }
}
