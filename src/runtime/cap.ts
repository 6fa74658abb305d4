// The cap of a run: money and calls, reserved before each paid call and settled
// by the record of its answer. At the cap the run waits for a person; work
// that was waiting starts again once the cap was raised.

import { StepEnd } from "./step-error.ts";
import type { Issue } from "./issue.ts";
import type { Replay } from "./replay.ts";

export interface CapLimits {
  readonly usd: number;
  readonly calls: number;
}

/** What a run may spend when nothing else is said. */
export const defaultCap: CapLimits = { usd: 1, calls: 200 };

export class Cap {
  readonly #replay: Replay;
  readonly #initial: CapLimits;
  readonly #reserved = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #asking = false;

  constructor(replay: Replay, initial: CapLimits = defaultCap) {
    this.#replay = replay;
    this.#initial = initial;
  }

  get limits(): CapLimits {
    return this.#replay.records.cap ?? this.#initial;
  }

  /**
   * Reserves the worst case of one call for a step. Waits, out of memory if need be, when it would pass the cap.
   * @throws a StepEnd of outcome `budget` when a person said no.
   */
  async reserve(issue: Issue, usd: number): Promise<void> {
    while (!this.#fits(usd)) {
      if (this.#replay.records.capRefused)
        throw new StepEnd("budget", `the cap was not raised: ${this.#spentText(usd)}`);
      await this.#wait(issue, usd);
    }
    this.#reserved.set(issue.key, usd);
  }

  /** The call has ended: its record, or nothing, stands for it now. */
  release(issue: Issue): void {
    this.#reserved.delete(issue.key);
  }

  /** The cap or the answer about it changed. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  #fits(usd: number): boolean {
    const { spent } = this.#replay.records;
    let reservedUsd = 0;
    for (const it of this.#reserved.values()) reservedUsd += it;
    const { usd: capUsd, calls } = this.limits;
    return spent.usd + reservedUsd + usd <= capUsd && spent.calls + this.#reserved.size + 1 <= calls;
  }

  async #wait(issue: Issue, usd: number): Promise<void> {
    await this.#ask(usd);
    issue.state = "waiting";
    this.#replay.nudge();
    await new Promise<void>((resolve) => {
      const look = (): void => {
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
    issue.state = "running";
  }

  async #ask(usd: number): Promise<void> {
    const replay = this.#replay;
    if (this.#asking || replay.records.capAsked !== undefined) return;
    this.#asking = true;
    const { limits } = this;
    const raised = { usd: limits.usd + this.#initial.usd, calls: limits.calls + this.#initial.calls };
    const data = {
      scope: "",
      name: "cap",
      kind: "review",
      in: JSON.stringify(limits),
      ask: `${this.#spentText(usd)} Raise the cap to ${raised.usd.toFixed(2)} USD and ${raised.calls} calls?`,
      mode: "cap",
      shown: { ...raised },
      hash: JSON.stringify(limits),
      why: "The run would pass its cap with the next call.",
      onYes: "The cap is raised and the run goes on.",
      onNo: "The step that needs the call ends with the outcome budget.",
      may: replay.delivered,
    } as const;
    await replay.writer.commit(replay.root, [{ kind: "review.asked", data }]);
    this.#asking = false;
  }

  #spentText(usd: number): string {
    const { spent } = this.#replay.records;
    const { usd: capUsd, calls } = this.limits;
    return `${spent.usd.toFixed(4)} of ${capUsd.toFixed(2)} USD and ${spent.calls} of ${calls} calls are spent; the next call may cost ${usd.toFixed(4)} USD.`;
  }
}
