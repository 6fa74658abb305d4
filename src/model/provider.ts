// Providers: where models are, and which package speaks to them. Packages are
// loaded at the first call, so that importing this library loads none of them.
//
//   P1. A key is read from the environment by name and goes into the request's header, nowhere else.
//   P2. A server named by URL gets no key unless its endpoint names the variable that holds one.

import type { LanguageModelV4 } from "@ai-sdk/provider";
import { FirebreakError } from "../base/errors.ts";
import { secret } from "../base/secrets.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
export type Fetch = typeof globalThis.fetch;

/** A server of models, as firebreak.config.ts declares it. */
export interface Endpoint {
  /** Up to and with the version, as in `http://127.0.0.1:11434/v1`. No key belongs in it. */
  readonly url: string;
  /** Variable of the environment that holds the key. */
  readonly apiKeyEnv?: string;
  /**
   * True when the server takes a JSON Schema for its answer. Otherwise none is sent, and its
   * answers carry a warning.
   */
  readonly structuredOutput?: boolean;
}

export type Endpoints = Readonly<Record<string, Endpoint>>;

/** A provider, found and checked. */
export interface Provider {
  readonly name: string;
  readonly format: Format;
  readonly url: string;
  /** Variable that holds the key; undefined when the server needs none. */
  readonly keyVariable: string | undefined;
  readonly structuredOutput: boolean;
  /** True for a local server that no one charges for. */
  readonly isFree: boolean;
}

/**
 * What a server speaks: Anthropic's messages, OpenAI's responses, or the chat format that OpenAI's is the
 * model of.
 */
export type Format = "anthropic" | "openai" | "openai-compatible";

interface BuiltIn {
  readonly format: Format;
  readonly url: string;
  readonly keyVariable?: string;
  /** Variable by which the vendor's own tools name another address. */
  readonly urlVariable?: string;
  readonly structuredOutput: boolean;
}

const builtIns: Readonly<Record<string, BuiltIn>> = {
  anthropic: {
    format: "anthropic",
    url: "https://api.anthropic.com/v1",
    keyVariable: "ANTHROPIC_API_KEY",
    urlVariable: "ANTHROPIC_BASE_URL",
    structuredOutput: true,
  },
  openai: {
    format: "openai",
    url: "https://api.openai.com/v1",
    keyVariable: "OPENAI_API_KEY",
    urlVariable: "OPENAI_BASE_URL",
    structuredOutput: true,
  },
  ollama: { format: "openai-compatible", url: "http://127.0.0.1:11434/v1", structuredOutput: true },
  llamacpp: { format: "openai-compatible", url: "http://127.0.0.1:8080/v1", structuredOutput: true },
  vllm: { format: "openai-compatible", url: "http://127.0.0.1:8000/v1", structuredOutput: true },
};

/** Names of all providers, the built-in ones first. */
export function providerNames(endpoints: Endpoints): readonly string[] {
  return [...new Set([...Object.keys(builtIns), ...Object.keys(endpoints)])];
}

/** Variables of provider keys that are set, by name: to say "found, not used". */
export function foundKeys(env: Environment): readonly string[] {
  const variables = Object.values(builtIns).flatMap((it) => it.keyVariable ?? []);
  return variables.filter((variable) => hasValue(env[variable]));
}

/** The provider of this name, or undefined. @throws MODEL_ENDPOINT_INVALID */
export function findProvider(name: string, endpoints: Endpoints, env: Environment): Provider | undefined {
  const builtIn = Object.hasOwn(builtIns, name) ? builtIns[name] : undefined;
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  if (builtIn === undefined && endpoint === undefined) return undefined;
  const fromEnv = builtIn?.urlVariable === undefined ? undefined : env[builtIn.urlVariable];
  const url = endpoint?.url ?? (hasValue(fromEnv) ? fromEnv : builtIn?.url);
  return {
    name,
    format: builtIn?.format ?? "openai-compatible",
    url: checkedUrl(name, url),
    keyVariable: endpoint?.apiKeyEnv ?? builtIn?.keyVariable,
    structuredOutput: endpoint?.structuredOutput ?? builtIn?.structuredOutput ?? false,
    isFree: builtIn?.format === "openai-compatible" && endpoint === undefined,
  };
}

function checkedUrl(endpoint: string, given: unknown): string {
  const url = typeof given === "string" ? URL.parse(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new FirebreakError("MODEL_ENDPOINT_INVALID", {
      endpoint,
      reason: "its url is not an http or https address",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new FirebreakError("MODEL_ENDPOINT_INVALID", {
      endpoint,
      reason: "its url holds a user name or password",
    });
  }
  return url.href.replace(/\/+$/, "");
}

function hasValue(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}

/** The provider's key, registered as a secret. @throws MODEL_KEY_MISSING */
export function keyOf(provider: Provider, model: string, env: Environment): string | undefined {
  const variable = provider.keyVariable;
  if (variable === undefined) return undefined;
  if (!hasValue(env[variable])) throw new FirebreakError("MODEL_KEY_MISSING", { model, variable });
  return secret(variable, env)!.trim();
}

export interface LoadOptions {
  readonly key: string | undefined;
  readonly fetch?: Fetch;
}

/** Loads the provider's package and makes the model object. Nothing is sent. */
export async function loadModel(
  provider: Provider,
  modelId: string,
  options: LoadOptions,
): Promise<LanguageModelV4> {
  const { key } = options;
  const common = { baseURL: provider.url, ...(options.fetch === undefined ? {} : { fetch: options.fetch }) };
  switch (provider.format) {
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic({ ...common, apiKey: key ?? "" })(modelId);
    }
    case "openai": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      return createOpenAI({ ...common, apiKey: key ?? "" }).responses(modelId);
    }
    case "openai-compatible": {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      return createOpenAICompatible({
        ...common,
        name: provider.name,
        includeUsage: true,
        supportsStructuredOutputs: provider.structuredOutput,
        ...(key === undefined ? {} : { apiKey: key }),
      }).chatModel(modelId);
    }
  }
}
