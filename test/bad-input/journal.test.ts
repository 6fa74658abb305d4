// The journal's file, or who writes it, is not as it should be: the disk is full, a sync fails, a byte changed, another
// process drives the run, a newer version wrote the file. Provoked with a small file system, with strace, with SQL
// behind the journal's back, with a second process. What was acknowledged is still there each time, and goes on.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { z } from "zod";
import { open, workflow } from "../../src/index.ts";
import { printed } from "../cli/spawn-cli.ts";
import { type Project, project, told, workflowFile } from "./project.ts";

const parts = 110;
/** Each part is recorded with 20 kB, in a journal that lies in `small/`. */
const filling = workflowFile(
  "filling",
  `    for (let n = 1; n <= ${parts}; n += 1) await ctx.step("part", { n }, (it) => mark(String(it.n)).padEnd(20_000, "."));
    return "full";`,
);

function fillingProject(t: TestContext): Project {
  const user = project(t);
  mkdirSync(join(user.folder, "small"));
  user.write("firebreak.config.ts", 'export default { journal: "small/journal.db" };');
  user.write("filling.ts", filling);
  return user;
}

/** The run ends, and of the work only the one part whose record was not acknowledged was done twice. */
async function demandKept(user: Project, done: number): Promise<void> {
  const kept = (await user.done()).length;
  assert.ok(kept >= done - 1 && done > 0, `${done} done, ${kept} kept`);
  const resumed = await user.firebreak(["resume"]);
  assert.equal(resumed.code, 0, resumed.out + resumed.err);
  assert.match(resumed.out, new RegExp(`${kept} steps? on record`));
  const worked = user.worked().map(Number);
  assert.deepEqual(
    [...new Set(worked)].sort((a, b) => a - b),
    Array.from({ length: parts }, (_, at) => at + 1),
  );
  assert.equal(worked.length, parts + done - kept);
}

test("a full disk: the command says to free space; looking says so too; with space again, the run goes on", async (t) => {
  const user = fillingProject(t);
  const disk = join(user.folder, "small");
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]).status === 0;
  if (!mounted) return t.skip("a small file system cannot be mounted here: that needs root");
  try {
    const { code, err } = await user.firebreak(["run", "filling.ts"]);
    assert.equal(code, 1);
    const full =
      /^JOURNAL_FULL: there is no space left to write \S+small\S+\. Free some space and resume: everything acknowledged so far is kept\.$/;
    assert.match(told({ code, err, out: "" }), full);
    const done = user.worked().length;
    const looked = await user.firebreak(["ls"]);
    if (looked.code === 0) assert.match(looked.out, /filling +running/);
    else assert.match(told(looked), full);
    assert.equal(spawnSync("mount", ["-o", "remount,size=40m", disk]).status, 0);
    await demandKept(user, done);
  } finally {
    spawnSync("umount", ["-l", disk]);
  }
});

test("a failed sync: the command says to look at the disk, and writes no more; a new process goes on", async (t) => {
  const user = fillingProject(t);
  if (spawnSync("strace", ["-o", "/dev/null", "true"]).status !== 0)
    return t.skip("strace is missing or may not trace");
  const faults = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=14+"];
  const { code, err } = await user.firebreak(["run", "filling.ts"], {}, [
    "strace",
    "-f",
    "-o",
    "/dev/null",
    ...faults,
  ]);
  assert.equal(code, 1, err);
  assert.match(
    err.replace(/\s+/g, " "),
    /^JOURNAL_IO: writing \S+journal\.db failed: disk I\/O error\. Look at the disk, then resume in a new process: everything acknowledged so far is kept\./,
  );
  await demandKept(user, user.worked().length);
});

const waiting = (name: string): string =>
  workflowFile(
    name,
    `    const a = await ctx.step("first", {}, () => mark("${name} first"));
    return [a, await ctx.signal("go", z.string()), await ctx.step("second", {}, () => mark("${name} second"))];`,
  );

/** Changes one character of the recorded output of a run's first step. Done again, it is as it was. */
function flipBit(user: Project, run: string): void {
  user.sql((it) => {
    const first = "id = (SELECT number FROM runs WHERE run = ?) * 1048576 + 3";
    const { data } = it.prepare(`SELECT data FROM events WHERE ${first}`).get(run) as {
      readonly data: string;
    };
    const bytes = Buffer.from(data);
    const at = bytes.indexOf('"out":"') + 7;
    bytes[at] = bytes[at]! ^ 1;
    it.prepare(`UPDATE events SET data = CAST(? AS TEXT) WHERE ${first}`).run(bytes, run);
  });
}

const corrupt =
  /^EVENT_CORRUPT: event 3 of run r\w+ does not match its hash: .*The run is set aside and other runs go on\. Restore the journal from a backup, or start the run again\.$/;

