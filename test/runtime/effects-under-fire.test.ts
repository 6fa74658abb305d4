// What could go wrong: a process that really dies, at a moment nobody chose,
// leaves an effect sent twice, sent by nobody, or in doubt where it could have
// been found out. Provoked with SIGKILL on processes that send to HTTP, SMTP
// and files while others of them are stopped and their runs taken by force.
// `npm run sim:fire` kills 2,000.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { checkBatch, type Findings } from "../../sim/fire/check-fire.ts";
import type { LedgerLine } from "../../sim/fire/deed.ts";
import { type Batch, runBatch } from "../../sim/fire/harness.ts";

const kills = 20;

describe("effects of processes that are killed", () => {
  test(`are received once, and in doubt only where nobody can tell, over ${kills} kills (E4, E7, E9)`, async (t) => {
    const { folder, batch, found } = await fire({ kills, seed: 5, stops: 0.2 });
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    assert.deepEqual(found.problems, []);
    assert.ok(found.wanted > 0, "nothing was wanted");
    assert.ok(
      batch.kills.some((it) => it.open.length > 0),
      "no kill fell into a window",
    );
    await findsFaults(folder, batch, found);
  });
});

async function fire(options: { readonly kills: number; readonly seed: number; readonly stops: number }) {
  const folder = mkdtempSync(join(tmpdir(), "firebreak-under-fire-"));
  const batch = await runBatch({ ...options, folder, cache: join(folder, "code") });
  return { folder, batch, found: await checkBatch(batch) };
}

/** A checker that finds nothing must be one that would have. */
async function findsFaults(folder: string, batch: Batch, found: Findings): Promise<void> {
  const { appendFileSync, readFileSync, writeFileSync } = await import("node:fs");
  const ledger = join(folder, "ledger.jsonl");
  const before = readFileSync(ledger, "utf8");
  const applied = found.lines.find((it) => it.what === "applied" && it.tool !== "fire-file")!;
  const faults: readonly (readonly [line: LedgerLine, says: RegExp])[] = [
    [applied, /F1 .* was received 2 times/],
    [{ ...applied, id: "s0:never" }, /F1 .* was never wanted/],
    [{ ...applied, what: "arrived", pid: 1 }, /F3 .* without an intent/],
  ];
  for (const [line, says] of faults) {
    appendFileSync(ledger, `${JSON.stringify(line)}\n`);
    assert.match((await checkBatch(batch)).problems.join("\n"), says);
    writeFileSync(ledger, before);
  }
  const blind = found.intents.find((it) => it.tool === "fire-blind" && it.end === "received");
  if (blind === undefined) return;
  const { run, seq, tool } = blind;
  const cut = { ...batch.kills[0]!, stopped: false, open: [{ run: run as never, seq, tool }] };
  const hidden = await checkBatch({ ...batch, kills: [cut] });
  assert.match(hidden.problems.join("\n"), /F2 .* was cut off, and ended as "received"/);
}
