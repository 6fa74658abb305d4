// What every engine owes its callers, case by case. An engine is done when it
// passes; an engine that breaks a promise fails the case that names it
// (test/engine/wrong-engines.test.ts shows so).
//
// A harness makes processes over one journal, kills them, and moves the clock.
// What is done is written into a ledger outside of all of them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { EffectNotSent, tool } from "../../src/index.ts";
import type { Context } from "../../src/index.ts";
import type { RunId } from "../../src/base/ids.ts";
import type { NewEvent } from "../../src/journal/events.ts";
import type { Journal } from "../../src/journal/journal.ts";
import type { Engine, Program } from "../../src/runtime/engine.ts";
import type { LiveNote } from "../../src/runtime/runtime.ts";
import type { Scope } from "../../src/runtime/scope.ts";
import { makeProgram } from "../../src/workflow/program.ts";
import { gate, named, quiet, until } from "../runtime/rig.ts";

/** One process that drives runs. */
export interface EngineProcess {
  readonly engine: Engine;
  /** Takes up what is ready, due, or left by dead processes. */
  recover(): Promise<number>;
  /** Takes a run from a process that lives but does nothing. */
  force(run: RunId): Promise<boolean>;
  /** Ends the process at once: what it had begun goes nowhere. */
  kill(): Promise<void>;
}

export interface EngineHarness {
  /** The journal, as an onlooker sees it. */
  readonly journal: Journal;
  /** A new process that knows these programs. */
  boot(programs: readonly Program[]): Promise<EngineProcess>;
  /** Lets time pass. */
  advance(ms: number): void;
  close(): Promise<void>;
}

export interface EngineCase {
  readonly title: string;
  readonly run: (harness: EngineHarness) => Promise<void>;
}

export function engineSpec(name: string, open: () => Promise<EngineHarness>): void {
  describe(`the ${name} engine`, () => {
    for (const { title, run } of engineCases) {
      test(title, async () => {
        const harness = await open();
        try {
          await run(harness);
        } finally {
          await harness.close();
        }
      });
    }
  });
}

/** The program of a workflow function. */
function programOf(name: string, run: (ctx: Context, input: never) => Promise<unknown>): Program {
  return makeProgram(named(name, run), () => ({ models: () => [] }));
}

const input = null;

async function kinds(journal: Journal, run: RunId): Promise<readonly string[]> {
  return (await journal.read(run)).map((it) => it.kind);
}

async function wake(journal: Journal, run: RunId, event: NewEvent): Promise<void> {
  await journal.commit([{ run, expect: {}, events: [event] }]);
}

const signal: NewEvent = { kind: "signal.received", data: { name: "go", payload: 1 } };

