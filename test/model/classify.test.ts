// Classes of failed calls. What could go wrong: a call repeated that cannot
// succeed, or given up that would; a wait that is not kept; a key in a message.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { APICallError } from "@ai-sdk/provider";
import { registerSecret } from "../../src/base/secrets.ts";
import { FirebreakError } from "../../src/base/errors.ts";
import { classify, classOf, nextAfter, retryAfterLimitMs } from "../../src/model/classify.ts";
import type { ModelErrorClass } from "../../src/model/model.ts";

const model = "anthropic:claude-opus-5";

function http(
  statusCode: number,
  message = "no",
  responseHeaders: Record<string, string> = {},
): APICallError {
  return new APICallError({
    message,
    statusCode,
    responseHeaders,
    url: "https://x.test",
    requestBodyValues: {},
  });
}

function socket(code: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code}`), { code }) });
}

describe("classes", () => {
  const cases: readonly [unknown, ModelErrorClass][] = [
    [http(401), "auth"],
    [http(403), "auth"],
    [http(402), "quota"],
    [http(429, "You exceeded your current quota (insufficient_quota)"), "quota"],
    [http(400, "Your credit balance is too low"), "quota"],
    [http(429), "rate-limit"],
    [http(408), "timeout"],
    [http(500), "overload"],
    [http(502), "overload"],
    [http(503), "overload"],
    [http(504), "overload"],
    [http(529), "overload"],
    [http(400, "prompt is too long: 250000 tokens > 200000 maximum"), "context"],
    [http(400, "This model's maximum context length is 8192 tokens"), "context"],
    [http(413), "context"],
    [http(400, "Azure's content management policy"), "filter"],
    [http(400, "llama2 does not support tools"), "no-capability"],
    [http(404, "model not found"), "invalid"],
    [http(400, "messages: roles must alternate"), "invalid"],
    [socket("ECONNREFUSED"), "network"],
    [socket("ENOTFOUND"), "network"],
    [socket("ECONNRESET"), "network"],
    [socket("UND_ERR_HEADERS_TIMEOUT"), "timeout"],
    [new TypeError("terminated", { cause: new Error("other side closed") }), "cut"],
    [{ type: "overloaded_error", message: "Overloaded" }, "overload"],
    [new DOMException("This operation was aborted", "AbortError"), "aborted"],
    [new Error("what is this"), "unknown"],
    ["text", "unknown"],
    [null, "unknown"],
    [undefined, "unknown"],
  ];
  for (const [error, wanted] of cases) {
    const name =
      error instanceof Error
        ? `${error.message} ${String((error as APICallError).statusCode ?? "")}`
        : String(error);
    test(`${wanted}: ${name}`, () => {
      assert.equal(classOf(classify(error, { model })), wanted);
    });
  }

  test("an error of our own passes as it is", () => {
    const own = new FirebreakError("MODEL_UNKNOWN", { ref: "x", known: "y" });
    assert.equal(classify(own, { model }), own);
    assert.equal(classOf(own), "unknown");
  });

  test("errors that are their own cause end", () => {
    const error = new Error("round");
    error.cause = error;
    assert.equal(classOf(classify(error, { model })), "unknown");
  });
});

describe("what follows", () => {
  test("what may pass is tried again, what cannot goes to the next model, a stop stops", () => {
    for (const it of ["overload", "rate-limit", "timeout", "cut", "network"] as const)
      assert.equal(nextAfter(it), "retry");
    for (const it of [
      "auth",
      "quota",
      "context",
      "filter",
      "refusal",
      "invalid",
      "no-capability",
      "unknown",
    ] as const) {
      assert.equal(nextAfter(it), "next-model");
    }
    assert.equal(nextAfter("aborted"), "stop");
  });

  test("a wait comes as seconds, as milliseconds or as a date, and has a limit", () => {
    const now = Date.parse("2026-11-02T12:00:00Z");
    const waits: readonly [Record<string, string>, number | undefined][] = [
      [{ "retry-after": "7" }, 7_000],
      [{ "retry-after": "0.5" }, 500],
      [{ "retry-after": "20", "retry-after-ms": "1500" }, 1_500],
      [{ "retry-after": "Mon, 02 Nov 2026 12:01:30 GMT" }, 90_000],
      [{ "retry-after": "Mon, 02 Nov 2026 11:00:00 GMT" }, 0],
      [{ "retry-after": "9999999" }, retryAfterLimitMs],
      [{ "retry-after": "soon" }, undefined],
      [{}, undefined],
    ];
    for (const [headers, wanted] of waits) {
      const error = classify(http(429, "slow down", headers), { model, now });
      assert.ok(FirebreakError.is(error, "MODEL_CALL"));
      assert.equal(error.details.retryAfterMs, wanted, JSON.stringify(headers));
    }
  });
});

describe("M3: messages", () => {
  test("they hold no key, by value or by form, and are one short line", () => {
    registerSecret("SOME_KEY", "canary-secret-19f0");
    const text = `bad\nkey canary-secret-19f0, sk-abcDEF123456, Bearer abc.def-ghi at https://me:pw@x.test ${"long ".repeat(500)}`;
    const error = classify(http(401, text), { model });
    assert.doesNotMatch(error.message, /canary-secret|abcDEF|abc\.def|me:pw|\n/);
    assert.ok(error.message.length < 900);
    assert.equal(error.cause, undefined);
  });
});
