// Finds models by what authors write. Resolving reads the environment and loads
// nothing; a package is loaded and a request sent only when a model is called.
//
//   M5. With FIREBREAK_LIVE_MODELS=0 no model but a stand-in is resolved or called.
//   M6. A text that is no alias and names no provider is an error, never passed on to a default.

import type { LanguageModelV4 } from "@ai-sdk/provider";
import { FirebreakError } from "../base/errors.ts";
import { type CallOptions, callModel } from "./call.ts";
import { classify } from "./classify.ts";
import type { ForeignModel, Model, ModelAnswer, ModelRef, ModelRegistry, ModelRequest } from "./model.ts";
import { type PriceOf, priceOf, type Prices, worstCaseUsd } from "./price.ts";
import {
  type Endpoints,
  type Environment,
  type Fetch,
  findProvider,
  keyOf,
  loadModel,
  type Provider,
  providerNames,
} from "./provider.ts";

export interface RegistryOptions {
  /** Names for models, as in `{ fast: "anthropic:claude-haiku-4-5" }`. A name may stand for another name. */
  readonly aliases?: Readonly<Record<string, ModelRef>>;
  readonly endpoints?: Endpoints;
  readonly prices?: Prices;
  /** Where keys and switches are read from; `process.env` for a program. Read at each use, never copied. */
  readonly env: Environment;
  /** Replaces the network. */
  readonly fetch?: Fetch;
  /** Loads the optional package `ai`, which adapts model objects of older specifications. */
  readonly importAdapter?: () => Promise<unknown>;
}

/** Longest chain of aliases. */
const aliasLimit = 50;

/** Makes the registry of one configuration. */
export function createModelRegistry(options: RegistryOptions): ModelRegistry {
  // One Model per id, so that a provider's package and its connections are set up once.
  const models = new Map<string, Model>();
  const named = (ref: string): Model => {
    const made = models.get(ref) ?? fromText(ref, options);
    models.set(ref, made);
    return made;
  };
  return {
    resolve(ref) {
      const target = unalias(ref, options);
      const model =
        typeof target === "string" ? named(target) : isModel(target) ? target : fromObject(target, options);
      forbidLive(model, options.env);
      return model;
    },
  };
}

function forbidLive(model: { readonly id: string; readonly standin?: string }, env: Environment): void {
  if (env.FIREBREAK_LIVE_MODELS === "0" && model.standin === undefined) {
    throw new FirebreakError("LIVE_MODELS_FORBIDDEN", { model: model.id });
  }
}

function unalias(ref: ModelRef, { aliases = {} }: RegistryOptions): ModelRef {
  const path: string[] = [];
  let at = ref;
  while (typeof at === "string" && Object.hasOwn(aliases, at)) {
    if (path.includes(at) || path.length >= aliasLimit) {
      throw new FirebreakError("MODEL_ALIAS_CIRCULAR", {
        circle: [...path.slice(Math.max(0, path.indexOf(at))), at].join(" -> "),
      });
    }
    path.push(at);
    at = aliases[at]!;
  }
  return at;
}

function fromText(ref: string, options: RegistryOptions): Model {
  const { endpoints = {}, env } = options;
  const colon = ref.indexOf(":");
  const name = ref.slice(0, colon);
  const modelId = ref.slice(colon + 1).trim();
  if (colon <= 0 || modelId === "") throw unknownModel(ref, options);
  const provider = findProvider(name, endpoints, env);
  if (provider === undefined) throw unknownProvider(name, modelId, options);
  forbidLive({ id: ref }, env);
  keyOf(provider, ref, env);
  return liveModel(ref, priceFor(provider, modelId, options), options.env, () =>
    loadModel(provider, modelId, {
      key: keyOf(provider, ref, env),
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    }),
  );
}

/** A local server of the built-in names costs nothing; any other price is declared, listed or unknown. */
function priceFor(provider: Provider, modelId: string, { prices = {} }: RegistryOptions): PriceOf {
  const free = { inputUsdPerMTok: 0, outputUsdPerMTok: 0 };
  return priceOf(
    provider.name,
    modelId,
    provider.isFree ? { [`${provider.name}:*`]: free, ...prices } : prices,
  );
}

