// What a project says once for all its workflows: `firebreak.config.ts`.

import type { ModelRef } from "./model/model.ts";
import type { Prices } from "./model/price.ts";
import type { Endpoints } from "./model/provider.ts";
import type { Faults } from "./standin/faults.ts";

export interface Config {
  /** Names for models, as in `{ fast: "anthropic:claude-haiku-4-5" }`, or model objects. */
  readonly aliases?: Readonly<Record<string, ModelRef>>;
  /** Model servers by name: an OpenAI-compatible one at a URL, or another URL of a known provider. */
  readonly endpoints?: Endpoints;
  /** Prices that are not in the catalogue, or that differ for you. A local model may cost 0 on purpose. */
  readonly prices?: Prices;
  /** Faults that `--sabotage` may plant, beside the generic ones. */
  readonly faults?: Faults;
  /** Names of environment variables whose values are redacted everywhere. */
  readonly secrets?: readonly string[];
  /** The journal's file, from the folder of the configuration. Default `.firebreak/journal.db`. */
  readonly journal?: string;
}

/** Types a configuration. */
export function defineConfig(config: Config): Config {
  return config;
}
