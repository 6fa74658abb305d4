// Which models the names in the workflows stand for, cheapest first in use.
//
// Both are the baseline here: rules, no language model, no key, no cost. To use a language model, set its
// key in the environment and name it, for example: strong: "anthropic:claude-sonnet-4-5". A run is capped
// at 1.00 USD and 200 calls unless you say otherwise.

import { defineConfig } from "firebreak";
import { baselineModel } from "firebreak/standin";
import { jobs } from "./jobs.ts";

export default defineConfig({
  aliases: {
    fast: baselineModel({ jobs, name: "fast" }),
    strong: baselineModel({ jobs, name: "strong" }),
  },
});
