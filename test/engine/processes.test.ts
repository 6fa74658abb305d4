// Two processes on one file. What could go wrong: both drive one run, the run
// of a dead process is left lying, or a process that was stopped and taken over
// goes on where it was. Provoked with real processes, kill -9 and SIGSTOP.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { open } from "../../src/index.ts";
import type { Firebreak } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "firebreak-engine-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const script = fileURLToPath(new URL("driver-process.ts", import.meta.url));

interface Scene {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly fb: Firebreak;
  readonly go: string;
  ledger(): readonly string[];
}

let scenes = 0;

/** A process that drives a run and holds in its second step, and this one beside it. */
async function scene(): Promise<Scene> {
  scenes += 1;
  const at = join(folder, String(scenes));
  const [journal, ledgerFile, go] = [join(at, "journal.db"), `${at}.ledger`, `${at}.go`];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache") };
  const child = spawn(process.execPath, ["--conditions=firebreak-source", script, journal, ledgerFile, go], {
    stdio: "inherit",
    env,
  });
  const exited = once(child, "exit");
  const ledger = (): readonly string[] =>
    existsSync(ledgerFile) ? readFileSync(ledgerFile, "utf8").trim().split("\n") : [];
  await untilReal(() => ledger().length === 2);
  // The same workflow, in this process: it writes into the same ledger.
  process.argv.splice(2, 3, journal, ledgerFile, go);
  const { driven } = (await import(
    `./driver-process.ts?scene=${scenes}`
  )) as typeof import("./driver-process.ts");
  const fb = await open({ journal, workflows: [driven], env: {} });
  return { child, exited, fb, go, ledger };
}

/** Waits in real time: other processes have no clock of ours. */
async function untilReal(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await holds()) return;
    await wait(10);
  }
  throw new Error("it never came to hold");
}

const done = (ledger: readonly string[]): readonly string[] => ledger.map((it) => it.replace(/^\d+ /, ""));

describe("a second process on the same file", () => {
  test("leaves a living process's run alone, and takes it over at once after kill -9 (E1, E4)", async () => {
    const { child, exited, fb, go, ledger } = await scene();
    try {
      assert.equal(await fb.recover(), 0);
      const [head] = await fb.list();
      await assert.rejects(fb.resume(head!.run), { code: "RUN_OWNED" });
      child.kill("SIGKILL");
      await exited;
      const killedAt = performance.now();
      await untilReal(() => ledger().length === 3);
      const tookMs = performance.now() - killedAt;
      assert.ok(tookMs < 5_000, `it took ${tookMs} ms`);
      writeFileSync(go, "");
      assert.equal(await (await fb.run("last")).result(), "end");
      // What was recorded was done once, what was not recorded twice.
      assert.deepEqual(done(ledger()), ["recorded", "held", "held", "mail once"]);
    } finally {
      child.kill("SIGKILL");
      await fb.close();
    }
  });

  test("shows the owner of a run whose process is stopped, takes it by force, and the stopped one changes nothing afterwards (E4)", async () => {
    const { child, exited, fb, go, ledger } = await scene();
    try {
      child.kill("SIGSTOP");
      const [head] = await fb.list();
      assert.match(head!.owner ?? "", new RegExp(`^${child.pid}-`));
      await assert.rejects(fb.resume(head!.run), { code: "RUN_OWNED" });
      await fb.resume(head!.run, { force: true });
      await untilReal(() => ledger().length === 3);
      writeFileSync(go, "");
      const run = await fb.run(head!.run);
      assert.equal(await run.result(), "end");
      const before = await fb.journal.read(head!.run);
      child.kill("SIGCONT");
      await exited;
      assert.deepEqual(await fb.journal.read(head!.run), before);
      assert.deepEqual(
        done(ledger()).filter((it) => it.startsWith("mail")),
        ["mail once"],
      );
      // It heard how the run ended, from the journal.
      assert.ok(done(ledger()).includes("ended end"));
    } finally {
      child.kill("SIGKILL");
      await fb.close();
    }
  });

  test("cancels a run that another process drives, which then sends nothing (E7)", async () => {
    const { child, exited, fb, go, ledger } = await scene();
    try {
      const run = await fb.run("last");
      await run.cancel({ by: "ann" });
      writeFileSync(go, "");
      await exited;
      assert.deepEqual(done(ledger()), ["recorded", "held", "ended RUN_CANCELLED"]);
    } finally {
      child.kill("SIGKILL");
      await fb.close();
    }
  });
});
