// One agent end to end: its tools, its gate and its retry, over a real socket in
// the provider's own format, on a journal in a file. What could go wrong: the
// provider refuses what the loop sends, or the key that pays for it (a canary
// here, which the tool, the program and the model all repeat) ends up in the
// journal, in kept bytes, in a log line, on a page, or in what watchers see.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { agent, type Artifact, open, retry, tool, workflow } from "firebreak";
import { decodedOutput, flatten } from "../../src/journal/view.ts";
import { keys, openWire, type Wire } from "../model/wire.ts";
import { sightingsIn, sightingsInText } from "../support/canary.ts";

const canary = keys.ANTHROPIC_API_KEY;
const folder = mkdtempSync(join(tmpdir(), "firebreak-wire-"));
let wire: Wire;
before(async () => {
  wire = await openWire();
});
after(async () => {
  await wire.close();
  rmSync(folder, { recursive: true });
});

const look = tool({
  name: "look",
  description: "Looks into the environment.",
  input: z.object({ where: z.string() }),
  effect: "none",
  run: async ({ where }, context) => {
    const file = await context.artifact(`${canary}.txt`, "text/plain", `header x-api-key: ${canary}`);
    const bytes = await context.artifact(
      "raw.bin",
      "application/octet-stream",
      Buffer.from(`\u0000${canary}\u0000`),
    );
    return {
      where,
      text: `the key is ${canary}`,
      [canary]: true,
      bytes: new TextEncoder().encode(canary),
      url: `https://x.test/?k=${encodeURIComponent(canary)}`,
      files: [file, bytes],
    };
  },
});

const reader = agent({
  name: "reader",
  input: z.object({ task: z.string() }),
  instructions: "Say what the key is for.",
  models: ["anthropic:claude-sonnet-4-5"],
  tools: [look],
  output: z.object({ summary: z.string() }),
  checks: [(it) => it.summary.includes("pays") || "say what it pays for"],
  onFail: [retry(1)],
});

const reading = workflow({
  name: "reading",
  run: async (ctx) => {
    const { summary } = await ctx.call(reader, { task: "find the key" });
    ctx.log(`the key was ${canary}`, { key: canary });
    const said = await ctx.settle(() => ctx.step("throws", { canary }, () => assert.fail(`with ${canary}`)));
    return { summary, said };
  },
});

test("an agent with a tool and a retry works over the wire, and its key is nowhere but in the requests' header (M3)", async (t) => {
  const usage = { input_tokens: 50, output_tokens: 9 };
  const call = { name: "look", arguments: JSON.stringify({ where: canary }), id: "call_1" };
  wire.mock.on(
    { userMessage: "find the key", hasToolResult: false },
    { content: `Looking for ${canary}.`, toolCalls: [call], usage },
  );
  wire.mock.on(
    { userMessage: "find the key", hasToolResult: true },
    { content: JSON.stringify({ summary: `It is ${canary}.` }), usage },
  );
  wire.mock.on(
    { userMessage: "say what it pays for" },
    { content: JSON.stringify({ summary: `It pays: ${canary}` }), usage },
  );

  const fb = await open({
    journal: join(folder, "journal.db"),
    env: { ANTHROPIC_API_KEY: canary },
    config: { endpoints: { anthropic: { url: `${wire.url}/v1` } } },
  });
  t.after(() => fb.close());
  const run = await fb.start(reading, null);
  const seen: string[] = [];
  for await (const event of run.events({ live: true })) seen.push(JSON.stringify(event));
  assert.deepEqual(wire.faults(), [], "every request passes the strict reader");
  assert.deepEqual(await run.result(), {
    summary: "It pays: «secret ANTHROPIC_API_KEY»",
    said: { ok: false, outcome: "failed", message: "with «secret ANTHROPIC_API_KEY»", problems: [] },
  });

  const view = await fb.view(run.id);
  assert.equal(view.calls, 3);
  assert.ok(view.costUsd > 0);
  assert.equal(view.usage.inputTokens, 150);
  assert.deepEqual(view.models, ["anthropic:claude-sonnet-4-5"]);
  assert.ok(
    seen.some((it) => it.includes("live.delta")),
    "the answers were streamed to a watcher",
  );

  const looked = [...flatten(view.steps)].find((it) => it.kind === "tool")!;
  const { files } = decodedOutput(looked) as unknown as { files: Artifact[] };
  for (const { hash, name } of files) {
    assert.doesNotMatch(name, /canary/);
    assert.match(Buffer.from(await fb.blob(hash)).toString("latin1"), /secret ANTHROPIC_API_KEY/);
  }
  assert.equal(files.length, 2);
  await fb.close();

  assert.equal(wire.sent.length, 3);
  for (const { headers, body } of wire.sent) {
    assert.equal(headers["x-api-key"], canary);
    assert.deepEqual(sightingsInText("the body", body, canary), []);
  }
  assert.deepEqual(sightingsInText("events and live notes", seen.join("\n"), canary), []);
  assert.deepEqual(sightingsInText("the view", JSON.stringify({ ...view, bySeq: undefined }), canary), []);
  assert.deepEqual(sightingsIn([folder], canary), []);
});
