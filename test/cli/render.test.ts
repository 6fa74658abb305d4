// What is printed could wrap at 80 columns, hide a failure behind colour, carry a model's escape codes to the
// terminal, or send cursor codes into a pipe. Provoked with one known run, narrow screens and hostile text.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { LiveView } from "../../src/cli/live-view.ts";
import { clean, columns, fit, oneLine, wrap } from "../../src/cli/plain-text.ts";
import { renderMistake } from "../../src/cli/render-mistake.ts";
import { renderReview } from "../../src/cli/render-review.ts";
import { renderRun, renderStep } from "../../src/cli/render-run.ts";
import { renderTable } from "../../src/cli/render-table.ts";
import { renderValue } from "../../src/cli/render-value.ts";
import { length, money } from "../../src/cli/units.ts";
import { caughtMistakes, findStep, type RunView, viewRun } from "../../src/journal/view.ts";
import type { ReviewItem } from "../../src/open.ts";
import type { RunId } from "../../src/base/ids.ts";
import { leadFinding, RunEvents } from "../journal/run-events.ts";
import { fakeScreen } from "./fake-screen.ts";

const hostile =
  "\u001b[31mred\u001b[0m \u001b]0;title\u0007\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\ \u202egnp.exe\u202c \u0000\u0008\u009b2Jx\u200b\u{e0041}";

function hostileView(): RunView {
  const run = new RunEvents({ workflow: hostile });
  run.completed(hostile, { [hostile]: hostile }, { input: hostile });
  run.add("run.logged", { scope: "", level: "warn", message: hostile });
  run.add("run.failed", { outcome: "failed", message: hostile });
  return viewRun(run.list);
}

/** Everything but line breaks and printable characters. */
// oxlint-disable-next-line no-control-regex
const unsafe =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\u{e0000}-\u{e007f}]/u;

describe("text of others", () => {
  test("loses control sequences, control characters and bidi marks (CLI2)", () => {
    assert.equal(oneLine(hostile), "red link gnp.exe x");
    assert.equal(clean("a\nb\tc\r\nd"), "a\nb\tc\nd");
    assert.equal(clean("a\u001b]0;never ended"), "a");
    assert.equal(clean("\u001bPdevice\u001b\\ok\u001b_app\u001b\\"), "ok");
  });

  test("is harmless wherever it is printed (CLI2)", () => {
    const view = hostileView();
    const screen = fakeScreen();
    const live = new LiveView(screen);
    live.update(view, [], view.startedAt);
    screen.print(
      ...renderRun(screen, view, 0),
      ...renderStep(screen, view, view.steps[0] ?? assert.fail()),
      ...renderTable(screen, ["a"], [[hostile]]),
    );
    screen.print(
      ...renderValue(screen, [
        { a: hostile, b: 1 },
        { a: hostile, b: 2 },
      ]),
      ...renderReview(screen, review({ ask: hostile, why: hostile, shown: hostile, restsOn: [hostile] })),
    );
    assert.doesNotMatch(screen.printed.join("\n"), unsafe);
    assert.match(screen.text(), /red link gnp\.exe/);
  });

  test("keeps its width in columns, wide characters counted twice", () => {
    assert.equal(columns("日本"), 4);
    assert.equal(fit("日本語", 5), "日本…");
    assert.equal(fit("short", 5), "short");
    assert.deepEqual(wrap("one two three abcdefghij", 8), ["one two", "three", "abcdefgh", "ij"]);
  });
});

describe("a run in the terminal", () => {
  test("fits in 80 columns, and says states in words for those without colour", () => {
    const screen = fakeScreen();
    const lines = renderRun(screen, viewRun(leadFinding().list), 0);
    for (const line of lines) assert.ok(columns(line) <= 80, line);
    const text = lines.join("\n");
    assert.match(text, /lead-finding {2}r0199aaaabbbbccccdddd01 {2}completed in/);
    assert.match(text, /language models: anthropic:claude-x; stand-ins: saboteur/);
    assert.match(text, /✗ attempt 1 .*rejected · grounded failed/);
    assert.match(text, /✓ attempt 2 .*anthropic:claude-x +grounded passed/);
  });

  test("tells a caught mistake in five lines: claim, source, place, what happened next, readers", () => {
    const [mistake] = caughtMistakes(viewRun(leadFinding().list));
    assert.ok(mistake);
    assert.deepEqual(renderMistake(fakeScreen(), mistake), [
      "  claimed  scout, attempt 1: IC50 of 12 nM against the protease",
      "  source   IC50 of 120 nM against the protease",
      "  where    papers/boby-2023.txt:14 (grounded(claims[].quote))",
      "  next     next model, anthropic:claude-x; attempt 2 passed",
      "  read by  0 steps had read it",
    ]);
  });

  test("says that no language model was used, where none was", () => {
    const run = new RunEvents();
    run.completed("load", 1);
    assert.match(renderRun(fakeScreen(), viewRun(run.list), 0).join("\n"), /no language model was used/);
  });

  test("shows of one step what it took, gave, and who read it", () => {
    const view = viewRun(leadFinding().list);
    const lines = renderStep(fakeScreen(), view, findStep(view, "load-case") ?? assert.fail()).join("\n");
    assert.match(lines, /read by {2}scout \(\d+\), profile-table/);
    assert.match(lines, /"papers": 3/);
  });
});

