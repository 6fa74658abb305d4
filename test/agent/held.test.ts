// Effects inside agents. What could go wrong: a mail goes out for an answer that
// its checks rejected, twice for two attempts that ask for the same, or although
// only an unsure check let the answer pass; or the model believes that it is
// done. Provoked with scripted models, an outbox that counts, and rejected,
// edited and unsure answers.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { agent, type CheckContext, EffectNotSent, retry, review, StepError, tool, unsure } from "firebreak";
import { scripted } from "firebreak/testing";
import type { Effect } from "../../src/tool/tool.ts";
import { play, playAgent, saidBy } from "./play.ts";

interface Mail {
  readonly to: string;
  readonly text: string;
}

function outbox(more: Partial<Effect<Mail, string>> = {}) {
  const sent: Mail[] = [];
  const mail = tool({
    name: "mail",
    description: "Sends a mail.",
    input: z.object({ to: z.string(), text: z.string() }),
    effect: { key: ({ to }: Mail) => to, ...more },
    run: (it: Mail) => {
      if (it.text === "refused") throw new EffectNotSent("the server said no");
      sent.push(it);
      return `receipt ${sent.length}`;
    },
  });
  return { mail, sent };
}

const output = z.object({ answer: z.string() });
const asks = (...args: readonly Mail[]) => ({ toolCalls: args.map((it) => ({ name: "mail", args: it })) });
const hello = { to: "ann", text: "hello" };

/** An agent that mails and answers; "good" passes. */
function clerk(mail: ReturnType<typeof outbox>["mail"], more: object = {}) {
  return agent({
    name: "clerk",
    instructions: "Answer, and mail.",
    models: ["m"],
    tools: [mail],
    output,
    checks: [(it: z.infer<typeof output>) => it.answer === "good" || "not good"],
    onFail: [retry(1)],
    ...more,
  });
}

