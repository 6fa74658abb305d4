// The embedded engine under its suite: processes that share a journal in
// memory, or a file of which each holds its own connection.

import { MemoryJournal } from "../../src/index.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { EmbeddedEngine, type EmbeddedOptions } from "../../src/engine/embedded/embedded.ts";
import { FakeClock } from "../../sim/fake-clock.ts";
import { FlakyJournal } from "../../sim/flaky-journal.ts";
import type { EngineHarness, EngineProcess } from "../spec/engine.spec.ts";

export type MakeEngine = (options: EmbeddedOptions) => EmbeddedEngine;

export interface HarnessOptions {
  /** A file that processes open each for themselves; absent: one journal in memory. */
  readonly path?: string;
  readonly make?: MakeEngine;
  /** Stands between an engine and its journal. */
  readonly wrap?: (journal: Journal) => Journal;
}

export async function embeddedHarness({
  path,
  make = (it) => new EmbeddedEngine(it),
  wrap = (it) => it,
}: HarnessOptions = {}): Promise<EngineHarness> {
  const clock = new FakeClock();
  const openJournal = (): Journal =>
    path === undefined ? new MemoryJournal({ now: clock.now }) : openSqliteJournal(path, { now: clock.now });
  const journal = openJournal();
  const alive = new Set<string>();
  const engines: EmbeddedEngine[] = [];
  const journals: Journal[] = [journal];
  let owners = 0;
  return {
    journal,
    async boot(programs): Promise<EngineProcess> {
      const own = path === undefined ? journal : openJournal();
      if (own !== journal) journals.push(own);
      const owner = `process ${(owners += 1)}`;
      alive.add(owner);
      const flaky = new FlakyJournal(own, { seed: owner });
      const engine = make({
        journal: wrap(flaky),
        clock,
        find: async (name) => programs.find((it) => it.name === name),
        liveness: { owner, isAlive: (it) => alive.has(it), close: () => alive.delete(owner) },
        lingerMs: 0,
        pollMs: 5,
      });
      engines.push(engine);
      if (path !== undefined) engine.startPolling();
      return {
        engine,
        recover: () => engine.recover(),
        force: (run) => engine.force(run),
        async kill() {
          flaky.crash();
          alive.delete(owner);
          await engine.close();
        },
      };
    },
    advance: (ms) => clock.advance(ms),
    async close() {
      for (const engine of engines) await engine.close();
      for (const it of journals) await it.close();
    },
  };
}
