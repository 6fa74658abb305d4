// What a model wrote, as the value it stands for.

import { type AnySchema, parseWith } from "../base/schema.ts";
import type { Replay } from "../runtime/replay.ts";
import { outputShape, readings } from "./output-shape.ts";

export type ReadAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** Reads an answer by the schema of the output; without one the text is the output. */
export async function readAnswer(
  replay: Replay,
  schema: AnySchema | undefined,
  answer: string,
): Promise<ReadAnswer> {
  if (schema === undefined) return { ok: true, value: answer };
  let json: unknown;
  try {
    json = JSON.parse(unfence(answer));
  } catch (error) {
    return { ok: false, message: `the answer is not JSON: ${(error as Error).message}` };
  }
  let wrong = "";
  for (const it of readings(outputShape(schema), json)) {
    const parsed = await replay.busy(() => parseWith(schema, it));
    if (parsed.ok) return parsed;
    wrong ||= parsed.issues.map((issue) => `${issue.path} ${issue.message}`.trim()).join("; ");
  }
  return { ok: false, message: `the answer does not fit its schema: ${wrong}` };
}

/** Models without structured output like to fence their JSON. */
function unfence(answer: string): string {
  const match = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(answer);
  return match?.[1] ?? answer;
}
