// Choosing a level on a machine without bubblewrap: the choice could be made
// silently. The platform is set to one that has none before anything looks.

import assert from "node:assert/strict";
import { it } from "node:test";
import {
  openSandbox,
  probeSandbox,
  type SandboxLevel,
} from "../../../src/toolbox/code-interpreter/code-interpreter.ts";

Object.defineProperty(process, "platform", { value: "darwin" });

it("refuses bubblewrap where it does not work, with the reason and a mend (X5)", async () => {
  const refusal = { code: "SANDBOX_UNAVAILABLE", message: /bubblewrap.*needs Linux/, fix: /quickjs/ };
  await assert.rejects(openSandbox({ level: "bubblewrap" }), refusal);
  await assert.rejects(probeSandbox("bubblewrap"), refusal);
});

it("takes quickjs for auto, and says why", async () => {
  const sandbox = await openSandbox();
  assert.equal(sandbox.level, "quickjs");
  assert.match(sandbox.reason, /bubblewrap does not work here: it needs Linux/);
});

it("refuses a level that does not exist", async () => {
  await assert.rejects(openSandbox({ level: "docker" as SandboxLevel }), { code: "SANDBOX_UNAVAILABLE" });
});
