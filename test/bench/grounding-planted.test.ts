// A catch rate says nothing when the plants are no faults, when carriers the gate rejects anyway are counted, or
// when unsure passes for caught. Provoked with synthetic carriers and gates that always say the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanBiographies, cleanResponses, quoteCarriers } from "../../bench/catching/grounding/carriers.ts";
import type { Labelled } from "../../bench/catching/grounding/labelled.ts";
import { judgeAll, kinds, plantAll, shareOf } from "../../bench/catching/grounding/planted.ts";
import { unsure, type Check } from "../../src/check/check.ts";
import { grounded } from "../../src/check/grounded.ts";

const source =
  "Marta Holm opened the Brenner kiln on 4 March 1987. It fired 320 bricks a day, and the town bought every one of them.";

function synthetic(id: string, response: string, isClean: boolean): Labelled {
  return { id, group: id, seen: { source, response }, isFaulty: !isClean, isClean, spans: [] };
}

const clean = synthetic("clean", "The kiln of Marta Holm fired 320 bricks a day from 4 March 1987.", true);
const carriers = cleanResponses("synthetic", [clean, synthetic("faulty", "It fired 999 bricks.", false)]);
const settings = { kinds, perCarrier: 2, seed: 1 };

const always = (result: ReturnType<Extract<Check, (...args: never) => unknown>>): Check => ({
  kind: "check",
  name: "always the same",
  run: () => result,
});

test("only what people found right carries faults", () => {
  assert.deepEqual(
    carriers.map((it) => it.name),
    ["synthetic clean"],
  );
});

test("a biography carries its claims where all are supported, and none where one is not", () => {
  const seen = { source, response: "Anything." };
  const claims = [{ claim: "Marta Holm opened a kiln.", isSupported: true }];
  const wrong = [...claims, { claim: "It failed.", isSupported: false }];
  const made = cleanBiographies([
    { id: "a", group: "a", seen, claims },
    { id: "b", group: "b", seen, claims: wrong },
  ]);
  assert.deepEqual(
    made.map((it) => it.output),
    ["Marta Holm opened a kiln."],
  );
});

test("a quote carrier quotes its source word for word, once a source", () => {
  const made = quoteCarriers([...carriers, ...carriers], 1);
  assert.equal(made.length, 1);
  const quote = /"(.+)"/.exec(String(made[0]?.output))?.[1];
  assert.ok(quote !== undefined && source.includes(quote), quote);
});

test("a gate that passes everything catches nothing, and no planted value stands in the source (P2)", async () => {
  const gate = always(true);
  const { trials } = await plantAll(gate, await judgeAll(gate, carriers), settings);
  assert.ok(trials.some((it) => it.kind === "number") && trials.some((it) => it.kind === "date"));
  assert.equal(shareOf(trials, "fail").k, 0);
  for (const it of trials) assert.ok(!source.includes(it.after), it.after);
});

test("nothing is planted in what the gate rejects anyway (P1)", async () => {
  const gate = always("never right");
  const judged = await judgeAll(gate, carriers);
  assert.equal(shareOf(judged, "fail").rate, 1);
  assert.deepEqual((await plantAll(gate, judged, settings)).trials, []);
});

test("unsure is neither caught nor a false alarm (P3)", async () => {
  const gate = always(unsure("cannot tell"));
  const judged = await judgeAll(gate, carriers);
  const { trials } = await plantAll(gate, judged, settings);
  assert.equal(shareOf(judged, "fail").k, 0);
  assert.equal(shareOf(trials, "fail").k, 0);
  assert.equal(shareOf(trials, "unsure").rate, 1);
  assert.ok(trials.every((it) => !it.onPassing));
});

test("grounded passes the carrier and catches numbers, dates and altered quotations", async () => {
  const gate: Check = grounded<unknown>("", { kind: "claims" });
  const judged = await judgeAll(gate, [...carriers, ...quoteCarriers(carriers, 1)]);
  assert.ok(
    judged.every((it) => it.result === "pass"),
    JSON.stringify(judged.map((it) => it.why)),
  );
  const { trials } = await plantAll(gate, judged, { ...settings, kinds: ["number", "date", "quote"] });
  assert.ok(trials.length >= 3);
  assert.deepEqual(
    trials.filter((it) => it.result === "pass"),
    [],
  );
});
