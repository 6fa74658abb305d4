// The shape a model is asked to answer in. Providers want an object at the root,
// so any other output is asked for as { value: … } and taken out again.

import { type AnySchema, toJsonSchema } from "../base/schema.ts";
import type { Json } from "../base/values.ts";

export interface OutputShape {
  /** What is asked for: an object at the root. */
  readonly schema: Json;
  /** True when the output stands in the member `value`. */
  readonly wrapped: boolean;
}

interface Members {
  readonly [key: string]: Json;
}

const member = "value";
const holders = ["definitions", "$defs"] as const;

/** @throws SCHEMA_NO_JSON, SCHEMA_UNREPRESENTABLE, SCHEMA_UNKNOWN */
export function outputShape(output: AnySchema): OutputShape {
  const schema = toJsonSchema(output, "input") as Members;
  return schema["type"] === "object" ? { schema, wrapped: false } : { schema: wrap(schema), wrapped: true };
}

/** Definitions stay at the root, where references find them; references to the root follow it. */
function wrap(schema: Members): Json {
  const inner: { [key: string]: Json } = { ...schema };
  const kept: { [key: string]: Json } = {};
  for (const it of holders) {
    const held = inner[it];
    if (held !== undefined) kept[it] = moved(held);
    delete inner[it];
  }
  return {
    type: "object",
    properties: { [member]: moved(inner) },
    required: [member],
    additionalProperties: false,
    ...kept,
  };
}

function moved(json: Json): Json {
  if (Array.isArray(json)) return json.map((it: Json) => moved(it));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, it]) => [key, key === "$ref" ? movedPointer(it) : moved(it)]),
  );
}

function movedPointer(pointer: Json): Json {
  if (typeof pointer !== "string" || !pointer.startsWith("#")) return pointer;
  if (holders.some((it) => pointer.startsWith(`#/${it}/`))) return pointer;
  return `#/properties/${member}${pointer.slice(1)}`;
}

/** The values an answer may stand for, likeliest first: not every model wraps what it is asked to wrap. */
export function readings(shape: OutputShape, answer: unknown): readonly unknown[] {
  if (!shape.wrapped || typeof answer !== "object" || answer === null) return [answer];
  const keys = Object.keys(answer);
  return keys.length === 1 && keys[0] === member ? [(answer as { value: unknown }).value, answer] : [answer];
}

/** Tells a model the shape in words: not every endpoint takes a schema beside the messages. */
export function shapeText(schema: Json): string {
  return `Answer with JSON alone, no other text, that fits this JSON Schema:\n${JSON.stringify(schema)}`;
}
