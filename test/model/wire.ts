// A provider on the local wire: a front that reads every request strictly, then
// lets the mock server behind it answer, or answers by itself what the mock
// cannot (broken streams, refusals, signatures).

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LLMock } from "@copilotkit/aimock";
import { createModelRegistry, type RegistryOptions } from "../../src/model/registry.ts";
import type { ModelRegistry } from "../../src/model/model.ts";
import { faultsOf, type Format, type SentRequest } from "./strict-requests.ts";

export const keys = {
  ANTHROPIC_API_KEY: "canary-anthropic-5f3a9c71",
  OPENAI_API_KEY: "canary-openai-0b7e44d2",
  LOCAL_KEY: "canary-local-91c0aa38",
} as const;

/** An answer of the front's own. `destroy` breaks the connection after the body instead of ending it. */
export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly destroy?: boolean;
}

export interface Wire {
  readonly mock: LLMock;
  readonly url: string;
  readonly sent: readonly SentRequest[];
  /** What was wrong with the requests since this was last asked. */
  faults(): readonly string[];
  /** The next request is answered with this. */
  answer(raw: RawAnswer): void;
  /** The next answer of the mock is broken after this many bytes: cleanly ended, or the connection destroyed. */
  cut(bytes: number, how: "end" | "destroy"): void;
  registry(more?: Partial<RegistryOptions>): ModelRegistry;
  close(): Promise<void>;
}

export async function openWire(): Promise<Wire> {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  await mock.start();
  const front = new Front(mock.url);
  const url = await front.listen();
  return {
    mock,
    url,
    sent: front.sent,
    faults: () => front.faults.splice(0),
    answer: (raw) => void front.planned.push({ raw }),
    cut: (bytes, how) => void front.planned.push({ cut: { bytes, how } }),
    registry: (more = {}) =>
      createModelRegistry({
        env: keys,
        endpoints: {
          anthropic: { url: `${url}/v1` },
          openai: { url: `${url}/v1` },
          local: { url: `${url}/v1`, structuredOutput: true },
          keyed: { url: `${url}/v1`, apiKeyEnv: "LOCAL_KEY" },
        },
        ...more,
      }),
    close: async () => {
      await front.close();
      await mock.stop();
    },
  };
}

interface Planned {
  readonly raw?: RawAnswer;
  readonly cut?: { readonly bytes: number; readonly how: "end" | "destroy" };
}

class Front {
  readonly sent: SentRequest[] = [];
  readonly faults: string[] = [];
  readonly planned: Planned[] = [];
  readonly #behind: string;
  readonly #server: Server;

  constructor(behind: string) {
    this.#behind = behind;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        this.faults.push(`front: ${String(error)}`);
        response.destroy();
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
    const sent = { path: request.url ?? "", headers: request.headers, body };
    this.sent.push(sent);
    const faults = faultsOf(formatOf(sent), sent, keyFor(sent));
    if (faults.length > 0) this.faults.push(...faults, body);
    const { raw, cut } = this.planned.shift() ?? {};
    if (raw !== undefined) return writeRaw(response, raw);
    const answer = await fetch(this.#behind + sent.path, {
      method: "POST",
      headers: plainHeaders(request),
      body,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, Object.fromEntries(keptHeaders(answer.headers)));
    if (cut === undefined) response.end(bytes);
    else breakAfter(response, bytes.subarray(0, cut.bytes), cut.how);
  }
}

function writeRaw(response: ServerResponse, raw: RawAnswer): void {
  const type = raw.body.startsWith("{") ? "application/json" : "text/event-stream";
  response.writeHead(raw.status ?? 200, { "content-type": type, ...raw.headers });
  breakAfter(response, Buffer.from(raw.body), raw.destroy ? "destroy" : "end");
}

function breakAfter(response: ServerResponse, bytes: Buffer, how: "end" | "destroy"): void {
  if (how === "end") response.end(bytes);
  else response.write(bytes, () => setImmediate(() => response.destroy()));
}

function keptHeaders(headers: Headers): [string, string][] {
  return [...headers].filter(([name]) => /^(content-type|retry-after)/.test(name));
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  return {
    "content-type": "application/json",
    authorization: "Bearer mock",
    "x-api-key": "mock",
    "x-test-id": "wire",
    "anthropic-version": String(request.headers["anthropic-version"] ?? ""),
  };
}

function formatOf({ path }: SentRequest): Format {
  if (path.endsWith("/messages")) return "anthropic";
  return path.endsWith("/responses") ? "openai" : "chat";
}

/** Which key a request must carry: the chat format's by the model that the test named. */
function keyFor(sent: SentRequest): string | undefined {
  const format = formatOf(sent);
  if (format === "anthropic") return keys.ANTHROPIC_API_KEY;
  if (format === "openai") return keys.OPENAI_API_KEY;
  return sent.body.includes('"model":"keyed-') ? keys.LOCAL_KEY : undefined;
}
