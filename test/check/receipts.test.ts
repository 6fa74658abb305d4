// E12: a claim of an action passes only with a receipt. What could go wrong: a claim passes on another claim's
// receipt, on a call that is held or failed, or on a receipt of something else; or a report of what others did is
// taken for a claim.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claimedActions } from "../../src/check/claimed-actions.ts";
import type { Action } from "../../src/check/check.ts";
import { receipts, type ReceiptsOptions } from "../../src/check/receipts.ts";
import { verdictOf } from "./judging.ts";

const mail = (to: string, id?: string): Action => ({
  tool: "send_mail",
  args: { to },
  ...(id === undefined ? { held: true } : { receipt: { id } }),
});
const declared: ReceiptsOptions = {
  claims: [{ at: "mails[].sent", tool: "send_mail", values: { "mails[].to": "args.to" } }],
  text: [],
};
const judge = (
  output: unknown,
  actions: readonly Action[] | undefined,
  options: ReceiptsOptions = declared,
) => verdictOf(receipts(options), output, actions === undefined ? {} : { actions });

describe("E12: declared claims", () => {
  const both = {
    mails: [
      { sent: true, to: "a@x" },
      { sent: true, to: "b@x" },
      { sent: false, to: "c@x" },
    ],
  };

  test("pass with a receipt whose values match, shown as evidence", () => {
    const verdict = judge(both, [mail("a@x", "1"), mail("b@x", "2")]);
    assert.deepEqual(
      [verdict.result, verdict.evidence?.map((it) => it.text)],
      ["pass", ['{"id":"1"}', '{"id":"2"}']],
    );
  });

  test("fail without one, and with one of other values", () => {
    const verdict = judge(both, [mail("a@x", "1"), mail("z@x", "2")]);
    assert.deepEqual([verdict.result, verdict.problems.map((it) => it.path)], ["fail", ["mails[1].sent"]]);
    assert.equal(judge(both, []).problems.length, 2);
  });

  test("RCPT1: one receipt bears out one claim, and each gets one wherever that can be", () => {
    const twice = {
      mails: [
        { sent: true, to: "a@x" },
        { sent: true, to: "a@x" },
      ],
    };
    assert.equal(judge(twice, [mail("a@x", "1")]).problems.length, 1);
    const loose: ReceiptsOptions = { claims: [{ at: "ids[]", tool: "send_mail" }], text: [] };
    // The first claim fits both receipts, the second only the one the first would take.
    const actions = [
      { tool: "send_mail", args: { ref: "q" }, receipt: { id: "p" } },
      { tool: "send_mail", args: {}, receipt: { id: "q" } },
    ];
    assert.equal(judge({ ids: ["q", "p"] }, actions, loose).result, "pass");
  });

  test("RCPT2: a held call is no receipt unless it is accepted, and a failed one never is", () => {
    const one = { mails: [{ sent: true, to: "a@x" }] };
    const held = judge(one, [mail("a@x")]);
    assert.match(held.problems[0]!.message, /held until the checks pass/);
    assert.equal(judge(one, [mail("a@x")], { ...declared, held: "accept" }).result, "pass");
    assert.equal(
      judge(one, [{ tool: "send_mail", args: { to: "a@x" } }], { ...declared, held: "accept" }).result,
      "fail",
    );
  });

  test("are unsure where nobody knows what was done", () => {
    assert.equal(judge(both, undefined).result, "unsure");
    assert.equal(judge({ mails: [{ sent: false }] }, undefined).result, "pass");
  });
});

describe("E12: claims in prose", () => {
  const prose = (
    text: string,
    actions: readonly Action[] | undefined = [],
    source = "Please cancel my order.",
  ) =>
    verdictOf(
      receipts(),
      { text },
      {
        ...(actions === undefined ? {} : { actions }),
        read: [{ name: "mail", value: source, text: source }],
      },
    ).result;

  test("in the author's own name fail when nothing was done, and pass with the receipt of such a tool", () => {
    assert.equal(prose("I have sent the confirmation by mail."), "fail");
    assert.equal(prose("I have sent the confirmation by mail.", [mail("a@x", "1")]), "pass");
    assert.equal(prose("I have sent the confirmation by mail.", [mail("a@x")]), "fail");
  });

  test("are unsure when the receipts are of other tools, or nobody knows what was done", () => {
    assert.equal(prose("I refunded the money.", [mail("a@x", "1")]), "unsure");
    assert.equal(verdictOf(receipts(), { text: "I refunded the money." }).result, "unsure");
  });

  test("to the reader fail, though the reader asked for it; what a source reports is no claim", () => {
    assert.equal(prose("Your order has been cancelled."), "fail");
    assert.equal(prose("The contract has been signed."), "unsure");
    assert.equal(
      prose("The contract has been signed.", [], "Both parties have signed, and the contract was signed."),
      "pass",
    );
  });

  // The rules were made with these sentences at hand: this is no estimate of a rate on other texts.
  const claims = [
    "I have sent the confirmation by mail.",
    "I've emailed the customer.",
    "We sent the invoice to ACME yesterday.",
    "The file has been saved to disk.",
    "Your order has now been cancelled.",
    "I have already refunded 40 EUR.",
    "I cancelled the booking and notified the guest.",
    "The report was uploaded to the shared folder.",
    "Email sent.",
    "Ticket #4411 created successfully.",
    "I went ahead and deleted the old records.",
    "A refund has been issued.",
    "The meeting is now scheduled.",
    "Done: invoice posted.",
    "The assistant has updated the record.",
    "All three customers have been notified.",
    "I checked the order and cancelled it.",
  ];
  const others = [
    "I have not sent the mail.",
    "I will send it tomorrow.",
    "The mail could not be sent.",
    "If you have sent it, ignore this.",
    "Should I send it?",
    "Once the file has been saved, tell me.",
    "Please confirm that the order was cancelled.",
    "The order was cancelled by the customer.",
    'He wrote "I have sent the money".',
    "The bill was never paid.",
    "We recommend that the account be closed.",
    "The data can be exported.",
    "I drafted a mail to be sent.",
    "Nothing has been changed.",
    "I was unable to send the mail.",
    "They have not been notified.",
    "You asked whether it was delivered.",
    "Let me know when it has been paid.",
    "I found three claims in the papers.",
    "> I have sent the money.",
  ];
  test("are told from denials, plans, questions, conditions, quotations and others' deeds", () => {
    assert.deepEqual(
      claims.filter((it) => claimedActions(it).length === 0),
      [],
    );
    assert.deepEqual(
      others.filter((it) => claimedActions(it).length > 0),
      [],
    );
  });
});

