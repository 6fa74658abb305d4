// A model that is not there, has no key, or cannot do what an agent needs. The endpoints are servers of this test,
// which answer as real ones do: no tools, no schema, no key no answer. What was recorded before the agent stays, and
// the same run goes on once the cause is mended.

import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test, type TestContext } from "node:test";
import { open } from "../../src/index.ts";
import { type Project, project, told, workflowFile } from "./project.ts";

interface Sent {
  readonly model: string;
  readonly tools?: unknown;
  readonly response_format?: unknown;
}

/** What the endpoint was asked, and with which key. */
const sent: (Sent & { readonly key: string | undefined })[] = [];
let server: Server;

before(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (it: Buffer) => (body += it.toString()));
    request.on("end", () => {
      const asked = { ...(JSON.parse(body) as Sent), key: request.headers.authorization };
      sent.push(asked);
      const [status, type, text] = answerTo(asked);
      response.writeHead(status, { "content-type": type }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(() => server.close());

/** As local servers answer: the small model takes no tools, in the words of one of them. */
function answerTo(asked: Sent): [status: number, type: string, text: string] {
  if (asked.model === "small" && asked.tools !== undefined) {
    const error = { message: "registry.local/small does not support tools", type: "api_error" };
    return [400, "application/json", JSON.stringify({ error })];
  }
  const content = asked.model === "chatty" ? "The total is four." : '{"total":4}';
  const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: asked.model };
  const parts = [
    { ...chunk, choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }] },
    { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    { ...chunk, choices: [], usage: { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 } },
  ];
  const lines = [...parts.map((it) => JSON.stringify(it)), "[DONE]"];
  return [200, "text/event-stream", lines.map((it) => `data: ${it}\n\n`).join("")];
}

function config(more = "", aliases = ""): string {
  const { port } = server.address() as AddressInfo;
  return `export default {
  endpoints: { here: { url: "http://127.0.0.1:${port}/v1"${more} } },
  prices: { "here:*": { inputUsdPerMTok: 0, outputUsdPerMTok: 0 } },
  aliases: { ${aliases} },
};\n`;
}

const agentOf = (
  models: string,
  more = "",
  onFail = "",
): string => `import { nextModel, tool } from "firebreak";
const look = tool({ name: "look", description: "Looks.", input: z.object({}), effect: "none", run: () => "two" });
const counter = agent({
  name: "counter", instructions: "Count.", models: ${models}, output: z.object({ total: z.number() }),
  checks: [(it) => it.total === 4 || "it is four"], onFail: [${onFail}], ${more}
});`;
const body =
  '    await ctx.step("first", {}, () => mark("first"));\n    return ctx.call(counter, { rows: [2, 2] });';

function user(t: TestContext, models: string, configText: string, more = "", onFail = ""): Project {
  const it = project(t);
  it.write("firebreak.config.ts", configText);
  it.write("count.ts", workflowFile("count", body, agentOf(models, more, onFail)));
  return it;
}

/** The run goes on, and the step before the agent is not done again. */
async function demandGoesOn(it: Project, env: Record<string, string> = {}): Promise<string> {
  const ended = await it.firebreak(["resume"], env);
  assert.equal(ended.code, 0, ended.out + ended.err);
  assert.match(ended.out, /"total": 4/);
  assert.deepEqual(it.worked(), ["first"]);
  return ended.out;
}

test("an unknown model: it names what is known and what was probably meant; corrected, the run goes on", async (t) => {
  const it = user(t, '["fsat"]', config("", 'fast: "here:able"'));
  const { code, out } = await it.firebreak(["run", "count.ts"]);
  assert.equal(code, 1);
  assert.match(
    out,
    /failed: MODEL_UNKNOWN: there is no model "fsat"\. Did you mean "fast"\? Name a model as "provider:model" or by an alias\. Known: aliases fast;/,
  );
  assert.deepEqual(await it.done(), ["first"]);
  it.write("count.ts", workflowFile("count", body, agentOf('["fast"]')));
  await demandGoesOn(it);
});

test("an unknown model named with --model: refused before a run is made", async (t) => {
  const it = user(t, '["here:able"]', config());
  const ended = await it.firebreak(["run", "count.ts", "--model", "antropic:claude-haiku-4-5"]);
  assert.equal(ended.code, 1);
  assert.match(
    told(ended),
    /^MODEL_PROVIDER_UNKNOWN: there is no model provider "antropic"\. Did you mean "anthropic:claude-haiku-4-5"\?/,
  );
  assert.deepEqual([await it.runs(), it.worked()], [[], []]);
});

test("a missing key: it names the variable to set; with it, the run goes on", async (t) => {
  const it = user(t, '["here:able"]', config(', apiKeyEnv: "HERE_KEY", structuredOutput: true'));
  const { code, out } = await it.firebreak(["run", "count.ts"]);
  assert.equal(code, 1);
  assert.match(
    out,
    /failed: MODEL_KEY_MISSING: here:able needs a key, and HERE_KEY is not set\. Set HERE_KEY in the environment/,
  );
  assert.deepEqual(await it.done(), ["first"]);
  await demandGoesOn(it, { HERE_KEY: "hk-0123456789abcdef" });
  assert.equal(sent.at(-1)?.key, "Bearer hk-0123456789abcdef");
});

test("a missing key, embedding: start is refused before a run is made", async () => {
  const { workflow } = await import("../../src/index.ts");
  const fb = await open({ journal: ":memory:", env: {} });
  const counting = workflow({ name: "counting", run: (ctx) => ctx.step("first", {}, () => 1) });
  await assert.rejects(fb.start(counting, null, { model: "anthropic:claude-haiku-4-5" }), {
    code: "MODEL_KEY_MISSING",
    fix: 'Set ANTHROPIC_API_KEY in the environment, or name a local model such as "ollama:llama3.2".',
  });
  assert.deepEqual(await fb.list(), []);
  await fb.close();
});

test("a model without tools, for an agent with tools: the error says so and to name another; so named, the run goes on", async (t) => {
  const it = user(t, '["here:small"]', config(", structuredOutput: true"), "tools: [look],");
  const { code, out } = await it.firebreak(["run", "count.ts"]);
  assert.equal(code, 1);
  assert.match(
    out,
    /MODEL_CALL: here:small .*does not support tools.*\. The model cannot do this: name another model\./,
  );
  assert.deepEqual(await it.done(), ["first"]);
  it.write("count.ts", workflowFile("count", body, agentOf('["here:able"]', "tools: [look],")));
  await demandGoesOn(it);
});

test("a model without tools is passed over for the next of the agent's models, and why is shown", async (t) => {
  const it = user(
    t,
    '["here:small", "here:able"]',
    config(", structuredOutput: true"),
    "tools: [look],",
    "nextModel()",
  );
  const { code, out } = await it.firebreak(["run", "count.ts"]);
  assert.equal(code, 0, out);
  assert.match(out, /attempt 1 .* rejected: MODEL_CALL/);
  assert.match((await it.firebreak(["show", "last", "attempt 1"])).out, /does not support tools/);
});

test("an endpoint that takes no schema: none is sent, the run and show warn of it and say what to declare", async (t) => {
  const it = user(t, '["here:able"]', config());
  const ended = await it.firebreak(["run", "count.ts"]);
  assert.equal(ended.code, 0, ended.out + ended.err);
  const warning =
    /warning: here:able: the output's schema was not sent.*say structuredOutput: true of its endpoint in firebreak\.config\.ts/;
  assert.match(ended.out, warning);
  assert.match((await it.firebreak(["show", "last"])).out, warning);
  assert.ok(!JSON.stringify(sent.at(-1)).includes("json_schema"));
  it.write("firebreak.config.ts", config(", structuredOutput: true"));
  const declared = await it.firebreak(["run", "count.ts"]);
  assert.doesNotMatch(declared.out, /warning/);
  assert.ok(JSON.stringify(sent.at(-1)).includes("json_schema"));
});

test("a model that ignores the schema it was given fails by its answer, which is shown; nothing is built on it", async (t) => {
  const it = user(t, '["here:chatty"]', config(", structuredOutput: true"));
  const { code, out } = await it.firebreak(["run", "count.ts"]);
  assert.equal(code, 1);
  assert.match(out, /failed: .*the answer is not JSON/);
  assert.match(out, /Mend the cause, then: firebreak resume/);
  it.write("count.ts", workflowFile("count", body, agentOf('["here:able"]')));
  await demandGoesOn(it);
});
