// ctx.first: k of n. The first branches to end well win; the others are left.

import type { Value } from "../base/values.ts";
import { compositeWork } from "../runtime/composite.ts";
import { FirebreakError } from "../base/errors.ts";
import type { Scope } from "../runtime/scope.ts";
import { StepEnd, StepError } from "../runtime/step-error.ts";
import type { Context } from "./context.ts";

/** Branches by name. */
export type Branches<T> = { readonly [name: string]: (ctx: Context) => Promise<T> };

interface Winner {
  readonly name: string;
  readonly value: Value;
}

export function runFirst<T>(
  scope: Scope,
  n: number,
  branches: Branches<T>,
  name: string,
  make: (scope: Scope) => Context,
): Promise<{ name: string; value: T }[]> {
  const names = Object.keys(branches).sort();
  if (!Number.isInteger(n) || n < 1 || n > names.length) {
    const what = `ctx.first asks for ${String(n)} of ${names.length} branches`;
    throw new FirebreakError("DEFINITION_INVALID", {
      what,
      mend: "Ask for at least one, and at most as many as there are.",
    });
  }
  const { replay } = scope;
  const composite = compositeWork(replay, {
    body: async ({ scope: inner }) => {
      const started = names.map((it) => {
        const body = compositeWork(replay, { body: ({ scope: own }) => branches[it]!(make(own)) });
        return { name: it, promise: replay.issue(inner, "branch", it, undefined, body) as Promise<Value> };
      });
      const winners = await firstOf(n, started);
      // What the others have begun is left: pure work is cancelled, effects with an intent come to their receipt.
      await replay.issues.end(inner, "dropped");
      return winners;
    },
  });
  return replay.issue(scope, "first", name, { n, branches: names }, composite) as Promise<
    { name: string; value: T }[]
  >;
}

function firstOf(
  n: number,
  started: readonly { name: string; promise: Promise<Value> }[],
): Promise<Winner[]> {
  const winners: Winner[] = [];
  const failed: StepError[] = [];
  return new Promise((resolve, reject) => {
    for (const { name, promise } of started) {
      promise.then(
        (value) => {
          if (winners.length < n) winners.push({ name, value });
          if (winners.length === n) resolve(winners);
        },
        (error: unknown) => {
          if (!StepError.is(error)) return reject(error);
          failed.push(error);
          if (started.length - failed.length < n) {
            reject(
              new StepEnd(
                error.outcome,
                `${failed.length} of ${started.length} branches failed, ${n} had to end well: ${failed.map((it) => it.message).join("; ")}`,
                error.problems,
              ),
            );
          }
        },
      );
    }
  });
}