describe("the live view", () => {
  test("prints one plain line an ended step in a pipe, each once (CLI1)", () => {
    const screen = fakeScreen();
    const live = new LiveView(screen);
    const { list } = leadFinding();
    for (let length = 1; length <= list.length; length += 1)
      live.update(viewRun(list.slice(0, length)), [], 0);
    live.stop();
    assert.doesNotMatch(screen.printed.join("\n"), unsafe);
    assert.deepEqual(screen.drawn, []);
    const names = screen.printed.map((it) => it.trim().split(/ {2,}/)[0]);
    assert.deepEqual(names, [
      "✓ load-case",
      "✗ attempt 1",
      "✓ attempt 2",
      "✓ scout",
      "? review-claims",
      "✓ review-claims",
      "✓ profile",
      "✓ write-report",
      "shortlist written",
    ]);
  });

  test("redraws in a terminal within its height and width, and gives the cursor back", () => {
    const screen = fakeScreen({ isTerminal: true, width: 60, height: 8 });
    const live = new LiveView(screen);
    const { list } = leadFinding();
    for (let length = 1; length <= list.length; length += 1) {
      const view = viewRun(list.slice(0, length));
      live.update(
        view,
        [{ scope: "", name: "next", attempt: 1, at: view.startedAt, model: "strong" }],
        view.startedAt + 500,
      );
    }
    live.stop();
    for (const frame of screen.drawn.slice(0, -1)) {
      const lines = frame.split("\n").slice(0, -1);
      assert.ok(lines.length <= 8, `${lines.length} lines`);
      for (const line of lines) assert.ok(columns(line) <= 60, line);
    }
    assert.match(stripVTControlCharacters(screen.drawn.at(-2) ?? ""), /● next .*strong/);
    assert.equal(screen.drawn.at(-1), "\u001b[?25h");
  });
});

function review(it: Partial<ReviewItem> = {}): ReviewItem {
  return {
    run: "r1" as RunId,
    workflow: "w",
    asked: 7,
    askedAt: 0,
    step: "review-claims",
    ask: "Are these the claims?",
    why: "The workflow asks before it goes on.",
    problems: [{ check: "grounded", message: "not found", claimed: "12", found: "120", where: "a.txt:3" }],
    restsOn: ["scout (baseline), grounded passed"],
    onYes: "The claims are tested.",
    onNo: "The run ends as rejected.",
    onSilence: "It waits.",
    onSendBack: "Not possible yet.",
    shown: { claims: 2 },
    shownHash: "h",
    mode: "review",
    ...it,
  };
}

describe("a review", () => {
  test("states seven things below what is shown", () => {
    const lines = renderReview(fakeScreen(), review());
    const labels = lines.map((it) => /^ {2}([A-Z][a-z]+(?: [a-z]+)?) /.exec(it)?.[1]).filter(Boolean);
    assert.deepEqual(labels, ["Asked", "Why you", "Rests on", "On yes", "On no", "No answer", "Send back"]);
    assert.match(lines.join("\n"), /It says “12”, the\s+source “120”/);
    for (const line of lines) assert.ok(columns(line) <= 80, line);
  });
});

describe("values and units", () => {
  test("rows of flat objects are a table, cut where it is long", () => {
    const rows = Array.from({ length: 50 }, (_, at) => ({ id: at, name: `n${at}` }));
    const lines = renderValue(fakeScreen(), rows, 5);
    assert.deepEqual(lines.slice(0, 3), ["id  name", "0   n0", "1   n1"]);
    assert.equal(lines.at(-1), "… 46 more lines (--json shows all)");
  });

  test("a table gives way where the screen is narrow", () => {
    const lines = renderTable(fakeScreen({ width: 40 }), ["id", "text"], [["1", "x".repeat(100)]]);
    for (const line of lines) assert.ok(columns(line) <= 40, line);
  });

  test("lengths and amounts have no more digits than tell something", () => {
    assert.deepEqual([0, 840, 2_140, 252_000, 11_100_000, 187_200_000].map(length), [
      "0 ms",
      "840 ms",
      "2.1 s",
      "4 min 12 s",
      "3 h 05 min",
      "2 d 4 h",
    ]);
    assert.deepEqual([0, 1.5, 0.0123, 0.02, 0.00042].map(money), [
      "0.00 USD",
      "1.50 USD",
      "0.0123 USD",
      "0.02 USD",
      "0.00042 USD",
    ]);
  });
});
