// Why a call gave no answer, in our words: one class per thing that can be done
// about it. Keys are taken out of every message (M3), and the provider's own
// error is not kept as a cause, since it holds the request and the response.

import { FirebreakError } from "../base/errors.ts";
import type { ModelErrorClass } from "./model.ts";
import { redactKeys } from "./redact.ts";

export interface ClassifyOptions {
  /** `provider:model`. */
  readonly model: string;
  /** The call's own signal: tells a timeout from a stop. */
  readonly abort?: AbortSignal;
  /** Wall-clock time in ms, for retry-after dates. Default: now. */
  readonly now?: number;
}

/** What a failed call calls for: the same again after a wait, the next of the step's models, or nothing. */
export type Next = "retry" | "next-model" | "stop";

/** Longest wait a provider can ask for, ms: an hour. Longer ones are cut to it. */
export const retryAfterLimitMs = 3_600_000;

/** Longest message kept of a provider, characters. */
const messageLimit = 500;

const nexts: Readonly<Record<ModelErrorClass, Next>> = {
  overload: "retry",
  "rate-limit": "retry",
  timeout: "retry",
  cut: "retry",
  network: "retry",
  auth: "next-model",
  quota: "next-model",
  refusal: "next-model",
  filter: "next-model",
  context: "next-model",
  invalid: "next-model",
  "no-capability": "next-model",
  unknown: "next-model",
  aborted: "stop",
};

/** What follows a failed call of this class, when nothing else is said. */
export function nextAfter(errorClass: ModelErrorClass): Next {
  return nexts[errorClass];
}

/** The class of a MODEL_CALL error, "unknown" for anything else. */
export function classOf(error: unknown): ModelErrorClass {
  return FirebreakError.is(error, "MODEL_CALL") ? (error.details.class as ModelErrorClass) : "unknown";
}

