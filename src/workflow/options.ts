// The options steps share, and what the shorthands stand for.

import type { Check } from "../check/check.ts";
import { type Duration, toMs } from "../base/duration.ts";
import { FirebreakError } from "../base/errors.ts";
import type { Rung } from "../agent/rung.ts";
import { attemptLimit, type RetryPolicy } from "../runtime/leaf.ts";
import type { ModelRef } from "../model/model.ts";

export interface RetryOptions {
  /** Attempts in all, the first included; at most 100. */
  readonly attempts: number;
  /** Wait before the second attempt; default 1 s. */
  readonly backoff?: Duration;
  /** Each wait is this many times the one before; default 2. */
  readonly factor?: number;
  /** Longest wait; default 5 min, or `backoff` when that is longer. */
  readonly maxBackoff?: Duration;
}

const defaultMaxBackoffMs = 300_000;

export interface StepOptions<Output = unknown> {
  /** Names the step instead of the definition's own name. */
  readonly name?: string;
  /** Tells equal steps of one scope apart. */
  readonly key?: string;
  /** Names the identity of the work by hand, for reruns. */
  readonly version?: string;
  /** Attempts in all, or a whole policy. Default 1. */
  readonly retry?: number | RetryOptions;
  /** Longest time of one attempt. */
  readonly timeout?: Duration;
  /** Delivered values that were read without being part of the input. */
  readonly from?: readonly unknown[];
  /** Replaces the models of an agent, for this call. */
  readonly models?: readonly [ModelRef, ...ModelRef[]];
  /** What must hold of the output before anything is built on it. */
  readonly checks?: readonly Check<Output, never>[];
  /**
   * Checks that run beside what follows. The output is delivered at once; effects, questions to people and child runs
   * wait for the verdict; a late failure undoes what was built on it.
   */
  readonly alongside?: readonly Check<Output, never>[];
  /** What follows when a check does not pass. */
  readonly onFail?: readonly Rung<Output>[];
  /** Asks a person before an effect is sent, with its exact arguments. */
  readonly approve?: string;
}

/** A step's name with its key. */
export function nameOf(
  name: string,
  options: { readonly key?: string; readonly name?: string } | undefined,
): string {
  const own = options?.name ?? name;
  return options?.key === undefined ? own : `${own} [${options.key}]`;
}

/** @throws DEFINITION_INVALID, DURATION_INVALID */
export function retryPolicy(retry: StepOptions["retry"]): RetryPolicy | undefined {
  if (retry === undefined) return undefined;
  const it = typeof retry === "number" ? { attempts: retry } : retry;
  if (!Number.isInteger(it.attempts) || it.attempts < 1 || it.attempts > attemptLimit) {
    throw new FirebreakError("DEFINITION_INVALID", {
      what: `retry asks for ${String(it.attempts)} attempts`,
      mend: `Ask for 1 to ${attemptLimit} attempts in all.`,
    });
  }
  const backoffMs = toMs(it.backoff ?? "1s");
  // A first wait longer than the default limit was asked for, so it stands.
  const maxBackoffMs =
    it.maxBackoff === undefined ? Math.max(defaultMaxBackoffMs, backoffMs) : toMs(it.maxBackoff);
  return { attempts: it.attempts, backoffMs, factor: it.factor ?? 2, maxBackoffMs };
}
