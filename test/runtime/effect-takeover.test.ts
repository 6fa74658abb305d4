// What could go wrong when a run is taken by force from a process that was
// stopped between its intent and its sending: the receiver is asked, does not
// have it, the new driver sends, and the old one goes on and sends too.
// Provoked with two processes on one journal, the first held in its tool.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import type { RunId } from "../../src/base/ids.ts";
import { EmbeddedEngine } from "../../src/engine/embedded/embedded.ts";
import type { AnyWorkflow, Effect, Tool } from "../../src/index.ts";
import { MemoryJournal, tool, workflow } from "../../src/index.ts";
import type { Program } from "../../src/runtime/engine.ts";
import { makeProgram } from "../../src/workflow/program.ts";
import { gate, quiet, until } from "./rig.ts";

const input = z.object({ id: z.string() });

/** Two processes that both live. The first to send is held before it does. */
async function takenOver(effect: Partial<Effect<{ id: string }, string>>) {
  const journal = new MemoryJournal();
  const stopped = gate();
  const received: string[] = [];
  const alive = new Set(["first", "second"]);
  const send: Tool<{ id: string }, string> = tool<typeof input, string>({
    name: "takeover-send",
    description: "",
    input,
    effect: {
      key: (it: { id: string }) => it.id,
      ...effect,
      ...("probe" in effect ? { probe: async (_, key) => received.find((it) => it === key) } : {}),
    },
    run: async (_, { idempotencyKey = "" }) => {
      if (stopped.arrived === 0) await stopped.pass();
      received.push(idempotencyKey);
      return idempotencyKey;
    },
  });
  const definition = workflow({ name: "takeover", run: (ctx) => ctx.call(send, { id: "a" }) });
  const engine = (owner: string): { engine: EmbeddedEngine; program: Program } => {
    const program = makeProgram(definition as unknown as AnyWorkflow, () => ({ models: () => [] }));
    const liveness = { owner, isAlive: (it: string) => alive.has(it), close: () => undefined };
    const made = new EmbeddedEngine({
      journal,
      find: async () => program,
      liveness,
      lingerMs: 0,
      drive: "own",
    });
    return { engine: made, program };
  };
  const first = engine("first");
  const second = engine("second");
  const run: RunId = await first.engine.start({ program: first.program, input: null, options: {} });
  await until(() => stopped.arrived === 1);
  await second.engine.force(run);
  const status = async (): Promise<string> => (await journal.head(run))!.status;
  const halted = async (): Promise<boolean> => (await status()) === "halted";
  return {
    journal,
    run,
    received,
    stopped,
    alive,
    first: first.engine,
    second: second.engine,
    status,
    halted,
  };
}

describe("a run taken from a process that lives, between its intent and its sending", () => {
  test("halts in doubt where the receiver does not have it yet, and sends once the process is dead (E4, E9)", async () => {
    const it = await takenOver({ probe: async () => undefined });
    await until(it.halted);
    const halt = (await it.journal.read(it.run)).findLast((event) => event.kind === "run.halted");
    assert.equal(halt?.data.code, "EFFECT_IN_DOUBT");
    assert.match(halt.data.message, /process first may still send it/);
    assert.deepEqual(it.received, []);
    it.alive.delete("first");
    const resumed = { kind: "run.resumed", data: { code: "", by: "ann" } } as const;
    await it.journal.commit([{ run: it.run, expect: {}, events: [resumed] }]);
    await it.second.drive(it.run);
    await until(async () => (await it.status()) === "completed");
    assert.equal(it.received.length, 1);
  });

  test("is in doubt no more when the process goes on and brings its receipt (E7)", async () => {
    const it = await takenOver({ probe: async () => undefined });
    await until(it.halted);
    it.stopped.open();
    await until(async () => (await it.journal.read(it.run)).some((event) => event.kind === "effect.late"));
    const resumed = { kind: "run.resumed", data: { code: "", by: "ann" } } as const;
    await it.journal.commit([{ run: it.run, expect: {}, events: [resumed] }]);
    await it.second.drive(it.run);
    await until(async () => (await it.status()) === "completed");
    assert.equal(it.received.length, 1);
  });

  test("is not sent again by the process that is still sending it, whatever a person said meanwhile (E9)", async () => {
    const it = await takenOver({});
    await until(it.halted);
    const intent = (await it.journal.read(it.run)).find((event) => event.kind === "effect.intended")!.seq;
    const settled = { kind: "effect.settled", data: { intent, sent: false, by: "ann" } } as const;
    const resumed = { kind: "run.resumed", data: { code: "", by: "ann" } } as const;
    await it.journal.commit([{ run: it.run, expect: {}, events: [settled, resumed] }]);
    await it.first.drive(it.run);
    await until(async () => (await it.journal.head(it.run))?.owner === "first");
    await quiet(40);
    assert.equal(it.stopped.arrived, 1);
    it.stopped.open();
    await until(async () => (await it.status()) === "completed");
    assert.equal(it.received.length, 1);
  });

  test("goes on at once where repeats are dropped", async () => {
    const it = await takenOver({ deduplicates: true });
    await until(async () => (await it.status()) === "completed");
    it.stopped.open();
    await until(() => it.received.length === 2);
    assert.equal(new Set(it.received).size, 1);
  });
});
