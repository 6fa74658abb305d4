// Finding models by what authors write. What could go wrong: a typo that ends in
// a paid call of another model, a key used or shown unasked, a live call where
// they are forbidden. Everything here fails before anything could be sent.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { MockLanguageModelV3, MockLanguageModelV4 } from "ai/test";
import { type ErrorCode, FirebreakError } from "../../src/base/errors.ts";
import type { Model, ModelRef, ModelRequest } from "../../src/model/model.ts";
import { foundKeys } from "../../src/model/provider.ts";
import { createModelRegistry, type RegistryOptions } from "../../src/model/registry.ts";

const canary = "canary-key-7c1e55aa";
const request: ModelRequest = {
  prompt: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
  tools: [],
  caller: { agent: "scout", attempt: 1, turn: 1, input: null },
};
const abort = new AbortController().signal;

function neverFetch(): Promise<Response> {
  throw new Error("nothing may be sent");
}

function registry(options: Partial<RegistryOptions> = {}): ReturnType<typeof createModelRegistry> {
  return createModelRegistry({ env: { ANTHROPIC_API_KEY: canary }, fetch: neverFetch, ...options });
}

function refusal(code: ErrorCode, work: () => unknown): FirebreakError {
  let caught: unknown;
  try {
    work();
  } catch (error) {
    caught = error;
  }
  assert.ok(FirebreakError.is(caught, code), `${code} expected, got ${String(caught)}`);
  assert.doesNotMatch(caught.message + String(caught.stack) + JSON.stringify(caught), /canary-/);
  return caught;
}

const finished = {
  content: [{ type: "text" as const, text: "hi" }],
  finishReason: { unified: "stop" as const, raw: "stop" },
  usage: {
    inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 1, text: 1, reasoning: undefined },
  },
  warnings: [],
};

test("importing and resolving load no provider's package and no price list", () => {
  const registryUrl = new URL("../../src/model/registry.ts", import.meta.url).href;
  const program = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ resolve: (name, context, next) => (seen.push(name), next(name, context)) });
    const { createModelRegistry } = await import(${JSON.stringify(registryUrl)});
    createModelRegistry({ env: { OPENAI_API_KEY: "none" } }).resolve("openai:gpt-5.6");
    console.log(JSON.stringify(seen.filter((name) => !/^[./]|^(node|file):/.test(name))));`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  assert.deepEqual(JSON.parse(printed), []);
});

describe("names", () => {
  test("an alias stands for a model, also through another alias", () => {
    const models = registry({ aliases: { fast: "anthropic:claude-haiku-4-5", default: "fast" } });
    assert.equal(models.resolve("default").id, "anthropic:claude-haiku-4-5");
    assert.equal(models.resolve("default"), models.resolve("fast"), "one model, set up once");
  });

  test("M6: a name without provider is unknown, with what is known and the likely meaning", () => {
    const models = registry({ aliases: { fast: "anthropic:claude-haiku-4-5", strong: "openai:gpt-5.6" } });
    const typo = refusal("MODEL_UNKNOWN", () => models.resolve("fsat"));
    assert.match(typo.fix, /Did you mean "fast"\?.*fast, strong.*anthropic, openai, ollama/);
    assert.match(
      refusal("MODEL_UNKNOWN", () => models.resolve("claude-opus-5")).fix,
      /"anthropic:claude-opus-5"/,
    );
    assert.match(refusal("MODEL_UNKNOWN", () => models.resolve("anthropic:")).fix, /provider:model/);
    refusal("MODEL_UNKNOWN", () => models.resolve("constructor"));
    refusal("MODEL_UNKNOWN", () => models.resolve(42 as unknown as ModelRef));
    refusal("MODEL_UNKNOWN", () => models.resolve(null as unknown as ModelRef));
  });

  test("an unknown provider is named, with the likely meaning and how to add one", () => {
    const error = refusal("MODEL_PROVIDER_UNKNOWN", () => registry().resolve("antropic:claude-opus-5"));
    assert.match(error.fix, /"anthropic:claude-opus-5".*endpoints/);
    refusal("MODEL_PROVIDER_UNKNOWN", () => registry().resolve("toString:x"));
  });

  test("aliases in a circle are refused with the circle", () => {
    const models = registry({ aliases: { start: "a", a: "b", b: "c", c: "a" } });
    assert.match(refusal("MODEL_ALIAS_CIRCULAR", () => models.resolve("start")).message, /a -> b -> c -> a/);
  });

  test("a missing key is named by its variable, with a way on", () => {
    for (const env of [{}, { OPENAI_API_KEY: " " }]) {
      const error = refusal("MODEL_KEY_MISSING", () => registry({ env }).resolve("openai:gpt-5.6"));
      assert.match(error.message, /OPENAI_API_KEY.*ollama/);
    }
  });

  test("an address that is none, or holds a password, is refused without showing it", () => {
    for (const url of ["not a url", "ftp://127.0.0.1/v1", `http://me:${canary}@127.0.0.1/v1`]) {
      refusal("MODEL_ENDPOINT_INVALID", () =>
        registry({ endpoints: { local: { url } } }).resolve("local:llama3"),
      );
    }
  });

  test("keys in the environment are found by name only", () => {
    assert.deepEqual(foundKeys({ ANTHROPIC_API_KEY: canary, OPENAI_API_KEY: "", PATH: "/bin" }), [
      "ANTHROPIC_API_KEY",
    ]);
  });
});