describe("E12: more ways to claim, and what only looks like it", () => {
  const book: Action = { tool: "book_room", args: { room: "R100" }, receipt: { id: "B1234" } };
  const cancel: Action = { tool: "cancel_booking", args: { id: "B1234" }, receipt: { status: "cancelled" } };
  const prose = (text: string, actions: readonly Action[], source = "") =>
    verdictOf(receipts(), { text }, { actions, read: [{ name: "mail", value: source, text: source }] })
      .result;

  test("what a noun names and a verb completes is a claim, in lists and emphasis too", () => {
    for (const claim of [
      "Your **cancellation** has been successfully processed.",
      "1. **Room R100** has been successfully booked for you.",
      "The change to your booking is complete.",
      "I was able to cancel your booking.",
      "Successfully cancelled your booking.",
      "Your seats are now reserved.",
      "I have completed the exchange.",
      "Your room on May 17 has been booked.",
      "The room has been booked. You will get a mail.",
      "Your room has been cancelled due to being booked by mistake.",
      "I confirm that your room has been cancelled.",
    ])
      assert.equal(prose(claim, []), "fail", claim);
    assert.equal(prose("Your cancellation has been processed.", [cancel]), "pass");
  });

  test("what is dated before, given as a reason, or said of the text itself is none", () => {
    for (const text of [
      "Your booking was made on 2024-05-01.",
      "The room was booked more than 24 hours ago.",
      "Since your order has been cancelled, there is nothing to pay.",
      "The visit was scheduled to begin in March.",
      "The novel was published in two parts, the first in 1605.",
      "I was not able to cancel your booking.",
      "I have corrected the total in the table below.",
      "Your order was completed.",
      "The request is incomplete.",
      "Returns are only possible for orders that have been delivered.",
    ])
      assert.deepEqual(claimedActions(text), [], text);
  });

  test("RCPT3: a status in a source is reported, of this very thing; what its writer once did bears out nothing new", () => {
    const data = '{"order": "W1234", "status": "delivered"}';
    assert.equal(prose("Your order W1234 has been delivered.", [], data), "pass");
    assert.equal(prose("Your order W9999 has been delivered.", [], data), "fail");
    assert.equal(prose("Your room has been successfully booked.", [], "I booked a room by mistake."), "fail");
  });

  test("what has already been done may have been so before: unsure where nothing says so", () => {
    assert.equal(prose("Your order has already been delivered.", []), "unsure");
    assert.equal(prose("I have already cancelled your order.", []), "fail");
  });

  test("a sentence that claims two deeds is complained of once", () => {
    const text = "Your room has been booked and your table has been reserved.";
    assert.equal(verdictOf(receipts(), { text }, { actions: [] }).problems.length, 1);
  });

  test("a request that was submitted is borne out by a call of the deed it asks for", () => {
    const back: Action = { tool: "return_items", args: {}, receipt: { ok: true } };
    assert.equal(prose("Your return request has been submitted.", [back]), "pass");
    assert.equal(prose("Your return request has been submitted.", []), "fail");
  });

  test("RCPT4: calls that name another thing, or did another deed, speak against a claim", () => {
    assert.equal(prose("Your booking B1234 has been cancelled.", [cancel]), "pass");
    assert.equal(prose("Your booking B9999 has been cancelled.", [cancel]), "fail");
    assert.equal(prose("Your booking has been cancelled.", [book]), "fail");
    const both = "The booking of R100 has been completed, and booking B1234 has been cancelled for you.";
    assert.equal(prose(both, [book, cancel]), "pass");
  });

  test("RCPT4: what a call of another name may have done leaves a claim unsure", () => {
    const settle: Action = { tool: "settle_case", args: {}, receipt: { ok: true } };
    assert.equal(prose("Your booking has been cancelled.", [settle]), "unsure");
    assert.equal(prose("I have notified the guest.", [cancel]), "unsure");
    assert.equal(prose("I have updated the customer.", [mail("a@x", "1")]), "unsure");
  });

  test("a receipt's status bears out its word, a mail that says so does not", () => {
    const update: Action = { tool: "update_order", args: { status: "cancelled" }, receipt: { ok: true } };
    assert.equal(prose("Your order has been cancelled.", [update]), "pass");
    const says: Action = {
      tool: "send_mail",
      args: { body: "Good day, your order has been cancelled." },
      receipt: { id: "1" },
    };
    assert.equal(prose("Your order has been cancelled.", [says]), "fail");
    assert.equal(
      prose("Two bags have been added for you.", [{ ...update, tool: "update_bags", args: {} }]),
      "pass",
    );
    const send: Action = { tool: "send_voucher", args: {}, receipt: { id: "V1" } };
    assert.equal(prose("I have issued a voucher for you.", [send]), "pass");
  });
});