describe("a tool with an effect that a model calls", () => {
  test("is held, and sent once the gate has passed; the model is told that it has not happened (H1, E5)", async () => {
    const { mail, sent } = outbox();
    let beforeGate = -1;
    const checks = [() => ((beforeGate = sent.length), true as const)];
    const model = scripted([asks(hello), { answer: "good" }]);
    const result = await playAgent(clerk(mail, { checks }), null, { models: { clerk: model } });
    assert.deepEqual(result.output, { answer: "good" });
    assert.equal(beforeGate, 0);
    assert.deepEqual(sent, [hello]);
    assert.match(saidBy("tool", model.requests[1]).join(), /has not been carried out.*Do not say/);
    const story = result.events.map((it) => it.kind).filter((it) => it.startsWith("effect."));
    assert.deepEqual(story, ["effect.intended", "effect.received"]);
  });

  test("is dropped with the attempt that was rejected, and nothing of it is sent (H1)", async () => {
    const { mail, sent } = outbox();
    const other = { to: "bob", text: "hello" };
    const model = scripted([asks(hello), { answer: "bad" }, asks(other), { answer: "good" }]);
    await playAgent(clerk(mail), null, { models: { clerk: model } });
    assert.deepEqual(sent, [other]);
  });

  test("is one effect however many attempts ask for it: no attempt is part of its key (E9)", async () => {
    const { mail, sent } = outbox();
    const model = scripted([asks(hello), { answer: "bad" }, asks(hello), { answer: "good" }]);
    const result = await play(
      async (ctx) => [await ctx.call(clerk(mail), null), await ctx.call(mail, hello)],
      { models: { clerk: model } },
    );
    assert.deepEqual(result.output, [{ answer: "good" }, "receipt 1"]);
    assert.deepEqual(sent, [hello]);
  });

  test("called again for the same effect in one attempt is sent as it was asked for last (H2, H3)", async () => {
    const { mail, sent } = outbox();
    const later = { to: "ann", text: "hello again" };
    const bob = { to: "bob", text: "hello" };
    const model = scripted([asks(hello, bob), asks(later), { answer: "good" }]);
    await playAgent(clerk(mail), null, { models: { clerk: model } });
    assert.deepEqual(sent, [bob, later]);
  });

  test("is shown to checks as an action that is held", async () => {
    const { mail } = outbox();
    let seen: CheckContext["actions"];
    const checks = [(_: unknown, it: CheckContext) => ((seen = it.actions), true as const)];
    const model = scripted([asks(hello), { answer: "good" }]);
    await playAgent(clerk(mail, { checks }), null, { models: { clerk: model } });
    assert.deepEqual(seen, [{ tool: "mail", args: hello, held: true }]);
  });

  test("that is immediate is sent at once, its receipt goes to the model and to the checks", async () => {
    const { mail, sent } = outbox({ immediate: "a draft nobody else sees" });
    let seen: CheckContext["actions"];
    const checks = [(_: unknown, it: CheckContext) => ((seen = it.actions), true as const)];
    const refused = { to: "cat", text: "refused" };
    const model = scripted([asks(hello, hello, refused), { answer: "good" }]);
    await playAgent(clerk(mail, { checks }), null, { models: { clerk: model } });
    assert.deepEqual(sent, [hello]);
    assert.match(saidBy("tool", model.requests[1]).join(), /receipt 1.*receipt 1.*the server said no/);
    assert.deepEqual(seen, [
      { tool: "mail", args: hello, receipt: "receipt 1" },
      { tool: "mail", args: hello, receipt: "receipt 1" },
      { tool: "mail", args: refused },
    ]);
  });

  test("of an answer that a person approved is asked about with its arguments, and a no drops it alone (H1)", async () => {
    for (const [decision, expected] of [
      ["approve", [hello]],
      ["reject", []],
    ] as const) {
      const { mail, sent } = outbox();
      const it = clerk(mail, { onFail: [review({ ask: "May it stand?" })] });
      const asked: unknown[] = [];
      const result = await playAgent(it, null, {
        models: { clerk: scripted([asks(hello), { answer: "bad" }]) },
        reviews: (item) => {
          asked.push(item.shown);
          return item.ask.startsWith("Carry out") ? decision : "approve";
        },
      });
      assert.deepEqual(result.output, { answer: "bad" });
      assert.deepEqual(asked, [{ answer: "bad" }, hello]);
      assert.deepEqual(sent, expected);
    }
  });

  test("of an answer that was let through unsure is never sent without a person (H1)", async () => {
    const { mail, sent } = outbox();
    const it = clerk(mail, { checks: [() => unsure("cannot tell")], unsure: "accept" });
    const result = await playAgent(it, null, {
      models: { clerk: scripted([asks(hello), { answer: "good" }]) },
      reviews: () => "reject",
    });
    assert.deepEqual(result.output, { answer: "good" });
    assert.deepEqual(sent, []);
  });

  test("that was certainly not sent ends the agent as failed: its output is not built on", async () => {
    const { mail } = outbox();
    const model = scripted([asks({ to: "ann", text: "refused" }), { answer: "good" }]);
    const result = await play(
      async (ctx) =>
        ctx.call(clerk(mail), null).catch((error: unknown) => StepError.is(error) && error.message),
      { models: { clerk: model } },
    );
    assert.match(String(result.output), /the server said no/);
  });

  test("that does not say what it changes is held too, and the run warns of it (T2)", async () => {
    let looked = 0;
    const silent = tool({
      name: "mail",
      description: "?",
      input: z.object({ to: z.string(), text: z.string() }),
      run: () => (looked += 1),
    });
    const model = scripted([asks(hello), { answer: "good" }]);
    const result = await playAgent(clerk(silent as never), null, { models: { clerk: model } });
    assert.equal(looked, 1);
    assert.match(result.view.warnings.join(), /does not say what it changes/);
  });
});
