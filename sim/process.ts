// One process of the simulated world: an engine over a journal that may fail,
// and the people and clocks around it, which do what is theirs to do until the
// run has ended or the process is dead.

import type { AnyWorkflow, Firebreak, ReviewItem, RunHandle, RunHead } from "../src/index.ts";
import { open } from "../src/index.ts";
import { FirebreakError } from "../src/base/errors.ts";
import type { RunId } from "../src/base/ids.ts";
import { CrashError, type Flakiness, FlakyJournal } from "./flaky-journal.ts";
import { nextTurn, type World } from "./world.ts";

/** Rounds of answering before a run counts as stuck. */
const roundLimit = 400;

export interface Answers {
  answer?(item: ReviewItem): {
    readonly decision: "approve" | "edit" | "reject" | "answer" | "send-back";
    readonly value?: unknown;
    readonly because?: string;
  };
  readonly signals?: readonly (readonly [name: string, payload: unknown])[];
}

export class SimProcess {
  readonly journal: FlakyJournal;
  readonly fb: Firebreak;
  readonly #world: World;
  readonly died: Promise<"died">;

  private constructor(world: World, fb: Firebreak, journal: FlakyJournal, died: Promise<"died">) {
    this.#world = world;
    this.fb = fb;
    this.journal = journal;
    this.died = died;
  }

  static async boot(
    world: World,
    workflows: readonly AnyWorkflow[],
    flakiness: Flakiness = { seed: "none" },
  ): Promise<SimProcess> {
    // What a dead process had handed to the disk lands before the next one starts.
    for (let turn = 0; turn < 4; turn += 1) await nextTurn();
    world.boot();
    let tell: (it: "died") => void = () => undefined;
    const died = new Promise<"died">((resolve) => (tell = resolve));
    const opened: { fb?: Firebreak } = {};
    const journal = new FlakyJournal(world.disk, {
      ...flakiness,
      onCrash: () => {
        world.kill();
        void opened.fb?.close();
        tell("died");
      },
    });
    const fb = await open({ journal, workflows, clock: world.clock, env: {}, lingerMs: 0 });
    opened.fb = fb;
    return new SimProcess(world, fb, journal, died);
  }

  /** Resolves like `work`, or "died". Errors of a dead process are its own. */
  async alive<T>(work: Promise<T>): Promise<T | "died"> {
    const guarded = work.catch((error: unknown) => {
      if (this.journal.isDead || error instanceof CrashError) return "died" as const;
      throw error;
    });
    return Promise.race([guarded, this.died]);
  }

  /** Does what people and time do, until the run has ended. Returns its last state, or "died". */
  async untilEnded(run: RunHandle, answers: Answers): Promise<RunHead | "died"> {
    for (let round = 0; round < roundLimit; round += 1) {
      const head = await this.alive(this.#settled(run));
      if (head === "died" || isOver(head)) return head;
      const acted = await this.alive(
        head.status === "halted" ? this.settleDoubt(run) : this.#act(run, head, answers),
      );
      if (acted === "died") return acted;
    }
    throw new Error(`run ${run.id} did not end in ${roundLimit} rounds`);
  }

  async #settled(run: RunHandle): Promise<RunHead> {
    const head = await run.settled();
    if (head.status !== "waiting") return head;
    // Children may still be at work, and notes under way.
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
    return run.head();
  }

  async #act(run: RunHandle, head: RunHead, answers: Answers): Promise<void> {
    if (head.ready) return;
    const items = (await this.fb.reviews.list()).filter((it) => it.to !== "nobody");
    const [item] = items;
    if (item !== undefined) {
      const said = answers.answer?.(item) ?? { decision: "approve" as const };
      await this.#decide({
        run: item.run,
        asked: item.asked,
        shownHash: item.shownHash,
        by: "a person",
        ...said,
      });
      return;
    }
    if (await this.#signal(run, answers)) return;
    const next = this.#world.clock.nextMs;
    if (next === undefined) throw new Error(`run ${run.id} waits for nothing`);
    this.#world.clock.advance(next);
    await nextTurn();
  }

  async #decide(decision: Parameters<Firebreak["reviews"]["decide"]>[0]): Promise<void> {
    try {
      await this.fb.reviews.decide(decision);
    } catch (error) {
      // A lost acknowledgement: the decision stands already.
      if (!FirebreakError.is(error, "REVIEW_DECIDED") && !FirebreakError.is(error, "REVIEW_NOT_OPEN"))
        throw error;
    }
  }

  /** Sends the next signal of the script, under an id, so that a repeat is one signal. */
  async #signal(run: RunHandle, answers: Answers): Promise<boolean> {
    const got = (await this.#world.disk.read(run.id as RunId)).filter(
      (it) => it.kind === "signal.received",
    ).length;
    const next = answers.signals?.[got];
    if (next === undefined) return false;
    await run.signal(next[0], next[1], { id: `signal ${got}` });
    return true;
  }

  /** A person looks at the receiver and says what is there. */
  async settleDoubt(run: RunHandle): Promise<void> {
    const events = await this.#world.disk.read(run.id as RunId);
    const halted = events.findLast((it) => it.kind === "run.halted");
    if (halted?.data.code !== "EFFECT_IN_DOUBT")
      throw new Error(`run ${run.id} is halted: ${halted?.data.message ?? "?"}`);
    const { seq } = halted.data.details as { readonly seq: number };
    const intent = events.find((it) => it.seq === seq);
    if (intent?.kind !== "effect.intended") throw new Error("the doubt names no intent");
    const { tool, key } = intent.data;
    const sent = this.#world.arrived(tool, key);
    await this.fb.settle(run.id, seq, {
      sent,
      by: "a person",
      ...(sent ? { receipt: { receipt: `${tool}:${key}` } } : {}),
    });
  }
}

function isOver(head: RunHead): boolean {
  return head.status === "completed" || head.status === "failed" || head.status === "cancelled";
}
