// Who waits for runs. Listening begins before looking, so that nothing is
// missed in between; who is woken looks again.

import type { RunId } from "../../base/ids.ts";
import type { AnyEvent } from "../../journal/events.ts";

type Ender = (event: AnyEvent | undefined) => void;

export class RunWaiters {
  readonly #waiters = new Map<RunId, Set<() => void>>();
  /** Those who wait for a run whose children move. */
  readonly #settling = new Set<() => void>();
  readonly #enders = new Map<RunId, Set<Ender>>();

  /**
   * Looks now and whenever something happened, until there is something to see.
   * @param children Whether what happens to other runs matters too.
   */
  async until<T>(run: RunId, look: () => Promise<T | undefined>, children = false): Promise<T> {
    for (;;) {
      const waiter = this.#listen(run, children);
      try {
        const seen = await look();
        if (seen !== undefined) return seen;
        await waiter.woken;
      } finally {
        waiter.stop();
      }
    }
  }

  #listen(run: RunId, children: boolean): { readonly woken: Promise<void>; readonly stop: () => void } {
    const all = this.#waiters.get(run) ?? new Set();
    this.#waiters.set(run, all);
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const stop = (): void => {
      this.#settling.delete(stop);
      all.delete(stop);
      if (all.size === 0 && this.#waiters.get(run) === all) this.#waiters.delete(run);
      wake();
    };
    all.add(stop);
    if (children) this.#settling.add(stop);
    return { woken, stop };
  }

  /** The event that ends a run; undefined when it is not driven here any more. */
  ending(run: RunId): Promise<AnyEvent | undefined> {
    return new Promise((resolve) => {
      const all = this.#enders.get(run) ?? new Set();
      this.#enders.set(run, all.add(resolve));
    });
  }

  /** Something happened to a run. */
  wake(run: RunId): void {
    for (const wake of [...this.#settling]) wake();
    for (const wake of this.#waiters.get(run) ?? []) wake();
  }

  /** Tells who waits for the run's end. Without an event: look for yourselves. */
  tellEnd(run: RunId, event: AnyEvent | undefined): void {
    const all = this.#enders.get(run);
    if (all === undefined) return;
    this.#enders.delete(run);
    for (const resolve of all) resolve(event);
  }

  wakeAll(): void {
    for (const wake of [...this.#settling]) wake();
    for (const waiters of [...this.#waiters.values()]) for (const wake of waiters) wake();
  }

  /** Nothing is driven here any more. */
  close(): void {
    this.wakeAll();
    for (const run of [...this.#enders.keys()]) this.tellEnd(run, undefined);
  }
}
