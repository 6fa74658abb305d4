// ctx.ask: a form for a person, asked again while the answers do not fit its schema.

import { type AnySchema, parseWith, toJsonSchema } from "../base/schema.ts";
import type { Problem } from "../journal/events.ts";
import { stepPath } from "../runtime/identity.ts";
import type { Scope } from "../runtime/scope.ts";
import { StepError } from "../runtime/step-error.ts";
import { reviewWork } from "../runtime/wait.ts";
import type { SchemaOutput } from "../tool/tool.ts";
import { nameOf } from "./options.ts";
import { type ReviewOptions, reviewQuestion } from "./review-options.ts";

/** Times a form may be filled in before it counts as rejected. */
const formRounds = 5;

/** @throws StepError: rejected, or expired. */
export async function askForm<S extends AnySchema>(
  scope: Scope,
  question: string,
  schema: S,
  options: ReviewOptions<never> & { readonly show?: unknown },
): Promise<SchemaOutput<S>> {
  const { replay } = scope;
  const json = toJsonSchema(schema, "input");
  const name = nameOf(question.slice(0, 120), options);
  let problems: readonly Problem[] = [];
  for (let round = 1; round <= formRounds; round += 1) {
    const shown = { show: options.show ?? null, round };
    const asked = reviewQuestion(question, options, { mode: "form", schema: json, problems });
    const answer = await replay.issue(scope, "review", name, shown, reviewWork(replay, asked));
    const parsed = await replay.busy(() => parseWith(schema, answer));
    if (parsed.ok) return parsed.value as SchemaOutput<S>;
    problems = parsed.issues.map((it) => ({ check: "schema", message: it.message, path: it.path }));
  }
  const message = `the form was filled in wrongly ${formRounds} times`;
  throw new StepError({ outcome: "rejected", step: stepPath(scope.path, name), message, problems });
}
