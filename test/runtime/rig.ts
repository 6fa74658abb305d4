// A process, a journal in memory and a clock that stands still, for tests that
// look at one behaviour. Gates hold a piece of work until the test lets it go.

import type { RunId } from "../../src/base/ids.ts";
import { MemoryJournal, open, workflow } from "../../src/index.ts";
import type {
  AnyEvent,
  AnyWorkflow,
  Context,
  Firebreak,
  Journal,
  OpenOptions,
  RunHandle,
} from "../../src/index.ts";
import type { EventKind } from "../../src/index.ts";
import type { JournalEvent } from "../../src/journal/events.ts";
import { FakeClock } from "../../sim/fake-clock.ts";
import { nextTurn } from "../../sim/world.ts";

export { nextTurn };

export interface Rig {
  readonly clock: FakeClock;
  readonly disk: Journal;
  readonly fb: Firebreak;
  /** A second process on the same journal. */
  reopen(options?: OpenOptions): Promise<Firebreak>;
  /** Starts a workflow of this function under this name. */
  start(
    name: string,
    run: (ctx: Context, input: never) => Promise<unknown>,
    input?: unknown,
  ): Promise<RunHandle>;
  events(run: RunHandle | string): Promise<readonly AnyEvent[]>;
  of<Kind extends EventKind>(run: RunHandle | string, kind: Kind): Promise<readonly JournalEvent<Kind>[]>;
  /** "kind name" of each event of a run, claims and the start left out. */
  story(run: RunHandle | string): Promise<readonly string[]>;
}

export async function rig(options: OpenOptions = {}): Promise<Rig> {
  const clock = new FakeClock();
  const disk = (options.journal as Journal | undefined) ?? new MemoryJournal({ now: clock.now });
  const own = { journal: disk, clock, env: {}, lingerMs: 0, ...options };
  const fb = await open(own);
  const events = (run: RunHandle | string): Promise<readonly AnyEvent[]> =>
    disk.read((typeof run === "string" ? run : run.id) as RunId);
  return {
    clock,
    disk,
    fb,
    reopen: (more = {}) => open({ ...own, ...more }),
    start: (name, run, input = null) =>
      fb.start(workflow({ name, run: run as never }) as never, input as never),
    events,
    of: async (run, kind) =>
      (await events(run)).filter((it) => it.kind === kind) as unknown as JournalEvent<typeof kind>[],
    story: async (run) =>
      (await events(run)).filter((it) => it.kind !== "run.started" && it.kind !== "run.claimed").map(line),
  };
}

function line(event: AnyEvent): string {
  return "name" in event.data ? `${event.kind} ${event.data.name}` : event.kind;
}

/** Workflow of a function, for a process that is to find it again. */
export function named(name: string, run: (ctx: Context, input: never) => Promise<unknown>): AnyWorkflow {
  return workflow({ name, run: run as never }) as never;
}

/** Holds whoever passes until it is opened. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
  /** How many came so far. */
  readonly arrived: number;
  pass(): Promise<void>;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  const it = { passed, open, arrived: 0, pass: () => passed };
  it.pass = () => {
    it.arrived += 1;
    return passed;
  };
  return it;
}

/** Lets what is under way come to rest. */
export async function quiet(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
}

/** Waits until something holds. @throws after 2,000 turns of the event loop. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    if (await holds()) return;
    await nextTurn();
  }
  throw new Error("it never came to hold");
}
