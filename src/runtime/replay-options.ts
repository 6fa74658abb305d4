import type { Canonical } from "../base/values.ts";
import type { Batch } from "./run-writer.ts";
import type { Flights } from "./flights.ts";
import type { Past } from "./past.ts";

export interface ReplayOptions {
  readonly seed: string;
  /** Go on by identity alone where the code no longer asks for what is recorded. */
  readonly accept?: boolean;
  /** Replays all events, and halts where the code does not come to what is recorded. Nothing is started. */
  readonly verify?: boolean;
  /** The run that is done again. */
  readonly past?: Past;
  /** Whether a work may hold, in local variables, what was delivered to the run. Asked only once records were undone. */
  readonly captures?: (work: string) => boolean;
  /** Ends where the first work would start. */
  readonly plan?: boolean;
  /** Told of every gate before it is asked for: the runtime knows no check, so what it is told of is not looked at. */
  readonly onGate?: (seen: {
    readonly scope: string;
    readonly gate: unknown;
    readonly judged: unknown;
  }) => void;
  /** Work that was under way when the replay before was left. */
  readonly flights?: Flights;
  /** Timers due within this many ms are waited for in memory. */
  readonly lingerMs: number;
  /** Called with the run's own end, to build the events that say so. */
  readonly conclude: (
    end: { ok: true; value: Canonical; warnings: readonly string[] } | { ok: false; error: unknown },
  ) => Promise<Batch>;
}
