// Making tools, and taking those of the AI SDK.

import { adaptSchema, type AnySchema } from "../base/schema.ts";
import { FirebreakError } from "../base/errors.ts";
import type { Duration } from "../base/duration.ts";
import { toMs } from "../base/duration.ts";
import type { AnyEffect, Effect, SchemaOutput, Tool, ToolContext } from "./tool.ts";

export interface ToolOptions<S extends AnySchema, Result> {
  readonly name: string;
  readonly description: string;
  readonly input: S;
  /** "none", or what it changes outside the run. Absent counts as an effect without a key of its own: the arguments are the key. */
  readonly effect?: "none" | Effect<SchemaOutput<S>, Result>;
  readonly run: (args: SchemaOutput<S>, context: ToolContext) => Promise<Result> | Result;
  readonly timeout?: Duration;
  readonly version?: string;
  readonly sources?: Tool<SchemaOutput<S>, Result>["sources"];
}

/**
 * Declares a tool.
 * @throws DEFINITION_INVALID
 */
export function tool<const S extends AnySchema, Result>(
  options: ToolOptions<S, Result>,
): Tool<SchemaOutput<S>, Result> {
  const { name, timeout, effect, ...rest } = options;
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) {
    throw new FirebreakError("DEFINITION_INVALID", {
      what: `"${name}" cannot name a tool`,
      mend: "Use letters, digits, _ and -, at most 64, a letter first: providers take no other names.",
    });
  }
  demandEffect(name, effect);
  const made = {
    ...rest,
    kind: "tool",
    name,
    effect: effect ?? undeclared,
    input: options.input as Tool<SchemaOutput<S>, Result>["input"],
    ...(timeout === undefined ? {} : { timeoutMs: toMs(timeout) }),
  } as Tool<SchemaOutput<S>, Result>;
  register(made as unknown as Tool);
  return made;
}

function demandEffect(name: string, effect: "none" | AnyEffect | undefined): void {
  const invalid = (what: string, mend: string): never => {
    throw new FirebreakError("DEFINITION_INVALID", { what: `the effect of tool "${name}" ${what}`, mend });
  };
  if (effect === undefined || effect === "none") return;
  if (typeof effect !== "object" || effect === null || typeof effect.key !== "function")
    invalid(
      "names no slot",
      'Say effect: "none", or effect: { key: (args) => args.id }: calls of one key are one effect.',
    );
  const { immediate } = effect;
  if (immediate !== undefined && (typeof immediate !== "string" || immediate.trim() === ""))
    invalid(
      "is immediate without a reason",
      'Say why it may be sent before the gate: immediate: "a draft nobody else sees".',
    );
}

/** A tool that does not state its effect counts as having one: a call with the same arguments is the same effect. */
const undeclared: Effect<unknown, unknown> = { key: (args) => JSON.stringify(args) ?? "" };

/** Whether a tool says what it changes. */
export function statesEffect(it: Pick<Tool, "effect">): boolean {
  return it.effect !== undeclared;
}

/** Tools of this process by name, and what tells their undoing apart; no tool where two of one name undo in different ways. */
const defined = new Map<string, { readonly tool?: Tool; readonly undo: string }>();

function register(made: Tool, undo: string = undoText(made)): void {
  if (made.effect === "none") return;
  const before = defined.get(made.name);
  const isSame = before === undefined || (before.tool !== undefined && before.undo === undo);
  defined.set(made.name, isSame ? { tool: made, undo } : { undo });
}

function undoText({ effect }: Tool): string {
  return effect === "none" ? "" : String(effect.compensate);
}

/**
 * Makes a tool known that a toolbox made, so that what it sent can be undone.
 *
 * @param undo What tells two tools of one name apart: their functions have the same text. A folder, a server.
 */
export function declareTool<Args, Result>(made: Tool<Args, Result>, undo: string): Tool<Args, Result> {
  register(made as unknown as Tool, undo);
  return made;
}

/**
 * The tool of a name that was declared last in this process, to undo what it sent. Undefined for one that is not known
 * here, and where two tools of that name undo in different ways: which one it was cannot be told then.
 */
export function definedTool(name: string): Tool | undefined {
  return defined.get(name)?.tool;
}

/** A tool object of the AI SDK, as its `tool()` makes it, with a name and what it changes. */
export interface AiSdkTool {
  readonly name: string;
  readonly description?: unknown;
  readonly inputSchema: unknown;
  readonly execute?: ((args: never, options: never) => unknown) | undefined;
  readonly effect?: "none" | AnyEffect | undefined;
}

/** A tool whose types do not matter. */
export interface AnyTool extends Omit<Tool<never, never>, "input" | "effect" | "run"> {
  readonly input: AnySchema;
  readonly effect: "none" | AnyEffect;
  readonly run: (args: never, context: ToolContext) => unknown;
}

/** What an agent takes as a tool. */
export type GivenTool = AnyTool | AiSdkTool;

/**
 * The tools of an agent, adapted and checked.
 * @throws DEFINITION_INVALID
 */
export function checkTools(agent: string, given: readonly GivenTool[]): readonly Tool[] {
  const seen = new Set<string>();
  return given.map((it) => {
    const made =
      isObject(it) && "kind" in it && it.kind === "tool"
        ? (it as unknown as Tool)
        : fromAiSdk(agent, it as AiSdkTool);
    if (seen.has(made.name)) {
      throw new FirebreakError("DEFINITION_INVALID", {
        what: `agent "${agent}" has two tools named "${made.name}"`,
        mend: "Rename one.",
      });
    }
    seen.add(made.name);
    return made;
  });
}

/** Results such a tool may give one after the other, at most. */
const resultLimit = 10_000;

/** A tool of the AI SDK may give preliminary results: the last one is the result. */
async function lastOf(result: unknown): Promise<unknown> {
  if (typeof result !== "object" || result === null || !(Symbol.asyncIterator in result)) return result;
  let last: unknown;
  let count = 0;
  for await (const it of result as AsyncIterable<unknown>) {
    last = it;
    count += 1;
    if (count > resultLimit)
      throw new FirebreakError("LIMIT_REACHED", {
        what: "preliminary results of one tool call",
        limit: resultLimit,
      });
  }
  return last;
}

function isObject(it: unknown): it is object {
  return typeof it === "object" && it !== null;
}

function fromAiSdk(agent: string, it: AiSdkTool): Tool {
  if (
    !isObject(it) ||
    typeof it.name !== "string" ||
    it.name === "" ||
    it.inputSchema === undefined ||
    typeof it.execute !== "function"
  ) {
    const what = `agent "${agent}" is given something that is no tool`;
    throw new FirebreakError("DEFINITION_INVALID", {
      what,
      mend: 'Give tool({ name, … }), or a tool of the AI SDK with a name and an execute function: { ...it, name: "search", effect: "none" }.',
    });
  }
  const execute = it.execute as unknown as (args: unknown, options: unknown) => unknown;
  return {
    kind: "tool",
    name: it.name,
    description: typeof it.description === "string" ? it.description : it.name,
    input: adaptSchema(it.inputSchema) as Tool["input"],
    effect: (it.effect as Tool["effect"] | undefined) ?? undeclared,
    run: (args, context) =>
      lastOf(execute(args, { toolCallId: it.name, messages: [], abortSignal: context.abort })),
  };
}
