// The clerk's answers come from the baseline here too, so the tests need no key and cost nothing. testRun also fails when
// workflow code uses the clock or the network outside a step, and when a replay would come to something else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { scripted, testRun } from "firebreak/testing";
import config from "./firebreak.config.ts";
import workflow, { input } from "./reconcile.ts";

test("settles ten of twelve invoices and quotes the mail on the other two", async () => {
  const { output } = await testRun(workflow, input(), { config });
  const lines = output.split("\n");
  assert.equal(lines[0], "10 of 12 invoices are settled.");
  assert.ok(lines.some((it) => it.startsWith("INV-2026-044: 500.00 of 2150.00 EUR is open")));
  assert.ok(lines.includes('  "INV-2026-047 is in the same run, in full."'));
  assert.equal(lines.at(-1), "B08: 89.00 EUR of MERIDIAN PARKING pays no invoice here.");
});

for (const fault of ["misquote", "wrong-number"]) {
  test(`a ${fault} is caught and changes nothing in the end`, async () => {
    const right = await testRun(workflow, input(), { config });
    const spoilt = await testRun(workflow, input(), { config, sabotage: [`clerk=${fault}`] });
    assert.equal(spoilt.step("attempt 1").state, "rejected");
    assert.equal(spoilt.output, right.output);
  });
}

test("an edited bank line is followed, and the rest is not done again", async () => {
  const first = await testRun(workflow, input(), { config });
  const books = input();
  const bank = books.bank.map((it) => (it.line === "B09" ? { ...it, amount: 400 } : it));
  const second = await first.rerun({ input: { ...books, bank } });
  assert.match(second.output, /^9 of 12 invoices.*INV-2026-048: 32\.75 of 432\.75 EUR is open/s);
  const matches = second.events.flatMap((it) =>
    it.kind === "step.completed" && it.data.name === "match" ? [it.data] : [],
  );
  assert.equal(matches.filter((it) => it.reused === undefined).length, 1);
});

test("no bank line pays two invoices", async () => {
  const books = input();
  const [invoice] = books.invoices.filter((it) => it.customer === "Ortiz Catering");
  const finding = { invoice: "", paidBy: ["B10"], open: 0, quotes: [], note: "Paid by B10." };
  const clerk = scripted([finding, finding]);
  const twice = {
    invoices: [invoice!, { ...invoice!, number: "INV-2026-053" }],
    bank: books.bank,
    mail: books.mail,
  };
  const { status, error } = await testRun(workflow, twice, { models: { clerk } });
  assert.equal(status, "failed");
  assert.match(String(error), /Bank line B10 pays more than one invoice/);
});
