// Something turns out wrong after the run has ended: what rested on it is done again, and nothing else. The report and its
// numbers are invented. No language model is used: the answers are written below.
//
//   node --conditions=firebreak-source examples/second-look/second-look.ts
//
// It prints what each part did: `redo` asks a step again, `set` gives its output by hand, a send-back has it made again
// while the run is open, and a check that runs alongside undoes its step when it fails late.

import { agent, diffRuns, grounded, open, retry, type RunHandle, workflow } from "firebreak";
import { scripted } from "firebreak/standin";
import { z } from "zod";

const report =
  "(invented) Pump 3 held 80 bar for an hour. The valve opened at 95 bar. It was 12 degrees outside.";
const Given = z.object({ report: z.string() });
const Bar = z.object({ bar: z.number() });

// Both numbers stand in the report, so the gate on them passes: which of them was asked for is what a person saw later.
const readings = scripted([{ bar: 95 }, { bar: 80 }]);
const reader = agent({
  name: "reader",
  input: z.object({ question: z.string(), report: z.string() }),
  instructions: "Which pressure did the pump hold?",
  models: [readings],
  output: Bar,
  checks: [grounded("bar")],
});
const weather = agent({
  name: "weather",
  input: Given,
  instructions: "How warm was it outside?",
  models: [scripted([{ degrees: 12 }])],
  output: z.object({ degrees: z.number() }),
  checks: [grounded("degrees")],
});

const inspection = workflow({
  name: "inspection",
  input: Given,
  async run(ctx, { report: text }) {
    const air = await ctx.call(weather, { report: text });
    const held = await ctx.call(reader, { question: "the pump", report: text });
    const limit = await ctx.step("limit", held, ({ bar }) => bar * 0.9);
    return ctx.step(
      "sheet",
      { limit, air },
      (it) => `run it at ${it.limit} bar, seen at ${it.air.degrees} degrees`,
    );
  },
});

const fb = await open({ journal: ":memory:" });
const first = await fb.start(inspection, { report });
console.log(`first run:    ${await first.result()}`);

const plan = await fb.plan(first.id, { redo: ["reader"] });
console.log(`plan:         certain ${plan.certain.map((it) => it.path).join(", ")}`);
console.log(`              possible ${plan.possible.map((it) => it.path).join(", ")}`);
const second = (await fb.rerun(first.id, {
  redo: ["reader"],
  because: "95 is the valve",
})) as RunHandle<string>;
console.log(`redo:         ${await second.result()}`);
await told(first, second);

const third = (await fb.rerun(second.id, { set: { limit: 70 }, by: "ada" })) as RunHandle<string>;
console.log(`set:          ${await third.result()}`);
await told(second, third);

// A value that is given passes the checks of its step like any other: nothing in the report says 81.
const refused = await fb.rerun(second.id, { set: { reader: { bar: 81 } }, by: "ada" });
console.log(`set wrong:    ${(await refused.settled()).status}`);

// A person sends a value back while its run waits: its author is told what was said, and does it again.
const drafts = scripted([{ text: "It held 80 bar." }, { text: "Pump 3 held 80 bar for an hour." }]);
const writer = agent({
  name: "writer",
  input: Given,
  instructions: "One sentence on the pump.",
  models: [drafts],
  output: z.object({ text: z.string() }),
  checks: [grounded("text", { kind: "claims" })],
});
const letter = workflow({
  name: "letter",
  input: Given,
  async run(ctx, given) {
    const draft = await ctx.call(writer, given);
    return (await ctx.review("Send this?", draft)).text;
  },
});
const sent = await fb.start(letter, { report });
await sent.settled();
await decide("send-back", "say which pump, and for how long");
await sent.settled();
await decide("approve");
console.log(`sent back:    ${await sent.result()}`);

// The check runs beside what follows. When it fails late, its step is undone and made again, and what was built on it too.
const guesses = scripted([{ bar: 800 }, { bar: 80 }]);
const quick = agent({
  name: "quick",
  input: Given,
  instructions: "Which pressure did the pump hold?",
  models: [guesses],
  output: Bar,
  unchecked: "judged alongside",
  alongside: [grounded("bar")],
  onFail: [retry(1)],
});
const early = workflow({
  name: "early",
  input: Given,
  async run(ctx, given) {
    const held = await ctx.call(quick, given);
    return ctx.step("limit", held, ({ bar }) => bar * 0.9);
  },
});
const beside = await fb.start(early, { report });
console.log(`alongside:    ${await beside.result()}`);
const undone = (await fb.view(beside.id)).steps.filter((it) => it.state === "invalidated");
console.log(`              undone: ${undone.map((it) => it.name).join(", ")}`);
await fb.close();

/** What a rerun did again, by comparing the two runs. */
async function told(before: RunHandle<unknown>, after: RunHandle<unknown>): Promise<void> {
  const { steps } = await diffRuns(fb.journal, before.id, after.id);
  const of = (change: string): string =>
    steps
      .filter((it) => it.change === change && !it.isInner)
      .map((it) => it.path)
      .join(", ");
  console.log(`              kept ${of("reused")}; changed ${of("changed")}`);
}

async function decide(decision: "approve" | "send-back", because?: string): Promise<void> {
  const [item] = await fb.reviews.list();
  const { run, asked, shownHash } = item!;
  const why = because === undefined ? {} : { because };
  await fb.reviews.decide({ run, asked, shownHash, decision, by: "ada", ...why });
}

// Output:
// first run:    run it at 85.5 bar, seen at 12 degrees
// plan:         certain reader › attempt 1 › model
//               possible reader › attempt 1 › model, reader › attempt 1 › checks, limit, sheet
// redo:         run it at 72 bar, seen at 12 degrees
//               kept weather; changed reader, limit, sheet
// set:          run it at 70 bar, seen at 12 degrees
//               kept weather, reader; changed limit, sheet
// set wrong:    failed
// sent back:    Pump 3 held 80 bar for an hour.
// alongside:    72
//               undone: quick
