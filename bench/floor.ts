// The floor: the least a durable engine must do, written by hand. A bare SQLite
// journal (WAL, synchronous=FULL): one row when a run starts, one a step, one
// update when it is done. No scopes, no hashes, no lineage, no checks.
//
// `each` commits every row by itself; `group` commits what one turn of the event
// loop handed in as one transaction. A promise resolves after the sync.

import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Steps of a run stand at `run * stepsPerRun + index`: one integer key, one b-tree. */
const stepsPerRun = 2 ** 20;

export class FloorJournal {
  readonly #database: DatabaseSync;
  readonly #start: StatementSync;
  readonly #step: StatementSync;
  readonly #end: StatementSync;
  readonly #park: StatementSync;
  readonly #group: boolean;
  #queue: (() => void)[] = [];
  #waiting: (() => void)[] = [];

  constructor(folder: string, mode: "each" | "group") {
    this.#group = mode === "group";
    this.#database = new DatabaseSync(join(folder, "floor.db"));
    this.#database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, status TEXT, input TEXT);
      CREATE TABLE IF NOT EXISTS step (id INTEGER PRIMARY KEY, result TEXT);`);
    this.#start = this.#database.prepare("INSERT INTO run VALUES (?, 'running', ?)");
    this.#step = this.#database.prepare("INSERT INTO step VALUES (?, ?)");
    this.#end = this.#database.prepare("UPDATE run SET status = 'done' WHERE id = ?");
    this.#park = this.#database.prepare("UPDATE run SET status = 'parked' WHERE id = ?");
  }

  start(run: number, input: unknown): Promise<void> {
    const text = JSON.stringify(input);
    return this.#commit(() => this.#start.run(run, text));
  }

  async step<Result>(run: number, index: number, result: Result): Promise<Result> {
    const text = JSON.stringify(result);
    await this.#commit(() => this.#step.run(run * stepsPerRun + index, text));
    return result;
  }

  park(run: number): Promise<void> {
    return this.#commit(() => this.#park.run(run));
  }

  end(run: number): Promise<void> {
    return this.#commit(() => this.#end.run(run));
  }

  /** Results of a run in order. */
  steps(run: number): unknown[] {
    const range = this.#database.prepare("SELECT result FROM step WHERE id >= ? AND id < ? ORDER BY id");
    const rows = range.all(run * stepsPerRun, (run + 1) * stepsPerRun);
    return rows.map((it) => JSON.parse(String(it["result"])));
  }

  close(): void {
    this.#database.close();
  }

  #commit(write: () => unknown): Promise<void> {
    if (!this.#group) {
      write();
      return Promise.resolve();
    }
    if (this.#queue.length === 0) setImmediate(() => this.#flush());
    this.#queue.push(write);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #flush(): void {
    const [queue, waiting] = [this.#queue, this.#waiting];
    this.#queue = [];
    this.#waiting = [];
    this.#database.exec("BEGIN");
    for (const write of queue) write();
    this.#database.exec("COMMIT");
    for (const resolve of waiting) resolve();
  }
}

/** One run of `count` steps, one after the other. */
export async function floorRun(
  journal: FloorJournal,
  run: number,
  count: number,
  body: StepBody,
): Promise<void> {
  await journal.start(run, { run });
  for (let at = 0; at < count; at += 1) await journal.step(run, at, body(at));
  await journal.end(run);
}

export type StepBody = (at: number) => unknown;

/** What a step of the workloads returns: about 200 bytes of JSON. */
export function stepResult(at: number): { at: number; text: string; rows: number[] } {
  return { at, text: `Result of step ${at}: ${"abcdefghij".repeat(14)}`, rows: [at, at + 1, at + 2] };
}

/** What a parked run shows: 100 bytes. */
export const shown: { text: string } = { text: "Please approve this order. ".repeat(4).slice(0, 89) };

/** Moves what SQLite still holds in its log into the files, so that their sizes say what is kept. */
export function checkpoint(folder: string): void {
  for (const file of globSync("**/*.{db,sqlite}", { cwd: folder })) {
    const database = new DatabaseSync(join(folder, file));
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
  }
}
