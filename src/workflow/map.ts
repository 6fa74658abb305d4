// ctx.map: the same work for each item, in scopes named by key.

import { BrakeCount, type Brake, ItemBrake } from "../agent/brake.ts";
import { FirebreakError } from "../base/errors.ts";
import { hashOf, sha, type Value } from "../base/values.ts";
import { compositeWork } from "../runtime/composite.ts";
import type { Scope } from "../runtime/scope.ts";
import type { Work as StepWork } from "../runtime/issue.ts";
import type { CompletionEvent } from "../runtime/records.ts";
import { StepError } from "../runtime/step-error.ts";
import { reviewWork } from "../runtime/wait.ts";
import type { Context } from "./context.ts";
import { reviewQuestion } from "./review-options.ts";

export interface MapOptions<Item> {
  /** Names the map when a scope holds several; default "map". */
  readonly name?: string;
  /** Names an item's scope. Default: a hash of the item. */
  readonly key?: (item: Item) => string;
  /** Items worked on at once; default 1,000. */
  readonly concurrency?: number;
  /** Gives one settled result per item instead of failing with the first. */
  readonly settle?: boolean;
}

type Work = (item: unknown, ctx: Context) => Promise<unknown>;

const defaultConcurrency = 1_000;

export function runMap(
  scope: Scope,
  items: readonly unknown[],
  work: Work,
  options: MapOptions<unknown>,
  make: (scope: Scope, brake: Brake) => Context,
): Promise<unknown> {
  const composite = compositeWork(scope.replay, {
    body: async ({ scope: inner, input }) => {
      if (!Array.isArray(input))
        throw new FirebreakError("DEFINITION_INVALID", {
          what: "ctx.map was given what is no list",
          mend: "Give it an array of items.",
        });
      const given = input as readonly Value[];
      const keys = keysOf(given, options.key);
      return new MapRun(inner, given, keys, work, options, make).all();
    },
  });
  return scope.replay.issue(scope, "map", options.name ?? "map", items, composite);
}

/** @throws MAP_KEY_REPEATED */
function keysOf(items: readonly Value[], key: ((item: unknown) => string) | undefined): readonly string[] {
  if (key === undefined) return items.map((it) => sha(hashOf(it)).slice(0, 12));
  const keys = items.map((it) => key(it));
  const seen = new Set<string>();
  for (const it of keys) {
    if (seen.has(it)) throw new FirebreakError("MAP_KEY_REPEATED", { key: it });
    seen.add(it);
  }
  return keys;
}

class MapRun {
  readonly #brakes = new BrakeCount();
  readonly #results: unknown[];
  #next = 0;
  #braking: Promise<void> | undefined;
  /** A person's no: the items not yet started end with it. */
  #refused: unknown;
  readonly #scope: Scope;
  readonly #items: readonly Value[];
  readonly #keys: readonly string[];
  readonly #work: Work;
  readonly #options: MapOptions<unknown>;
  readonly #make: (scope: Scope, brake: Brake) => Context;

  constructor(
    scope: Scope,
    items: readonly Value[],
    keys: readonly string[],
    work: Work,
    options: MapOptions<unknown>,
    make: (scope: Scope, brake: Brake) => Context,
  ) {
    this.#scope = scope;
    this.#items = items;
    this.#keys = keys;
    this.#work = work;
    this.#options = options;
    this.#make = make;
    this.#results = new Array(items.length);
  }

  async all(): Promise<unknown> {
    const lanes = Math.max(1, Math.min(this.#options.concurrency ?? defaultConcurrency, this.#items.length));
    const lane = async (): Promise<void> => {
      while (this.#next < this.#items.length) {
        const index = this.#next;
        this.#next += 1;
        this.#results[index] = await this.#settled(index);
      }
    };
    await Promise.all(Array.from({ length: this.#items.length === 0 ? 0 : lanes }, lane));
    return this.#results;
  }

  /** Items not yet started wait while enough others have failed one check, until a person has looked. */
  async #release(): Promise<void> {
    if (this.#braking !== undefined) await this.#braking;
    if (this.#refused !== undefined) throw this.#refused;
    const tripped = this.#brakes.tripped;
    if (tripped === undefined) return;
    this.#braking = this.#ask(tripped);
    try {
      await this.#braking;
    } catch (error) {
      this.#refused = error;
      throw error;
    } finally {
      this.#braking = undefined;
    }
  }

  async #ask({ check, items }: { readonly check: string; readonly items: number }): Promise<void> {
    const { replay } = this.#scope;
    const left = this.#items.length - this.#next + 1;
    const question = reviewQuestion(
      `${items} items failed the check "${check}". Go on with the ${left} not yet started?`,
      {
        why: `${items} items of a map failed one check, so the fault may lie before them.`,
        onYes: "The items not yet started are worked on.",
        onNo: "They end as rejected; those under way go on.",
      },
    );
    await replay.issue(
      this.#scope,
      "review",
      `brake: ${check}`,
      { check, items, left },
      reviewWork(replay, question),
    );
    this.#brakes.release(check);
  }

  async #one(index: number): Promise<unknown> {
    const { replay } = this.#scope;
    const key = this.#keys[index]!;
    const brake = new ItemBrake();
    let failed: readonly string[] = [];
    const body: StepWork = {
      ...compositeWork(replay, {
        body: async ({ scope, input, note }) => {
          const output = await this.#work(input, this.#make(scope, brake));
          failed = brake.failed;
          if (failed.length > 0) note({ failed });
          return output;
        },
      }),
      value: (event) => {
        failed = failedOf(event);
        return undefined;
      },
    };
    try {
      const output = await replay.issue(this.#scope, "branch", `[${key}]`, this.#items[index], body);
      this.#brakes.add(key, failed);
      return output;
    } catch (error) {
      if (StepError.is(error))
        this.#brakes.add(
          key,
          error.problems.map((it) => it.check),
        );
      throw error;
    }
  }

  async #settled(index: number): Promise<unknown> {
    const ended = async (): Promise<unknown> => {
      await this.#release();
      return this.#one(index);
    };
    if (!this.#options.settle) return ended();
    try {
      return { ok: true, value: await ended() };
    } catch (error) {
      if (!StepError.is(error)) throw error;
      return { ok: false, outcome: error.outcome, message: error.message, problems: error.problems };
    }
  }
}

/** The checks an item failed, as its record says. */
function failedOf(event: CompletionEvent): readonly string[] {
  if (event.kind !== "step.completed") return [];
  return ((event.data.more ?? {}) as { failed?: readonly string[] }).failed ?? [];
}
