// Both models are the baseline: it writes its program from a template, and is no language model.

import { defineConfig } from "firebreak";
import { baselineModel } from "firebreak/standin";
import { faults } from "./faults.ts";
import { analystJob } from "./job.ts";

const jobs = [analystJob];

export default defineConfig({
  aliases: { fast: baselineModel({ jobs, name: "fast" }), strong: baselineModel({ jobs, name: "strong" }) },
  faults,
});
