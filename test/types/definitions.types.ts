// Compiled, never run: what authors may write, and what the compiler refuses.

import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import { tool as aiTool } from "ai";
import * as v from "valibot";
import { z } from "zod";
import {
  agent,
  again,
  type Context,
  done,
  grounded,
  nextModel,
  retry,
  review,
  tool,
  unsure,
  workflow,
} from "firebreak";
import { scripted, testRun } from "firebreak/testing";

const byZod = z.object({ text: z.string(), n: z.number().default(1) });
const byArk = type({ text: "string", "n?": "number" });
const byValibot = toStandardJsonSchema(v.object({ text: v.string(), n: v.number() }));

/** True when two types are the same, and not any. */
type Same<A, B> = 0 extends 1 & A ? false : [A, B] extends [B, A] ? true : false;
/** Keeps a type that must be true. */
export type Holds<T extends true> = T;

// ---- Agents -----------------------------------------------------------------------

const zodAgent = agent({
  name: "a",
  input: byZod,
  instructions: (it) => it.text,
  prompt: (it) => [it.text, String(it.n)],
  models: ["m"],
  output: byZod,
  checks: [(it) => it.n > 0 || "n"],
});
const arkAgent = agent({
  name: "a",
  input: byArk,
  instructions: (it) => it.text,
  models: ["m"],
  output: byArk,
  checks: [(it, { input }) => it.text === input.text || "text"],
});
const valibotAgent = agent({
  name: "a",
  input: byValibot,
  instructions: "x",
  models: ["m"],
  output: byValibot,
  checks: [(it) => it.n > 0 || unsure("n")],
});
const textAgent = agent({
  name: "a",
  instructions: "x",
  models: [scripted([]), "fast"],
  unchecked: "only text",
});
agent({
  name: "a",
  instructions: "x",
  models: ["m"],
  output: byZod,
  checks: [grounded("text")],
  onFail: [
    retry(2),
    nextModel({ fresh: true }),
    review<{ text: string }>({ to: "x", ask: (it, problems) => `${it?.text} ${problems}`, expires: "2d" }),
    review({ ask: (_, problems) => problems }),
  ],
});
agent({
  name: "a",
  instructions: "x",
  models: ["m"],
  tools: [{ ...aiTool({ inputSchema: byZod, execute: ({ n }) => n }), name: "t", effect: "none" }],
  unchecked: "x",
});

// @ts-expect-error no check and no reason
agent({ name: "a", instructions: "x", models: ["m"], output: byZod });
// @ts-expect-error an empty list is no gate
agent({ name: "a", instructions: "x", models: ["m"], output: byZod, checks: [] });
// @ts-expect-error either checks or a reason for none
agent({ name: "a", instructions: "x", models: ["m"], output: byZod, checks: [() => true], unchecked: "why" });
// @ts-expect-error no model
agent({ name: "a", instructions: "x", models: [], unchecked: "x" });
// @ts-expect-error the output has no such member
agent({ name: "a", instructions: "x", models: ["m"], output: byZod, checks: [(it) => it.missing === 1] });
// @ts-expect-error the input has no such member
agent({ name: "a", input: byZod, instructions: (it) => it.missing, models: ["m"], unchecked: "x" });
// @ts-expect-error a check answers true or says what is wrong
agent({ name: "a", instructions: "x", models: ["m"], output: byZod, checks: [(it) => it.n > 0] });
// @ts-expect-error no such option
agent({ name: "a", instructions: "x", models: ["m"], unchecked: "x", temprature: 1 });

// ---- Tools ------------------------------------------------------------------------

const add = tool({ name: "add", description: "Adds.", input: byZod, effect: "none", run: ({ n }) => n + 1 });
const send = tool({
  name: "send",
  description: "Sends.",
  input: byArk,
  effect: { key: (it) => it.text, probe: async () => ({ id: "x" }) },
  run: async ({ text }, { idempotencyKey }) => ({ id: `${text}${idempotencyKey ?? ""}` }),
});
// @ts-expect-error the arguments have no such member
tool({ name: "t", description: "", input: byZod, effect: "none", run: ({ missing }) => missing });
tool({
  name: "t",
  description: "",
  input: byZod,
  effect: { key: () => "k", probe: async () => 3 },
  // @ts-expect-error a probe gives what the tool gives
  run: async () => ({ id: "x" }),
});

// ---- Workflows ----------------------------------------------------------------------

const child = workflow({
  name: "child",
  input: byZod,
  output: byArk,
  run: async (_ctx, it) => ({ text: it.text }),
});
const free = workflow({ name: "free", run: async () => 7 });
// @ts-expect-error the output does not fit its schema
workflow({ name: "w", output: byArk, run: async () => ({ text: 1 }) });
// @ts-expect-error the input has no such member
workflow({ name: "w", input: byZod, run: async (_ctx, it) => it.missing });
// @ts-expect-error a workflow is asynchronous
workflow({ name: "w", run: () => 1 });

