// A scope names steps and counts equal ones. The run's function has the scope
// "", every composite step opens one of its own.

import { seededRandom } from "../base/random.ts";
import { hashOf } from "../base/values.ts";
import { FirebreakError } from "../base/errors.ts";
import type { StepIdentity, StepKind } from "../journal/events.ts";
import { checkName, equalKey } from "./identity.ts";
import type { Issue } from "./issue.ts";
import type { Replay } from "./replay.ts";

/** Steps one scope may open in all. */
export const stepsPerScope = 200_000;

export class Scope {
  readonly path: string;
  readonly replay: Replay;
  /** "open" takes steps; "ended" refuses them; "dropped" answers nothing, ever (a branch that lost, a replay that was left). */
  state: "open" | "ended" | "dropped" = "open";
  readonly open = new Set<Issue>();
  /** Commits of this scope that are not yet durable. */
  committing = 0;
  readonly #issued = new Map<string, number>();
  #random: (() => number) | undefined;
  #total = 0;
  #logs = 0;

  constructor(replay: Replay, path: string) {
    this.replay = replay;
    this.path = path;
  }

  /** Identity of the next issue of this name and input. @throws STEP_NAME, LIMIT_REACHED */
  identify(kind: StepKind, given: string, inputHash: string): StepIdentity {
    const name = checkName(given);
    this.#total += 1;
    if (this.#total > stepsPerScope)
      throw new FirebreakError("LIMIT_REACHED", { what: "steps in one scope", limit: stepsPerScope });
    const equal = equalKey(this.path, kind, name, inputHash);
    const n = this.#issued.get(equal) ?? 0;
    this.#issued.set(equal, n + 1);
    return n === 0
      ? { scope: this.path, name, kind, in: inputHash }
      : { scope: this.path, name, kind, in: inputHash, n };
  }

  /** A number in [0, 1): the same at the same place of every replay. */
  random(): number {
    this.#random ??= seededRandom(hashOf([this.replay.seed, this.path]));
    return this.#random();
  }

  /** Number of this log line in its scope, from 1. */
  nextLog(): number {
    this.#logs += 1;
    return this.#logs;
  }
}
