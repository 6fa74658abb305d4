// Which events a replay needs (J8). An event is left out when a live record
// after it covers it. A record is live while no step.invalidated names it and
// it is not left out itself: what stands for it then stands for its events too.
// After a step.invalidated that cuts (records were undone while the run went
// on) no record from before it stands for others any more.
//
// Events are read from the last to the first and covered stretches are jumped
// over, so the cost follows the number of open events, not the run's length.

import type { RunId } from "../base/ids.ts";
import { corrupt } from "./codec.ts";
import type { AnyEvent, Range } from "./events.ts";

/** The stretches covered by what was read so far, on the way down. */
class Covered {
  /** Sorted by last end; the ones to be met next are at the end. */
  readonly #ranges: Range[] = [];

  add(range: Range): void {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle]![1] < range[1]) low = middle + 1;
      else high = middle;
    }
    this.#ranges.splice(low, 0, range);
  }

  /** The highest sequence at or below `seq` that nothing covers. Later calls may only ask for lower ones. */
  below(seq: number): number {
    let open = seq;
    for (let top = this.#ranges.at(-1); top !== undefined && top[1] >= open; top = this.#ranges.at(-1)) {
      this.#ranges.pop();
      if (top[0] <= open) open = top[0] - 1;
    }
    return open;
  }
}

export interface OpenEventsSource {
  readonly run: RunId;
  /** Last sequence of the run. */
  readonly last: number;
  /** Sequences that a step.invalidated names, wherever it stands in the log. */
  readonly invalidated: ReadonlySet<number>;
  /** Sequence of the last step.invalidated that cuts; 0 for none. */
  readonly cut: number;
  /** Events from `seq` downwards, without gaps. */
  readonly descend: (seq: number) => Iterable<AnyEvent>;
}

/** The open events of a run, in order. @throws EVENT_CORRUPT when one of them is missing. */
export function openEvents({ run, last, invalidated, cut, descend }: OpenEventsSource): readonly AnyEvent[] {
  const covered = new Covered();
  const open: AnyEvent[] = [];
  let seq = last;
  while (seq > 0) {
    const from = seq;
    for (const event of descend(from)) {
      if (event.seq !== seq) break;
      open.push(event);
      if (seq > cut && !invalidated.has(seq)) for (const range of event.covers ?? []) covered.add(range);
      const next = covered.below(seq - 1);
      const jumps = next !== seq - 1;
      seq = next;
      if (jumps || seq === 0) break;
    }
    if (seq === from) throw corrupt(run, seq, "it is missing");
  }
  return open.toReversed();
}
