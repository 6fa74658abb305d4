// Checks that run beside what follows. While one of them is open, nothing that
// cannot be undone starts (E5): effects, questions to people and child runs wait
// where they may have read what is being checked. The run ends after the last of them.

import type { Issue } from "./issue.ts";

export class Beside {
  /** Sequences of the records that are being checked. */
  readonly #open = new Map<object, number>();
  #held: Issue[] = [];

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** A check of the record `seq` began. Returns what ends it. */
  begin(seq: number): () => void {
    const token = {};
    this.#open.set(token, seq);
    return () => void this.#open.delete(token);
  }

  /** Keeps a step from starting while it may rest on what is being checked. */
  hold(issue: Issue): boolean {
    if (issue.work.irreversible !== true || !this.#holds(issue)) return false;
    this.#held.push(issue);
    return true;
  }

  /** Steps that nothing holds any more. */
  release(): readonly Issue[] {
    const free = this.#held.filter((it) => !this.#holds(it));
    if (free.length > 0) this.#held = this.#held.filter((it) => this.#holds(it));
    return free.filter((it) => it.state === "queued");
  }

  #holds(issue: Issue): boolean {
    for (const seq of this.#open.values()) if (seq <= issue.may) return true;
    return false;
  }
}