/** Makes a MODEL_CALL of whatever a provider package threw. Errors of our own catalogue pass as they are. */
export function classify(error: unknown, options: ClassifyOptions): FirebreakError {
  if (FirebreakError.any(error)) return error;
  const facts = factsOf(error);
  const errorClass = classFrom(facts, options.abort);
  const retryAfterMs = retryAfter(facts.headers, options.now ?? Date.now());
  return modelCall(options, errorClass, facts.message, {
    ...(facts.status === undefined ? {} : { status: facts.status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** A MODEL_CALL of a class we know ourselves. */
export function modelCall(
  options: ClassifyOptions,
  errorClass: ModelErrorClass,
  message: string,
  more: { readonly status?: number; readonly retryAfterMs?: number } = {},
): FirebreakError<"MODEL_CALL"> {
  const line = redactKeys(message.replace(/\s+/g, " ").trim()).slice(0, messageLimit);
  return new FirebreakError("MODEL_CALL", {
    model: options.model,
    class: errorClass,
    ...more,
    message: line || "no message",
  });
}

interface Facts {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly message: string;
  /** Message, error types and codes of the whole chain of causes, lower case: what classes are read from. */
  readonly text: string;
}

/** Deepest chain of causes looked at: an APICallError holds a TypeError that holds a socket's error. */
const causeLimit = 5;

function factsOf(error: unknown): Facts {
  const words: string[] = [];
  let status: number | undefined;
  let headers: Facts["headers"] = {};
  let at: unknown = error;
  for (let depth = 0; depth < causeLimit && typeof at === "object" && at !== null; depth += 1) {
    const it = at as Record<string, unknown>;
    if (typeof it.statusCode === "number") status ??= it.statusCode;
    if (typeof it.responseHeaders === "object" && it.responseHeaders !== null)
      headers = it.responseHeaders as Facts["headers"];
    for (const key of ["name", "message", "code", "type", "responseBody"])
      if (typeof it[key] === "string") words.push(it[key]);
    if (it.data !== undefined) words.push(safeJson(it.data));
    at = it.cause ?? (it.error instanceof Error ? it.error : undefined) ?? firstOf(it.errors);
  }
  const message = messageOf(error);
  return { status, headers, message, text: `${message} ${words.join(" ")}`.toLowerCase() };
}

/** An AggregateError, as fetch throws for a host with several addresses, names its parts in `errors`. */
function firstOf(errors: unknown): unknown {
  return Array.isArray(errors) ? errors[0] : undefined;
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  if (typeof error !== "object" || error === null) return String(error);
  const { message, cause } = error as { message?: unknown; cause?: unknown };
  const own = typeof message === "string" && message !== "" ? message : safeJson(error);
  return cause instanceof Error && cause.message !== "" && !own.includes(cause.message)
    ? `${own} (${cause.message})`
    : own;
}

function classFrom(facts: Facts, abort: AbortSignal | undefined): ModelErrorClass {
  if (abort?.aborted) return isTimeout(abort.reason) ? "timeout" : "aborted";
  return fromStatus(facts) ?? fromText(facts.text);
}

function isTimeout(reason: unknown): boolean {
  return (reason as { name?: unknown } | null | undefined)?.name === "TimeoutError";
}

/** What providers say, by class: any of these texts, in lower case, anywhere in the error. */
const words = {
  quota: [
    "insufficient_quota",
    "credit balance",
    "exceeded your current quota",
    "billing",
    "out of credits",
    "insufficient credits",
  ],
  context: [
    "context length",
    "context_length",
    "context window",
    "maximum context",
    "available context",
    "prompt is too long",
    "input is too long",
    "too many tokens",
    "exceeds the maximum number of tokens",
    "request_too_large",
  ],
  filter: [
    "content_filter",
    "content filter",
    "content management policy",
    "content_policy",
    "safety system",
  ],
  capability: [
    "does not support tools",
    "does not support image",
    "does not support function",
    "does not support structured",
    "does not support json",
    "does not support vision",
    "unsupportedfunctionality",
  ],
  network: [
    "econnrefused",
    "enotfound",
    "econnreset",
    "eai_again",
    "epipe",
    "ehostunreach",
    "enetunreach",
    "und_err_socket",
    "und_err_connect",
    "fetch failed",
    "socket hang up",
    "cannot connect",
    "self-signed certificate",
    "cert_",
  ],
  cut: ["terminated", "premature close", "other side closed", "without a finish reason", "unexpected end"],
  timeout: ["timeouterror", "etimedout", "timed out", "und_err_headers_timeout", "und_err_body_timeout"],
  overload: ["overloaded", "server_error", "api_error", "internal server error", "service unavailable"],
  rate: ["rate_limit", "rate limit", "too many requests"],
  auth: ["authentication_error", "permission_error", "invalid_api_key"],
  aborted: ["aborterror", "operation was aborted"],
  invalid: [
    "invalid_request",
    "typevalidation",
    "invalidresponse",
    "jsonparse",
    "invalidargument",
    "invalidprompt",
    "nosuchmodel",
  ],
} as const;

function says(text: string, kind: keyof typeof words): boolean {
  return words[kind].some((word) => text.includes(word));
}

function fromStatus({ status, text }: Facts): ModelErrorClass | undefined {
  if (status === undefined) return undefined;
  // Before 429 and 400: providers send both for an account without credit.
  if (status === 402 || (status < 500 && says(text, "quota"))) return "quota";
  if (status === 401 || status === 403) return "auth";
  if (status === 429) return "rate-limit";
  if (status === 408) return "timeout";
  if (status === 413 || (status < 500 && says(text, "context"))) return "context";
  if (status >= 500) return status === 501 ? "invalid" : "overload";
  if (says(text, "filter")) return "filter";
  if (says(text, "capability")) return "no-capability";
  // A 200 whose body broke off, or is not what the provider's package can read.
  return status < 300 && says(text, "cut") ? "cut" : "invalid";
}

/** In order: a connection lost in the middle of a body says "terminated" and a socket's code, and is a cut. */
const fromWords: readonly (readonly [keyof typeof words, ModelErrorClass])[] = [
  ["aborted", "aborted"],
  ["timeout", "timeout"],
  ["quota", "quota"],
  ["overload", "overload"],
  ["rate", "rate-limit"],
  ["auth", "auth"],
  ["context", "context"],
  ["capability", "no-capability"],
  ["cut", "cut"],
  ["network", "network"],
  ["invalid", "invalid"],
];

function fromText(text: string): ModelErrorClass {
  return fromWords.find(([kind]) => says(text, kind))?.[1] ?? "unknown";
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfter(headers: Facts["headers"], now: number): number | undefined {
  const inMs = numberIn(headers["retry-after-ms"]);
  if (inMs !== undefined) return bounded(inMs);
  const text = headers["retry-after"];
  const seconds = numberIn(text);
  if (seconds !== undefined) return bounded(seconds * 1_000);
  const date = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : bounded(date - now);
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function bounded(ms: number): number {
  return Math.min(retryAfterLimitMs, Math.max(0, Math.ceil(ms)));
}
