// Money before the call. What could go wrong: an unknown price taken for none, a
// bound that the real call exceeds, cached tokens priced twice.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FirebreakError } from "../../src/base/errors.ts";
import type { ModelRequest } from "../../src/model/model.ts";
import { defaultOutputTokens, priceOf, upperTokens, worstCaseUsd } from "../../src/model/price.ts";
import { createModelRegistry } from "../../src/model/registry.ts";

function asking(text: string, maxOutputTokens?: number): ModelRequest {
  return {
    prompt: [{ role: "user", content: [{ type: "text", text }] }],
    tools: [],
    caller: { agent: "scout", attempt: 1, turn: 1, input: null },
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}

const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 };

describe("prices", () => {
  test("listed models are priced per token, cached input at its own price", () => {
    const price = priceOf("anthropic", "claude-opus-5", {});
    assert.equal(price(million), 30);
    const cached = price({ ...million, outputTokens: 0, cacheReadTokens: 1_000_000 })!;
    assert.ok(Math.abs(cached - 0.5) < 1e-9, String(cached));
  });

  test("a declared price wins, by model and by provider", () => {
    const declared = { inputUsdPerMTok: 2, outputUsdPerMTok: 3 };
    assert.equal(priceOf("anthropic", "claude-opus-5", { "anthropic:claude-opus-5": declared })(million), 5);
    assert.equal(priceOf("local", "llama3", { "local:*": declared })(million), 5);
  });

  test("an unknown price is unknown, never zero", () => {
    for (const [provider, model] of [
      ["openai", "no-such-model"],
      ["local", "llama3"],
      ["nobody", "x"],
    ] as const) {
      const price = priceOf(provider, model, {});
      assert.equal(price(million), undefined);
      assert.equal(worstCaseUsd(asking("hello"), price), undefined);
    }
  });

  test("a declared price that is no price is refused", () => {
    for (const inputUsdPerMTok of [-1, Number.NaN, "1" as unknown as number]) {
      const declared = { "local:llama3": { inputUsdPerMTok, outputUsdPerMTok: 1 } };
      assert.throws(
        () => priceOf("local", "llama3", declared),
        (error) => FirebreakError.is(error, "MODEL_PRICE_INVALID"),
      );
    }
  });

  test("a local server under its built-in name costs nothing; the same name at another address has to say", () => {
    const free = createModelRegistry({ env: {} }).resolve("ollama:llama3.2");
    assert.equal(free.worstCaseUsd(asking("hello")), 0);
    const endpoints = { ollama: { url: "https://models.example.org/v1" } };
    const elsewhere = createModelRegistry({ env: {}, endpoints }).resolve("ollama:llama3.2");
    assert.equal(elsewhere.worstCaseUsd(asking("hello")), undefined);
  });
});

describe("the worst case", () => {
  test("it covers every output token asked for, and the limit that is sent when none is named", () => {
    const price = priceOf("local", "m", { "local:m": { inputUsdPerMTok: 0, outputUsdPerMTok: 1_000_000 } });
    assert.equal(worstCaseUsd(asking("hello", 10), price), 10);
    assert.equal(worstCaseUsd(asking("hello"), price), defaultOutputTokens);
  });

  test("its input tokens are above what tokenisers give, whatever the script", () => {
    // Generous counts: a token for every word and sign, two digits, a character, and three for an emoji.
    const counted = [
      { text: "The quick brown fox jumps over the lazy dog. ".repeat(20), tokens: 201 },
      { text: "1234567890".repeat(50), tokens: 250 },
      { text: "日本語の文章はどう数えられるか".repeat(10), tokens: 160 },
      { text: "🧪🔬".repeat(50), tokens: 300 },
    ];
    for (const { text, tokens } of counted) {
      assert.ok(upperTokens(asking(text)) >= tokens, `${text.slice(0, 10)}: ${upperTokens(asking(text))}`);
    }
  });

  test("bytes count as base64, and a file behind an address counts although its size is unknown", () => {
    const file = (data: Uint8Array | URL): ModelRequest => ({
      ...asking("look"),
      prompt: [
        {
          role: "user",
          content: [
            {
              type: "file",
              mediaType: "image/png",
              data: data instanceof URL ? { type: "url", url: data } : { type: "data", data },
            },
          ],
        },
      ],
    });
    assert.ok(upperTokens(file(new Uint8Array(30_000))) >= 20_000);
    assert.ok(upperTokens(file(new Uint8Array(30_000))) < 25_000);
    assert.ok(upperTokens(file(new URL("https://example.org/a.png"))) >= 20_000);
  });
});
