// A job: how the baseline does the work of one agent, written as a generator
// that asks for tools and ends with an answer.
//
// A language model is sent the whole conversation with every call and keeps
// nothing in between. So does the baseline: each call runs the generator anew
// and feeds it the tool results that already stand in the conversation; the
// first request without a result is the next turn.

import { FirebreakError } from "../base/errors.ts";
import { hashOf, type Value } from "../base/values.ts";

/** A tool to be called, as a job asks for it. */
export interface ToolAsk {
  readonly tool: string;
  readonly args: unknown;
}

/** What came of it. A tool's error is a value, as it is for a model. */
export type ToolReply =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string };

/** How a job ends. `cannot` says what would have needed a language model. */
export type JobEnd = { readonly answer: unknown } | { readonly cannot: string };

/**
 * What a job's generator yields, returns and is given. One call gives one reply and an array of calls (made in
 * parallel) an array of replies; a generator has a single type for both, so `use` and `useAll` say which it is.
 */
export type JobSteps = Generator<ToolAsk | readonly ToolAsk[], JobEnd, ToolReply & readonly ToolReply[]>;

export interface JobContext {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What the checks said of the attempt before, as the model was told it. */
  readonly feedback?: string;
  /** Names of the tools at hand. */
  readonly tools: readonly string[];
}

/** How a job is written: a generator that asks for tools, or a plain function where none is needed. */
export interface BaselineJobSpec<Input> {
  /** Name of the step the job is for: the agent's name, or the `name` given to the call. */
  readonly agent: string;
  /**
   * Does the work. Contract: pure in its arguments and the replies, run again from its start on every call; what it
   * throws ends the model call as a fault of the program.
   */
  readonly run: (input: Input, context: JobContext) => JobSteps | JobEnd;
}

export interface BaselineJob {
  readonly agent: string;
  readonly run: (input: unknown, context: JobContext) => JobSteps;
}

/** Declares a job. The input's type is the author's claim: it is whatever the step was called with. */
export function baselineJob<Input>({ agent, run }: BaselineJobSpec<Input>): BaselineJob {
  return {
    agent,
    run(input, context) {
      const started = run(input as Input, context);
      return "next" in started ? started : endOf(started);
    },
  };
}

// oxlint-disable-next-line require-yield
function* endOf(end: JobEnd): JobSteps {
  return end;
}

/** One call of a tool, for use as `const hits = yield* use("search", { query })`. */
export function* use(tool: string, args: unknown): Generator<ToolAsk, ToolReply, ToolReply> {
  return yield { tool, args };
}

/** Calls in parallel, replies in the order of the calls. */
export function* useAll(
  asks: readonly ToolAsk[],
): Generator<readonly ToolAsk[], readonly ToolReply[], readonly ToolReply[]> {
  return yield asks;
}

/** One turn of the conversation so far: the calls made together and their replies. */
export interface PastTurn {
  readonly asks: readonly ToolAsk[];
  readonly replies: readonly ToolReply[];
}

/** What a job does next. */
export type NextMove = { readonly asks: readonly ToolAsk[] } | JobEnd;

/** Most tool turns in one attempt of a job. */
export const turnLimit = 200;

/**
 * Runs a job from its start through the past turns to what it does next.
 *
 * @throws STANDIN_DIVERGED when it asks for something else than it did before, STANDIN_ENDLESS.
 */
export function advance(
  job: BaselineJob,
  input: unknown,
  context: JobContext,
  past: readonly PastTurn[],
): NextMove {
  const steps = job.run(input, context);
  // A generator ignores what its first `next` is given.
  let move = steps.next(undefined as never);
  let turn = 0;
  for (let yields = 0; !move.done; yields += 1) {
    if (yields >= turnLimit)
      throw new FirebreakError("STANDIN_ENDLESS", { step: job.agent, limit: turnLimit });
    const asked = move.value;
    const isSingle = !Array.isArray(asked);
    const asks = (isSingle ? [asked] : asked) as readonly ToolAsk[];
    const seen = asks.length === 0 ? undefined : past[turn];
    if (seen === undefined && asks.length > 0) return { asks };
    if (seen !== undefined) assertSame(job.agent, turn, seen.asks, asks);
    if (asks.length > 0) turn += 1;
    const replies = seen?.replies ?? [];
    move = steps.next((isSingle ? replies[0] : replies) as ToolReply & readonly ToolReply[]);
  }
  const unclaimed = past[turn];
  if (unclaimed !== undefined) assertSame(job.agent, turn, unclaimed.asks, []);
  return move.value;
}

function assertSame(step: string, turn: number, before: readonly ToolAsk[], now: readonly ToolAsk[]): void {
  const count = Math.max(before.length, now.length);
  for (let index = 0; index < count; index += 1) {
    const [old, next] = [before[index], now[index]];
    if (old?.tool === next?.tool && hashOf(old?.args ?? null) === hashOf(next?.args ?? null)) continue;
    throw new FirebreakError("STANDIN_DIVERGED", {
      step,
      call: turn + 1,
      recorded: inWords(old),
      now: inWords(next),
    });
  }
}

const wordsLimit = 200;

function inWords(ask: ToolAsk | undefined): string {
  if (ask === undefined) return "nothing";
  const text = `${ask.tool}(${JSON.stringify(ask.args)})`;
  return text.length <= wordsLimit ? text : `${text.slice(0, wordsLimit)}…`;
}
