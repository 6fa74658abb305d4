// An HTTP request as an effect: an order, a payment, a ticket. The key that
// names it for the receiver goes along in a header.
//
//   K1. A request goes to an origin the author named, or nowhere. Redirects are not followed.
//   K2. What never reached the receiver, and what it refused, is certain; everything else without an answer is in doubt.
//   K3. Every sending of one effect carries the same key, and no other effect carries it.

import { EffectNotSent } from "../../runtime/effect-spec.ts";
import { type Duration, toMs } from "../../base/duration.ts";
import { declareTool } from "../../tool/define.ts";
import type { EffectKind, Previous, Schema, Tool, ToolContext } from "../../tool/tool.ts";

export interface HttpRequest {
  readonly url: string;
  /** POST unless said; GET for probes. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; all else as JSON. */
  readonly body?: unknown;
}

/** What the receiver answered. */
export interface HttpReceipt {
  readonly status: number;
  /** The parsed body where it is JSON, else its text. */
  readonly body: unknown;
  /** Where the receiver says it made something. */
  readonly location?: string;
}

export interface HttpToolOptions<Args> {
  readonly name: string;
  readonly description: string;
  readonly input: Schema<Args>;
  /** Where requests may go: `https://api.example`. Plain `http:` is for what you name so yourself. */
  readonly origins: readonly [string, ...string[]];
  /** Names the slot. */
  readonly key: (args: Args) => string;
  readonly request: (args: Args) => HttpRequest;
  /** True when the receiver drops a repeat with the same key. */
  readonly deduplicates?: boolean;
  /** Asks for what arrived under a key: 2xx is the receipt, 404 and 410 mean that it did not arrive, all else that it cannot be told. */
  readonly probe?: (args: Args, idempotencyKey: string, action: EffectKind) => HttpRequest;
  readonly amend?: (args: Args, previous: Previous<Args, HttpReceipt>) => HttpRequest;
  readonly compensate?: (args: Args, receipt: HttpReceipt) => HttpRequest;
  /** Header of the key; default `Idempotency-Key`. */
  readonly keyHeader?: string;
  /** Which answers mean that nothing was done; default: 4xx without 408, 409 and 425. */
  readonly refused?: (status: number) => boolean;
  /** Longest time of one request; default 30 s. */
  readonly timeout?: Duration;
  /** Longest answer that is kept, in bytes; default 1,000,000. */
  readonly maxBytes?: number;
  readonly immediate?: string;
}

const defaultTimeout = "30s";
const defaultMaxBytes = 1_000_000;

/** Codes of errors that come before anything was sent: no name, no connection, no trust. */
const beforeSending: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Answers after which it is not known whether something was done. */
const unclear: ReadonlySet<number> = new Set([408, 409, 425]);

/** A tool that sends a request at most once per slot and revision. */
export function httpTool<Args>(options: HttpToolOptions<Args>): Tool<Args, HttpReceipt> {
  const { name, description, input, key, immediate, deduplicates, probe, amend, compensate } = options;
  const origins = new Set(options.origins.map((it) => new URL(it).origin));
  const timeoutMs = toMs(options.timeout ?? defaultTimeout);
  const send = (it: HttpRequest, idempotencyKey: string, abort: AbortSignal): Promise<HttpReceipt> =>
    sendRequest(it, { ...options, origins, idempotencyKey, abort });
  const made: Tool<Args, HttpReceipt> = {
    kind: "tool",
    name,
    description,
    input,
    timeoutMs,
    effect: {
      key,
      ...(immediate === undefined ? {} : { immediate }),
      ...(deduplicates === undefined ? {} : { deduplicates }),
      ...(probe === undefined
        ? {}
        : {
            probe: async (args, id, action) =>
              askFor(probe(args, id, action), { ...options, origins, timeoutMs }),
          }),
      ...(amend === undefined
        ? {}
        : { amend: async (args, previous, id, { abort }) => send(amend(args, previous), id, abort) }),
      ...(compensate === undefined
        ? {}
        : { compensate: async (args, receipt, id, { abort }) => send(compensate(args, receipt), id, abort) }),
    },
    run: async (args, { idempotencyKey = "", abort }: ToolContext) =>
      send(options.request(args), idempotencyKey, abort),
  };
  return declareTool(made, `requests to ${[...origins].join(" ")} ${String(compensate)}`);
}

