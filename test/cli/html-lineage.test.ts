// The page could name steps that rest on nothing, hold a rejected answer against the wrong one, tell a rerun's reasons
// that are none, or let a value of others into its markup. Provoked with the whole run built by hand, and a rerun of it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { diffTraces } from "../../src/diff-runs.ts";
import { renderPage } from "../../src/cli/html-page.ts";
import { traceRun } from "../../src/journal/trace.ts";
import { leadFinding, misquote, RunEvents } from "../journal/run-events.ts";

function textOf(html: string): string {
  return html.replace(/<[^>]+>/g, "").replace(/\s+/g, " ");
}

describe("the page of a run with its lineage", () => {
  const trace = traceRun(leadFinding().list);
  const page = renderPage(trace.view, { trace });

  test("names what rests on a step, links to it, and says what may", () => {
    const load = /data-sure="([^"]*)" data-may="([^"]*)"><summary>(Rests on this: [^<]*)/.exec(page);
    const names = (load?.[1] ?? "").split(" ").map((id) => trace.bySeq.get(Number(id.slice(1)))?.step.name);
    assert.deepEqual(names, [
      "scout",
      "review-claims",
      "profile-table",
      "profile-table",
      "profile",
      "write-report",
    ]);
    assert.match(load?.[3] ?? "", /6 steps for certain/);
    for (const id of (load?.[1] ?? "").split(" "))
      assert.ok(page.includes(`id="${id}"`), `${id} is on the page`);
  });

  test("lays a rejected attempt beside what was accepted", () => {
    const beside = /attempt 1, beside what was accepted(.*?)<\/section>/s.exec(page)?.[1] ?? "";
    const text = textOf(beside);
    assert.ok(text.includes(`rejected${misquote.claimed}`), text);
    assert.ok(text.includes(`accepted${misquote.found}`), text);
    assert.ok(text.includes("claims[0].quote"));
  });

  test("is the same page without lineage, only without it", () => {
    const bare = renderPage(trace.view);
    assert.ok(!bare.includes('class="data blast"') && !bare.includes('class="rerun"'));
  });
});

describe("the page of a rerun", () => {
  const hostile = "<img src=x onerror=alert(1)>";

  function rerun() {
    const [old, now] = [
      new RunEvents(),
      new RunEvents({ rerunOf: "r0199aaaabbbbccccdddd01" as never }, "r0199aaaabbbbccccdddd02"),
    ];
    for (const run of [old, now]) {
      const isNew = run === now;
      const kept = run.completed("kept", { a: "as it was" }, isNew ? { reused: 3 } : {});
      const asked = run.completed(
        "asked",
        { b: isNew ? hostile : "before" },
        { input: { $step: kept }, reads: [kept] },
      );
      run.completed(
        "after",
        { c: isNew ? 2 : 1 },
        { input: { $step: asked }, in: isNew ? '"x"' : '"y"', reads: [asked] },
      );
      if (!isNew) run.completed("gone", 1);
      run.add("run.completed", { output: { c: isNew ? 2 : 1 }, hash: isNew ? "2" : "1" });
    }
    const [before, after] = [traceRun(old.list), traceRun(now.list)];
    const told = { redo: ["asked"], because: hostile, by: "ada" };
    return renderPage(after.view, { trace: after, diff: diffTraces(before, after), told });
  }

  test("tells what was taken over, what was done again and why, and what came of it", () => {
    const section = /<section class="rerun">(.*?)<\/section>/s.exec(rerun())?.[1] ?? "";
    const text = textOf(section);
    assert.match(text, /ada asked to do asked again/);
    assert.match(text, /1 step taken over, 2 done again, 0 of them with the same output/);
    assert.match(text, /askedit was asked forchanged/);
    assert.match(text, /afterits input changedchanged/);
    assert.match(text, /No longer part of it: gone/);
    assert.match(text, /before and after ?c ?before1after2/);
  });

  test("escapes what others wrote there too (CLI3)", () => {
    const page = rerun();
    assert.ok(!page.includes(hostile));
    assert.ok(page.includes("&lt;img src=x onerror=alert(1)&gt;"));
  });
});
