import { type ErrorRow, row } from "./error-row.ts";

interface ModelErrors {
  readonly MODEL_UNKNOWN: ErrorRow<{ ref: string; known: string; guess?: string }>;
  readonly MODEL_PROVIDER_UNKNOWN: ErrorRow<{ provider: string; known: string; guess?: string }>;
  readonly MODEL_ALIAS_CIRCULAR: ErrorRow<{ circle: string }>;
  readonly MODEL_KEY_MISSING: ErrorRow<{ model: string; variable: string }>;
  readonly MODEL_ENDPOINT_INVALID: ErrorRow<{ endpoint: string; reason: string }>;
  readonly MODEL_ADAPTER_MISSING: ErrorRow<{ model: string; version: string }>;
  readonly MODEL_PRICE_UNKNOWN: ErrorRow<{ model: string }>;
  readonly MODEL_PRICE_INVALID: ErrorRow<{ model: string }>;
  readonly LIVE_MODELS_FORBIDDEN: ErrorRow<{ model: string }>;
  readonly MODEL_CALL: ErrorRow<{
    model: string;
    class: string;
    status?: number;
    retryAfterMs?: number;
    message: string;
  }>;
}

const guessed = (guess: string | undefined): string =>
  guess === undefined ? "" : `Did you mean "${guess}"? `;

/** What to do about each class of failed call. */
const callMends: Readonly<Record<string, string>> = {
  auth: "Check the provider's key: it is wrong, expired, or may not use this model.",
  quota: "The account has no credit or quota left: add some at the provider, or name another model.",
  overload: "The provider is overloaded or failing: try again later, or name another model.",
  "rate-limit": "Too many requests: wait as long as the provider says, or lower the concurrency.",
  timeout: "The provider did not answer in time: try again, or raise the step's timeout.",
  refusal: "The model refused: change the request, or name another model.",
  filter: "The provider's content filter stopped the answer: change the request, or name another model.",
  context:
    "The request is longer than the model can read: shorten the input, or name a model with a longer context.",
  cut: "The answer broke off before its end, and nothing of it was taken: try again.",
  network:
    "The provider was not reached: check the address, the network and (for a local server) that it runs.",
  invalid: "The provider refused the request: check the model's name and what its message says.",
  "no-capability": "The model cannot do this: name another model.",
  aborted: "The call was stopped by this run.",
};

export const modelErrors: ModelErrors = {
  MODEL_UNKNOWN: row({
    retryable: false,
    message: (it) => `there is no model "${it.ref}"`,
    fix: (it) => `${guessed(it.guess)}Name a model as "provider:model" or by an alias. Known: ${it.known}.`,
  }),
  MODEL_PROVIDER_UNKNOWN: row({
    retryable: false,
    message: (it) => `there is no model provider "${it.provider}"`,
    fix: (it) =>
      `${guessed(it.guess)}Known: ${it.known}. Another server that speaks OpenAI's chat format is added under \`endpoints\` in firebreak.config.ts.`,
  }),
  MODEL_ALIAS_CIRCULAR: row({
    retryable: false,
    message: (it) => `model aliases lead in a circle: ${it.circle}`,
    fix: () => 'Let one of them name a "provider:model" in firebreak.config.ts.',
  }),
  MODEL_KEY_MISSING: row({
    retryable: false,
    message: (it) => `${it.model} needs a key, and ${it.variable} is not set`,
    fix: (it) => `Set ${it.variable} in the environment, or name a local model such as "ollama:llama3.2".`,
  }),
  MODEL_ENDPOINT_INVALID: row({
    retryable: false,
    message: (it) => `the endpoint "${it.endpoint}" is not usable: ${it.reason}`,
    fix: () =>
      'Give it as { url: "http://127.0.0.1:8080/v1" } under `endpoints` in firebreak.config.ts; keys go into `apiKeyEnv`.',
  }),
  MODEL_ADAPTER_MISSING: row({
    retryable: false,
    message: (it) =>
      `${it.model} is a model object of specification ${it.version}, and the package that adapts those is not installed`,
    fix: () => "Run npm install ai, or update the provider's package to one that gives specification v4.",
  }),
  MODEL_PRICE_UNKNOWN: row({
    retryable: false,
    message: (it) => `the price of ${it.model} is not known, so its cost cannot be held under a budget`,
    fix: (it) =>
      `Declare it in firebreak.config.ts: prices: { "${it.model}": { inputUsdPerMTok: 1, outputUsdPerMTok: 5 } }, zeros for a model that costs nothing.`,
  }),
  MODEL_PRICE_INVALID: row({
    retryable: false,
    message: (it) => `the declared price of ${it.model} is not two numbers of USD, zero or more`,
    fix: () => "Give inputUsdPerMTok and outputUsdPerMTok in USD per million tokens.",
  }),
  LIVE_MODELS_FORBIDDEN: row({
    retryable: false,
    message: (it) => `${it.model} is a live model, and FIREBREAK_LIVE_MODELS=0 forbids live models`,
    fix: () => "Use a stand-in (baseline, or scripted in tests), or unset FIREBREAK_LIVE_MODELS.",
  }),
  // Retryable by class: `nextAfter` of src/model/classify.ts decides, not this flag.
  MODEL_CALL: row({
    retryable: true,
    message: (it) =>
      `${it.model} gave no answer (${it.class}${it.status === undefined ? "" : `, HTTP ${it.status}`}): ${it.message.replace(/[.\s]+$/, "")}`,
    fix: (it) => callMends[it.class] ?? "Look at the message; try again, or name another model.",
  }),
};
