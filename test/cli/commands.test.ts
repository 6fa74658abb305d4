// A run from the command line could hide that no model was used, lose work at Ctrl-C or kill, print cursor codes into
// a pipe, or exit as if it had completed. Provoked by spawning real runs in folders of their own.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { place, printed, projectFolder } from "./spawn-cli.ts";

const here = place();
after(() => here.remove());
const note = join(projectFolder, "note.ts");
const slow = join(projectFolder, "slow.ts");

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

describe("run", () => {
  test("first says that no language model is used; ends with the workflow's own words and 0", async () => {
    const { code, out } = await here.spawn(["run", note, "--yes"]);
    assert.equal(code, 0, out);
    assert.match(out, /^No language model is used\. In its place: baseline: rules, no language model\.\n/);
    assert.match(out, /\nResult\nThe note says: The pump failed at 80 bar\.\n/);
    assert.match(out, /approve by --yes \(a flag\)/);
    assert.match(lastLine(out), /^What was checked: firebreak show r\w+/);
    assert.ok(!out.includes("\u001b"), "a pipe gets no control codes");
  });

  test("--sabotage plants a mistake that is caught, told in five lines, and read by nobody", async () => {
    const { code, out } = await here.cli(["run", note, "--yes", "--sabotage", "quoter=misquote"]);
    assert.equal(code, 0, out);
    const five =
      /1 mistake caught\n {2}claimed {2}quoter, attempt 1: (.*)\n {2}source {3}(.*)\n {2}where {4}(.*)\n {2}next {5}(.*)\n {2}read by {2}(.*)\n/.exec(
        out,
      );
    assert.ok(five, out);
    assert.match(five[2] ?? "", /The pump failed at 80 bar/);
    assert.deepEqual(five.slice(3), [
      "text:2 (grounded quote)",
      "retried with this feedback; attempt 2 passed",
      "0 steps had read it",
    ]);
    assert.match(out, /The note says: The pump failed at 80 bar\./);
  });

  test("with --json prints one JSON value and nothing else", async () => {
    const { code, out } = await here.cli([
      "run",
      note,
      "--yes",
      "--json",
      "--input",
      '{"text":"a\\nb c d e f\\n"}',
    ]);
    assert.equal(code, 0);
    const said = JSON.parse(out) as { status: string; output: unknown; models: string[] };
    assert.deepEqual(
      [said.status, said.output, said.models],
      ["completed", { quote: "b c d e f", lines: 3 }, []],
    );
  });

  test("says of a key that it was found and not used, and never prints it", async () => {
    const key = "sk-ant-not-a-real-key-0123456789";
    const { out, err } = await here.cli(["run", note, "--yes"], { ANTHROPIC_API_KEY: key });
    assert.match(
      out,
      /\nANTHROPIC_API_KEY found, not used; add --model anthropic:\S+ to use it; capped at 1\.00 USD\.\n/,
    );
    assert.ok(!out.includes(key) && !err.includes(key));
  });

  test("exits with 1 when the run fails (CLI4); resume tries what failed again and keeps the rest", async () => {
    const mended = join(here.folder, "mended");
    const failed = await here.cli(["run", join(projectFolder, "fails.ts")], { MENDED: mended });
    assert.equal(failed.code, 1, failed.out);
    assert.match(
      failed.out,
      /the pump is broken\nat \S+fails\.ts:11\nMend the cause, then: firebreak resume r\w+/,
    );
    writeFileSync(mended, "");
    const resumed = await here.cli(["resume", "last"], { MENDED: mended });
    assert.equal(resumed.code, 0, resumed.out);
    assert.match(resumed.out, /1 step on record/);
    assert.doesNotMatch(resumed.out, /✓ fine/);
    assert.match(resumed.out, /✓ pump/);
  });
});

describe("people", () => {
  test("a question without a terminal is shown in seven statements, and the run waits with 3", async () => {
    const asked = await here.cli(["run", note]);
    assert.equal(asked.code, 3);
    for (const label of ["Asked", "Why you", "Rests on", "On yes", "On no", "No answer", "Send back"])
      assert.match(asked.out, new RegExp(`^  ${label} `, "m"));
    const place = /Decide: firebreak approve (r\w+:\d+)/.exec(asked.out)?.[1] ?? "";
    const listed = await here.cli(["ls", "--reviews", "--json"]);
    assert.equal((JSON.parse(listed.out) as { ask: string }[])[0]?.ask, "Is this the quote?");
    const edited = await here.cli([
      "edit",
      place,
      "--value",
      '{"quote":"Nobody was hurt."}',
      "--because",
      "shorter",
    ]);
    assert.equal(edited.code, 0, edited.out + edited.err);
    assert.match(edited.out, /The note says: Nobody was hurt\./);
    assert.match((await here.cli(["show", "last"])).out, /edit by ada/);
    const again = await here.cli(["approve", place]);
    assert.equal(again.code, 1);
    assert.match(again.err, /^REVIEW_NOT_FOUND: /);
  });

  test("a rejected review ends the run as failed, and says by whom", async () => {
    await here.cli(["run", note]);
    const { code, out } = await here.cli(["reject", "last", "--because", "wrong line"]);
    assert.equal(code, 1, out);
    assert.match(out, /rejected/);
  });

  test("a signal wakes the run that waits for it", async () => {
    const waiting = await here.cli(["run", join(projectFolder, "waits.ts")]);
    assert.equal(waiting.code, 3);
    assert.match(waiting.out, /Waits for the signal "alarm": firebreak signal r\w+ 'alarm'/);
    const { code, out } = await here.cli(["signal", "last", "alarm", "--payload", '{"level":3}']);
    assert.equal(code, 0, out);
    assert.match(out, /"level": 3/);
  });

  test("a cancelled run is over: resuming it is refused", async () => {
    await here.cli(["run", join(projectFolder, "waits.ts")]);
    assert.equal((await here.cli(["cancel", "last", "--because", "no longer needed"])).code, 0);
    const { code, err } = await here.cli(["resume", "last"]);
    assert.equal(code, 1);
    assert.match(err, /^RUN_ENDED: /);
  });
});