function fromObject(model: ForeignModel, options: RegistryOptions): Model {
  if (typeof model?.modelId !== "string" || typeof model.doGenerate !== "function") {
    throw unknownModel(
      model === null || typeof model !== "object" ? String(model) : "an object that is no model",
      options,
    );
  }
  // Packages name the interface after a dot: "anthropic.messages".
  const provider = model.provider.split(".")[0]!;
  const id = `${provider}:${model.modelId}`;
  return liveModel(id, priceOf(provider, model.modelId, options.prices ?? {}), options.env, () =>
    adapted(model, id, options),
  );
}

async function adapted(
  model: ForeignModel,
  id: string,
  { importAdapter }: RegistryOptions,
): Promise<LanguageModelV4> {
  if (model.specificationVersion === "v4") return model;
  let adapter: { wrapLanguageModel(options: { model: ForeignModel; middleware: [] }): LanguageModelV4 };
  try {
    // By a variable, since the package is an optional peer: its types are not needed to build this one.
    const name = "ai";
    adapter = (await (importAdapter?.() ?? import(name))) as typeof adapter;
  } catch {
    throw new FirebreakError("MODEL_ADAPTER_MISSING", {
      model: id,
      version: model.specificationVersion,
    });
  }
  return adapter.wrapLanguageModel({ model, middleware: [] });
}

function liveModel(
  id: string,
  price: PriceOf,
  env: Environment,
  load: () => Promise<LanguageModelV4>,
): Model {
  let loaded: Promise<LanguageModelV4> | undefined;
  return {
    id,
    worstCaseUsd: (request) => worstCaseUsd(request, price),
    async call(request: ModelRequest, options: CallOptions): Promise<ModelAnswer> {
      forbidLive({ id }, env);
      try {
        loaded ??= load().catch((error: unknown) => {
          loaded = undefined;
          throw error;
        });
        return await callModel(await loaded, { id, price }, request, options);
      } catch (error) {
        throw classify(error, { model: id, abort: options.abort });
      }
    },
  };
}

function isModel(ref: ModelRef): ref is Model {
  return (
    typeof ref === "object" && ref !== null && "call" in ref && typeof ref.call === "function" && "id" in ref
  );
}

function unknownModel(ref: string, { aliases = {}, endpoints = {} }: RegistryOptions): FirebreakError {
  const names = Object.keys(aliases);
  const known = [
    ...(names.length === 0 ? [] : [`aliases ${names.join(", ")}`]),
    `providers ${providerNames(endpoints).join(", ")}`,
  ].join("; ");
  const guess = nearest(ref, names) ?? vendorGuess(ref);
  return new FirebreakError("MODEL_UNKNOWN", { ref, known, ...(guess === undefined ? {} : { guess }) });
}

/** Model names whose vendor anyone would tell from the name. */
function vendorGuess(ref: string): string | undefined {
  if (ref.startsWith("claude-")) return `anthropic:${ref}`;
  return /^(gpt-|o\d)/.test(ref) ? `openai:${ref}` : undefined;
}

function unknownProvider(
  provider: string,
  modelId: string,
  { endpoints = {} }: RegistryOptions,
): FirebreakError {
  const names = providerNames(endpoints);
  const near = nearest(provider, names);
  const guess = near === undefined ? {} : { guess: `${near}:${modelId}` };
  return new FirebreakError("MODEL_PROVIDER_UNKNOWN", { provider, known: names.join(", "), ...guess });
}

/** The name with the fewest edits from what was written, if that is at most a third of it. */
function nearest(written: string, names: readonly string[]): string | undefined {
  const ranked = names.map((name) => ({ name, edits: edits(written.toLowerCase(), name.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.edits - b.edits)[0];
  return best !== undefined && best.edits <= Math.ceil(written.length / 3) ? best.name : undefined;
}

/** Levenshtein distance. Names are short; longer texts are cut. */
function edits(a: string, b: string): number {
  const [from, to] = [a.slice(0, 64), b.slice(0, 64)];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length]!;
}
