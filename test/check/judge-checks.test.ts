// What could go wrong: a check that breaks, or answers nothing, lets an output through; a gate of plain
// functions turns asynchronous; feedback hands an independent result to its rival.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Check, type CheckResult, unsure, type Verdict } from "../../src/check/check.ts";
import { feedbackText } from "../../src/check/feedback.ts";
import { grounded } from "../../src/check/grounded.ts";
import { check, gatePasses, problemsOf, runChecks, unsureOf } from "../../src/check/judge-checks.ts";

const context = { input: null, read: [] };
const sync = (checks: readonly Check[], output: unknown = {}): Verdict[] => {
  const verdicts = runChecks(checks, output, context);
  assert.ok(Array.isArray(verdicts), "plain functions give the verdicts themselves");
  return verdicts;
};

describe("running checks", () => {
  test("true and no problem pass; a sentence and problems fail; unsure is unsure", () => {
    const results: CheckResult[] = [
      true,
      [],
      "wrong",
      [{ message: "off", path: "a" }, "two"],
      unsure("cannot tell"),
    ];
    const verdicts = sync(
      results.map(
        (it): Check =>
          () =>
            it,
      ),
    );
    assert.deepEqual(
      verdicts.map((it) => it.result),
      ["pass", "pass", "fail", "fail", "unsure"],
    );
    assert.deepEqual(verdicts[3]!.problems, [
      { check: "check 4", message: "off", path: "a" },
      { check: "check 4", message: "two" },
    ]);
    assert.equal(verdicts[4]!.note, "cannot tell");
    assert.equal(unsureOf(verdicts).length, 1);
    assert.equal(problemsOf(verdicts).length, 3);
  });

  test("a gate passes when every check passes, and unsure does not pass (C1)", () => {
    assert.equal(gatePasses(sync([() => true, () => []])), true);
    assert.equal(gatePasses(sync([() => true, () => unsure("?")])), false);
    assert.equal(gatePasses(sync([() => true, () => "no"])), false);
    assert.equal(gatePasses([]), false);
  });

  test("a check cannot change a frozen output: trying is unsure (C2)", () => {
    const output = Object.freeze({ claims: 3 });
    const change: Check = (it) => {
      (it as { claims: number }).claims = 0;
      return true;
    };
    const [verdict] = sync([change], output);
    assert.equal(verdict!.result, "unsure");
    assert.equal(output.claims, 3);
  });

  test("a check that throws or rejects is unsure, never a pass (C3)", async () => {
    const [thrown] = sync([
      () => {
        throw new TypeError("no member");
      },
    ]);
    assert.deepEqual([thrown!.result, thrown!.note], ["unsure", "the check itself failed: no member"]);
    const [rejected] = await runChecks([async () => Promise.reject(new Error("down"))], {}, context);
    assert.deepEqual([rejected!.result, rejected!.note], ["unsure", "the check itself failed: down"]);
  });

  for (const answer of [undefined, false, 0, 1, null, "", {}, [undefined], [3], () => true]) {
    test(`an answer of ${JSON.stringify(answer) ?? String(answer)} is unsure and says what to return`, () => {
      const [verdict] = sync([() => answer as never]);
      assert.equal(verdict!.result, "unsure");
      assert.match(verdict!.note!, /return true, a sentence/);
    });
  }

  test("one check that returns a promise makes the gate a promise, in the order given", async () => {
    const verdicts = runChecks(
      [
        async (): Promise<true> => true,
        function second() {
          return "no" as const;
        },
      ],
      {},
      context,
    );
    assert.ok(verdicts instanceof Promise);
    assert.deepEqual(
      (await verdicts).map((it) => [it.check, it.result]),
      [
        ["check 1", "pass"],
        ["second", "fail"],
      ],
    );
  });

  test("names are a function's own, else its place; a repeated name is numbered", () => {
    const isFilled = (): true => true;
    const names = sync([isFilled, () => true, isFilled, check("sums", () => true)]).map((it) => it.check);
    assert.deepEqual(names, ["isFilled", "check 2", "isFilled (2)", "sums"]);
  });

  test("a path the output's schema does not know stops the run before any verdict", () => {
    const schema = {
      type: "object",
      properties: { claims: { type: "array", items: { $ref: "#/$defs/claim" } } },
      $defs: { claim: { type: "object", properties: { quote: { type: "string" } } } },
    };
    const given = { ...context, schema };
    assert.throws(() => runChecks([grounded("claims[].qoute")], {}, given), {
      code: "CHECK_PATH_UNKNOWN",
      message: /Known there: quote/,
    });
    assert.throws(() => runChecks([grounded("claim[].quote")], {}, given), { code: "CHECK_PATH_UNKNOWN" });
    assert.throws(() => runChecks([grounded("claims.quote")], {}, given), { code: "CHECK_PATH_UNKNOWN" });
    assert.equal(
      (runChecks([grounded("claims[].quote")], { claims: [] }, given) as Verdict[])[0]!.result,
      "unsure",
    );
    assert.throws(() => grounded("claims[.quote"), { code: "CHECK_PATH_INVALID" });
  });
});

describe("feedback for the next attempt", () => {
  const problem = {
    check: "",
    message: "is 4.2, not 3.1",
    path: "fits[0].ic50",
    claimed: "3.1",
    found: "4.2",
    where: "second",
  };

  test("says what was claimed, what is there and where", () => {
    const text = feedbackText(sync([check("fit", () => [problem])]));
    assert.match(text, /At fits\[0\]\.ic50: is 4\.2, not 3\.1 \(fit\)/);
    assert.match(text, /You gave: 3\.1[\s\S]*Found at second: 4\.2/);
  });

  test("of an independent check names where, never the other's value", () => {
    const text = feedbackText(sync([check("fit", () => [problem], { independent: true })]));
    assert.match(text, /fits\[0\]\.ic50/);
    assert.doesNotMatch(text, /4\.2/);
  });

  test("is empty without a problem, and bounded with many", () => {
    assert.equal(feedbackText(sync([() => true])), "");
    const text = feedbackText(
      sync([() => Array.from({ length: 500 }, (_, it) => `problem ${it} ${"x".repeat(5_000)}`)]),
    );
    assert.ok(text.length < 10_000);
    assert.match(text, /80 more/);
  });
});