async function demandCorrupt(user: Project, args: readonly string[]): Promise<void> {
  const ended = await user.firebreak(args);
  assert.equal(ended.code, 1, args.join(" "));
  assert.match(told(ended), corrupt, args.join(" "));
}

test("a corrupted row: its run is set aside and never built on, others go on, ls lists all", async (t) => {
  const user = project(t);
  for (const name of ["hit", "spared"]) {
    user.write(`${name}.ts`, waiting(name));
    assert.equal((await user.firebreak(["run", `${name}.ts`])).code, 3);
  }
  const [spared = "", hit = ""] = (await user.runs()).map((it) => it.run);
  flipBit(user, hit);
  await demandCorrupt(user, ["show", hit]);
  await demandCorrupt(user, ["signal", hit, "go", "--payload", '"now"']);
  const other = await user.firebreak(["signal", spared, "go", "--payload", '"now"']);
  assert.equal(other.code, 0, other.out + other.err);
  const runs = (await user.runs()).map((it) => `${it.workflow} ${it.status}`);
  assert.deepEqual(runs, ["spared completed", "hit halted"]);
  await demandCorrupt(user, ["resume", hit]);
  flipBit(user, hit);
  const mended = await user.firebreak(["resume", hit]);
  assert.equal(mended.code, 0, mended.out + mended.err);
  assert.deepEqual(user.worked(), ["hit first", "spared first", "spared second", "hit second"]);
});

test("a corrupted row, embedding: the engine sets the run aside and drives the others", async (t) => {
  const user = project(t);
  const waits = workflow({
    name: "waits",
    run: async (ctx) => [await ctx.step("first", {}, () => "first"), await ctx.signal("go", z.string())],
  });
  const before = await open({ journal: user.journal, env: {} });
  const [hit, spared] = [await before.start(waits, null), await before.start(waits, null)];
  await Promise.all([hit.settled(), spared.settled()]);
  await before.close();
  flipBit(user, hit.id);
  const fb = await open({ journal: user.journal, env: {}, workflows: [waits] });
  const again = [await fb.run(hit.id), await fb.run(spared.id)] as const;
  for (const run of again) await run.signal("go", "now");
  assert.deepEqual(await again[1].result(), ["first", "now"]);
  await assert.rejects(again[0].result(), {
    code: "RUN_HALTED",
    message: /event 3 of run r\w+ does not match its hash/,
  });
  await fb.close();
});

test("a second process on the same run is refused and told who drives it; the first loses nothing", async (t) => {
  const user = project(t);
  const held = `    await ctx.step("first", {}, () => mark("first"));
    return ctx.step("held", {}, async () => {
      for (let turn = 0; turn < 500 && !existsSync("let-go"); turn += 1) await new Promise((go) => setTimeout(go, 20));
      return mark("held");
    });`;
  user.write("held.ts", workflowFile("held", held));
  const first = user.start(["run", "held.ts"]);
  await printed(first.child, "✓ first");
  const second = await user.firebreak(["resume", "last"]);
  assert.equal(second.code, 1, second.out);
  assert.match(
    told(second),
    /^RUN_OWNED: run r\w+ is being driven by another process \(\d+-\w+\)\. Wait for it, or end that process: its runs are then taken over at once\.$/,
  );
  writeFileSync(join(user.folder, "let-go"), "");
  assert.equal((await first.ended).code, 0);
  assert.deepEqual(user.worked(), ["first", "held"]);
});

test("a newer journal: to update, and no byte of the file is touched; what it holds is still there", async (t) => {
  const user = project(t);
  user.write("waits.ts", waiting("waits"));
  assert.equal((await user.firebreak(["run", "waits.ts"])).code, 3);
  const form = user.sql((it) => Number(it.prepare("SELECT form FROM meta").get()?.["form"]));
  user.sql((it) => it.exec("UPDATE meta SET form = 99"));
  const before = sha(user.journal);
  for (const args of [["ls"], ["show", "last"], ["run", "waits.ts"], ["resume"], ["prune"]]) {
    const ended = await user.firebreak(args);
    assert.equal(ended.code, 1, args[0]);
    assert.match(
      told(ended),
      new RegExp(
        `^JOURNAL_NEWER: \\S+journal\\.db was written by a newer Firebreak \\(form 99; this one reads up to ${form}\\)\\. Update Firebreak: npm install firebreak@latest\\. The file was not touched\\.$`,
      ),
    );
  }
  assert.equal(sha(user.journal), before);
  user.sql((it) => it.exec(`UPDATE meta SET form = ${form}`));
  assert.equal((await user.firebreak(["signal", "last", "go", "--payload", '"now"'])).code, 0);
  assert.deepEqual(user.worked(), ["waits first", "waits second"]);
});

function sha(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
