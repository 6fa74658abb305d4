// What could go wrong with a mail as an effect: a refusal is taken for a doubt,
// a line that was cut after the message for a refusal, or a repeat carries
// another Message-ID. Provoked with a small SMTP server of our own, which
// refuses, hangs up, or takes the message.

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { EffectNotSent, workflow } from "firebreak";
import { testRun } from "firebreak/testing";
import { type MailReceipt, mailTool } from "../../../src/toolbox/mail/mail.ts";
import type { Tool, ToolContext } from "../../../src/tool/tool.ts";

/** What the server does: where it says no, or hangs up. */
let fault: { readonly at: string; readonly how: "refuse" | "hang up" } | undefined;
const messages: string[] = [];
const sockets = new Set<Socket>();
let port = 0;

const server = createServer((socket) => {
  sockets.add(socket);
  let text = "";
  let inMessage = false;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  const step = (name: string, line: string): void => {
    if (fault?.at !== name) say(line);
    else if (fault.how === "refuse") say("550 no");
    else socket.destroy();
  };
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    for (;;) {
      const end = inMessage ? text.indexOf("\r\n.\r\n") : text.indexOf("\r\n");
      if (end < 0) return;
      const part = text.slice(0, end);
      text = text.slice(end + (inMessage ? 5 : 2));
      if (inMessage) {
        inMessage = false;
        messages.push(part);
        step("message", "250 taken");
      } else if (/^(EHLO|HELO)/i.test(part)) step("hello", "250 here");
      else if (/^MAIL/i.test(part)) step("from", "250 ok");
      else if (/^RCPT/i.test(part)) step("to", "250 ok");
      else if (/^DATA/i.test(part)) {
        inMessage = fault?.at !== "data";
        step("data", "354 go on");
      } else say("221 bye");
    }
  });
  step("greeting", "220 test");
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

interface Args {
  readonly order: string;
}

function mails(at = port): Tool<Args, MailReceipt> {
  return mailTool<Args>({
    input: z.object({ order: z.string() }),
    server: () => `smtp://127.0.0.1:${at}`,
    from: "Shop <shop@shop.example>",
    key: ({ order }) => order,
    mail: ({ order }) => ({ to: "ann@example.com", subject: `Order ${order}`, text: "It is on its way." }),
    correction: ({ order }) => ({
      to: "ann@example.com",
      subject: `Order ${order}: sorry`,
      text: "It is not.",
    }),
  });
}
const context = { abort: new AbortController().signal, attempt: 1, idempotencyKey: "k1" } as ToolContext;
const send = async (it = mails()): Promise<MailReceipt> => it.run({ order: "7" }, context);

describe("a mail as an effect", () => {
  test("is sent once, under a Message-ID made from its key (ML2)", async () => {
    fault = undefined;
    messages.length = 0;
    const it = mails();
    const flow = workflow({
      name: "mail",
      run: async (ctx) => [
        await ctx.call(it, { order: "1" }),
        await ctx.call(it, { order: "1" }, { name: "same" }),
      ],
    });
    const result = await testRun(flow, null);
    const [first, second] = result.output as MailReceipt[];
    assert.deepEqual(first, second);
    assert.match(first!.messageId, /^<[0-9a-f]{32}@shop\.example>$/);
    assert.deepEqual(first!.accepted, ["ann@example.com"]);
    assert.equal(messages.length, 1);
    assert.ok(messages[0]!.includes(first!.messageId));
    assert.match(messages[0]!, /Order 1/);
  });

  test("that the server refused, at whatever point, or could not be reached for, is certainly not sent (ML1)", async () => {
    for (const at of ["greeting", "from", "to", "data", "message"]) {
      fault = { at, how: "refuse" };
      await assert.rejects(send(), EffectNotSent, at);
    }
    for (const at of ["greeting", "from", "to"]) {
      fault = { at, how: "hang up" };
      await assert.rejects(send(), EffectNotSent, at);
    }
    fault = undefined;
    await assert.rejects(send(mails(1)), EffectNotSent);
  });

  test("whose line was cut after the message was handed over is in doubt (ML1)", async () => {
    fault = { at: "message", how: "hang up" };
    await assert.rejects(send(), (error) => !(error instanceof EffectNotSent));
    fault = undefined;
  });

  test("is made up for by another mail, under a Message-ID of its own", async () => {
    messages.length = 0;
    const it = mails();
    if (it.effect === "none") throw new Error("it has an effect");
    const receipt = await send(it);
    const second = (await it.effect.compensate!({ order: "7" }, receipt, "k2", context)) as MailReceipt;
    assert.notEqual(second.messageId, receipt.messageId);
    assert.match(messages[1]!, /sorry/);
  });
});
