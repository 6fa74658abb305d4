// The workflow's code is not what a replay needs: it changed under a run that waits, a step is not awaited, something
// that is no step is awaited. Provoked by rewriting the file between two commands. It is said with names and a mend;
// nothing is started or built on the wrong record, and once mended the run goes on without doing recorded work again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { workflow } from "../../src/index.ts";
import { testRun } from "../../src/testing.ts";
import { type Project, project, workflowFile } from "./project.ts";

const steps = (
  first: string,
): string => `    const a = await ctx.step("${first}", {}, () => mark("${first}"));
    await ctx.signal("go", z.string());
    return ctx.step("after", { a }, () => mark("after"));`;

/** A run that waits for a signal, after one recorded step, whose file then names that step otherwise. */
async function changedRun(user: Project): Promise<string> {
  user.write("order.ts", workflowFile("order", steps("prepare")));
  assert.equal((await user.firebreak(["run", "order.ts"])).code, 3);
  user.write("order.ts", workflowFile("order", steps("prepare-anew")));
  const { code, out } = await user.firebreak(["signal", "last", "go", "--payload", '"now"']);
  assert.equal(code, 4, out);
  return out.replace(/\s+/g, " ");
}

const diverged =
  /REPLAY_DIVERGED: the code of run r\w+ changed under it\. Recorded, and no longer asked for: prepare\. Asked for, and not recorded: prepare-anew Put the steps back where they were, or go on with what still matches: firebreak resume r\w+ --accept\. Nothing was started\./;

test("changed code under a parked run: missing and new steps by name, nothing started; put back, the run goes on", async (t) => {
  const user = project(t);
  assert.match(await changedRun(user), diverged);
  assert.deepEqual(user.worked(), ["prepare"]);
  const still = await user.firebreak(["resume"]);
  assert.equal(still.code, 4);
  assert.match(still.out.replace(/\s+/g, " "), diverged);
  user.write("order.ts", workflowFile("order", steps("prepare")));
  const ended = await user.firebreak(["resume"]);
  assert.equal(ended.code, 0, ended.out + ended.err);
  assert.deepEqual(user.worked(), ["prepare", "after"]);
});

test("changed code under a parked run: resume --accept goes on with what still matches, and keeps the old record", async (t) => {
  const user = project(t);
  await changedRun(user);
  const ended = await user.firebreak(["resume", "--accept"]);
  assert.equal(ended.code, 0, ended.out + ended.err);
  assert.deepEqual(user.worked(), ["prepare", "prepare-anew", "after"]);
  assert.deepEqual(await user.done(), ["prepare", "prepare-anew", "go", "after"]);
});

const floating = `    const kept = await ctx.step("kept", {}, () => mark("kept"));
    void ctx.step("forgotten", {}, () => new Promise(() => undefined));
    return kept;`;

test("a step that is not awaited: run and show warn of it by name and say to await it; lint calls it an error", async (t) => {
  const user = project(t);
  user.write("floating.ts", workflowFile("floating", floating));
  const { code, out } = await user.firebreak(["run", "floating.ts"]);
  assert.equal(code, 0, out);
  const warning =
    /\nwarning: step "forgotten" was not awaited and was cancelled: await what it gives, or return it\n/;
  assert.match(out, warning);
  assert.match((await user.firebreak(["show", "last"])).out, warning);
  assert.deepEqual(await user.done(), ["kept"]);
  const linted = await user.firebreak(["lint", "floating.ts"]);
  assert.equal(linted.code, 1);
  assert.match(
    linted.out,
    /floating\.ts:10 +error +nobody awaits ctx\.step\(…\): it is cancelled.*Put await before it/,
  );
  user.write(
    "floating.ts",
    workflowFile("floating", floating.replace("void", "await").replace("new Promise(() => undefined)", "1")),
  );
  assert.doesNotMatch((await user.firebreak(["run", "floating.ts"])).out, /warning/);
});

test("a step that is not awaited: under firebreak/testing it is an error that names it", async () => {
  const forgetful = workflow({
    name: "forgetful",
    async run(ctx) {
      void ctx.step("forgotten", {}, () => new Promise(() => undefined));
      return ctx.step("kept", {}, () => 1);
    },
  });
  await assert.rejects(testRun(forgetful, null), {
    code: "STEP_NOT_AWAITED",
    message: /before steps that nobody awaited: forgotten\. Await the promise of every step, or return it/,
  });
});

test("await of something that is not a step: the run fails by code, after which step, and what to use; mended, it goes on", async (t) => {
  const user = project(t);
  const body = (wait: string): string =>
    `    const kept = await ctx.step("kept", {}, () => mark("kept"));\n    await ${wait};\n    return kept;`;
  user.write("timer.ts", workflowFile("timer", body("new Promise((go) => setTimeout(go, 60_000))")));
  const { code, out } = await user.firebreak(["run", "timer.ts"]);
  assert.equal(code, 1);
  assert.match(
    out.replace(/\s+/g, " "),
    /failed: NOT_A_STEP: the workflow awaits something that is not a step, after step "kept"\. Do timers with ctx\.sleep, and reads, fetches and other outside work inside ctx\.step or a tool: only these survive a crash\. Mend the cause, then: firebreak resume r\w+/,
  );
  assert.deepEqual(await user.done(), ["kept"]);
  user.write("timer.ts", workflowFile("timer", body("ctx.sleep(10)")));
  const ended = await user.firebreak(["resume"]);
  assert.equal(ended.code, 0, ended.out + ended.err);
  assert.deepEqual(user.worked(), ["kept"]);
});
