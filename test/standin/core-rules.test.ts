// What the baseline does for agents without a job. What could go wrong: it
// fills a member with something the input does not say, or chooses between two
// values as if it knew.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, Value } from "../../src/base/values.ts";
import { coreAnswer } from "../../src/standin/core-rules.ts";

const object = (properties: { [name: string]: Json }, required = Object.keys(properties)): Json => ({
  type: "object",
  properties,
  required,
});
const [text, number, whole, flag]: Json[] = ["string", "number", "integer", "boolean"].map((type) => ({
  type,
}));

function answerTo(input: Value, schema: Json | undefined): unknown {
  const end = coreAnswer(input, schema, "worker");
  return "answer" in end ? end.answer : end.cannot;
}

test("fills a schema from labelled text", () => {
  const note =
    "Order no: A-17\nTotal: 1,250.50 EUR\n* Due date = 2026-03-01\nUrgent: yes\nState: Open\nTags: red, blue";
  const schema = object({
    total: number!,
    due_date: text!,
    orderNo: text!,
    urgent: flag!,
    state: { type: "string", enum: ["open", "closed"] },
    tags: { type: "array", items: text! },
  });
  assert.deepEqual(answerTo({ note }, schema), {
    total: 1250.5,
    due_date: "2026-03-01",
    orderNo: "A-17",
    urgent: true,
    state: "open",
    tags: ["red", "blue"],
  });
});

test("leaves out what is optional and not said, and cannot when it is required (B3)", () => {
  assert.deepEqual(answerTo("Total: 3", object({ total: number!, tax: number! }, ["total"])), { total: 3 });
  assert.match(
    String(answerTo("Total: 3", object({ total: number!, tax: number! }))),
    /no text is labelled "tax"/,
  );
});

test("does not choose between two values, nor read a word as a number (B3)", () => {
  assert.match(String(answerTo(["Total: 3", "Total: 4"], object({ total: number! }))), /2 different values/);
  assert.match(String(answerTo("Total: some", object({ total: number! }))), /cannot be read/);
  assert.match(String(answerTo("Total: 3.5", object({ total: whole! }))), /cannot be read/);
});

test("counts the rows of the list that is meant", () => {
  const input = { apples: ["a", "b"], pears: ["c"] };
  assert.deepEqual(answerTo(input, object({ appleCount: whole!, numberOfPears: whole! })), {
    appleCount: 2,
    numberOfPears: 1,
  });
  assert.match(String(answerTo(input, object({ count: whole! }))), /not clear what "count" counts/);
});

const shelf = {
  question: "Which animals sleep in winter?",
  notes: [
    { file: "birds.md", text: "Swallows fly south. They do not stay." },
    { file: "bears.md", text: "Bears sleep through winter. Bears eat honey." },
  ],
};

test("quotes sentences word for word, the best first, and names where they stand", () => {
  const quotes = { type: "array", items: object({ quote: text!, file: text! }) };
  assert.deepEqual(answerTo(shelf, object({ quotes })), {
    quotes: [{ quote: "Bears sleep through winter.", file: "bears.md" }],
  });
  assert.deepEqual(answerTo(shelf, object({ quote: text! })), { quote: "Bears sleep through winter." });
});

test("does not quote what has nothing to do with the question (B3)", () => {
  const other = { ...shelf, question: "Where are diamonds mined?" };
  assert.match(String(answerTo(other, object({ quote: text! }))), /no sentence shares a word/);
});

test("ranks rows by the words they share with the question", () => {
  assert.deepEqual(answerTo(shelf, object({ ranking: { type: "array", items: text! } })), {
    ranking: ["bears.md", "birds.md"],
  });
});

test("cannot write, judge or say why", () => {
  assert.match(String(answerTo(shelf, undefined)), /free text is beyond rules/);
  assert.match(String(answerTo(shelf, object({ explanation: text! }))), /no text is labelled "explanation"/);
});
