// One model call as a step: reserved under the run's cap, made again where the
// provider says it may be, recorded as what was answered or why nothing was.

import { FirebreakError } from "../base/errors.ts";
import { nextAfter } from "../model/classify.ts";
import type { Model, ModelAnswer, ModelErrorClass, ModelRequest } from "../model/model.ts";
import type { Work } from "../runtime/issue.ts";
import { type LeafCall, leafWork } from "../runtime/leaf.ts";
import type { Replay } from "../runtime/replay.ts";
import { limited, TimedOut } from "../runtime/time-limit.ts";
import { promptVersion } from "./prompt.ts";

/** A model call that gave no answer, after its own retries. */
export interface CallFailed {
  readonly failed: { readonly class: ModelErrorClass; readonly message: string };
}

export interface ModelStep {
  readonly model: Model;
  readonly request: ModelRequest;
  /** The author's attempt, which watchers are told with the text as it comes. */
  readonly number: number;
  /** Longest time of the call, ms; default 10 minutes. */
  readonly timeoutMs?: number;
}

const modelTimeoutMs = 600_000;
/** Tries of one model call that the provider says may be made again. */
const callAttempts = 5;

/** Stands for "a model call": what is asked is in the input. */
const modelIdentity = {};

/** Work of a model call. It gives a ModelAnswer or a CallFailed. */
export function modelWork(replay: Replay, step: ModelStep): Work {
  const { model, request } = step;
  return leafWork(replay, {
    identity: { work: modelIdentity, version: `prompt ${promptVersion}` },
    retry: { attempts: callAttempts, backoffMs: 1_000, factor: 2, maxBackoffMs: 60_000 },
    retryAfterMs: (error) =>
      FirebreakError.is(error, "MODEL_CALL") ? error.details.retryAfterMs : undefined,
    run: async (call) => {
      const paid = model.standin === undefined;
      if (paid) {
        const usd = model.worstCaseUsd(request);
        if (usd === undefined) throw new FirebreakError("MODEL_PRICE_UNKNOWN", { model: model.id });
        await call.reserve(usd);
      }
      try {
        const answer = await callInTime(replay, step, call);
        if (paid) call.note({ spent: { usd: answer.costUsd ?? 0, calls: 1 } });
        return answer;
      } catch (error) {
        if (!FirebreakError.is(error, "MODEL_CALL")) throw error;
        if (paid) call.note({ spent: { usd: 0, calls: 1 } });
        const errorClass = error.details.class as ModelErrorClass;
        if (nextAfter(errorClass) === "retry" && call.attempt < callAttempts) throw error;
        // Recorded as a value, so that the ladder goes on; for a rerun it is a failure all the same.
        call.note({ failed: true });
        return { failed: { class: errorClass, message: error.message } };
      }
    },
  });
}

/** The limit counts from when the call is sent: waiting for a higher cap is not part of it. */
async function callInTime(
  replay: Replay,
  { model, request, number, timeoutMs = modelTimeoutMs }: ModelStep,
  call: LeafCall,
): Promise<ModelAnswer> {
  const { delta } = call;
  const told = delta === undefined ? {} : { onDelta: (text: string) => delta(text, number) };
  try {
    const answer = await limited(
      replay.host.clock,
      timeoutMs,
      () => call.abort,
      (limit) => model.call(request, { abort: limit.abort, ...told }),
      call.onCancel,
    );
    return answer as ModelAnswer;
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    throw new FirebreakError("MODEL_CALL", { model: model.id, class: "timeout", message: error.message });
  }
}