export async function body(ctx: Context): Promise<unknown> {
  const called = await ctx.call(zodAgent, { text: "x", n: 1 });
  const ark = await ctx.call(arkAgent, { text: "x" });
  const valibot = await ctx.call(valibotAgent, { text: "x", n: 1 });
  const text = await ctx.call(textAgent, null);
  const sum = await ctx.call(add, { text: "x", n: 1 });
  const sent = await ctx.call(send, { text: "x" }, { approve: "Send it?" });
  const ran = await ctx.call(child, { text: "x", n: 1 });
  const seven = await ctx.call(free, null);
  const stepped = await ctx.step("s", { a: 1 }, async (it, { attempt }) => `${it.a}${attempt}`, {
    checks: [(it) => it.length > 0 || "empty"],
  });
  const mapped = await ctx.map(["a", "b"], (it, inner) => inner.step("l", it, (word) => word.length), {
    key: (it) => it,
  });
  const settled = await ctx.map([1], async (it) => `${it}`, { settle: true });
  const won = await ctx.first(1, { a: async () => 1, b: async () => 2 });
  const one = await ctx.settle(() => ctx.call(add, { text: "x", n: 1 }));
  const form = await ctx.ask("Which?", byValibot);
  const signal = await ctx.signal("paid", byArk);
  const reviewed = await ctx.review("Good?", called, { checks: [(it) => it.n > 0 || "n"] });
  const gated = await ctx.check("g", { a: 1 }, [(it) => it.a === 1 || "a"]);
  const looped = await ctx.loop("l", 1, async (n) => (n > 3 ? done(`${n}`) : again(n + 1)));
  const branched = await ctx.branch("b", async (inner) => inner.random());
  const file = await ctx.artifact("a.txt", "text/plain", "x");

  type _ = [
    Holds<Same<typeof called, { text: string; n: number }>>,
    Holds<Same<typeof ark, { text: string; n?: number }>>,
    Holds<Same<typeof valibot, { text: string; n: number }>>,
    Holds<Same<typeof text, string>>,
    Holds<Same<typeof sum, number>>,
    Holds<Same<typeof sent, { id: string }>>,
    Holds<Same<typeof ran, { text: string; n?: number }>>,
    Holds<Same<typeof seven, number>>,
    Holds<Same<typeof stepped, string>>,
    Holds<Same<typeof mapped, number[]>>,
    Holds<Same<(typeof won)[number]["value"], number>>,
    Holds<Same<typeof form, { text: string; n: number }>>,
    Holds<Same<typeof signal, { text: string; n?: number }>>,
    Holds<Same<typeof reviewed, { text: string; n: number }>>,
    Holds<Same<typeof gated, { a: number }>>,
    Holds<Same<typeof looped, string>>,
    Holds<Same<typeof branched, number>>,
    Holds<Same<typeof file.hash, string>>,
  ];
  if (one.ok) one.value satisfies number;
  else one.outcome satisfies string;
  for (const it of settled) if (it.ok) it.value satisfies string;

  // @ts-expect-error wrong input of an agent
  await ctx.call(arkAgent, { txt: "x" });
  // @ts-expect-error wrong input of a tool
  await ctx.call(add, { text: 1, n: 1 });
  // @ts-expect-error wrong input of a workflow
  await ctx.call(child, "x");
  // @ts-expect-error a plain function is a step, not a call
  await ctx.call(() => 1, null);
  // @ts-expect-error the work takes another input
  await ctx.step("s", { a: 1 }, (it: { b: number }) => it.b);
  // @ts-expect-error a check of another value
  await ctx.check("g", { a: 1 }, [(it) => it.b === 1 || "b"]);
  // @ts-expect-error a key is text
  await ctx.map([1], async (it) => it, { key: (it) => it });
  // @ts-expect-error no schema
  await ctx.ask("Which?", { text: "string" });
  return undefined;
}

// ---- Tests --------------------------------------------------------------------------

export async function tested(): Promise<void> {
  const result = await testRun(
    child,
    { text: "x", n: 1 },
    { models: { a: scripted(["x"]) }, reviews: ["approve", { edit: 1 }, "silence"], killAfter: "s" },
  );
  type _ = Holds<Same<typeof result.output, { text: string; n?: number }>>;
  // @ts-expect-error wrong input
  await testRun(child, { text: 1 });
  // @ts-expect-error no such decision
  await testRun(child, { text: "x", n: 1 }, { reviews: ["maybe"] });
}