describe("interrupted", () => {
  test("Ctrl-C says that the run is kept and how to go on, exits with 130; resume does no recorded work again (E1)", async () => {
    const ledger = join(here.folder, "ledger-int");
    const env = { LEDGER: ledger, PART_MS: "150" };
    const { child, ended } = here.start(["run", slow], env);
    await printed(child, "✓ part 2");
    child.kill("SIGINT");
    const { code, out } = await ended;
    assert.equal(code, 130);
    assert.match(out, /Interrupted\. Run (r\w+) is kept[^\n]*\nGo on: firebreak resume \1\n/);
    const resumed = await here.cli(["resume"], env);
    assert.equal(resumed.code, 0, resumed.out);
    assert.deepEqual(timesDone(ledger).slice(0, 2), [1, 1]);
  });

  test("after kill -9 resume finds the run by itself and does no recorded work again (E1)", async () => {
    const ledger = join(here.folder, "ledger-kill");
    const env = { LEDGER: ledger, PART_MS: "150" };
    const { child, ended } = here.start(["run", slow], env);
    await printed(child, "✓ part 2");
    child.kill("SIGKILL");
    await ended;
    const resumed = await here.cli(["resume"], env);
    assert.equal(resumed.code, 0, resumed.out);
    assert.match(resumed.out, /"done": \[/);
    assert.deepEqual(timesDone(ledger).slice(0, 2), [1, 1]);
  });

  function timesDone(ledger: string): number[] {
    const done = readFileSync(ledger, "utf8").trim().split("\n").map(Number);
    return [1, 2, 3, 4, 5].map((part) => done.filter((it) => it === part).length);
  }
});

describe("rerun", () => {
  test("reads the file's own input again, does anew what the edit touches, and counts what was reused", async () => {
    const file = join(here.folder, "note.txt");
    writeFileSync(file, "Title\nThe valve was shut.\n");
    assert.equal((await here.cli(["run", note, "--yes"], { NOTE_FILE: file })).code, 0);
    const same = await here.cli(["rerun", "last", "--yes"], { NOTE_FILE: file });
    assert.match(same.out, /0 steps done, \d+ reused from r\w+/);
    writeFileSync(file, "Title\nThe valve was open.\n");
    const { code, out } = await here.cli(["rerun", "last", "--yes"], { NOTE_FILE: file });
    assert.equal(code, 0, out);
    assert.match(out, /its input was read again/);
    assert.match(out, /[1-9] steps? done, \d+ reused/);
    assert.match(out, /The note says: The valve was open\./);
  });
});

describe("rerun of a run with a mistake", () => {
  test("does not tell what was caught before as if it were new", async () => {
    const planted = ["--yes", "--sabotage", "quoter=misquote"];
    await here.cli(["run", note, ...planted]);
    const { out } = await here.cli(["rerun", "last", ...planted]);
    assert.match(out, /\n1 mistake caught before, in r\w+\n/);
    assert.ok(!out.includes("claimed"));
  });

  test("does not take over an answer that was spoilt on purpose", async () => {
    await here.cli(["run", note, "--yes", "--sabotage", "quoter=misquote"]);
    const { out } = await here.cli(["rerun", "last", "--yes"]);
    assert.ok(!out.includes("mistake"), out);
    assert.match(out, /1 model call/);
  });
});

describe("looking", () => {
  test("show, ls, logs and the page tell of the run; a step is found by name", async () => {
    await here.cli(["run", note, "--yes", "--sabotage", "quoter=misquote"]);
    assert.match((await here.cli(["show", "last"])).out, /started with --sabotage quoter=misquote/);
    assert.match(
      (await here.cli(["show", "last", "quoter", "--prompt"])).out,
      /system\n {4}Quote the second line\.\n[\s\S]* {2}user\n[\s\S]*answer\n/,
    );
    const json = JSON.parse((await here.cli(["show", "last", "--json"])).out) as {
      steps: { name: string }[];
    };
    assert.deepEqual(
      json.steps.map((it) => it.name),
      ["count", "quoter", "Is this the quote?"],
    );
    const lines = (await here.cli(["logs", "last", "--json"])).out
      .trim()
      .split("\n")
      .map((it) => JSON.parse(it) as { seq: number });
    assert.deepEqual(
      lines.map((it) => it.seq),
      lines.map((_, at) => at + 1),
    );
    assert.match((await here.cli(["ls"])).out, /^run +workflow +status/);
    const unknown = await here.cli(["show", "last", "nosuch"]);
    assert.match(unknown.err, /^STEP_UNKNOWN: [\s\S]*Its steps are count, quoter/);
    assert.match((await here.cli(["show", "last", "--html", "run.html"])).out, /run\.html {2}\(\d+ kB/);
    assert.match(readFileSync(join(here.folder, "run.html"), "utf8"), /Output, not used/);
  });

  test("prune removes ended runs, and with --dry-run only says which", async () => {
    const runs = async (): Promise<number> =>
      (JSON.parse((await here.cli(["ls", "--json"])).out) as unknown[]).length;
    const before = await runs();
    assert.match((await here.cli(["prune", "--older-than", "0s", "--dry-run"])).out, /would go/);
    assert.equal(await runs(), before);
    assert.match((await here.cli(["prune", "--older-than", "0s"])).out, /runs? removed/);
    assert.ok((await runs()) < before);
  });
});