describe("M5: with FIREBREAK_LIVE_MODELS=0", () => {
  const standin: Model = {
    id: "standin:baseline",
    standin: "a rule-based stand-in, no language model",
    worstCaseUsd: () => 0,
    call: async () => ({
      model: "standin:baseline",
      parts: [],
      finish: "empty",
      usage: { inputTokens: 0, outputTokens: 0 },
    }),
  };

  test("texts, model objects and models that are no stand-in are refused, a stand-in is not", () => {
    const models = registry({
      env: { ANTHROPIC_API_KEY: canary, FIREBREAK_LIVE_MODELS: "0" },
      aliases: { baseline: standin },
    });
    const { standin: _, ...live } = standin;
    for (const ref of ["anthropic:claude-opus-5", "ollama:llama3.2", new MockLanguageModelV4(), live]) {
      refusal("LIVE_MODELS_FORBIDDEN", () => models.resolve(ref));
    }
    assert.equal(models.resolve(standin), standin);
    assert.equal(models.resolve("baseline"), standin);
  });

  test("a model resolved before they were forbidden is not called", async () => {
    const env: Record<string, string> = { ANTHROPIC_API_KEY: canary };
    const model = registry({ env }).resolve("anthropic:claude-opus-5");
    env.FIREBREAK_LIVE_MODELS = "0";
    await assert.rejects(model.call(request, { abort }), (error) =>
      FirebreakError.is(error, "LIVE_MODELS_FORBIDDEN"),
    );
  });
});

test("M4: a stand-in is handed out as it is, and its answers keep saying what they are", async () => {
  const what = "a rule-based stand-in, no language model";
  const usage = { inputTokens: 0, outputTokens: 0 };
  const standin: Model = {
    id: "standin:baseline",
    standin: what,
    worstCaseUsd: () => 0,
    call: async () => ({ model: "standin:baseline", parts: [], finish: "empty", usage, standin: what }),
  };
  const model = registry({ aliases: { fast: standin } }).resolve("fast");
  assert.equal((await model.call(request, { abort })).standin, what);
});

describe("model objects", () => {
  test("one of specification v4 is called as it is, with the output limit always sent (L1)", async () => {
    const object = new MockLanguageModelV4({
      provider: "mistral.chat",
      modelId: "m1",
      doGenerate: async () => finished,
    });
    const answer = await registry().resolve(object).call(request, { abort });
    assert.equal(answer.model, "mistral:m1");
    assert.equal(answer.finish, "stop");
    assert.equal(object.doGenerateCalls[0]!.maxOutputTokens, 4_096);
  });

  test("one of an older specification is adapted", async () => {
    const object = new MockLanguageModelV3({ modelId: "m3", doGenerate: async () => finished as never });
    const answer = await registry().resolve(object).call(request, { abort });
    assert.deepEqual(answer.parts, [{ type: "text", text: "hi" }]);
  });

  test("without the package that adapts it, the error names the install, and a later call may find it", async () => {
    let isInstalled = false;
    const importAdapter = (): Promise<unknown> =>
      isInstalled ? import("ai") : Promise.reject(new Error("not found"));
    const object = new MockLanguageModelV3({ modelId: "m3", doGenerate: async () => finished as never });
    const model = registry({ importAdapter }).resolve(object);
    await assert.rejects(model.call(request, { abort }), (error) => {
      assert.ok(FirebreakError.is(error, "MODEL_ADAPTER_MISSING"));
      return /npm install ai/.test(error.fix);
    });
    isInstalled = true;
    assert.equal((await model.call(request, { abort })).finish, "stop");
  });

  test("a model that does not listen to a stop is left behind", async () => {
    const stop = new AbortController();
    const object = new MockLanguageModelV4({
      doGenerate: () => {
        stop.abort();
        return new Promise(() => {});
      },
    });
    await assert.rejects(registry().resolve(object).call(request, { abort: stop.signal }), /aborted/);
  });

  test("a limit that the provider's package raised is said in a warning", async () => {
    const body = { max_tokens: 6_500 };
    const object = new MockLanguageModelV4({ doGenerate: async () => ({ ...finished, request: { body } }) });
    const answer = await registry()
      .resolve(object)
      .call({ ...request, maxOutputTokens: 100 }, { abort });
    assert.match(answer.warnings!.join(), /6500 output tokens instead of 100/);
  });

  test("a key in a warning is not recorded", async () => {
    const warnings = [{ type: "other" as const, message: "Bearer abcdef123456 was used" }];
    const object = new MockLanguageModelV4({ doGenerate: async () => ({ ...finished, warnings }) });
    const answer = await registry().resolve(object).call(request, { abort });
    assert.deepEqual(answer.warnings, ["[redacted] was used"]);
  });
});
