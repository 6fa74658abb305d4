// The first line of a run: whether a language model is used. And what a key that lies about could do.

import type { Config } from "../config.ts";
import type { RunView } from "../journal/view.ts";
import type { ModelRef } from "../model/model.ts";
import { foundKeys } from "../model/provider.ts";
import { priceOf } from "../model/price.ts";
import type { RunOptions } from "../open.ts";
import { defaultCap } from "../runtime/cap.ts";
import { money } from "./units.ts";

/** A model to begin with, by the key that is found. */
const suggestions: Readonly<Record<string, string>> = {
  ANTHROPIC_API_KEY: "anthropic:claude-haiku-4-5",
  OPENAI_API_KEY: "openai:gpt-5-mini",
};

type Named = { readonly standin: string } | { readonly model: string };

/** Says before anything starts whether a language model may be called, as far as the configuration tells. */
export function announceModels(config: Config, options: RunOptions): string {
  const refs = options.model === undefined ? Object.values(config.aliases ?? {}) : [options.model];
  const named = refs.map((it) => nameOf(it, config));
  const models = [...new Set(named.flatMap((it) => ("model" in it ? [it.model] : [])))];
  const standins = [...new Set(named.flatMap((it) => ("standin" in it ? [it.standin] : [])))];
  const cap = { ...defaultCap, ...options.cap };
  const capped = `${money(cap.usd)} and ${cap.calls} calls`;
  if (models.length > 0) return `Language models: ${models.join(", ")}. Capped at ${capped}.`;
  if (standins.length > 0) return `No language model is used. In its place: ${standins.join("; ")}.`;
  return `No language model is configured here; one that an agent names itself is capped at ${capped}.`;
}

function nameOf(ref: ModelRef, config: Config, depth = 0): Named {
  if (typeof ref === "string") {
    const target = config.aliases?.[ref];
    return target === undefined || depth > 50 ? { model: ref } : nameOf(target, config, depth + 1);
  }
  if ("standin" in ref && ref.standin !== undefined) return { standin: ref.standin };
  return { model: "id" in ref ? ref.id : `${ref.provider}:${ref.modelId}` };
}

/** Says that keys were found and not used; undefined when none was, or when a model was asked for. */
export function announceKeys(
  config: Config,
  options: RunOptions,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const [key] = foundKeys(env);
  if (key === undefined || !announceModels(config, options).startsWith("No language model")) return undefined;
  const model = suggestions[key] ?? "PROVIDER:MODEL";
  return `${key} found, not used; add --model ${model} to use it; capped at ${money({ ...defaultCap, ...options.cap }.usd)}.`;
}

/** What the calls of a run that used no language model would have cost with a key that was found. */
export function estimateLine(view: RunView, env: NodeJS.ProcessEnv): string | undefined {
  const [key] = foundKeys(env);
  const model = key === undefined ? undefined : suggestions[key];
  if (model === undefined || view.models.length > 0 || view.usage.inputTokens === 0) return undefined;
  const [provider = "", name = ""] = model.split(":");
  const usd = priceOf(provider, name, {})(view.usage);
  return usd === undefined
    ? undefined
    : `With --model ${model} these ${view.calls} calls would cost about ${money(usd)}.`;
}
