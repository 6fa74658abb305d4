// How a quotation differs from a passage in one word: what could go wrong is
// that marks or case count as words, or that any two texts are found alike.

import assert from "node:assert/strict";
import { test } from "node:test";
import { oneWordOff } from "../../src/check/one-word-off.ts";
import { sourceTexts } from "../../src/check/source-text.ts";

const page =
  "The mill, built in 1870, still grinds rye. Its WHEEL was mended last spring; nobody lives there.";
const texts = sourceTexts([{ name: "notes.md", text: page, value: page }]);
const off = (quotation: string) => oneWordOff(quotation.toLowerCase().split(" "), texts);

test("only the words decide: case, stops and marks between them do not (ALT1)", () => {
  assert.equal(off("its wheel was painted last spring"), "altered");
  assert.equal(off("spring nobody sleeps there"), "altered");
});

test("words of other passages are not found alike", () => {
  assert.equal(off("seven boats left harbour at dawn"), undefined);
});
