// Stand-ins: what answers in the place of a language model. They stand behind
// the model port, so that tools, checks, retries and reviews truly run; only
// the answers come from somewhere else. They cost nothing and call nobody.
//
//   B1. Every answer of a stand-in says that it is one, and what it is (M4).
//   B2. Baseline and saboteur keep no state between calls: an equal request has an equal answer.
//   B3. The baseline computes from the input it is given, and says what it cannot do. It invents nothing.
//   B4. A planted fault is a pure function of the right answer, and is named in the answer's label.
//   B5. No word of any domain stands in this folder: domains are registered from outside, as jobs and faults.

export { baselineJob, use, useAll } from "./job.ts";
export type {
  BaselineJob,
  BaselineJobSpec,
  JobContext,
  JobEnd,
  JobSteps,
  ToolAsk,
  ToolReply,
} from "./job.ts";
export { baselineLabel, baselineModel } from "./baseline.ts";
export { genericFaults } from "./faults.ts";
export type { Fault, Faults } from "./faults.ts";
export { parseSabotage, sabotage } from "./saboteur.ts";
export type { Sabotage, SabotageMoment } from "./saboteur.ts";
export { scripted } from "./scripted.ts";
export type { ScriptedEntry, ScriptedModel } from "./scripted.ts";
