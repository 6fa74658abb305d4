// One process that drives runs until it is killed. What is to be done next is
// read from the journal, never from memory, so any process can go on where
// another one died.

import { appendFileSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";
import type { FromDriver, Go, ToDriver } from "./deed.ts";

const cache = process.env["FIRE_CACHE"];
if (cache !== undefined) enableCompileCache(cache);
const { Holder, pause } = await import("./deed.ts");
const { answer, isAlive, settle, unlessLost } = await import("./person.ts");
const { scenario, workflows } = await import("./scenarios.ts");
const { makeTools } = await import("./tools.ts");
const { open } = await import("../../src/open.ts");
// What is loaded when used is loaded before the clock of a life begins.
await import("../../src/journal/sqlite.ts");
type Firebreak = Awaited<ReturnType<typeof open>>;
type Scenario = ReturnType<typeof scenario>;
type RunHead = Awaited<ReturnType<Firebreak["list"]>>[number];

// Who is killed keeps nothing: the first to have loaded everything keeps it for the others.
const kept = join(cache ?? ".", "kept");
if (cache !== undefined && !existsSync(kept)) {
  flushCompileCache();
  appendFileSync(kept, "");
}

/** Time between two looks at a run, ms. */
const lookMs = 6;

// A harness that is gone is told nothing: its end ends this process.
const tell = (it: FromDriver): void => void process.send?.(it, undefined, undefined, () => undefined);
const holder = new Holder((held) => tell({ held }));

process.on("disconnect", () => process.exit());
process.on("message", (said: ToDriver) => {
  if ("release" in said) holder.set(undefined);
  else void drive(said.go);
});
tell({ ready: true });

async function drive(go: Go): Promise<void> {
  const list = join(go.folder, "scenarios.txt");
  const state = readState(list);
  holder.set(go.hold ?? undefined);
  const tools = makeTools(go, holder);
  const known = workflows(tools);
  const fb = await open({
    journal: join(go.folder, "journal.db"),
    workflows: Object.values(known),
    env: {},
    lingerMs: 200,
    // What a killed process has written stands; syncs are for power cuts.
    synchronous: "normal",
  });
  await fb.recover();
  const actor = new Actor(fb, go, known);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const number = next;
      next += 1;
      if (state.done.has(number)) continue;
      if (!state.begun.has(number)) {
        if (go.drain) return;
        appendFileSync(list, `begun ${number}\n`);
      }
      await actor.play(scenario(number, go.seed));
      appendFileSync(list, `done ${number}\n`);
    }
  };
  try {
    await Promise.all(Array.from({ length: go.together }, worker));
    await fb.close();
    tell({ done: true });
    setTimeout(() => process.exit(0), 1_000).unref();
    process.disconnect();
  } catch (error) {
    appendFileSync(join(go.folder, "problems.txt"), `${String((error as Error).stack)}\n\n`);
    process.exit(3);
  }
}

function readState(list: string): { readonly done: Set<number>; readonly begun: Set<number> } {
  const lines = existsSync(list) ? readFileSync(list, "utf8").trim().split("\n") : [];
  const numbers = (word: string): Set<number> =>
    new Set(lines.filter((it) => it.startsWith(`${word} `)).map((it) => Number(it.slice(word.length + 1))));
  return { done: numbers("done"), begun: numbers("begun") };
}

class Actor {
  readonly #fb: Firebreak;
  readonly #go: Go;
  readonly #workflows: ReturnType<typeof workflows>;
  readonly #forced = new Set<string>();

  constructor(fb: Firebreak, go: Go, known: ReturnType<typeof workflows>) {
    this.#fb = fb;
    this.#go = go;
    this.#workflows = known;
  }

  async play(it: Scenario): Promise<void> {
    for (const stage of it.stages.keys()) {
      const head = await this.#begun(it, stage);
      const cancelAt = it.cancelAfterMs === undefined ? undefined : Date.now() + it.cancelAfterMs;
      while (!(await this.#isOver(head, cancelAt))) await pause(lookMs);
    }
  }

  async #begun(it: Scenario, stage: number): Promise<RunHead> {
    for (;;) {
      // Looked at only once nobody else may start it.
      const mayStart = this.#mayStart(`${it.number}-${stage}`);
      const key = `${it.kind} ${it.number}`;
      const first = (await this.#fb.list({ workflow: it.workflow, key })).at(-1);
      const family = first === undefined ? [] : await this.#fb.list({ root: first.root });
      const own = family.filter((head) => head.parent === undefined).toReversed();
      if (own[stage] !== undefined) return own[stage];
      const input = it.stages[stage]!;
      if (!mayStart) await pause(lookMs);
      else if (stage > 0) await unlessLost(this.#fb.rerun(own[stage - 1]!.run, { input }));
      else await unlessLost(this.#fb.start(this.#workflows[it.workflow] as never, input as never, { key }));
    }
  }

  /**
   * One process starts a stage, or whoever comes after its death: a key is free again once its run has ended, so one that
   * was stopped between looking and starting would start it anew.
   */
  #mayStart(name: string): boolean {
    const path = join(this.#go.folder, `start-${name}`);
    const own = `${path}.${process.pid}`;
    writeFileSync(own, String(process.pid));
    try {
      linkSync(own, path);
      return true;
    } catch {
      const starter = existsSync(path) ? readFileSync(path, "utf8") : "";
      if (starter === String(process.pid)) return true;
      if (starter !== "" && !isAlive(starter)) rmSync(path, { force: true });
      return false;
    } finally {
      rmSync(own, { force: true });
    }
  }

  /** Does what there is to do about a run and those of its root. */
  async #isOver({ run, root }: RunHead, cancelAt: number | undefined): Promise<boolean> {
    const family = await this.#fb.list({ root });
    const head = family.find((it) => it.run === run)!;
    if (head.status === "completed" || head.status === "cancelled") return true;
    if (head.status === "failed") throw new Error(`run ${run} failed: ${await this.#why(head)}`);
    if (cancelAt !== undefined && cancelAt <= Date.now() && head.status !== "halted")
      await this.#cancel(head);
    for (const it of family) await this.#act(it);
    return false;
  }

  async #act(head: RunHead): Promise<void> {
    if (head.status === "halted") await settle(this.#fb, head, this.#go.http);
    if (head.status === "waiting" && !head.ready) await answer(this.#fb, head.run);
    if (!this.#go.force || head.status !== "running" || this.#forced.has(head.run)) return;
    this.#forced.add(head.run);
    await unlessLost(this.#fb.resume(head.run, { force: true }));
  }

  async #cancel(head: RunHead): Promise<void> {
    const run = await this.#fb.run(head.run);
    await unlessLost(
      run.cancel({ by: "ada" }).then(() => {
        const line = JSON.stringify({ run: head.run, at: Date.now() });
        appendFileSync(join(this.#go.folder, "cancels.jsonl"), `${line}\n`);
      }),
    );
  }

  async #why({ run }: RunHead): Promise<string> {
    return JSON.stringify((await this.#fb.journal.read(run)).at(-1)?.data);
  }
}
