// What a gate lets through and what it stops, and how good it is. The order and the bank statement are invented. No language
// model is used: the answers are written below, the first with a quotation nobody wrote, the second with a wrong amount,
// the third right. Then known faults are planted in the right answer, and the same checks judge each.
//
//   node --conditions=firebreak-source examples/checks/checks.ts
//
// It prints what the gate found in each answer, what was built on the accepted one, and the gate's catch rate with what
// it did not catch.

import { agent, arithmetic, grounded, open, reconciles, retry, workflow } from "firebreak";
import { scripted } from "firebreak/standin";
import { measureChecks } from "firebreak/testing";
import { z } from "zod";

const mail = [
  "(invented) Dear Ms Okafor,",
  "please book our two transfers of 4 March: 1,240.50 EUR for invoice R-117",
  "and 310 EUR for invoice R-120. Nothing is to be paid before Friday.",
].join("\n");
const statement = [
  { reference: "R-117", amount: 1240.5 },
  { reference: "R-120", amount: 310 },
];

const Booking = z.object({
  rows: z.array(z.object({ invoice: z.string(), eur: z.number() })),
  total: z.number(),
  condition: z.object({ quote: z.string() }),
});
const right = {
  rows: [
    { invoice: "R-117", eur: 1240.5 },
    { invoice: "R-120", eur: 310 },
  ],
  total: 1550.5,
  condition: { quote: "Nothing is to be paid before Friday" },
};
const clerkModel = scripted([
  { ...right, condition: { quote: "Please pay everything at once" } },
  { ...right, rows: [{ invoice: "R-117", eur: 1204.5 }, right.rows[1]!] },
  right,
]);

const checks = [
  grounded<z.infer<typeof Booking>>("condition.quote", { in: "mail" }),
  arithmetic<z.infer<typeof Booking>>({ total: "total", of: "rows[].eur" }),
  reconciles<z.infer<typeof Booking>>({
    left: "rows",
    right: "in:statement",
    key: ["invoice", "reference"],
    amount: ["eur", "amount"],
  }),
] as const;
const clerk = agent({
  name: "clerk",
  input: z.object({
    mail: z.string(),
    statement: z.array(z.object({ reference: z.string(), amount: z.number() })),
  }),
  instructions: "Book the transfers. Quote the condition the mail sets.",
  models: [clerkModel],
  output: Booking,
  checks,
  onFail: [retry(2)],
});

const booking = workflow({
  name: "booking",
  async run(ctx) {
    const booked = await ctx.call(clerk, { mail, statement });
    return ctx.step("post", booked, ({ rows, total }) => `${rows.length} rows, ${total} EUR`);
  },
});

const fb = await open({ journal: ":memory:" });
const run = await fb.start(booking, null);
const posted = await run.result();
for (const step of (await fb.view(run.id)).steps[0]!.children) {
  const problems = step.verdicts.flatMap((it) => it.problems);
  const found = problems.map((it) => `${it.path ?? "rows"}: ${it.message}`);
  console.log(`${step.name}: ${found.length === 0 ? "passes" : found.join("\n           ")}`);
}
console.log(`posted: ${posted}`);

const read = [
  { name: "mail", text: mail, value: mail },
  { name: "statement", value: statement },
];
const carrier = { name: "the booking", output: right, context: { input: { mail, statement }, read } };
const { carriers, total, survivors } = await measureChecks(checks, [carrier], { perOperator: 20 });
console.log(`faults planted ${total.planted}, caught ${total.caught}, survived ${total.survived}`);
console.log(`right answers turned down: ${carriers.alarms}`);
for (const it of survivors)
  console.log(`survived: ${it.operator} at ${it.path}: ${it.before} -> ${it.after}`);
await fb.close();

// Output:
// attempt 1: condition.quote: the quotation does not occur word for word in mail
// attempt 2: total: is 1550.5, but the sum of 1204.5, 310 is 1514.5
//            rows[0]: R-117: 1204.5 here, 1240.5 at in:statement[0] (-36 apart)
// attempt 3: passes
// posted: 2 rows, 1550.5 EUR
// faults planted 26, caught 26, survived 0
// right answers turned down: 0
