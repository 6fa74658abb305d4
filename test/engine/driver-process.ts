// A process that drives one run, for tests that stop and kill it.
// Arguments: journal file, ledger file. It starts the workflow unless a run of
// it is there, and writes what it does into the ledger, a line each.

import { appendFileSync, existsSync } from "node:fs";
import { z } from "zod";
import { open, tool, workflow } from "../../src/index.ts";

const [, , journal = "", ledger = "", go = ""] = process.argv;

function note(what: string): void {
  appendFileSync(ledger, `${process.pid} ${what}\n`);
}

const mail = tool({
  name: "mail",
  description: "Sends.",
  input: z.object({ q: z.string() }),
  effect: { key: ({ q }) => q },
  run: ({ q }) => {
    note(`mail ${q}`);
    return "receipt";
  },
});

export const driven = workflow({
  name: "driven",
  run: async (ctx) => {
    await ctx.step("recorded", null, () => note("recorded"));
    await ctx.step("held", null, async () => {
      note("held");
      // Until the test lets it go on.
      while (!existsSync(go)) await new Promise((resolve) => setTimeout(resolve, 10));
    });
    await ctx.call(mail, { q: "once" });
    return "end";
  },
});

if (import.meta.main) {
  const fb = await open({ journal, workflows: [driven], env: {} });
  const run = await fb.start(driven, null);
  const end = await run.result().then(String, (error: { code?: string }) => error.code ?? String(error));
  note(`ended ${end}`);
  await fb.close();
}
