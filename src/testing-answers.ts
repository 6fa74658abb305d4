// What a test answers in the place of people and of other programs.

import type { Decision, Firebreak, ReviewItem } from "./open.ts";
import { FirebreakError } from "./base/errors.ts";
import type { AnyEvent, JournalEvent } from "./journal/events.ts";
import type { Journal, RunHead } from "./journal/journal.ts";

/**
 * What a test decides about a review. `silence` leaves it open: it may expire, or other things may happen first.
 * A decision that does not fit the question (an edit of a form) is refused as a person's would be.
 */
export type TestDecision =
  | "approve"
  | "reject"
  | "silence"
  | { readonly edit: unknown }
  | { readonly answer: unknown }
  | { readonly reject: string };

/** Decisions in the order in which questions are asked, or a function of the question. */
export type TestReviews =
  | readonly TestDecision[]
  | ((item: ReviewItem) => TestDecision | undefined | Promise<TestDecision | undefined>);

export interface TestSignal {
  readonly name: string;
  readonly payload?: unknown;
}

/** The answers of one test, used up one after the other. */
export class Answers {
  readonly #reviews: TestReviews;
  readonly #signals: TestSignal[];
  readonly #silent = new Set<string>();
  #decided = 0;

  constructor(reviews: TestReviews = [], signals: readonly TestSignal[] = []) {
    this.#reviews = reviews;
    this.#signals = [...signals];
  }

  /** Decides the oldest question that is open. False when there is none. @throws TEST_REVIEW_OPEN */
  async decideOne(fb: Firebreak, heads: readonly RunHead[]): Promise<boolean> {
    const runs = new Set(heads.map((it) => it.run));
    const open = (await fb.reviews.list()).filter((it) => runs.has(it.run) && !this.#silent.has(keyOf(it)));
    const item = open[0];
    if (item === undefined) return false;
    const decision = await this.#next(item);
    if (decision === undefined) {
      throw new FirebreakError("TEST_REVIEW_OPEN", { step: item.step, statements: statements(item) });
    }
    if (decision === "silence") this.#silent.add(keyOf(item));
    else
      await fb.reviews.decide({
        run: item.run,
        asked: item.asked,
        shownHash: item.shownHash,
        by: "test",
        ...decided(decision),
      });
    return true;
  }

  /** Sends the next signal that a run waits for. False when none does. */
  async signalOne(fb: Firebreak, journal: Journal, heads: readonly RunHead[]): Promise<boolean> {
    for (const head of heads) {
      const waits = waitedSignals(await journal.read(head.run));
      const at = this.#signals.findIndex((it) =>
        waits.some((name) => name === it.name || name.startsWith(`${it.name} [`)),
      );
      if (at < 0) continue;
      const [{ name, payload }] = this.#signals.splice(at, 1) as [TestSignal];
      await (await fb.run(head.run)).signal(name, payload ?? null, { by: "test" });
      return true;
    }
    return false;
  }

  async #next(item: ReviewItem): Promise<TestDecision | undefined> {
    const reviews = this.#reviews;
    if (typeof reviews === "function") return reviews(item);
    this.#decided += 1;
    return reviews[this.#decided - 1];
  }
}

function keyOf(item: ReviewItem): string {
  return `${item.run}:${item.asked}`;
}

function decided(it: Exclude<TestDecision, "silence">): Pick<Decision, "decision" | "value" | "because"> {
  if (typeof it === "string") return { decision: it };
  if ("edit" in it) return { decision: "edit", value: it.edit };
  if ("answer" in it) return { decision: "answer", value: it.answer };
  return { decision: "reject", because: it.reject };
}

/** Names of the signals a parked run waits for. */
export function waitedSignals(events: readonly AnyEvent[]): readonly string[] {
  const parked = events.findLast((it): it is JournalEvent<"run.parked"> => it.kind === "run.parked");
  return parked?.data.signals ?? [];
}

/** The seven statements of a question, as a person would read them. */
export function statements(it: ReviewItem): string {
  const problems = it.problems.map((problem) => `\n     - ${problem.message}`).join("");
  return [
    `  1. Asked: ${it.ask}\n     Shown: ${JSON.stringify(it.shown)?.slice(0, 1_000) ?? "nothing"}`,
    `  2. Why: ${it.why}${problems}`,
    `  3. It rests on: ${it.restsOn.join("; ") || "nothing recorded"}`,
    `  4. On yes: ${it.onYes}`,
    `  5. On no: ${it.onNo}`,
    `  6. With no answer: ${it.onSilence}`,
    `  7. A send-back: ${it.onSendBack}`,
  ].join("\n");
}
