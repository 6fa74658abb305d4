// What could go wrong: the example no longer runs, or prints other than it says at its end. Provoked by running it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { exampleComplaint } from "../../scripts/run-example.ts";

test("what was written is put right, and what the example says of it is what it prints", () => {
  assert.equal(exampleComplaint(join(import.meta.dirname, "effects.ts")), undefined);
});
