// What could go wrong: a template that runs in a bare context needs something the sandbox has not. Provoked by running both
// programs, and the one that fails, in QuickJS, which is there on every machine.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openSandbox, type Sandbox } from "firebreak/toolbox/code-interpreter";
import type { FittedCurve } from "./curves.ts";
import { type LeadCase } from "./data.ts";
import { type ProgramResult, programTool } from "./program-tool.ts";
import { edited, fitsIn, playFits, playRefit, profilesOf, smallCase } from "./testing.ts";

const small = smallCase(3);
let sandbox: Sandbox;
before(async () => {
  sandbox = await openSandbox({ level: "quickjs" });
});
const abort = new AbortController();
after(() => abort.abort());

type Context = Parameters<ReturnType<typeof programTool>["run"]>[1];

async function run(of: LeadCase, code: string): Promise<ProgramResult> {
  const kept = new Map<string, Uint8Array>();
  const context: Context = {
    abort: abort.signal,
    attempt: 1,
    artifact: (name, mediaType, bytes) => {
      const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
      kept.set(name, content);
      return Promise.resolve({ artifact: true, name, mediaType, hash: name, size: content.length });
    },
    bytes: ({ name }) => Promise.resolve(kept.get(name) ?? new Uint8Array()),
  };
  return programTool(of.tables, sandbox).run({ code }, context);
}

function codeOf(played: ReturnType<typeof playFits>): string {
  const [first] = played.asks;
  return (first as { args: { code: string } }).args.code;
}

test("runs both programs in the sandbox, to the same fits as outside it", async () => {
  for (const played of [playFits(small), playRefit(small)]) {
    const result = await run(small, codeOf(played));
    assert.equal(result.exit, "ok", result.stderr);
    const inside = JSON.parse(result.files[0]?.text ?? "[]") as FittedCurve[];
    const outside = fitsIn(played);
    assert.equal(inside.length, outside.length);
    // Engines differ in the last bits of a power; where the data say nothing of a parameter, that shows.
    for (const [index, fit] of inside.entries()) {
      const other = outside[index];
      assert.ok(other?.kind === "fitted" && Math.abs(other.r2 - fit.r2) < 1e-8, JSON.stringify([fit, other]));
    }
  }
});

test("fails in the sandbox with the columns it found, when one has another name", async () => {
  const renamed = edited(small, "curve_points.csv", (text) => text.replace("excluded_by_lab", "lab_outlier"));
  const result = await run(renamed, codeOf(playFits(renamed, profilesOf(renamed))));
  assert.equal(result.exit, "error");
  assert.match(
    result.stderr,
    /no column "excluded_by_lab" in curve_points\.csv; its first line is: compound_id,/,
  );
});
