// What could go wrong with a request as an effect: it goes where the author did
// not say, a redirect carries it on, a refusal is taken for a doubt or a doubt
// for a refusal, or a repeat carries another key. Provoked with a server of our
// own that refuses, redirects, hangs up and counts.

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { EffectNotSent, workflow } from "firebreak";
import { testRun } from "firebreak/testing";
import { type HttpReceipt, httpTool, type HttpToolOptions } from "../../../src/toolbox/http/http.ts";
import type { Tool, ToolContext } from "../../../src/tool/tool.ts";

interface Order {
  readonly id: string;
  readonly how: string;
}

const seen: { readonly method: string; readonly url: string; readonly key: string; readonly body: string }[] =
  [];
let origin = "";
let closed = "";
const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const url = request.url ?? "";
  seen.push({ method: request.method ?? "", url, key: String(request.headers["idempotency-key"]), body });
  const how = url.split("/")[1] ?? "";
  if (how === "cut") return void request.socket.destroy();
  if (how === "redirect") return void response.writeHead(307, { location: "/json/elsewhere" }).end();
  if (how === "json")
    return void response
      .writeHead(201, { "content-type": "application/json", location: "/orders/7" })
      .end(JSON.stringify({ id: 7 }));
  response.writeHead(Number(how)).end("said the server");
}

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  closed = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => void other.close(() => resolve()));
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const context = (idempotencyKey = "key"): ToolContext =>
  ({ abort: new AbortController().signal, attempt: 1, idempotencyKey }) as ToolContext;

function orders(more: Partial<HttpToolOptions<Order>> = {}): Tool<Order, HttpReceipt> {
  return httpTool<Order>({
    name: "orders",
    description: "Orders.",
    input: z.object({ id: z.string(), how: z.string() }),
    origins: [origin, closed],
    key: ({ id }) => id,
    request: ({ how, id }) => ({
      url: how.startsWith("http") ? how : `${origin}/${how}/${id}`,
      body: { id },
    }),
    ...more,
  });
}
const send = async (how: string, it = orders()): Promise<HttpReceipt> => it.run({ id: "a", how }, context());

describe("a request as an effect", () => {
  test("is sent with its key, and its answer is the receipt (K3)", async () => {
    const it = orders({
      compensate: (_, { body }) => ({
        method: "DELETE",
        url: `${origin}/200/${(body as { id: number }).id}`,
      }),
    });
    seen.length = 0;
    const result = await testRun(
      workflow({
        name: "http",
        run: async (ctx) => {
          const first = await ctx.call(it, { id: "a", how: "json" });
          await ctx.call(it, { id: "a", how: "json" }, { name: "same" });
          await ctx.call(it, { id: "a", how: "204" }, { name: "other" });
          return first;
        },
      }),
      null,
    );
    assert.deepEqual(result.output, { status: 201, body: { id: 7 }, location: "/orders/7" });
    assert.deepEqual(
      seen.map(({ method, url }) => `${method} ${url}`),
      ["POST /json/a", "DELETE /200/7", "POST /204/a"],
    );
    assert.equal(seen[0]!.body, '{"id":"a"}');
    assert.equal(new Set(seen.map(({ key }) => key)).size, 3);
    assert.match(seen[0]!.key, /^[0-9a-f]{32}$/);
  });

  test("goes to a named origin or nowhere, and follows no redirect (K1)", async () => {
    seen.length = 0;
    const port = new URL(origin).port;
    for (const url of [
      "http://169.254.169.254/latest/meta-data",
      `http://localhost:${port}/json/a`,
      `http://user:word@127.0.0.1:${port}/json/a`,
      "https://api.example.evil/",
      "http:",
    ])
      await assert.rejects(send(url), EffectNotSent, url);
    assert.equal(seen.length, 0);
    await assert.rejects(
      send("redirect"),
      (error) => !(error instanceof EffectNotSent) && /307/.test(String(error)),
    );
    assert.deepEqual(
      seen.map(({ url }) => url),
      ["/redirect/a"],
    );
  });

  test("that was refused, or never reached anybody, is certain; all else without an answer is in doubt (K2)", async () => {
    for (const how of ["400", "401", "403", "404", "422", "429", `${closed}/json/a`])
      await assert.rejects(send(how), EffectNotSent, how);
    for (const how of ["408", "409", "425", "500", "503", "cut"])
      await assert.rejects(send(how), (error) => !(error instanceof EffectNotSent), how);
    const own = orders({ refused: (status) => status === 503 });
    await assert.rejects(send("503", own), EffectNotSent);
    await assert.rejects(send("400", own), (error) => !(error instanceof EffectNotSent));
  });

  test("is asked about by its probe: 2xx is the receipt, 404 means it did not arrive, all else cannot be told", async () => {
    const probe = async (how: string): Promise<HttpReceipt | undefined> => {
      const it = orders({ probe: (_, key) => ({ url: `${origin}/${how}/${key}` }) });
      if (it.effect === "none") throw new Error("it has an effect");
      return it.effect.probe!({ id: "a", how: "" }, "k1", "send");
    };
    assert.deepEqual(await probe("json"), { status: 201, body: { id: 7 }, location: "/orders/7" });
    assert.equal(seen.at(-1)!.url, "/json/k1");
    assert.equal(await probe("404"), undefined);
    assert.equal(await probe("410"), undefined);
    for (const how of ["500", "403", "redirect", "cut"]) await assert.rejects(probe(how), Error, how);
  });

  test("keeps the beginning of a long answer", async () => {
    const receipt = await send("200", orders({ maxBytes: 4 }));
    assert.deepEqual(receipt, { status: 200, body: "said" });
  });
});
