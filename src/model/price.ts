// What a call costs, in USD. Prices come from the list of the package
// @pydantic/genai-prices, or from `prices` of the configuration, which wins. An
// unknown price is unknown, never zero.

import { createRequire } from "node:module";
import { FirebreakError } from "../base/errors.ts";
import type { ModelRequest, Usage } from "./model.ts";

/** A declared price: USD per million tokens. */
export interface Price {
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
}

/** By `provider:model`, or `provider:*` for all models of a provider. */
export type Prices = Readonly<Record<string, Price>>;

/**
 * Output tokens asked for when a request names no number. Sent with the call, so that its worst case is
 * known.
 */
export const defaultOutputTokens = 4_096;

/** Tokens providers add around a prompt: role marks, and a preamble of their own where there are tools. */
const framingTokens = 64;
const toolPreambleTokens = 1_024;

/** Tokens of a file that the provider fetches by itself from a URL, so that its size is not known here. */
const remoteFileTokens = 20_000;

/** Prices one model's tokens; undefined when the price is not known. */
export type PriceOf = (usage: Usage) => number | undefined;

/** The pricing of one model. `provider` is the name by which the price list knows it. */
export function priceOf(provider: string, model: string, declared: Prices): PriceOf {
  const own = declared[`${provider}:${model}`] ?? declared[`${provider}:*`];
  if (own === undefined) return (usage) => listed(provider, model, usage);
  const { inputUsdPerMTok, outputUsdPerMTok } = own;
  if (!isPrice(inputUsdPerMTok) || !isPrice(outputUsdPerMTok)) {
    throw new FirebreakError("MODEL_PRICE_INVALID", { model: `${provider}:${model}` });
  }
  return (usage) => (usage.inputTokens * inputUsdPerMTok + usage.outputTokens * outputUsdPerMTok) / 1_000_000;
}

function isPrice(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

interface PriceList {
  calcPrice(
    usage: Record<string, number>,
    model: string,
    options: { providerId: string },
  ): { total_price: number } | null;
}

/** The list's names for providers whose packages use another one. */
const listNames: Readonly<Record<string, string>> = {
  "amazon-bedrock": "aws",
  bedrock: "aws",
  vertex: "google",
};

const require = createRequire(import.meta.url);

/** Loaded at the first price asked for: the list is some 0.5 MB. */
function listed(provider: string, model: string, usage: Usage): number | undefined {
  const prices = require("@pydantic/genai-prices") as PriceList;
  const counts: Record<string, number> = {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
  };
  if (usage.cacheReadTokens !== undefined) counts.cache_read_tokens = usage.cacheReadTokens;
  if (usage.cacheWriteTokens !== undefined) counts.cache_write_tokens = usage.cacheWriteTokens;
  const price = prices.calcPrice(counts, model, { providerId: listNames[provider] ?? provider })?.total_price;
  return typeof price === "number" && Number.isFinite(price) ? price : undefined;
}

/**
 * The most a request can cost: its prompt at the upper bound of its tokens, written into the provider's cache
 * if that
 * is dearer, and every output token it asks for.
 */
export function worstCaseUsd(request: ModelRequest, price: PriceOf): number | undefined {
  const inputTokens = upperTokens(request);
  const outputTokens = request.maxOutputTokens ?? defaultOutputTokens;
  const plain = price({ inputTokens, outputTokens });
  const cached = price({ inputTokens, outputTokens, cacheWriteTokens: inputTokens });
  return plain === undefined ? undefined : Math.max(plain, cached ?? plain);
}

/**
 * An upper bound of a request's input tokens. Tokenisers join bytes and never split one: text in Latin
 * letters has
 * three to five bytes a token, code and digits seldom under two, so two are taken; other scripts can reach
 * one token
 * a byte, so each of their bytes counts. JSON's own quotes and escapes come on top.
 */
export function upperTokens(request: ModelRequest): number {
  let tokens = framingTokens + (request.tools.length > 0 ? toolPreambleTokens : 0);
  // The holder's own member, since URL and Buffer turn themselves into other JSON before they are seen.
  function measured(this: Record<string, unknown>, key: string, json: unknown): unknown {
    const value = this[key];
    if (value instanceof URL) tokens += remoteFileTokens;
    return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : json;
  }
  const text = JSON.stringify([request.prompt, request.tools, request.outputSchema], measured);
  const bytes = Buffer.byteLength(text);
  // Each character outside ASCII takes two to four bytes; what is over one byte a character tells how many
  // there are.
  const ascii = text.length - nonAscii(text);
  return tokens + Math.ceil(ascii / 2) + (bytes - ascii);
}

function nonAscii(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 127) count += 1;
  return count;
}

/**
 * About how many tokens a text has: four characters each. For display and for usage nobody reported, never
 * for a bound.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
