// The QuickJS level against the suite of the port, and what is its own: it has
// no Python, and a language is refused, never translated.

import assert from "node:assert/strict";
import { it } from "node:test";
import { openSandbox } from "../../../src/toolbox/code-interpreter/code-interpreter.ts";
import { sandboxSpec } from "../../spec/sandbox.spec.ts";

sandboxSpec("quickjs", () => openSandbox({ level: "quickjs" }), false);

it("refuses Python in words, and says what to do instead", async () => {
  const sandbox = await openSandbox({ level: "quickjs" });
  assert.deepEqual(sandbox.languages, ["javascript"]);
  const asked = sandbox.run({ language: "python", code: "print(1)", files: [] });
  await assert.rejects(asked, { code: "SANDBOX_LANGUAGE", message: /python/, fix: /JavaScript/ });
});
