// What a model is sent, from an agent and its input. One place, versioned:
// recorded runs keep the prompt that was sent, not this code.

import type { ModelPrompt } from "../model/model.ts";
import type { Value } from "../base/values.ts";
import type { AnySchema } from "../base/schema.ts";
import type { Agent, PromptPart } from "./agent.ts";
import { outputShape, shapeText } from "./output-shape.ts";

/** Version of the assembly below; part of a model call's identity. */
export const promptVersion = 1;

export interface Feedback {
  /** The answer before, as the model wrote it. */
  readonly answer: string;
  /** What was wrong with it. */
  readonly text: string;
}

/** The messages of a new attempt. */
export function assemblePrompt<Input, Output>(
  it: Agent<Input, Output>,
  input: Input,
  feedback: Feedback | undefined,
): ModelPrompt {
  const instructions = typeof it.instructions === "function" ? it.instructions(input) : it.instructions;
  const system =
    it.output === undefined
      ? instructions
      : `${instructions}\n\n${shapeText(outputShape(it.output as AnySchema).schema)}`;
  const prompt: ModelPrompt = [
    { role: "system", content: system },
    { role: "user", content: [{ type: "text", text: userText(it, input) }] },
  ];
  if (feedback === undefined) return prompt;
  if (feedback.answer !== "")
    prompt.push({ role: "assistant", content: [{ type: "text", text: feedback.answer }] });
  prompt.push({ role: "user", content: [{ type: "text", text: feedback.text }] });
  return prompt;
}

function userText<Input, Output>(it: Agent<Input, Output>, input: Input): string {
  const made = it.prompt?.(input) ?? sections(input as Value | undefined);
  if (typeof made === "string") return made;
  return made.map(partText).join("\n\n");
}

function partText(part: PromptPart): string {
  return typeof part === "string" ? part : `# ${part.title}\n\n${part.text}`;
}

/** Each top-level key becomes a titled section: text as it is, flat rows as CSV, else JSON. */
export function sections(input: Value | undefined): readonly PromptPart[] {
  if (input === undefined || input === null) return ["(no input)"];
  if (!isRecord(input)) return [valueText(input)];
  return Object.entries(input).map(([title, value]) => ({ title, text: valueText(value ?? null) }));
}

/** A value as text for a model. */
export function valueText(value: Value): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    const rows = csvOf(value);
    if (rows !== undefined) return rows;
  }
  return JSON.stringify(value, plain, 2);
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Uint8Array ? `(${value.length} bytes)` : value;
}

function csvOf(rows: readonly Value[]): string | undefined {
  if (rows.length === 0 || !rows.every(isFlat)) return undefined;
  const columns = [...new Set(rows.flatMap((it) => Object.keys(it as object)))];
  const line = (cells: readonly unknown[]): string => cells.map(csvCell).join(",");
  return [
    line(columns),
    ...rows.map((row) => line(columns.map((it) => (row as Record<string, unknown>)[it]))),
  ].join("\n");
}

function csvCell(cell: unknown): string {
  if (cell === undefined || cell === null) return "";
  const text = cell instanceof Date ? cell.toISOString() : String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function isFlat(value: Value): boolean {
  return (
    isRecord(value) &&
    Object.values(value).every((it) => it === null || typeof it !== "object" || it instanceof Date)
  );
}

function isRecord(value: Value): value is { readonly [key: string]: Value | undefined } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}
