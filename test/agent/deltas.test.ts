// What a watcher sees while a model writes. What could go wrong: text of a
// rejected attempt stands as if it counted, attempts are mixed up, a watcher is
// shown a secret, or watching changes what is recorded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { agent, open, retry, workflow } from "firebreak";
import { registerSecret } from "../../src/base/secrets.ts";
import { scripted } from "firebreak/testing";

registerSecret("DELTA_KEY", "canary-delta-77aa01");

const said = agent({
  name: "said",
  instructions: "x",
  models: [scripted(["wrong, and canary-delta-77aa01", "right"])],
  checks: [(it) => it === "right" || "say right"],
  onFail: [retry(1)],
});
const saying = workflow({ name: "saying", run: (ctx) => ctx.call(said, null) });

test("deltas carry the attempt, and those of a rejected attempt are void", async () => {
  const fb = await open({ journal: ":memory:", env: {} });
  const run = await fb.start(saying, null);
  const notes: string[] = [];
  const scopes = new Set<string>();
  for await (const event of run.events({ live: true })) {
    if (event.kind !== "live.delta" && event.kind !== "live.void") continue;
    notes.push(`${event.kind} ${event.attempt} ${event.text ?? ""}`.trim());
    scopes.add(`${event.attempt} ${event.scope} ${event.name}`);
  }
  assert.deepEqual(notes, [
    "live.delta 1 wrong, and «secret DELTA_KEY»",
    "live.void 1",
    "live.delta 2 right",
  ]);
  assert.equal(scopes.size, 2, "a void names the scope and step of the deltas it makes void");
  assert.equal(await run.result(), "right");
  await fb.close();
});
