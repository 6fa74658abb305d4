// What follows a gate that did not pass: rungs, climbed in order. Each rung
// that makes attempts is climbed before the next; the last one asks a person.

import type { Problem } from "../check/check.ts";
import type { Duration } from "../base/duration.ts";

export interface ReviewRung<Output = unknown> {
  readonly rung: "review";
  /** Who is asked. Free text: a role or a name. */
  readonly to?: string;
  readonly ask: string | ((output: Output | undefined, problems: string) => string);
  readonly expires?: Duration;
  /** What happens when nobody answers. Default: the step ends as expired. */
  readonly onExpiry?: "reject" | "fail";
}

export type Rung<Output = unknown> =
  | { readonly rung: "retry"; readonly times: number }
  | { readonly rung: "nextModel"; readonly fresh: boolean }
  | ReviewRung<Output>;

/** Most attempts one retry rung may make. */
export const retryLimit = 20;

/** More attempts by the same model, each told what was wrong with the last. */
export function retry(times = 1): Rung {
  return { rung: "retry", times: Math.min(Math.max(0, Math.floor(times)), retryLimit) };
}

/**
 * The next of the agent's models, told what was wrong; `fresh: true` keeps that from it. Rungs before it are
 * climbed again with the new model.
 */
export function nextModel(options: { readonly fresh?: boolean } = {}): Rung {
  return { rung: "nextModel", fresh: options.fresh ?? false };
}

/** A person, with the last output and its problems in front of them. */
export function review<Output = unknown>(options: Omit<ReviewRung<Output>, "rung">): ReviewRung<Output> {
  return { rung: "review", ...options };
}

/** Rungs of an agent that names none. */
export const defaultRungs: readonly Rung[] = [retry(1), nextModel()];

/** One thing to do next. */
export type Move =
  | {
      readonly kind: "attempt";
      readonly model: number;
      readonly told: boolean;
      readonly why: "first" | "retry" | "nextModel" | "sentBack";
    }
  | { readonly kind: "review"; readonly rung: ReviewRung<never> };

/** All moves in order, the first attempt included. Every model is given the retries that stand before nextModel. */
export function movesOf(rungs: readonly Rung<never>[], models: number): readonly Move[] {
  const moves: Move[] = [{ kind: "attempt", model: 0, told: true, why: "first" }];
  let model = 0;
  let retries = 0;
  for (const rung of rungs) {
    if (rung.rung === "retry") {
      retries += rung.times;
      for (let i = 0; i < rung.times; i += 1)
        moves.push({ kind: "attempt", model, told: true, why: "retry" });
    } else if (rung.rung === "nextModel") {
      for (model += 1; model < models; model += 1) {
        moves.push({ kind: "attempt", model, told: !rung.fresh, why: "nextModel" });
        for (let i = 0; i < retries; i += 1) moves.push({ kind: "attempt", model, told: true, why: "retry" });
      }
      model = models - 1;
      retries = 0;
    } else moves.push({ kind: "review", rung });
  }
  return moves;
}

/** Problems as text, for a question to a person. */
export function problemText(problems: readonly Problem[]): string {
  return problems.map((it) => it.message).join("; ");
}
