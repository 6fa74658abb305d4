// What was said against a step's earlier outputs after they had been accepted:
// by a person who sent one back, or by a check that ran beside what followed.

import { hashOf, type Value } from "../base/values.ts";
import type { Verdict } from "../check/check.ts";
import { lateVerdict } from "../runtime/invalidation.ts";
import type { CompletionEvent, Overruled } from "../runtime/records.ts";
import type { AttemptResult } from "./attempt.ts";
import type { Move } from "./rung.ts";

/** What an accepted output turned into. */
export interface Said {
  readonly result: AttemptResult;
  readonly byPerson: boolean;
  /** False when this output was sent back before: coming again it is no progress. */
  readonly isNew: boolean;
}

/** A send-back asks for one more attempt, whatever rungs are left. */
export function afterSendBack(model: number): Move {
  return { kind: "attempt", model, told: true, why: "sentBack" };
}

/** A person's answer to a ladder: the author is to try once more. */
export class SentBack {
  readonly because: string;
  readonly by: string;

  constructor(because: string, by: string) {
    this.because = because;
    this.by = by;
  }
}

/** Reads a decision: a send-back, or the value that was approved or edited. */
export function sentBackOr(value: Value, event: CompletionEvent): Value | SentBack {
  const said = (event.kind === "step.completed" ? event.data.more : event.data) as
    | { readonly decision?: string; readonly because?: string; readonly by?: string }
    | undefined;
  if (said?.decision !== "send-back") return value;
  return new SentBack(said.because ?? "sent back", said.by ?? "a person");
}

/** The last attempt, with what a person said against it. */
export function sentBack(last: AttemptResult | undefined, { because }: SentBack): AttemptResult {
  const problem = { check: "sent back", message: because };
  return {
    ...(last ?? { answer: "" }),
    ok: false,
    outcome: last?.outcome ?? "failed",
    message: because,
    verdicts: [...(last?.verdicts ?? []), { check: "sent back", result: "fail", problems: [problem] }],
    mayShrink: true,
  };
}

export class Against {
  readonly #all: readonly Overruled[];
  readonly #met = new Set<string>();

  constructor(all: readonly Overruled[]) {
    this.#all = all;
  }

  /** What stands against an attempt's output; undefined when nothing does. */
  said(result: AttemptResult): Said | undefined {
    const output = result.output ?? null;
    const found = this.#of(output);
    return found === undefined ? undefined : this.#turn(output, result, found);
  }

  /** The same for a value that a person let pass: only another person's word stands against that. */
  saidByPerson(output: Value): Said | undefined {
    const found = this.#of(output);
    if (found === undefined || found.by === lateVerdict) return undefined;
    return this.#turn(output, { ok: true, output, answer: "", verdicts: [] }, found);
  }

  #of(output: Value): Overruled | undefined {
    if (this.#all.length === 0) return undefined;
    const hash = hashOf(output);
    return this.#all.findLast((it) => it.hash === hash);
  }

  #turn(output: Value, result: AttemptResult, found: Overruled): Said {
    const hash = hashOf(output);
    const isNew = !this.#met.has(hash);
    this.#met.add(hash);
    const byPerson = found.by !== lateVerdict;
    const check = byPerson ? "sent back" : found.because;
    const message = found.feedback ?? found.because;
    const own: Verdict = { check, result: "fail", problems: [{ check, message }] };
    const again: Verdict = {
      check: "progress",
      result: "fail",
      problems: [{ check: "progress", message: "the same output came again: no progress" }],
    };
    return {
      byPerson,
      isNew,
      result: {
        ok: false,
        output,
        answer: result.answer,
        outcome: "failed",
        message,
        verdicts: isNew ? [...result.verdicts, own] : [...result.verdicts, own, again],
        // Saying less may be just what was asked for.
        ...(byPerson ? { mayShrink: true } : {}),
        ...(isNew ? {} : { skipRetry: true }),
        ...(result.read === undefined ? {} : { read: result.read }),
      },
    };
  }
}
