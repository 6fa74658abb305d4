// What a tool with an effect says of itself, as the runtime sees it: how to
// send, how to ask the receiver, how to change and to undo.

import type { RunId } from "../base/ids.ts";
import { sha, type Value } from "../base/values.ts";
import type { Blob, EffectAction } from "../journal/journal.ts";
import type { RetryPolicy } from "./leaf.ts";

/** A tool throws this when it is certain that nothing was sent: the step fails and may be tried again. */
export class EffectNotSent extends Error {
  override readonly name = "EffectNotSent";
  readonly notSent = true;

  /** True for an EffectNotSent of any copy of this package. */
  static is(error: unknown): boolean {
    return typeof error === "object" && error !== null && (error as { notSent?: boolean }).notSent === true;
  }
}

export interface EffectCall {
  /** The arguments: for a compensation those of what is undone. */
  readonly input: Value | undefined;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly abort: AbortSignal;
  readonly keep: (blob: Blob) => void;
}

/** What stands at the receiver. */
export interface StoodEffect {
  readonly run: RunId;
  readonly seq: number;
  readonly revision: string;
  readonly input: Value | undefined;
  readonly receipt: Value;
}

export interface EffectSpec {
  readonly tool: string;
  readonly key: (input: Value | undefined) => string;
  readonly send: (call: EffectCall) => Promise<unknown>;
  readonly probe?: (
    input: Value | undefined,
    idempotencyKey: string,
    action: EffectAction,
  ) => Promise<unknown>;
  readonly deduplicates?: boolean;
  readonly amend?: (call: EffectCall, before: StoodEffect) => Promise<unknown>;
  readonly compensate?: (call: EffectCall, before: StoodEffect) => Promise<unknown>;
  /** For what was certainly not sent, and for receivers that drop repeats. */
  readonly retry?: RetryPolicy;
  /** Longest time of one sending. What takes longer is in doubt. */
  readonly timeoutMs?: number;
  readonly finish?: (value: Value) => unknown;
}

/** One thing done to the receiver. */
export interface EffectDeed {
  readonly action: EffectAction;
  readonly key: string;
  readonly input: Value | undefined;
  readonly revision: string;
  readonly round: number;
  readonly before?: StoodEffect;
}

/**
 * The key under which the receiver can tell a repeat. It names the effect and nothing of who sends it, so that attempts,
 * samples, resumes and reruns are one; `round` tells a second sending after a compensation from a repeat of the first.
 */
export function idempotencyKeyOf(
  root: RunId,
  tool: string,
  { action, key, revision, round }: EffectDeed,
): string {
  const first = `${root}\n${tool}\n${key}\n${revision}`;
  return sha(action === "send" && round === 0 ? first : `${first}\n${action}\n${round}`);
}