interface Sending {
  readonly origins: ReadonlySet<string>;
  readonly idempotencyKey: string;
  readonly abort: AbortSignal;
  readonly keyHeader?: string;
  readonly refused?: (status: number) => boolean;
  readonly maxBytes?: number;
}

async function sendRequest(it: HttpRequest, to: Sending): Promise<HttpReceipt> {
  const url = allowed(it.url, to.origins);
  const headers = new Headers(it.headers);
  headers.set(to.keyHeader ?? "Idempotency-Key", to.idempotencyKey);
  let response: Response;
  try {
    response = await fetch(url, { ...bodyOf(it, headers, "POST"), redirect: "manual", signal: to.abort });
  } catch (error) {
    const code = codeOf(error);
    if (beforeSending.has(code)) throw new EffectNotSent(`${url.origin} cannot be reached: ${code}`);
    throw error;
  }
  const { status } = response;
  if (response.ok) return readReceipt(response, to.maxBytes ?? defaultMaxBytes);
  const text = (await readText(response, errorBytes)).slice(0, errorBytes);
  const said = `${url.origin} answered ${status}${text === "" ? "" : `: ${text}`}`;
  const isRefused = to.refused ?? ((code: number) => code >= 400 && code < 500 && !unclear.has(code));
  if (isRefused(status)) throw new EffectNotSent(said);
  throw new Error(said);
}

const errorBytes = 500;

/** The answer about what arrived; undefined when it did not. @throws when that cannot be told */
async function askFor(
  it: HttpRequest,
  {
    origins,
    timeoutMs,
    maxBytes = defaultMaxBytes,
  }: Pick<Sending, "origins" | "maxBytes"> & { timeoutMs: number },
): Promise<HttpReceipt | undefined> {
  const url = allowed(it.url, origins);
  const response = await fetch(url, {
    ...bodyOf(it, new Headers(it.headers), "GET"),
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.ok) return readReceipt(response, maxBytes);
  await response.body?.cancel();
  if (response.status === 404 || response.status === 410) return undefined;
  throw new Error(`${url.origin} answered ${response.status} when asked what arrived`);
}

/** @throws EffectNotSent (K1) */
function allowed(given: string, origins: ReadonlySet<string>): URL {
  const url = URL.parse(given);
  if (url === null) throw new EffectNotSent(`"${given}" is no URL`);
  if (url.username !== "" || url.password !== "") throw new EffectNotSent("a URL must hold no credentials");
  if (!origins.has(url.origin))
    throw new EffectNotSent(`${url.origin} is not among the origins of this tool`);
  return url;
}

function bodyOf(it: HttpRequest, headers: Headers, method: string): RequestInit {
  const { body } = it;
  if (body === undefined) return { method: it.method ?? method, headers };
  if (typeof body !== "string" && !headers.has("content-type"))
    headers.set("content-type", "application/json");
  return {
    method: it.method ?? method,
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

async function readReceipt(response: Response, maxBytes: number): Promise<HttpReceipt> {
  const text = await readText(response, maxBytes);
  const location = response.headers.get("location");
  return {
    status: response.status,
    body: parsed(text, response.headers.get("content-type")),
    ...(location === null ? {} : { location }),
  };
}

/** The beginning of a body. What was answered counts, however the rest of it ends. */
async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      text += decoder.decode(chunk, { stream: true });
      if (size >= maxBytes) break;
    }
  } catch {
    // The status has been said: a body that is cut off changes nothing about it.
  }
  return text.slice(0, maxBytes).toWellFormed();
}

function parsed(text: string, type: string | null): unknown {
  if (type === null || !/\bjson\b/.test(type)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function codeOf(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown } } | null)?.cause;
  return typeof cause?.code === "string" ? cause.code : "";
}
