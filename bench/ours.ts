// Our side of the workloads: the same work as the floor's, through the public surface.

import { join } from "node:path";
import {
  agent,
  type AnyWorkflow,
  type Firebreak,
  type Model,
  type ModelAnswer,
  open,
  tool,
  workflow,
  type Workflow,
} from "firebreak";
import { z } from "zod";
import { shown, type StepBody, stepResult } from "./floor.ts";

/** Opens an engine whose journal is in this folder. It drives what is started or resumed here. */
export function openOurs(folder: string, workflows: readonly AnyWorkflow[]): Promise<Firebreak> {
  return open({ journal: join(folder, "journal.db"), workflows });
}

/** A run of `count` steps, one after the other. */
export function sequence(count: number, body: StepBody = stepResult): Workflow {
  return workflow({
    name: "sequence",
    async run(ctx) {
      for (let at = 0; at < count; at += 1) await ctx.step(`step-${at}`, at, body);
      return count;
    },
  });
}

/** A run whose input to each step is a list that grows by a kilobyte a step. */
export function growing(count: number, body: StepBody): Workflow {
  return workflow({
    name: "growing",
    async run(ctx) {
      const all: unknown[] = [];
      for (let at = 0; at < count; at += 1)
        all.push(await ctx.step(`step-${at}`, { at, all }, (input) => body(input.at)));
      return all.length;
    },
  });
}

/** A run of `count` steps at once. */
export function parallel(count: number): Workflow {
  return workflow({
    name: "parallel",
    async run(ctx) {
      await Promise.all(Array.from({ length: count }, (_, at) => ctx.step(`step-${at}`, at, stepResult)));
      return count;
    },
  });
}

/** A run that waits for a person. */
export function reviewed(): Workflow {
  return workflow({
    name: "reviewed",
    run: (ctx) => ctx.review("May this go out?", shown),
  });
}

/** A run that parks `parks` times, with `between` steps before each; the step after a park tells `woken`. */
export function parking(
  parks: number,
  between: number,
  closed: boolean,
  woken: (park: number) => void,
): Workflow {
  return workflow({
    name: "parking",
    async run(ctx) {
      for (let park = 0; park < parks; park += 1) {
        if (closed) {
          await ctx.branch(`part-${park}`, async (inner) => {
            for (let at = 0; at < between - 1; at += 1)
              await inner.step(`step-${park}-${at}`, at, stepResult);
            return park;
          });
        } else {
          for (let at = 0; at < between - 1; at += 1) await ctx.step(`step-${park}-${at}`, at, stepResult);
        }
        await ctx.signal(`go-${park}`, z.number());
        await ctx.step(`woken-${park}`, park, (it) => {
          woken(it);
          return it;
        });
      }
      return parks;
    },
  });
}

const usage = { inputTokens: 0, outputTokens: 0 };
const standin = "bench: fixed answers, no language model";

function asked(at: number, padding: string): ModelAnswer {
  const call = { type: "tool-call", id: `call-${at}`, name: "look", input: JSON.stringify({ at }) } as const;
  const parts = padding === "" ? [call] : [{ type: "text" as const, text: padding }, call];
  return { model: "bench:caller", parts, finish: "tool-calls", usage, standin };
}

function answered(answer: number): ModelAnswer {
  return {
    model: "bench:caller",
    parts: [{ type: "text", text: JSON.stringify({ answer }) }],
    finish: "stop",
    usage,
    standin,
  };
}

/** An agent that calls its tool `turns` times and answers; a kilobyte more each record when `large`. */
export function toolCaller(
  turns: number,
  large: boolean,
  called: (at: number) => void = () => undefined,
): Workflow {
  const padding = large ? "0123456789abcdef".repeat(60) : "";
  const look = tool({
    name: "look",
    description: "Looks up a number.",
    input: z.object({ at: z.number() }),
    effect: "none",
    run: ({ at }) => {
      called(at);
      return { at, padding };
    },
  });
  // Keeps nothing of what it is asked: memory is the engine's.
  const model: Model = {
    id: "bench:caller",
    standin,
    worstCaseUsd: () => 0,
    call: ({ caller: { turn } }) =>
      Promise.resolve(turn > turns ? answered(turns) : asked(turn - 1, padding)),
  };
  const caller = agent({
    name: "caller",
    instructions: "Look up every number, then answer.",
    input: z.object({ upTo: z.number() }),
    output: z.object({ answer: z.number() }),
    models: [model],
    tools: [look],
    maxTurns: turns + 1,
    unchecked: "a benchmark",
  });
  return workflow({ name: "tool-caller", run: (ctx) => ctx.call(caller, { upTo: turns }) });
}
