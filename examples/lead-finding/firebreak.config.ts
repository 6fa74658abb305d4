// Both models are the baseline: it writes its programs from templates and finds claims by rules, and is no language model.
// To use one, name it here, for example strong: "anthropic:claude-sonnet-4-5", or pass --model.

import { type Config, defineConfig } from "firebreak";
import { baselineModel } from "firebreak/standin";
import { faults } from "./faults.ts";
import { fitCurves, planAnalysis } from "./jobs/analyst.ts";
import { refit, testClaims } from "./jobs/checker.ts";
import { extractClaims } from "./jobs/scout.ts";
import { counted } from "./ledger.ts";

const jobs = [extractClaims, planAnalysis, fitCurves, refit, testClaims];

const config: Config = defineConfig({
  aliases: {
    fast: counted(baselineModel({ jobs, name: "fast" })),
    strong: counted(baselineModel({ jobs, name: "strong" })),
  },
  faults,
});
export default config;
