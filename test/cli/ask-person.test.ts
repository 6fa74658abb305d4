// A decision could be taken that nobody took: an empty line as a yes, a typing error as a no, an edit that is not
// what was saved. Provoked with lines in place of a person, and programs in place of an editor.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { askPerson, editValue } from "../../src/cli/ask-person.ts";
import { announceKeys, announceModels, estimateLine } from "../../src/cli/models-line.ts";
import { givenPlace, givenValue, whoActs } from "../../src/cli/given.ts";
import { viewRun } from "../../src/journal/view.ts";
import type { RunId } from "../../src/base/ids.ts";
import type { ReviewItem } from "../../src/open.ts";
import { scripted } from "../../src/standin/scripted.ts";
import { answer, leadFinding, RunEvents } from "../journal/run-events.ts";
import { fakeScreen } from "./fake-screen.ts";

const folder = mkdtempSync(join(tmpdir(), "firebreak-ask-"));
after(() => rmSync(folder, { recursive: true }));

function item(it: Partial<ReviewItem> = {}): ReviewItem {
  return {
    run: "r1" as RunId,
    workflow: "w",
    asked: 7,
    askedAt: 0,
    step: "s",
    ask: "ok?",
    why: "",
    problems: [],
    restsOn: [],
    onYes: "",
    onNo: "",
    onSilence: "",
    onSendBack: "",
    shown: { a: 1 },
    shownHash: "h",
    mode: "review",
    ...it,
  };
}

function lines(...said: string[]): { ask: (prompt: string) => Promise<string>; prompts: string[] } {
  const prompts: string[] = [];
  return { prompts, ask: (prompt) => (prompts.push(prompt), Promise.resolve(said.shift() ?? "")) };
}

/** A program that stands for an editor. */
function editor(body: string): string {
  const file = join(folder, `editor-${Math.abs(body.length)}-${body.charCodeAt(2)}.sh`);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("asking at the terminal", () => {
  test("takes only what is clearly a yes for a yes; an empty line leaves the question open", async () => {
    assert.deepEqual(await askPerson(fakeScreen(), item(), lines("yse", "y").ask), { decision: "approve" });
    assert.equal(await askPerson(fakeScreen(), item(), lines("").ask), "later");
    assert.equal(
      await askPerson(fakeScreen(), item(), lines(...Array.from({ length: 30 }, () => "?")).ask),
      "later",
    );
  });

  test("asks for the reason of a no", async () => {
    assert.deepEqual(await askPerson(fakeScreen(), item(), lines("r", "wrong").ask), {
      decision: "reject",
      because: "wrong",
    });
    assert.deepEqual(await askPerson(fakeScreen(), item(), lines("n", "").ask), { decision: "reject" });
  });

  test("does not offer to edit a cap", async () => {
    const { ask, prompts } = lines("e", "a");
    assert.deepEqual(await askPerson(fakeScreen(), item({ mode: "cap" }), ask), { decision: "approve" });
    assert.ok(!prompts.join("").includes("edit"));
  });

  test("fills a form member by member, in the types its schema names", async () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        age: { type: "number" },
        ok: { type: "boolean" },
        note: { type: "string" },
      },
    };
    const said = await askPerson(
      fakeScreen(),
      item({ mode: "form", schema }),
      lines("42", "42", "yes", "").ask,
    );
    assert.deepEqual(said, { decision: "answer", value: { name: "42", age: 42, ok: true } });
  });
});

describe("editing", () => {
  test("gives what was saved", () => {
    assert.deepEqual(editValue({ a: 1 }, { EDITOR: editor(`echo '{"a":2}' > "$1"`) }), { a: 2 });
  });

  test("of an editor that fails, or saves no JSON, or is not set, decides nothing", () => {
    assert.throws(() => editValue({}, { EDITOR: editor("exit 3") }), { code: "EDITOR_FAILED" });
    assert.throws(() => editValue({}, { EDITOR: editor(`echo '{no' > "$1"`) }), { code: "EDITOR_FAILED" });
    assert.throws(() => editValue({}, {}), { code: "EDITOR_FAILED" });
  });
});

describe("what is given on a command line", () => {
  test("values are JSON or files of it", () => {
    writeFileSync(join(folder, "v.json"), "[1]");
    assert.deepEqual(givenValue(`@${join(folder, "v.json")}`), [1]);
    assert.throws(() => givenValue("@/no/such"), { code: "INPUT_UNREADABLE" });
  });

  test("a place is a run and a number; who acts has a name", () => {
    assert.deepEqual(givenPlace("last:12"), { run: "last", seq: 12 });
    assert.deepEqual(givenPlace("r01"), { run: "r01" });
    assert.throws(() => givenPlace("a:b"), { code: "OPTION_INVALID" });
    assert.equal(whoActs({ FIREBREAK_USER: "ada" }), "ada");
    assert.notEqual(whoActs({}), "");
  });
});

describe("the line about models", () => {
  const standin = scripted([], { id: "scripted:x" });

  test("tells a language model from a stand-in, through aliases", () => {
    assert.match(
      announceModels({ aliases: { fast: standin, strong: "fast" } }, {}),
      /^No language model is used\. In its place: scripted/,
    );
    assert.equal(
      announceModels({ aliases: { fast: standin } }, { model: "anthropic:m" }),
      "Language models: anthropic:m. Capped at 1.00 USD and 200 calls.",
    );
    assert.match(
      announceModels({ aliases: { fast: standin, strong: "openai:m" } }, { cap: { usd: 2 } }),
      /^Language models: openai:m\. Capped at 2\.00 USD/,
    );
    assert.equal(
      announceModels({}, {}),
      "No language model is configured here; one that an agent names itself is capped at 1.00 USD and 200 calls.",
    );
  });

  test("says of a key that it lies unused, only where no model was named", () => {
    const env = { ANTHROPIC_API_KEY: "k" };
    assert.match(
      announceKeys({ aliases: { fast: standin } }, {}, env) ?? "",
      /^ANTHROPIC_API_KEY found, not used; add --model anthropic:/,
    );
    assert.equal(announceKeys({}, { model: "anthropic:m" }, env), undefined);
    assert.equal(announceKeys({}, {}, {}), undefined);
  });

  test("estimates what a model would have cost from the tokens of the stand-in, where they were counted", () => {
    const run = new RunEvents();
    run.completed("model", answer("x", "baseline:rules", "baseline"), { kind: "model" });
    assert.match(
      estimateLine(viewRun(run.list), { ANTHROPIC_API_KEY: "k" }) ?? "",
      /^With --model anthropic:\S+ these 1 calls would cost about 0\.\d+ USD\.$/,
    );
    assert.equal(estimateLine(viewRun(leadFinding().list), { ANTHROPIC_API_KEY: "k" }), undefined);
  });
});
