// One agent in a workflow of its own, under the test rig.

import { type Agent, type Context, workflow } from "firebreak";
import { testRun } from "firebreak/testing";
import type { TestOptions, TestResult } from "../../src/testing.ts";
import type { ModelRequest } from "../../src/model/model.ts";

let made = 0;

/** Runs a body under the test rig. */
export function play<T>(body: (ctx: Context) => Promise<T>, options: TestOptions): Promise<TestResult<T>> {
  made += 1;
  return testRun(workflow({ name: `play-${made}`, run: body }), null, options);
}

/** Calls one agent. */
export function playAgent<I, O>(
  it: Agent<I, O>,
  input: NoInfer<I>,
  options: TestOptions,
): Promise<TestResult<O>> {
  return play((ctx) => ctx.call(it, input), options);
}

/** All text of a request's messages of a role, in order. */
export function saidBy(
  role: "system" | "user" | "assistant" | "tool",
  request: ModelRequest | undefined,
): string[] {
  return (request?.prompt ?? []).flatMap((it) => {
    if (it.role !== role) return [];
    if (typeof it.content === "string") return [it.content];
    return it.content.map((part) => (part.type === "text" ? part.text : JSON.stringify(part)));
  });
}
