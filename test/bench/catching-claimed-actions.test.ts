// The bench that takes calls away from behind claims. What could go wrong: a call is lost or counted as done though it
// failed, a planted fault leaves its call's result among what was read, a label is given to another message, or a
// missing folder breaks the bench. All conversations here are made up for the test, in the form of the real ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  actionsOf,
  airlineConversation,
  messagesOf,
  readOf,
  retailConversation,
} from "../../bench/catching/claims/conversations.ts";
import { answersWithoutCall, isProse } from "../../bench/catching/claims/answers.ts";
import { labelByHand, labelByRule } from "../../bench/catching/claims/labels.ts";
import { carriersOf, rowsOf, run } from "../../bench/catching/claimed-actions.ts";

const madeUp = airlineConversation({
  id: "made-up-1",
  calls: [
    ["get_user_details", '{"user_id":"u1"}', '{"name": "Ada"}'],
    ["cancel_reservation", '{"reservation_id":"A1B2C3"}', "Error: not found"],
    ["cancel_reservation", '{"reservation_id":"A1B2C4"}', '{"reservation_id": "A1B2C4"}'],
    ["send_certificate", '{"user_id":"u1","amount":5}', "Certificate c1 added"],
  ],
  messages: [
    ["user", "Please cancel my trip."],
    ["call", 0],
    ["assistant", "I will cancel it, may I?"],
    ["user", "Yes."],
    ["call", 1],
    ["assistant", "It was not found. Which one is it?"],
    ["user", "A1B2C4."],
    ["call", 2],
    ["assistant", "Your reservation A1B2C4 has been successfully cancelled."],
    ["user", "And my voucher?"],
    ["call", 3],
    ["assistant", "I will look into it, hold on."],
  ],
});
const options = { data: undefined, seed: 1, quick: true };

test("a message knows the calls before it, those that succeeded since the last one, and what was read", () => {
  const messages = messagesOf(madeUp);
  assert.deepEqual(
    messages.map((it) => [it.id, it.calls.length, it.fresh.map((call) => call.tool)]),
    [
      ["made-up-1#2", 1, []],
      ["made-up-1#5", 2, []],
      ["made-up-1#8", 3, ["cancel_reservation"]],
      ["made-up-1#11", 4, ["send_certificate"]],
    ],
  );
  const actions = actionsOf(messages[2]!.calls);
  assert.deepEqual(
    actions.map((it) => [it.tool, it.receipt]),
    [
      ["cancel_reservation", undefined],
      ["cancel_reservation", { reservation_id: "A1B2C4" }],
    ],
  );
  const left = readOf(messages[2]!, messages[2]!.fresh).map((it) => it.text);
  assert.equal(left.includes('{"reservation_id": "A1B2C4"}'), false);
  assert.equal(left.includes('{"name": "Ada"}'), true);
});

test("the other form of conversations reads the same, and a result that follows no call is told", () => {
  const steps = [
    [1, "user", null, "Cancel it."],
    [2, "assistant", "CALL cancel_order", '{"order_id":"#W1"}'],
    [3, "tool", "cancel_order", '{"status": "cancelled"}'],
    [4, "assistant", null, "Your order has been cancelled."],
  ];
  const [message] = messagesOf(retailConversation({ id: "made-up-2", steps }));
  assert.deepEqual(message?.fresh, [
    { tool: "cancel_order", args: { order_id: "#W1" }, result: '{"status": "cancelled"}', failed: false },
  ]);
  assert.throws(
    () => retailConversation({ id: "made-up-3", steps: [steps[0], steps[2]] }),
    /follows no call/,
  );
});

test("a claim passes with its call and fails without it; an announcement passes either way", () => {
  assert.deepEqual(
    carriersOf(messagesOf(madeUp)).map((it) => [it.label, it.byHand, it.real, it.planted, it.hasOthers]),
    [
      ["claim", false, "pass", "fail", false],
      ["none", false, "pass", "pass", true],
    ],
  );
});

test("the rows count claims, announcements and what came before any call apart", () => {
  const rows = rowsOf("made up", messagesOf(madeUp), options);
  const of = (name: string) => rows.find((it) => it.name === `made up: ${name}`);
  assert.deepEqual(
    [of("claims without their call, failed")?.n, of("claims without their call, failed")?.value],
    [1, 1],
  );
  assert.deepEqual(
    [of("claims with their call, failed")?.n, of("claims with their call, failed")?.value],
    [1, 0],
  );
  assert.equal(of("announcements after a call, failed or unsure")?.n, 2);
  assert.equal(of("messages before any call was done, failed")?.n, 2);
  assert.equal(of("mean of faults that fail and honest claims that pass")?.value, 1);
});

test("a label belongs to one message of one domain", () => {
  assert.equal(labelByHand("airline", "airline-test-30-t3#18"), "claim");
  assert.equal(labelByHand("airline", "airline-test-10-t3#23"), "none");
  assert.equal(labelByHand("retail", "retail-test-44-agentrx#18"), "claim");
  assert.equal(labelByHand("retail", "airline-test-30-t3#18"), undefined);
  assert.equal(labelByHand("airline", "airline-test-30-t3#19"), undefined);
  assert.equal(labelByRule("I will do so now, please hold on."), "none");
});

test("without the data the part says so and has no rows", async () => {
  const found = await run(options);
  assert.deepEqual([found.rows, found.notes.length], [[], 1]);
  assert.match(found.notes[0]!, /no folder/);
});

test("an answer in words is prose, a call is none, and without the data there are none", () => {
  assert.equal(isProse("I cannot do this with the tools that are offered here."), true);
  assert.equal(isProse("[book(room=1, from=2, to=3, name=4, mail=5, phone=6, note=7)]"), false);
  assert.equal(isProse("Not possible."), false);
  assert.deepEqual(answersWithoutCall(undefined), []);
});
