// ctx.loop: turns that each start from their state alone.

import { FirebreakError } from "../base/errors.ts";
import { compositeWork } from "../runtime/composite.ts";
import type { Scope } from "../runtime/scope.ts";
import type { Context } from "./context.ts";

/** How a turn of a loop ends. */
export type LoopTurn<State, T> = { readonly again: State } | { readonly done: T };

/** Another turn, from this state. */
export function again<State>(state: State): { readonly again: State } {
  return { again: state };
}

/** The loop ends with this value. */
export function done<T>(value: T): { readonly done: T } {
  return { done: value };
}

const defaultLimit = 10_000;

export function runLoop(
  scope: Scope,
  name: string,
  state: unknown,
  body: (state: unknown, ctx: Context) => Promise<LoopTurn<unknown, unknown>>,
  limit: number | undefined,
  make: (scope: Scope) => Context,
): Promise<unknown> {
  const { replay } = scope;
  const turns = limit ?? defaultLimit;
  const loop = compositeWork(replay, {
    body: async ({ scope: inner, input }) => {
      let current: unknown = input;
      for (let turn = 1; turn <= turns; turn += 1) {
        const work = compositeWork(replay, {
          body: async (call) => whole(name, await body(call.input, make(call.scope))),
        });
        const ended = (await replay.issue(inner, "branch", "turn", current, work)) as {
          again?: unknown;
          done?: unknown;
        };
        if (Object.hasOwn(ended, "done")) return ended.done;
        current = ended.again;
      }
      throw new FirebreakError("LIMIT_REACHED", { what: `loop "${name}"`, limit: turns });
    },
  });
  return replay.issue(scope, "loop", name, state, loop);
}

/** How a turn ended, in a form that keeps a missing value. @throws DEFINITION_INVALID */
function whole(name: string, turn: unknown): LoopTurn<unknown, unknown> {
  const given = (typeof turn === "object" && turn !== null ? turn : {}) as {
    again?: unknown;
    done?: unknown;
  };
  if (Object.hasOwn(given, "done")) return { done: given.done ?? null };
  if (Object.hasOwn(given, "again")) return { again: given.again ?? null };
  const what = `a turn of loop "${name}" returned neither again(state) nor done(value)`;
  throw new FirebreakError("DEFINITION_INVALID", { what, mend: "End each turn with one of them." });
}