export const engineCases: readonly EngineCase[] = [
  {
    title: "runs a program to its end and tells who waits for it",
    async run({ boot, journal }) {
      const program = programOf("s-end", async (ctx) => (await ctx.step("a", null, () => 1)) + 1);
      const { engine } = await boot([program]);
      const run = await engine.start({ program, input });
      const [head, ending] = await Promise.all([engine.ended(run), engine.ending(run)]);
      assert.deepEqual(
        [head.status, ending.kind === "run.completed" && ending.data.output],
        ["completed", 2],
      );
      assert.deepEqual(await kinds(journal, run), [
        "run.started",
        "run.claimed",
        "step.completed",
        "run.completed",
      ]);
      assert.equal(await engine.drive(run), false);
    },
  },
  {
    title: "starts one run for one key, and tells which run holds it",
    async run({ boot }) {
      const program = programOf("s-key", (ctx) => ctx.signal("go", z.number()));
      const { engine } = await boot([program]);
      const run = await engine.start({ program, input, key: "k" });
      await assert.rejects(engine.start({ program, input, key: "k" }), {
        code: "RUN_KEY_TAKEN",
        details: { workflow: "s-key", key: "k", runId: run },
      });
    },
  },
  {
    title: "refuses to drive, cancel or await a run that is nowhere",
    async run({ boot }) {
      const { engine } = await boot([]);
      const nowhere = "r0" as RunId;
      for (const asked of [engine.drive(nowhere), engine.cancel(nowhere, "ann"), engine.ended(nowhere)])
        await assert.rejects(asked, { code: "RUN_UNKNOWN" });
    },
  },
  {
    title: "does recorded work once, whoever goes on after a process died (E1)",
    async run({ boot, journal }) {
      const ledger: string[] = [];
      const hold = gate();
      const program = programOf("s-once", async (ctx) => {
        const a = await ctx.step("a", null, () => ledger.push("a"));
        const b = await ctx.step("b", a, async () => {
          ledger.push("b");
          await hold.pass();
          return a + 1;
        });
        return b;
      });
      const first = await boot([program]);
      const run = await first.engine.start({ program, input });
      await until(() => ledger.length === 2);
      await first.kill();
      hold.open();
      const second = await boot([program]);
      assert.equal(await second.recover(), 1);
      assert.equal((await second.engine.ended(run)).status, "completed");
      assert.deepEqual(ledger, ["a", "b", "b"]);
      assert.deepEqual((await journal.head(run))?.epoch, 3);
    },
  },
  {
    title: "leaves a living process's run alone, and takes a dead one's (E4, N3)",
    async run({ boot, journal }) {
      const hold = gate();
      const program = programOf("s-owned", (ctx) => ctx.step("held", null, () => hold.pass()));
      const [first, second] = [await boot([program]), await boot([program])];
      const run = await first.engine.start({ program, input });
      await until(() => hold.arrived === 1);
      assert.equal(await second.engine.drive(run), false);
      assert.equal(await second.recover(), 0);
      await first.kill();
      assert.equal(await second.engine.drive(run), true);
      await until(() => hold.arrived === 2);
      hold.open();
      await second.engine.ended(run);
      const claims = (await journal.read(run)).flatMap((it) =>
        it.kind === "run.claimed" ? [it.data.why] : [],
      );
      assert.deepEqual(claims, ["start", "takeover"]);
    },
  },
  {
    title: "gives a run that became ready to one of the processes that reach for it (E4, N1)",
    async run({ boot, journal }) {
      const ledger: string[] = [];
      const program = programOf("s-race", async (ctx) => {
        const n = await ctx.signal("go", z.number());
        return ctx.step("after", n, () => ledger.push("after"));
      });
      const processes = [await boot([program]), await boot([program]), await boot([program])];
      const run = await processes[0]!.engine.start({ program, input });
      await processes[0]!.engine.settled(run);
      await wake(journal, run, signal);
      await Promise.all(processes.map((it) => it.recover()));
      await processes[1]!.engine.ended(run);
      await quiet();
      assert.deepEqual(ledger, ["after"]);
      assert.equal((await kinds(journal, run)).filter((it) => it === "run.claimed").length, 2);
    },
  },
  {
    title: "lets a driver that lost its run change nothing and send no effect (E4)",
    async run({ boot, journal }) {
      const sent: string[] = [];
      const hold = gate();
      let processes = 0;
      const mail = tool({
        name: "mail",
        description: "",
        input: z.object({}),
        effect: { key: () => "k" },
        run: () => {
          sent.push("mail");
          return "receipt";
        },
      });
      const program = programOf("s-stale", async (ctx) => {
        const mine = (processes += 1);
        await ctx.step("held", null, () => (mine === 1 ? hold.pass() : undefined));
        await ctx.step("between", null, () => 1);
        return ctx.call(mail, {});
      });
      const [stale, fresh] = [await boot([program]), await boot([program])];
      const run = await stale.engine.start({ program, input });
      await until(() => hold.arrived === 1);
      assert.equal(await fresh.force(run), true);
      await fresh.engine.ended(run);
      const before = await kinds(journal, run);
      hold.open();
      await quiet(40);
      assert.deepEqual(await kinds(journal, run), before);
      assert.deepEqual(sent, ["mail"]);
    },
  },
  {
    title: "lets a driver that lost its run to a cancel elsewhere send nothing more (E7)",
    async run({ boot, journal }) {
      const sent: string[] = [];
      const hold = gate();
      const mail = tool({
        name: "mail",
        description: "",
        input: z.object({}),
        effect: { key: () => "k" },
        run: () => sent.push("mail"),
      });
      const program = programOf("s-cancelled", async (ctx) => {
        await ctx.step("held", null, () => hold.pass());
        return ctx.call(mail, {});
      });
      const [driver, other] = [await boot([program]), await boot([program])];
      const run = await driver.engine.start({ program, input });
      await until(() => hold.arrived === 1);
      await other.engine.cancel(run, "ann");
      hold.open();
      await quiet(40);
      assert.deepEqual(sent, []);
      assert.deepEqual((await kinds(journal, run)).slice(2), ["run.cancelled"]);
      await assert.rejects(other.engine.cancel(run, "ann"), { code: "RUN_ENDED" });
    },
  },
  {
    title: "cancels a run and its open descendants in one commit (E7, N4)",
    async run({ boot, journal }) {
      const inner = named("s-family-inner", (ctx) => ctx.signal("go", z.number()));
      const program = programOf("s-family", (ctx) =>
        ctx.map([1, 2], (n, item) => item.call(inner as never, n as never)),
      );
      const { engine } = await boot([program, makeProgram(inner, () => ({ models: () => [] }))]);
      const run = await engine.start({ program, input });
      await engine.settled(run);
      const commits: number[] = [];
      const stop = journal.listen((events) =>
        commits.push(events.filter((it) => it.kind === "run.cancelled").length),
      );
      await engine.cancel(run, "ann");
      stop();
      const heads = await journal.heads({ root: run });
      assert.deepEqual(
        heads.map((it) => it.status),
        ["cancelled", "cancelled", "cancelled"],
      );
      if (commits.length > 0)
        assert.deepEqual(
          commits.filter((it) => it > 0),
          [3],
        );
    },
  },
  {
    title: "parks a run that only waits, and wakes it for an event that anybody wrote",
    async run({ boot, journal }) {
      const program = programOf("s-park", (ctx) => ctx.signal("go", z.number()));
      const { engine, recover } = await boot([program]);
      const run = await engine.start({ program, input });
      const head = await engine.settled(run);
      assert.deepEqual([head.status, head.owner, head.ready], ["waiting", undefined, false]);
      await wake(journal, run, signal);
      await recover();
      assert.equal((await engine.ended(run)).status, "completed");
    },
  },
  {
    title: "fires a timer once, not before its time, in whatever process lives then",
    async run({ boot, journal, advance }) {
      const program = programOf("s-timer", (ctx) => ctx.sleep("1h"));
      const first = await boot([program]);
      const run = await first.engine.start({ program, input });
      await first.engine.settled(run);
      await first.kill();
      const second = await boot([program]);
      await second.recover();
      advance(3_599_999);
      await quiet();
      assert.equal((await journal.head(run))?.status, "waiting");
      advance(1);
      await second.engine.ended(run);
      assert.equal((await kinds(journal, run)).filter((it) => it === "timer.fired").length, 1);
    },
  },
  {
    title: "leaves an effect in doubt when its process died before the receipt, and sends it once (E9)",
    async run({ boot, journal }) {
      const sent: string[] = [];
      const hold = gate();
      const mail = tool({
        name: "mail",
        description: "",
        input: z.object({}),
        effect: { key: () => "k" },
        run: async () => {
          sent.push("mail");
          await hold.pass();
          throw new EffectNotSent("too late to matter");
        },
      });
      const program = programOf("s-doubt", (ctx) => ctx.call(mail, {}));
      const first = await boot([program]);
      const run = await first.engine.start({ program, input });
      await until(() => sent.length === 1);
      await first.kill();
      const second = await boot([program]);
      await second.recover();
      assert.equal((await second.engine.ended(run)).status, "halted");
      assert.deepEqual(sent, ["mail"]);
      const halted = (await journal.read(run)).at(-1);
      assert.equal(halted?.kind === "run.halted" && halted.data.code, "EFFECT_IN_DOUBT");
    },
  },
  {
    title: "makes notes of what is going on for those who watch, and for nobody else",
    async run({ boot }) {
      const hold = gate();
      const program = programOf("s-watch", async (ctx) => {
        await ctx.step("a", null, () => hold.pass());
        return ctx.step("b", null, () => 1);
      });
      const { engine } = await boot([program]);
      const run = await engine.start({ program, input });
      await until(() => hold.arrived === 1);
      const notes: LiveNote[] = [];
      engine.watch(run, (note) => notes.push(note));
      hold.open();
      await engine.ended(run);
      assert.deepEqual(
        notes.map((it) => it.name),
        ["b"],
      );
    },
  },
  {
    title: "stops driving when closed: the run stays as it is, and another process takes it at once",
    async run({ boot, journal }) {
      const hold = gate();
      const program = programOf("s-close", (ctx) => ctx.step("held", null, () => hold.pass()));
      const [first, second] = [await boot([program]), await boot([program])];
      const run = await first.engine.start({ program, input });
      await until(() => hold.arrived === 1);
      await first.engine.close();
      const before = await kinds(journal, run);
      assert.equal(before.at(-1), "run.claimed");
      assert.equal(await second.recover(), 1);
      hold.open();
      await second.engine.ended(run);
    },
  },
  {
    title: "leaves a run whose program it does not know to who knows it",
    async run({ boot, journal }) {
      const program = programOf("s-unknown", (ctx) => ctx.signal("go", z.number()));
      const knows = await boot([program]);
      const run = await knows.engine.start({ program, input });
      await knows.engine.settled(run);
      await knows.kill();
      await wake(journal, run, signal);
      const stranger = await boot([]);
      assert.equal(await stranger.recover(), 0);
      assert.equal((await journal.head(run))?.ready, true);
    },
  },
  {
    title: "sets a run aside whose program fails inside the engine, and goes on with the others",
    async run({ boot }) {
      const broken: Program = {
        name: "s-broken",
        code: "1",
        run: (scope: Scope) => Promise.reject(Object.assign(new Error("broken"), { scope: scope.path })),
      };
      const sound = programOf("s-sound", async () => 1);
      const { engine } = await boot([broken, sound]);
      const runs = [
        await engine.start({ program: broken, input }),
        await engine.start({ program: sound, input }),
      ];
      const heads = await Promise.all(runs.map((it) => engine.ended(it)));
      assert.deepEqual(
        heads.map((it) => it.status),
        ["failed", "completed"],
      );
    },
  },
];
