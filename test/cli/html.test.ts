// A page could run a model's markup, load something from elsewhere, leave out a rejected output, or put the
// highlight in the wrong place. Provoked with hostile names and values.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { renderPage } from "../../src/cli/html-page.ts";
import { contrasted, escape, highlighted } from "../../src/cli/html-text.ts";
import { timeScale } from "../../src/cli/html-time.ts";
import { viewRun } from "../../src/journal/view.ts";
import { leadFinding, RunEvents } from "../journal/run-events.ts";

const hostile = `</script><script>alert(1)</script><img src=x onerror="alert(2)">'"&\u202egnp\u0007`;
const escaped =
  "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(2)&quot;&gt;&#39;&quot;&amp;gnp";

function hostilePage(): string {
  const run = new RunEvents({
    workflow: hostile,
    file: hostile,
    input: { [hostile]: hostile },
    options: { x: hostile },
  });
  const problem = {
    check: hostile,
    message: hostile,
    path: hostile,
    claimed: hostile,
    found: hostile,
    where: hostile,
  };
  const verdicts = [
    {
      check: hostile,
      result: "fail",
      problems: [problem],
      note: hostile,
      evidence: [{ path: "a", where: hostile, text: hostile }],
    },
  ];
  const bad = run.completed(
    hostile,
    { a: hostile },
    {
      kind: "attempt",
      more: { verdicts, accepted: false, model: hostile, standin: hostile },
      input: [{ [hostile]: hostile, b: 1 }],
    },
  );
  run.add("effect.intended", {
    scope: "",
    name: hostile,
    kind: "tool",
    in: "e",
    tool: hostile,
    key: hostile,
    revision: "r",
    owner: "p",
    input: hostile,
  });
  const asked = run.add("review.asked", {
    scope: hostile,
    name: hostile,
    kind: "review",
    in: "1",
    ask: hostile,
    mode: "review",
    hash: "h",
    may: 2,
    to: hostile,
    why: hostile,
    problems: [problem],
  });
  run.add("review.decided", { asked, decision: "reject", shownHash: "h", by: hostile, because: hostile });
  run.add("step.invalidated", { seq: bad, because: hostile, by: hostile });
  run.add("run.logged", { scope: "", level: "error", message: hostile });
  run.add("run.failed", { outcome: "failed", message: hostile });
  return renderPage(viewRun(run.list));
}

describe("the page of a run", () => {
  test("escapes every text of others (CLI3)", () => {
    const page = hostilePage();
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.ok(!page.includes("<img"));
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(page, /[\u0000-\u0008\u202a-\u202e]/);
    assert.ok(page.split("&lt;/script&gt;").length > 20);
    assert.equal(escape(hostile), escaped);
  });

  test("loads nothing from elsewhere and allows no script but its own", () => {
    const page = renderPage(viewRun(leadFinding().list));
    assert.doesNotMatch(page, /\b(?:src|href)="(?!#)/);
    assert.doesNotMatch(page, /https?:|url\(|@import/);
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
    const allowed = createHash("sha256").update(script).digest("base64");
    assert.ok(page.includes(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${allowed}'`));
  });

  test("shows rejected and accepted output, claim beside source, evidence in its line, the review, cost and state", () => {
    const page = renderPage(viewRun(leadFinding().list));
    assert.match(page, /Output, not used[\s\S]*?IC50 of 12 nM/);
    assert.match(page, /IC50 of <mark>12<\/mark> nM against[\s\S]*?IC50 of <mark>120<\/mark> nM against/);
    assert.match(page, /The lead had an <mark>IC50 of 120 nM against the protease<\/mark> in the assay/);
    assert.match(page, /Are these the claims to test\?<\/h4>[\s\S]*?<b>approve<\/b> by\s+ada/);
    assert.match(page, /0\.0123 USD/);
    assert.match(page, /0 steps had read it/);
    assert.match(page, /Language models: anthropic:claude-x; stand-ins: saboteur/);
  });

  test("links only to steps that are on it", () => {
    const page = renderPage(viewRun(leadFinding().list));
    for (const [, id] of page.matchAll(/href="#(\w+)"/g)) assert.ok(page.includes(` id="${id}"`), id);
  });
});

describe("marks in text", () => {
  test("stand where the quotation stands, white space and case aside", () => {
    assert.equal(
      highlighted("A  lead\nof 12 nM <b>", "lead of 12").html,
      "A  <mark>lead\nof 12</mark> nM &lt;b&gt;",
    );
    assert.equal(highlighted("a+b (c)", "(c)").html, "a+b <mark>(c)</mark>");
    assert.equal(highlighted("nothing", "here").html, "nothing");
    assert.equal(highlighted("x", undefined).html, "x");
  });

  test("of two texts stand where they differ, and nowhere when all differs", () => {
    assert.deepEqual(
      contrasted("total is 5 EUR", "total is 6 EUR").map((it) => it.html),
      ["total is <mark>5</mark> EUR", "total is <mark>6</mark> EUR"],
    );
    assert.deepEqual(
      contrasted("5", "6").map((it) => it.html),
      ["5", "6"],
    );
    assert.deepEqual(
      contrasted("same", "same").map((it) => it.html),
      ["same", "same"],
    );
  });
});

describe("the line of time", () => {
  test("draws waiting for a person short, and keeps the order", () => {
    const run = new RunEvents();
    run.completed("before", 1, { ms: 1_000 });
    const asked = run.add("review.asked", {
      scope: "",
      name: "ok?",
      kind: "review",
      in: "1",
      ask: "ok?",
      mode: "review",
      hash: "h",
      may: 2,
    });
    run.add("review.decided", { asked, decision: "approve", shownHash: "h", by: "ada" }, 86_400_000);
    run.completed("after", 1, { ms: 1_000 });
    const view = viewRun(run.list);
    const scale = timeScale(view);
    const [before, , after] = view.steps;
    assert.ok(before && after);
    assert.equal(scale(before.startedAt), 0);
    assert.ok(scale(before.startedAt + 1_000) > 45);
    assert.ok(scale(after.startedAt) < 55);
    assert.equal(scale(after.startedAt + 1_000), 100);
  });
});
