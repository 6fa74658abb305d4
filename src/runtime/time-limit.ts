import type { Clock } from "../base/clock.ts";

/** Work took longer than it may. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";

  constructor(ms: number) {
    super(`timed out after ${ms} ms`);
  }
}

/** What a limited work is given: a signal, made when it is first looked at. */
export interface Limited {
  readonly abort: AbortSignal;
}

/**
 * Runs work for at most `ms`. When they are over the result is rejected and the signal aborted; what the work still does
 * is not heard any more.
 *
 * @param onCancel Takes a function that puts the timer away when nobody wants the result any more.
 * @param parent Signal that aborts the work for another reason; looked at only when the work looks at its own.
 */
export function limited(
  clock: Clock,
  ms: number,
  parent: () => AbortSignal,
  run: (it: Limited) => unknown,
  onCancel?: (stop: () => void) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let own: AbortController | undefined;
    let signal: AbortSignal | undefined;
    let over = false;
    const cancel = clock.after(ms, () => {
      over = true;
      own?.abort();
      reject(new TimedOut(ms));
    });
    onCancel?.(cancel);
    const it: Limited = {
      get abort() {
        if (signal === undefined) {
          own = new AbortController();
          if (over) own.abort();
          signal = AbortSignal.any([parent(), own.signal]);
        }
        return signal;
      },
    };
    Promise.try(run, it).then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
